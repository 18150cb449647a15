/* The vocabulary of a segment: numbers for the words of its references. */
#include "kernel.h"

static u32 hash_of(const u32 *word, size_t n)
{
    u64 h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ word[i]) * 0x9E3779B97F4A7C15u;
    return (u32)(h >> 32);
}

static inline u32 slot_of(const Vocab *vocab, const u32 *word, u32 n, u32 hash)
{
    u32 slot = hash & vocab->mask;
    for (; vocab->table[slot]; slot = (slot + 1) & vocab->mask) {
        const Entry *entry = vocab->entries + (vocab->table[slot] - 1);
        if (entry->hash == hash && entry->n == n && !memcmp(vocab->chars + entry->start, word, n * sizeof(u32)))
            break;
    }
    return slot;
}

static int grow(VocabBuilder *b)
{
    u32 room = b->room ? 2 * b->room : 64;
    Entry *entries = realloc(b->vocab.entries, room * sizeof(Entry));
    if (entries)
        b->vocab.entries = entries;
    u32 *table = realloc(b->vocab.table, 2 * room * sizeof(u32));
    if (table)
        b->vocab.table = table;
    if (!entries || !table)
        return -1;
    b->room = room;
    b->vocab.mask = 2 * room - 1;
    memset(table, 0, 2 * room * sizeof(u32));
    for (u32 id = 0; id < b->vocab.n; id++) {
        u32 slot = entries[id].hash & b->vocab.mask;
        while (table[slot])
            slot = (slot + 1) & b->vocab.mask;
        table[slot] = id + 1;
    }
    return 0;
}

int vocab_open(VocabBuilder *b)
{
    b->vocab.n = 0;
    b->chars.n = 0;
    if (!b->room)
        return grow(b);
    memset(b->vocab.table, 0, 2 * b->room * sizeof(u32));
    return 0;
}

/* Numbers for the words of a reference, new ones where they are new. */
int vocab_add(VocabBuilder *b, const Words *words, Symbols *ids)
{
    if (symbols_room(ids, words->n) || symbols_room(&b->chars, b->chars.n + words->chars.n) || words->chars.n > 0x40000000u)
        return -1;
    b->vocab.chars = b->chars.at;
    for (size_t i = 0; i < words->n; i++) {
        if (b->vocab.n == b->room && grow(b))
            return -1;
        const u32 *word = words->chars.at + words->spans[i].start;
        u32 n = (u32)(words->spans[i].end - words->spans[i].start), hash = hash_of(word, n), slot = slot_of(&b->vocab, word, n, hash);
        if (!b->vocab.table[slot]) {
            memcpy(b->chars.at + b->chars.n, word, n * sizeof(u32));
            b->vocab.entries[b->vocab.n++] = (Entry){hash, (u32)b->chars.n, n};
            b->chars.n += n;
            b->vocab.table[slot] = b->vocab.n;
        }
        ids->at[i] = b->vocab.table[slot] - 1;
    }
    ids->n = words->n;
    return 0;
}

/* The same in as little memory as it takes. */
int vocab_close(const VocabBuilder *b, Arena *arena, Vocab *vocab)
{
    size_t size = 4;
    while (2 * size < 3 * ((size_t)b->vocab.n + 1))
        size *= 2;
    u32 *at = arena_take(arena, size * sizeof(u32) + b->vocab.n * sizeof(Entry) + b->chars.n * sizeof(u32));
    if (!at)
        return -1;
    *vocab = (Vocab){b->vocab.n, (u32)size - 1, at, (Entry *)(at + size), (u32 *)((Entry *)(at + size) + b->vocab.n)};
    memset(vocab->table, 0, size * sizeof(u32));
    memcpy(vocab->entries, b->vocab.entries, b->vocab.n * sizeof(Entry));
    memcpy(vocab->chars, b->chars.at, b->chars.n * sizeof(u32));
    for (u32 id = 0; id < vocab->n; id++) {
        u32 slot = vocab->entries[id].hash & vocab->mask;
        while (vocab->table[slot])
            slot = (slot + 1) & vocab->mask;
        vocab->table[slot] = id + 1;
    }
    return 0;
}

int vocab_ids(const Vocab *vocab, const Words *words, Symbols *ids)
{
    if (symbols_room(ids, words->n))
        return -1;
    for (size_t i = 0; i < words->n; i++) {
        const u32 *word = words->chars.at + words->spans[i].start;
        size_t n = words->spans[i].end - words->spans[i].start;
        u32 id = n > 0x40000000u ? 0 : vocab->table[slot_of(vocab, word, (u32)n, hash_of(word, n))];
        ids->at[i] = id ? id - 1 : UNKNOWN;
    }
    ids->n = words->n;
    return 0;
}

void free_vocab_builder(VocabBuilder *b)
{
    free(b->vocab.entries);
    free(b->vocab.table);
    free(b->chars.at);
}
