/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host does to a library inside it: closes descriptors that are not its own and opens others
 * under their numbers, removes directories, limits the size of files, stops in the middle.
 */
#include "core/store/journal.h"
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FIRST = 3, LAST = 60 };

/* All descriptors are closed, and other files opened under every number. They must stay empty. */
static void close_all(const char *dir, bool reuse)
{
    char path[256];

    for (int fd = FIRST; fd < LAST; fd++) {
        close(fd);
    }
    for (int fd = FIRST; reuse && fd < LAST; fd++) {
        snprintf(path, sizeof(path), "%s/host-%d", dir, fd);
        assert_int_equal(open(path, O_RDWR | O_CREAT, 0600), fd);
    }
}

static bool host_files_are_empty(const char *dir)
{
    char path[256];
    struct stat st;

    for (int fd = FIRST; fd < LAST; fd++) {
        snprintf(path, sizeof(path), "%s/host-%d", dir, fd);
        if (stat(path, &st) < 0 || st.st_size != 0 || fcntl(fd, F_GETFD) < 0) {
            return false;
        }
    }
    return true;
}

/* In a child, so that the test program keeps its own descriptors. */
static int lose_descriptors(struct t_store *t, bool reuse)
{
    struct awi_store *store;

    /* A process of its own: opened here, not inherited. */
    awi_store_fork_child(t->store);
    t_expect(t->store, A, "before", "1");
    store = t->store;
    close_all(t->dir, reuse);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(t_put(store, A, "after", "2"), 0);
        t_expect(store, A, "after", "2");
        t_expect(store, A, "before", "1");
        assert_int_equal(t_put(store, A, "before", "1"), 0);
    }
    uint64_t generation = awi_store_generation(store);
    assert_int_equal(t_put(store, A, "after", "3"), 0);
    assert_true(awi_store_generation(store) > generation);
    return reuse && !host_files_are_empty(t->dir);
}

static int lose_and_reuse(void *arg)
{
    return lose_descriptors(arg, true);
}

static int lose_only(void *arg)
{
    return lose_descriptors(arg, false);
}

static void test_descriptors_closed(void **fixture)
{
    struct t_store *t = *fixture;

    assert_int_equal(t_put(t->store, A, "before", "1"), 0);
    assert_int_equal(t_fork(lose_only, t), 0);
    assert_int_equal(t_fork(lose_and_reuse, t), 0);
    if (strcmp(t->state, "memory") != 0) {
        t_expect(t->store, A, "after", "3");
    }
    t_expect(t->store, A, "before", "1");
}

/* The directory goes away under a running program: it goes on in a new one. */
static void test_directory_removed(void **fixture)
{
    struct t_store *t = *fixture;
    uint64_t generation;

    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(t_put(t->store, A, "k", "v"), 0);
        awi_journal_append(awi_store_journal(t->store), 1, AWI_STR("old"));
        generation = awi_store_generation(t->store);
        t_remove_dir(t->state);
        assert_int_equal(t_put(t->store, B, "l", "w"), 0);
        t_expect(t->store, A, "k", NULL);
        t_expect(t->store, B, "l", "w");
        assert_true(awi_store_generation(t->store) > generation);
        struct awi_journal_reader *reader;
        struct awi_journal_record record;
        awi_journal_append(awi_store_journal(t->store), 2, AWI_STR("new"));
        assert_int_equal(awi_journal_reader_new(awi_store_journal(t->store), 0, &reader), 0);
        assert_int_equal(awi_journal_next(reader, &record), 0);
        assert_int_equal(record.time, 2);
        awi_journal_reader_free(reader);
        assert_int_equal(t_fork((int (*)(void *))(void *)getuid, NULL), getuid() & 0xff);
    }
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* ulimit -f: writing beyond it would kill the host. */
static int outgrow_limit(void *arg)
{
    struct t_store *t = arg;
    char key[32];
    char *value = malloc(30001);
    unsigned done = 0;
    int r = 0;

    awi_store_fork_child(t->store);
    assert_non_null(value);
    memset(value, 'v', 30000);
    value[30000] = 0;
    limit_files(1 << 20);
    for (; r == 0 && done < 1000; done++) {
        snprintf(key, sizeof(key), "%u", done);
        r = t_put(t->store, A, key, value);
    }
    done--;
    assert_int_equal(r, -EDQUOT);
    assert_true(done > 10);
    assert_int_equal(t_count(t->store, A), done);
    struct awi_spool *spool;
    assert_int_equal(awi_spool_new(t->store, &spool), 0);
    for (unsigned i = 0; i < 34; i++) {
        assert_int_equal(awi_spool_write(spool, value, 30000), 0);
    }
    assert_int_equal(awi_spool_write(spool, value, 30000), -EDQUOT);
    awi_spool_free(spool);
    awi_journal_append(awi_store_journal(t->store), 1, AWI_STR("call"));
    limit_files(RLIM_INFINITY);
    assert_int_equal(t_put(t->store, A, "more", value), 0);
    assert_int_equal(t_count(t->store, A), done + 1);
    free(value);
    return 0;
}

static void test_file_size_limit(void **fixture)
{
    assert_int_equal(t_fork(outgrow_limit, *fixture), 0);
}

/* Somebody lowers the limit while a transaction is open. */
static int lower_limit(void *arg)
{
    struct t_store *t = arg;
    char key[32];
    char *value = malloc(30001);
    struct awi_txn *txn;
    int r = 0;

    awi_store_fork_child(t->store);
    assert_non_null(value);
    memset(value, 'v', 30000);
    value[30000] = 0;
    assert_int_equal(t_put(t->store, A, "before", "there"), 0);
    assert_int_equal(awi_txn_begin(t->store, true, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    for (unsigned i = 0; r == 0 && i < 20; i++) {
        snprintf(key, sizeof(key), "%u", i);
        r = awi_put(&scope, "t", awi_str_from(key), awi_str_from(value));
    }
    assert_int_equal(r, 0);
    limit_files(64 << 10);
    assert_int_equal(awi_txn_commit(txn), -EDQUOT);
    t_expect(t->store, A, "before", "there");
    assert_int_equal(t_count(t->store, A), 1);
    limit_files(RLIM_INFINITY);
    assert_int_equal(t_put(t->store, A, "after", value), 0);
    free(value);
    return 0;
}

static void test_file_size_limit_lowered(void **fixture)
{
    assert_int_equal(t_fork(lower_limit, *fixture), 0);
}

/* Descriptors go where the host's shim wants them. */
static int hidden[64];
static unsigned hidden_count;

static int hide(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 500);

    if (moved >= 0) {
        close(fd);
        hidden[hidden_count++ % 64] = moved;
    }
    return moved;
}

static void unhide(int fd)
{
    hidden_count--;
    close(fd);
}

static int count_low_descriptors(void)
{
    int count = 0;

    for (int fd = FIRST; fd < 500; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static int hide_everything(void *arg)
{
    struct t_store *t = arg;
    struct awi_store *store;
    struct awi_blob_id id;
    struct awi_txn *txn;
    int before = count_low_descriptors();

    awi_store_set_fd_hide(hide, unhide);
    snprintf(
        t->state, sizeof(t->state), strcmp(t->state, "memory") ? "%s/hidden" : "memory", t->dir);
    assert_int_equal(awi_store_open(t->state, &store, NULL), 0);
    assert_int_equal(t_put(store, A, "k", "v"), 0);
    assert_non_null(awi_store_journal(store));
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_blob_put(txn, AWI_STR("b"), &id), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    assert_int_equal(count_low_descriptors(), before);
    assert_true(hidden_count >= 4);
    awi_store_close(store);
    assert_int_equal(count_low_descriptors(), before);
    assert_int_equal(hidden_count, 0);
    return 0;
}

static void test_hidden_descriptors(void **fixture)
{
    assert_int_equal(t_fork(hide_everything, *fixture), 0);
}

/* A program with nothing but the store in memory leaves nothing behind, however it ends. */
static int die_with_memory(void *arg)
{
    struct awi_store *store;

    (void)arg;
    if (awi_store_open("memory", &store, NULL) < 0 || t_put(store, A, "k", "v") < 0) {
        return 1;
    }
    raise(SIGKILL);
    return 1;
}

static void test_memory_leaves_nothing(void **fixture)
{
    struct t_store *t = *fixture;
    char here[256];

    assert_non_null(getcwd(here, sizeof(here)));
    t_remove_dir(t->state);
    assert_int_equal(chdir(t->dir), 0);
    assert_int_equal(t_fork(die_with_memory, NULL), 128 + SIGKILL);
    assert_int_equal(t_count_files(t->dir, "."), 0);
    assert_int_equal(chdir(here), 0);
}

/* A reader that was killed does not keep old pages for ever: the file stops growing. */
static int die_reading(void *arg)
{
    struct awi_txn *txn;

    awi_store_fork_child(arg);
    if (awi_txn_begin(arg, false, &txn) < 0) {
        return 1;
    }
    raise(SIGKILL);
    return 1;
}

static void test_dead_readers(void **fixture)
{
    struct t_store *t = *fixture;
    struct stat half;
    struct stat full;
    char path[256];
    char value[4000];

    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = 0;
    assert_int_equal(t_fork(die_reading, t->store), 128 + SIGKILL);
    for (unsigned i = 0; i < 1200; i++) {
        assert_int_equal(t_put(t->store, A, "k", value), 0);
        if (i == 599) {
            snprintf(path, sizeof(path), "%s/data.mdb", t->state);
            assert_int_equal(stat(path, &half), 0);
        }
    }
    assert_int_equal(stat(path, &full), 0);
    assert_int_equal(half.st_size, full.st_size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_BOTH(test_descriptors_closed),
        T_DIR(test_directory_removed),
        T_BOTH(test_file_size_limit),
        T_BOTH(test_file_size_limit_lowered),
        T_BOTH(test_hidden_descriptors),
        T_DIR(test_memory_leaves_nothing),
        T_DIR(test_dead_readers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
