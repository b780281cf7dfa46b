/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition keys of whole requests: which of the global ones are there and which are not (the
 * table of docs/policy.md, 5.9), tags of resources, and canonical ids in bucket policies.
 */
#include "core/identity/account.h"

#include "tests/core/request/fixture.h"

#define WHEN(action, condition)                                                                    \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"" action        \
    "\",\"Resource\":\"*\",\"Condition\":{" condition "}}]}"

static void put_policy(const char *name, const char *document)
{
    struct iam_PutUserPolicyRequest put = {.UserName = awi_str_from(name),
                                           .PolicyName = AWI_STR("own"),
                                           .PolicyDocument = awi_str_from(document)};

    ok(&dev, "iam", "PutUserPolicy", &put, NULL);
}

static void test_global_keys(void **state)
{
    static const char *const conditions[] = {
        "\"IpAddress\":{\"aws:SourceIp\":\"127.0.0.1\"}",
        "\"DateEquals\":{\"aws:CurrentTime\":\"2031-05-17T08:30:00Z\"}",
        "\"NumericEquals\":{\"aws:EpochTime\":\"1936773000\"}",
        "\"Bool\":{\"aws:ViaAWSService\":\"false\",\"aws:PrincipalIsAWSService\":\"false\"}",
        "\"StringEquals\":{\"aws:RequestedRegion\":\"us-east-1\",\"aws:PrincipalType\":\"User\","
        "\"aws:ResourceAccount\":\"" DEV "\",\"aws:PrincipalAccount\":\"" DEV "\"}",
    };
    static const char *const others[] = {
        "\"NotIpAddress\":{\"aws:SourceIp\":\"127.0.0.1\"}",
        "\"DateGreaterThan\":{\"aws:CurrentTime\":\"2031-05-17T08:30:00Z\"}",
        "\"NumericNotEquals\":{\"aws:EpochTime\":\"1936773000\"}",
        "\"Bool\":{\"aws:ViaAWSService\":\"true\"}",
        "\"StringEquals\":{\"aws:PrincipalAccount\":\"" OTHER "\"}",
    };
    char document[512];

    awi_clock_parse(AWI_STR("2031-05-17T08:30:00Z"), &world.core.config->clock);
    world.now_ms = world.core.config->clock.at_ms;
    struct t_keys ann = user(&dev, "ann", NULL);
    for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
        for (size_t wrong = 0; wrong < 2; wrong++) {
            snprintf(document,
                     sizeof(document),
                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                     "\"*\",\"Resource\":\"*\",\"Condition\":{%s}}]}",
                     wrong ? others[i] : conditions[i]);
            put_policy("ann", document);
            struct t_error error = tables(&ann);
            if ((error.code.ptr != NULL) != (wrong == 1)) {
                fail_msg("%s: %.*s", document, AWI_STR_FMT(error.message));
            }
        }
    }
}

/* What is there for others, and what only calls between services or VPC endpoints have. */
static void test_absent_keys(void **state)
{
    static const char *const names[] = {
        "aws:CalledVia",
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:SourceArn",
        "aws:SourceAccount",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:VpcSourceIp",
        "aws:PrincipalServiceName",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "aws:TokenIssueTime",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:SourceIdentity",
        "aws:FederatedProvider",
        "aws:AssumedRoot",
        "aws:Referer",
        "aws:TagKeys",
        "aws:PrincipalTag/team",
        "aws:ResourceTag/team",
        "aws:RequestTag/team",
    };
    struct t_keys ann = user(&dev, "ann", NULL);
    char document[512];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(document, sizeof(document), WHEN("*", "\"Null\":{\"%s\":\"true\"}"), names[i]);
        put_policy("ann", document);
        struct t_error error = tables(&ann);
        if (error.code.ptr) {
            fail_msg("%s is there", names[i]);
        }
        snprintf(document, sizeof(document), WHEN("*", "\"Null\":{\"%s\":\"false\"}"), names[i]);
        put_policy("ann", document);
        expect(tables(&ann), "AccessDeniedException", NULL);
    }
}

/* --- Tags of resources ----------------------------------------------------------------------- */

#define WORK  "arn:aws:iam::" OTHER ":role/worker"
#define BLUE  "\"StringEquals\":{\"aws:ResourceTag/team\":\"blue\"}"
#define EMPTY "\"StringEquals\":{\"iam:ResourceTag/team\":\"\"}"

static void tag_role(const char *value)
{
    struct iam_Tag tag = {.Key = AWI_STR("team"), .Value = awi_str_from(value)};
    struct iam_TagRoleRequest in = {.RoleName = AWI_STR("worker"),
                                    .Tags = {.items = &tag, .n = 1, .set = true}};

    ok(&other, "iam", "TagRole", &in, NULL);
}

static void test_role_tags(void **state)
{
    struct t_keys ann = user(&dev, "ann", WHEN("sts:AssumeRole", BLUE)), got;

    role(&other, TRUST("arn:aws:iam::" DEV ":root"), ALLOW("*", "*"));
    expect(assume(&ann, WORK, NULL, &got), "AccessDenied", NULL);
    tag_role("red");
    expect(assume(&ann, WORK, NULL, &got), "AccessDenied", NULL);
    tag_role("blue");
    allowed(assume(&ann, WORK, NULL, &got));
    /* An empty value is a value. */
    put_policy("ann", WHEN("sts:AssumeRole", EMPTY));
    expect(assume(&ann, WORK, NULL, &got), "AccessDenied", NULL);
    tag_role("");
    allowed(assume(&ann, WORK, NULL, &got));
}

static struct t_error describe(const struct t_keys *keys, struct awi_str account)
{
    struct organizations_DescribeAccountRequest in = {.AccountId = account};
    struct organizations_DescribeAccountResponse out;

    return t_call(&world, keys, "organizations", "DescribeAccount", &in, &out);
}

static void test_account_tags(void **state)
{
    struct organizations_CreateOrganizationRequest create = {0};
    struct organizations_CreateOrganizationResponse created;
    struct organizations_Tag tag = {.Key = AWI_STR("team"), .Value = AWI_STR("blue")};
    struct organizations_TagResourceRequest in = {.ResourceId = AWI_STR(DEV),
                                                  .Tags = {.items = &tag, .n = 1, .set = true}};

    ok(&boss, "organizations", "CreateOrganization", &create, &created);
    struct t_keys ann = user(&boss, "ann", WHEN("organizations:*", BLUE));
    expect(describe(&ann, AWI_STR(DEV)), "AccessDeniedException", NULL);
    ok(&boss, "organizations", "TagResource", &in, NULL);
    allowed(describe(&ann, AWI_STR(DEV)));
    expect(describe(&ann, AWI_STR(OTHER)), "AccessDeniedException", NULL);
    /* Each resource of a call by its own tags: moving names two units besides the account. */
    struct organizations_ListRootsRequest list = {0};
    struct organizations_ListRootsResponse roots;
    ok(&boss, "organizations", "ListRoots", &list, &roots);
    struct organizations_CreateOrganizationalUnitRequest make = {
        .ParentId = roots.Roots.items[0].Id, .Name = AWI_STR("Blue"), .Tags = in.Tags};
    struct organizations_CreateOrganizationalUnitResponse made;
    ok(&boss, "organizations", "CreateOrganizationalUnit", &make, &made);
    struct organizations_MoveAccountRequest move = {.AccountId = AWI_STR(DEV),
                                                    .SourceParentId = roots.Roots.items[0].Id,
                                                    .DestinationParentId =
                                                        made.OrganizationalUnit->Id};
    expect(t_call(&world, &ann, "organizations", "MoveAccount", &move, NULL),
           "AccessDeniedException",
           NULL);
    in.ResourceId = roots.Roots.items[0].Id;
    ok(&boss, "organizations", "TagResource", &in, NULL);
    allowed(t_call(&world, &ann, "organizations", "MoveAccount", &move, NULL));
}

static struct t_error locate(const struct t_keys *keys)
{
    struct s3_GetBucketLocationRequest in = {.Bucket = AWI_STR("tagged-data")};
    struct s3_GetBucketLocationOutput out;

    return t_call(&world, keys, "s3", "GetBucketLocation", &in, &out);
}

/* A bucket's tags count while its ABAC is enabled, which it is not by itself. */
static void test_bucket_tags(void **state)
{
    struct s3_CreateBucketRequest make = {.Bucket = AWI_STR("tagged-data")};
    struct s3_CreateBucketOutput made;
    struct s3_Tag tag = {.Key = AWI_STR("team"), .Value = AWI_STR("blue")};
    struct s3_Tagging tagging = {.TagSet = {.items = &tag, .n = 1, .set = true}};
    struct s3_PutBucketTaggingRequest put = {.Bucket = make.Bucket, .Tagging = &tagging};
    struct s3_AbacStatus status = {.Status = AWI_STR("Enabled")};
    struct s3_PutBucketAbacRequest abac = {.Bucket = make.Bucket, .AbacStatus = &status};
    struct s3_GetBucketAbacRequest ask = {.Bucket = make.Bucket};
    struct s3_GetBucketAbacOutput told;

    ok(&dev, "s3", "CreateBucket", &make, &made);
    ok(&dev, "s3", "PutBucketTagging", &put, NULL);
    struct t_keys ann = user(&dev, "ann", WHEN("s3:*", BLUE));
    struct t_keys bob =
        user(&dev, "bob", WHEN("s3:*", "\"StringEquals\":{\"s3:BucketTag/team\":\"red\"}"));
    ok(&dev, "s3", "GetBucketAbac", &ask, &told);
    assert_string_equal(told.AbacStatus->Status.ptr, "Disabled");
    expect(locate(&ann), "AccessDenied", NULL);
    ok(&dev, "s3", "PutBucketAbac", &abac, NULL);
    ok(&dev, "s3", "GetBucketAbac", &ask, &told);
    assert_true(awi_str_is(told.AbacStatus->Status, "Enabled"));
    allowed(locate(&ann));
    expect(locate(&bob), "AccessDenied", NULL);
    tag.Value = AWI_STR("red");
    ok(&dev, "s3", "PutBucketTagging", &put, NULL);
    expect(locate(&ann), "AccessDenied", NULL);
    allowed(locate(&bob));
    status.Status = AWI_STR("Perhaps");
    expect(t_call(&world, &dev, "s3", "PutBucketAbac", &abac, NULL), "MalformedXML", NULL);
}

/* --- Canonical ids --------------------------------------------------------------------------- */

static struct t_error list_objects(const struct t_keys *keys)
{
    struct s3_ListObjectsV2Request in = {.Bucket = AWI_STR("shared-data")};
    struct s3_ListObjectsV2Output out;

    return t_call(&world, keys, "s3", "ListObjectsV2", &in, &out);
}

static void share_with(const char *account)
{
    struct awi_str id = awi_account_canonical_id(&world.arena, awi_str_from(account));
    struct s3_PutBucketPolicyRequest put = {
        .Bucket = AWI_STR("shared-data"),
        .Policy = awi_arena_printf(
            &world.arena,
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
            "\"CanonicalUser\":\"%.*s\"},\"Action\":\"s3:ListBucket\",\"Resource\":"
            "\"arn:aws:s3:::shared-data\"}]}",
            AWI_STR_FMT(id)),
    };

    ok(&other, "s3", "PutBucketPolicy", &put, NULL);
}

static void test_canonical_user(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("s3:*", "*"));
    struct t_keys bob = user(&dev, "bob", NULL);
    struct s3_CreateBucketRequest make = {.Bucket = AWI_STR("shared-data")};
    struct s3_CreateBucketOutput made;

    ok(&other, "s3", "CreateBucket", &make, &made);
    share_with("123456789012");
    expect(list_objects(&ann), "AccessDenied", NULL);
    share_with(DEV);
    allowed(list_objects(&ann));
    expect(list_objects(&bob), "AccessDenied", NULL); /* an account delegates */
    expect(list_objects(&boss), "AccessDenied", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_global_keys),
        TEST(test_absent_keys),
        TEST(test_role_tags),
        TEST(test_account_tags),
        TEST(test_bucket_tags),
        TEST(test_canonical_user),
    };
    return cmocka_run_group_tests_name("request-keys", tests, NULL, NULL);
}
