/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizations: the organization and its accounts (identity.md 7.1, 7.6-7.14). Two
 * accounts at least in every case: what one may and the other may not.
 */
#include "tests/services/organizations/fixture.h"

/* --- The organization ------------------------------------------------------------------------ */

static void test_create_and_describe(void **state)
{
    struct organizations_CreateOrganizationRequest again = {.FeatureSet = AWI_STR("ALL")};
    struct organizations_DescribeOrganizationResponse out;
    struct organizations_ListRootsRequest roots_in = {.NextToken = AWI_STR_NULL};
    struct organizations_ListRootsResponse roots;

    refuse(&boss, "DescribeOrganization", NULL, "AWSOrganizationsNotInUseException");
    struct organizations_Organization *made = create();
    assert_true(awi_str_starts(made->Id, AWI_STR("o-")));
    assert_string_equal(made->FeatureSet.ptr, "ALL");
    assert_string_equal(made->MasterAccountId.ptr, "123456789012");
    struct awi_str arn = awi_arena_printf(
        &world.arena, "arn:aws:organizations::123456789012:organization/%s", made->Id.ptr);
    assert_string_equal(made->Arn.ptr, arn.ptr);
    assert_int_equal(made->AvailablePolicyTypes.n, 1);
    allow(&boss, "DescribeOrganization", NULL, &out);
    assert_true(awi_str_eq(out.Organization->Id, made->Id));
    refuse(&boss, "CreateOrganization", &again, "AlreadyInOrganizationException");
    refuse(&stranger, "DescribeOrganization", NULL, "AWSOrganizationsNotInUseException");

    allow(&boss, "ListRoots", &roots_in, &roots);
    assert_int_equal(roots.Roots.n, 1);
    assert_string_equal(roots.Roots.items[0].Name.ptr, "Root");
    assert_int_equal(roots.Roots.items[0].PolicyTypes.n, 1);

    allow(&boss, "DeleteOrganization", NULL, NULL);
    refuse(&boss, "DescribeOrganization", NULL, "AWSOrganizationsNotInUseException");
    create();
}

/* --- Accounts -------------------------------------------------------------------------------- */

static void test_create_account(void **state)
{
    struct organizations_DescribeAccountRequest which;
    struct organizations_DescribeAccountResponse out;
    struct organizations_CreateAccountRequest in = {.AccountName = AWI_STR("x"),
                                                    .Email = AWI_STR("x@example.com")};

    refuse(&boss, "CreateAccount", &in, "AWSOrganizationsNotInUseException");
    create();
    struct organizations_CreateAccountStatus *status = make("Team", "team@example.com");
    assert_true(awi_str_is_account(status->AccountId));
    struct organizations_CreateAccountStatus *later = status_of(status->Id);
    assert_string_equal(later->State.ptr, "SUCCEEDED");
    assert_true(awi_str_eq(later->AccountId, status->AccountId));
    assert_true(later->CompletedTimestamp.set);

    which.AccountId = status->AccountId;
    allow(&boss, "DescribeAccount", &which, &out);
    assert_string_equal(out.Account->Name.ptr, "Team");
    assert_string_equal(out.Account->Email.ptr, "team@example.com");
    assert_string_equal(out.Account->Status.ptr, "ACTIVE");
    assert_string_equal(out.Account->State.ptr, "ACTIVE");
    assert_string_equal(out.Account->JoinedMethod.ptr, "CREATED");

    /* The member sees its organization, and no more. */
    struct t_keys member = {.id = status->AccountId.ptr};
    struct organizations_DescribeOrganizationResponse seen;
    allow(&member, "DescribeOrganization", NULL, &seen);
    assert_string_equal(seen.Organization->MasterAccountId.ptr, "123456789012");
    refuse(&member, "CreateAccount", &in, "AccessDeniedException");
    refuse(&member, "DescribeAccount", &which, "AccessDeniedException");
    refuse(&stranger, "DescribeAccount", &which, "AWSOrganizationsNotInUseException");
    which.AccountId = AWI_STR("999999999999");
    refuse(&boss, "DescribeAccount", &which, "AccountNotFoundException");
}

static void test_create_account_failures(void **state)
{
    struct organizations_DescribeCreateAccountStatusRequest in = {
        .CreateAccountRequestId = AWI_STR("car-00000000000000000000000000000000")};

    create();
    make("One", "one@example.com");
    struct organizations_CreateAccountStatus *status = make("Two", "ONE@example.com");
    assert_null(status->AccountId.ptr);
    status = status_of(status->Id);
    assert_string_equal(status->State.ptr, "FAILED");
    assert_string_equal(status->FailureReason.ptr, "EMAIL_ALREADY_EXISTS");
    assert_null(status->AccountId.ptr);
    status = status_of(make("Three", ".dot@example.com")->Id);
    assert_string_equal(status->FailureReason.ptr, "INVALID_EMAIL");
    refuse(&boss, "DescribeCreateAccountStatus", &in, "CreateAccountStatusNotFoundException");
}

static void test_created_account_in_closed_mode(void **state)
{
    t_close(&world);
    t_open(&world,
           "account_id: '111111111111'\naccounts:\n- id: '222222222222'\n  name: Development\n");
    create();
    struct organizations_ListAccountsRequest in = {.NextToken = AWI_STR_NULL};
    struct organizations_ListAccountsResponse out;
    struct organizations_CreateAccountStatus *status = make("New Team Account", NULL);

    allow(&boss, "ListAccounts", &in, &out);
    assert_int_equal(out.Accounts.n, 3);
    assert_null(out.NextToken.ptr);
    int found = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct organizations_Account *at = &out.Accounts.items[i];
        found += awi_str_is(at->Id, "222222222222") && awi_str_is(at->Name, "Development");
        found += awi_str_eq(at->Id, status->AccountId) && awi_str_is(at->Name, "New Team Account");
    }
    assert_int_equal(found, 2);
    assert_null(assume(&boss, status->AccountId, "OrganizationAccountAccessRole").code.ptr);
    assert_true(awi_str_is(assume(&boss, AWI_STR("333333333333"), "Any").code, "AccessDenied"));
    /* The account is there for its own keys too. */
    struct t_keys own = {.id = status->AccountId.ptr};
    struct sts_GetCallerIdentityRequest who_in = {0};
    struct sts_GetCallerIdentityResponse who;
    assert_null(t_call(&world, &own, "sts", "GetCallerIdentity", &who_in, &who).code.ptr);
    assert_true(awi_str_eq(who.Account, status->AccountId));
}

static void test_access_role_is_real(void **state)
{
    create();
    struct awi_str account = make("Team", "team@example.com")->AccountId;
    struct sts_AssumeRoleRequest in = {
        .RoleArn = awi_arena_printf(&world.arena,
                                    "arn:aws:iam::%.*s:role/OrganizationAccountAccessRole",
                                    AWI_STR_FMT(account)),
        .RoleSessionName = AWI_STR("test"),
        .DurationSeconds = AWI_SOME_I32(3601),
    };
    struct sts_AssumeRoleResponse out;
    struct t_error error = t_call(&world, &boss, "sts", "AssumeRole", &in, &out);

    /* A role that nobody made would have allowed twelve hours. */
    assert_true(awi_str_is(error.code, "ValidationError"));
    world.core.config->iam = AWI_IAM_ENFORCE;
    assert_null(assume(&boss, account, "OrganizationAccountAccessRole").code.ptr);
    assert_true(awi_str_is(assume(&stranger, account, "OrganizationAccountAccessRole").code,
                           "AccessDenied"));
    assert_true(awi_str_is(assume(&boss, account, "Other").code, "AccessDenied"));
}

static void test_list_accounts_in_pages(void **state)
{
    struct organizations_ListAccountsRequest in = {.MaxResults = AWI_SOME(3)};
    struct organizations_ListAccountsResponse out;
    struct awi_str last = AWI_STR("");
    int n = 0, pages = 0;

    create();
    for (int i = 0; i < 7; i++) {
        char email[32];
        snprintf(email, sizeof(email), "a%d@example.com", i);
        make("Account", email);
    }
    do {
        allow(&boss, "ListAccounts", &in, &out);
        assert_in_range(out.Accounts.n, 1, 3);
        for (size_t i = 0; i < out.Accounts.n; i++, n++) {
            assert_true(awi_str_cmp(last, out.Accounts.items[i].Id) < 0);
            last = out.Accounts.items[i].Id;
        }
        in.NextToken = out.NextToken;
        pages++;
    } while (out.NextToken.ptr);
    assert_int_equal(n, 8);
    assert_int_equal(pages, 3);
    in.NextToken = AWI_STR("not a token");
    refuse(&boss, "ListAccounts", &in, "InvalidInputException");
}

static void test_close_account(void **state)
{
    struct organizations_CloseAccountRequest in;
    struct sts_GetCallerIdentityRequest who_in = {0};
    struct sts_GetCallerIdentityResponse who;

    create();
    struct awi_str account = make("Team", "team@example.com")->AccountId;
    struct t_keys own = {.id = account.ptr};
    in.AccountId = AWI_STR("123456789012");
    refuse(&boss, "CloseAccount", &in, "ConstraintViolationException");
    in.AccountId = account;
    refuse(&own, "CloseAccount", &in, "AccessDeniedException");
    assert_null(t_call(&world, &own, "sts", "GetCallerIdentity", &who_in, &who).code.ptr);
    struct sts_GetSessionTokenRequest token_in = {.SerialNumber = AWI_STR_NULL};
    struct sts_GetSessionTokenResponse token;
    assert_null(t_call(&world, &own, "sts", "GetSessionToken", &token_in, &token).code.ptr);
    struct t_keys session = {.id = token.Credentials->AccessKeyId.ptr,
                             .secret = token.Credentials->SecretAccessKey.ptr,
                             .token = token.Credentials->SessionToken.ptr};
    assert_null(t_call(&world, &session, "sts", "GetCallerIdentity", &who_in, &who).code.ptr);

    allow(&boss, "CloseAccount", &in, NULL);
    refuse(&boss, "CloseAccount", &in, "AccountAlreadyClosedException");
    /* Neither its keys nor its sessions work any more, nor can its roles be assumed. */
    struct t_error error = t_call(&world, &own, "sts", "GetCallerIdentity", &who_in, &who);
    assert_true(awi_str_is(error.code, "InvalidClientTokenId"));
    error = t_call(&world, &session, "sts", "GetCallerIdentity", &who_in, &who);
    assert_true(awi_str_is(error.code, "InvalidClientTokenId"));
    assert_true(
        awi_str_is(assume(&boss, account, "OrganizationAccountAccessRole").code, "AccessDenied"));
}

static void test_leaving(void **state)
{
    struct organizations_RemoveAccountFromOrganizationRequest in;

    create();
    struct awi_str one = make("One", "one@example.com")->AccountId;
    struct awi_str two = make("Two", "two@example.com")->AccountId;
    struct t_keys first = {.id = one.ptr}, second = {.id = two.ptr};
    refuse(&boss, "DeleteOrganization", NULL, "OrganizationNotEmptyException");
    refuse(&boss, "LeaveOrganization", NULL, "MasterCannotLeaveOrganizationException");
    allow(&first, "LeaveOrganization", NULL, NULL);
    refuse(&first, "DescribeOrganization", NULL, "AWSOrganizationsNotInUseException");
    in.AccountId = one;
    refuse(&boss, "RemoveAccountFromOrganization", &in, "AccountNotFoundException");
    in.AccountId = two;
    refuse(&second, "RemoveAccountFromOrganization", &in, "AccessDeniedException");
    allow(&boss, "RemoveAccountFromOrganization", &in, NULL);
    allow(&boss, "DeleteOrganization", NULL, NULL);
    /* Their roles stay. */
    assert_null(assume(&boss, two, "OrganizationAccountAccessRole").code.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_create_and_describe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_create_account, setup, teardown),
        cmocka_unit_test_setup_teardown(test_create_account_failures, setup, teardown),
        cmocka_unit_test_setup_teardown(test_created_account_in_closed_mode, setup, teardown),
        cmocka_unit_test_setup_teardown(test_access_role_is_real, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_accounts_in_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_close_account, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving, setup, teardown),
    };

    return cmocka_run_group_tests_name("organizations", tests, NULL, NULL);
}
