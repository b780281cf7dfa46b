/* SPDX-License-Identifier: Apache-2.0 */
/* The Range header. */
#include "services/s3/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_range_parse(void **state)
{
    static const struct {
        const char *header;
        uint64_t size;
        enum s3_range kind;
        uint64_t first, last;
    } cases[] = {
        {"bytes=0-4", 10, S3_RANGE_PART, 0, 4},
        {"bytes=5-", 10, S3_RANGE_PART, 5, 9},
        {"bytes=-3", 10, S3_RANGE_PART, 7, 9},
        {"bytes=-30", 10, S3_RANGE_PART, 0, 9},
        {"bytes=8-100", 10, S3_RANGE_PART, 8, 9},
        {"bytes=10-", 10, S3_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 10, S3_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-", 0, S3_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=4-2", 10, S3_RANGE_WHOLE, 0, 0},
        {"bytes=0-1,3-4", 10, S3_RANGE_WHOLE, 0, 0},
        {"lines=0-1", 10, S3_RANGE_WHOLE, 0, 0},
        {"bytes=x-1", 10, S3_RANGE_WHOLE, 0, 0},
        {"bytes=3", 10, S3_RANGE_WHOLE, 0, 0},
        {"", 10, S3_RANGE_WHOLE, 0, 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t first = 0, last = 0;

        assert_int_equal(
            s3_range_parse(awi_str_from(cases[i].header), cases[i].size, &first, &last),
            cases[i].kind);
        if (cases[i].kind == S3_RANGE_PART) {
            assert_int_equal(first, cases[i].first);
            assert_int_equal(last, cases[i].last);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_range_parse)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
