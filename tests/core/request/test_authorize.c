/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole requests under `iam: enforce`: each layer allows and denies, in the words of identity.md 8,
 * over three accounts and units of two levels.
 */
#include "tests/core/request/fixture.h"

/* --- Layers ---------------------------------------------------------------------------------- */

static void test_identity(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("dynamodb:List*", "*"));
    struct t_keys bob = user(&dev, "bob", NULL);
    struct t_keys cat = user(&dev, "cat", ALLOW("*", "*"));
    struct awi_str arn = managed(&dev, "no-tables", DENY("dynamodb:*"));
    struct iam_AttachUserPolicyRequest attach = {.UserName = AWI_STR("cat"), .PolicyArn = arn};

    allowed(tables(&ann));
    struct t_error error = tables(&bob);
    assert_int_equal(error.status, 400);
    expect(error,
           "AccessDeniedException",
           NO("arn:aws:iam::" DEV ":user/bob") " because no identity-based policy allows the "
                                               "dynamodb:ListTables action");
    allowed(tables(&cat));
    ok(&dev, "iam", "AttachUserPolicy", &attach, NULL);
    expect(tables(&cat),
           "AccessDeniedException",
           NO("arn:aws:iam::" DEV ":user/cat") " with an explicit deny in an identity-based "
                                               "policy: arn:aws:iam::" DEV ":policy/no-tables");
    allowed(tables(&dev));
}

static void test_boundary(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*"));
    struct iam_PutUserPermissionsBoundaryRequest put = {
        .UserName = AWI_STR("ann"),
        .PermissionsBoundary = managed(&dev, "only-s3", ALLOW("s3:*", "*")),
    };

    allowed(tables(&ann));
    ok(&dev, "iam", "PutUserPermissionsBoundary", &put, NULL);
    expect(tables(&ann),
           "AccessDeniedException",
           NO(ANN) " because no permissions boundary allows the dynamodb:ListTables action");
}

#define WORK "arn:aws:iam::" OTHER ":role/worker"

/* Across accounts the caller's policy and the role's trust policy both have to allow. */
static void test_double_opt_in(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("sts:AssumeRole", WORK));
    struct t_keys bob = user(&dev, "bob", NULL), got;
    static const char refused[] =
        "User: arn:aws:iam::" DEV ":user/%s is not authorized to perform: sts:AssumeRole on "
        "resource: " WORK;
    char message[256];

    snprintf(message, sizeof(message), refused, "ann");
    struct t_error error = assume(&ann, WORK, NULL, &got);
    expect(error, "AccessDenied", message); /* there is no such role */
    assert_int_equal(error.status, 403);
    role(&other, TRUST("arn:aws:iam::" DEV ":root"), ALLOW("dynamodb:*", "*"));
    allowed(assume(&ann, WORK, NULL, &got));
    snprintf(message, sizeof(message), refused, "bob");
    expect(assume(&bob, WORK, NULL, &got), "AccessDenied", message);
    expect(assume(&boss, WORK, NULL, &got), "AccessDenied", NULL); /* another account */
}

static void test_session(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("sts:*", "*")), whole, part;

    role(&other, TRUST(ANN), ALLOW("dynamodb:*", "*"));
    allowed(assume(&ann, WORK, NULL, &whole));
    allowed(assume(&ann, WORK, ALLOW("s3:*", "*"), &part));
    allowed(tables(&whole));
    expect(tables(&part),
           "AccessDeniedException",
           NO("arn:aws:sts::" OTHER ":assumed-role/worker/it") " because no session policy allows "
                                                               "the dynamodb:ListTables action");
}

/* --- The organization ------------------------------------------------------------------------ */

static struct awi_str unit(struct awi_str parent, const char *name)
{
    struct organizations_CreateOrganizationalUnitRequest in = {.ParentId = parent,
                                                               .Name = awi_str_from(name)};
    struct organizations_CreateOrganizationalUnitResponse out;

    ok(&boss, "organizations", "CreateOrganizationalUnit", &in, &out);
    return out.OrganizationalUnit->Id;
}

static struct awi_str
attach(struct awi_str target, const char *name, const char *type, const char *document)
{
    struct organizations_CreatePolicyRequest in = {.Name = awi_str_from(name),
                                                   .Description = AWI_STR(""),
                                                   .Type = awi_str_from(type),
                                                   .Content = awi_str_from(document)};
    struct organizations_CreatePolicyResponse out;
    struct organizations_AttachPolicyRequest at = {.TargetId = target};

    ok(&boss, "organizations", "CreatePolicy", &in, &out);
    at.PolicyId = out.Policy->PolicySummary->Id;
    ok(&boss, "organizations", "AttachPolicy", &at, NULL);
    return out.Policy->PolicySummary->Arn;
}

/* Root, outer, inner, and an account made in inner. */
static struct awi_str organize(struct awi_str *ret_root, struct awi_str *ret_outer)
{
    struct organizations_CreateOrganizationRequest create = {0};
    struct organizations_CreateOrganizationResponse created;
    struct organizations_ListRootsRequest list = {0};
    struct organizations_ListRootsResponse roots;
    struct organizations_CreateAccountRequest make = {.AccountName = AWI_STR("m"),
                                                      .Email = AWI_STR("m@example.com")};
    struct organizations_CreateAccountResponse made;
    struct organizations_DescribeCreateAccountStatusRequest ask;
    struct organizations_DescribeCreateAccountStatusResponse said;

    ok(&boss, "organizations", "CreateOrganization", &create, &created);
    ok(&boss, "organizations", "ListRoots", &list, &roots);
    *ret_root = roots.Roots.items[0].Id;
    *ret_outer = unit(*ret_root, "outer");
    ok(&boss, "organizations", "CreateAccount", &make, &made);
    ask.CreateAccountRequestId = made.CreateAccountStatus->Id;
    do {
        ok(&boss, "organizations", "DescribeCreateAccountStatus", &ask, &said);
    } while (awi_str_is(said.CreateAccountStatus->State, "IN_PROGRESS"));
    struct organizations_MoveAccountRequest move = {
        .AccountId = said.CreateAccountStatus->AccountId,
        .SourceParentId = *ret_root,
        .DestinationParentId = unit(*ret_outer, "inner"),
    };
    ok(&boss, "organizations", "MoveAccount", &move, NULL);
    return move.AccountId;
}

static void
expect_denied(const struct t_keys *keys, const char *who, const char *type, struct awi_str arn)
{
    char message[512];

    snprintf(message,
             sizeof(message),
             "User: %s is not authorized to perform: dynamodb:ListTables on resource: * with an "
             "explicit deny in a %s control policy: %.*s",
             who,
             type,
             AWI_STR_FMT(arn));
    expect(tables(keys), "AccessDeniedException", message);
}

static void test_scp(void **state)
{
    struct awi_str root, outer, account = organize(&root, &outer);
    struct t_keys member = {.id = account.ptr};
    char who[64];

    snprintf(who, sizeof(who), "arn:aws:iam::%.*s:root", AWI_STR_FMT(account));
    allowed(tables(&member));
    struct awi_str arn = attach(outer, "outer", "SERVICE_CONTROL_POLICY", DENY("dynamodb:*"));
    expect_denied(&member, who, "service", arn);
    allowed(tables(&dev)); /* a member, but not below that unit */
    arn = attach(root, "root", "SERVICE_CONTROL_POLICY", DENY("dynamodb:*"));
    expect_denied(&dev, "arn:aws:iam::" DEV ":root", "service", arn);
    allowed(tables(&boss)); /* the management account is not bound */
}

static void test_rcp(void **state)
{
    struct awi_str root, outer, account = organize(&root, &outer);
    struct t_keys member = {.id = account.ptr};
    struct organizations_EnablePolicyTypeRequest in = {
        .RootId = root, .PolicyType = AWI_STR("RESOURCE_CONTROL_POLICY")};
    struct organizations_EnablePolicyTypeResponse out;
    char who[64];

    snprintf(who, sizeof(who), "arn:aws:iam::%.*s:root", AWI_STR_FMT(account));
    ok(&boss, "organizations", "EnablePolicyType", &in, &out);
    allowed(tables(&member));
    struct awi_str arn = attach(outer,
                                "outer",
                                "RESOURCE_CONTROL_POLICY",
                                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
                                "\"Principal\":\"*\",\"Action\":\"dynamodb:*\",\"Resource\":\"*\"}]"
                                "}");
    expect_denied(&member, who, "resource", arn);
    allowed(tables(&boss));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_identity),
        TEST(test_boundary),
        TEST(test_double_opt_in),
        TEST(test_session),
        TEST(test_scp),
        TEST(test_rcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
