/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log's space: its mapping, a segment at a time, and its blocks on disk, made before
 * anybody touches their pages.
 */
#include "core/store/ring.h"

#include "core/store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#define RETRY_FULL_MS 1000
#define POPULATE      (64u << 10)
#define BUSY_TRIES    1000

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* The host may have closed our descriptor; what is mapped stays usable. */
bool awi_ring_fd_is_ours(const struct awi_journal *journal)
{
    struct stat st;

    return fstat(journal->fd, &st) == 0 && st.st_ino == journal->ino && st.st_dev == journal->dev;
}

/* The record at a position; NULL when its segment cannot be mapped. */
struct record *awi_ring_at(struct awi_journal *journal, uint64_t position)
{
    uint64_t place = position % journal->ring;
    size_t index = place / SEGMENT;
    char *map = atomic_load_explicit(&journal->map[index], memory_order_acquire);

    if (!map) {
        if (!awi_ring_fd_is_ours(journal)) {
            return NULL;
        }
        map = mmap(NULL,
                   SEGMENT,
                   PROT_READ | PROT_WRITE,
                   MAP_SHARED,
                   journal->fd,
                   (off_t)(HEADER + index * SEGMENT));
        if (map == MAP_FAILED) {
            return NULL;
        }
        char *first = NULL;
        if (!atomic_compare_exchange_strong(&journal->map[index], &first, map)) {
            munmap(map, SEGMENT);
            map = first;
        }
    }
    return (struct record *)(void *)(map + place % SEGMENT);
}

/* Leaving a segment: what lies two behind need not stay in this process's memory. */
void awi_ring_forget(struct awi_journal *journal, uint64_t position)
{
    if (position >= 2 * SEGMENT) {
        size_t index = (position - 2 * SEGMENT) % journal->ring / SEGMENT;
        char *map = atomic_load(&journal->map[index]);
        if (map) {
            madvise(map, SEGMENT, MADV_DONTNEED);
        }
    }
}

/* Zeros behind what anybody uses. They put the pages into the cache as well, so that a first touch
 * through the mapping costs a fraction of what it does on blocks that were merely reserved; and
 * they stand for the reservation where the file system has none. */
static int fill(const struct awi_journal *journal, uint64_t from, uint64_t end)
{
    static const char zeros[64 * 1024];

    while (from < end) {
        ssize_t n = pwrite(journal->fd, zeros, sizeof(zeros), (off_t)(HEADER + from));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : ENOSPC;
        }
        from += (uint64_t)n;
    }
    return 0;
}

static int extend(const struct awi_journal *journal, uint64_t from, uint64_t end)
{
    int r = -awi_room_for(HEADER + end);

    if (r) {
        return r;
    }
    do {
        r = fallocate(journal->fd, 0, (off_t)(HEADER + from), (off_t)(end - from)) < 0 ? errno : 0;
    } while (r == EINTR);
    return r == EOPNOTSUPP || (r == 0 && !journal->tmpfs) ? fill(journal, from, end) : r;
}

/* Makes the blocks up to end exist. One process at a time, and one thread of it; -EBUSY: another is
 * at it. The lock is gone when its holder is killed. */
static int prepare(struct awi_journal *journal, uint64_t end)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    int r = EBADF;

    if (atomic_exchange(&journal->preparing, true)) {
        return -EBUSY;
    }
    if (awi_ring_fd_is_ours(journal)) {
        r = fcntl(journal->fd, F_SETLK, &lock) < 0 ? EBUSY : 0;
    }
    if (r == 0) {
        uint64_t have = atomic_load(&journal->header->allocated);
        r = have < end ? extend(journal, have, end) : 0;
        if (r == 0 && have < end) {
            atomic_store(&journal->header->allocated, end);
        }
        lock.l_type = F_UNLCK;
        fcntl(journal->fd, F_SETLK, &lock);
    }
    if (r != 0 && r != EBUSY) {
        atomic_store(&journal->full_until, ring_now_ms() + RETRY_FULL_MS);
    }
    atomic_store(&journal->preparing, false);
    return -r;
}

/* Blocks on disk for the segment of a position, before anybody touches its pages. The next one is
 * made when half of this is used, so that nobody has to wait at the border. */
int awi_ring_allocate(struct awi_journal *journal, uint64_t position)
{
    const struct header *header = journal->header;
    uint64_t end = (position / SEGMENT + 1) * SEGMENT;
    uint64_t have = atomic_load_explicit(&header->allocated, memory_order_acquire);

    if (have >= journal->ring || have > end) {
        return 0;
    }
    if (have == end && position % SEGMENT < SEGMENT / 2) {
        return 0;
    }
    if (ring_now_ms() < atomic_load(&journal->full_until)) {
        return have == end ? 0 : -ENOSPC;
    }
    if (have == end) {
        prepare(journal, end + SEGMENT);
        return 0;
    }
    int r = -EBUSY;
    for (unsigned i = 0; i < BUSY_TRIES && r == -EBUSY; i++) {
        r = prepare(journal, end);
        if (r == -EBUSY) {
            sched_yield();
            r = atomic_load(&header->allocated) >= end ? 0 : r;
        }
    }
    return r;
}

/* Lets go of pages that were written. Who still writes there faults them in again. */
static void unpopulate(struct awi_journal *journal, uint64_t start)
{
    uint64_t place = start % journal->ring;
    char *map = atomic_load(&journal->map[place / SEGMENT]);

    if (map) {
        madvise(map + place % SEGMENT, POPULATE, MADV_DONTNEED);
    }
}

/* Maps the pages that come next in one go, which costs a fraction of a fault for each, and gives
 * those before them back: a process that calls much must not grow by the log's size. */
void awi_ring_populate(struct awi_journal *journal, uint64_t position)
{
    uint64_t done = atomic_load_explicit(&journal->populated, memory_order_relaxed);

    if (position < done && done - position <= POPULATE) {
        return;
    }
    uint64_t start = position & ~(uint64_t)(POPULATE - 1);
    if (atomic_compare_exchange_strong(&journal->populated, &done, start + POPULATE)) {
        madvise(awi_ring_at(journal, start), POPULATE, MADV_POPULATE_WRITE);
        if (done >= POPULATE && start != done - POPULATE) {
            unpopulate(journal, done - POPULATE);
        }
    }
}
