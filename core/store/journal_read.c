/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the call log: in order, without holding writers up, past what killed ones left behind.
 */
#include "core/store/ring.h"

#include <errno.h>
#include <stdlib.h>

#define STALE_MS 100

struct awi_journal_reader {
    struct awi_journal *journal;
    uint64_t at;
    uint64_t missed;
    uint64_t dead_before; /* unfinished records before it are taken for dead */
    uint64_t wait_head;   /* becomes dead_before when the wait is over */
    int64_t wait_since;   /* ms; 0: no wait */
    struct awi_buf payload;
};

int awi_journal_reader_new(struct awi_journal *journal,
                           uint64_t after,
                           struct awi_journal_reader **ret)
{
    struct awi_journal_reader *reader = journal ? calloc(1, sizeof(*reader)) : NULL;

    *ret = reader;
    if (!reader) {
        return journal ? -ENOMEM : -EINVAL;
    }
    reader->journal = journal;
    awi_buf_init(&reader->payload, AWI_JOURNAL_PAYLOAD);
    uint64_t head = atomic_load(&journal->header->head);
    reader->at = after == UINT64_MAX ? head : 0;
    if (after != 0 && after < head) {
        /* An id is the position of its record plus one; the next one begins where it ends. */
        struct record *record = awi_ring_at(journal, after - 1);
        uint64_t word = record ? atomic_load(&record->word) : 0;
        reader->at = ring_is_claimed(journal, after - 1, word) ? after - 1 + ring_size_of(word) : 0;
    }
    return 0;
}

void awi_journal_reader_free(struct awi_journal_reader *reader)
{
    if (reader) {
        awi_buf_deinit(&reader->payload);
        free(reader);
    }
}

uint64_t awi_journal_missed(const struct awi_journal_reader *reader)
{
    return reader->missed;
}

/* The oldest position that is safe from writers: a segment's start, one segment ahead of them. */
static uint64_t oldest(const struct awi_journal *journal, uint64_t head)
{
    uint64_t end = (head / SEGMENT + 2) * SEGMENT;
    uint64_t first = end > journal->ring ? end - journal->ring : 0;
    uint64_t base = atomic_load(&journal->header->base);

    return base > first ? base : first;
}

/* Is the claimed record at the reader's place to be waited for? */
static bool wait_for(struct awi_journal_reader *reader, uint64_t head)
{
    if (reader->at < reader->dead_before) {
        return false;
    }
    int64_t now = ring_now_ms();
    if (reader->wait_since == 0) {
        reader->wait_since = now;
        reader->wait_head = head;
        return true;
    }
    if (now - reader->wait_since <= STALE_MS) {
        return true;
    }
    reader->dead_before = reader->wait_head;
    reader->wait_since = 0;
    return false;
}

/* Copies the record; false when it is none that holds together. */
static bool take(struct awi_journal_reader *reader,
                 const struct record *from,
                 uint64_t size,
                 struct awi_journal_record *record)
{
    uint32_t len = from->len;
    uint64_t sum = from->sum;

    record->id = reader->at + 1;
    record->time = from->time;
    record->pid = (pid_t)from->pid;
    awi_buf_clear(&reader->payload);
    if (len > size - sizeof(*from) || awi_buf_add(&reader->payload, from->payload, len) < 0) {
        return false;
    }
    record->payload = awi_buf_view(&reader->payload);
    return ring_checksum(reader->at, record->payload.ptr, len) == sum;
}

int awi_journal_next(struct awi_journal_reader *reader, struct awi_journal_record *record)
{
    struct awi_journal *journal = reader->journal;

    for (;;) {
        uint64_t head = atomic_load_explicit(&journal->header->head, memory_order_acquire);
        uint64_t first = oldest(journal, head);
        if (reader->at < first) {
            uint64_t base = atomic_load(&journal->header->base);
            reader->missed += first > base ? first - reader->at : 0;
            reader->at = first;
        }
        if (reader->at >= head) {
            return -ENODATA;
        }
        struct record *from = awi_ring_at(journal, reader->at);
        if (!from) {
            return -ENOMEM;
        }
        uint64_t word = atomic_load_explicit(&from->word, memory_order_acquire);
        if (!ring_is_claimed(journal, reader->at, word) || ring_size_of(word) == 0) {
            /* Overwritten in this moment, or damaged: on with the next segment. */
            uint64_t next = (reader->at / SEGMENT + 1) * SEGMENT;
            reader->missed += next - reader->at;
            reader->at = next;
            continue;
        }
        uint64_t size = ring_size_of(word);
        if ((word & 3) == CLAIMED && wait_for(reader, head)) {
            return -EAGAIN;
        }
        bool good = (word & 3) == WRITTEN && take(reader, from, size, record);
        /* Copied while it was being overwritten? */
        good = good && atomic_load_explicit(&from->word, memory_order_acquire) == word;
        reader->at += size;
        reader->wait_since = 0;
        if (good) {
            return 0;
        }
    }
}
