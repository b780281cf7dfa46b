/* SPDX-License-Identifier: Apache-2.0 */
/* Strings in JSON: each byte that must be escaped, at each place of the words they are read by. */
#include "core/wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LONGEST 20

static void escape(char *out, size_t size, unsigned char c)
{
    if (c == '"' || c == '\\') {
        snprintf(out, size, "\\%c", c);
    } else if (c == '\n') {
        snprintf(out, size, "\\n");
    } else if (c < 0x20) {
        snprintf(out, size, "\\u00%02x", c);
    } else {
        snprintf(out, size, "%c", c);
    }
}

static void check(struct awi_arena *arena, const char *text, size_t len)
{
    struct awi_out out = {.arena = arena};
    char expected[6 * LONGEST + 8] = "\"";

    for (size_t i = 0; i < len; i++) {
        size_t at = strlen(expected);
        escape(expected + at, sizeof(expected) - at, (unsigned char)text[i]);
    }
    strncat(expected, "\"", sizeof(expected) - strlen(expected) - 1);
    awi_json_string(&out, awi_str_of(text, len));
    assert_false(out.failed);
    assert_int_equal(out.len, strlen(expected));
    assert_memory_equal(out.ptr, expected, out.len);
}

static void test_every_byte_everywhere(void **state)
{
    char text[LONGEST];
    struct awi_arena arena;

    awi_arena_init(&arena, 16u << 20);
    for (size_t len = 0; len <= LONGEST; len++) {
        memset(text, 'a', sizeof(text));
        check(&arena, text, len);
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 1; c < 256; c++) {
                memset(text, 'a', sizeof(text));
                text[at] = (char)c;
                check(&arena, text, len);
                /* A neighbour one above what is escaped, and one that is escaped as well. */
                text[(at + 1) % len] = '#';
                check(&arena, text, len);
                text[(at + 1) % len] = '\\';
                check(&arena, text, len);
            }
            awi_arena_reset(&arena);
        }
    }
    awi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_byte_everywhere)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
