/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services a policy is about, conditions and resources aside.
 */
#include "core/policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ONE(body)      "{\"Statement\":{" body ",\"Resource\":\"*\"}}"
#define TWO(one, two)  "{\"Statement\":[{" one "},{" two "}]}"
#define ALLOW(actions) "\"Effect\":\"Allow\",\"Action\":" actions
#define ALL            "\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\""

static bool reaches(const char *text, const char *service)
{
    struct awi_policy_ref ref = {.policy = NULL};
    struct awi_policy_set set = {.items = &ref, .n = 1};
    struct awi_policy_error error;
    struct awi_arena arena;

    awi_arena_init(&arena, 1u << 20);
    assert_int_equal(awi_policy_compile(&arena, awi_str_from(text), &ref.policy, &error), 0);
    bool found = awi_policy_reaches_service(&set, awi_str_from(service));
    awi_arena_deinit(&arena);
    return found;
}

static void test_actions(void **state)
{
    assert_true(reaches(ONE(ALLOW("\"s3:Get*\"")), "s3"));
    assert_true(reaches(ONE(ALLOW("[\"sqs:X\",\"S3:GetObject\"]")), "s3"));
    assert_true(reaches(ONE(ALLOW("\"*\"")), "s3"));
    assert_true(reaches(ONE(ALLOW("\"*:Describe*\"")), "s3"));
    assert_true(reaches(ONE(ALLOW("\"s?:*\"")), "s3"));
    assert_false(reaches(ONE(ALLOW("\"s3:Get*\"")), "s3express"));
    assert_false(reaches(ONE(ALLOW("\"s3express:*\"")), "s3"));
    assert_false(reaches(ONE(ALLOW("\"s?:*\"")), "sqs"));
    assert_false(reaches(ONE(ALLOW("\"sts:*\"")), "s3"));
}

static void test_not_action(void **state)
{
    const char *all_but = ONE("\"Effect\":\"Allow\",\"NotAction\":[\"s3:*\",\"sqs:Send*\"]");

    assert_false(reaches(all_but, "s3"));
    assert_true(reaches(all_but, "sqs"));
    assert_true(reaches(all_but, "iam"));
}

static void test_deny(void **state)
{
    assert_false(
        reaches(TWO(ALL, "\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\""), "s3"));
    assert_true(
        reaches(TWO(ALL, "\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\""), "sqs"));
    assert_true(
        reaches(TWO(ALL, "\"Effect\":\"Deny\",\"Action\":\"s3:Put*\",\"Resource\":\"*\""), "s3"));
    assert_true(reaches(
        TWO(ALL, "\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b\""), "s3"));
    assert_true(reaches(TWO(ALL,
                            "\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\","
                            "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}"),
                        "s3"));
    assert_false(
        reaches(TWO(ALL, "\"Effect\":\"Deny\",\"NotAction\":\"iam:*\",\"Resource\":\"*\""), "s3"));
    assert_true(
        reaches(TWO(ALL, "\"Effect\":\"Deny\",\"NotAction\":\"iam:*\",\"Resource\":\"*\""), "iam"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_not_action),
        cmocka_unit_test(test_deny),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
