/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation in AWS's words.
 */
#include "core/shape/shape.h"
#include "gen/dynamodb.h"
#include "gen/iam.h"
#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void expect(const struct awi_shape *shape, const void *value, const char *message)
{
    struct awi_arena arena;
    struct awi_str said = AWI_STR("");

    awi_arena_init(&arena, 4 << 20);
    int r = awi_shape_validate(&arena, shape, value, NULL, &said);
    assert_string_equal(r ? said.ptr : "", message ? message : "");
    assert_int_equal(r, message ? 1 : 0);
    awi_arena_deinit(&arena);
}

static void test_valid(void **state)
{
    struct sts_AssumeRoleRequest in = {
        .RoleArn = AWI_STR("arn:aws:iam::123456789012:role/x"),
        .RoleSessionName = AWI_STR("session"),
        .DurationSeconds = AWI_SOME(900),
    };

    (void)state;
    expect(&sts_AssumeRoleRequest_shape, &in, NULL);
}

static void test_length(void **state)
{
    struct sts_AssumeRoleRequest in = {
        .RoleArn = AWI_STR("arn:aws:iam::123456789012:role/x"),
        .RoleSessionName = AWI_STR("x"),
    };

    (void)state;
    expect(&sts_AssumeRoleRequest_shape,
           &in,
           "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy "
           "constraint: Member must have length greater than or equal to 2");
}

static void test_null_and_range(void **state)
{
    struct sts_AssumeRoleRequest in = {
        .RoleArn = AWI_STR("arn:aws:iam::123456789012:role/x"),
        .DurationSeconds = AWI_SOME(43201),
    };

    (void)state;
    expect(&sts_AssumeRoleRequest_shape,
           &in,
           "2 validation errors detected: Value null at 'roleSessionName' failed to satisfy "
           "constraint: Member must not be null; Value '43201' at 'durationSeconds' failed to "
           "satisfy constraint: Member must have value less than or equal to 43200");
}

static void test_pattern_before_length(void **state)
{
    struct iam_GetRoleRequest in = {.RoleName = AWI_STR("")};

    (void)state;
    expect(&iam_GetRoleRequest_shape,
           &in,
           "2 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: "
           "Member must satisfy regular expression pattern: [\\w+=,.@-]+; Value '' at 'roleName' "
           "failed to satisfy constraint: Member must have length greater than or equal to 1");
}

static void test_nested(void **state)
{
    struct iam_Tag tags[] = {{.Key = AWI_STR("a"), .Value = AWI_STR("b")},
                             {.Key = AWI_STR("#"), .Value = AWI_STR("")}};
    struct iam_TagRoleRequest in = {.RoleName = AWI_STR("r"), .Tags = {tags, 2, true}};

    (void)state;
    expect(&iam_TagRoleRequest_shape,
           &in,
           "1 validation error detected: Value '#' at 'tags.2.member.key' failed to satisfy "
           "constraint: Member must satisfy regular expression pattern: "
           "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+");
}

static void test_items(void **state)
{
    struct awi_str keys[] = {AWI_STR_INIT("ok"), AWI_STR_INIT("")};
    struct iam_UntagRoleRequest in = {.RoleName = AWI_STR("r"), .TagKeys = {keys, 2, true}};

    (void)state;
    expect(&iam_UntagRoleRequest_shape,
           &in,
           "1 validation error detected: Value '[ok, ]' at 'tagKeys' failed to satisfy constraint: "
           "Member must satisfy constraint: [Member must have length less than or equal to 128, "
           "Member must have length greater than or equal to 1, Member must satisfy regular "
           "expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+]");
}

static void test_enum(void **state)
{
    struct dynamodb_PutItemInput in = {
        .TableName = AWI_STR("users"),
        .Item = {NULL, 0, true},
        .ReturnValues = AWI_STR("SOME"),
    };

    (void)state;
    expect(&dynamodb_PutItemInput_shape,
           &in,
           "1 validation error detected: Value 'SOME' at 'returnValues' failed to satisfy "
           "constraint: Member must satisfy enum value set: [NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, "
           "UPDATED_NEW]");
}

static void test_sensitive_is_not_quoted(void **state)
{
    struct iam_ChangePasswordRequest in = {.OldPassword = AWI_STR("old"),
                                           .NewPassword = AWI_STR("")};

    (void)state;
    expect(
        &iam_ChangePasswordRequest_shape,
        &in,
        "2 validation errors detected: Value at 'newPassword' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+; "
        "Value at 'newPassword' failed to satisfy constraint: Member must have length greater "
        "than or equal to 1");
}

/* A length counts characters. */
static void test_characters(void **state)
{
    struct iam_Tag tag = {.Key = AWI_STR("\xc3\xa9\xc3\xa9"), .Value = AWI_STR("v")};
    struct iam_TagRoleRequest in = {.RoleName = AWI_STR("r"), .Tags = {&tag, 1, true}};
    char long_key[129 * 2 + 1];

    (void)state;
    expect(&iam_TagRoleRequest_shape, &in, NULL);
    for (size_t i = 0; i < 129; i++) {
        memcpy(long_key + i * 2, "\xc3\xa9", 2);
    }
    tag.Key = awi_str_of(long_key, 128 * 2);
    expect(&iam_TagRoleRequest_shape, &in, NULL);
    tag.Key.len += 2;
    struct awi_arena arena;
    struct awi_str said;
    awi_arena_init(&arena, 1 << 20);
    assert_int_equal(awi_shape_validate(&arena, &iam_TagRoleRequest_shape, &in, NULL, &said), 1);
    awi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_null_and_range),
        cmocka_unit_test(test_pattern_before_length),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_enum),
        cmocka_unit_test(test_sensitive_is_not_quoted),
        cmocka_unit_test(test_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
