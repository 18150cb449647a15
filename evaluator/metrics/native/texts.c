/* Code points, words, and the western part of mteval-v13a's tokenizer. */
#include "kernel.h"

int symbols_room(Symbols *s, size_t n)
{
    if (s->at && n <= s->room)
        return 0;
    size_t room = n + n / 2 + 64;
    u32 *at = realloc(s->at, room * sizeof(u32));
    if (!at)
        return -1;
    s->at = at;
    s->room = room;
    return 0;
}

static inline int is_blank(Py_UCS4 c) { return c < 0x80 ? _Py_ascii_whitespace[c] : c <= 0x3000 && Py_UNICODE_ISSPACE(c); }

#define READ(UNIT)                            \
    for (size_t i = 0; i < text->n; i++) {    \
        u32 c = ((const UNIT *)text->data)[i]; \
        *to = c;                              \
        to += whitespace || !is_blank(c);     \
    }

/* All code points, or those that are no blanks, as "".join(text.split()) leaves them. */
int read_chars(Symbols *out, const Text *text, int whitespace)
{
    if (symbols_room(out, text->n))
        return -1;
    u32 *to = out->at;
    if (text->kind == 1)
        READ(Py_UCS1)
    else if (text->kind == 2)
        READ(Py_UCS2)
    else
        READ(Py_UCS4)
    out->n = (size_t)(to - out->at);
    return 0;
}

/* str.replace(old, new) for a `new` of one code point or none. */
static void replace(Symbols *s, const char *old, u32 new)
{
    size_t n = strlen(old), to = 0;
    for (size_t i = 0; i < s->n;) {
        size_t k = 0;
        while (k < n && i + k < s->n && s->at[i + k] == (u32)old[k])
            k++;
        if (k < n) {
            s->at[to++] = s->at[i++];
            continue;
        }
        if (new)
            s->at[to++] = new;
        i += n;
    }
    s->n = to;
}

static void unescape(Symbols *s)
{
    int angle = 0, line = 0, ampersand = 0;
    for (size_t i = 0; i < s->n; i++) {
        angle |= s->at[i] == '<';
        line |= s->at[i] == '\n';
        ampersand |= s->at[i] == '&';
    }
    if (angle)
        replace(s, "<skipped>", 0);
    if (line) {
        replace(s, "-\n", 0);
        replace(s, "\n", ' ');
    }
    if (ampersand) {
        replace(s, "&quot;", '"');
        replace(s, "&amp;", '&');
        replace(s, "&lt;", '<');
        replace(s, "&gt;", '>');
    }
}

static int is_digit(u32 c) { return c >= '0' && c <= '9'; }
static int is_point(u32 c) { return c == '.' || c == ','; }

/* [\{-\~\[-\` -\&\(-\+\:-\@\/] */
static int stands_alone(u32 c)
{
    return c < 128 && ((c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~'));
}

/* One regular expression of two code points after the other, each consuming what it matches.
 * 0: ([^0-9])([.,]) -> "\1 \2 "   1: ([.,])([^0-9]) -> " \1 \2"   2: ([0-9])(-) -> "\1 \2 " */
static int part_pairs(Symbols *from, Symbols *to, int rule)
{
    if (symbols_room(to, 2 * from->n + 4))
        return -1;
    u32 *out = to->at;
    const u32 *in = from->at;
    size_t n = from->n;
    for (size_t i = 0; i < n;) {
        u32 a = in[i], b = i + 1 < n ? in[i + 1] : UNKNOWN;
        int hit = b != UNKNOWN && (rule == 0 ? is_point(b) && !is_digit(a) : rule == 1 ? is_point(a) && !is_digit(b) : b == '-' && is_digit(a));
        if (!hit) {
            *out++ = a;
            i++;
            continue;
        }
        if (rule == 1)
            *out++ = ' ';
        *out++ = a;
        *out++ = ' ';
        *out++ = b;
        if (rule != 1)
            *out++ = ' ';
        i += 2;
    }
    to->n = (size_t)(out - to->at);
    return 0;
}

static int tokenize(Words *words, int padded)
{
    Symbols *a = &words->chars, *b = &words->other;
    if (symbols_room(b, 3 * a->n + 2))
        return -1;
    u32 *out = b->at;
    int points = 0, dashes = 0;
    if (padded)
        *out++ = ' ';
    for (size_t i = 0; i < a->n; i++) {
        u32 c = a->at[i];
        points |= is_point(c);
        dashes |= c == '-';
        if (stands_alone(c)) {
            *out++ = ' ';
            *out++ = c;
            *out++ = ' ';
        } else
            *out++ = c;
    }
    if (padded)
        *out++ = ' ';
    b->n = (size_t)(out - b->at);
    if (points && (part_pairs(b, a, 0) || part_pairs(a, b, 1)))
        return -1;
    if (dashes && part_pairs(b, a, 2))
        return -1;
    if (!dashes) {
        Symbols keep = *a;
        *a = *b;
        *b = keep;
    }
    return 0;
}

static int spans_room(Words *words, size_t n)
{
    if (n <= words->room)
        return 0;
    Span *spans = realloc(words->spans, 2 * n * sizeof(Span));
    if (!spans)
        return -1;
    words->spans = spans;
    words->room = 2 * n;
    return 0;
}

int read_words(Words *words, const Text *text, int tokens)
{
    if (read_chars(&words->chars, text, 1))
        return -1;
    if (tokens == TOKENS_13A)
        unescape(&words->chars);
    if (tokens != SPLIT && tokenize(words, tokens == TOKENS_13A))
        return -1;
    const u32 *at = words->chars.at;
    size_t n = words->chars.n;
    if (spans_room(words, n / 2 + 1))
        return -1;
    words->n = 0;
    for (size_t i = 0; i < n;) {
        while (i < n && is_blank(at[i]))
            i++;
        size_t start = i;
        while (i < n && !is_blank(at[i]))
            i++;
        if (i > start)
            words->spans[words->n++] = (Span){start, i};
    }
    return 0;
}

static int is_punctuation(u32 c)
{
    return c > ' ' && c < 127 && !(is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
}

/* chrF++: one mark is parted from the end of a word, or else one from its start. */
int part_punctuation(Words *words)
{
    size_t n = words->n, to = 0;
    if (spans_room(words, 2 * n))
        return -1;
    Span *in = words->spans + n; /* twice as many at most, so what is written never meets what is read */
    memmove(in, words->spans, n * sizeof(Span));
    for (size_t i = 0; i < n; i++) {
        Span w = in[i];
        size_t cut = w.end;
        if (w.end - w.start > 1)
            cut = is_punctuation(words->chars.at[w.end - 1]) ? w.end - 1 : is_punctuation(words->chars.at[w.start]) ? w.start + 1 : w.end;
        words->spans[to++] = (Span){w.start, cut};
        if (cut < w.end)
            words->spans[to++] = (Span){cut, w.end};
    }
    words->n = to;
    return 0;
}

void free_words(Words *words)
{
    free(words->chars.at);
    free(words->other.at);
    free(words->spans);
}
