/* N-grams that texts and references have in common.
 *
 * Of a reference of up to 512 symbols each symbol has the set of its places, a bit each. The places where
 * the text's n-gram of order k ends are those of order k - 1 one place before, moved by one, where the
 * symbol stands: a shift and an "and" for each order, and no look-up that could fail. The first place
 * stands for the n-gram; how often it occurs is kept there. Longer references use the trie.
 */
#include "kernel.h"

#if defined(_MSC_VER)
#include <intrin.h>
#define ALWAYS_INLINE static __forceinline
static __forceinline u32 lowest(u64 x)
{
    unsigned long i = 0;
    _BitScanForward64(&i, x);
    return (u32)i;
}
#else
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define lowest(x) ((u32)__builtin_ctzll(x))
#endif

#define MOST_WORDS 8
#define ASCII 128

static inline u32 key_slot(const Grams *grams, u32 symbol)
{
    u32 slot = (symbol * 0x9E3779B1u) >> 16 & grams->key_mask;
    while (grams->keys[slot].row && grams->keys[slot].symbol != symbol)
        slot = (slot + 1) & grams->key_mask;
    return slot;
}

/* The set of each symbol: 0 is empty. Words have their number plus one, code points what `make_rows` gave. */
static int find_rows(const Grams *grams, const u32 *symbols, size_t n, Symbols *rows)
{
    if (symbols_room(rows, n))
        return -1;
    u32 *to = rows->at;
    if (!grams->ascii)
        for (size_t i = 0; i < n; i++)
            to[i] = symbols[i] + 1; /* UNKNOWN becomes 0 */
    else
        for (size_t i = 0; i < n; i++) {
            u32 c = symbols[i];
            to[i] = c < ASCII ? grams->ascii[c] : grams->keys ? grams->keys[key_slot(grams, c)].row : 0;
        }
    rows->n = n;
    return 0;
}

static int make_rows(Grams *grams, const u32 *symbols, size_t n, Arena *arena)
{
    size_t others = 0, size = 4;
    for (size_t i = 0; i < n; i++)
        others += symbols[i] >= ASCII;
    while (size < 2 * others)
        size *= 2;
    grams->ascii = arena_take(arena, ASCII * sizeof(uint16_t));
    grams->keys = others ? arena_take(arena, size * sizeof(Key)) : NULL;
    if (!grams->ascii || (others && !grams->keys))
        return -1;
    memset(grams->ascii, 0, ASCII * sizeof(uint16_t));
    if (others)
        memset(grams->keys, 0, size * sizeof(Key));
    grams->key_mask = (u32)size - 1;
    grams->n_rows = 1;
    for (size_t i = 0; i < n; i++) {
        u32 c = symbols[i];
        if (c < ASCII) {
            if (!grams->ascii[c])
                grams->ascii[c] = (uint16_t)grams->n_rows++;
        } else {
            Key *key = grams->keys + key_slot(grams, c);
            if (!key->row)
                *key = (Key){c, grams->n_rows++};
        }
    }
    return 0;
}

/* For each place and order: to which count the n-gram that ends there belongs, given to `counts` as `visit` says. */
ALWAYS_INLINE void run(const u64 *sets, u32 words, u32 stride, int order, const u32 *rows, size_t n, uint16_t *counts, u64 *match, int building)
{
    u64 places[MOST_ORDERS][MOST_WORDS];
    u32 hits[MOST_ORDERS];
    for (int k = 0; k < order; k++) {
        hits[k] = 0;
        for (u32 w = 0; w < words; w++)
            places[k][w] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const u64 *set = sets + (size_t)rows[i] * words;
        for (int k = order - 1; k >= 0; k--) {
            u32 first = 0;
            for (int w = (int)words - 1; w >= 0; w--) {
                u64 moved = k ? places[k - 1][w] << 1 | (w ? places[k - 1][w - 1] >> 63 : 0) : ~(u64)0;
                u64 now = moved & set[w];
                places[k][w] = now;
                first = now ? lowest(now) + 1 + 64 * (u32)w : first;
            }
            uint16_t *count = counts + (size_t)k * stride + first;
            if (building)
                ++*count;
            else {
                uint16_t hit = *count != 0;
                *count = (uint16_t)(*count - hit);
                hits[k] += hit;
            }
        }
    }
    for (int k = 0; k < order && !building; k++)
        match[k] += hits[k];
}

static void run_any(const Grams *grams, int order, const u32 *rows, size_t n, uint16_t *counts, u64 *match, int building)
{
#define RUN(words, order) run(grams->sets, words, grams->stride, order, rows, n, counts, match, building)
#define RUN_WORDS(order)                                            \
    if (grams->words == 1)                                          \
        RUN(1, order);                                              \
    else if (grams->words == 2)                                     \
        RUN(2, order);                                              \
    else if (grams->words == 3)                                     \
        RUN(3, order);                                              \
    else if (grams->words == 4)                                     \
        RUN(4, order);                                              \
    else                                                            \
        RUN(grams->words, order);
    if (order == 6) {
        RUN_WORDS(6)
    } else if (order == 4) {
        RUN_WORDS(4)
    } else if (order == 2) {
        RUN_WORDS(2)
    } else
        RUN(grams->words, order);
}

/* Texts one after another in `symbols`, a place that no symbol has after each. */
static int make_sets(Grams *grams, const u32 *symbols, const size_t *lengths, size_t n_texts, int order, Arena *arena, Symbols *rows, Symbols *spare)
{
    size_t n = 0, size = (size_t)order * grams->stride;
    for (size_t k = 0; k < n_texts; k++)
        n += lengths[k];
    grams->sets = arena_take(arena, (size_t)grams->n_rows * grams->words * sizeof(u64));
    grams->count = arena_take(arena, size * sizeof(uint16_t));
    if (!grams->sets || !grams->count || find_rows(grams, symbols, n, rows) || symbols_room(spare, size))
        return -1;
    memset(grams->sets, 0, (size_t)grams->n_rows * grams->words * sizeof(u64));
    memset(grams->count, 0, size * sizeof(uint16_t));
    for (size_t k = 0, i = 0, place = 0; k < n_texts; k++, place++)
        for (size_t end = i + lengths[k]; i < end; i++, place++)
            grams->sets[(size_t)rows->at[i] * grams->words + place / 64] |= (u64)1 << (place % 64);
    for (size_t k = 0, i = 0; k < n_texts; i += lengths[k++]) {
        uint16_t *now = n_texts == 1 ? grams->count : (uint16_t *)spare->at;
        if (n_texts > 1)
            memset(now, 0, size * sizeof(uint16_t));
        run_any(grams, order, rows->at + i, lengths[k], now, NULL, 1);
        for (size_t at = 0; n_texts > 1 && at < size; at++)
            grams->count[at] = now[at] > grams->count[at] ? now[at] : grams->count[at];
    }
    for (int k = 0; k < order; k++)
        grams->count[(size_t)k * grams->stride] = 0; /* where nothing was found */
    return 0;
}

/* The n-grams of a segment's references, whose counts are the largest in any one of them.
 *
 * n_words: 0 for code points, else one more than the highest number of a word. */
int make_grams(Grams *grams, const u32 *symbols, const size_t *lengths, size_t n_texts, int order, size_t n_words, Arena *arena, GramSpace *space)
{
    size_t n = 0, places = 0;
    for (size_t k = 0; k < n_texts; k++) {
        n += lengths[k];
        places += lengths[k] + 1;
    }
    memset(grams, 0, sizeof(Grams));
    if (!order || !n)
        return 0;
    if (places <= 64 * MOST_WORDS) {
        grams->words = (u32)(places + 63) / 64;
        grams->stride = (u32)places + 1;
        grams->n_rows = (u32)n_words + 1;
        if (!n_words && make_rows(grams, symbols, n, arena))
            return -1;
        return make_sets(grams, symbols, lengths, n_texts, order, arena, &space->rows, &space->spare);
    }
    if (builder_open(&space->builder, n, order))
        return -1;
    for (size_t k = 0, i = 0; k < n_texts; i += lengths[k++])
        builder_add(&space->builder, symbols + i, lengths[k], order);
    return builder_close(&space->builder, arena, &grams->trie);
}

/* Add to match[k - 1] how many n-grams of order k text and references have in common. */
int match_grams(const Grams *grams, const u32 *symbols, size_t n, int order, GramSpace *space, u64 *match)
{
    if (grams->trie.n)
        return trie_match(&grams->trie, symbols, n, order, &space->spare, match);
    if (!grams->words)
        return 0;
    size_t size = (size_t)order * grams->stride;
    if (find_rows(grams, symbols, n, &space->rows) || symbols_room(&space->spare, size))
        return -1;
    memcpy(space->spare.at, grams->count, size * sizeof(uint16_t));
    run_any(grams, order, space->rows.at, n, (uint16_t *)space->spare.at, match, 0);
    return 0;
}

void free_gram_space(GramSpace *space)
{
    free(space->rows.at);
    free(space->spare.at);
    free_builder(&space->builder);
}
