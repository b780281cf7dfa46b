/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agreeing on a transfer of responsibility: inviting, accepting, renaming, withdrawing (Billing
 * user guide, "Billing transfer"). transfer.h has what it is.
 */
#include "services/organizations/transfer.h"

#include "core/clock.h"

#include <errno.h>
#include <time.h>

#define DAY_MS (24 * 3600 * INT64_C(1000))

/* --- Inviting and accepting ------------------------------------------------------------------ */

static int check_start(struct awi_req *req, const struct awi_opt_time *start)
{
    time_t seconds = (time_t)(start->ms / 1000);
    struct tm date;

    gmtime_r(&seconds, &date);
    if (start->ms % DAY_MS) {
        return org_invalid(req,
                           "START_DATE_NOT_BEGINNING_OF_DAY",
                           "The start date must be the beginning of a day in UTC.");
    }
    if (date.tm_mday != 1) {
        return org_invalid(req,
                           "START_DATE_NOT_BEGINNING_OF_MONTH",
                           "The start date must be the beginning of a month.");
    }
    return start->ms <= awi_now(req)
               ? org_invalid(req, "START_DATE_TOO_EARLY", "The start date must be in the future.")
               : 0;
}

static int check_source(struct awi_req *req,
                        const struct org *org,
                        struct awi_str target,
                        struct awi_str source)
{
    bool exists = false, same = false;
    int r;

    if (awi_str_is_set(source) && awi_str_eq(source, awi_account(req))) {
        return org_handshake_constraint(
            req, "SOURCE_AND_TARGET_CANNOT_MATCH", "An organization can't transfer to itself.");
    }
    r = awi_str_is_set(source)
            ? org_transfer_find(req, awi_account(req), ORG_INBOUND, source, AWI_STR_NULL, &exists)
            : 0;
    if (r == 0 && exists) {
        return org_handshake_constraint(req,
                                        "RESPONSIBILITY_TRANSFER_ALREADY_EXISTS",
                                        "There is a transfer between the two accounts already.");
    }
    r = r ? r : org_handshake_find_open(req, org, ORG_TRANSFER, target, source, &same);
    return r == 0 && same ? org_handshake_duplicate(req) : r;
}

int org_invite_to_transfer(
    struct awi_req *req,
    const struct organizations_InviteOrganizationToTransferResponsibilityRequest *in,
    struct organizations_InviteOrganizationToTransferResponsibilityResponse *out)
{
    struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 16);
    struct organizations_HandshakeRecord handshake = {
        .Action = AWI_STR(ORG_TRANSFER),
        .State = AWI_STR("OPEN"),
        .Party = in->Target->Id,
        .PartyType = in->Target->Type,
        .Notes = in->Notes,
        .Transfer = awi_arena_printf(awi_arena(req), "rt-%.*s", AWI_STR_FMT(id)),
        .Start = in->StartTimestamp,
    };
    struct organizations_TransferRecord record = {
        .Id = handshake.Transfer,
        .Name = in->SourceName,
        .Type = in->Type,
        .Target = awi_account(req),
        .Start = in->StartTimestamp,
        .Tags = in->Tags,
    };
    struct core_Tags tags;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : check_start(req, &in->StartTimestamp);
    r = r ? r : org_handshake_target(req, &org, in->Target, &handshake.Account);
    r = r ? r : check_source(req, &org, in->Target->Id, handshake.Account);
    r = r ? r : org_take_tags(req, &in->Tags, &tags);
    r = r || (id.ptr && record.Id.ptr) ? r : -ENOMEM;
    r = r ? r : org_handshake_new(req, &org, ORG_INVITE_DAYS, &handshake);
    record.Source = handshake.Account;
    record.Handshake = handshake.Id;
    r = r ? r : org_transfer_put(req, &record);
    return r ? r : org_handshake_answer(req, &handshake, &out->Handshake);
}

int org_transfer_accept(struct awi_req *req, const struct organizations_HandshakeRecord *handshake)
{
    struct organizations_TransferRecord record;
    bool active = false;
    struct org org;
    int r = org_open(req, &org);

    if (r == 0 && !org.is_management) {
        return awi_fail(req,
                        &organizations_AccessDeniedException_error,
                        "Only the management account of an organization can accept a transfer.");
    }
    if (r == 0 && awi_now(req) > handshake->Start.ms - DAY_MS) {
        return awi_fail(req,
                        &organizations_InvalidHandshakeTransitionException_error,
                        "A transfer must be accepted 24 hours before it starts.");
    }
    r = r ? r
          : org_transfer_find(
                req, awi_account(req), ORG_OUTBOUND, AWI_STR_NULL, handshake->Transfer, &active);
    if (r == 0 && active) {
        return org_constraint(req,
                              "RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION",
                              "The organization has a transfer to another account already.");
    }
    r = r ? r : org_transfer_get(req, handshake->Transfer, &record);
    record.Source = awi_account(req);
    return r ? r : org_transfer_put(req, &record);
}

/* --- Changing and ending --------------------------------------------------------------------- */

int org_update_transfer(struct awi_req *req,
                        const struct organizations_UpdateResponsibilityTransferRequest *in,
                        struct organizations_UpdateResponsibilityTransferResponse *out)
{
    struct organizations_TransferRecord record;
    struct org org;
    int r = org_transfer_open(req, in->Id, &org, &record);

    record.Name = in->Name;
    r = r ? r : org_transfer_put(req, &record);
    return r ? r : org_transfer_answer(req, &org, &record, &out->ResponsibilityTransfer);
}

/* The last moment of the month in which ms lies. */
static int64_t month_end(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm date;

    gmtime_r(&seconds, &date);
    bool last = date.tm_mon == 11;
    return awi_clock_days(date.tm_year + 1900 + last, last ? 1 : date.tm_mon + 2, 1) * DAY_MS -
           1000;
}

/* Transfers end with a month: the one that is given, else this one. */
static int take_end(struct awi_req *req,
                    const struct awi_opt_time *end,
                    const struct organizations_TransferRecord *record,
                    struct awi_opt_time *ret)
{
    int64_t now_ms = awi_now(req) > record->Start.ms ? awi_now(req) : record->Start.ms;

    *ret = AWI_SOME_TIME(end->set ? end->ms : month_end(now_ms));
    if (end->set && end->ms / 1000 != month_end(end->ms) / 1000) {
        return org_invalid(
            req, "END_DATE_NOT_END_OF_MONTH", "The end date must be the end of a month.");
    }
    return ret->ms <= awi_now(req)
               ? org_invalid(req, "END_DATE_TOO_EARLY", "The end date must be in the future.")
               : 0;
}

int org_terminate_transfer(struct awi_req *req,
                           const struct organizations_TerminateResponsibilityTransferRequest *in,
                           struct organizations_TerminateResponsibilityTransferResponse *out)
{
    struct organizations_TransferRecord record;
    struct awi_str status;
    struct org org;
    int r = org_transfer_open(req, in->Id, &org, &record);

    r = r ? r : org_transfer_status(req, &record, &status);
    if (r) {
        return r;
    }
    if (record.Withdrawn.v) {
        return awi_fail(req,
                        &organizations_ResponsibilityTransferAlreadyInStatusException_error,
                        "The responsibility transfer is already in the status that you specified.");
    }
    if (!awi_str_is(status, "ACCEPTED")) {
        return awi_fail(
            req,
            &organizations_InvalidResponsibilityTransferTransitionException_error,
            "The responsibility transfer can't transition to the requested state because it's not "
            "in a valid state for this operation.");
    }
    r = take_end(req, &in->EndTimestamp, &record, &record.End);
    record.Withdrawn = AWI_SOME_BOOL(true);
    r = r ? r : org_transfer_put(req, &record);
    return r ? r : org_transfer_answer(req, &org, &record, &out->ResponsibilityTransfer);
}
