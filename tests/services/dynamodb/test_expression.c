/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: what holds, what is refused and how; the stored form of items. */
#include "services/dynamodb/expression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct awi_arena arena;
static struct dynamodb_AttributeMap item;
static struct dynamodb_AttributeMap values;

static struct dynamodb_AttributeValue text(const char *s)
{
    return (struct dynamodb_AttributeValue){.S = awi_str_from(s)};
}

static struct dynamodb_AttributeValue digits(const char *s)
{
    return (struct dynamodb_AttributeValue){.N = awi_str_from(s)};
}

static void
put(struct dynamodb_AttributeMap *map, const char *name, struct dynamodb_AttributeValue value)
{
    assert_int_equal(ddb_map_put(&arena, map, awi_str_from(name), &value), 0);
}

/* item: s "x", n 5, l ["p", 7], m {k "v"}; values: :x "x", :n 5, :m 9, :p "p" */
static int setup(void **state)
{
    struct dynamodb_AttributeValue list = {.L = {.n = 2, .set = true}}, map = {0};

    awi_arena_init(&arena, 4u << 20);
    item = values = (struct dynamodb_AttributeMap){0};
    list.L.items = awi_arena_array(&arena, struct dynamodb_AttributeValue, 2);
    list.L.items[0] = text("p");
    list.L.items[1] = digits("7");
    put(&map.M, "k", text("v"));
    put(&item, "s", text("x"));
    put(&item, "n", digits("5"));
    put(&item, "l", list);
    put(&item, "m", map);
    put(&values, ":x", text("x"));
    put(&values, ":n", digits("5"));
    put(&values, ":m", digits("9"));
    put(&values, ":p", text("p"));
    return 0;
}

static int teardown(void **state)
{
    awi_arena_deinit(&arena);
    return 0;
}

static int parse(const char *expression, struct ddb_condition **ret, struct awi_str *message)
{
    struct ddb_expressions all;
    int r = ddb_expressions_begin(&all, &arena, NULL, &values, true, "ConditionExpression");

    assert_int_equal(r, 0);
    r = ddb_parse_condition(&all, "ConditionExpression", awi_str_from(expression), ret);
    *message = all.message;
    return r;
}

static void test_condition_holds(void **state)
{
    static const struct {
        const char *expression;
        bool holds;
    } cases[] = {
        {"s = :x", true},
        {"s <> :x", false},
        {"nothing <> :x", true},
        {"nothing = :x", false},
        {"n < :m AND n >= :n", true},
        {"n < :x", false},
        {"n BETWEEN :n AND :m", true},
        {"s IN (:p, :x)", true},
        {"s in (:p, :n)", false},
        {"NOT s = :x OR n = :n", true},
        {"NOT (s = :x OR n = :n)", false},
        {"s = :p OR s = :x AND n = :m", false},
        {"attribute_exists(m.k) AND attribute_not_exists(m.z)", true},
        {"l[0] = :p and l[1] > :n", true},
        {"attribute_exists(l[2])", false},
        {"begins_with(s, :x)", true},
        {"contains(l, :p)", true},
        {"contains(l, :x)", false},
        {"size(l) < :n", true},
        {"size(n) < :n", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ddb_condition *condition;
        struct awi_str message;

        assert_int_equal(parse(cases[i].expression, &condition, &message), 0);
        assert_int_equal(ddb_condition_holds(condition, &item), cases[i].holds);
    }
}

static void test_condition_refused(void **state)
{
    static const char *const cases[][2] = {
        {"", "The expression can not be empty;"},
        {"s =", "Syntax error; token: \"<EOF>\", near: \"=\""},
        {"s ! :x", "Syntax error; token: \"!\", near: \"s ! :x\""},
        {"((s = :x))", "The expression has redundant parentheses;"},
        {"name = :x", "Attribute name is a reserved keyword; reserved keyword: name"},
        {"foo(s)", "Invalid function name; function: foo"},
        {"attribute_exists(s, n)",
         "Incorrect number of operands for operator or function; operator or function: "
         "attribute_exists, number of operands: 2"},
        {"s = :undefined",
         "An expression attribute value used in expression is not defined; attribute value: "
         ":undefined"},
        {"#q = :x",
         "An expression attribute name used in the document path is not defined; attribute name: "
         "#q"},
        {"n BETWEEN :m AND :n",
         "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
         "lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:5}"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ddb_condition *condition;
        struct awi_str message, want = awi_str_from(cases[i][1]);

        assert_int_equal(parse(cases[i][0], &condition, &message), 1);
        assert_true(awi_str_starts(message, AWI_STR("Invalid ConditionExpression: ")));
        assert_true(awi_str_ends(message, want));
    }
}

static void test_deep_nesting_is_refused(void **state)
{
    struct ddb_condition *condition;
    struct awi_str message;
    char deep[3000];

    memset(deep, '(', sizeof(deep));
    deep[sizeof(deep) - 1] = 0;
    assert_int_equal(parse(deep, &condition, &message), 1);
}

static void test_stored_form_comes_back(void **state)
{
    struct awi_buf buf = AWI_BUF_INIT(1u << 20);
    struct dynamodb_AttributeMap again;

    assert_int_equal(ddb_item_encode(&buf, &item), 0);
    assert_int_equal(ddb_item_decode(&arena, awi_buf_view(&buf), &again), 0);
    assert_int_equal(again.n, item.n);
    for (size_t i = 0; i < item.n; i++) {
        struct dynamodb_AttributeValue *other = ddb_map_find(&again, item.items[i].key);

        assert_non_null(other);
        assert_true(ddb_value_equal(other, &item.items[i].value));
    }
    for (size_t len = 0; len < buf.len; len++) {
        assert_int_not_equal(ddb_item_decode(&arena, awi_str_of(buf.ptr, len), &again), 0);
    }
    awi_buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_condition_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_condition_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep_nesting_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stored_form_comes_back, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
