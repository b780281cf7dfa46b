/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring behind journal.h.
 *
 * A position is a count of bytes since the journal was made; its place in the file is the position
 * modulo the ring's size. head is the position of the next record. Each record begins with one word
 * that holds a tag of its position, its length and its state. To append, a writer swaps that word
 * at head from whatever the last round left to its own (which claims the place and tells everybody
 * its length at once) and then moves head on; who finds a claimed word at head moves it for the
 * one that was interrupted. So no place is ever reserved whose length is unknown, whoever dies.
 * Records do not cross segments; a claimed filler takes what is left of one.
 *
 * A tag is a hash of the position and a salt of this journal, so that old bytes of the ring, or a
 * payload, are not taken for a record (one in 2^44).
 */
#pragma once

#include "core/store/journal.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SEGMENT   ((uint64_t)1 << 20)
#define HEADER    4096u
#define UNIT      16u
#define LEN_BITS  17
#define TAG_SHIFT (LEN_BITS + 2)

enum { CLAIMED = 1, WRITTEN = 2, FILLER = 3 };

/* The first page of the file. Fixed once made, but for the atomics. */
struct header {
    uint64_t magic;
    uint64_t ring;
    uint64_t salt;
    _Alignas(64) _Atomic uint64_t head;
    _Alignas(64) _Atomic uint64_t base; /* records before it were reset */
    _Atomic uint64_t allocated;         /* positions below have their blocks on disk */
    _Atomic uint64_t dropped;
    _Atomic uint64_t resets;
};

struct record {
    _Atomic uint64_t word;
    int64_t time;
    uint32_t len;
    uint32_t pid;
    uint64_t sum;
    char payload[];
};

struct awi_journal {
    int fd;
    dev_t dev;
    ino_t ino;
    struct header *header;
    uint64_t ring;
    uint64_t salt;
    _Atomic uint32_t pid;
    bool tmpfs;                 /* allocated pages are there and zero already */
    _Atomic bool preparing;     /* a thread of this process makes blocks */
    _Atomic uint64_t populated; /* position up to which pages are mapped in this process */
    _Atomic int64_t full_until; /* ms: no new attempt to allocate before */
    struct awi_journal *older;  /* of a directory that was removed; others may still look at it */
    size_t segments;
    _Atomic(char *) map[]; /* of each segment, when it was needed */
};

static inline int64_t ring_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline uint64_t ring_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ull;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ull;
    return x ^ x >> 32;
}

static inline uint64_t ring_tag_of(const struct awi_journal *journal, uint64_t position)
{
    return ring_mix(position ^ journal->salt) << TAG_SHIFT;
}

static inline uint64_t
ring_word_of(const struct awi_journal *journal, uint64_t at, uint64_t size, unsigned how)
{
    return ring_tag_of(journal, at) | (size / UNIT) << 2 | how;
}

static inline bool
ring_is_claimed(const struct awi_journal *journal, uint64_t position, uint64_t word)
{
    return (word >> TAG_SHIFT) == (ring_tag_of(journal, position) >> TAG_SHIFT) && (word & 3) != 0;
}

static inline uint64_t ring_size_of(uint64_t word)
{
    return (word >> 2 & ((1u << LEN_BITS) - 1)) * UNIT;
}

static inline uint64_t ring_checksum(uint64_t at, const char *data, size_t len)
{
    uint64_t sum = at + len;

    for (; len >= 8; data += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
        sum ^= sum >> 29;
    }
    uint64_t rest = 0;
    memcpy(&rest, data, len);
    return ring_mix(sum ^ rest);
}

/* Was its file removed? */
bool awi_journal_is_gone(const struct awi_journal *journal);

/* The record at a position; NULL when its segment cannot be mapped. */
struct record *awi_ring_at(struct awi_journal *journal, uint64_t position);

/* ring.c. The host may have closed the descriptor; what is mapped stays usable. */
bool awi_ring_fd_is_ours(const struct awi_journal *journal);
/* Blocks on disk for the segment of a position. 0 or -errno. */
int awi_ring_allocate(struct awi_journal *journal, uint64_t position);
/* Maps the pages that come next in one go; gives those of a segment left long ago back. */
void awi_ring_populate(struct awi_journal *journal, uint64_t position);
void awi_ring_forget(struct awi_journal *journal, uint64_t position);
