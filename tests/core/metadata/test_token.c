/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of the metadata service: good until their end, and no other text is good. */
#include "core/metadata/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ENDS INT64_C(1800000000000)

static struct awi_arena arena;

static int setup(void **state)
{
    awi_arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    awi_arena_deinit(&arena);
    return 0;
}

static struct awi_str token(uint64_t seed)
{
    struct awi_random random = AWI_RANDOM_SEEDED(seed);

    return awi_metadata_token(&arena, &random, ENDS);
}

static void test_token_until_its_end(void **state)
{
    assert_true(awi_metadata_token_is_good(token(1), 0));
    assert_true(awi_metadata_token_is_good(token(1), ENDS - 1));
    assert_false(awi_metadata_token_is_good(token(1), ENDS));
}

static void test_tokens_differ(void **state)
{
    assert_false(awi_str_eq(token(1), token(2)));
}

static void test_token_changed(void **state)
{
    struct awi_str good = token(3);
    char text[128];

    assert_true(good.len < sizeof(text));
    for (size_t i = 0; i < good.len; i++) {
        memcpy(text, good.ptr, good.len);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        assert_false(awi_metadata_token_is_good(awi_str_of(text, good.len), 0));
    }
}

static void test_token_of_another_length(void **state)
{
    struct awi_str good = token(4);

    for (size_t len = 0; len < good.len; len++) {
        assert_false(awi_metadata_token_is_good(awi_str_head(good, len), 0));
    }
    assert_false(awi_metadata_token_is_good(AWI_STR("no token at all"), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_until_its_end),
        cmocka_unit_test(test_tokens_differ),
        cmocka_unit_test(test_token_changed),
        cmocka_unit_test(test_token_of_another_length),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
