/* Edit distances as sacreBLEU's lib_ter.py takes them, with what makes them quick.
 *
 * The distance that chooses the shifts stays in a band around the diagonal, and its trace decides which
 * shifts are tried, so the hypothesis itself goes through the very table of sacreBLEU. For a tried shift
 * only the distance counts: it comes from bit vectors (Myers 1999, in blocks as by Hyyrö 2003), started at
 * the first word that moved. That distance knows no band; it is the band's own when no best path can leave
 * the band, and where one could the table is filled after all.
 */
#include "ter.h"

#define FAR (1 << 29)

enum { KEEP, SUBSTITUTE, INSERT, DELETE, NOWHERE };

int ter_prepare(TerReference *reference, const Symbols *ids, size_t n_words, Arena *arena)
{
    size_t n = ids->n, blocks = (n + 63) / 64;
    u32 *kept = arena_take(arena, n * sizeof(u32));
    if (!kept)
        return -1;
    memcpy(kept, ids->at, n * sizeof(u32));
    *reference = (TerReference){kept, n, NULL, 0, n_words};
    if (!n || blocks > MOST_BLOCKS)
        return 0;
    size_t size = (n_words + 1) * blocks * sizeof(u64); /* the last word is the unknown one */
    reference->n_blocks = blocks;
    reference->places = arena_take(arena, size);
    if (!reference->places)
        return -1;
    memset(reference->places, 0, size);
    for (size_t i = 0; i < n; i++)
        reference->places[kept[i] * blocks + i / 64] |= (u64)1 << (i % 64);
    return 0;
}

static long first_column(const Job *job, long i)
{
    long low = (long)floor((double)i * job->ratio) - job->beam;
    return i == 0 || low < 0 ? 0 : low;
}

static long end_column(const Job *job, long i)
{
    long end = (long)floor((double)i * job->ratio) + job->beam;
    return i == 0 || i == job->n_h || end > job->n_r + 1 ? job->n_r + 1 : end;
}

static size_t row_at(const Job *job, long i) { return i ? (size_t)(job->n_r + 1 + (i - 1) * job->width) : 0; }

/* Row i of the table from the row above; `ops` may be NULL. Preference: keep or substitute, delete, insert. */
static void fill_row(const Job *job, long i, u32 word, const int32_t *above, int32_t *row, uint8_t *ops)
{
    long low = first_column(job, i), end = end_column(job, i), low_above = first_column(job, i - 1), end_above = end_column(job, i - 1);
    int32_t left = FAR, diagonal = low > low_above && low - 1 < end_above ? above[low - 1 - low_above] : FAR;
    for (long j = low; j < end; j++) {
        int32_t up = j < end_above ? above[j - low_above] : FAR, best = FAR;
        uint8_t op = NOWHERE;
        if (j == 0) {
            best = up + 1;
            op = DELETE;
        } else {
            int differs = word != job->ref[j - 1];
            if (diagonal + differs < best) {
                best = diagonal + differs;
                op = differs ? SUBSTITUTE : KEEP;
            }
            if (up + 1 < best) {
                best = up + 1;
                op = DELETE;
            }
            if (left + 1 < best) {
                best = left + 1;
                op = INSERT;
            }
        }
        row[j - low] = left = best;
        if (ops)
            ops[j - low] = op;
        diagonal = up;
    }
}

/* The whole table of the hypothesis as it stands, and from its trace alignment and errors. */
int align_words(Job *job)
{
    TerSpace *s = job->space;
    for (long j = 0; j <= job->n_r; j++) {
        s->rows[j] = (int32_t)j;
        s->ops[j] = INSERT;
    }
    for (long i = 1; i <= job->n_h; i++)
        fill_row(job, i, s->ids.at[i - 1], s->rows + row_at(job, i - 1), s->rows + row_at(job, i), s->ops + row_at(job, i));
    long i = job->n_h, j = job->n_r, steps = 0;
    job->distance = s->rows[row_at(job, i) + (size_t)(j - first_column(job, i))];
    while (i > 0 || j > 0) {
        long low = first_column(job, i);
        uint8_t op = j < low || j >= end_column(job, i) ? NOWHERE : s->ops[row_at(job, i) + (size_t)(j - low)];
        if (op == NOWHERE)
            return -2;
        s->trace[steps++] = op;
        i -= op != INSERT;
        j -= op != DELETE;
    }
    s->errors_h[0] = s->errors_r[0] = 0;
    long h = 0, r = 0;
    while (steps) { /* errors_h[k] counts errors among the first k words */
        uint8_t op = s->trace[--steps];
        if (op != INSERT) {
            s->errors_h[h + 1] = s->errors_h[h] + (op != KEEP);
            h++;
        }
        if (op != DELETE) {
            s->align[r] = (int32_t)h - 1;
            s->errors_r[r + 1] = s->errors_r[r] + (op != KEEP);
            r++;
        }
    }
    return 0;
}

/* One word further: column deltas of the distance as bits, plus and minus, n_blocks each. */
static inline int advance(const TerReference *reference, u32 word, u64 *plus, u64 *minus)
{
    size_t blocks = reference->n_blocks;
    const u64 *places = reference->places + (word == UNKNOWN ? reference->n_words : word) * blocks;
    u64 last = (u64)1 << ((reference->n - 1) % 64);
    int in = 1, delta = 0;
    for (size_t b = 0; b < blocks; b++) {
        u64 same = places[b], p = plus[b], m = minus[b], vertical = same | m;
        same |= in < 0;
        u64 horizontal = (((same & p) + p) ^ p) | same, up = m | ~(horizontal | p), down = p & horizontal;
        u64 top = b + 1 == blocks ? last : (u64)1 << 63;
        delta = ((up & top) != 0) - ((down & top) != 0);
        up = up << 1 | (in > 0);
        down = down << 1 | (in < 0);
        plus[b] = down | ~(vertical | up);
        minus[b] = up & vertical;
        in = delta;
    }
    return delta;
}

static void fill_states(Job *job)
{
    TerSpace *s = job->space;
    size_t blocks = job->reference->n_blocks;
    memset(s->states, 0xff, blocks * sizeof(u64));
    memset(s->states + blocks, 0, blocks * sizeof(u64));
    s->scores[0] = (int32_t)job->n_r;
    for (long i = 0; i < job->n_h; i++) {
        u64 *now = s->states + 2 * blocks * (size_t)i, *next = now + 2 * blocks;
        memcpy(next, now, 2 * blocks * sizeof(u64));
        s->scores[i + 1] = s->scores[i] + advance(job->reference, s->ids.at[i], next, next + blocks);
    }
    job->with_states = 1;
}

static long table_distance(const Job *job, long from)
{
    TerSpace *s = job->space;
    const int32_t *above = s->rows + row_at(job, from);
    int32_t *row = s->spare, *other = s->spare + job->n_r + 1;
    for (long i = from + 1; i <= job->n_h; i++) {
        fill_row(job, i, s->shifted.at[i - 1], above, row, NULL);
        int32_t *keep = other;
        above = row;
        other = row;
        row = keep;
    }
    return above[job->n_r - first_column(job, job->n_h)];
}

/* Distance of the shifted words, which equal the hypothesis before `from` and from `to` on. */
long shifted_distance(Job *job, long from, long to)
{
    TerSpace *s = job->space;
    size_t blocks = job->reference->n_blocks;
    if (!job->reference->places)
        return table_distance(job, from);
    if (!job->with_states)
        fill_states(job);
    u64 state[2 * MOST_BLOCKS];
    memcpy(state, s->states + 2 * blocks * (size_t)from, 2 * blocks * sizeof(u64));
    long distance = s->scores[from];
    for (long i = from; i < job->n_h; i++) {
        distance += advance(job->reference, s->shifted.at[i], state, state + blocks);
        if (i + 1 >= to && !memcmp(state, s->states + 2 * blocks * (size_t)(i + 1), 2 * blocks * sizeof(u64))) {
            distance += s->scores[job->n_h] - s->scores[i + 1];
            break;
        }
    }
    long difference = job->n_r > job->n_h ? job->n_r - job->n_h : job->n_h - job->n_r;
    /* A path of this cost strays from the diagonal by at most half of both; two columns for rounding. */
    return (distance + difference) / 2 <= BEAM - 2 ? distance : table_distance(job, from);
}
