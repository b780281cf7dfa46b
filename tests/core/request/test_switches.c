/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modes of single accounts beside the one of all, on both sides of a request that crosses accounts,
 * and what the configuration changes in the words of a refusal (identity.md 8.5, 8.8, 10).
 */
#include "core/request/denied.h"

#include "tests/core/request/fixture.h"

#define MODES(all, first, second)                                                                  \
    "iam: " all "\naccounts:\n  - {id: \"" DEV "\", iam: " first "}\n  - {id: \"" OTHER            \
    "\", iam: " second "}\n"

static void reopen(const char *yaml)
{
    t_close(&world);
    t_open(&world, yaml);
}

/* --- One account ----------------------------------------------------------------------------- */

static void test_own_mode(void **state)
{
    reopen(MODES("audit", "enforce", "off"));
    struct t_keys ann = user(&dev, "ann", NULL), bob = user(&other, "bob", NULL);
    struct t_keys cat = user(&boss, "cat", NULL), dan = user(&dev, "dan", ALLOW("*", "*"));

    expect(tables(&ann), "AccessDeniedException", NULL);
    allowed(tables(&dan));
    allowed(tables(&bob));
    allowed(tables(&cat)); /* an account that is not listed: the mode of all */

    reopen(MODES("enforce", "audit", "off"));
    ann = user(&dev, "ann", NULL), bob = user(&other, "bob", NULL), cat = user(&boss, "cat", NULL);
    allowed(tables(&ann));
    allowed(tables(&bob));
    expect(tables(&cat), "AccessDeniedException", NULL);
}

static void test_own_credentials(void **state)
{
    /* AKIA... with DEV's and with OTHER's number in it; and one without any. */
    static const struct t_keys free_form = {.id = "test", .secret = "x"};

    reopen("accounts:\n  - {id: \"" DEV "\", credentials: known}\n  - {id: \"" OTHER
           "\", credentials: signed}\n");
    struct t_keys ann = user(&dev, "ann", NULL), bob = user(&other, "bob", NULL);
    struct t_keys cat = user(&boss, "cat", NULL);

    ann.secret = bob.secret = cat.secret = "another";
    allowed(tables(&ann));
    expect(tables(&bob), "InvalidSignatureException", NULL);
    allowed(tables(&cat));
    allowed(tables(&free_form)); /* the default account takes any */
    world.account_header = DEV;
    expect(tables(&free_form), "UnrecognizedClientException", NULL);
    allowed(tables(&dev)); /* an account's number is always its root user */
    world.account_header = OTHER;
    expect(tables(&free_form), "UnrecognizedClientException", NULL);
}

/* --- Two accounts ---------------------------------------------------------------------------- */

#define WORK "arn:aws:iam::" OTHER ":role/worker"

/* Each account's mode counts for its own side: the caller's for what the caller's policies say, the
 * role's for what its trust policy says. */
static void test_each_side(void **state)
{
    static const struct {
        const char *yaml;
        bool needs_caller, needs_trust;
    } rows[] = {
        {MODES("off", "enforce", "enforce"), true, true},
        {MODES("off", "enforce", "audit"), true, false},
        {MODES("enforce", "audit", "enforce"), false, true},
        {MODES("enforce", "off", "enforce"), false, true},
        {MODES("enforce", "enforce", "off"), true, false},
        {MODES("enforce", "audit", "audit"), false, false},
        {MODES("enforce", "off", "off"), false, false},
    };
    struct t_keys got;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        reopen(rows[i].yaml);
        struct t_keys ann = user(&dev, "ann", ALLOW("sts:AssumeRole", WORK));
        struct t_keys bob = user(&dev, "bob", NULL);
        struct t_error error;

        role(&other, TRUST("arn:aws:iam::" DEV ":root"), ALLOW("dynamodb:*", "*"));
        allowed(assume(&ann, WORK, NULL, &got));
        error = assume(&bob, WORK, NULL, &got);
        assert_int_equal(error.code.ptr != NULL, rows[i].needs_caller);
        /* Now the role trusts another account only. */
        struct iam_UpdateAssumeRolePolicyRequest update = {
            .RoleName = AWI_STR("worker"),
            .PolicyDocument = AWI_STR(TRUST("arn:aws:iam::123456789012:root")),
        };
        ok(&other, "iam", "UpdateAssumeRolePolicy", &update, NULL);
        error = assume(&ann, WORK, NULL, &got);
        if (error.code.ptr == NULL && rows[i].needs_trust) {
            fail_msg("row %zu: the trust policy should have refused", i);
        }
        assert_int_equal(error.code.ptr != NULL, rows[i].needs_trust);
    }
}

/* A bucket of DEV that its policy opens to everybody and an RCP closes. */
static void share_and_close(void)
{
    struct organizations_CreateOrganizationRequest create = {0};
    struct organizations_CreateOrganizationResponse created;
    struct organizations_ListRootsRequest list = {0};
    struct organizations_ListRootsResponse roots;
    struct organizations_EnablePolicyTypeRequest on = {.PolicyType =
                                                           AWI_STR("RESOURCE_CONTROL_POLICY")};
    struct organizations_EnablePolicyTypeResponse enabled;
    struct organizations_CreatePolicyRequest rcp = {
        .Name = AWI_STR("closed"),
        .Description = AWI_STR(""),
        .Type = on.PolicyType,
        .Content = AWI_STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                           "\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"),
    };
    struct organizations_CreatePolicyResponse made;
    struct s3_CreateBucketRequest bucket = {.Bucket = AWI_STR("open-data")};
    struct s3_CreateBucketOutput there;
    struct s3_DeletePublicAccessBlockRequest unblock = {.Bucket = bucket.Bucket};
    struct s3_PutBucketPolicyRequest put = {
        .Bucket = bucket.Bucket,
        .Policy = AWI_STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                          "\"Principal\":\"*\",\"Action\":\"s3:ListBucket\",\"Resource\":"
                          "\"arn:aws:s3:::open-data\"}]}"),
    };

    ok(&dev, "s3", "CreateBucket", &bucket, &there);
    ok(&dev, "s3", "DeletePublicAccessBlock", &unblock, NULL);
    ok(&dev, "s3", "PutBucketPolicy", &put, NULL);
    ok(&boss, "organizations", "CreateOrganization", &create, &created);
    ok(&boss, "organizations", "ListRoots", &list, &roots);
    on.RootId = roots.Roots.items[0].Id;
    ok(&boss, "organizations", "EnablePolicyType", &on, &enabled);
    ok(&boss, "organizations", "CreatePolicy", &rcp, &made);
    struct organizations_AttachPolicyRequest at = {.PolicyId = made.Policy->PolicySummary->Id,
                                                   .TargetId = on.RootId};
    ok(&boss, "organizations", "AttachPolicy", &at, NULL);
}

/* Who signs nothing is of no account: the resource's decides. */
static void test_unsigned(void **state)
{
    static const struct t_keys nobody = {.id = NULL};
    struct s3_ListObjectsV2Request in = {.Bucket = AWI_STR("open-data")};
    struct s3_ListObjectsV2Output out;

    reopen(MODES("audit", "enforce", "audit"));
    share_and_close();
    expect(t_call(&world, &nobody, "s3", "ListObjectsV2", &in, &out), "AccessDenied", NULL);
    reopen(MODES("enforce", "audit", "audit"));
    share_and_close();
    allowed(t_call(&world, &nobody, "s3", "ListObjectsV2", &in, &out));
    reopen(MODES("enforce", "off", "audit"));
    share_and_close();
    allowed(t_call(&world, &nobody, "s3", "ListObjectsV2", &in, &out));
}

/* --- Words ----------------------------------------------------------------------------------- */

static void test_policy_arn_switch(void **state)
{
    static const char *const yaml[] = {"iam: enforce\npolicy_arn_in_refusals: false\n",
                                       "iam: enforce\npolicy_arn_in_refusals: true\n"};
    static const char sentence[] =
        "User: arn:aws:iam::123456789012:user/cat is not authorized to perform: "
        "dynamodb:ListTables on resource: * with an explicit deny in an identity-based policy";

    for (size_t i = 0; i < 2; i++) {
        reopen(yaml[i]);
        struct t_keys cat = user(&boss, "cat", ALLOW("*", "*"));
        struct iam_AttachUserPolicyRequest attach = {
            .UserName = AWI_STR("cat"), .PolicyArn = managed(&boss, "no", DENY("dynamodb:*"))};
        char message[256];

        allowed(tables(&cat));
        ok(&boss, "iam", "AttachUserPolicy", &attach, NULL);
        snprintf(message,
                 sizeof(message),
                 "%s%s",
                 sentence,
                 i ? ": arn:aws:iam::123456789012:policy/no" : "");
        expect(tables(&cat), "AccessDeniedException", message);
    }
}

static void test_denials(void **state)
{
    static const struct {
        enum awi_protocol protocol;
        const char *service, *code;
        int status;
    } rows[] = {
        {AWI_PROTO_QUERY, "iam", "AccessDenied", 403},
        {AWI_PROTO_QUERY, "sns", "AuthorizationError", 403},
        {AWI_PROTO_REST_XML, "s3", "AccessDenied", 403},
        {AWI_PROTO_EC2, "ec2", "UnauthorizedOperation", 403},
        {AWI_PROTO_JSON10, "dynamodb", "AccessDeniedException", 400},
        {AWI_PROTO_JSON11, "organizations", "AccessDeniedException", 400},
        {AWI_PROTO_REST_JSON, "lambda", "AccessDeniedException", 403},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct awi_denied *denied =
            awi_request_denied(rows[i].protocol, awi_str_from(rows[i].service));
        assert_true(awi_str_is(denied->error.code, rows[i].code));
        assert_int_equal(denied->error.status, rows[i].status);
        assert_true(denied->error.sender);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_own_mode),
        TEST(test_own_credentials),
        TEST(test_each_side),
        TEST(test_unsigned),
        TEST(test_policy_arn_switch),
        cmocka_unit_test(test_denials),
    };
    return cmocka_run_group_tests_name("request-switches", tests, NULL, NULL);
}
