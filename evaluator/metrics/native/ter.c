/* Edits with shifts, step by step as sacreBLEU's lib_ter.py takes them (after Tercom, Snover et al. 2006).
 *
 * The edit distance that chooses the shifts stays in a band around the diagonal, and its trace decides
 * which shifts are tried, so the hypothesis itself goes through the very table of sacreBLEU. For a tried
 * shift only the distance counts: it comes from bit vectors (Myers 1999, in blocks as by Hyyrö 2003),
 * started at the first word that moved. That distance knows no band; it is the band's own when no best
 * path can leave the band, and where one could the table is filled after all.
 */
#include "kernel.h"

#define MOST_SHIFT_WORDS 10
#define MOST_SHIFT_DISTANCE 50
#define MOST_CANDIDATES 1000
#define BEAM 25
#define MOST_BLOCKS 8 /* beyond 512 words the band is less work than the bit vectors */
#define FAR (1 << 29)

enum { KEEP, SUBSTITUTE, INSERT, DELETE, NOWHERE };

typedef struct {
    const u32 *ref;
    long n_h, n_r, beam, width;
    double ratio;
    const TerReference *reference;
    TerSpace *space;
    long distance; /* of the hypothesis as it stands */
    int with_states;
} Job;

typedef struct {
    long delta, length, start, target;
} Shift;

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
static int align_words(Job *job)
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
static long shifted_distance(Job *job, long from, long to)
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

/* Python's slices: words[:start] + words[start + length:target] + ... for targets before, behind and within. */
static void shift_words(Job *job, long start, long length, long target)
{
    const u32 *in = job->space->ids.at;
    u32 *out = job->space->shifted.at;
    long n = job->n_h, parts[4][2], k;
    if (target < start) {
        long p[4][2] = {{0, target}, {start, start + length}, {target, start}, {start + length, n}};
        memcpy(parts, p, sizeof p);
    } else if (target > start + length) {
        long p[4][2] = {{0, start}, {start + length, target}, {start, start + length}, {target, n}};
        memcpy(parts, p, sizeof p);
    } else {
        long end = length + target < n ? length + target : n;
        long p[4][2] = {{0, start}, {start + length, end}, {start, start + length}, {end, n}};
        memcpy(parts, p, sizeof p);
    }
    for (k = 0; k < 4; k++) {
        long size = parts[k][1] - parts[k][0];
        if (size > 0) {
            memcpy(out, in + parts[k][0], (size_t)size * sizeof(u32));
            out += size;
        }
    }
}

static int better(const Shift *a, const Shift *b)
{
    if (a->delta != b->delta)
        return a->delta > b->delta;
    if (a->length != b->length)
        return a->length > b->length;
    if (a->start != b->start)
        return a->start < b->start;
    return a->target < b->target;
}

/* Try a run of equal words at every place around its partner in the reference. */
static void try_run(Job *job, long start, long start_r, long length, Shift *best, long *checked)
{
    TerSpace *s = job->space;
    if (s->errors_h[start + length] == s->errors_h[start] || s->errors_r[start_r + length] == s->errors_r[start_r])
        return;
    if (start <= s->align[start_r] && s->align[start_r] < start + length)
        return;
    long before = -1;
    for (long offset = -1; offset < length; offset++) {
        long place = start_r + offset;
        if (place >= job->n_r)
            break;
        long target = place < 0 ? 0 : s->align[place] + 1;
        if (target == before)
            continue;
        before = target;
        shift_words(job, start, length, target);
        long from = target < start ? target : start, to = target < start ? start + length : target > start + length ? target : length + target;
        Shift shift = {job->distance - shifted_distance(job, from, to < job->n_h ? to : job->n_h), length, start, target};
        ++*checked;
        if (best->length == 0 || better(&shift, best))
            *best = shift;
    }
}

static Shift best_shift(Job *job, long *checked)
{
    const u32 *h = job->space->ids.at, *r = job->ref;
    Shift best = {0, 0, 0, 0};
    for (long start = 0; start < job->n_h; start++) {
        if (h[start] == UNKNOWN)
            continue;
        long low = start > MOST_SHIFT_DISTANCE ? start - MOST_SHIFT_DISTANCE : 0;
        long end = start + MOST_SHIFT_DISTANCE + 1 < job->n_r ? start + MOST_SHIFT_DISTANCE + 1 : job->n_r;
        for (long start_r = low; start_r < end; start_r++)
            for (long length = 0; length < MOST_SHIFT_WORDS && h[start + length] == r[start_r + length];) {
                try_run(job, start, start_r, ++length, &best, checked);
                if (*checked >= MOST_CANDIDATES)
                    return best;
                if (start + length == job->n_h || start_r + length == job->n_r)
                    break;
            }
    }
    return best;
}

static int resized(void **at, size_t size)
{
    void *new = realloc(*at, size);
    if (!new)
        return -1;
    *at = new;
    return 0;
}

static int make_room(Job *job)
{
    TerSpace *s = job->space;
    size_t n_h = (size_t)job->n_h + 1, n_r = (size_t)job->n_r + 1, cells = 2 * n_r + n_h * (size_t)job->width, states = n_h * 2 * (job->reference->n_blocks + 1);
    if (n_h > s->room_h || n_r > s->room_r) {
        size_t h = n_h > s->room_h ? 2 * n_h : s->room_h, r = n_r > s->room_r ? 2 * n_r : s->room_r;
        if (resized((void **)&s->scores, h * sizeof(int32_t)) || resized((void **)&s->errors_h, h * sizeof(int32_t)) ||
            resized((void **)&s->errors_r, r * sizeof(int32_t)) || resized((void **)&s->align, r * sizeof(int32_t)) ||
            resized((void **)&s->spare, 2 * r * sizeof(int32_t)) || resized((void **)&s->trace, h + r))
            return -1;
        s->room_h = h;
        s->room_r = r;
    }
    if (cells > s->room_cells) {
        if (resized((void **)&s->rows, 2 * cells * sizeof(int32_t)) || resized((void **)&s->ops, 2 * cells))
            return -1;
        s->room_cells = 2 * cells;
    }
    if (states > s->room_states) {
        if (resized((void **)&s->states, 2 * states * sizeof(u64)))
            return -1;
        s->room_states = 2 * states;
    }
    return symbols_room(&s->shifted, (size_t)job->n_h);
}

long ter_edits(const TerReference *reference, TerSpace *space)
{
    Job job = {reference->ids, (long)space->ids.n, (long)reference->n, BEAM, 0, 1.0, reference, space, 0, 0};
    if (!job.n_r)
        return job.n_h;
    if (job.n_h)
        job.ratio = (double)job.n_r / (double)job.n_h;
    if (BEAM < job.ratio / 2)
        job.beam = (long)ceil(job.ratio / 2 + BEAM);
    job.width = 2 * job.beam < job.n_r + 1 ? 2 * job.beam : job.n_r + 1;
    if (make_room(&job))
        return -1;
    for (long shifts = 0, checked = 0;; shifts++) {
        int error = align_words(&job);
        if (error)
            return error;
        job.with_states = 0;
        if (!job.distance)
            return shifts;
        Shift best = best_shift(&job, &checked);
        if (checked >= MOST_CANDIDATES || best.delta <= 0)
            return shifts + job.distance;
        shift_words(&job, best.start, best.length, best.target);
        memcpy(space->ids.at, space->shifted.at, (size_t)job.n_h * sizeof(u32));
    }
}

void free_ter_space(TerSpace *space)
{
    free(space->ids.at);
    free(space->shifted.at);
    free(space->states);
    free(space->scores);
    free(space->rows);
    free(space->errors_h);
    free(space->errors_r);
    free(space->align);
    free(space->spare);
    free(space->ops);
    free(space->trace);
}
