/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log: opening its ring (ring.h), space on disk, appending.
 */
#include "core/store/journal.h"

#include "core/store/internal.h"
#include "core/store/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "calls.ring"
#define MAGIC     0x31676e6972697761ull /* "awiring1" */

/* --- opening ---------------------------------------------------------------------------------- */

static int init_header(int fd, uint64_t limit)
{
    uint64_t salt = 0;
    uint64_t ring = (limit < 4 * SEGMENT ? 4 * SEGMENT : limit) & ~(SEGMENT - 1);
    int r = -awi_room_for(HEADER + ring);

    if (r == 0) {
        r = posix_fallocate(fd, 0, HEADER);
    }
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
    struct statfs fs;
    journal->tmpfs = fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
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

static void close_one(struct awi_journal *journal)
{
    for (size_t i = 0; i < journal->segments; i++) {
        char *map = atomic_load(&journal->map[i]);
        if (map) {
            munmap(map, SEGMENT);
        }
    }
    munmap(journal->header, HEADER);
    if (awi_ring_fd_is_ours(journal)) {
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
        atomic_store(&journal->preparing, false);
    }
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
        int r = awi_ring_allocate(journal, head);
        if (r < 0) {
            return r;
        }
        *record = awi_ring_at(journal, head);
        if (!*record) {
            return -ENOMEM;
        }
        awi_ring_populate(journal, head);
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
        awi_ring_forget(journal, claimed);
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
