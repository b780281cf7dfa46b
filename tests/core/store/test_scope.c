/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes are hard boundaries, whatever the names; composite keys are in order by part.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        T_BOTH(test_hostile_scopes),
        T_BOTH(test_scopes_each),
        cmocka_unit_test(test_composite_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
