/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions, cursors, reset, forks: in a directory and in memory.
 */
#include "tests/core/store/store_fixture.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_put_get(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;

    t_expect(store, A, "k", NULL);
    assert_int_equal(t_put(store, A, "k", "one"), 0);
    t_expect(store, A, "k", "one");
    assert_int_equal(t_put(store, A, "k", ""), 0);
    t_expect(store, A, "k", "");
    assert_int_equal(t_put(store, A, "", "empty key"), 0);
    t_expect(store, A, "", "empty key");
    assert_int_equal(t_delete(store, A, "k"), 0);
    t_expect(store, A, "k", NULL);
    assert_int_equal(t_delete(store, A, "k"), -ENOENT);
    t_expect(store, B, "", NULL);
}

static void test_insert_exists(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *txn;

    assert_int_equal(t_put(store, A, "k", "one"), 0);
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_true(awi_txn_is_write(txn));
    struct awi_scope scope = t_scope(txn, A, "test");
    assert_int_equal(awi_insert(&scope, "t", AWI_STR("k"), AWI_STR("two")), -EEXIST);
    assert_int_equal(awi_insert(&scope, "t", AWI_STR("l"), AWI_STR("two")), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    t_expect(store, A, "k", "one");
    t_expect(store, A, "l", "two");
}

static void test_abort_and_snapshot(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *txn;

    assert_int_equal(t_put(store, A, "k", "one"), 0);
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    assert_int_equal(awi_put(&scope, "t", AWI_STR("k"), AWI_STR("two")), 0);
    struct awi_str seen;
    assert_int_equal(awi_get(&scope, "t", AWI_STR("k"), &seen), 0);
    assert_true(awi_str_is(seen, "two"));
    awi_txn_abort(txn);
    t_expect(store, A, "k", "one");
    awi_txn_abort(NULL);

    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    assert_false(awi_txn_is_write(txn));
    scope = t_scope(txn, A, "test");
    assert_int_equal(awi_put(&scope, "t", AWI_STR("k"), AWI_STR("x")), -EROFS);
    assert_int_equal(awi_delete(&scope, "t", AWI_STR("k")), -EROFS);
    awi_txn_abort(txn);
}

static void test_too_long(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *txn;
    static char key[AWI_KEY_MAX + 1];
    char *value = calloc(1, (size_t)AWI_VALUE_MAX + 1);
    struct awi_str found;

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    assert_int_equal(awi_put(&scope, "t", awi_str_of(key, sizeof(key)), AWI_STR("")), -EFBIG);
    assert_int_equal(
        awi_put(&scope, "t", AWI_STR("big"), awi_str_of(value, (size_t)AWI_VALUE_MAX + 1)), -EFBIG);
    memset(value, 'v', AWI_VALUE_MAX);
    assert_int_equal(awi_put(&scope, "t", AWI_STR("big"), awi_str_of(value, AWI_VALUE_MAX)), 0);
    assert_int_equal(awi_put(&scope, "t", awi_str_of(key, AWI_KEY_MAX), AWI_STR("longest key")), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    scope.txn = txn;
    assert_int_equal(awi_get(&scope, "t", AWI_STR("big"), &found), 0);
    assert_int_equal(found.len, AWI_VALUE_MAX);
    assert_memory_equal(found.ptr, value, AWI_VALUE_MAX);
    assert_int_equal(awi_get(&scope, "t", awi_str_of(key, AWI_KEY_MAX), &found), 0);
    assert_true(awi_str_is(found, "longest key"));
    /* What cannot be stored is not there. */
    struct awi_str longer = awi_str_of(key, sizeof(key)), at;
    assert_int_equal(awi_get(&scope, "t", longer, &found), -ENOENT);
    static const struct {
        enum awi_direction direction;
        const char *first;
    } walks[] = {{AWI_FORWARD, "big"}, {AWI_BACKWARD, NULL}};
    for (size_t i = 0; i < 2; i++) {
        AWI_AUTO(cursor) struct awi_cursor *cursor = NULL, *none = NULL;
        assert_int_equal(
            awi_cursor_open(&scope, "t", AWI_STR(""), longer, walks[i].direction, &cursor), 0);
        assert_int_equal(awi_cursor_next(cursor, &at, &found), 0);
        assert_true(walks[i].first ? awi_str_is(at, walks[i].first) : at.len == AWI_KEY_MAX);
        assert_int_equal(awi_cursor_open(&scope, "t", longer, longer, walks[i].direction, &none),
                         0);
        assert_int_equal(awi_cursor_next(none, &at, &found), -ENOENT);
    }
    awi_txn_abort(txn);
    free(value);
}

static void test_delete_while_walking(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *txn;
    struct awi_cursor *cursor;
    struct awi_str key;
    struct awi_str value;
    char name[700];

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    for (unsigned i = 0; i < 2000; i++) {
        memset(name, 'x', sizeof(name));
        int len = snprintf(name, sizeof(name), "%s%04u", i % 2 ? "short" : "", i);
        name[len] = 'x';
        struct awi_str k = awi_str_of(name, i % 3 ? (size_t)len : sizeof(name));
        assert_int_equal(awi_put(&scope, "t", k, AWI_STR("v")), 0);
    }
    for (int way = 0; way < 2; way++) {
        unsigned count = 0;
        assert_int_equal(awi_cursor_open(&scope, "t", AWI_STR(""), AWI_STR_NULL, way, &cursor), 0);
        while (awi_cursor_next(cursor, &key, &value) == 0) {
            if (count++ % 2 == 0) {
                memcpy(name, key.ptr, key.len);
                assert_int_equal(awi_delete(&scope, "t", awi_str_of(name, key.len)), 0);
            }
        }
        awi_cursor_close(cursor);
        assert_int_equal(count, way ? 1000 : 2000);
    }
    assert_int_equal(awi_delete_prefix(&scope, "t", AWI_STR("")), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    assert_int_equal(t_count(store, A), 0);
}

static void test_cursor_outlives_transaction(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *txn;
    struct awi_cursor *cursor;
    struct awi_str key;

    assert_int_equal(t_put(store, A, "k", "v"), 0);
    for (int write = 0; write < 2; write++) {
        assert_int_equal(awi_txn_begin(store, write, &txn), 0);
        struct awi_scope scope = t_scope(txn, A, "test");
        assert_int_equal(
            awi_cursor_open(&scope, "t", AWI_STR(""), AWI_STR_NULL, AWI_FORWARD, &cursor), 0);
        assert_int_equal(awi_txn_commit(txn), 0);
        assert_int_equal(awi_cursor_next(cursor, &key, &key), -EINVAL);
        awi_cursor_close(cursor);
    }
}

static void test_reset(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    uint64_t before = awi_store_generation(store);

    assert_int_equal(t_put(store, A, "k", "v"), 0);
    uint64_t after = awi_store_generation(store);
    assert_true(after > before);
    assert_int_equal(t_put(store, A, "k", "v"), 0);
    assert_int_equal(awi_store_reset(store), 0);
    assert_true(awi_store_generation(store) > after);
    t_expect(store, A, "k", NULL);
    assert_int_equal(t_count(store, A), 0);
    assert_int_equal(t_put(store, A, "k", "w"), 0);
    t_expect(store, A, "k", "w");
}

static int write_as_child(void *arg)
{
    struct awi_store *store = arg;

    awi_store_fork_child(store);
    uint64_t before = awi_store_generation(store);
    t_expect(store, A, "parent", "1");
    int r = t_put(store, A, "child", "2");
    t_expect(store, A, "child", "2");
    return r != 0 || awi_store_generation(store) <= before;
}

static int fork_again(void *arg)
{
    struct awi_store *store = arg;

    awi_store_fork_child(store);
    int r = t_fork(write_as_child, store);
    return r ? r : t_put(store, A, "middle", "3");
}

static void test_fork(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *reading;

    assert_int_equal(t_put(store, A, "parent", "1"), 0);
    assert_int_equal(awi_txn_begin(store, false, &reading), 0);
    assert_int_equal(t_fork(write_as_child, store), 0);
    awi_txn_abort(reading);
    t_expect(store, A, "child", "2");
    assert_int_equal(t_fork(fork_again, store), 0);
    t_expect(store, A, "middle", "3");
    assert_int_equal(t_put(store, A, "parent", "4"), 0);
    t_expect(store, A, "parent", "4");
}

/* A child that goes away by exit and one that is killed: the parent's read transactions stay. */
static int read_as_child(void *arg)
{
    awi_store_fork_child(arg);
    t_expect(arg, A, "k", "v");
    awi_store_close(arg);
    return 0;
}

static void test_fork_keeps_parent_readers(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    struct awi_txn *txn;
    struct awi_str found;

    assert_int_equal(t_put(store, A, "k", "v"), 0);
    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    struct awi_scope scope = t_scope(txn, A, "test");
    assert_int_equal(t_fork(read_as_child, store), 0);
    /* Were the slot gone, these would write over the pages that this transaction sees. */
    for (unsigned i = 0; i < 300; i++) {
        char text[2000];
        memset(text, 'a' + (int)(i % 26), sizeof(text) - 1);
        text[sizeof(text) - 1] = 0;
        assert_int_equal(t_put(store, B, "k", text), 0);
    }
    assert_int_equal(awi_get(&scope, "t", AWI_STR("k"), &found), 0);
    assert_true(awi_str_is(found, "v"));
    assert_int_equal(awi_get(&scope, "t", AWI_STR("none"), &found), -ENOENT);
    awi_txn_abort(txn);
}

static void test_open_twice_is_shared(void **fixture)
{
    struct t_store *t = *fixture;
    struct awi_store *again;

    assert_int_equal(awi_store_open(t->state, &again, NULL), 0);
    assert_ptr_equal(again, t->store);
    assert_int_equal(t_put(again, A, "k", "v"), 0);
    awi_store_close(again);
    t_expect(t->store, A, "k", "v");
    assert_string_equal(awi_store_dir(t->store), t->state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_BOTH(test_put_get),
        T_BOTH(test_insert_exists),
        T_BOTH(test_abort_and_snapshot),
        T_BOTH(test_too_long),
        T_BOTH(test_delete_while_walking),
        T_BOTH(test_cursor_outlives_transaction),
        T_BOTH(test_reset),
        T_BOTH(test_fork),
        T_BOTH(test_fork_keeps_parent_readers),
        cmocka_unit_test_setup_teardown(test_open_twice_is_shared, t_store_setup, t_store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
