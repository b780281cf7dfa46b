/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers of responsibility between two organizations, and accounts with a pair in AWS GovCloud.
 */
#include "tests/services/organizations/fixture.h"

#define PAYER "222222222222" /* the target: pays for others */
#define THIRD "333333333333"
#define DAY   (24 * 3600 * INT64_C(1000))

static const struct t_keys payer = {.id = PAYER}, third = {.id = THIRD};

static struct organizations_HandshakeParty source = {.Id = AWI_STR_INIT("123456789012"),
                                                     .Type = AWI_STR_INIT("ACCOUNT")};
static struct organizations_InviteOrganizationToTransferResponsibilityRequest inviting;

/* It is 2031-05-17; the source is the default account's organization. */
static int begin(void **state)
{
    struct organizations_CreateOrganizationRequest in = {.FeatureSet = AWI_STR_NULL};
    struct organizations_CreateOrganizationResponse out;

    t_open(&world, NULL);
    assert_int_equal(awi_clock_parse(AWI_STR("2031-05-17T08:30:00Z"), &world.core.config->clock),
                     0);
    world.now_ms = world.core.config->clock.at_ms;
    create();
    allow(&payer, "CreateOrganization", &in, &out);
    inviting = (struct organizations_InviteOrganizationToTransferResponsibilityRequest){
        .Type = AWI_STR("BILLING"),
        .Target = &source,
        .SourceName = AWI_STR("Bills of one"),
        .StartTimestamp = AWI_SOME_TIME(awi_clock_days(2031, 7, 1) * DAY),
    };
    return 0;
}

static void pass(int days)
{
    world.core.config->clock.at_ms += days * DAY;
    world.now_ms += days * DAY;
}

static struct organizations_Handshake *invite(void)
{
    struct organizations_InviteOrganizationToTransferResponsibilityResponse out;

    allow(&payer, "InviteOrganizationToTransferResponsibility", &inviting, &out);
    return out.Handshake;
}

static struct organizations_ResponsibilityTransfer *only(const struct t_keys *who,
                                                         const char *operation)
{
    struct organizations_ListInboundResponsibilityTransfersRequest in = {.Type =
                                                                             AWI_STR("BILLING")};
    struct organizations_ListInboundResponsibilityTransfersResponse out;

    allow(who, operation, &in, &out);
    assert_int_equal(out.ResponsibilityTransfers.n, 1);
    return out.ResponsibilityTransfers.items;
}

#define INBOUND  "ListInboundResponsibilityTransfers"
#define OUTBOUND "ListOutboundResponsibilityTransfers"

static void reply(const struct t_keys *who, const char *operation, struct awi_str id)
{
    struct organizations_AcceptHandshakeRequest in = {.HandshakeId = id};
    struct organizations_AcceptHandshakeResponse out;

    allow(who, operation, &in, &out);
}

static void no_invitation(const struct t_keys *who, const char *code, const char *reason)
{
    struct organizations_InviteOrganizationToTransferResponsibilityResponse out;
    struct t_error error = call(who, "InviteOrganizationToTransferResponsibility", &inviting, &out);

    assert_string_equal(awi_arena_strz(&world.arena, error.code), code);
    if (reason) {
        assert_true(awi_str_search(error.message, awi_str_from(reason)) >= 0);
    }
}

static void test_agreement(void **state)
{
    struct organizations_Handshake *handshake = invite();
    struct organizations_ResponsibilityTransfer *seen = only(&payer, INBOUND);
    struct organizations_DescribeResponsibilityTransferRequest ask = {.Id = seen->Id};
    struct organizations_DescribeResponsibilityTransferResponse told;

    assert_string_equal(handshake->Action.ptr, "TRANSFER_RESPONSIBILITY");
    assert_string_equal(seen->Status.ptr, "REQUESTED");
    assert_true(awi_str_eq(seen->ActiveHandshakeId, handshake->Id));
    assert_true(awi_str_search(seen->Arn, AWI_STR(":" PAYER ":transfer/o-")) > 0);
    assert_true(awi_str_search(seen->Arn, AWI_STR("/billing/inbound/rt-")) > 0);
    assert_string_equal(only(&boss, OUTBOUND)->Status.ptr, "REQUESTED");
    no_invitation(&payer, "DuplicateHandshakeException", NULL);

    struct organizations_AcceptHandshakeRequest accept = {.HandshakeId = handshake->Id};
    refuse(&third, "AcceptHandshake", &accept, "HandshakeNotFoundException");
    reply(&boss, "AcceptHandshake", handshake->Id);
    allow(&boss, "DescribeResponsibilityTransfer", &ask, &told);
    assert_string_equal(told.ResponsibilityTransfer->Status.ptr, "ACCEPTED");
    assert_true(awi_str_search(told.ResponsibilityTransfer->Arn, AWI_STR("/billing/outbound/")) >
                0);
    assert_string_equal(told.ResponsibilityTransfer->Source->ManagementAccountId.ptr,
                        "123456789012");
    assert_string_equal(told.ResponsibilityTransfer->Target->ManagementAccountId.ptr, PAYER);
    no_invitation(&payer, "HandshakeConstraintViolationException", NULL);
    refuse(&boss, "DeleteOrganization", NULL, "ConstraintViolationException");

    refuse(&third, "DescribeResponsibilityTransfer", &ask, "AWSOrganizationsNotInUseException");
    struct organizations_CreateOrganizationRequest in = {.FeatureSet = AWI_STR_NULL};
    struct organizations_CreateOrganizationResponse out;
    allow(&third, "CreateOrganization", &in, &out);
    refuse(
        &third, "DescribeResponsibilityTransfer", &ask, "ResponsibilityTransferNotFoundException");
}

static void test_withdrawal(void **state)
{
    struct organizations_Handshake *handshake = invite();
    struct organizations_TerminateResponsibilityTransferRequest end = {
        .Id = only(&payer, INBOUND)->Id};
    struct organizations_TerminateResponsibilityTransferResponse ended;

    refuse(&payer,
           "TerminateResponsibilityTransfer",
           &end,
           "InvalidResponsibilityTransferTransitionException");
    reply(&boss, "AcceptHandshake", handshake->Id);
    end.EndTimestamp = AWI_SOME_TIME(awi_clock_days(2031, 8, 1) * DAY);
    refuse(&boss, "TerminateResponsibilityTransfer", &end, "InvalidInputException");
    end.EndTimestamp.set = false;
    pass(60); /* 16 July */
    allow(&boss, "TerminateResponsibilityTransfer", &end, &ended);
    assert_string_equal(ended.ResponsibilityTransfer->Status.ptr, "WITHDRAWN");
    assert_true(ended.ResponsibilityTransfer->EndTimestamp.ms ==
                awi_clock_days(2031, 8, 1) * DAY - 1000);
    refuse(&payer,
           "TerminateResponsibilityTransfer",
           &end,
           "ResponsibilityTransferAlreadyInStatusException");
    /* It goes on to the end of the month. */
    refuse(&boss, "DeleteOrganization", NULL, "ConstraintViolationException");
    pass(20);
    allow(&boss, "DeleteOrganization", NULL, NULL);
}

static void test_no_agreement(void **state)
{
    struct organizations_Handshake *handshake = invite();

    reply(&boss, "DeclineHandshake", handshake->Id);
    assert_string_equal(only(&payer, INBOUND)->Status.ptr, "DECLINED");
    pass(1);
    handshake = invite();
    reply(&payer, "CancelHandshake", handshake->Id);
    handshake = invite();
    pass(16);
    struct organizations_AcceptHandshakeRequest accept = {.HandshakeId = handshake->Id};
    refuse(&boss, "AcceptHandshake", &accept, "InvalidHandshakeTransitionException");
    /* Too late by a day. */
    pass(27); /* 29 June */
    handshake = invite();
    pass(1);
    accept.HandshakeId = handshake->Id;
    refuse(&boss, "AcceptHandshake", &accept, "InvalidHandshakeTransitionException");
}

static void test_conditions(void **state)
{
    struct awi_str member = make("Member", "member@example.com")->AccountId;
    struct t_keys own = {.id = member.ptr};

    no_invitation(&own, "AccessDeniedException", NULL);
    no_invitation(&third, "AWSOrganizationsNotInUseException", NULL);
    inviting.StartTimestamp.ms += 3600 * 1000;
    no_invitation(&payer, "InvalidInputException", "beginning of a day");
    inviting.StartTimestamp.ms += 23 * 3600 * 1000;
    no_invitation(&payer, "InvalidInputException", "beginning of a month");
    inviting.StartTimestamp.ms = awi_clock_days(2031, 5, 1) * DAY;
    no_invitation(&payer, "InvalidInputException", "in the future");
    inviting.StartTimestamp.ms = awi_clock_days(2031, 7, 1) * DAY;
    no_invitation(&boss, "HandshakeConstraintViolationException", "itself");

    /* An account that runs no organization cannot accept. */
    source.Id = member;
    struct organizations_AcceptHandshakeRequest accept = {.HandshakeId = invite()->Id};
    refuse(&own, "AcceptHandshake", &accept, "AccessDeniedException");
    source.Id = AWI_STR("123456789012");
}

static void test_name_and_tags(void **state)
{
    struct organizations_Tag tag = {.Key = AWI_STR("team"), .Value = AWI_STR("money")};
    struct organizations_ListTagsForResourceRequest list = {.ResourceId = AWI_STR_NULL};
    struct organizations_ListTagsForResourceResponse tags;
    struct organizations_UpdateResponsibilityTransferRequest update = {.Name = AWI_STR("New")};
    struct organizations_UpdateResponsibilityTransferResponse updated;

    inviting.Tags.items = &tag;
    inviting.Tags.n = 1;
    inviting.Tags.set = true;
    invite();
    update.Id = list.ResourceId = only(&payer, INBOUND)->Id;
    allow(&payer, "UpdateResponsibilityTransfer", &update, &updated);
    assert_string_equal(only(&boss, OUTBOUND)->Name.ptr, "New");
    allow(&payer, "ListTagsForResource", &list, &tags);
    assert_int_equal(tags.Tags.n, 1);
    struct organizations_UntagResourceRequest untag = {
        .ResourceId = list.ResourceId, .TagKeys = {.items = &tag.Key, .n = 1, .set = true}};
    allow(&payer, "UntagResource", &untag, NULL);
    allow(&payer, "ListTagsForResource", &list, &tags);
    assert_int_equal(tags.Tags.n, 0);
    update.Id = AWI_STR("rt-00000000");
    refuse(
        &payer, "UpdateResponsibilityTransfer", &update, "ResponsibilityTransferNotFoundException");
}

/* --- AWS GovCloud ---------------------------------------------------------------------------- */

static void test_gov_cloud_account(void **state)
{
    struct organizations_CreateGovCloudAccountRequest in = {
        .Email = AWI_STR("gov@example.com"),
        .AccountName = AWI_STR("Gov"),
        .RoleName = AWI_STR("Enter"),
    };
    struct organizations_CreateGovCloudAccountResponse out;
    struct organizations_DescribeAccountRequest ask;
    struct organizations_DescribeAccountResponse told;

    allow(&boss, "CreateGovCloudAccount", &in, &out);
    struct organizations_CreateAccountStatus *status = status_of(out.CreateAccountStatus->Id);
    assert_string_equal(status->State.ptr, "SUCCEEDED");
    assert_false(awi_str_eq(status->AccountId, status->GovCloudAccountId));
    ask.AccountId = status->AccountId;
    allow(&boss, "DescribeAccount", &ask, &told);
    ask.AccountId = status->GovCloudAccountId;
    refuse(&boss, "DescribeAccount", &ask, "AccountNotFoundException");
    world.core.config->iam = AWI_IAM_ENFORCE; /* roles must be there */
    assert_null(assume(&boss, status->AccountId, "Enter").code.ptr);
    assert_null(assume(&boss, status->GovCloudAccountId, "Enter").code.ptr);
    assert_non_null(assume(&boss, status->GovCloudAccountId, "Other").code.ptr);
    world.core.config->iam = AWI_IAM_AUDIT;
    /* The address is taken once. */
    allow(&boss, "CreateGovCloudAccount", &in, &out);
    assert_string_equal(status_of(out.CreateAccountStatus->Id)->FailureReason.ptr,
                        "EMAIL_ALREADY_EXISTS");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_agreement),
        TEST(test_withdrawal),
        TEST(test_no_agreement),
        TEST(test_conditions),
        TEST(test_name_and_tags),
        TEST(test_gov_cloud_account),
    };

    return cmocka_run_group_tests_name("organizations-transfers", tests, NULL, NULL);
}
