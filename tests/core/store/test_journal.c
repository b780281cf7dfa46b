/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log: order, wrap-around, reset, resuming, unfinished records, a full disk, closed
 * descriptors.
 */
#include "tests/core/store/journal_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void test_order(void **state)
{
    struct awi_journal *journal = ((struct t_journal *)*state)->journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    uint64_t last = 0;

    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    uint64_t head = awi_journal_head(journal);
    for (int i = 0; i < 200; i++) {
        t_append(journal, i, (size_t)i * 7);
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
    t_append(journal, 7, 1);
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
    t_append(journal, 8, 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 8);
    awi_journal_reader_free(reader);
}

static void test_limits(void **state)
{
    struct awi_journal *journal = ((struct t_journal *)*state)->journal;
    char *bytes = calloc(1, AWI_JOURNAL_PAYLOAD + 1);

    assert_int_equal(awi_journal_append(journal, 1, awi_str_of(bytes, AWI_JOURNAL_PAYLOAD + 1)),
                     -EFBIG);
    t_append(journal, 1, AWI_JOURNAL_PAYLOAD);
    assert_int_equal(awi_journal_append(NULL, 1, AWI_STR("x")), -ENOSYS);
    awi_journal_reset(NULL);
    awi_journal_fork_child(NULL);
    assert_int_equal(awi_journal_dropped(journal), 0);
    free(bytes);
}

/* Several rounds of the ring: the newest are there, whole and in order; what is gone is counted. */
static void test_wraps(void **state)
{
    struct awi_journal *journal = ((struct t_journal *)*state)->journal;
    struct awi_journal_reader *early;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    int64_t last = -1;
    unsigned count = 0;

    assert_int_equal(awi_journal_reader_new(journal, 0, &early), 0);
    t_append(journal, 0, 100);
    for (int i = 1; i < 30000; i++) {
        t_append(journal, i, 100 + (size_t)(i * 37 % 900));
    }
    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    while (t_next(reader, &record) == 0) {
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
    struct awi_journal *journal = ((struct t_journal *)*state)->journal;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;

    t_append(journal, 1, 10);
    assert_int_equal(awi_journal_reader_new(journal, 0, &reader), 0);
    uint64_t head = awi_journal_head(journal);
    awi_journal_reset(journal);
    assert_true(awi_journal_head(journal) != head);
    assert_int_equal(awi_journal_next(reader, &record), -ENODATA);
    t_append(journal, 2, 10);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 2);
    assert_int_equal(awi_journal_missed(reader), 0);
    awi_journal_reader_free(reader);
}

/* --- what may go wrong ------------------------------------------------------------------------ */

/* A claimed record that nobody finishes is waited for a moment, then passed over. */
static void test_unfinished(void **state)
{
    struct t_journal *f = *state;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;
    uint64_t word;
    unsigned waited = 0;

    t_append(f->journal, 1, 8);
    int fd = openat(f->dir_fd, "calls.ring", O_RDWR);
    assert_int_equal(pread(fd, &word, 8, 4096), 8);
    assert_int_equal(word & 3, 2);
    word -= 1;
    assert_int_equal(pwrite(fd, &word, 8, 4096), 8);
    t_append(f->journal, 2, 8);
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
    struct t_journal *f = arg;
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
    while (t_next(reader, &record) == 0) {
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
        print_message("# not possible for this user or kernel\n");
        return;
    }
    assert_int_equal(r, 0);
}

/* The host has closed everything: what is mapped goes on, then records are dropped and counted. */
static int append_without_descriptor(void *arg)
{
    struct t_journal *f = arg;
    char bytes[1000] = "x";
    unsigned written = 0;

    t_append(f->journal, 1, 1);
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
    struct t_journal *f = *state;
    struct awi_journal *other;
    struct awi_journal_reader *reader;
    struct awi_journal_record record;

    t_append(f->journal, 1, 3);
    assert_int_equal(awi_journal_open(f->dir_fd, 64 * MIB, &other), 0);
    t_append(other, 2, 3);
    assert_int_equal(awi_journal_reader_new(f->journal, 0, &reader), 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(awi_journal_next(reader, &record), 0);
    assert_int_equal(record.time, 2);
    awi_journal_reader_free(reader);
    awi_journal_close(other);
}

static void test_not_a_journal(void **state)
{
    struct t_journal *f = *state;
    struct awi_journal *other;
    int fd = openat(f->dir_fd, "calls.ring", O_RDWR);

    assert_int_equal(pwrite(fd, "somebody", 8, 0), 8);
    close(fd);
    assert_int_equal(awi_journal_open(f->dir_fd, 4 * MIB, &other), -EPROTO);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_IN_DIR(test_order),
        T_IN_MEMORY(test_order),
        T_IN_DIR(test_limits),
        T_IN_DIR(test_wraps),
        T_IN_MEMORY(test_wraps),
        T_IN_DIR(test_reset),
        T_IN_DIR(test_unfinished),
        T_IN_DIR(test_full_disk),
        T_IN_DIR(test_closed_descriptor),
        T_IN_DIR(test_shared_by_openers),
        T_IN_DIR(test_not_a_journal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
