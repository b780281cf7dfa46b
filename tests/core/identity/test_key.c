/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/identity/key: key ids that carry accounts, against ids published elsewhere; clock and ids
 * beside them.
 */
#include "core/clock.h"
#include "core/identity/key.h"
#include "core/ids.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void test_account_of_published_keys(void **state)
{
    char account[13];

    assert_int_equal(awi_key_account(AWI_STR("ASIAY34FZKBOKMUTVV7A"), account), 0);
    assert_string_equal(account, "609629065308");
    assert_int_equal(awi_key_account(AWI_STR("ASIAQNZGKIQY56JQ7WML"), account), 0);
    assert_string_equal(account, "029608264753");
    assert_int_equal(awi_key_account(AWI_STR("AKIARZPUZDIKGB2VALC4"), account), 0);
    assert_string_equal(account, "123456789012");
}

static void test_account_of_other_texts(void **state)
{
    char account[13];

    assert_int_equal(awi_key_account(AWI_STR("AKIAIOSFODNN7EXAMPLE"), account), -ENODATA);
    /* All bits one: a number of 13 digits. */
    assert_int_equal(awi_key_account(AWI_STR("AKIA7777777777777777"), account), -ENODATA);
    assert_int_equal(awi_key_account(AWI_STR("AKIARZPUZDIKGB2VALC"), account), -EINVAL);
    assert_int_equal(awi_key_account(AWI_STR("AKIARZPUZDIKGB2VALC45"), account), -EINVAL);
    assert_int_equal(awi_key_account(AWI_STR("AKIARZPUZDIKGB2VALc4"), account), -EINVAL);
    assert_int_equal(awi_key_account(AWI_STR("AKIARZPUZDIKGB1VALC4"), account), -EINVAL);
    assert_int_equal(awi_key_account(AWI_STR("123456789012"), account), -EINVAL);
    assert_int_equal(awi_key_account(AWI_STR(""), account), -EINVAL);
}

static void test_form(void **state)
{
    assert_int_equal(awi_key_form(AWI_STR("123456789012")), AWI_KEY_ACCOUNT);
    assert_int_equal(awi_key_form(AWI_STR("1234567890123")), AWI_KEY_FREE);
    assert_int_equal(awi_key_form(AWI_STR("AKIAIOSFODNN7EXAMPLE")), AWI_KEY_LONG_TERM);
    assert_int_equal(awi_key_form(AWI_STR("ASIAY34FZKBOKMUTVV7A")), AWI_KEY_TEMPORARY);
    assert_int_equal(awi_key_form(AWI_STR("AROAY34FZKBOKMUTVV7A")), AWI_KEY_FREE);
    assert_int_equal(awi_key_form(AWI_STR("test")), AWI_KEY_FREE);
    assert_int_equal(awi_key_form(AWI_STR("")), AWI_KEY_FREE);
}

static void test_make_keeps_every_account(void **state)
{
    struct awi_random random = AWI_RANDOM_SEEDED(7);
    char id[AWI_KEY_ID_LEN + 1], account[24], back[13];

    for (uint64_t n = 0; n <= UINT64_C(999999999999); n = n * 3 + 1) {
        snprintf(account, sizeof(account), "%012llu", (unsigned long long)n);
        assert_int_equal(awi_key_make(&random, "ASIA", awi_str_from(account), id), 0);
        assert_int_equal(strlen(id), AWI_KEY_ID_LEN);
        assert_int_equal(awi_key_form(awi_str_from(id)), AWI_KEY_TEMPORARY);
        assert_int_equal(awi_key_account(awi_str_from(id), back), 0);
        assert_string_equal(back, account);
        /* The generation since 2019 shows in the fifth character. */
        assert_non_null(strchr("QRSTUVWXYZ234567", id[4]));
    }
    assert_int_equal(awi_key_make(&random, "AKIA", AWI_STR("999999999999"), id), 0);
    assert_int_equal(awi_key_account(awi_str_from(id), back), 0);
    assert_string_equal(back, "999999999999");
    assert_int_equal(awi_key_make(&random, "AKIA", AWI_STR("12345678901"), id), -EINVAL);
}

static void test_make_never_repeats(void **state)
{
    struct awi_random random = AWI_RANDOM_SYSTEM;
    char a[AWI_KEY_ID_LEN + 1], b[AWI_KEY_ID_LEN + 1];

    assert_int_equal(awi_key_make(&random, "AKIA", AWI_STR("123456789012"), a), 0);
    assert_int_equal(awi_key_make(&random, "AKIA", AWI_STR("123456789012"), b), 0);
    assert_string_not_equal(a, b);
}

static void test_token(void **state)
{
    struct awi_random random = AWI_RANDOM_SEEDED(1);
    char a[AWI_TOKEN_LEN + 1], b[AWI_TOKEN_LEN + 1];

    awi_token_make(&random, a);
    awi_token_make(&random, b);
    assert_int_equal(strlen(a), AWI_TOKEN_LEN);
    assert_string_not_equal(a, b);
    assert_true(awi_token_is_ours(awi_str_from(a)));
    assert_false(awi_token_is_ours(awi_str_head(awi_str_from(a), AWI_TOKEN_LEN - 1)));
    assert_false(awi_token_is_ours(AWI_STR("FwoGZXIvYXdzEXAMPLE")));
    assert_false(awi_token_is_ours(AWI_STR("")));
}

static void test_secret_and_entity(void **state)
{
    struct awi_random random = AWI_RANDOM_SEEDED(1);
    char secret[AWI_SECRET_LEN + 1], entity[AWI_ENTITY_LEN + 1];

    awi_secret_make(&random, secret);
    assert_int_equal(strlen(secret), AWI_SECRET_LEN);
    awi_entity_make(&random, "AROA", entity);
    assert_int_equal(strlen(entity), AWI_ENTITY_LEN);
    assert_memory_equal(entity, "AROA", 4);
    assert_int_equal(strspn(entity, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), AWI_ENTITY_LEN);
}

static void test_same(void **state)
{
    assert_true(awi_key_same(AWI_STR("abc"), AWI_STR("abc")));
    assert_false(awi_key_same(AWI_STR("abc"), AWI_STR("abd")));
    assert_false(awi_key_same(AWI_STR("abc"), AWI_STR("abcd")));
    assert_true(awi_key_same(AWI_STR(""), AWI_STR_NULL));
}

static void test_clock(void **state)
{
    struct awi_clock clock = AWI_CLOCK_REAL;
    int64_t ms = 0;

    assert_int_equal(awi_clock_parse(AWI_STR("2031-05-17T08:30:00Z"), &clock), 0);
    assert_true(awi_clock_now(&clock, 0) == INT64_C(1936773000000));
    assert_true(awi_clock_now(&clock, 250) == INT64_C(1936773000250));
    assert_int_equal(awi_clock_parse(AWI_STR("1970-01-01"), &clock), 0);
    assert_true(awi_clock_now(&clock, 0) == 0);
    assert_int_equal(awi_clock_parse_moment(AWI_STR("2024-02-29T00:00:00.5Z"), &ms), 0);
    assert_true(ms == INT64_C(1709164800500));
    assert_int_equal(awi_clock_parse(AWI_STR("+30d"), &clock), 0);
    assert_false(clock.frozen);
    assert_true(clock.shift_ms == INT64_C(2592000000));
    assert_true(awi_clock_now(&clock, 0) - awi_clock_now(&AWI_CLOCK_REAL, 0) > INT64_C(2500000000));

    static const char *const bad[] = {"",
                                      "now",
                                      "30d",
                                      "+d",
                                      "+1",
                                      "+1y",
                                      "+99999999999999999999s",
                                      "+40000000000000d",
                                      "2031-13-01",
                                      "2023-02-29",
                                      "2031-05-17T",
                                      "2031-05-17T24:00:00Z",
                                      "2031-05-17T08:30:00",
                                      "2031-05-17T08:30:00Zx",
                                      "1969-12-31",
                                      "+ 1s"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(awi_clock_parse(awi_str_from(bad[i]), &clock), -EINVAL);
    }
}

static void test_random_text(void **state)
{
    struct awi_arena arena;
    struct awi_random a = AWI_RANDOM_SEEDED(3), b = AWI_RANDOM_SEEDED(3);
    unsigned count[3] = {0};
    char uuid[37];

    awi_arena_init(&arena, 1 << 20);
    struct awi_str x = awi_random_text(&a, &arena, "abc", 30000);
    struct awi_str y = awi_random_text(&b, &arena, "abc", 30000);
    assert_true(awi_str_eq(x, y));
    for (size_t i = 0; i < x.len; i++) {
        count[x.ptr[i] - 'a']++;
    }
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(count[i], 9500, 10500);
    }
    awi_random_uuid(&a, uuid);
    assert_int_equal(strlen(uuid), 36);
    assert_int_equal(uuid[14], '4');
    assert_non_null(strchr("89ab", uuid[19]));
    awi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account_of_published_keys),
        cmocka_unit_test(test_account_of_other_texts),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_make_keeps_every_account),
        cmocka_unit_test(test_make_never_repeats),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_secret_and_entity),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_random_text),
    };

    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
