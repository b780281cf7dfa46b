/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader: what it takes, what it refuses and where, and positions. */
#include "tests/core/policy/fixture.h"

#include <errno.h>

static int read_text(struct awi_arena *arena, const char *text, const struct awi_json **ret)
{
    struct awi_json_error error = {0};

    awi_arena_init(arena, 1 << 20);
    return awi_json_read(arena, awi_str_from(text), ret, &error);
}

static void test_read_refuses(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "01",
        "-",
        "1.",
        "1e",
        "+1",
        ".5",
        "tru",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\t\"",
        "\"\xff\"",
        "\"\xc0\x80\"",
        "\"\xed\xa0\x80\"",
        "{} {}",
        "{1:2}",
        "nan",
        "'a'",
        "\"\xc3\"",
        "\"\xf4\x90\x80\x80\"",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct awi_arena arena;
        const struct awi_json *tree;
        if (read_text(&arena, bad[i], &tree) != -EINVAL) {
            fail_msg("%s was read", bad[i]);
        }
        awi_arena_deinit(&arena);
    }
}

static void test_read_values(void **state)
{
    struct awi_arena arena;
    const struct awi_json *tree;

    assert_int_equal(read_text(&arena,
                               " {\"a\\n\\u00e9\\ud83d\\ude00\": [1.50, -2e3, true, null, \"x\"],"
                               "\"b\":{}, \"b\":\"last\"} ",
                               &tree),
                     0);
    assert_int_equal(tree->type, AWI_JSON_OBJECT);
    assert_int_equal(tree->n, 3);
    t_equal(tree->first->name, "a\n\xc3\xa9\xf0\x9f\x98\x80");
    const struct awi_json *at = tree->first->first;
    t_equal(at->text, "1.50");
    t_equal(at->next->text, "-2e3");
    assert_int_equal(at->next->next->type, AWI_JSON_BOOL);
    assert_int_equal(at->next->next->next->type, AWI_JSON_NULL);
    t_equal(awi_json_get(tree, "b")->text, "last");
    assert_true(awi_json_is_overridden(tree->first->next));
    assert_false(awi_json_is_overridden(tree->first));
    awi_arena_deinit(&arena);
}

static void test_read_depth_ends(void **state)
{
    struct awi_arena arena;
    const struct awi_json *tree;
    char text[200];

    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    text[199] = '\0';
    assert_int_equal(read_text(&arena, text, &tree), -EINVAL);
    awi_arena_deinit(&arena);
    memset(text, '[', 60);
    memset(text + 60, ']', 60);
    text[120] = '\0';
    assert_int_equal(read_text(&arena, text, &tree), 0);
    awi_arena_deinit(&arena);
}

static void test_quote_round_trip(void **state)
{
    static const char raw[] = "a\"b\\c\n\t\x01\xc3\xa9";
    struct awi_arena arena;
    const struct awi_json *tree;
    struct awi_buf out = AWI_BUF_INIT(1000);

    assert_int_equal(awi_json_quote(&out, awi_str_of(raw, sizeof(raw))), 0);
    assert_int_equal(read_text(&arena, out.ptr, &tree), 0);
    assert_true(awi_str_eq(tree->text, awi_str_of(raw, sizeof(raw))));
    awi_arena_deinit(&arena);
    awi_buf_deinit(&out);
}

static void test_position_lines_and_columns(void **state)
{
    struct awi_str text = AWI_STR("ab\ncd\n");
    size_t line, column;

    awi_json_position(text, 0, &line, &column);
    assert_int_equal(line * 100 + column, 101);
    awi_json_position(text, 4, &line, &column);
    assert_int_equal(line * 100 + column, 202);
    awi_json_position(text, 6, &line, &column);
    assert_int_equal(line * 100 + column, 301);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_refuses),
        cmocka_unit_test(test_read_values),
        cmocka_unit_test(test_read_depth_ends),
        cmocka_unit_test(test_quote_round_trip),
        cmocka_unit_test(test_position_lines_and_columns),
    };
    return cmocka_run_group_tests_name("policy/json", tests, NULL, NULL);
}
