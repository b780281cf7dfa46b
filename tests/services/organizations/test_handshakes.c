/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes between organizations and accounts (identity.md 7.12).
 */
#include "tests/services/organizations/fixture.h"

#define GUEST "222222222222"
#define RIVAL "333333333333"

/* A structure without members. */
static const char nothing[8];

static const struct t_keys guest = {.id = GUEST};
static const struct t_keys rival = {.id = RIVAL};

static struct organizations_HandshakeParty target = {.Id = AWI_STR_INIT(GUEST),
                                                     .Type = AWI_STR_INIT("ACCOUNT")};

static struct organizations_InviteAccountToOrganizationRequest inviting = {.Target = &target};

static struct organizations_Handshake *invite(const struct t_keys *sender)
{
    struct organizations_InviteAccountToOrganizationResponse out;

    allow(sender, "InviteAccountToOrganization", &inviting, &out);
    return out.Handshake;
}

static struct organizations_Handshake *describe(const struct t_keys *who, struct awi_str id)
{
    struct organizations_DescribeHandshakeRequest in = {.HandshakeId = id};
    struct organizations_DescribeHandshakeResponse out;

    allow(who, "DescribeHandshake", &in, &out);
    return out.Handshake;
}

/* The three answers have one shape of input and output. */
static struct organizations_Handshake *
reply(const struct t_keys *who, const char *operation, struct awi_str id)
{
    struct organizations_AcceptHandshakeRequest in = {.HandshakeId = id};
    struct organizations_AcceptHandshakeResponse out;

    allow(who, operation, &in, &out);
    return out.Handshake;
}

static void
no_reply(const struct t_keys *who, const char *operation, struct awi_str id, const char *code)
{
    struct organizations_AcceptHandshakeRequest in = {.HandshakeId = id};

    refuse(who, operation, &in, code);
}

static size_t count(const struct t_keys *who, const char *operation, const char *action)
{
    struct organizations_HandshakeFilter filter = {.ActionType = awi_str_from(action)};
    struct organizations_ListHandshakesForAccountRequest in = {.Filter = &filter};
    struct organizations_ListHandshakesForAccountResponse out;

    allow(who, operation, &in, &out);
    return out.Handshakes.n;
}

static struct organizations_Account *account(const char *id)
{
    struct organizations_DescribeAccountRequest in = {.AccountId = awi_str_from(id)};
    struct organizations_DescribeAccountResponse out;

    allow(&boss, "DescribeAccount", &in, &out);
    return out.Account;
}

static void wait_days(int64_t days)
{
    struct awi_config *config = (struct awi_config *)(uintptr_t)world.core.config;

    config->clock.shift_ms += days * 24 * 3600 * 1000;
    world.now_ms += days * 24 * 3600 * 1000;
}

static void test_accept(void **state)
{
    struct organizations_Organization *org = create();
    struct organizations_Handshake *sent = invite(&boss);

    assert_true(awi_str_starts(sent->Id, AWI_STR("h-")));
    struct awi_str arn = awi_arena_printf(&world.arena,
                                          "arn:aws:organizations::123456789012:handshake/%s/"
                                          "invite/%s",
                                          org->Id.ptr,
                                          sent->Id.ptr);
    assert_string_equal(sent->Arn.ptr, arn.ptr);
    assert_string_equal(sent->State.ptr, "OPEN");
    assert_string_equal(sent->Action.ptr, "INVITE");
    assert_int_equal(sent->ExpirationTimestamp.ms - sent->RequestedTimestamp.ms,
                     15 * 24 * 3600 * 1000LL);
    assert_int_equal(sent->Parties.n, 2);
    refuse(&boss, "InviteAccountToOrganization", &inviting, "DuplicateHandshakeException");
    assert_int_equal(count(&guest, "ListHandshakesForAccount", "INVITE"), 1);
    assert_int_equal(count(&guest, "ListHandshakesForAccount", "ENABLE_ALL_FEATURES"), 0);
    assert_int_equal(count(&boss, "ListHandshakesForOrganization", "INVITE"), 1);
    assert_string_equal(describe(&guest, sent->Id)->State.ptr, "OPEN");

    /* Strangers see nothing of it; the sender cannot accept, the guest not cancel. */
    no_reply(&rival, "DescribeHandshake", sent->Id, "HandshakeNotFoundException");
    no_reply(&rival, "AcceptHandshake", sent->Id, "HandshakeNotFoundException");
    no_reply(&boss, "AcceptHandshake", sent->Id, "AccessDeniedException");
    no_reply(&guest, "CancelHandshake", sent->Id, "AccessDeniedException");

    assert_string_equal(reply(&guest, "AcceptHandshake", sent->Id)->State.ptr, "ACCEPTED");
    no_reply(&guest, "AcceptHandshake", sent->Id, "HandshakeAlreadyInStateException");
    no_reply(&boss, "CancelHandshake", sent->Id, "InvalidHandshakeTransitionException");
    assert_string_equal(account(GUEST)->JoinedMethod.ptr, "INVITED");
    refuse(
        &boss, "InviteAccountToOrganization", &inviting, "HandshakeConstraintViolationException");
    struct organizations_ListPoliciesForTargetRequest list = {
        .TargetId = AWI_STR(GUEST), .Filter = AWI_STR("SERVICE_CONTROL_POLICY")};
    struct organizations_ListPoliciesForTargetResponse listed;
    allow(&boss, "ListPoliciesForTarget", &list, &listed);
    assert_int_equal(listed.Policies.n, 1);
    assert_string_equal(listed.Policies.items[0].Id.ptr, "p-FullAWSAccess");
}

static void test_decline_and_cancel(void **state)
{
    create();
    struct organizations_Handshake *sent = invite(&boss);

    assert_string_equal(reply(&guest, "DeclineHandshake", sent->Id)->State.ptr, "DECLINED");
    no_reply(&guest, "AcceptHandshake", sent->Id, "InvalidHandshakeTransitionException");
    no_reply(&guest, "DeclineHandshake", sent->Id, "HandshakeAlreadyInStateException");
    sent = invite(&boss);
    assert_string_equal(reply(&boss, "CancelHandshake", sent->Id)->State.ptr, "CANCELED");
    no_reply(&guest, "AcceptHandshake", sent->Id, "InvalidHandshakeTransitionException");
    no_reply(&guest, "AcceptHandshake", AWI_STR("h-12345678"), "HandshakeNotFoundException");
    assert_int_equal(count(&guest, "ListHandshakesForAccount", "INVITE"), 2);
}

static void test_two_organizations(void **state)
{
    struct organizations_CreateOrganizationRequest second = {.FeatureSet = AWI_STR_NULL};
    struct organizations_CreateOrganizationResponse made;

    create();
    allow(&rival, "CreateOrganization", &second, &made);
    struct organizations_Handshake *first = invite(&boss), *other = invite(&rival);
    assert_int_equal(count(&guest, "ListHandshakesForAccount", "INVITE"), 2);
    reply(&guest, "AcceptHandshake", other->Id);
    no_reply(&guest, "AcceptHandshake", first->Id, "HandshakeConstraintViolationException");
    allow(&guest, "LeaveOrganization", NULL, NULL);
    reply(&guest, "AcceptHandshake", first->Id);
    assert_string_equal(account(GUEST)->JoinedMethod.ptr, "INVITED");
    refuse(&guest, "CreateOrganization", &second, "AlreadyInOrganizationException");
}

static void test_expiry(void **state)
{
    create();
    struct organizations_Handshake *sent = invite(&boss);

    wait_days(14);
    assert_string_equal(describe(&boss, sent->Id)->State.ptr, "OPEN");
    wait_days(1);
    assert_string_equal(describe(&boss, sent->Id)->State.ptr, "EXPIRED");
    no_reply(&guest, "AcceptHandshake", sent->Id, "InvalidHandshakeTransitionException");
    assert_int_equal(count(&boss, "ListHandshakesForOrganization", "INVITE"), 1);
    wait_days(31);
    assert_int_equal(count(&boss, "ListHandshakesForOrganization", "INVITE"), 0);
    invite(&boss);
}

static void test_all_features(void **state)
{
    struct organizations_CreateOrganizationRequest in = {.FeatureSet =
                                                             AWI_STR("CONSOLIDATED_BILLING")};
    struct organizations_CreateOrganizationResponse made;
    struct organizations_EnableAllFeaturesResponse all;
    struct organizations_ListHandshakesForAccountRequest list = {.NextToken = AWI_STR_NULL};
    struct organizations_ListHandshakesForAccountResponse asked;
    struct organizations_DescribeOrganizationResponse shown;

    allow(&boss, "CreateOrganization", &in, &made);
    reply(&guest, "AcceptHandshake", invite(&boss)->Id);
    allow(&boss, "EnableAllFeatures", &nothing, &all);
    assert_string_equal(all.Handshake->State.ptr, "REQUESTED");
    refuse(&boss, "EnableAllFeatures", &nothing, "HandshakeConstraintViolationException");
    target.Id = AWI_STR(RIVAL);
    refuse(
        &boss, "InviteAccountToOrganization", &inviting, "HandshakeConstraintViolationException");
    target.Id = AWI_STR(GUEST);
    no_reply(&boss, "AcceptHandshake", all.Handshake->Id, "InvalidHandshakeTransitionException");

    allow(&guest, "ListHandshakesForAccount", &list, &asked);
    struct awi_str approval = AWI_STR_NULL;
    for (size_t i = 0; i < asked.Handshakes.n; i++) {
        if (awi_str_is(asked.Handshakes.items[i].Action, "APPROVE_ALL_FEATURES")) {
            approval = asked.Handshakes.items[i].Id;
        }
    }
    assert_true(awi_str_is_set(approval));
    reply(&guest, "AcceptHandshake", approval);
    assert_string_equal(describe(&boss, all.Handshake->Id)->State.ptr, "OPEN");
    reply(&boss, "AcceptHandshake", all.Handshake->Id);
    allow(&guest, "DescribeOrganization", NULL, &shown);
    assert_string_equal(shown.Organization->FeatureSet.ptr, "ALL");
    refuse(&boss, "EnableAllFeatures", &nothing, "HandshakeConstraintViolationException");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_accept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decline_and_cancel, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_organizations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expiry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_features, setup, teardown),
    };

    return cmocka_run_group_tests_name("organizations-handshakes", tests, NULL, NULL);
}
