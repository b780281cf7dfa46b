/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effective policies: inheritance operators over root, unit and account (Organizations user guide,
 * "Inheritance examples", with other names), and what is wrong with the sum.
 */
#include "tests/services/organizations/fixture.h"

#define TAGS   "TAG_POLICY"
#define BACKUP "BACKUP_POLICY"

static struct awi_str root, unit, member, other;

static int begin(void **state)
{
    struct organizations_ListRootsRequest list = {.NextToken = AWI_STR_NULL};
    struct organizations_ListRootsResponse roots;
    struct organizations_CreateOrganizationalUnitRequest in = {.Name = AWI_STR("Teams")};
    struct organizations_CreateOrganizationalUnitResponse out;
    struct organizations_MoveAccountRequest move;

    setup(state);
    create();
    allow(&boss, "ListRoots", &list, &roots);
    root = in.ParentId = roots.Roots.items[0].Id;
    allow(&boss, "CreateOrganizationalUnit", &in, &out);
    unit = out.OrganizationalUnit->Id;
    member = make("Member", "member@example.com")->AccountId;
    other = make("Other", "other@example.com")->AccountId;
    move = (struct organizations_MoveAccountRequest){
        .AccountId = member, .SourceParentId = root, .DestinationParentId = unit};
    allow(&boss, "MoveAccount", &move, NULL);
    return 0;
}

static void enable(const char *type)
{
    struct organizations_EnablePolicyTypeRequest in = {.RootId = root,
                                                       .PolicyType = awi_str_from(type)};
    struct organizations_EnablePolicyTypeResponse out;

    allow(&boss, "EnablePolicyType", &in, &out);
}

static struct organizations_CreatePolicyRequest policy(const char *type, const char *content)
{
    static int n;

    return (struct organizations_CreatePolicyRequest){
        .Name = awi_arena_printf(&world.arena, "P%d", n++),
        .Description = AWI_STR(""),
        .Type = awi_str_from(type),
        .Content = awi_str_from(content),
    };
}

static struct awi_str attach(struct awi_str target, const char *type, const char *content)
{
    struct organizations_CreatePolicyRequest in = policy(type, content);
    struct organizations_CreatePolicyResponse out;
    struct organizations_AttachPolicyRequest at = {.TargetId = target};

    allow(&boss, "CreatePolicy", &in, &out);
    at.PolicyId = out.Policy->PolicySummary->Id;
    allow(&boss, "AttachPolicy", &at, NULL);
    return at.PolicyId;
}

static void expect(struct awi_str account, const char *type, const char *content)
{
    struct organizations_DescribeEffectivePolicyRequest in = {.PolicyType = awi_str_from(type),
                                                              .TargetId = account};
    struct organizations_DescribeEffectivePolicyResponse out;

    allow(&boss, "DescribeEffectivePolicy", &in, &out);
    assert_string_equal(awi_arena_strz(&world.arena, out.EffectivePolicy->PolicyContent), content);
    assert_true(awi_str_eq(out.EffectivePolicy->TargetId, account));
    assert_true(awi_str_is(out.EffectivePolicy->PolicyType, type));
    assert_true(out.EffectivePolicy->LastUpdatedTimestamp.set);
}

#define STAGE(settings) "{\"tags\":{\"stage\":{" settings "}}}"
#define BASE                                                                                       \
    STAGE("\"tag_key\":{\"@@assign\":\"Stage\"},"                                                  \
          "\"tag_value\":{\"@@assign\":[\"test\",\"live\"]}")

/* --- Operators ------------------------------------------------------------------------------- */

static void test_assign(void **state)
{
    enable(TAGS);
    attach(root, TAGS, BASE);
    attach(unit,
           TAGS,
           STAGE("\"tag_value\":{\"@@assign\":[\"lab\"]},"
                 "\"enforced_for\":{\"@@assign\":[\"dynamodb:table\"]}"));
    expect(other, TAGS, STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"test\",\"live\"]"));
    expect(member,
           TAGS,
           STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"lab\"],"
                 "\"enforced_for\":[\"dynamodb:table\"]"));
}

static void test_append_and_remove(void **state)
{
    enable(TAGS);
    attach(root, TAGS, BASE);
    /* Tag keys are the same in any case; the upper level's spelling stays. */
    attach(unit,
           TAGS,
           "{\"tags\":{\"STAGE\":{\"tag_value\":{\"@@append\":[\"lab\",\"test\"]},"
           "\"enforced_for\":{\"@@append\":[\"s3:bucket\"]}}}}");
    expect(member,
           TAGS,
           STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"test\",\"live\",\"lab\"],"
                 "\"enforced_for\":[\"s3:bucket\"]"));
    attach(member,
           TAGS,
           STAGE("\"tag_value\":{\"@@remove\":[\"live\",\"nothing\"]},"
                 "\"enforced_for\":{\"@@remove\":[\"s3:bucket\"]}"));
    expect(member, TAGS, STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"test\",\"lab\"]"));
    expect(other, TAGS, STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"test\",\"live\"]"));
}

static void test_control(void **state)
{
    enable(TAGS);
    attach(root,
           TAGS,
           STAGE("\"tag_key\":{\"@@operators_allowed_for_child_policies\":[\"@@none\"],"
                 "\"@@assign\":\"Stage\"},"
                 "\"tag_value\":{\"@@operators_allowed_for_child_policies\":[\"@@append\"],"
                 "\"@@assign\":[\"test\"]}"));
    attach(unit,
           TAGS,
           STAGE("\"tag_key\":{\"@@assign\":\"STAGE\"},"
                 "\"tag_value\":{\"@@operators_allowed_for_child_policies\":[\"@@all\"],"
                 "\"@@append\":[\"lab\"]}"));
    expect(member, TAGS, STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"test\",\"lab\"]"));
    /* What the root did not allow, the unit cannot allow. */
    attach(member, TAGS, STAGE("\"tag_value\":{\"@@assign\":[\"own\"],\"@@remove\":[\"test\"]}"));
    expect(member, TAGS, STAGE("\"tag_key\":\"Stage\",\"tag_value\":[\"test\",\"lab\"]"));
}

/* Of policies of one level the intersection counts. */
static void test_control_of_one_level(void **state)
{
    enable(TAGS);
    attach(root,
           TAGS,
           STAGE("\"tag_value\":{\"@@operators_allowed_for_child_policies\":[\"@@append\"],"
                 "\"@@assign\":[\"test\"]}"));
    attach(root,
           TAGS,
           STAGE("\"tag_value\":{\"@@operators_allowed_for_child_policies\":[\"@@append\","
                 "\"@@remove\"]}"));
    attach(unit, TAGS, STAGE("\"tag_value\":{\"@@append\":[\"lab\"],\"@@remove\":[\"test\"]}"));
    expect(member, TAGS, STAGE("\"tag_value\":[\"test\",\"lab\"]"));
}

/* The policy that was attached first is the one that assigns. */
static void test_order_of_attachment(void **state)
{
    enable(TAGS);
    struct awi_str first = attach(root,
                                  TAGS,
                                  STAGE("\"tag_key\":{\"@@assign\":\"STAGE\"},"
                                        "\"tag_value\":{\"@@append\":[\"test\"]}"));
    attach(root, TAGS, STAGE("\"tag_key\":{\"@@assign\":\"stage\"}"));
    expect(member, TAGS, STAGE("\"tag_key\":\"STAGE\",\"tag_value\":[\"test\"]"));
    struct organizations_DetachPolicyRequest off = {.PolicyId = first, .TargetId = root};
    struct organizations_AttachPolicyRequest on = {.PolicyId = first, .TargetId = root};
    allow(&boss, "DetachPolicy", &off, NULL);
    allow(&boss, "AttachPolicy", &on, NULL);
    expect(member, TAGS, STAGE("\"tag_key\":\"stage\",\"tag_value\":[\"test\"]"));
}

/* Where an object is closed, lower levels add nothing to it; what it has obeys its own rule. */
static void test_closed_object(void **state)
{
    static const char type[] = "AISERVICES_OPT_OUT_POLICY";

    enable(type);
    attach(root,
           type,
           "{\"services\":{\"@@operators_allowed_for_child_policies\":[\"@@none\"],"
           "\"default\":{\"opt_out_policy\":{\"@@assign\":\"optOut\"}}}}");
    attach(unit,
           type,
           "{\"services\":{\"default\":{\"opt_out_policy\":{\"@@assign\":\"optIn\"}},"
           "\"rekognition\":{\"opt_out_policy\":{\"@@assign\":\"optIn\"}}}}");
    expect(other, type, "{\"services\":{\"default\":{\"opt_out_policy\":\"optOut\"}}}");
    expect(member, type, "{\"services\":{\"default\":{\"opt_out_policy\":\"optIn\"}}}");
}

/* --- Who may ask for what -------------------------------------------------------------------- */

static void test_asking(void **state)
{
    struct organizations_DescribeEffectivePolicyRequest in = {.PolicyType = AWI_STR(TAGS)};
    struct organizations_DescribeEffectivePolicyResponse out;
    struct t_keys own = {.id = member.ptr};

    refuse(&boss, "DescribeEffectivePolicy", &in, "EffectivePolicyNotFoundException");
    enable(TAGS);
    refuse(&own, "DescribeEffectivePolicy", &in, "EffectivePolicyNotFoundException");
    attach(unit, TAGS, BASE);
    allow(&own, "DescribeEffectivePolicy", &in, &out); /* absent: oneself */
    assert_true(awi_str_eq(out.EffectivePolicy->TargetId, member));
    refuse(&boss, "DescribeEffectivePolicy", &in, "EffectivePolicyNotFoundException");
    in.TargetId = other;
    refuse(&own, "DescribeEffectivePolicy", &in, "AccessDeniedException");
    /* The resource policy may let it ask about others. */
    struct organizations_PutResourcePolicyRequest put = {
        .Content = awi_arena_printf(
            &world.arena,
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":\"arn:aws:iam::%s:root\"},\"Action\":"
            "\"organizations:DescribeEffectivePolicy\",\"Resource\":\"*\"}]}",
            member.ptr)};
    struct organizations_PutResourcePolicyResponse done;
    allow(&boss, "PutResourcePolicy", &put, &done);
    refuse(&own, "DescribeEffectivePolicy", &in, "EffectivePolicyNotFoundException");
    attach(other, TAGS, BASE);
    allow(&own, "DescribeEffectivePolicy", &in, &out);
    in.TargetId = member;
    struct t_keys third = {.id = other.ptr};
    refuse(&third, "DescribeEffectivePolicy", &in, "AccessDeniedException");
    in.TargetId = unit;
    refuse(&boss, "DescribeEffectivePolicy", &in, "InvalidInputException");
    in.TargetId = AWI_STR("999999999999");
    refuse(&boss, "DescribeEffectivePolicy", &in, "TargetNotFoundException");
    refuse(&stranger, "DescribeEffectivePolicy", &in, "AWSOrganizationsNotInUseException");
}

static void test_syntax(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        "{\"tags\":1}",
        "{\"plans\":{}}",
        "{\"tags\":{\"a\":{\"tag_key\":\"a\"}}}",
        "{\"tags\":{\"a\":{\"tag_key\":{\"@@set\":\"a\"}}}}",
        "{\"tags\":{\"a\":{\"tag_key\":{\"@@assign\":{}}}}}",
        "{\"tags\":{\"@@operators_allowed_for_child_policies\":\"@@none\"}}",
        "{\"tags\":{\"@@operators_allowed_for_child_policies\":[\"none\"]}}",
    };
    static char text[2600];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct organizations_CreatePolicyRequest in = policy(TAGS, bad[i]);
        refuse(&boss, "CreatePolicy", &in, "MalformedPolicyDocumentException");
    }
    static const char opt_out[] = "{\"services\":{}}";
    memset(text, ' ', 2501);
    memcpy(text, opt_out, sizeof(opt_out) - 1);
    struct organizations_CreatePolicyRequest in = policy("AISERVICES_OPT_OUT_POLICY", text);
    refuse(&boss, "CreatePolicy", &in, "ConstraintViolationException");
    struct organizations_CreatePolicyResponse out;
    in.Content.len = 2500;
    allow(&boss, "CreatePolicy", &in, &out);
}

/* --- What is wrong with the sum -------------------------------------------------------------- */

#define PLAN(rules)                                                                                \
    "{\"plans\":{\"nightly\":{\"regions\":{\"@@assign\":[\"us-east-1\"]},\"rules\":{" rules        \
    "},\"selections\":{\"tags\":{\"all\":{\"tag_key\":{\"@@assign\":\"backup\"}}}}}}}"
#define RULE(name) "\"" name "\":{\"target_backup_vault_name\":{\"@@assign\":\"vault\"}}"

static void expect_errors(const char *code, const char *message, const char *path)
{
    struct organizations_ListEffectivePolicyValidationErrorsRequest in = {
        .AccountId = member, .PolicyType = AWI_STR(BACKUP)};
    struct organizations_ListEffectivePolicyValidationErrorsResponse out;
    struct organizations_ListAccountsWithInvalidEffectivePolicyRequest list = {.PolicyType =
                                                                                   AWI_STR(BACKUP)};
    struct organizations_ListAccountsWithInvalidEffectivePolicyResponse accounts;

    allow(&boss, "ListAccountsWithInvalidEffectivePolicy", &list, &accounts);
    allow(&boss, "ListEffectivePolicyValidationErrors", &in, &out);
    assert_int_equal(accounts.Accounts.n, code ? 1 : 0);
    assert_int_equal(out.EffectivePolicyValidationErrors.n, code ? 1 : 0);
    assert_true(awi_str_ends(out.Path, AWI_STR("/")));
    assert_true(awi_str_search(out.Path, unit) > 0);
    if (code) {
        struct organizations_EffectivePolicyValidationError *error =
            &out.EffectivePolicyValidationErrors.items[0];
        assert_true(awi_str_eq(accounts.Accounts.items[0].Id, member));
        assert_true(awi_str_is(error->ErrorCode, code));
        assert_true(awi_str_is(error->ErrorMessage, message));
        assert_true(awi_str_is(error->PathToError, path));
        assert_int_equal(error->ContributingPolicies.n, 2);
    }
}

static void test_invalid(void **state)
{
    struct organizations_ListAccountsWithInvalidEffectivePolicyRequest list = {.PolicyType =
                                                                                   AWI_STR(BACKUP)};
    struct t_keys own = {.id = member.ptr};

    refuse(
        &boss, "ListAccountsWithInvalidEffectivePolicy", &list, "EffectivePolicyNotFoundException");
    enable(BACKUP);
    refuse(&own, "ListAccountsWithInvalidEffectivePolicy", &list, "AccessDeniedException");
    attach(unit,
           BACKUP,
           PLAN(RULE("a") "," RULE("b") "," RULE("c") "," RULE("d") "," RULE("e") "," RULE("f")));
    expect_errors(NULL, NULL, NULL);
    /* Each is good, their sum is not. */
    attach(member, BACKUP, PLAN(RULE("g") "," RULE("h") "," RULE("i") "," RULE("j") "," RULE("k")));
    expect_errors(
        "ELEMENTS_TOO_MANY", "'rules' exceeds the allowed maximum limit 10", "plans/nightly/rules");
}

static void test_incomplete(void **state)
{
    struct organizations_ListEffectivePolicyValidationErrorsRequest in = {
        .AccountId = member, .PolicyType = AWI_STR(BACKUP), .MaxResults = AWI_SOME_I32(1)};
    struct organizations_ListEffectivePolicyValidationErrorsResponse out;

    enable(BACKUP);
    attach(member, BACKUP, "{\"plans\":{\"half\":{\"regions\":{\"@@assign\":[\"us-east-1\"]}}}}");
    allow(&boss, "ListEffectivePolicyValidationErrors", &in, &out);
    assert_int_equal(out.EffectivePolicyValidationErrors.n, 1);
    assert_string_equal(out.EffectivePolicyValidationErrors.items[0].ErrorCode.ptr, "KEY_REQUIRED");
    assert_string_equal(out.EffectivePolicyValidationErrors.items[0].PathToError.ptr,
                        "plans/half/rules");
    in.NextToken = out.NextToken;
    assert_non_null(in.NextToken.ptr);
    allow(&boss, "ListEffectivePolicyValidationErrors", &in, &out);
    assert_int_equal(out.EffectivePolicyValidationErrors.n, 1);
    assert_string_equal(out.EffectivePolicyValidationErrors.items[0].PathToError.ptr,
                        "plans/half/selections");
    assert_null(out.NextToken.ptr);
    in.NextToken = AWI_STR("eHk=");
    refuse(&boss, "ListEffectivePolicyValidationErrors", &in, "InvalidInputException");
    in.AccountId = AWI_STR("999999999999");
    refuse(&boss, "ListEffectivePolicyValidationErrors", &in, "AccountNotFoundException");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_assign),
        TEST(test_append_and_remove),
        TEST(test_control),
        TEST(test_control_of_one_level),
        TEST(test_order_of_attachment),
        TEST(test_closed_object),
        TEST(test_asking),
        TEST(test_syntax),
        TEST(test_invalid),
        TEST(test_incomplete),
    };

    return cmocka_run_group_tests_name("organizations-effective", tests, NULL, NULL);
}
