/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The managed policies that AWS offers: each found by its ARN, with a document that IAM would take.
 */
#include "core/identity/managed.h"
#include "core/policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST_CHARACTERS 6144

static void test_order(void **state)
{
    for (size_t i = 1; i < awi_n_aws_policies; i++) {
        const struct awi_aws_policy *before = &awi_aws_policies[i - 1], *at = &awi_aws_policies[i];
        if (awi_str_cmp(before->name, at->name) >= 0) {
            fail_msg("%.*s stands behind %.*s", AWI_STR_FMT(at->name), AWI_STR_FMT(before->name));
        }
    }
}

static void test_each(void **state)
{
    struct awi_arena arena;

    awi_arena_init(&arena, 16u << 20);
    for (size_t i = 0; i < awi_n_aws_policies; i++) {
        const struct awi_aws_policy *at = &awi_aws_policies[i];
        struct awi_str arn = awi_arena_printf(&arena,
                                              "arn:aws:iam::aws:policy%.*s%.*s",
                                              AWI_STR_FMT(at->path),
                                              AWI_STR_FMT(at->name));
        struct awi_str reason = AWI_STR("");
        assert_ptr_equal(awi_aws_policy(arn), at);
        assert_int_equal(at->id.len, 21);
        assert_true(awi_str_starts(at->id, AWI_STR("ANPA")));
        assert_true(at->description.len > 0);
        if (awi_policy_validate(&arena, AWI_POLICY_IDENTITY, at->document, &reason) != 0 ||
            awi_policy_size(at->document) > MOST_CHARACTERS) {
            fail_msg("%.*s: %.*s", AWI_STR_FMT(at->name), AWI_STR_FMT(reason));
        }
        for (size_t k = 0; k < i; k++) {
            assert_false(awi_str_eq(awi_aws_policies[k].id, at->id));
        }
    }
    awi_arena_deinit(&arena);
}

/* Those that landing zones name. */
static void test_named(void **state)
{
    static const char *const names[] = {
        "AdministratorAccess",
        "ReadOnlyAccess",
        "PowerUserAccess",
        "SecurityAudit",
        "IAMFullAccess",
        "IAMReadOnlyAccess",
        "AWSOrganizationsFullAccess",
        "AWSOrganizationsReadOnlyAccess",
        "AmazonS3FullAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonSSMManagedInstanceCore",
        "AWSBackupFullAccess",
        "job-function/ViewOnlyAccess",
        "job-function/Billing",
        "job-function/DatabaseAdministrator",
        "job-function/DataScientist",
        "job-function/NetworkAdministrator",
        "job-function/SupportUser",
        "job-function/SystemAdministrator",
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AmazonEC2RoleforSSM",
        "service-role/AWSConfigRole",
        "service-role/AWS_ConfigRole",
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "service-role/AWSBackupServiceRolePolicyForRestores",
        "service-role/AWSControlTowerServiceRolePolicy",
        "aws-service-role/AWSConfigServiceRolePolicy",
        "aws-service-role/AWSSecurityHubServiceRolePolicy",
        "aws-service-role/AmazonGuardDutyServiceRolePolicy",
        "root-task/IAMAuditRootUserCredentials",
        "root-task/IAMCreateRootUserPassword",
        "root-task/IAMDeleteRootUserCredentials",
        "root-task/S3UnlockBucketPolicy",
        "root-task/SQSUnlockQueuePolicy",
    };
    struct awi_arena arena;

    awi_arena_init(&arena, 1u << 20);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!awi_aws_policy(awi_arena_printf(&arena, "arn:aws:iam::aws:policy/%s", names[i]))) {
            fail_msg("%s is not there", names[i]);
        }
    }
    assert_null(awi_aws_policy(AWI_STR("arn:aws:iam::aws:policy/ViewOnlyAccess")));
    assert_null(awi_aws_policy(AWI_STR("arn:aws:iam::aws:policy/NoSuchAccess")));
    assert_null(awi_aws_policy(AWI_STR("arn:aws:iam::111111111111:policy/ReadOnlyAccess")));
    awi_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
