/* SPDX-License-Identifier: Apache-2.0 */
/* Strings in JSON: each byte that must be escaped, at each place of the words they are read by. */
#include "core/wire/json.h"
#include "core/wire/json_text.h"

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

/* text, between quotes, with c at `at`: what stands before it and how it is taken. */
static void read_one(struct awi_arena *arena, const char *text, size_t len, size_t at)
{
    unsigned char c = (unsigned char)text[1 + at];
    struct awi_wire_in in = {.arena = arena};
    struct awi_json_reader reader = {&in, text, text + len + 2};
    struct awi_str found = AWI_STR_NULL;
    bool ascii;
    bool stands = c >= 0x20 && c != '"' && c != '\\';

    const char *end = awi_json_plain_end(text + 1, text + 1 + len, &ascii);
    assert_ptr_equal(end, text + 1 + (stands ? len : at));
    assert_int_equal(ascii, !stands || c < 0x80);
    int r = awi_json_read_string(&reader, &found);
    if (c == '"') {
        assert_int_equal(r, 0);
        assert_int_equal(found.len, at);
    } else if (stands && c < 0x80) {
        assert_int_equal(r, 0);
        assert_int_equal(found.len, len);
        assert_memory_equal(found.ptr, text + 1, len);
        assert_ptr_equal(reader.at, reader.end);
    } else {
        assert_int_equal(r, 1); /* a control character, no UTF-8, an escape that is none */
    }
}

static void test_read_every_byte_everywhere(void **state)
{
    char text[LONGEST + 2];
    struct awi_arena arena;

    (void)state;
    awi_arena_init(&arena, 16u << 20);
    for (size_t len = 0; len <= LONGEST; len++) {
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 0; c < 256; c++) {
                memset(text, 'a', sizeof(text));
                text[0] = text[len + 1] = '"';
                text[1 + at] = (char)c;
                read_one(&arena, text, len, at);
            }
            awi_arena_reset(&arena);
        }
    }
    awi_arena_deinit(&arena);
}

/* What follows the first byte that ends a run says nothing about the run. */
static void test_bytes_behind_the_end(void **state)
{
    bool ascii;

    (void)state;
    for (size_t at = 0; at < 8; at++) {
        char text[16];
        memset(text, 0xff, sizeof(text));
        memset(text, 'a', at);
        text[at] = '"';
        assert_ptr_equal(awi_json_plain_end(text, text + sizeof(text), &ascii), text + at);
        assert_true(ascii);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_everywhere),
        cmocka_unit_test(test_read_every_byte_everywhere),
        cmocka_unit_test(test_bytes_behind_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
