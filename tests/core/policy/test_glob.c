/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: where the rules' cases do not reach, and that hostile ones end. */
#include "core/policy/internal.h"
#include "tests/core/policy/fixture.h"

static bool matches(const char *pattern, const char *text, unsigned flags)
{
    struct awi_arena arena;
    struct glob glob;
    struct awi_str values[] = {AWI_STR_INIT("a*b")};
    struct awi_policy_key key = {AWI_STR_INIT("ex:key"), values, 1, false};
    struct awi_policy_request request = {.context = &key, .n_context = 1};

    awi_arena_init(&arena, 1 << 20);
    assert_int_equal(awi_policy_glob_compile(&arena, awi_str_from(pattern), flags, &glob), 0);
    bool yes = awi_policy_glob_match(&glob, awi_str_from(text), false, &request);
    awi_arena_deinit(&arena);
    return yes;
}

static void test_match_wildcards(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        bool yes;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"**", "abc", true},
        {"?", "", false},
        {"?", "a", true},
        {"a*", "a", true},
        {"*a", "ba", true},
        {"*a", "ab", false},
        {"a*b*c", "aXbYc", true},
        {"a*b*c", "abcb", false},
        {"*ab*", "aab", true},
        {"*aab", "aaab", true},
        {"a*a", "a", false},
        {"*?b", "ab", true},
        {"*?b", "b", false},
        {"?*?", "a", false},
        {"?*?", "ab", true},
        {"*.*.c", "a.b.c.c", true},
        {"*\xc3\xa9?", "x\xc3\xa9\xc3\xa8", true},
        {"*??", "\xc3\xa9", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (matches(rows[i].pattern, rows[i].text, GLOB_WILDCARDS) != rows[i].yes) {
            fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].text);
        }
    }
}

static void test_match_variables(void **state)
{
    unsigned both = GLOB_WILDCARDS | GLOB_VARIABLES;

    assert_true(matches("${ex:key}", "a*b", both));
    assert_false(matches("${ex:key}", "aXb", both));
    assert_true(matches("${EX:KEY}?", "a*bc", both));
    assert_true(matches("*${ex:key}*", "xxa*byy", both));
    assert_false(matches("${ex:none}*", "x", both));
    assert_true(matches("${ex:none, 'd}e'}", "d}e", both));
    assert_true(matches("${ex:none,''}", "", both));
    assert_true(matches("${ex:none , 'x' }y", "xy", both));
    assert_true(matches("${*}${?}${$}", "*?$", both));
    assert_false(matches("${*}", "x", both));
    /* What is no variable stands for itself. */
    assert_true(matches("${", "${", both));
    assert_true(matches("${}", "${}", both));
    assert_true(matches("${ex:key", "${ex:key", both));
    assert_true(matches("${ex:none, x}", "${ex:none, x}", both));
    assert_true(matches("$x{y}", "$x{y}", both));
    assert_true(matches("${ex:key}", "${ex:key}", GLOB_WILDCARDS));
}

static void test_match_more_variables_than_are_resolved(void **state)
{
    char pattern[100 * 10 + 1] = "";
    char text[100 * 3 + 1] = "";

    for (size_t i = 0; i < 100; i++) {
        memcpy(pattern + i * 9, "${ex:key}", 9);
        memcpy(text + i * 3, "a*b", 3);
    }
    pattern[900] = '\0';
    text[300] = '\0';
    assert_true(matches(pattern, text, GLOB_VARIABLES));
    text[299] = 'c';
    assert_false(matches(pattern, text, GLOB_VARIABLES));
}

/* Would take longer than the universe by backtracking; here it takes milliseconds. */
static void test_match_hostile_patterns_end(void **state)
{
    enum { STARS = 5000, TEXT = 10000 };
    char pattern[2 * STARS + 2];
    char text[TEXT + 1];

    memset(text, 'a', TEXT);
    text[TEXT] = '\0';
    for (size_t i = 0; i < STARS; i++) {
        pattern[2 * i] = '*';
        pattern[2 * i + 1] = i % 7 ? 'a' : '?';
    }
    memcpy(pattern + (size_t)2 * STARS, "b", 2);
    assert_false(matches(pattern, text, GLOB_WILDCARDS));
    pattern[(size_t)2 * STARS] = '\0';
    assert_true(matches(pattern, text, GLOB_WILDCARDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_wildcards),
        cmocka_unit_test(test_match_variables),
        cmocka_unit_test(test_match_more_variables_than_are_resolved),
        cmocka_unit_test(test_match_hostile_patterns_end),
    };
    return cmocka_run_group_tests_name("policy/glob", tests, NULL, NULL);
}
