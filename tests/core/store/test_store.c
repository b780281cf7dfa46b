/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions, scopes, reset, forks: in a directory and in memory.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define A "111111111111"
#define B "222222222222"

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
    awi_txn_abort(txn);
    free(value);
}

/* Each quadruple of names gets its own value; nobody sees another's. */
static void test_hostile_scopes(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    static const char *const names[] = {"", "a", "aa", "a\x01", "a\xff", "\xff", "1", "/", "ab"};
    enum { N = sizeof(names) / sizeof(*names) };
    struct awi_txn *txn;
    struct awi_cursor *cursor;
    struct awi_str key;
    struct awi_str value;

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    for (unsigned i = 0; i < N * N * N * N; i++) {
        struct awi_scope scope = {txn,
                                  awi_str_from(names[i % N]),
                                  awi_str_from(names[i / N % N]),
                                  awi_str_from(names[i / N / N % N])};
        const char *table = names[i / N / N / N];
        assert_int_equal(
            awi_insert(&scope, table, awi_str_of(&i, sizeof(i)), awi_str_of(&i, sizeof(i))), 0);
    }
    for (unsigned i = 0; i < N * N * N * N; i++) {
        struct awi_scope scope = {txn,
                                  awi_str_from(names[i % N]),
                                  awi_str_from(names[i / N % N]),
                                  awi_str_from(names[i / N / N % N])};
        const char *table = names[i / N / N / N];
        for (int way = 0; way < 2; way++) {
            assert_int_equal(
                awi_cursor_open(&scope, table, AWI_STR(""), AWI_STR_NULL, way, &cursor), 0);
            assert_int_equal(awi_cursor_next(cursor, &key, &value), 0);
            assert_memory_equal(value.ptr, &i, sizeof(i));
            assert_int_equal(awi_cursor_next(cursor, &key, &value), -ENOENT);
            assert_int_equal(awi_cursor_next(cursor, &key, &value), -ENOENT);
            awi_cursor_close(cursor);
        }
    }
    struct awi_scope scope = {txn, AWI_STR("a\0b"), AWI_STR(""), AWI_STR("s")};
    assert_int_equal(awi_put(&scope, "t", AWI_STR("k"), AWI_STR("")), -EINVAL);
    scope.account = AWI_STR("");
    scope.region = AWI_STR("12345678901234567890123456789012345678901234567890123456789012345");
    assert_int_equal(awi_put(&scope, "t", AWI_STR("k"), AWI_STR("")), -EINVAL);
    awi_txn_abort(txn);
}

struct seen {
    char text[512];
    size_t len;
};

static int note(void *arg, struct awi_str account, struct awi_str region)
{
    struct seen *seen = arg;

    seen->len += (size_t)snprintf(seen->text + seen->len,
                                  sizeof(seen->text) - seen->len,
                                  "%.*s/%.*s ",
                                  AWI_STR_FMT(account),
                                  AWI_STR_FMT(region));
    return 0;
}

static void test_scopes_each(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    static const char *const rows[][3] = {{A, "us-east-1", "sqs"},
                                          {A, "eu-west-1", "sqs"},
                                          {B, "us-east-1", "sqs"},
                                          {"", "", "sqs"},
                                          {A, "us-east-1", "sq"},
                                          {B, "us-east-1", "sqs2"},
                                          {A, "", "sns"}};
    struct awi_txn *txn;
    struct seen seen = {.len = 0};

    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct awi_scope scope = {
            txn, awi_str_from(rows[i][0]), awi_str_from(rows[i][1]), awi_str_from(rows[i][2])};
        assert_int_equal(awi_put(&scope, "queue", AWI_STR("k1"), AWI_STR("v")), 0);
        assert_int_equal(awi_put(&scope, "queue", AWI_STR("k2"), AWI_STR("v")), 0);
        assert_int_equal(awi_put(&scope, "z", AWI_STR("k2"), AWI_STR("v")), 0);
    }
    assert_int_equal(awi_txn_commit(txn), 0);
    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    assert_int_equal(awi_scopes_each(txn, AWI_STR("sqs"), AWI_STR(""), note, &seen), 0);
    assert_string_equal(seen.text, "/ " A "/eu-west-1 " A "/us-east-1 " B "/us-east-1 ");
    seen = (struct seen){.len = 0};
    assert_int_equal(awi_scopes_each(txn, AWI_STR("sqs"), AWI_STR(A), note, &seen), 0);
    assert_string_equal(seen.text, A "/eu-west-1 " A "/us-east-1 ");
    seen = (struct seen){.len = 0};
    assert_int_equal(awi_scopes_each(txn, AWI_STR("nothing"), AWI_STR(""), note, &seen), 0);
    assert_string_equal(seen.text, "");
    awi_txn_abort(txn);
}

static void test_composite_keys(void **fixture)
{
    struct awi_arena arena;
    (void)fixture;

    awi_arena_init(&arena, 1 << 20);
    struct awi_str parts[] = {AWI_STR(""),
                              AWI_STR("a"),
                              AWI_STR("a\0"),
                              AWI_STR("a\0\0"),
                              AWI_STR("a\0\1"),
                              AWI_STR("a\1"),
                              AWI_STR("ab"),
                              AWI_STR("b"),
                              AWI_STR("\xff")};
    size_t n = sizeof(parts) / sizeof(*parts);
    for (size_t i = 0; i < n * n; i++) {
        struct awi_str a = AWI_KEY(&arena, parts[i / n], parts[i % n]);
        assert_true(awi_str_eq(awi_key_part(&arena, a, 0), parts[i / n]));
        assert_true(awi_str_eq(awi_key_part(&arena, a, 1), parts[i % n]));
        assert_false(awi_str_is_set(awi_key_part(&arena, a, 2)));
        assert_true(awi_str_starts(a, AWI_KEY_HEAD(&arena, parts[i / n])));
        for (size_t j = 0; j < n * n; j++) {
            struct awi_str b = AWI_KEY(&arena, parts[j / n], parts[j % n]);
            int want = (i > j) - (i < j);
            int is = awi_str_cmp(a, b);
            assert_int_equal((is > 0) - (is < 0), want);
            struct awi_str head = AWI_KEY(&arena, parts[j / n]);
            assert_int_equal(awi_str_starts(a, head), i / n == j / n);
        }
    }
    awi_arena_deinit(&arena);
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

/* --- many threads, and a map that grows under them -------------------------------------------- */

struct crowd {
    struct awi_store *store;
    unsigned number;
    int error;
};

static void *one_of_many(void *arg)
{
    struct crowd *me = arg;
    char account[16];
    char value[3000];

    snprintf(account, sizeof(account), "%012u", me->number);
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = 0;
    for (unsigned i = 0; i < 60 && me->error == 0; i++) {
        char key[16];
        struct awi_txn *txn;
        struct awi_str found;
        snprintf(key, sizeof(key), "%u", i);
        me->error = t_put(me->store, account, key, value);
        for (unsigned j = 0; j < 20 && me->error == 0; j++) {
            me->error = awi_txn_begin(me->store, false, &txn);
            struct awi_scope scope = t_scope(txn, account, "test");
            if (me->error == 0) {
                me->error = awi_get(&scope, "t", awi_str_from(key), &found);
                me->error = me->error == 0 && found.ptr[2998] != 'v' ? -EIO : me->error;
                awi_txn_abort(txn);
            }
        }
    }
    return NULL;
}

static int crowd(struct awi_store *store, unsigned many)
{
    enum { MANY = 16 };
    pthread_t threads[MANY];
    struct crowd members[MANY];

    for (unsigned i = 0; i < many; i++) {
        members[i] = (struct crowd){store, i, 0};
        pthread_create(&threads[i], NULL, one_of_many, &members[i]);
    }
    int r = 0;
    for (unsigned i = 0; i < many; i++) {
        char account[16];
        pthread_join(threads[i], NULL);
        snprintf(account, sizeof(account), "%012u", i);
        r = members[i].error ? members[i].error : r;
        r = r == 0 && t_count(store, account) != 60 ? -EIO : r;
    }
    return r;
}

static void test_threads(void **fixture)
{
    assert_int_equal(crowd(((struct t_store *)*fixture)->store, 16), 0);
}

static int small_process(void *arg)
{
    struct t_store *t = arg;
    struct rlimit limit = {(rlim_t)512 << 20, (rlim_t)512 << 20};
    struct awi_store *store;
    struct awi_txn *txn;
    char *value = malloc(6 << 20);
    int r = 0;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    setrlimit(RLIMIT_AS, &limit);
#endif
    (void)limit;
    awi_store_close(t->store);
    t->store = NULL;
    char *why = NULL;
    if (awi_store_open(t->state, &store, &why) < 0) {
        print_error("%s\n", why);
        return 1;
    }
    memset(value, 's', 6 << 20);
    for (unsigned i = 0; r == 0 && i < 20; i++) {
        r = awi_txn_begin(store, true, &txn);
        if (r == 0) {
            struct awi_scope scope = t_scope(txn, B, "test");
            r = awi_put(&scope, "t", awi_str_of(&i, sizeof(i)), awi_str_of(value, 6 << 20));
            int end = awi_txn_commit(txn);
            r = r ? r : end;
        }
    }
    if (r == 0) {
        r = crowd(store, 3); /* each takes 128 MiB of address space */
    }
    if (r < 0) {
        print_error("in 512 MiB: %d\n", r);
    }
    r = r ? r : (int)t_count(store, B) - 20;
    if (r) {
        print_error("%d of 20\n", r);
    }
    awi_store_close(store);
    free(value);
    return r != 0;
}

/* 120 MiB of data through a process whose first map is smaller than that. */
static void test_map_grows(void **fixture)
{
    struct t_store *t = *fixture;
    /* The child opens anew, as a process of its own would. */
    assert_int_equal(t_put(t->store, A, "before", "x"), 0);
    awi_store_close(t->store);
    t->store = NULL;
    assert_int_equal(t_fork(small_process, t), 0);
    assert_int_equal(awi_store_open(t->state, &t->store, NULL), 0);
    assert_int_equal(t_count(t->store, B), 20);
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

#define BOTH(test)                                                                                 \
    {#test, test, t_store_setup, t_store_teardown, NULL},                                          \
    {                                                                                              \
#test "_memory", test, t_memory_setup, t_store_teardown, NULL                              \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, before threads have left the address space that their heaps reserve. */
        cmocka_unit_test_setup_teardown(test_map_grows, t_store_setup, t_store_teardown),
        BOTH(test_put_get),
        BOTH(test_insert_exists),
        BOTH(test_abort_and_snapshot),
        BOTH(test_too_long),
        BOTH(test_hostile_scopes),
        BOTH(test_scopes_each),
        cmocka_unit_test(test_composite_keys),
        BOTH(test_delete_while_walking),
        BOTH(test_cursor_outlives_transaction),
        BOTH(test_reset),
        BOTH(test_fork),
        BOTH(test_fork_keeps_parent_readers),
        BOTH(test_threads),
        cmocka_unit_test_setup_teardown(test_open_twice_is_shared, t_store_setup, t_store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
