/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoot: who may act as the root user of a member account, and for which task, where
 * permissions are enforced.
 */
#include "tests/core/request/fixture.h"

#define TASK(name) "arn:aws:iam::aws:policy/root-task/" name
#define NOT_ALLOWED(who)                                                                           \
    "User: " who " is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::" DEV    \
    ":root"

/* The default account runs an organization in which DEV is; root access is centralized. */
static struct t_keys organize(bool features)
{
    struct organizations_CreateOrganizationRequest create = {0};
    struct organizations_CreateOrganizationResponse created;
    struct organizations_EnableAWSServiceAccessRequest trust = {.ServicePrincipal =
                                                                    AWI_STR("iam.amazonaws.com")};
    struct iam_EnableOrganizationsRootSessionsRequest sessions = {0};
    struct iam_EnableOrganizationsRootSessionsResponse on;
    struct iam_EnableOrganizationsRootCredentialsManagementRequest credentials = {0};
    struct iam_EnableOrganizationsRootCredentialsManagementResponse too;

    ok(&boss, "organizations", "CreateOrganization", &create, &created);
    ok(&boss, "organizations", "EnableAWSServiceAccess", &trust, NULL);
    if (features) {
        ok(&boss, "iam", "EnableOrganizationsRootSessions", &sessions, &on);
        ok(&boss, "iam", "EnableOrganizationsRootCredentialsManagement", &credentials, &too);
    }
    return user(&boss, "admin", ALLOW("*", "*"));
}

static struct t_error ask(const struct t_keys *keys,
                          const char *target,
                          const char *task,
                          struct sts_AssumeRootResponse *out)
{
    struct sts_PolicyDescriptorType policy = {.arn = awi_str_from(task)};
    struct sts_AssumeRootRequest in = {.TargetPrincipal = awi_str_from(target),
                                       .TaskPolicyArn = &policy};

    return t_call(&world, keys, "sts", "AssumeRoot", &in, out);
}

static struct t_keys session(const struct t_keys *keys, const char *task)
{
    struct sts_AssumeRootResponse out;

    allowed(ask(keys, DEV, task, &out));
    assert_in_range(
        out.Credentials->Expiration.ms, world.now_ms + 890 * 1000, world.now_ms + 901 * 1000);
    return keys_of(out.Credentials);
}

static struct t_error list_keys(const struct t_keys *keys)
{
    struct iam_ListAccessKeysRequest in = {0};
    struct iam_ListAccessKeysResponse out;

    return t_call(&world, keys, "iam", "ListAccessKeys", &in, &out);
}

static void test_tasks(void **state)
{
    struct t_keys admin = organize(true);
    struct t_keys audit = session(&admin, TASK("IAMAuditRootUserCredentials"));
    struct t_keys unlock = session(&admin, TASK("S3UnlockBucketPolicy"));
    struct sts_GetCallerIdentityRequest ask_who = {0};
    struct sts_GetCallerIdentityResponse who;
    struct iam_CreateUserRequest make = {.UserName = AWI_STR("x")};
    struct iam_CreateUserResponse made;

    ok(&audit, "sts", "GetCallerIdentity", &ask_who, &who);
    assert_string_equal(who.Arn.ptr, "arn:aws:iam::" DEV ":root");
    allowed(list_keys(&audit));
    expect(t_call(&world, &audit, "iam", "CreateUser", &make, &made),
           "AccessDenied",
           "User: arn:aws:iam::" DEV ":root is not authorized to perform: iam:CreateUser on "
           "resource: arn:aws:iam::" DEV ":user/x because no session policy allows the "
           "iam:CreateUser action");
    expect(list_keys(&unlock), "AccessDenied", NULL);
    expect(tables(&unlock), "AccessDeniedException", NULL);
}

/* A bucket whose policy refuses everybody is opened again. */
static void test_unlock_bucket(void **state)
{
    struct t_keys admin = organize(true), unlock = session(&admin, TASK("S3UnlockBucketPolicy"));
    struct s3_CreateBucketRequest make = {.Bucket = AWI_STR("locked-up")};
    struct s3_CreateBucketOutput made;
    struct s3_PutBucketPolicyRequest put = {
        .Bucket = make.Bucket,
        .Policy = AWI_STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                          "\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":["
                          "\"arn:aws:s3:::locked-up\",\"arn:aws:s3:::locked-up/*\"]}]}")};
    struct s3_DeleteBucketPolicyRequest drop = {.Bucket = make.Bucket};
    struct t_keys dana = user(&dev, "dana", ALLOW("s3:*", "*"));

    ok(&dana, "s3", "CreateBucket", &make, &made);
    ok(&dana, "s3", "PutBucketPolicy", &put, NULL);
    expect(t_call(&world, &dana, "s3", "DeleteBucketPolicy", &drop, NULL), "AccessDenied", NULL);
    allowed(t_call(&world, &unlock, "s3", "DeleteBucketPolicy", &drop, NULL));
    allowed(t_call(&world, &dana, "s3", "PutBucketPolicy", &put, NULL));
}

static void test_who(void **state)
{
    struct t_keys admin = organize(true), dana = user(&dev, "dana", ALLOW("*", "*"));
    struct t_keys weak = user(&boss, "weak", ALLOW("s3:*", "*"));
    struct sts_AssumeRootResponse out;

    expect(ask(&weak, DEV, TASK("S3UnlockBucketPolicy"), &out),
           "AccessDenied",
           NOT_ALLOWED("arn:aws:iam::123456789012:user/weak") " because no identity-based policy "
                                                              "allows the sts:AssumeRoot action");
    expect(ask(&dana, DEV, TASK("S3UnlockBucketPolicy"), &out),
           "AccessDenied",
           NOT_ALLOWED("arn:aws:iam::" DEV ":user/dana"));
    expect(ask(&admin, "123456789012", TASK("S3UnlockBucketPolicy"), &out), "AccessDenied", NULL);
    expect(ask(&admin, DEV, "arn:aws:iam::aws:policy/AdministratorAccess", &out),
           "ValidationError",
           NULL);
    expect(
        ask(&admin, "not-an-account", TASK("S3UnlockBucketPolicy"), &out), "ValidationError", NULL);
    allowed(ask(&admin, "arn:aws:iam::" DEV ":root", TASK("S3UnlockBucketPolicy"), &out));
    /* The account that administers IAM for the organization may too. */
    struct organizations_RegisterDelegatedAdministratorRequest delegate = {
        .AccountId = AWI_STR(OTHER), .ServicePrincipal = AWI_STR("iam.amazonaws.com")};
    struct t_keys otto = user(&other, "otto", ALLOW("sts:AssumeRoot", "*"));
    expect(ask(&otto, DEV, TASK("S3UnlockBucketPolicy"), &out), "AccessDenied", NULL);
    ok(&boss, "organizations", "RegisterDelegatedAdministrator", &delegate, NULL);
    allowed(ask(&otto, DEV, TASK("S3UnlockBucketPolicy"), &out));
}

static void test_condition(void **state)
{
    struct sts_AssumeRootResponse out;

    organize(true);
    struct t_keys one =
        user(&boss,
             "one",
             "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
             "\"sts:AssumeRoot\",\"Resource\":\"arn:aws:iam::" DEV ":root\",\"Condition\":{"
             "\"StringEquals\":{\"sts:TaskPolicyArn\":\"" TASK("S3UnlockBucketPolicy") "\"}}}]}");
    allowed(ask(&one, DEV, TASK("S3UnlockBucketPolicy"), &out));
    expect(ask(&one, DEV, TASK("SQSUnlockQueuePolicy"), &out), "AccessDenied", NULL);
    expect(ask(&one, OTHER, TASK("S3UnlockBucketPolicy"), &out), "AccessDenied", NULL);
}

static void test_feature_off(void **state)
{
    struct t_keys admin = organize(false);
    struct sts_AssumeRootResponse out;

    expect(ask(&admin, DEV, TASK("S3UnlockBucketPolicy"), &out),
           "AccessDenied",
           NOT_ALLOWED("arn:aws:iam::123456789012:user/admin"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_tasks),
        TEST(test_unlock_bucket),
        TEST(test_who),
        TEST(test_condition),
        TEST(test_feature_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
