/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log: what every request of every process leaves behind for `awsintercept log` and
 * `report`. A ring of bounded size in the state directory, written through shared memory.
 *
 * Writing never waits, for a lock or for a disk: a few atomic operations and a copy (some 0.1 us).
 * Space is allocated on disk before it is touched, a MiB at a time; when the disk is full the
 * record is dropped and counted. A writer that is killed in the middle leaves one record that was
 * never finished; readers pass over it. The oldest records are overwritten when the ring is full.
 *
 * The journal does not look into payloads. A record's order is the order in which its place was
 * reserved. Nothing here survives the death of the machine.
 */
#pragma once

#include "core/util/buf.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AWI_JOURNAL_LIMIT   (64u << 20)  /* of a new journal */
#define AWI_JOURNAL_PAYLOAD (256u << 10) /* the longest payload */

struct awi_journal;

/*
 * Opens the journal in the directory, making it when it is not there; dir_fd -1: in memory, shared
 * with forks. limit: bytes the ring of a new journal may take, at least 4 MiB; an existing one
 * keeps its size. 0, or -errno (-EPROTO: a file that is no journal of this version) with *ret NULL.
 * dir_fd is not kept.
 */
int awi_journal_open(int dir_fd, uint64_t limit, struct awi_journal **ret);
void awi_journal_close(struct awi_journal *journal);
/* In a forked child: records from now on bear its process id. NULL is nothing. */
void awi_journal_fork_child(struct awi_journal *journal);

/* Appends a record; time is the caller's, any unit. 0; -EFBIG; -ENOSPC and the like when it was
 * dropped (counted). A NULL journal drops silently. Any thread. */
int awi_journal_append(struct awi_journal *journal, int64_t time, struct awi_str payload);

/* Forgets all records so far, for all processes. NULL is nothing. */
void awi_journal_reset(struct awi_journal *journal);

/* Records that could not be written, since the journal was made. */
uint64_t awi_journal_dropped(const struct awi_journal *journal);
/* Changes with each append and reset of any process: for polling. A few ns. */
uint64_t awi_journal_head(const struct awi_journal *journal);

struct awi_journal_record {
    uint64_t id; /* rises from record to record; where to resume */
    int64_t time;
    pid_t pid;
    struct awi_str payload; /* until the reader's next call */
};

/* Reads from the record after id `after`; 0: from the oldest that is left. UINT64_MAX: only what is
 * written from now on. */
struct awi_journal_reader;
int awi_journal_reader_new(struct awi_journal *journal,
                           uint64_t after,
                           struct awi_journal_reader **ret);
void awi_journal_reader_free(struct awi_journal_reader *reader);

/*
 * The next finished record. -ENODATA: there are no more now. -EAGAIN: one stands in the way that is
 * being written this moment; ask again in a millisecond or so (after 100 ms it is taken for dead
 * and passed over). Never sleeps.
 */
int awi_journal_next(struct awi_journal_reader *reader, struct awi_journal_record *record);
/* Records that were overwritten before this reader came to them, as bytes; 0: none missed. */
uint64_t awi_journal_missed(const struct awi_journal_reader *reader);
