/* The references of a metric, made once, and the statistics of a text against those of its segment. */
#include "kernel.h"

/* All references in one trie, whose counts are the largest in any of them. */
static int index_bleu(Index *index, Segment *segment, const Text *texts, size_t n, Space *space)
{
    Reference *all = segment->references = arena_take(&index->arena, sizeof(Reference));
    segment->lengths = arena_take(&index->arena, n * sizeof(size_t));
    if (!segment->lengths || !all || vocab_open(&space->vocab))
        return -1;
    memset(all, 0, sizeof(Reference));
    segment->n_references = 1;
    segment->n_lengths = n;
    space->symbols.n = 0; /* numbers of all words of all references */
    for (size_t k = 0; k < n; k++) {
        if (read_words(&space->words, texts + k, index->tokens) || vocab_add(&space->vocab, &space->words, &space->ids) ||
            symbols_room(&space->symbols, space->symbols.n + space->ids.n))
            return -1;
        memcpy(space->symbols.at + space->symbols.n, space->ids.at, space->ids.n * sizeof(u32));
        space->symbols.n += segment->lengths[k] = space->ids.n;
    }
    return make_grams(&all->words, space->symbols.at, segment->lengths, n, index->order, space->vocab.vocab.n, &index->arena, &space->grams) ||
           vocab_close(&space->vocab, &index->arena, &all->vocab);
}

/* Characters in space->symbols, and for chrF++ words in space->words. */
static int read_chrf(const Index *index, const Text *text, Space *space)
{
    if (!index->word_order || index->whitespace) {
        if (read_chars(&space->symbols, text, index->whitespace))
            return -1;
        return index->word_order && (read_words(&space->words, text, SPLIT) || part_punctuation(&space->words));
    }
    if (read_words(&space->words, text, SPLIT) || symbols_room(&space->symbols, space->words.chars.n))
        return -1;
    u32 *to = space->symbols.at;
    for (size_t i = 0; i < space->words.n; i++)
        for (size_t k = space->words.spans[i].start; k < space->words.spans[i].end; k++)
            *to++ = space->words.chars.at[k];
    space->symbols.n = (size_t)(to - space->symbols.at);
    return part_punctuation(&space->words);
}

static int index_chrf(Index *index, Reference *reference, const Text *text, Space *space)
{
    if (read_chrf(index, text, space))
        return -1;
    reference->n_chars = space->symbols.n;
    if (make_grams(&reference->chars, space->symbols.at, &reference->n_chars, 1, index->order, 0, &index->arena, &space->grams))
        return -1;
    if (!index->word_order)
        return 0;
    if (vocab_open(&space->vocab) || vocab_add(&space->vocab, &space->words, &space->ids))
        return -1;
    reference->n_words = space->ids.n;
    return make_grams(&reference->words, space->ids.at, &reference->n_words, 1, index->word_order, space->vocab.vocab.n, &index->arena, &space->grams) ||
           vocab_close(&space->vocab, &index->arena, &reference->vocab);
}

static int index_ter(Index *index, Reference *reference, const Text *text, Space *space)
{
    return vocab_open(&space->vocab) || read_words(&space->words, text, SPLIT) || vocab_add(&space->vocab, &space->words, &space->ids) ||
           vocab_close(&space->vocab, &index->arena, &reference->vocab) ||
           ter_prepare(&reference->ter, &space->ids, reference->vocab.n, &index->arena);
}

int index_segment(Index *index, Segment *segment, const Text *texts, size_t n, Space *space)
{
    if (index->metric == BLEU)
        return index_bleu(index, segment, texts, n, space);
    segment->references = arena_take(&index->arena, n * sizeof(Reference));
    if (!segment->references)
        return -1;
    memset(segment->references, 0, n * sizeof(Reference));
    segment->n_references = n;
    for (size_t k = 0; k < n; k++) {
        Reference *one = segment->references + k;
        if (index->metric == CHRF ? index_chrf(index, one, texts + k, space) : index_ter(index, one, texts + k, space))
            return -1;
    }
    return 0;
}

/* [words, closest reference length, matches by order, n-grams by order] */
static int bleu_statistics(const Index *index, const Segment *segment, const Text *text, Space *space, double *out)
{
    const Reference *all = segment->references;
    u64 match[MOST_ORDERS] = {0};
    if (read_words(&space->words, text, index->tokens) || vocab_ids(&all->vocab, &space->words, &space->ids) ||
        match_grams(&all->words, space->ids.at, space->ids.n, index->order, &space->grams, match))
        return -1;
    size_t n = space->ids.n, closest = 0, nearest = SIZE_MAX;
    for (size_t k = 0; k < segment->n_lengths; k++) { /* of two as close the shorter */
        size_t length = segment->lengths[k], far = length > n ? length - n : n - length;
        if (far < nearest || (far == nearest && length < closest)) {
            nearest = far;
            closest = length;
        }
    }
    out[0] = (double)n;
    out[1] = segment->n_lengths ? (double)closest : -1;
    for (size_t k = 0; k < (size_t)index->order; k++) {
        out[2 + k] = (double)match[k];
        out[2 + (size_t)index->order + k] = n > k ? (double)(n - k) : 0;
    }
    return 0;
}

/* For each order [n-grams of the text, of the reference, matches]; the first is 0 where the reference has none. */
static void chrf_orders(size_t n, size_t n_reference, int order, const u64 *match, double *out)
{
    for (size_t k = 0; k < (size_t)order; k++, out += 3) {
        out[0] = n > k && n_reference > k ? (double)(n - k) : 0;
        out[1] = n_reference > k ? (double)(n_reference - k) : 0;
        out[2] = (double)match[k];
    }
}

/* sacreBLEU's _compute_f_score without the factor of 100, operation by operation. */
static double f_score(const Index *index, const double *row)
{
    double eps = 1e-16, score = 0, precision = 0, recall = 0, factor = index->factor;
    int orders = index->order + index->word_order, effective = 0;
    for (int i = 0; i < orders; i++, row += 3) {
        double p = row[0] > 0 ? row[2] / row[0] : eps, r = row[1] > 0 ? row[2] / row[1] : eps, denominator = factor * p + r;
        score += denominator > 0 ? (1 + factor) * p * r / denominator : eps;
        if (row[0] > 0 && row[1] > 0) {
            precision += p;
            recall += r;
            effective++;
        }
    }
    if (index->eps_smoothing)
        return 100 * score / orders;
    precision = effective ? precision / effective : 0;
    recall = effective ? recall / effective : 0;
    if (precision + recall == 0)
        return 0;
    score = (1 + factor) * precision * recall;
    score /= factor * precision + recall;
    return 100 * score;
}

/* Of the first reference with the best F. */
static int chrf_statistics(const Index *index, const Segment *segment, const Text *text, Space *space, double *out)
{
    double row[3 * MOST_ORDERS], best = -1;
    size_t size = index->n_statistics * sizeof(double);
    memset(out, 0, size);
    if (read_chrf(index, text, space))
        return -1;
    for (size_t k = 0; k < segment->n_references; k++) {
        const Reference *one = segment->references + k;
        u64 match[MOST_ORDERS] = {0};
        if (match_grams(&one->chars, space->symbols.at, space->symbols.n, index->order, &space->grams, match))
            return -1;
        chrf_orders(space->symbols.n, one->n_chars, index->order, match, row);
        if (index->word_order) {
            u64 words[MOST_ORDERS] = {0};
            if (vocab_ids(&one->vocab, &space->words, &space->ids) ||
                match_grams(&one->words, space->ids.at, space->ids.n, index->word_order, &space->grams, words))
                return -1;
            chrf_orders(space->ids.n, one->n_words, index->word_order, words, row + 3 * index->order);
        }
        if (segment->n_references == 1) {
            memcpy(out, row, size);
            break;
        }
        double score = f_score(index, row);
        if (score > best) {
            best = score;
            memcpy(out, row, size);
        }
    }
    return 0;
}

/* [fewest edits, mean reference length] */
static int ter_statistics(const Segment *segment, const Text *text, Space *space, double *out)
{
    long best = -1, words = 0;
    if (read_words(&space->words, text, SPLIT))
        return -1;
    for (size_t k = 0; k < segment->n_references; k++) {
        const Reference *one = segment->references + k;
        if (vocab_ids(&one->vocab, &space->words, &space->ter.ids))
            return -1;
        long edits = ter_edits(&one->ter, &space->ter);
        if (edits < 0)
            return (int)edits;
        best = best < 0 || edits < best ? edits : best;
        words += (long)one->ter.n;
    }
    out[0] = (double)best;
    out[1] = (double)words / (double)segment->n_references;
    return 0;
}

int text_statistics(const Index *index, const Segment *segment, const Text *text, Space *space, double *out)
{
    if (index->metric == BLEU)
        return bleu_statistics(index, segment, text, space, out);
    return index->metric == CHRF ? chrf_statistics(index, segment, text, space, out) : ter_statistics(segment, text, space, out);
}

/* sacreBLEU's compute_bleu, operation by operation, with the logarithm that math.log calls. */
double bleu_score(const double *row, int order, int smoothing, double value, int effective)
{
    const double *correct = row + 2, *total = correct + order;
    double precisions[MOST_ORDERS] = {0}, penalty = 1, doubled = 1, sum = 0, lost = 0;
    double words = floor(row[0]), reference = floor(row[1]);
    int orders = order, any = 0;
    if (words < reference)
        penalty = words > 0 ? exp(1 - reference / words) : 0;
    for (int k = 0; k < order; k++)
        any |= correct[k] != 0;
    if (!any)
        return 0;
    for (int k = 0; k < order; k++) {
        double more = smoothing == SMOOTH_ADD_K && k ? value : 0, hits = correct[k] + more, all = total[k] + more;
        if (all == 0)
            break;
        if (effective)
            orders = k + 1;
        if (hits != 0)
            precisions[k] = 100. * hits / all;
        else if (smoothing == SMOOTH_EXP) {
            doubled *= 2;
            precisions[k] = 100. / (doubled * all);
        } else if (smoothing == SMOOTH_FLOOR)
            precisions[k] = 100. * value / all;
    }
    for (int k = 0; k < orders; k++) {
        if (precisions[k] == 0)
            return 0; /* sacreBLEU's logarithm of 0 is -9999999999, whose exponential is 0 */
        double x = log(precisions[k]), next = sum + x;
#if PY_VERSION_HEX >= 0x030C0000 /* where Python's sum() of floats keeps what rounding loses (Neumaier 1974) */
        if (k)
            lost += fabs(sum) >= fabs(x) ? (sum - next) + x : (x - next) + sum;
#endif
        sum = next;
    }
    return penalty * exp((sum + lost) / orders);
}

void free_index(Index *index)
{
    free_arena(&index->arena);
    free(index->segments);
    free(index);
}

void free_space(Space *space)
{
    free_words(&space->words);
    free(space->symbols.at);
    free(space->ids.at);
    free_vocab_builder(&space->vocab);
    free_gram_space(&space->grams);
    free_ter_space(&space->ter);
}
