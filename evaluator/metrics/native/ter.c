/* Edits with shifts, step by step as sacreBLEU's lib_ter.py takes them (after Tercom, Snover et al. 2006). */
#include "ter.h"

#define MOST_SHIFT_WORDS 10
#define MOST_SHIFT_DISTANCE 50
#define MOST_CANDIDATES 1000

typedef struct {
    long delta, length, start, target;
} Shift;

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
