/* SPDX-License-Identifier: Apache-2.0 */
/* Names of buckets and keys. */
#include "services/s3/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_bucket_name_kind(void **state)
{
    static const struct {
        const char *name;
        enum s3_name_kind kind;
    } cases[] = {
        {"abc", S3_NAME_GENERAL},
        {"ab", S3_NAME_INVALID},
        {"", S3_NAME_INVALID},
        {"a.b-c.9", S3_NAME_GENERAL},
        {"a..b", S3_NAME_INVALID},
        {"Abc", S3_NAME_INVALID},
        {"a_b", S3_NAME_INVALID},
        {"-abc", S3_NAME_INVALID},
        {"abc.", S3_NAME_INVALID},
        {"192.168.5.4", S3_NAME_INVALID},
        {"192.168.5.4a", S3_NAME_GENERAL},
        {"xn--abc", S3_NAME_INVALID},
        {"sthree-abc", S3_NAME_INVALID},
        {"amzn-s3-demo-x", S3_NAME_INVALID},
        {"abc-s3alias", S3_NAME_INVALID},
        {"abc--ol-s3", S3_NAME_INVALID},
        {"abc.mrap", S3_NAME_INVALID},
        {"abc--table-s3", S3_NAME_INVALID},
        {"abc--use1-az4--x-s3", S3_NAME_DIRECTORY},
        {"abc-111122223333-us-west-2-an", S3_NAME_REGIONAL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", S3_NAME_GENERAL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", S3_NAME_INVALID},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(s3_bucket_name_kind(awi_str_from(cases[i].name)), cases[i].kind);
    }
}

static void test_bucket_name_belongs(void **state)
{
    struct awi_str name = AWI_STR("abc-111122223333-us-west-2-an");

    assert_true(s3_bucket_name_belongs(name, AWI_STR("111122223333"), AWI_STR("us-west-2")));
    assert_false(s3_bucket_name_belongs(name, AWI_STR("222222222222"), AWI_STR("us-west-2")));
    assert_false(s3_bucket_name_belongs(name, AWI_STR("111122223333"), AWI_STR("us-east-1")));
    assert_false(s3_bucket_name_belongs(
        AWI_STR("-111122223333-us-west-2-an"), AWI_STR("111122223333"), AWI_STR("us-west-2")));
}

static void test_key_is_utf8(void **state)
{
    assert_true(s3_key_is_utf8(AWI_STR("plain/\xc3\xa9/\xe2\x82\xac/\xf0\x9f\x98\x80")));
    assert_false(s3_key_is_utf8(AWI_STR("\xc3")));
    assert_false(s3_key_is_utf8(AWI_STR("\xc0\xaf")));
    assert_false(s3_key_is_utf8(AWI_STR("\xed\xa0\x80")));
    assert_false(s3_key_is_utf8(AWI_STR("\xf4\x90\x80\x80")));
    assert_false(s3_key_is_utf8(AWI_STR("a\xff")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket_name_kind),
        cmocka_unit_test(test_bucket_name_belongs),
        cmocka_unit_test(test_key_is_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
