/* What the compiled kernel counts: n-grams and edits of texts against references, as sacreBLEU defines them.
 *
 * texts.c   code points, words and the western tokenizer
 * trie.c    the n-grams of a reference, and how many of them a text has
 * ter.c     edits with shifts
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

typedef struct {
    u32 n, mask;
    u32 *table; /* id + 1; 0 is empty */
    u64 *hash;
    size_t *start; /* n + 1 places in `chars` */
    Symbols chars;
    u32 room;
} Vocab;

u32 vocab_find(const Vocab *vocab, const u32 *word, size_t n);
int vocab_add(Vocab *vocab, const u32 *word, size_t n, u32 *id);
int vocab_ids(const Vocab *vocab, const Words *words, Symbols *ids);
void free_vocab(Vocab *vocab);

typedef struct {
    u32 parent, symbol;
    u32 suffix; /* the n-gram without its first symbol */
} Node;

typedef struct {
    u32 n, mask, room;
    u32 *table; /* node; 0 is empty, for the root is no one's child */
    Node *nodes;
    u32 *count;
} Trie; /* every n-gram up to an order is a node; 0 is the root */

int trie_open(Trie *trie);
int trie_add(Trie *trie, const u32 *symbols, size_t n, int order, Symbols *now);
int trie_close(Trie *trie);
int trie_match(const Trie *trie, const u32 *symbols, size_t n, int order, Symbols *left, u64 *match);
void free_trie(Trie *trie);

typedef struct {
    Symbols ids, shifted; /* words of the hypothesis, and after a shift */
    u64 *states;
    int32_t *scores, *rows, *errors_h, *errors_r, *align, *spare;
    uint8_t *ops, *trace;
    size_t room_h, room_r, room_cells, room_states;
} TerSpace;

typedef struct {
    Symbols ids;
    u64 *places; /* for each word of the vocabulary the bits of its places, n_blocks each; NULL for long references */
    size_t n_blocks, n_words; /* words: distinct ones */
} TerReference;

int ter_prepare(TerReference *reference, const Vocab *vocab);
long ter_edits(const TerReference *reference, TerSpace *space); /* of space->ids; -1 when memory is out */
void free_ter_space(TerSpace *space);

typedef struct {
    Vocab vocab;
    Trie chars, words;
    size_t n_chars, n_words;
    TerReference ter;
} Reference;

typedef struct {
    Reference *references; /* of BLEU one, that holds all */
    size_t n_references;
    size_t *lengths; /* BLEU: words of each */
    size_t n_lengths;
} Segment;

enum { BLEU, CHRF, TER };

typedef struct {
    int metric, tokens, order, word_order, whitespace, eps_smoothing;
    double factor; /* beta squared */
    size_t n_segments, n_statistics;
    Segment *segments;
} Index;

typedef struct {
    Words words;
    Symbols symbols, ids, left;
    TerSpace ter;
} Space; /* scratch memory of one call */

int index_segment(Index *index, Segment *segment, const Text *texts, size_t n, Space *space);
int text_statistics(const Index *index, const Segment *segment, const Text *text, Space *space, double *out);
void free_index(Index *index);
void free_space(Space *space);
double bleu_score(const double *row, int order, int smoothing, double value, int effective);

enum { SMOOTH_NONE, SMOOTH_FLOOR, SMOOTH_ADD_K, SMOOTH_EXP };

#endif
