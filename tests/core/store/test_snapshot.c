/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: what a restore brings back and takes away, bodies that outlive their deletion, several
 * names, other processes, and that nothing is left behind.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ONE AWI_STR("one")
#define TWO AWI_STR("two")

static struct awi_blob_id keep(struct awi_store *store, const char *text)
{
    struct awi_blob_id id;
    struct awi_txn *txn;

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_blob_put(txn, awi_str_from(text), &id), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    return id;
}

static void drop(struct awi_store *store, const struct awi_blob_id *id)
{
    struct awi_txn *txn;

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_blob_delete(txn, id), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
}

static void expect_blob(struct awi_store *store, const struct awi_blob_id *id, const char *text)
{
    char bytes[64] = "";
    uint64_t size;
    int fd;

    assert_int_equal(awi_blob_open(store, id, &fd, &size), 0);
    assert_int_equal(pread(fd, bytes, sizeof(bytes) - 1, 0), strlen(text));
    assert_string_equal(bytes, text);
    close(fd);
}

static void expect_files(const struct t_store *t, unsigned blobs)
{
    if (strcmp(t->state, "memory") != 0) {
        assert_int_equal(t_count_files(t->state, "blobs"), blobs);
        assert_int_equal(t_count_files(t->state, "pending"), 0);
    }
}

static void test_records(void **fixture)
{
    struct t_store *t = *fixture;
    char name[1500];

    memset(name, 'k', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(t_put(t->store, A, "kept", "before"), 0);
    assert_int_equal(t_put(t->store, A, name, "of a long key"), 0);
    assert_int_equal(t_put(t->store, B, "gone", "before"), 0);
    size_t entries = t_entries(t->store);
    assert_int_equal(awi_snapshot_save(t->store, ONE), 0);
    assert_int_equal(t_put(t->store, A, "kept", "after"), 0);
    assert_int_equal(t_put(t->store, A, "new", "after"), 0);
    assert_int_equal(t_delete(t->store, B, "gone"), 0);
    assert_int_equal(t_delete(t->store, A, name), 0);
    name[1000] = 'x';
    assert_int_equal(t_put(t->store, A, name, "another"), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(awi_snapshot_restore(t->store, ONE), 0);
        t_expect(t->store, A, "kept", "before");
        t_expect(t->store, A, "new", NULL);
        t_expect(t->store, B, "gone", "before");
        t_expect(t->store, A, name, NULL);
        name[1000] = 'k';
        t_expect(t->store, A, name, "of a long key");
        name[1000] = 'x';
        assert_int_equal(t_count(t->store, A), 2);
        assert_int_equal(t_put(t->store, A, "again", "x"), 0);
        assert_int_equal(t_put(t->store, A, name, "another"), 0);
    }
    assert_int_equal(awi_snapshot_restore(t->store, ONE), 0);
    assert_int_equal(awi_snapshot_delete(t->store, ONE), 0);
    assert_int_equal(t_entries(t->store), entries + (strcmp(t->state, "memory") == 0 ? 2 : 0));
    t_expect(t->store, A, "kept", "before");
}

static void test_bodies(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_blob_id kept = keep(t->store, "kept");
    struct awi_blob_id gone = keep(t->store, "gone");

    assert_int_equal(awi_snapshot_save(t->store, ONE), 0);
    drop(t->store, &gone);
    uint64_t size;
    int fd;
    assert_int_equal(t_put(t->store, A, "x", "y"), 0);
    struct awi_blob_id later = keep(t->store, "later");
    assert_int_equal(awi_snapshot_save(t->store, TWO), 0);
    drop(t->store, &later);
    drop(t->store, &kept);
    for (unsigned i = 0; i < 10; i++) {
        keep(t->store, "written over what is free");
    }
    assert_int_equal(awi_snapshot_restore(t->store, ONE), 0);
    expect_blob(t->store, &kept, "kept");
    expect_blob(t->store, &gone, "gone");
    t_expect(t->store, A, "x", NULL);
    assert_int_equal(awi_snapshot_restore(t->store, TWO), 0);
    expect_blob(t->store, &kept, "kept");
    expect_blob(t->store, &later, "later");
    /* Three bodies, the two streams; then what only "one" had goes with it. */
    expect_files(t, 5);
    assert_int_equal(awi_snapshot_delete(t->store, ONE), 0);
    expect_files(t, 3);
    assert_int_equal(awi_blob_open(t->store, &gone, &fd, &size), -ENOENT);
    expect_blob(t->store, &kept, "kept");
    assert_int_equal(awi_snapshot_delete(t->store, TWO), 0);
    expect_files(t, 2);
    expect_blob(t->store, &later, "later");
    drop(t->store, &later);
    drop(t->store, &kept);
    expect_files(t, 0);
}

static int count(void *arg, struct awi_str name)
{
    unsigned *n = arg;

    assert_true(awi_str_is(name, *n ? "two" : "one"));
    (*n)++;
    return 0;
}

static void test_names(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_txn *txn;
    unsigned n = 0;

    assert_int_equal(awi_snapshot_save(t->store, AWI_STR("")), -EINVAL);
    assert_int_equal(awi_snapshot_save(t->store, AWI_STR("a/b")), -EINVAL);
    assert_int_equal(awi_snapshot_restore(t->store, ONE), -ENOENT);
    assert_int_equal(awi_snapshot_delete(t->store, ONE), -ENOENT);
    assert_int_equal(t_put(t->store, A, "k", "1"), 0);
    assert_int_equal(awi_snapshot_save(t->store, TWO), 0);
    assert_int_equal(t_put(t->store, A, "k", "2"), 0);
    assert_int_equal(awi_snapshot_save(t->store, ONE), 0);
    assert_int_equal(t_put(t->store, A, "k", "3"), 0);
    assert_int_equal(awi_snapshot_save(t->store, ONE), 0);
    assert_int_equal(awi_txn_begin(t->store, false, &txn), 0);
    assert_int_equal(awi_snapshot_each(txn, count, &n), 0);
    awi_txn_abort(txn);
    assert_int_equal(n, 2);
    assert_int_equal(awi_snapshot_restore(t->store, TWO), 0);
    t_expect(t->store, A, "k", "1");
    assert_int_equal(awi_snapshot_restore(t->store, ONE), 0);
    t_expect(t->store, A, "k", "3");
    assert_int_equal(awi_store_reset(t->store), 0);
    assert_int_equal(awi_snapshot_restore(t->store, ONE), -ENOENT);
    expect_files(t, 0);
    for (unsigned i = 0; i < AWI_SNAPSHOTS_MOST; i++) {
        char name[16];
        snprintf(name, sizeof(name), "s%u", i);
        assert_int_equal(awi_snapshot_save(t->store, awi_str_from(name)), 0);
    }
    assert_int_equal(awi_snapshot_save(t->store, ONE), -EMFILE);
    assert_int_equal(awi_snapshot_save(t->store, AWI_STR("s3")), 0);
}

struct child {
    struct awi_store *store;
    struct awi_blob_id id;
};

static int restore_in_child(void *arg)
{
    struct child *child = arg;

    awi_store_fork_child(child->store);
    assert_int_equal(awi_snapshot_restore(child->store, ONE), 0);
    expect_blob(child->store, &child->id, "body");
    t_expect(child->store, A, "k", "1");
    return 0;
}

static void test_across_fork(void **fixture)
{
    struct t_store *t = *fixture;
    struct child child = {t->store, keep(t->store, "body")};

    assert_int_equal(t_put(t->store, A, "k", "1"), 0);
    assert_int_equal(awi_snapshot_save(t->store, ONE), 0);
    drop(t->store, &child.id);
    assert_int_equal(t_put(t->store, A, "k", "2"), 0);
    assert_int_equal(t_fork(restore_in_child, &child), 0);
    t_expect(t->store, A, "k", "1");
    expect_blob(t->store, &child.id, "body");
}

/* More than the room that a transaction finds at first. */
static void test_large(void **fixture)
{
    static char value[1u << 20];
    struct t_store *t = *fixture;
    char key[16];

    memset(value, 'v', sizeof(value) - 1);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(key, sizeof(key), "k%u", i);
        assert_int_equal(t_put(t->store, A, key, value), 0);
    }
    assert_int_equal(awi_snapshot_save(t->store, ONE), 0);
    assert_int_equal(t_delete(t->store, A, "k50"), 0);
    assert_int_equal(awi_snapshot_restore(t->store, ONE), 0);
    assert_int_equal(t_count(t->store, A), 100);
    t_expect(t->store, A, "k50", value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_BOTH(test_records),
        T_BOTH(test_bodies),
        T_BOTH(test_names),
        T_BOTH(test_across_fork),
        T_BOTH(test_large),
    };

    return cmocka_run_group_tests_name("store-snapshot", tests, NULL, NULL);
}
