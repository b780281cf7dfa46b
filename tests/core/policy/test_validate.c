/* SPDX-License-Identifier: Apache-2.0 */
/* The strict grammars (3.4, 3.5, 4.6-4.9) and AWS's reasons; sizes. */
#include "tests/core/policy/fixture.h"

#define V      "{\"Version\":\"2012-10-17\",\"Statement\":"
#define SYNTAX "Syntax errors in policy."
#define ORGS                                                                                       \
    "The provided policy document does not meet the requirements of the specified policy type."
#define ALLOW(x) V "{\"Effect\":\"Allow\"," x "}}"
#define DENY(x)  V "{\"Effect\":\"Deny\"," x "}}"
#define AR       "\"Action\":\"s3:*\",\"Resource\":\"*\""
#define ANYONE   "\"Principal\":\"*\","

struct row {
    enum awi_policy_kind kind;
    const char *text;
    const char *reason; /* NULL: accepted */
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct awi_arena arena;
        struct awi_str reason = AWI_STR_NULL;
        awi_arena_init(&arena, 1 << 20);
        int r = awi_policy_validate(&arena, rows[i].kind, awi_str_from(rows[i].text), &reason);
        if (r != (rows[i].reason != NULL) || (r && !awi_str_is(reason, rows[i].reason))) {
            fail_msg("%s: %d '%.*s', wanted '%s'",
                     rows[i].text,
                     r,
                     AWI_STR_FMT(reason),
                     rows[i].reason ? rows[i].reason : "");
        }
        awi_arena_deinit(&arena);
    }
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_validate_identity(void **state)
{
    static const struct row rows[] = {
        {AWI_POLICY_IDENTITY, ALLOW(AR), NULL},
        {AWI_POLICY_IDENTITY, V "[" V "]}}", SYNTAX},
        {AWI_POLICY_IDENTITY, "", SYNTAX},
        {AWI_POLICY_IDENTITY, "[]", SYNTAX},
        {AWI_POLICY_IDENTITY, "{}", SYNTAX},
        {AWI_POLICY_IDENTITY, V "[]}", SYNTAX},
        {AWI_POLICY_IDENTITY, V "[{\"Effect\":\"allow\"," AR "}]}", SYNTAX},
        {AWI_POLICY_IDENTITY, V "[{" AR "}]}", SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"Extra\":1"), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW("\"Effect\":\"Allow\"," AR), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"NotAction\":\"s3:*\""), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW("\"Action\":[],\"Resource\":\"*\""), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW("\"Action\":[1],\"Resource\":\"*\""), SYNTAX},
        {AWI_POLICY_IDENTITY,
         "{\"Statement\":{\"Effect\":\"Allow\"," AR "}}",
         "Policy document must be version 2012-10-17 or greater."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"s3:*\""),
         "Policy statement must contain resources."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Resource\":\"*\""),
         "Policy statement must contain actions."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"GetObject\",\"Resource\":\"*\""),
         "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"a b:c\",\"Resource\":\"*\""),
         "Vendor a b is not valid"},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"id.example.com:x\",\"Resource\":\"*\""),
         "Vendor id.example.com is not valid"},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"s3:Get:Object\",\"Resource\":\"*\""),
         "Actions/Condition can contain only one colon."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"s3:*\",\"Resource\":\"data\""),
         "Resource data must be in ARN format or \"*\"."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"s3:*\",\"Resource\":\"arn:moon:s3:::data\""),
         "Partition \"moon\" is not valid for resource \"arn:moon:s3:::data\"."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3\""),
         "The policy failed legacy parsing"},
        {AWI_POLICY_IDENTITY, ALLOW(ANYONE AR), "Policy document should not specify a principal."},
        {AWI_POLICY_IDENTITY,
         ALLOW("\"Sid\":\"a b\"," AR),
         "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
         "expression [0-9A-Za-z]*"},
        {AWI_POLICY_IDENTITY,
         V "[{\"Sid\":\"a\",\"Effect\":\"Deny\"," AR "},{\"Sid\":\"a\",\"Effect\":\"Deny\"," AR
           "}]}",
         "Statement IDs (SID) in a single policy must be unique."},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"Condition\":{\"Bool\":{\"aws:x\":true}}"), NULL},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"Condition\":{\"Bool\":{\"aws:x\":\"yes\"}}"), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"Condition\":{\"Equal\":{\"aws:x\":\"yes\"}}"), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"Condition\":{\"IpAddress\":{\"aws:x\":\"1\"}}"), SYNTAX},
        {AWI_POLICY_IDENTITY, ALLOW(AR ",\"Condition\":{\"NullIfExists\":{\"a:x\":true}}"), SYNTAX},
    };
    CHECK(rows);
}

static void test_validate_resource(void **state)
{
    static const struct row rows[] = {
        {AWI_POLICY_RESOURCE, ALLOW(ANYONE AR), NULL},
        {AWI_POLICY_RESOURCE, "{\"Statement\":[{\"Effect\":\"Allow\"," ANYONE AR "}]}", NULL},
        {AWI_POLICY_RESOURCE, ALLOW("\"Sid\":\"a b\"," ANYONE AR), NULL},
        {AWI_POLICY_RESOURCE, ALLOW(AR), "Missing required field Principal"},
        {AWI_POLICY_RESOURCE, ALLOW("\"Principal\":\"x\"," AR), SYNTAX},
        {AWI_POLICY_RESOURCE, ALLOW("\"Principal\":{\"Moon\":\"x\"}," AR), SYNTAX},
        {AWI_POLICY_RESOURCE,
         ALLOW("\"NotPrincipal\":{\"AWS\":\"111122223333\"}," AR),
         "Allow with NotPrincipal is not allowed."},
        {AWI_POLICY_RESOURCE, DENY("\"NotPrincipal\":{\"AWS\":\"111122223333\"}," AR), NULL},
        {AWI_POLICY_RESOURCE,
         ALLOW("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/*\"}," AR),
         "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:user/*\""},
        {AWI_POLICY_RESOURCE,
         ALLOW("\"Principal\":{\"AWS\":[\"111122223333\",\"1\"]}," AR),
         "Invalid principal in policy: \"AWS\":\"1\""},
        {AWI_POLICY_RESOURCE,
         ALLOW("\"Principal\":{\"AWS\":\"arn:aws:sts::111122223333:assumed-role/r/s\"}," AR),
         NULL},
    };
    CHECK(rows);
}

static void test_validate_trust(void **state)
{
    static const struct row rows[] = {
        {AWI_POLICY_TRUST, ALLOW(ANYONE "\"Action\":\"sts:AssumeRole\""), NULL},
        {AWI_POLICY_TRUST,
         ALLOW("\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},"
               "\"Action\":[\"sts:AssumeRole\",\"sts:TagSession\"]"),
         NULL},
        {AWI_POLICY_TRUST, "{", "This policy contains invalid Json"},
        {AWI_POLICY_TRUST,
         ALLOW("\"Action\":\"sts:AssumeRole\""),
         "Missing required field Principal"},
        {AWI_POLICY_TRUST, ALLOW(ANYONE "\"Sid\":\"x\""), "Missing required field Action"},
        {AWI_POLICY_TRUST,
         ALLOW(ANYONE "\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\""),
         "Has prohibited field Resource"},
        {AWI_POLICY_TRUST,
         ALLOW(ANYONE "\"Action\":\"s3:GetObject\""),
         "AssumeRole policy may only specify STS AssumeRole actions."},
        {AWI_POLICY_TRUST,
         DENY("\"NotPrincipal\":\"*\",\"Action\":\"sts:AssumeRole\""),
         "Has prohibited field NotPrincipal"},
    };
    CHECK(rows);
}

static void test_validate_organizations(void **state)
{
    static const struct row rows[] = {
        {AWI_POLICY_SCP, ALLOW(AR), NULL},
        {AWI_POLICY_SCP, ALLOW("\"NotAction\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::x\""), NULL},
        {AWI_POLICY_SCP, ALLOW(ANYONE AR), ORGS},
        {AWI_POLICY_SCP, "x", ORGS},
        {AWI_POLICY_RCP, DENY(ANYONE AR), NULL},
        {AWI_POLICY_RCP, ALLOW(ANYONE AR), ORGS},
        {AWI_POLICY_RCP, DENY("\"Principal\":{\"AWS\":\"*\"}," AR), ORGS},
        {AWI_POLICY_RCP, DENY("\"NotPrincipal\":\"*\"," AR), ORGS},
        {AWI_POLICY_RCP, DENY(ANYONE "\"NotAction\":\"s3:*\",\"Resource\":\"*\""), ORGS},
        {AWI_POLICY_RCP, DENY(ANYONE "\"Action\":\"s3:*\",\"NotResource\":\"*\""), NULL},
    };
    CHECK(rows);
}

static void test_size_counts_characters(void **state)
{
    assert_int_equal(awi_policy_size(AWI_STR("{ \"a b\" :\n\"\xc3\xa9\" }")), 11);
    assert_int_equal(awi_policy_size(AWI_STR("\"\\\" \" \"")), 6);
    assert_int_equal(awi_policy_size_all(AWI_STR("{ \"\xc3\xa9\" }")), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_validate_identity),
        cmocka_unit_test(test_validate_resource),
        cmocka_unit_test(test_validate_trust),
        cmocka_unit_test(test_validate_organizations),
        cmocka_unit_test(test_size_counts_characters),
    };
    return cmocka_run_group_tests_name("policy/validate", tests, NULL, NULL);
}
