/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log: order, wrap-around, reset, resuming, unfinished records, a full disk, and many
 * threads and processes that are killed while they append.
 */
#include "core/store/journal.h"
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (1u << 20)

struct fixture {
    char dir[64];
    int dir_fd;
    struct awi_journal *journal;
};

static int setup(void **state, bool memory)
{
    struct fixture *f = calloc(1, sizeof(*f));

    t_new_dir(f->dir, sizeof(f->dir));
    f->dir_fd = memory ? -1 : open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = f;
    return awi_journal_open(f->dir_fd, 4 * MIB, &f->journal);
}

static int setup_dir(void **state)
{
    return setup(state, false);
}

static int setup_memory(void **state)
{
    return setup(state, true);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    awi_journal_close(f->journal);
    if (f->dir_fd >= 0) {
        close(f->dir_fd);
    }
    t_remove_dir(f->dir);
    free(f);
    return 0;
}

/* The next record, waiting for one that is being written. */
static int next(struct awi_journal_reader *reader, struct awi_journal_record *record)
{
    int r;

    while ((r = awi_journal_next(reader, record)) == -EAGAIN) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return r;
}

static void append(struct awi_journal *journal, int64_t number, size_t len)
{
    static char bytes[AWI_JOURNAL_PAYLOAD];

    memset(bytes, (int)number, len);
    assert_int_equal(awi_journal_append(journal, number, awi_str_of(bytes, len)), 0);
}

static void test_order(void **state)
{
    struct awi_journal *journal = ((struct fixture *)*state)->journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    uint64_t last = 0;

    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    uint64_t head = awi_journal_head(journal);
    for (int i = 0; i < 200; i++) {
        append(journal, i, (size_t)i * 7);
    }
    assert_true(awi_journal_head(journal) != head);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(awi_journal_next(reader, &record), 0);
        assert_int_equal(record.time, i);
        assert_int_equal(record.pid, getpid());
        assert_int_equal(record.payload.len, i * 7);
        assert_true(record.id > last);
        last = record.id;
        for (size_t k = 0; k < record.payload.len; k++) {
            assert_int_equal((unsigned char)record.payload.ptr[k], i);
        }
    }
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    append(journal, 7, 1);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 7);
    assert_int_equal(awi_journal_missed(reader), 0);
    awi_journal_reader_free(reader);

    assert_int_equal(awi_journal_reader_new(journal, last, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 7);
    awi_journal_reader_free(reader);
    assert_int_equal(awi_journal_reader_new(journal, UINT64_MAX, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    append(journal, 8, 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 8);
    awi_journal_reader_free(reader);
}

static void test_limits(void **state)
{
    struct awi_journal *journal = ((struct fixture *)*state)->journal;
    char *bytes = calloc(1, AWI_JOURNAL_PAYLOAD + 1);

    assert_int_equal(awi_journal_append(journal, 1, awi_str_of(bytes, AWI_JOURNAL_PAYLOAD + 1)),
                     -EFBIG);
    append(journal, 1, AWI_JOURNAL_PAYLOAD);
    assert_int_equal(awi_journal_append(NULL, 1, AWI_STR("x")), -ENOSYS);
    awi_journal_reset(NULL);
    awi_journal_fork_child(NULL);
    assert_int_equal(awi_journal_dropped(journal), 0);
    free(bytes);
}

/* Several rounds of the ring: the newest are there, whole and in order; what is gone is counted. */
static void test_wraps(void **state)
{
    struct awi_journal *journal = ((struct fixture *)*state)->journal;
    struct awi_journal_reader *early;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    int64_t last = -1;
    unsigned count = 0;

    assert_int_equal(awi_journal_reader_new(journal, 0, &early), 0);
    append(journal, 0, 100);
    for (int i = 1; i < 30000; i++) {
        append(journal, i, 100 + (size_t)(i * 37 % 900));
    }
    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    while (next(reader, &record) == 0) {
        assert_true(last < 0 || record.time == last + 1);
        last = record.time;
        count++;
    }
    assert_int_equal(last, 29999);
    assert_true(count > 2 * MIB / 600);
    assert_int_equal(awi_journal_next(early, &record), 0);
    assert_true(record.time > 0);
    assert_true(awi_journal_missed(early) > 0);
    awi_journal_reader_free(early);
    awi_journal_reader_free(reader);
}

static void test_reset(void **state)
{
    struct awi_journal *journal = ((struct fixture *)*state)->journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;

    append(journal, 1, 10);
    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    uint64_t head = awi_journal_head(journal);
    awi_journal_reset(journal);
    assert_true(awi_journal_head(journal) != head);
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    append(journal, 2, 10);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 2);
    assert_int_equal(awi_journal_missed(reader), 0);
    awi_journal_reader_free(reader);
}

/* --- many writers ----------------------------------------------------------------------------- */

struct writer {
    struct awi_journal *journal;
    uint64_t number;
    unsigned records; /* 0: until killed */
};

/* Payload: writer, sequence, then bytes that follow from both. */
static void *write_many(void *arg)
{
    struct writer *w = arg;
    uint64_t seed = w->number;
    uint64_t words[40];

    for (uint64_t i = 0; w->records == 0 || i < w->records; i++) {
        size_t n = 2 + t_random(&seed) % 38;
        words[0] = w->number;
        words[1] = i;
        for (size_t k = 2; k < n; k++) {
            words[k] = w->number * 1000003 + i + k;
        }
        awi_journal_append(w->journal, (int64_t)n, awi_str_of(words, n * 8));
    }
    return NULL;
}

static void check_payload(const struct awi_journal_record *record, uint64_t *writer, uint64_t *at)
{
    uint64_t words[40];
    size_t n = record->payload.len / 8;

    assert_true(n >= 2 && n <= 40 && record->payload.len % 8 == 0);
    memcpy(words, record->payload.ptr, record->payload.len);
    assert_int_equal(record->time, n);
    for (size_t k = 2; k < n; k++) {
        assert_int_equal(words[k], words[0] * 1000003 + words[1] + k);
    }
    *writer = words[0];
    *at = words[1];
}

enum { THREADS = 8, EACH = 500 };

static int threads_as_child(void *arg)
{
    struct writer *w = arg;
    pthread_t threads[THREADS];
    struct writer writers[THREADS];

    awi_journal_fork_child(w->journal);
    for (unsigned i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){w->journal, w->number * THREADS + i, EACH};
        pthread_create(&threads[i], NULL, write_many, &writers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    return 0;
}

/* Two processes of eight threads: every record is there once, in each writer's order. */
static void test_threads_and_processes(void **state)
{
    struct awi_journal *journal = ((struct fixture *)*state)->journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    uint64_t seen[2 * THREADS] = {0};
    pid_t pids[2];
    int status;

    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    for (unsigned i = 0; i < 2; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct writer w = {journal, i, 0};
            _exit(threads_as_child(&w));
        }
    }
    unsigned total = 0;
    while (total < 2 * THREADS * EACH) {
        uint64_t writer;
        uint64_t at;
        int r = next(reader, &record);
        if (r == -ENODATA) {
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
            continue;
        }
        assert_int_equal(r, 0);
        check_payload(&record, &writer, &at);
        assert_true(writer < 2 * THREADS);
        assert_int_equal(record.pid, pids[writer / THREADS]);
        assert_int_equal(at, seen[writer]);
        seen[writer]++;
        total++;
    }
    assert_int_equal(next(reader, &record), -ENODATA);
    assert_int_equal(awi_journal_missed(reader), 0);
    assert_int_equal(awi_journal_dropped(journal), 0);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    awi_journal_reader_free(reader);
}

/* Killed in the middle of appending, sixty times: what is left can be read, nothing is stuck. */
static void test_killed_writers(void **state)
{
    enum { KILLS = 60 };
    struct awi_journal *journal = ((struct fixture *)*state)->journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    uint64_t state_of_random = 5;
    uint64_t next_of[KILLS] = {0};
    uint64_t writer;
    uint64_t at;
    unsigned read = 0;

    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    for (unsigned i = 0; i < KILLS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct writer w = {journal, i, 0};
            awi_journal_fork_child(journal);
            write_many(&w);
            _exit(1);
        }
        nanosleep(&(struct timespec){.tv_nsec = (long)(t_random(&state_of_random) % 1000000)},
                  NULL);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (next(reader, &record) == 0) {
            check_payload(&record, &writer, &at);
            assert_true(writer <= i && at >= next_of[writer]);
            next_of[writer] = at + 1;
            read++;
        }
    }
    append(journal, 4711, 4);
    assert_int_equal(next(reader, &record), 0);
    assert_int_equal(record.time, 4711);
    assert_true(read > 0);
    awi_journal_reader_free(reader);
}

/* --- what may go wrong ------------------------------------------------------------------------ */

/* A claimed record that nobody finishes is waited for a moment, then passed over. */
static void test_unfinished(void **state)
{
    struct fixture *f = *state;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    uint64_t word;
    unsigned waited = 0;

    append(f->journal, 1, 8);
    int fd = openat(f->dir_fd, "calls.ring", O_RDWR);
    assert_int_equal(pread(fd, &word, 8, 4096), 8);
    assert_int_equal(word & 3, 2);
    word -= 1;
    assert_int_equal(pwrite(fd, &word, 8, 4096), 8);
    append(f->journal, 2, 8);
    assert_int_equal(awi_journal_reader_new(f->journal, 0, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), -EAGAIN);
    while (awi_journal_next(reader, &record) == -EAGAIN) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        waited++;
    }
    assert_true(waited > 1);
    assert_int_equal(record.time, 2);
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    awi_journal_reader_free(reader);

    /* One that was torn (the checksum tells) is passed over at once. */
    assert_int_equal(pread(fd, &word, 8, 4096), 8);
    word += 1;
    assert_int_equal(pwrite(fd, &word, 8, 4096), 8);
    assert_int_equal(pwrite(fd, "?", 1, 4096 + 32), 1);
    assert_int_equal(awi_journal_reader_new(f->journal, 0, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 2);
    awi_journal_reader_free(reader);
    close(fd);
}

static int append_on_full_disk(void *arg)
{
    struct fixture *f = arg;
    struct awi_journal *journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    char bytes[1000] = "x";
    unsigned written = 0;
    unsigned read = 0;

    if (!t_small_disk(f->dir, MIB + MIB / 2)) {
        return T_SKIP;
    }
    int fd = open(f->dir, O_RDONLY | O_DIRECTORY);
    if (awi_journal_open(fd, 4 * MIB, &journal) < 0) {
        return 1;
    }
    while (awi_journal_append(journal, 1, awi_str_of(bytes, sizeof(bytes))) == 0) {
        written++;
    }
    if (written < 900 || written > 1100 || awi_journal_dropped(journal) != 1 ||
        awi_journal_append(journal, 1, AWI_STR("")) != -ENOSPC) {
        return 2;
    }
    awi_journal_reader_new(journal, 0, &reader);
    while (next(reader, &record) == 0) {
        read++;
    }
    awi_journal_reader_free(reader);
    awi_journal_close(journal);
    return read == written ? 0 : 3;
}

static void test_full_disk(void **state)
{
    int r = t_fork(append_on_full_disk, *state);

    if (r == T_SKIP) {
        skip();
    }
    assert_int_equal(r, 0);
}

/* The host has closed everything: what is mapped goes on, then records are dropped and counted. */
static int append_without_descriptor(void *arg)
{
    struct fixture *f = arg;
    char bytes[1000] = "x";
    unsigned written = 0;

    append(f->journal, 1, 1);
    for (int fd = 3; fd < 100; fd++) {
        close(fd);
    }
    while (awi_journal_append(f->journal, 1, awi_str_of(bytes, sizeof(bytes))) == 0) {
        written++;
    }
    return written > 900 && written < 1100 && awi_journal_dropped(f->journal) == 1 ? 0 : 1;
}

static void test_closed_descriptor(void **state)
{
    assert_int_equal(t_fork(append_without_descriptor, *state), 0);
}

static void test_shared_by_openers(void **state)
{
    struct fixture *f = *state;
    struct awi_journal *other;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;

    append(f->journal, 1, 3);
    assert_int_equal(awi_journal_open(f->dir_fd, 64 * MIB, &other), 0);
    append(other, 2, 3);
    assert_int_equal(awi_journal_reader_new(f->journal, 0, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 2);
    awi_journal_reader_free(reader);
    awi_journal_close(other);
}

static void test_not_a_journal(void **state)
{
    struct fixture *f = *state;
    struct awi_journal *other;
    int fd = openat(f->dir_fd, "calls.ring", O_RDWR);

    assert_int_equal(pwrite(fd, "somebody", 8, 0), 8);
    close(fd);
    assert_int_equal(awi_journal_open(f->dir_fd, 4 * MIB, &other), -EPROTO);
    assert_null(other);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, setup_dir, teardown)
#define IN_MEMORY(test)                                                                            \
    {                                                                                              \
#test "_memory", test, setup_memory, teardown, NULL                                        \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(test_order),
        IN_MEMORY(test_order),
        IN_DIR(test_limits),
        IN_DIR(test_wraps),
        IN_MEMORY(test_wraps),
        IN_DIR(test_reset),
        IN_DIR(test_threads_and_processes),
        IN_MEMORY(test_threads_and_processes),
        IN_DIR(test_killed_writers),
        IN_DIR(test_unfinished),
        IN_DIR(test_full_disk),
        IN_DIR(test_closed_descriptor),
        IN_DIR(test_shared_by_openers),
        IN_DIR(test_not_a_journal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
