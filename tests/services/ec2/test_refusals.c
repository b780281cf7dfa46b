/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What EC2 refuses, in its words, with the message that DecodeAuthorizationMessage reads, and what
 * the permissions of RunInstances depend on (identity.md 8.3, 8.7).
 */
#include "tests/core/request/fixture.h"

#include "gen/ec2.h"

#define CAROL "arn:aws:iam::" DEV ":user/carol"
#define HEAD  "You are not authorized to perform this operation. User: "
#define ASK   ". Encoded authorization failure message: "

static struct t_error run(const struct t_keys *keys, const struct ec2_RunInstancesRequest *in)
{
    return t_call(&world, keys, "ec2", "RunInstances", in, NULL);
}

static struct awi_str encoded_of(struct t_error error)
{
    ptrdiff_t at = awi_str_search(error.message, AWI_STR(ASK));

    assert_true(at > 0);
    return awi_str_skip(error.message, (size_t)at + sizeof(ASK) - 1);
}

static struct t_error
decode(const struct t_keys *keys, struct awi_str encoded, struct awi_str *ret_decoded)
{
    struct sts_DecodeAuthorizationMessageRequest in = {.EncodedMessage = encoded};
    struct sts_DecodeAuthorizationMessageResponse out;
    struct t_error error = t_call(&world, keys, "sts", "DecodeAuthorizationMessage", &in, &out);

    *ret_decoded = out.DecodedMessage;
    return error;
}

static void holds(struct awi_str text, const char *part)
{
    if (awi_str_search(text, awi_str_from(part)) < 0) {
        fail_msg("%s is not in %.*s", part, AWI_STR_FMT(text));
    }
}

static void test_implicit(void **state)
{
    struct t_keys carol = user(&dev, "carol", ALLOW("sts:*", "*"));
    struct ec2_RunInstancesRequest in = {.InstanceType = AWI_STR("t3.micro")};
    struct t_error error = run(&carol, &in);
    struct awi_str json;

    assert_int_equal(error.status, 403);
    assert_true(awi_str_is(error.code, "UnauthorizedOperation"));
    holds(error.message,
          HEAD CAROL " is not authorized to perform: ec2:RunInstances on resource: "
                     "arn:aws:ec2:us-east-1:" DEV
                     ":instance/* because no identity-based policy allows the ec2:RunInstances "
                     "action" ASK);
    allowed(decode(&carol, encoded_of(error), &json));
    holds(json, "{\"allowed\":false,\"explicitDeny\":false,\"matchedStatements\":{\"items\":[]}");
    holds(json, "\"name\":\"carol\",\"arn\":\"" CAROL "\"}");
    holds(json, "\"action\":\"ec2:RunInstances\",\"resource\":\"arn:aws:ec2:us-east-1:" DEV);
    holds(json, "{\"key\":\"ec2:InstanceType\",\"values\":{\"items\":[{\"value\":\"t3.micro\"}]}}");
    holds(json, "{\"key\":\"aws:RequestedRegion\",\"values\":{\"items\":[{\"value\":\"us-east-1\"");
}

static void test_explicit(void **state)
{
    struct t_keys carol = user(&dev,
                               "carol",
                               "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                               "\"Action\":\"*\",\"Resource\":\"*\"},{\"Sid\":\"small\",\"Effect\":"
                               "\"Deny\",\"Action\":\"ec2:RunInstances\",\"Resource\":"
                               "\"arn:aws:ec2:*:*:instance/*\",\"Condition\":{\"StringNotEquals\":{"
                               "\"ec2:InstanceType\":[\"t3.micro\",\"t3.small\"]}}}]}");
    struct ec2_RunInstancesRequest in = {.InstanceType = AWI_STR("m5.large")};
    struct t_error error = run(&carol, &in);
    struct awi_str json;

    holds(error.message, "with an explicit deny in an identity-based policy" ASK);
    allowed(decode(&carol, encoded_of(error), &json));
    holds(json,
          "\"explicitDeny\":true,\"matchedStatements\":{\"items\":[{\"statementId\":\"small\","
          "\"effect\":\"DENY\"");
    holds(json, "\"actions\":{\"items\":[{\"value\":\"ec2:RunInstances\"}]}");
    holds(json, "\"resources\":{\"items\":[{\"value\":\"arn:aws:ec2:*:*:instance/*\"}]}");
    holds(json,
          "{\"key\":\"ec2:InstanceType\",\"values\":{\"items\":[{\"value\":\"t3.micro\"},"
          "{\"value\":\"t3.small\"}]}}");
    in.InstanceType = AWI_STR("t3.small");
    error = run(&carol, &in);
    expect(error, "NotImplemented", "awsintercept does not emulate RunInstances of EC2");
    assert_int_equal(error.status, 501);
}

/* Only instances that are tagged on creation, which CreateTags must be allowed for too. */
static void test_tags(void **state)
{
    struct t_keys carol =
        user(&dev,
             "carol",
             "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
             "\"ec2:RunInstances\",\"Resource\":\"*\"},{\"Effect\":\"Deny\",\"Action\":"
             "\"ec2:RunInstances\",\"Resource\":\"arn:aws:ec2:*:*:instance/*\",\"Condition\":{"
             "\"Null\":{\"aws:RequestTag/team\":\"true\"}}}]}");
    struct ec2_Tag tag = {.Key = AWI_STR("team"), .Value = AWI_STR("a")};
    struct ec2_TagSpecification spec = {.ResourceType = AWI_STR("volume"),
                                        .Tags = {.items = &tag, .n = 1, .set = true}};
    struct ec2_RunInstancesRequest in = {
        .TagSpecifications = {.items = &spec, .n = 1, .set = true}};
    struct iam_PutUserPolicyRequest put = {.UserName = AWI_STR("carol"),
                                           .PolicyName = AWI_STR("tags"),
                                           .PolicyDocument = AWI_STR(ALLOW("ec2:CreateTags", "*"))};

    holds(run(&carol, &in).message, "with an explicit deny");
    spec.ResourceType = AWI_STR("instance");
    holds(run(&carol, &in).message,
          "because no identity-based policy allows the ec2:CreateTags action");
    ok(&dev, "iam", "PutUserPolicy", &put, NULL);
    expect(run(&carol, &in), "NotImplemented", NULL);
}

static void test_describe(void **state)
{
    struct t_keys carol = user(&dev, "carol", NULL);
    struct t_keys reader = user(&dev, "reader", ALLOW("ec2:Describe*", "*"));
    struct ec2_DescribeRegionsRequest in = {.DryRun = AWI_SOME_BOOL(false)};
    struct ec2_DescribeRegionsResult out;

    expect(t_call(&world, &carol, "ec2", "DescribeRegions", &in, &out),
           "UnauthorizedOperation",
           HEAD CAROL " is not authorized to perform: ec2:DescribeRegions because no "
                      "identity-based policy allows the ec2:DescribeRegions action");
    allowed(t_call(&world, &reader, "ec2", "DescribeRegions", &in, &out));
    assert_int_equal(out.Regions.n, 17);
    in.DryRun = AWI_SOME_BOOL(true);
    expect(t_call(&world, &reader, "ec2", "DescribeRegions", &in, &out),
           "DryRunOperation",
           "Request would have succeeded, but DryRun flag is set.");
}

/* A message is its state's, its account's, and needs a permission to be read. */
static void test_decode(void **state)
{
    struct t_keys carol = user(&dev, "carol", NULL);
    struct ec2_RunInstancesRequest in = {.InstanceType = AWI_STR("t3.micro")};
    struct awi_str encoded = encoded_of(run(&carol, &in)), json;
    char *forged = awi_arena_strz(&world.arena, encoded);

    expect(decode(&carol, encoded, &json),
           "AccessDenied",
           "User: " CAROL " is not authorized to perform: sts:DecodeAuthorizationMessage on "
           "resource: * because no identity-based policy allows the "
           "sts:DecodeAuthorizationMessage action");
    allowed(decode(&dev, encoded, &json));
    struct t_error error = decode(&other, encoded, &json);
    expect(error, "InvalidAuthorizationMessageException", "Message is not valid");
    assert_int_equal(error.status, 400);
    forged[encoded.len / 2] = forged[encoded.len / 2] == 'A' ? 'B' : 'A';
    expect(decode(&dev, awi_str_from(forged), &json), "InvalidAuthorizationMessageException", NULL);
    expect(decode(&dev, AWI_STR("x"), &json), "InvalidAuthorizationMessageException", NULL);
    assert_true(encoded.len < 2000);
}

/* Where nothing is enforced the call goes on to say that it is not emulated. */
static void test_audit(void **state)
{
    struct t_keys carol = user(&dev, "carol", NULL);
    struct ec2_RunInstancesRequest in = {.InstanceType = AWI_STR("t3.micro")};

    expect(run(&carol, &in), "NotImplemented", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_implicit),
        TEST(test_explicit),
        TEST(test_tags),
        TEST(test_describe),
        TEST(test_decode),
        cmocka_unit_test_setup_teardown(test_audit, setup_audit, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
