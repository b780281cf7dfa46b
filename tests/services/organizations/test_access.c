/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may call what: the table of permissions, delegated administrators, service access and the
 * resource policy (identity.md 7, 3).
 */
#include "services/organizations/access.h"

#include "tests/services/organizations/fixture.h"

extern const struct awi_service awi_service_organizations;

/* The generated struct of handlers is one pointer an operation, in the operations' order. */
typedef void (*any_handler)(void);

#define SERVICE AWI_STR("config.amazonaws.com")

static void test_every_handler_has_a_row(void **state)
{
    const any_handler *handlers = awi_service_organizations.handlers;
    size_t handled = 0;

    assert_int_equal(sizeof(struct organizations_handlers) / sizeof(any_handler),
                     organizations_model.n_operations);
    for (size_t i = 0; i < organizations_model.n_operations; i++) {
        const struct awi_operation *operation = &organizations_model.operations[i];
        if (!handlers[operation->index]) {
            continue;
        }
        handled++;
        if (!org_row_of(operation->name)) {
            fail_msg("%.*s has no row", AWI_STR_FMT(operation->name));
        }
    }
    assert_true(handled >= 45);
    assert_null(org_row_of(AWI_STR("NoSuchOperation")));
}

static struct t_keys keys_of(struct awi_str account)
{
    return (struct t_keys){.id = account.ptr};
}

static void test_service_access(void **state)
{
    struct organizations_EnableAWSServiceAccessRequest in = {.ServicePrincipal = SERVICE};
    struct organizations_DisableAWSServiceAccessRequest off = {.ServicePrincipal = SERVICE};
    struct organizations_ListAWSServiceAccessForOrganizationRequest list = {.NextToken =
                                                                                AWI_STR_NULL};
    struct organizations_ListAWSServiceAccessForOrganizationResponse listed;

    refuse(&boss, "EnableAWSServiceAccess", &in, "AWSOrganizationsNotInUseException");
    create();
    allow(&boss, "EnableAWSServiceAccess", &in, NULL);
    allow(&boss, "EnableAWSServiceAccess", &in, NULL);
    allow(&boss, "ListAWSServiceAccessForOrganization", &list, &listed);
    assert_int_equal(listed.EnabledServicePrincipals.n, 1);
    assert_string_equal(listed.EnabledServicePrincipals.items[0].ServicePrincipal.ptr,
                        "config.amazonaws.com");
    assert_true(listed.EnabledServicePrincipals.items[0].DateEnabled.set);
    allow(&boss, "DisableAWSServiceAccess", &off, NULL);
    allow(&boss, "ListAWSServiceAccessForOrganization", &list, &listed);
    assert_int_equal(listed.EnabledServicePrincipals.n, 0);
    in.ServicePrincipal = AWI_STR("nobody");
    refuse(&boss, "EnableAWSServiceAccess", &in, "InvalidInputException");
}

static void test_delegated_administrator(void **state)
{
    create();
    struct awi_str account = make("Audit", "audit@example.com")->AccountId;
    struct t_keys member = keys_of(account);
    struct organizations_EnableAWSServiceAccessRequest on = {.ServicePrincipal = SERVICE};
    struct organizations_DisableAWSServiceAccessRequest off = {.ServicePrincipal = SERVICE};
    struct organizations_RegisterDelegatedAdministratorRequest in = {.AccountId = account,
                                                                     .ServicePrincipal = SERVICE};
    struct organizations_DeregisterDelegatedAdministratorRequest end = {
        .AccountId = account, .ServicePrincipal = SERVICE};
    struct organizations_ListAccountsRequest list = {.NextToken = AWI_STR_NULL};
    struct organizations_ListAccountsResponse accounts;
    struct organizations_ListDelegatedAdministratorsRequest who = {.ServicePrincipal = SERVICE};
    struct organizations_ListDelegatedAdministratorsResponse those;
    struct organizations_ListDelegatedServicesForAccountRequest what = {.AccountId = account};
    struct organizations_ListDelegatedServicesForAccountResponse services;
    struct organizations_RemoveAccountFromOrganizationRequest gone = {.AccountId = account};
    struct organizations_CloseAccountRequest close = {.AccountId = account};

    refuse(&boss, "RegisterDelegatedAdministrator", &in, "ConstraintViolationException");
    allow(&boss, "EnableAWSServiceAccess", &on, NULL);
    refuse(&boss, "ListDelegatedServicesForAccount", &what, "AccountNotRegisteredException");
    refuse(&boss, "DeregisterDelegatedAdministrator", &end, "AccountNotRegisteredException");
    refuse(&member, "ListAccounts", &list, "AccessDeniedException");
    allow(&boss, "RegisterDelegatedAdministrator", &in, NULL);
    refuse(&boss, "RegisterDelegatedAdministrator", &in, "AccountAlreadyRegisteredException");
    refuse(&boss, "DisableAWSServiceAccess", &off, "ConstraintViolationException");

    /* It reads, it does not write. */
    allow(&member, "ListAccounts", &list, &accounts);
    assert_int_equal(accounts.Accounts.n, 2);
    refuse(&member, "CloseAccount", &close, "AccessDeniedException");

    allow(&boss, "ListDelegatedAdministrators", &who, &those);
    assert_int_equal(those.DelegatedAdministrators.n, 1);
    assert_true(awi_str_eq(those.DelegatedAdministrators.items[0].Id, account));
    who.ServicePrincipal = AWI_STR("sso.amazonaws.com");
    allow(&boss, "ListDelegatedAdministrators", &who, &those);
    assert_int_equal(those.DelegatedAdministrators.n, 0);
    allow(&boss, "ListDelegatedServicesForAccount", &what, &services);
    assert_int_equal(services.DelegatedServices.n, 1);
    refuse(&boss, "RemoveAccountFromOrganization", &gone, "ConstraintViolationException");

    allow(&boss, "DeregisterDelegatedAdministrator", &end, NULL);
    refuse(&member, "ListAccounts", &list, "AccessDeniedException");
    in.AccountId = AWI_STR("123456789012");
    refuse(&boss, "RegisterDelegatedAdministrator", &in, "ConstraintViolationException");
    in.AccountId = AWI_STR("999999999999");
    refuse(&boss, "RegisterDelegatedAdministrator", &in, "AccountNotFoundException");
    allow(&boss, "RemoveAccountFromOrganization", &gone, NULL);
}

static struct awi_str allowing(struct awi_str account, const char *action, const char *condition)
{
    return awi_arena_printf(&world.arena,
                            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                            "\"Principal\":{\"AWS\":\"arn:aws:iam::%s:root\"},\"Action\":\"%s\","
                            "\"Resource\":\"*\"%s}]}",
                            account.ptr,
                            action,
                            condition);
}

static void test_resource_policy(void **state)
{
    create();
    struct awi_str first = make("First", "first@example.com")->AccountId;
    struct awi_str second = make("Second", "second@example.com")->AccountId;
    struct t_keys member = keys_of(first), other = keys_of(second);
    struct organizations_PutResourcePolicyRequest put = {.Content = AWI_STR("{}")};
    struct organizations_PutResourcePolicyResponse made;
    struct organizations_DescribeResourcePolicyResponse shown;
    struct organizations_ListPoliciesRequest list = {.Filter = AWI_STR("TAG_POLICY")};
    struct organizations_ListPoliciesResponse listed;

    refuse(&boss, "DescribeResourcePolicy", NULL, "ResourcePolicyNotFoundException");
    refuse(&boss, "DeleteResourcePolicy", NULL, "ResourcePolicyNotFoundException");
    refuse(&boss, "PutResourcePolicy", &put, "InvalidInputException");
    refuse(&member, "ListPolicies", &list, "AccessDeniedException");
    put.Content = allowing(first,
                           "organizations:ListPolicies",
                           ",\"Condition\":{\"StringEquals\":{\"organizations:PolicyType\":"
                           "\"TAG_POLICY\"}}");
    allow(&boss, "PutResourcePolicy", &put, &made);
    assert_true(awi_str_starts(made.ResourcePolicy->ResourcePolicySummary->Id, AWI_STR("rp-")));
    allow(&boss, "DescribeResourcePolicy", NULL, &shown);
    assert_true(awi_str_eq(shown.ResourcePolicy->Content, put.Content));

    /* In every mode the policy alone decides, its condition too, and for that member alone. */
    allow(&member, "ListPolicies", &list, &listed);
    list.Filter = AWI_STR("SERVICE_CONTROL_POLICY");
    refuse(&member, "ListPolicies", &list, "AccessDeniedException");
    list.Filter = AWI_STR("TAG_POLICY");
    refuse(&other, "ListPolicies", &list, "AccessDeniedException");

    /* What cannot be delegated stays with the management account. */
    put.Content = allowing(first, "organizations:CloseAccount", "");
    refuse(&boss, "PutResourcePolicy", &put, "InvalidInputException");
    put.Content = allowing(first, "s3:GetObject", "");
    refuse(&boss, "PutResourcePolicy", &put, "InvalidInputException");
    put.Content = allowing(first, "organizations:*", "");
    allow(&boss, "PutResourcePolicy", &put, &made);
    struct organizations_CloseAccountRequest close = {.AccountId = second};
    refuse(&member, "CloseAccount", &close, "AccessDeniedException");
    allow(&boss, "DeleteResourcePolicy", NULL, NULL);
    refuse(&member, "ListPolicies", &list, "AccessDeniedException");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_handler_has_a_row),
        cmocka_unit_test_setup_teardown(test_service_access, setup, teardown),
        cmocka_unit_test_setup_teardown(test_delegated_administrator, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resource_policy, setup, teardown),
    };

    return cmocka_run_group_tests_name("organizations-access", tests, NULL, NULL);
}
