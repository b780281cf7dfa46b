/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call log under many threads and processes that append at once, and are killed while they do.
 */
#include "tests/core/store/journal_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
    struct awi_journal *journal = ((struct t_journal *)*state)->journal;
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
        int r = t_next(reader, &record);
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
    assert_int_equal(t_next(reader, &record), -ENODATA);
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
    struct awi_journal *journal = ((struct t_journal *)*state)->journal;
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
        while (t_next(reader, &record) == 0) {
            check_payload(&record, &writer, &at);
            assert_true(writer <= i && at >= next_of[writer]);
            next_of[writer] = at + 1;
            read++;
        }
    }
    t_append(journal, 4711, 4);
    assert_int_equal(t_next(reader, &record), 0);
    assert_int_equal(record.time, 4711);
    assert_true(read > 0);
    awi_journal_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_IN_DIR(test_threads_and_processes),
        T_IN_MEMORY(test_threads_and_processes),
        T_IN_DIR(test_killed_writers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
