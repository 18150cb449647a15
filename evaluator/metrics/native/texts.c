/* Code points, words, and the western part of mteval-v13a's tokenizer. */
#include "kernel.h"

int symbols_room(Symbols *s, size_t n)
{
    if (n <= s->room)
        return 0;
    size_t room = n + n / 2 + 64;
    u32 *at = realloc(s->at, room * sizeof(u32));
    if (!at)
        return -1;
    s->at = at;
    s->room = room;
    return 0;
}

/* All code points, or those that are no blanks, as "".join(text.split()) leaves them. */
int read_chars(Symbols *out, const Text *text, int whitespace)
{
    if (symbols_room(out, text->n))
        return -1;
    u32 *to = out->at;
    for (size_t i = 0; i < text->n; i++) {
        Py_UCS4 c = PyUnicode_READ(text->kind, text->data, i);
        *to = c;
        to += whitespace || !Py_UNICODE_ISSPACE(c);
    }
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

static int add_span(Words *words, size_t start, size_t end)
{
    if (words->n == words->room) {
        size_t room = 2 * words->room + 64;
        Span *spans = realloc(words->spans, room * sizeof(Span));
        if (!spans)
            return -1;
        words->spans = spans;
        words->room = room;
    }
    words->spans[words->n++] = (Span){start, end};
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
    words->n = 0;
    for (size_t i = 0; i < n;) {
        while (i < n && Py_UNICODE_ISSPACE(at[i]))
            i++;
        size_t start = i;
        while (i < n && !Py_UNICODE_ISSPACE(at[i]))
            i++;
        if (i > start && add_span(words, start, i))
            return -1;
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
    size_t n = words->n;
    for (size_t i = 0; i < n; i++) /* twice the room at most */
        if (add_span(words, 0, 0))
            return -1;
    memmove(words->spans + n, words->spans, n * sizeof(Span));
    const u32 *at = words->chars.at;
    words->n = 0;
    for (size_t i = n; i < 2 * n; i++) {
        Span w = words->spans[i];
        size_t cut = w.end;
        if (w.end - w.start > 1)
            cut = is_punctuation(at[w.end - 1]) ? w.end - 1 : is_punctuation(at[w.start]) ? w.start + 1 : w.end;
        words->spans[words->n++] = (Span){w.start, cut};
        if (cut < w.end)
            words->spans[words->n++] = (Span){cut, w.end};
    }
    return 0;
}

void free_words(Words *words)
{
    free(words->chars.at);
    free(words->other.at);
    free(words->spans);
}

static u64 hash_of(const u32 *word, size_t n)
{
    u64 h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ word[i]) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static u32 vocab_slot(const Vocab *vocab, const u32 *word, size_t n, u64 hash)
{
    u32 slot = (u32)hash & vocab->mask;
    for (; vocab->table[slot]; slot = (slot + 1) & vocab->mask) {
        u32 id = vocab->table[slot] - 1;
        size_t start = vocab->start[id];
        if (vocab->hash[id] == hash && vocab->start[id + 1] - start == n && !memcmp(vocab->chars.at + start, word, n * sizeof(u32)))
            break;
    }
    return slot;
}

u32 vocab_find(const Vocab *vocab, const u32 *word, size_t n)
{
    if (!vocab->n)
        return UNKNOWN;
    u32 id = vocab->table[vocab_slot(vocab, word, n, hash_of(word, n))];
    return id ? id - 1 : UNKNOWN;
}

static int vocab_grow(Vocab *vocab)
{
    u32 size = vocab->mask ? 2 * (vocab->mask + 1) : 32;
    u32 *table = calloc(size, sizeof(u32));
    if (!table)
        return -1;
    free(vocab->table);
    vocab->table = table;
    vocab->mask = size - 1;
    for (u32 id = 0; id < vocab->n; id++) {
        u32 slot = (u32)vocab->hash[id] & vocab->mask;
        while (table[slot])
            slot = (slot + 1) & vocab->mask;
        table[slot] = id + 1;
    }
    u64 *hash = realloc(vocab->hash, size * sizeof(u64));
    if (hash)
        vocab->hash = hash;
    size_t *start = realloc(vocab->start, (size + 1) * sizeof(size_t));
    if (start)
        vocab->start = start;
    if (!hash || !start)
        return -1;
    return 0;
}

int vocab_add(Vocab *vocab, const u32 *word, size_t n, u32 *id)
{
    if ((!vocab->mask || 3 * (size_t)(vocab->n + 1) > 2 * (size_t)vocab->mask) && vocab_grow(vocab))
        return -1;
    u64 hash = hash_of(word, n);
    u32 slot = vocab_slot(vocab, word, n, hash);
    if (!vocab->table[slot]) {
        if (symbols_room(&vocab->chars, vocab->chars.n + n))
            return -1;
        memcpy(vocab->chars.at + vocab->chars.n, word, n * sizeof(u32));
        vocab->hash[vocab->n] = hash;
        vocab->start[vocab->n] = vocab->chars.n;
        vocab->chars.n += n;
        vocab->start[++vocab->n] = vocab->chars.n;
        vocab->table[slot] = vocab->n;
    }
    *id = vocab->table[slot] - 1;
    return 0;
}

int vocab_ids(const Vocab *vocab, const Words *words, Symbols *ids)
{
    if (symbols_room(ids, words->n))
        return -1;
    for (size_t i = 0; i < words->n; i++)
        ids->at[i] = vocab_find(vocab, words->chars.at + words->spans[i].start, words->spans[i].end - words->spans[i].start);
    ids->n = words->n;
    return 0;
}

void free_vocab(Vocab *vocab)
{
    free(vocab->table);
    free(vocab->hash);
    free(vocab->start);
    free(vocab->chars.at);
}
