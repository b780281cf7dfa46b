/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: normal form, limits, order of keys, sums. */
#include "services/dynamodb/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct awi_arena arena;

static struct ddb_number number(const char *text)
{
    struct ddb_number result;

    assert_int_equal(ddb_number_parse(awi_str_from(text), &result), DDB_NUMBER_OK);
    return result;
}

static void assert_text(const struct ddb_number *n, const char *want)
{
    struct awi_str text = ddb_number_print(&arena, n);

    assert_int_equal(text.len, awi_str_from(want).len);
    assert_memory_equal(text.ptr, want, text.len);
}

static void test_print_gives_the_normal_form(void **state)
{
    static const char *const cases[][2] = {
        {"1", "1"},
        {"+1", "1"},
        {"-0", "0"},
        {"00.00", "0"},
        {"1.50", "1.5"},
        {"1e3", "1000"},
        {"1E-3", "0.001"},
        {"-12.340e1", "-123.4"},
        {".5", "0.5"},
        {"5.", "5"},
        {"0.000120", "0.00012"},
        {"1e0", "1"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ddb_number n = number(cases[i][0]);

        assert_text(&n, cases[i][1]);
    }
}

static void test_parse_refuses(void **state)
{
    static const struct {
        const char *text;
        enum ddb_number_status status;
    } cases[] = {
        {"", DDB_NUMBER_MALFORMED},
        {"-", DDB_NUMBER_MALFORMED},
        {".", DDB_NUMBER_MALFORMED},
        {"1 ", DDB_NUMBER_MALFORMED},
        {"0x1", DDB_NUMBER_MALFORMED},
        {"1e", DDB_NUMBER_MALFORMED},
        {"1.2.3", DDB_NUMBER_MALFORMED},
        {"NaN", DDB_NUMBER_MALFORMED},
        {"99999999999999999999999999999999999999", DDB_NUMBER_OK},
        {"999999999999999999999999999999999999999", DDB_NUMBER_TOO_PRECISE},
        {"100000000000000000000000000000000000000000", DDB_NUMBER_OK},
        {"9.9e125", DDB_NUMBER_OK},
        {"1e126", DDB_NUMBER_OVERFLOW},
        {"1e99999999999", DDB_NUMBER_OVERFLOW},
        {"1e-130", DDB_NUMBER_OK},
        {"1e-131", DDB_NUMBER_UNDERFLOW},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ddb_number n;

        assert_int_equal(ddb_number_parse(awi_str_from(cases[i].text), &n), cases[i].status);
    }
}

/* Ascending: keys and comparison must agree with the list and with each other. */
static void test_keys_have_the_order_of_numbers(void **state)
{
    static const char *const ascending[] = {
        "-9.9e125", "-1e20", "-100",   "-99",   "-1.25", "-1.2", "-1",      "-0.5",
        "-1e-130",  "0",     "1e-130", "0.001", "0.5",   "1",    "1.2",     "1.25",
        "1.26",     "9",     "10",     "12",    "100",   "1e20", "9.9e125",
    };

    for (size_t i = 0; i < sizeof(ascending) / sizeof(ascending[0]); i++) {
        for (size_t j = 0; j < sizeof(ascending) / sizeof(ascending[0]); j++) {
            struct ddb_number a = number(ascending[i]), b = number(ascending[j]);
            unsigned char x[DDB_NUMBER_KEY_MAX], y[DDB_NUMBER_KEY_MAX];
            int want = (i > j) - (i < j);
            int keys = awi_str_cmp(awi_str_of(x, ddb_number_key(&a, x)),
                                   awi_str_of(y, ddb_number_key(&b, y)));

            assert_int_equal((keys > 0) - (keys < 0), want);
            assert_int_equal(ddb_number_cmp(&a, &b), want);
        }
    }
}

static void test_add(void **state)
{
    static const char *const cases[][3] = {
        {"1", "2", "3"},
        {"0.1", "0.2", "0.3"},
        {"5", "-7", "-2"},
        {"-5", "5", "0"},
        {"999", "1", "1000"},
        {"1e20", "-1", "99999999999999999999"},
        {"0", "-4", "-4"},
        {"-4", "0", "-4"},
        {"1.5", "-0.25", "1.25"},
    };
    struct ddb_number a, b, sum;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        a = number(cases[i][0]);
        b = number(cases[i][1]);
        assert_int_equal(ddb_number_add(&a, &b, false, &sum), DDB_NUMBER_OK);
        assert_text(&sum, cases[i][2]);
        b.negative = b.n > 0 && !b.negative;
        assert_int_equal(ddb_number_add(&a, &b, true, &sum), DDB_NUMBER_OK);
        assert_text(&sum, cases[i][2]);
    }
    a = number("9.9e125");
    assert_int_equal(ddb_number_add(&a, &a, false, &sum), DDB_NUMBER_OVERFLOW);
    b = number("1");
    assert_int_equal(ddb_number_add(&a, &b, false, &sum), DDB_NUMBER_TOO_PRECISE);
}

static int setup(void **state)
{
    awi_arena_init(&arena, 1u << 20);
    return 0;
}

static int teardown(void **state)
{
    awi_arena_deinit(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print_gives_the_normal_form),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_keys_have_the_order_of_numbers),
        cmocka_unit_test(test_add),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
