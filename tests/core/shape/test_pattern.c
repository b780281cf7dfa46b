/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of the models against texts that do and do not match.
 */
#include "core/shape/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
    const char *pattern;
    const char *text;
    int matches;
};

static const struct row rows[] = {
    {"[\\w+=,.@-]*", "my-role_1@x", 1},
    {"[\\w+=,.@-]*", "", 1},
    {"[\\w+=,.@-]*", "with blank", 0},
    {"[\\w+=,.@-]+", "", 0},
    {"[\\w+=,.@-]*", "na\xc3\xafve", 0},
    {"^\\d{12}$", "123456789012", 1},
    {"^\\d{12}$", "12345678901", 0},
    {"^\\d{12}$", "1234567890123", 0},
    {"\\d{12}", "x123456789012", 0},
    {"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "r-ab12", 1},
    {"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "ou-ab12-abcd1234", 1},
    {"^(r-[0-9a-z]{4,32})|(\\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "ou-ab12", 0},
    {"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", "{\"Version\":\n\xc3\xbf}", 1},
    {"[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", "\xe2\x82\xac", 0},
    {"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "Caf\xc3\xa9 1/2 a-b@c", 1},
    {"[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "a#b", 0},
    {"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)", "/", 1},
    {"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)", "/a/b/", 1},
    {"(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)", "/a/b", 0},
    {"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "my-alias", 1},
    {"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "my--alias", 0},
    {"((/[A-Za-z0-9\\.,\\+@=_-]+)*)/", "/a/b/", 1},
    {"((/[A-Za-z0-9\\.,\\+@=_-]+)*)/", "/", 1},
    {"((/[A-Za-z0-9\\.,\\+@=_-]+)*)/", "//", 0},
    {"v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?", "v12.a-b", 1},
    {"v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?", "v0", 0},
    {"[^\\s@]+@[^\\s@]+\\.[^\\s@]+", "a@example.com", 1},
    {"[^\\s@]+@[^\\s@]+\\.[^\\s@]+", "a b@example.com", 0},
    {"[^\\s@]+@[^\\s@]+\\.[^\\s@]+", "a@example", 0},
    {"([0-9a-f]{16})+", "0123456789abcdef0123456789abcdef", 1},
    {"([0-9a-f]{16})+", "0123456789abcdef0", 0},
    {"[\\s\\S]*", "any\nthing \xf0\x9f\x98\x80", 1},
    {"^[^\\$]+$", "a$", 0},
    {"^[ -~]+$", "a b", 1},
    {"^http(s?)://[a-zA-Z0-9._/-]*(\\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$",
     "https://a.example/x?y=1#z",
     1},
    {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*",
     "\xf0\x9f\x98\x80",
     1},
    {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", "a,b", 0},
    {"^o-[0-9a-z]{10,32}\\/r-[0-9a-z]{4,32}[0-9a-z-\\/]*", "o-0123456789/r-abcd/ou-1", 1},
    {".+", "a\nb", 0},
    /* Not understood: nothing is refused. */
    {"(a)\\1", "b", 1},
    {"[a-z&&[^b]]", "B", 1},
    {"(?i)a", "b", 1},
    {"(a", "b", 1},
};

static void test_rows(void **state)
{
    struct awi_arena arena;

    (void)state;
    awi_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int r = awi_pattern_match(&arena, rows[i].pattern, awi_str_from(rows[i].text));
        if (r != rows[i].matches) {
            fail_msg("%s on %s gives %d", rows[i].pattern, rows[i].text, r);
        }
        awi_arena_reset(&arena);
    }
    awi_arena_deinit(&arena);
}

/* What takes exponential time elsewhere ends here, without an answer. */
static void test_long_searches_end(void **state)
{
    struct awi_arena arena;
    char text[20001];

    (void)state;
    awi_arena_init(&arena, 1 << 20);
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(awi_pattern_match(&arena, "((a|aa)+)+b", awi_str_of(text, 200)), 1);
    assert_int_equal(awi_pattern_match(&arena, "(a)*", awi_str_from(text)), 1);
    assert_int_equal(awi_pattern_match(&arena, "[a-z]{1,30000}", awi_str_from(text)), 1);
    assert_int_equal(awi_pattern_match(&arena, "[a-z]{1,10000}", awi_str_from(text)), 0);
    assert_int_equal(awi_pattern_match(&arena, "(x*)*y", AWI_STR("xx")), 0);
    awi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_searches_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
