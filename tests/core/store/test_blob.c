/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs exist if and only if their transaction committed; nothing is left of what did not.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect(struct awi_store *store, const struct awi_blob_id *id, const char *text)
{
    char bytes[256] = "";
    uint64_t size;
    int fd;
    int r = awi_blob_open(store, id, &fd, &size);

    if (!text) {
        assert_int_equal(r, -ENOENT);
        assert_int_equal(fd, -1);
        return;
    }
    assert_int_equal(r, 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(size, strlen(text));
    assert_int_equal(pread(fd, bytes, sizeof(bytes), 0), size);
    assert_string_equal(bytes, text);
    close(fd);
}

static struct awi_blob_id keep(struct awi_store *store, const char *text)
{
    struct awi_blob_id id;
    struct awi_txn *txn;

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_blob_put(txn, awi_str_from(text), &id), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    return id;
}

/* Files of the state directory; a memory store has none, so nothing is counted there. */
static void expect_files(const struct t_store *t, unsigned blobs)
{
    if (strcmp(t->state, "memory") != 0) {
        assert_int_equal(t_count_files(t->state, "blobs"), blobs);
        assert_int_equal(t_count_files(t->state, "pending"), 0);
    }
}

static void test_commit_and_abort(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_blob_id id;
    struct awi_blob_id gone;
    struct awi_txn *txn;
    struct awi_spool *spool;

    id = keep(t->store, "hello");
    expect(t->store, &id, "hello");
    struct awi_blob_id empty = keep(t->store, "");
    expect(t->store, &empty, "");

    assert_int_equal(awi_txn_begin(t->store, true, &txn), 0);
    assert_int_equal(awi_spool_new(t->store, &spool), 0);
    assert_int_equal(awi_spool_write(spool, "abc", 3), 0);
    assert_int_equal(awi_spool_write(spool, "def", 3), 0);
    assert_int_equal(awi_spool_size(spool), 6);
    char bytes[8] = "";
    assert_int_equal(pread(awi_spool_fd(spool), bytes, 8, 0), 6);
    assert_string_equal(bytes, "abcdef");
    assert_int_equal(awi_blob_keep(txn, spool, &gone), 0);
    assert_int_equal(awi_blob_delete(txn, &id), 0);
    assert_int_equal(awi_blob_delete(txn, &id), -ENOENT);
    awi_txn_abort(txn);
    expect(t->store, &gone, NULL);
    expect(t->store, &id, "hello");
    expect_files(t, 2);

    assert_int_equal(awi_spool_new(t->store, &spool), 0);
    assert_int_equal(awi_spool_write(spool, "abc", 3), 0);
    awi_spool_free(spool);
    awi_spool_free(NULL);
    expect_files(t, 2);
}

static void test_delete(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_blob_id id = keep(t->store, "first");
    struct awi_blob_id both;
    struct awi_txn *txn;
    uint64_t size;
    char bytes[8] = "";
    int fd;

    assert_int_equal(awi_blob_open(t->store, &id, &fd, &size), 0);
    assert_int_equal(awi_txn_begin(t->store, true, &txn), 0);
    assert_int_equal(awi_blob_delete(txn, &id), 0);
    assert_int_equal(awi_blob_put(txn, AWI_STR("both"), &both), 0);
    assert_int_equal(awi_blob_delete(txn, &both), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    expect(t->store, &id, NULL);
    expect(t->store, &both, NULL);
    expect_files(t, 0);
    /* Who had it open reads on. */
    assert_int_equal(pread(fd, bytes, 8, 0), 5);
    assert_string_equal(bytes, "first");
    close(fd);
}

static void test_hostile_ids(void **fixture)
{
    struct t_store *t = *fixture;
    static const char *const texts[] = {"",
                                        "../format",
                                        "../../../../../../../etc/passwd",
                                        "0123456789abcdef0123456789ABCDEF",
                                        "0123456789abcdef0123456789abcdef"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct awi_blob_id id = {.text = ""};
        memcpy(id.text, texts[i], strlen(texts[i]));
        expect(t->store, &id, NULL);
    }
}

static void test_large(void **fixture)
{
    struct t_store *t = *fixture;
    enum { PART = 1 << 20, PARTS = 70 };
    struct awi_spool *spool;
    struct awi_blob_id id;
    struct awi_txn *txn;
    char *bytes = malloc(PART);
    uint64_t size;
    int fd;

    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(awi_spool_new(t->store, &spool), 0);
        for (unsigned i = 0; i < PARTS; i++) {
            memset(bytes, (int)(i + round), PART);
            assert_int_equal(awi_spool_write(spool, bytes, PART), 0);
        }
        assert_int_equal(awi_txn_begin(t->store, true, &txn), 0);
        if (round) {
            assert_int_equal(awi_blob_delete(txn, &id), 0);
        }
        assert_int_equal(awi_blob_keep(txn, spool, &id), 0);
        assert_int_equal(awi_txn_commit(txn), 0);
        assert_int_equal(awi_blob_open(t->store, &id, &fd, &size), 0);
        assert_int_equal(size, (uint64_t)PART * PARTS);
        for (unsigned i = 0; i < PARTS; i++) {
            assert_int_equal(pread(fd, bytes, PART, (off_t)i * PART), PART);
            assert_int_equal((unsigned char)bytes[0], i + round);
            assert_int_equal((unsigned char)bytes[PART - 1], i + round);
        }
        close(fd);
    }
    free(bytes);
}

static void test_reset(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_blob_id ids[20];

    for (unsigned i = 0; i < 20; i++) {
        ids[i] = keep(t->store, "old");
    }
    assert_int_equal(awi_store_reset(t->store), 0);
    for (unsigned i = 0; i < 20; i++) {
        expect(t->store, &ids[i], NULL);
    }
    expect_files(t, 0);
    struct awi_blob_id id = keep(t->store, "new");
    expect(t->store, &id, "new");
    expect_files(t, 1);
}

struct shared {
    struct awi_store *store;
    struct awi_blob_id id;
};

static int read_as_child(void *arg)
{
    struct shared *shared = arg;
    struct awi_txn *txn;
    struct awi_blob_id id;

    awi_store_fork_child(shared->store);
    expect(shared->store, &shared->id, "parent's");
    id = keep(shared->store, "child's");
    assert_int_equal(awi_txn_begin(shared->store, true, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    assert_int_equal(awi_put(&scope, "t", AWI_STR("id"), awi_str_of(&id, sizeof(id))), 0);
    return awi_txn_commit(txn);
}

static void test_across_fork(void **fixture)
{
    struct t_store *t = *fixture;
    struct shared shared = {t->store, keep(t->store, "parent's")};
    struct awi_txn *txn;
    struct awi_str found;
    struct awi_blob_id id;

    assert_int_equal(t_fork(read_as_child, &shared), 0);
    assert_int_equal(awi_txn_begin(t->store, false, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    assert_int_equal(awi_get(&scope, "t", AWI_STR("id"), &found), 0);
    memcpy(&id, found.ptr, sizeof(id));
    awi_txn_abort(txn);
    expect(t->store, &id, "child's");
}

/* Dies with a blob placed but not committed, and a spool half written. */
static int die_before_commit(void *arg)
{
    struct awi_store *store = arg;
    struct awi_spool *spool;
    struct awi_blob_id id;
    struct awi_txn *txn;

    awi_store_fork_child(store);
    if (awi_spool_new(store, &spool) < 0 || awi_spool_write(spool, "half", 4) < 0 ||
        awi_txn_begin(store, true, &txn) < 0 ||
        awi_blob_put(txn, AWI_STR("uncommitted"), &id) < 0) {
        return 1;
    }
    return 0;
}

static void test_sweep(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_blob_id id = keep(t->store, "kept");
    char from[256];
    char to[256];

    assert_int_equal(t_fork(die_before_commit, t->store), 0);
    assert_int_equal(t_count_files(t->state, "pending"), 1);
    /* As if the writer of the kept one had died between its commit and the move. */
    snprintf(from, sizeof(from), "%s/blobs/%s", t->state, id.text);
    snprintf(to, sizeof(to), "%s/pending/%s", t->state, id.text);
    assert_int_equal(rename(from, to), 0);
    expect(t->store, &id, "kept");
    /* And a named spool whose writer is gone. */
    snprintf(to, sizeof(to), "%s/pending/spool-0123456789abcdef0123456789abcdef", t->state);
    close(open(to, O_WRONLY | O_CREAT, 0600));
    awi_store_close(t->store);
    assert_int_equal(awi_store_open(t->state, &t->store, NULL), 0);
    expect(t->store, &id, "kept");
    expect_files(t, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_BOTH(test_commit_and_abort),
        T_BOTH(test_delete),
        T_BOTH(test_hostile_ids),
        T_BOTH(test_large),
        T_BOTH(test_reset),
        T_BOTH(test_across_fork),
        T_DIR(test_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
