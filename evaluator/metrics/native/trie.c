/* The n-grams of references as a trie whose nodes know their suffix.
 *
 * A text is matched as by Aho and Corasick (1975): the state is the longest n-gram that ends at a
 * place and is in the reference; its suffixes are the shorter ones. So a place costs one look-up
 * and as many steps as it has n-grams in common, and two n-grams are never confused. Tries are
 * built in scratch memory and kept in 16 bits a number where these do: what is read from memory
 * decides the speed.
 */
#include "kernel.h"

static inline u32 slot_of(u32 parent, u32 symbol, u32 mask)
{
    u32 h = parent * 0x9E3779B1u ^ symbol * 0x85EBCA6Bu;
    return (h ^ (h >> 15)) & mask;
}

#define WORD uint16_t
#define NODE Node16
#define CHILD child16
#define FREEZE freeze16
#define MATCH match16
#include "match.h"
#undef WORD
#undef NODE
#undef CHILD
#undef FREEZE
#undef MATCH
#define WORD uint32_t
#define NODE Node32
#define CHILD child32
#define FREEZE freeze32
#define MATCH match32
#include "match.h"

int builder_open(Builder *b, size_t n_symbols, int order)
{
    size_t most = n_symbols * (size_t)order + 1, size = 16;
    while (2 * size < 3 * most)
        size *= 2;
    if (most > 0x40000000u)
        return -1;
    if (size > b->room) {
        u32 *table = realloc(b->table, size * sizeof(u32));
        if (table)
            b->table = table;
        BuilderNode *nodes = realloc(b->nodes, size * sizeof(BuilderNode));
        if (nodes)
            b->nodes = nodes;
        u32 *count = realloc(b->count, 2 * size * sizeof(u32));
        if (count)
            b->count = count;
        if (!table || !nodes || !count)
            return -1;
        b->room = size;
    }
    b->mask = (u32)size - 1;
    b->n = 1;
    b->widest = 0;
    b->n_texts = 0;
    memset(b->table, 0, size * sizeof(u32));
    b->nodes[0] = (BuilderNode){0, UNKNOWN, 0, 0, 0};
    b->count[0] = 0;
    return 0;
}

/* Add a reference: an n-gram's count is the largest in any one of them. */
void builder_add(Builder *b, const u32 *symbols, size_t n, int order)
{
    u32 ends[MOST_ORDERS + 1] = {0}; /* for each length the n-gram that ended one place before */
    u32 *now = b->count + b->room;   /* counts in this reference, where it is not the first */
    int first = !b->n_texts++, longest = 0;
    if (!first)
        memset(now, 0, b->room * sizeof(u32));
    for (size_t i = 0; i < n; i++) {
        u32 before = 0, suffix = 0, symbol = symbols[i]; /* the root ended everywhere */
        int was = longest;
        longest += longest < order;
        b->widest = symbol > b->widest ? symbol : b->widest;
        for (int k = 1; k <= longest; k++) {
            u32 slot = slot_of(before, symbol, b->mask), node;
            while ((node = b->table[slot]) && !(b->nodes[node].parent == before && b->nodes[node].symbol == symbol))
                slot = (slot + 1) & b->mask;
            if (!node) {
                b->table[slot] = node = b->n++;
                b->nodes[node] = (BuilderNode){before, symbol, suffix, 0, 0};
                b->count[node] = 0;
                if (b->nodes[before].follow)
                    b->nodes[before].forks = 1;
                else
                    b->nodes[before].follow = node;
            }
            if (first)
                b->count[node]++;
            else if (++now[node] > b->count[node])
                b->count[node] = now[node];
            suffix = node;
            before = ends[k];
            ends[k] = node;
        }
        if (was == order && order && !b->nodes[before].follow) /* `before` is the longest that ended one place before */
            b->nodes[before].follow = suffix;
    }
}

int builder_close(const Builder *b, Arena *arena, Trie *trie)
{
    int wide = b->n > 0x7ff0u || b->widest > 0xfff0u;
    for (u32 i = 0; i < b->n && !wide; i++)
        wide = b->count[i] > 0xfff0u;
    size_t word = wide ? 4 : 2;
    char *block = arena_take(arena, ((size_t)b->mask + 1 + 5 * (size_t)b->n) * word);
    if (!block)
        return -1;
    void *count = block + 4 * word * b->n, *table = block + 5 * word * b->n;
    *trie = (Trie){b->n, b->mask, wide, block, count, table};
    if (wide)
        freeze32(b, table, (Node32 *)block, count);
    else
        freeze16(b, table, (Node16 *)block, count);
    return 0;
}

/* Add to match[k - 1] how many n-grams of order k text and references have in common. */
int trie_match(const Trie *trie, const u32 *symbols, size_t n, int order, Symbols *left, u64 *match)
{
    if (!order)
        return 0;
    if (symbols_room(left, trie->n))
        return -1;
    if (trie->wide)
        match32(trie, symbols, n, order, left->at, match);
    else
        match16(trie, symbols, n, order, (uint16_t *)left->at, match);
    return 0;
}

void free_builder(Builder *b)
{
    free(b->table);
    free(b->nodes);
    free(b->count);
}

/* Memory that is given back all at once. */
void *arena_take(Arena *arena, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (!arena->last || arena->last->used + size > arena->last->size) {
        size_t room = size > (1 << 18) ? size : 1 << 18;
        Chunk *chunk = malloc(sizeof(Chunk) + room);
        if (!chunk)
            return NULL;
        *chunk = (Chunk){arena->last, 0, room};
        arena->last = chunk;
    }
    void *at = (char *)(arena->last + 1) + arena->last->used;
    arena->last->used += size;
    return at;
}

void free_arena(Arena *arena)
{
    while (arena->last) {
        Chunk *before = arena->last->before;
        free(arena->last);
        arena->last = before;
    }
}
