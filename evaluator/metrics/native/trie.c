/* The n-grams of references as a trie whose nodes know their suffix.
 *
 * A text is matched as by Aho and Corasick (1975): the state is the longest n-gram that ends at a
 * place and is in the reference; its suffixes are the shorter ones. So a place costs one look-up
 * and as many steps as it has n-grams in common, and two n-grams are never confused.
 */
#include "kernel.h"

static u32 slot_of(u32 parent, u32 symbol, u32 mask)
{
    u32 h = parent * 0x9E3779B1u ^ symbol * 0x85EBCA6Bu;
    return (h ^ (h >> 15)) & mask;
}

static u32 child_of(const Trie *trie, u32 parent, u32 symbol)
{
    for (u32 slot = slot_of(parent, symbol, trie->mask);; slot = (slot + 1) & trie->mask) {
        u32 child = trie->table[slot];
        if (!child || (trie->nodes[child].parent == parent && trie->nodes[child].symbol == symbol))
            return child;
    }
}

static void enter(Trie *trie, u32 child)
{
    u32 slot = slot_of(trie->nodes[child].parent, trie->nodes[child].symbol, trie->mask);
    while (trie->table[slot])
        slot = (slot + 1) & trie->mask;
    trie->table[slot] = child;
}

static int set_table(Trie *trie, size_t size)
{
    if (size > 0x80000000u)
        return -1;
    u32 *table = calloc(size, sizeof(u32));
    if (!table)
        return -1;
    free(trie->table);
    trie->table = table;
    trie->mask = (u32)size - 1;
    for (u32 child = 1; child < trie->n; child++)
        enter(trie, child);
    return 0;
}

static int set_room(Trie *trie, size_t room)
{
    if (room > 0x7fffffffu)
        return -1;
    Node *nodes = realloc(trie->nodes, room * sizeof(Node));
    if (nodes)
        trie->nodes = nodes;
    u32 *count = realloc(trie->count, room * sizeof(u32));
    if (count)
        trie->count = count;
    if (!nodes || !count)
        return -1;
    trie->room = (u32)room;
    return 0;
}

int trie_open(Trie *trie)
{
    if (set_room(trie, 64) || set_table(trie, 128))
        return -1;
    trie->n = 1;
    trie->nodes[0] = (Node){0, UNKNOWN, 0};
    trie->count[0] = 0;
    return 0;
}

static int add_child(Trie *trie, u32 parent, u32 symbol, u32 *child)
{
    if (trie->n == trie->room && set_room(trie, 2 * (size_t)trie->room))
        return -1;
    if (3 * (size_t)trie->n > 2 * (size_t)trie->mask && set_table(trie, 2 * ((size_t)trie->mask + 1)))
        return -1;
    *child = trie->n++;
    trie->nodes[*child] = (Node){parent, symbol, 0};
    trie->count[*child] = 0;
    enter(trie, *child);
    return 0;
}

/* Add a reference: an n-gram's count is the largest in any one of them. `now` is scratch. */
int trie_add(Trie *trie, const u32 *symbols, size_t n, int order, Symbols *now)
{
    u32 ends[MOST_ORDERS + 1] = {0}; /* for each length the n-gram that ended one place before */
    int first = trie->n == 1, longest = 0;
    if (!first) {
        if (symbols_room(now, trie->n + n * (size_t)order))
            return -1;
        memset(now->at, 0, (trie->n + n * (size_t)order) * sizeof(u32));
    }
    for (size_t i = 0; i < n; i++) {
        u32 before = 0, suffix = 0; /* the root ended everywhere */
        longest += longest < order;
        for (int k = 1; k <= longest; k++) {
            u32 node = child_of(trie, before, symbols[i]);
            if (!node && add_child(trie, before, symbols[i], &node))
                return -1;
            trie->nodes[node].suffix = suffix;
            if (first)
                trie->count[node]++;
            else if (++now->at[node] > trie->count[node])
                trie->count[node] = now->at[node];
            suffix = node;
            before = ends[k];
            ends[k] = node;
        }
    }
    return 0;
}

int trie_close(Trie *trie) { return set_room(trie, trie->n); }

/* Add to match[k - 1] how many n-grams of order k text and references have in common. */
int trie_match(const Trie *trie, const u32 *symbols, size_t n, int order, Symbols *left, u64 *match)
{
    if (symbols_room(left, trie->n))
        return -1;
    memcpy(left->at, trie->count, trie->n * sizeof(u32));
    u32 *rest = left->at, state = 0;
    const Node *nodes = trie->nodes;
    int length = 0;
    for (size_t i = 0; i < n && order; i++) {
        u32 symbol = symbols[i];
        if (symbol == UNKNOWN) {
            state = 0;
            length = 0;
            continue;
        }
        if (length == order) {
            state = nodes[state].suffix;
            length--;
        }
        for (;;) {
            u32 child = child_of(trie, state, symbol);
            if (child) {
                state = child;
                length++;
                break;
            }
            if (!length)
                break;
            state = nodes[state].suffix;
            length--;
        }
        u32 node = state;
        for (int k = length; k; k--) {
            u32 hit = rest[node] != 0;
            rest[node] -= hit;
            match[k - 1] += hit;
            node = nodes[node].suffix;
        }
    }
    return 0;
}

void free_trie(Trie *trie)
{
    free(trie->table);
    free(trie->nodes);
    free(trie->count);
}
