/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRole: which roles may be assumed from where, and every parameter (identity.md 6.5-6.16).
 */
#include "core/identity/principal.h"
#include "tests/support/world.h"

#include "gen/core.h"
#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROLE "arn:aws:iam::333333333333:role/Dev"

static struct t_world world;
static const struct t_keys root = {.id = "222222222222"};

static int setup(void **state)
{
    t_open(&world, NULL);
    return 0;
}

static int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static struct sts_AssumeRoleRequest request(const char *arn)
{
    return (struct sts_AssumeRoleRequest){
        .RoleArn = awi_str_from(arn),
        .RoleSessionName = AWI_STR("test"),
    };
}

static struct t_keys keys_of(const struct sts_Credentials *given)
{
    return (struct t_keys){
        .id = given->AccessKeyId.ptr,
        .secret = given->SecretAccessKey.ptr,
        .token = given->SessionToken.ptr,
    };
}

static struct sts_AssumeRoleResponse allow(const struct t_keys *keys,
                                           const struct sts_AssumeRoleRequest *in)
{
    struct sts_AssumeRoleResponse out;
    struct t_error error = t_call(&world, keys, "sts", "AssumeRole", in, &out);

    if (error.code.ptr) {
        fail_msg("%.*s: %.*s", AWI_STR_FMT(error.code), AWI_STR_FMT(error.message));
    }
    return out;
}

static void refuse(const struct t_keys *keys,
                   const struct sts_AssumeRoleRequest *in,
                   const char *code,
                   const char *message)
{
    struct sts_AssumeRoleResponse out;
    struct t_error error = t_call(&world, keys, "sts", "AssumeRole", in, &out);

    assert_string_equal(awi_arena_strz(&world.arena, error.code), code);
    assert_string_equal(awi_arena_strz(&world.arena, error.message), message);
}

static void make_role(const char *account, const char *path, const char *name, int32_t most)
{
    struct awi_store *store;
    struct awi_str why;
    struct awi_txn *txn;
    struct core_RoleRecord role = {
        .RoleName = awi_str_from(name),
        .Path = awi_str_from(path),
        .RoleId = AWI_STR("AROAEXAMPLEEXAMPLEXAM"),
        .Arn = awi_arena_printf(&world.arena, "arn:aws:iam::%s:role%s%s", account, path, name),
        .MaxSessionDuration = AWI_SOME(most),
    };

    assert_int_equal(awi_core_store(&world.core, &world.arena, &store, &why), 0);
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_role_put(txn, &world.arena, awi_str_from(account), &role), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
}

static void test_answer(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);
    struct sts_AssumeRoleResponse out = allow(&root, &in), again = allow(&root, &in);

    assert_string_equal(out.AssumedRoleUser->Arn.ptr,
                        "arn:aws:sts::333333333333:assumed-role/Dev/test");
    assert_true(awi_str_starts(out.AssumedRoleUser->AssumedRoleId, AWI_STR("AROA")));
    assert_true(
        awi_str_eq(out.AssumedRoleUser->AssumedRoleId, again.AssumedRoleUser->AssumedRoleId));
    assert_false(awi_str_eq(out.Credentials->AccessKeyId, again.Credentials->AccessKeyId));
    assert_in_range(out.Credentials->Expiration.ms, world.now_ms + 3590000, world.now_ms + 3602000);
    assert_false(out.PackedPolicySize.set);
}

static void test_existing_role(void **state)
{
    struct sts_AssumeRoleRequest in = request("arn:aws:iam::333333333333:role/team/admin");

    make_role("333333333333", "/team/", "Admin", 7200);
    struct sts_AssumeRoleResponse out = allow(&root, &in);
    assert_string_equal(out.AssumedRoleUser->AssumedRoleId.ptr, "AROAEXAMPLEEXAMPLEXAM:test");
    assert_string_equal(out.AssumedRoleUser->Arn.ptr,
                        "arn:aws:sts::333333333333:assumed-role/Admin/test");
    in.DurationSeconds = AWI_SOME_I32(7200);
    allow(&root, &in);
    in.DurationSeconds = AWI_SOME_I32(7201);
    refuse(&root,
           &in,
           "ValidationError",
           "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    in = request("arn:aws:iam::333333333333:role/Admin");
    refuse(&root,
           &in,
           "AccessDenied",
           "User: arn:aws:iam::222222222222:root is not authorized to perform: sts:AssumeRole on "
           "resource: arn:aws:iam::333333333333:role/Admin");
}

static void test_closed_accounts(void **state)
{
    struct sts_AssumeRoleRequest in = request("arn:aws:iam::222222222222:role/DevAdmin");
    static const struct t_keys own = {.id = "test"};

    t_close(&world);
    t_open(&world, "account_id: '111111111111'\naccounts:\n- id: '222222222222'\n");
    struct sts_AssumeRoleResponse out = allow(&own, &in);
    assert_string_equal(out.AssumedRoleUser->Arn.ptr,
                        "arn:aws:sts::222222222222:assumed-role/DevAdmin/test");
    in = request(ROLE);
    refuse(&own,
           &in,
           "AccessDenied",
           "User: arn:aws:iam::111111111111:root is not authorized to perform: sts:AssumeRole on "
           "resource: " ROLE);
}

static void test_single_account(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);

    t_close(&world);
    t_open(&world, "account_id: '111111111111'\n");
    struct sts_AssumeRoleResponse out = allow(&root, &in);
    assert_string_equal(out.AssumedRoleUser->Arn.ptr,
                        "arn:aws:sts::111111111111:assumed-role/Dev/test");
}

static void test_enforce_needs_the_role(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);
    struct sts_AssumeRoleResponse out;

    world.core.config->iam = AWI_IAM_ENFORCE;
    struct t_error error = t_call(&world, &root, "sts", "AssumeRole", &in, &out);
    assert_true(awi_str_is(error.code, "AccessDenied"));
    assert_int_equal(error.status, 403);
}

static void test_chaining(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);
    struct t_keys first = keys_of(allow(&root, &in).Credentials);

    in.DurationSeconds = AWI_SOME_I32(3600);
    allow(&first, &in);
    in.DurationSeconds = AWI_SOME_I32(3601);
    allow(&root, &in);
    refuse(&first,
           &in,
           "ValidationError",
           "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
           "role chaining.");
}

static void test_constraints(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);

    in.RoleSessionName = AWI_STR("x");
    refuse(&root,
           &in,
           "ValidationError",
           "1 validation error detected: Value 'x' at 'roleSessionName' failed to "
           "satisfy constraint: Member must have length greater than or equal to 2");
    in = request("arn:aws:iam::333333333333:user/Dev");
    refuse(&root, &in, "ValidationError", "arn:aws:iam::333333333333:user/Dev is invalid");
    in = request("arn:aws:s3:::bucket-with-a-long-name");
    refuse(&root, &in, "ValidationError", "arn:aws:s3:::bucket-with-a-long-name is invalid");
}

static void test_policies(void **state)
{
    static char policy[4096];
    struct sts_PolicyDescriptorType arns[] = {
        {.arn = AWI_STR_INIT("arn:aws:iam::aws:policy/ReadOnlyAccess")},
        {.arn = AWI_STR_INIT("arn:aws:iam::333333333333:policy/Mine")},
    };
    struct sts_AssumeRoleRequest in = request(ROLE);

    in.Policy = AWI_STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                        "\"Action\":\"s3:*\",\"Resource\":\"*\"}]}");
    in.PolicyArns.items = arns;
    in.PolicyArns.n = 2;
    in.PolicyArns.set = true;
    struct sts_AssumeRoleResponse out = allow(&root, &in);
    assert_true(out.PackedPolicySize.set);
    assert_in_range(out.PackedPolicySize.v, 5, 12);

    arns[1].arn = AWI_STR("arn:aws:iam::222222222222:policy/Mine");
    refuse(&root, &in, "ValidationError", "PolicyArns contains an invalid ARN.");
    in = request(ROLE);
    in.Policy = AWI_STR("{\"Version\":\"2012-10-17\",\"Statement\":[");
    struct t_error error = t_call(&world, &root, "sts", "AssumeRole", &in, &out);
    assert_true(awi_str_is(error.code, "MalformedPolicyDocument"));
    assert_int_equal(error.status, 400);

    int n = snprintf(policy,
                     sizeof(policy),
                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                     "\"s3:*\",\"Resource\":\"arn:aws:s3:::%01900d\"}]}",
                     0);
    in.Policy = awi_str_of(policy, (size_t)n);
    allow(&root, &in);
    n = snprintf(policy,
                 sizeof(policy),
                 "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                 "\"s3:*\",\"Resource\":\"arn:aws:s3:::%02000d\"}]}",
                 0);
    in.Policy = awi_str_of(policy, (size_t)n);
    error = t_call(&world, &root, "sts", "AssumeRole", &in, &out);
    assert_true(awi_str_is(error.code, "PackedPolicyTooLarge"));
}

static void test_tags(void **state)
{
    struct sts_Tag tags[] = {
        {.Key = AWI_STR_INIT("team"), .Value = AWI_STR_INIT("a")},
        {.Key = AWI_STR_INIT("stage"), .Value = AWI_STR_INIT("dev")},
    };
    struct awi_str transitive[] = {AWI_STR_INIT("Team")};
    struct sts_AssumeRoleRequest in = request(ROLE);

    in.Tags.items = tags;
    in.Tags.n = 2;
    in.Tags.set = true;
    in.TransitiveTagKeys.items = transitive;
    in.TransitiveTagKeys.n = 1;
    in.TransitiveTagKeys.set = true;
    struct t_keys first = keys_of(allow(&root, &in).Credentials);
    /* The same key again fails, other keys do not. */
    refuse(&first,
           &in,
           "InvalidParameterValue",
           "One of the specified transitive tag keys can't be set because it conflicts with a "
           "transitive tag key from the calling session.");
    in.Tags.items = tags + 1;
    in.Tags.n = 1;
    in.TransitiveTagKeys.n = 0;
    in.TransitiveTagKeys.set = false;
    struct t_keys second = keys_of(allow(&first, &in).Credentials);
    /* It is handed on through the chain. */
    in.Tags.items = tags;
    refuse(&second,
           &in,
           "InvalidParameterValue",
           "One of the specified transitive tag keys can't be set because it conflicts with a "
           "transitive tag key from the calling session.");
    tags[1].Key = AWI_STR("TEAM");
    in.Tags.n = 2;
    refuse(&root,
           &in,
           "InvalidParameterValue",
           "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    in.Tags.n = 1;
    transitive[0] = AWI_STR("other");
    in.TransitiveTagKeys.n = 1;
    in.TransitiveTagKeys.set = true;
    refuse(&root,
           &in,
           "InvalidParameterValue",
           "The specified transitive tag key must be included in the requested tags.");
}

static void test_source_identity(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);

    in.SourceIdentity = AWI_STR("alice");
    struct sts_AssumeRoleResponse out = allow(&root, &in);
    struct t_keys first = keys_of(out.Credentials);
    assert_string_equal(out.SourceIdentity.ptr, "alice");
    in.SourceIdentity = AWI_STR_NULL;
    assert_string_equal(allow(&first, &in).SourceIdentity.ptr, "alice");
    in.SourceIdentity = AWI_STR("mallory");
    refuse(&first,
           &in,
           "AccessDenied",
           "User: arn:aws:sts::333333333333:assumed-role/Dev/test is not authorized to perform: "
           "sts:SetSourceIdentity on resource: " ROLE);
}

static void test_mfa(void **state)
{
    struct sts_AssumeRoleRequest in = request(ROLE);

    in.SerialNumber = AWI_STR("arn:aws:iam::222222222222:mfa/alice");
    refuse(&root,
           &in,
           "AccessDenied",
           "MultiFactorAuthentication failed, must provide both MFA serial number and one time "
           "pass code.");
    in.TokenCode = AWI_STR("123456");
    allow(&root, &in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_existing_role, setup, teardown),
        cmocka_unit_test_setup_teardown(test_closed_accounts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_single_account, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enforce_needs_the_role, setup, teardown),
        cmocka_unit_test_setup_teardown(test_chaining, setup, teardown),
        cmocka_unit_test_setup_teardown(test_constraints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_policies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_source_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mfa, setup, teardown),
    };

    return cmocka_run_group_tests_name("sts-role", tests, NULL, NULL);
}
