/* Matching of a text against a frozen trie, for numbers of either width; included twice by trie.c. */

typedef struct {
    WORD parent, symbol;
    WORD suffix; /* the n-gram without its first symbol */
    WORD follow; /* twice the n-gram that ends one place further where this came first, plus 1 if others do elsewhere */
} NODE;

static inline u32 CHILD(const WORD *table, const NODE *nodes, u32 mask, u32 parent, u32 symbol)
{
    for (u32 slot = slot_of(parent, symbol, mask);; slot = (slot + 1) & mask) {
        u32 child = table[slot];
        if (!child || (nodes[child].parent == parent && nodes[child].symbol == symbol))
            return child;
    }
}

static void FREEZE(const Builder *from, WORD *table, NODE *nodes, WORD *count)
{
    for (u32 i = 0; i <= from->mask; i++)
        table[i] = (WORD)from->table[i];
    for (u32 i = 0; i < from->n; i++) {
        nodes[i] = (NODE){(WORD)from->nodes[i].parent, (WORD)from->nodes[i].symbol, (WORD)from->nodes[i].suffix, (WORD)(2 * from->nodes[i].follow + from->nodes[i].forks)};
        count[i] = (WORD)from->count[i];
    }
}

static void MATCH(const Trie *trie, const u32 *symbols, size_t n, int order, WORD *rest, u64 *match)
{
    const WORD *table = trie->table;
    const NODE *nodes = trie->nodes;
    u32 state = 0;
    int length = 0;
    memcpy(rest, trie->count, trie->n * sizeof(WORD));
    for (size_t i = 0; i < n; i++) {
        u32 symbol = symbols[i];
        if (symbol > (WORD)-2) { /* no symbol of this trie */
            state = 0;
            length = 0;
            continue;
        }
        for (;;) {
            u32 follow = nodes[state].follow, next = follow >> 1;
            if (next && nodes[next].symbol == symbol) {
                state = next;
                length += length < order; /* what follows the longest n-gram is as long */
                break;
            }
            if ((follow & 1) && (next = CHILD(table, nodes, trie->mask, state, symbol))) {
                state = next;
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
            WORD left = rest[node], hit = left != 0;
            rest[node] = (WORD)(left - hit);
            match[k - 1] += hit;
            node = nodes[node].suffix;
        }
    }
}
