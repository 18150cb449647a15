/* What the compiled kernel counts: n-grams and edits of texts against references, as sacreBLEU defines them.
 *
 * texts.c   code points, words and the western tokenizer
 * words.c   the vocabulary of a segment
 * grams.c   the n-grams of references, and how many of them a text has
 * trie.c    the same for long references (match.h)
 * distance.c, ter.c   edits with shifts
 * index.c   all references of a metric, and the statistics of one text against them
 * module.c  what Python calls
 *
 * Nothing here holds the GIL but module.c; functions that allocate return -1 when memory is out.
 */
#ifndef EVALUATOR_KERNEL_H
#define EVALUATOR_KERNEL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define UNKNOWN 0xFFFFFFFFu /* a word that no reference has; no code point either */
#define MOST_ORDERS 64

typedef struct {
    const void *data;
    size_t n;
    int kind;
} Text; /* a Python string, kept alive by whoever made this */

typedef struct {
    u32 *at;
    size_t n, room;
} Symbols; /* code points or word ids */

typedef struct {
    size_t start, end;
} Span;

typedef struct {
    Symbols chars, other;
    Span *spans;
    size_t n, room;
} Words; /* one text's words: places in `chars` */

enum { SPLIT, TOKENS_13A, TOKENS_WESTERN }; /* blanks alone; mteval-v13a; its last part alone, as after zh */

int symbols_room(Symbols *s, size_t n);
int read_chars(Symbols *out, const Text *text, int whitespace);
int read_words(Words *words, const Text *text, int tokens);
int part_punctuation(Words *words);
void free_words(Words *words);

typedef struct Chunk {
    struct Chunk *before;
    size_t used, size;
} Chunk;

typedef struct {
    Chunk *last;
} Arena;

void *arena_take(Arena *arena, size_t size);
void free_arena(Arena *arena);

typedef struct {
    u32 hash, start, n;
} Entry;

typedef struct {
    u32 n, mask;
    u32 *table; /* id + 1; 0 is empty */
    Entry *entries;
    u32 *chars;
} Vocab; /* the words of a segment's references */

typedef struct {
    Vocab vocab;
    Symbols chars;
    u32 room; /* of entries; the table has twice as many */
} VocabBuilder;

int vocab_open(VocabBuilder *builder);
int vocab_add(VocabBuilder *builder, const Words *words, Symbols *ids);
int vocab_close(const VocabBuilder *builder, Arena *arena, Vocab *vocab);
int vocab_ids(const Vocab *vocab, const Words *words, Symbols *ids);
void free_vocab_builder(VocabBuilder *builder);

typedef struct {
    u32 n, mask;
    int wide;
    void *nodes, *count, *table; /* 32 or 16 bits a number; node 0 is the root, and in the table nothing */
} Trie;  /* every n-gram up to an order is a node */

typedef struct {
    u32 parent, symbol, suffix, follow, forks; /* forks: 1 when more than one symbol comes after it */
} BuilderNode;

typedef struct {
    u32 n, mask, widest;
    size_t n_texts, room;
    u32 *table, *count;
    BuilderNode *nodes;
} Builder;

int builder_open(Builder *builder, size_t n_symbols, int order);
void builder_add(Builder *builder, const u32 *symbols, size_t n, int order);
int builder_close(const Builder *builder, Arena *arena, Trie *trie);
void free_builder(Builder *builder);
int trie_match(const Trie *trie, const u32 *symbols, size_t n, int order, Symbols *left, u64 *match);

typedef struct {
    u32 symbol, row;
} Key;

typedef struct {
    u32 words, stride, n_rows, key_mask; /* 64-bit words of a set; 0 when the trie is used, or nothing is there */
    uint16_t *ascii, *count;             /* set of a code point; count by order and first place plus one */
    Key *keys;                           /* sets of other code points */
    u64 *sets;
    Trie trie;
} Grams;

typedef struct {
    Symbols rows, spare;
    Builder builder;
} GramSpace;

int make_grams(Grams *grams, const u32 *symbols, const size_t *lengths, size_t n_texts, int order, size_t n_words, Arena *arena, GramSpace *space);
int match_grams(const Grams *grams, const u32 *symbols, size_t n, int order, GramSpace *space, u64 *match);
void free_gram_space(GramSpace *space);

typedef struct {
    Symbols ids, shifted; /* words of the hypothesis, and after a shift */
    u64 *states;
    int32_t *scores, *rows, *errors_h, *errors_r, *align, *spare;
    uint8_t *ops, *trace;
    size_t room_h, room_r, room_cells, room_states;
} TerSpace;

typedef struct {
    const u32 *ids;
    size_t n;
    u64 *places; /* for each word of the vocabulary the bits of its places, n_blocks each; NULL for long references */
    size_t n_blocks, n_words; /* words: distinct ones */
} TerReference;

int ter_prepare(TerReference *reference, const Symbols *ids, size_t n_words, Arena *arena);
long ter_edits(const TerReference *reference, TerSpace *space); /* of space->ids; -1 when memory is out */
void free_ter_space(TerSpace *space);

typedef struct {
    Vocab vocab;
    Grams chars, words;
    size_t n_chars, n_words;
    TerReference ter;
} Reference;

typedef struct {
    Reference *references; /* of BLEU one, that holds all */
    size_t n_references, n_lengths;
    size_t *lengths; /* BLEU: words of each */
} Segment;

enum { BLEU, CHRF, TER };

typedef struct {
    int metric, tokens, order, word_order, whitespace, eps_smoothing;
    double factor; /* beta squared */
    size_t n_segments, n_statistics;
    Segment *segments;
    Arena arena;
} Index;

typedef struct {
    Words words;
    Symbols symbols, ids;
    VocabBuilder vocab;
    GramSpace grams;
    TerSpace ter;
} Space; /* scratch memory of one call */

int index_segment(Index *index, Segment *segment, const Text *texts, size_t n, Space *space);
int text_statistics(const Index *index, const Segment *segment, const Text *text, Space *space, double *out);
void free_index(Index *index);
void free_space(Space *space);
double bleu_score(const double *row, int order, int smoothing, double value, int effective);

enum { SMOOTH_NONE, SMOOTH_FLOOR, SMOOTH_ADD_K, SMOOTH_EXP };

#endif
