/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log: opening its ring (ring.h), space on disk, appending.
 */
#include "core/store/journal.h"

#include "core/store/internal.h"
#include "core/store/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME     "calls.ring"
#define MAGIC         0x31676e6972697761ull /* "awiring1" */
#define RETRY_FULL_MS 1000

/* --- opening ---------------------------------------------------------------------------------- */

static int init_header(int fd, uint64_t limit)
{
    uint64_t salt = 0;
    uint64_t ring = (limit < 4 * SEGMENT ? 4 * SEGMENT : limit) & ~(SEGMENT - 1);
    int r = posix_fallocate(fd, 0, HEADER);

    if (r) {
        return -r;
    }
    if (ftruncate(fd, (off_t)(HEADER + ring)) < 0) {
        return -errno;
    }
    if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) < 0) {
        salt = ring_mix((uint64_t)getpid() ^ (uint64_t)ring_now_ms() << 32);
    }
    struct header header = {.ring = ring, .salt = salt, .magic = MAGIC};
    return pwrite(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) ? 0 : -ENOSPC;
}

/* Made aside and linked, so that whoever sees it sees it whole. */
static int make_file(int dir_fd, uint64_t limit)
{
    char name[64];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(name, sizeof(name), ".ring-%ld-%ld", (long)getpid(), now.tv_nsec);
    int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    int r = init_header(fd, limit);
    close(fd);
    if (r == 0 && linkat(dir_fd, name, dir_fd, FILE_NAME, 0) < 0 && errno != EEXIST) {
        r = -errno;
    }
    unlinkat(dir_fd, name, 0);
    return r;
}

static int open_file(int dir_fd, uint64_t limit)
{
    if (dir_fd < 0) {
        int fd = memfd_create("awsintercept-calls", MFD_CLOEXEC);
        int r = fd < 0 ? -errno : init_header(fd, limit);
        if (r < 0 && fd >= 0) {
            close(fd);
        }
        return r < 0 ? r : fd;
    }
    int fd = openat(dir_fd, FILE_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) {
        int r = make_file(dir_fd, limit);
        if (r < 0) {
            return r;
        }
        fd = openat(dir_fd, FILE_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    }
    return fd < 0 ? -errno : fd;
}

static int map_journal(int fd, struct awi_journal **ret)
{
    struct header header;
    struct stat st;

    if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) || header.magic != MAGIC ||
        header.ring == 0 || header.ring % SEGMENT != 0 || fstat(fd, &st) < 0 ||
        (uint64_t)st.st_size < HEADER + header.ring) {
        return -EPROTO;
    }
    size_t segments = header.ring / SEGMENT;
    struct awi_journal *journal = calloc(1, sizeof(*journal) + segments * sizeof(*journal->map));
    if (!journal) {
        return -ENOMEM;
    }
    journal->header = mmap(NULL, HEADER, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (journal->header == MAP_FAILED) {
        int error = errno;
        free(journal);
        return -error;
    }
    journal->ring = header.ring;
    journal->salt = header.salt;
    journal->segments = segments;
    journal->dev = st.st_dev;
    journal->ino = st.st_ino;
    atomic_store(&journal->pid, (uint32_t)getpid());
    *ret = journal;
    return 0;
}

int awi_journal_open(int dir_fd, uint64_t limit, struct awi_journal **ret)
{
    *ret = NULL;
    int fd = open_file(dir_fd, limit);
    if (fd < 0) {
        return fd;
    }
    int r = map_journal(fd, ret);
    if (r < 0) {
        close(fd);
        return r;
    }
    (*ret)->fd = awi_fd_hide(fd);
    return 0;
}

/* The host may have closed our descriptor; what is mapped stays usable. */
static bool fd_is_ours(const struct awi_journal *journal)
{
    struct stat st;

    return fstat(journal->fd, &st) == 0 && st.st_ino == journal->ino && st.st_dev == journal->dev;
}

static void close_one(struct awi_journal *journal)
{
    for (size_t i = 0; i < journal->segments; i++) {
        char *map = atomic_load(&journal->map[i]);
        if (map) {
            munmap(map, SEGMENT);
        }
    }
    munmap(journal->header, HEADER);
    if (fd_is_ours(journal)) {
        awi_fd_close(journal->fd);
    }
    free(journal);
}

void awi_journal_close(struct awi_journal *journal)
{
    while (journal) {
        struct awi_journal *older = journal->older;
        close_one(journal);
        journal = older;
    }
}

bool awi_journal_is_gone(const struct awi_journal *journal)
{
    struct stat st;

    return fstat(journal->fd, &st) < 0 || st.st_ino != journal->ino || st.st_dev != journal->dev ||
           st.st_nlink == 0;
}

void awi_journal_fork_child(struct awi_journal *journal)
{
    if (journal) {
        atomic_store(&journal->pid, (uint32_t)getpid());
    }
}

/* --- space ------------------------------------------------------------------------------------ */

/* The record at a position; NULL when its segment cannot be mapped. */
struct record *awi_ring_at(struct awi_journal *journal, uint64_t position)
{
    uint64_t place = position % journal->ring;
    size_t index = place / SEGMENT;
    char *map = atomic_load_explicit(&journal->map[index], memory_order_acquire);

    if (!map) {
        if (!fd_is_ours(journal)) {
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
static void forget(struct awi_journal *journal, uint64_t position)
{
    if (position >= 2 * SEGMENT) {
        size_t index = (position - 2 * SEGMENT) % journal->ring / SEGMENT;
        char *map = atomic_load(&journal->map[index]);
        if (map) {
            madvise(map, SEGMENT, MADV_DONTNEED);
        }
    }
}

/* Zeros, where the file system cannot allocate: behind what anybody uses, and one at a time. */
static int fill(struct awi_journal *journal, uint64_t end)
{
    static const char zeros[4096];

    if (flock(journal->fd, LOCK_EX | LOCK_NB) < 0) {
        return errno;
    }
    int r = 0;
    for (uint64_t at_byte = atomic_load(&journal->header->allocated); at_byte < end && r == 0;
         at_byte += sizeof(zeros)) {
        ssize_t n = pwrite(journal->fd, zeros, sizeof(zeros), (off_t)(HEADER + at_byte));
        r = n < 0 ? errno : n < (ssize_t)sizeof(zeros) ? ENOSPC : 0;
    }
    flock(journal->fd, LOCK_UN);
    return r;
}

/* Blocks on disk for the segment of a position, before anybody touches its pages. */
static int allocate(struct awi_journal *journal, uint64_t position)
{
    uint64_t end = (position / SEGMENT + 1) * SEGMENT;
    uint64_t have = atomic_load_explicit(&journal->header->allocated, memory_order_acquire);

    if (end <= have || have >= journal->ring) {
        return 0;
    }
    if (ring_now_ms() < atomic_load(&journal->full_until)) {
        return -ENOSPC;
    }
    int r = EBADF;
    if (fd_is_ours(journal)) {
        do {
            r = fallocate(journal->fd, 0, (off_t)HEADER, (off_t)end) < 0 ? errno : 0;
        } while (r == EINTR);
        if (r == EOPNOTSUPP) {
            r = fill(journal, end);
        }
    }
    if (r) {
        atomic_store(&journal->full_until, ring_now_ms() + RETRY_FULL_MS);
        return -r;
    }
    while (have < end && !atomic_compare_exchange_weak(&journal->header->allocated, &have, end)) {
    }
    return 0;
}

/* --- appending -------------------------------------------------------------------------------- */

/* Claims size bytes; *ret is their position. */
static int claim(struct awi_journal *journal, uint64_t size, uint64_t *ret, struct record **record)
{
    struct header *header = journal->header;

    for (;;) {
        uint64_t head = atomic_load_explicit(&header->head, memory_order_acquire);
        uint64_t left = SEGMENT - head % SEGMENT;
        bool fits = size <= left;
        int r = allocate(journal, head);
        if (r < 0) {
            return r;
        }
        *record = awi_ring_at(journal, head);
        if (!*record) {
            return -ENOMEM;
        }
        uint64_t word = atomic_load_explicit(&(*record)->word, memory_order_acquire);
        if (ring_is_claimed(journal, head, word)) {
            atomic_compare_exchange_strong(&header->head, &head, head + ring_size_of(word));
            continue;
        }
        uint64_t next = fits ? ring_word_of(journal, head, size, CLAIMED)
                             : ring_word_of(journal, head, left, FILLER);
        if (!atomic_compare_exchange_strong(&(*record)->word, &word, next)) {
            continue;
        }
        uint64_t claimed = head;
        atomic_compare_exchange_strong(&header->head, &head, claimed + (fits ? size : left));
        if (fits) {
            *ret = claimed;
            return 0;
        }
        forget(journal, claimed);
    }
}

int awi_journal_append(struct awi_journal *journal, int64_t time, struct awi_str payload)
{
    struct record *record;
    uint64_t position;

    if (!journal) {
        return -ENOSYS;
    }
    if (payload.len > AWI_JOURNAL_PAYLOAD) {
        return -EFBIG;
    }
    uint64_t size = (sizeof(*record) + payload.len + UNIT - 1) & ~(uint64_t)(UNIT - 1);
    int r = claim(journal, size, &position, &record);
    if (r < 0) {
        atomic_fetch_add(&journal->header->dropped, 1);
        return r;
    }
    record->time = time;
    record->len = (uint32_t)payload.len;
    record->pid = atomic_load_explicit(&journal->pid, memory_order_relaxed);
    record->sum = ring_checksum(position, payload.ptr, payload.len);
    if (payload.len) {
        memcpy(record->payload, payload.ptr, payload.len);
    }
    /* If we were stopped while the ring went round, the word is another's: leave it. */
    uint64_t word = ring_word_of(journal, position, size, CLAIMED);
    atomic_compare_exchange_strong(
        &record->word, &word, ring_word_of(journal, position, size, WRITTEN));
    return 0;
}

void awi_journal_reset(struct awi_journal *journal)
{
    if (journal) {
        uint64_t head = atomic_load(&journal->header->head);
        uint64_t base = atomic_load(&journal->header->base);
        while (base < head && !atomic_compare_exchange_weak(&journal->header->base, &base, head)) {
        }
        atomic_fetch_add(&journal->header->resets, 1);
    }
}

uint64_t awi_journal_dropped(const struct awi_journal *journal)
{
    return journal ? atomic_load(&journal->header->dropped) : 0;
}

uint64_t awi_journal_head(const struct awi_journal *journal)
{
    return journal ? atomic_load_explicit(&journal->header->head, memory_order_acquire) +
                         atomic_load_explicit(&journal->header->resets, memory_order_relaxed)
                   : 0;
}
