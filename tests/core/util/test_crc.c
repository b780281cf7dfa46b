/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums: the published check values, and the same whatever pieces the bytes come in. */
#include "core/util/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LONGEST 400

/* Of the digits 1 to 9, in the catalogue of parametrised CRC algorithms. */
static void test_check_values(void **state)
{
    (void)state;
    assert_true(awi_crc32(0, "123456789", 9) == 0xcbf43926u);
    assert_true(awi_crc32c(0, "123456789", 9) == 0xe3069283u);
    assert_true(awi_crc64nvme(0, "123456789", 9) == 0xae8b14860a799888ull);
}

/* Single bytes go through the tables, many at once are folded where the processor can. */
static void test_pieces_and_whole(void **state)
{
    unsigned char bytes[LONGEST + 16];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char)(i * 2654435761u >> 13);
    }
    for (size_t len = 0; len <= LONGEST; len++) {
        const unsigned char *at = bytes + len % 16;
        uint32_t crc32 = 7, crc32c = 9;
        uint64_t crc64 = 5;
        for (size_t i = 0; i < len; i++) {
            crc32 = awi_crc32(crc32, at + i, 1);
            crc32c = awi_crc32c(crc32c, at + i, 1);
            crc64 = awi_crc64nvme(crc64, at + i, 1);
        }
        assert_true(awi_crc32(7, at, len) == crc32);
        assert_true(awi_crc32c(9, at, len) == crc32c);
        assert_true(awi_crc64nvme(5, at, len) == crc64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_values),
        cmocka_unit_test(test_pieces_and_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
