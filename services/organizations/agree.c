/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at a handshake and answering it (identity.md 7.12).
 */
#include "services/organizations/handshake.h"

#include <errno.h>

/* --- Answers --------------------------------------------------------------------------------- */

static int not_found(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_HandshakeNotFoundException_error,
                    "We can't find a handshake with the HandshakeId that you specified.");
}

static bool is_sender(struct awi_req *req, const struct organizations_HandshakeRecord *record)
{
    return awi_str_eq(awi_account(req), record->Management);
}

static bool is_recipient(struct awi_req *req, const struct organizations_HandshakeRecord *record)
{
    /* All features are the management account's to finish. */
    return awi_str_is(record->Action, ORG_ENABLE)
               ? is_sender(req, record)
               : awi_str_is_set(record->Account) && awi_str_eq(awi_account(req), record->Account);
}

static int
open_party(struct awi_req *req, struct awi_str id, struct organizations_HandshakeRecord *ret)
{
    int r = org_handshake_get(req, id, ret);

    if (r == -ENOENT || (r == 0 && !is_sender(req, ret) && !is_recipient(req, ret))) {
        return not_found(req);
    }
    return r;
}

int org_describe_handshake(struct awi_req *req,
                           const struct organizations_DescribeHandshakeRequest *in,
                           struct organizations_DescribeHandshakeResponse *out)
{
    struct organizations_HandshakeRecord record;
    int r = open_party(req, in->HandshakeId, &record);

    return r ? r : org_handshake_answer(req, &record, &out->Handshake);
}

/* From an open state into one that is final. */
static int move(struct awi_req *req,
                struct awi_str id,
                struct awi_str state,
                bool (*may)(struct awi_req *req,
                            const struct organizations_HandshakeRecord *record),
                struct organizations_HandshakeRecord *ret)
{
    int r = open_party(req, id, ret);

    if (r) {
        return r;
    }
    if (!may(req, ret)) {
        return awi_fail(req,
                        &organizations_AccessDeniedException_error,
                        "You don't have permissions to access this resource.");
    }
    if (awi_str_eq(ret->State, state)) {
        return awi_fail(req,
                        &organizations_HandshakeAlreadyInStateException_error,
                        "The specified handshake is already in the requested state.");
    }
    bool early = awi_str_is(ret->State, "REQUESTED") && awi_str_is(state, "ACCEPTED");
    if (!org_handshake_is_open(ret) || early) {
        return awi_fail(req,
                        &organizations_InvalidHandshakeTransitionException_error,
                        "You can't perform the operation on the handshake in its current state.");
    }
    ret->State = state;
    ret->Closed = AWI_SOME_TIME(awi_now(req));
    return org_handshake_put(req, ret);
}

int org_cancel_handshake(struct awi_req *req,
                         const struct organizations_CancelHandshakeRequest *in,
                         struct organizations_CancelHandshakeResponse *out)
{
    struct organizations_HandshakeRecord record;
    int r = move(req, in->HandshakeId, AWI_STR("CANCELED"), is_sender, &record);

    return r ? r : org_handshake_answer(req, &record, &out->Handshake);
}

int org_decline_handshake(struct awi_req *req,
                          const struct organizations_DeclineHandshakeRequest *in,
                          struct organizations_DeclineHandshakeResponse *out)
{
    struct organizations_HandshakeRecord record;
    int r = move(req, in->HandshakeId, AWI_STR("DECLINED"), is_recipient, &record);

    return r ? r : org_handshake_answer(req, &record, &out->Handshake);
}

/* The organization that a handshake is about. */
static int open_sender(struct awi_req *req,
                       const struct organizations_HandshakeRecord *record,
                       struct org *ret)
{
    *ret = (struct org){.dir = awi_request_directory(req)};
    int r = awi_organization_of(&ret->dir, record->Management, &ret->record);

    ret->scope = awi_organization_scope(ret->dir.txn, record->Management);
    return r == -ENOENT || (r == 0 && !awi_str_eq(ret->record.Id, record->OrganizationId))
               ? not_found(req)
               : r;
}

static int
join(struct awi_req *req, const struct org *org, const struct organizations_HandshakeRecord *record)
{
    struct core_AccountRecord account;
    int r = awi_account_get(&org->dir, awi_account(req), &account);

    if (r == 0 && awi_str_is_set(account.OrganizationId)) {
        return org_handshake_constraint(req,
                                        "ALREADY_IN_AN_ORGANIZATION",
                                        "The account is already a member of an organization.");
    }
    account.JoinedMethod = AWI_STR("INVITED");
    account.Joined = AWI_SOME_TIME(awi_now(req));
    r = r ? r : org_take_tags(req, &record->Tags, &account.Tags);
    return r ? r : org_join(org, org->record.RootId, &account);
}

int org_accept_handshake(struct awi_req *req,
                         const struct organizations_AcceptHandshakeRequest *in,
                         struct organizations_AcceptHandshakeResponse *out)
{
    struct organizations_HandshakeRecord record;
    struct org org;
    int r = move(req, in->HandshakeId, AWI_STR("ACCEPTED"), is_recipient, &record);

    r = r ? r : open_sender(req, &record, &org);
    if (r) {
        return r;
    }
    r = awi_str_is(record.Action, ORG_INVITE)     ? join(req, &org, &record)
        : awi_str_is(record.Action, ORG_APPROVE)  ? org_approve_features(req, &record)
        : awi_str_is(record.Action, ORG_TRANSFER) ? org_transfer_accept(req, &record)
                                                  : org_finish_features(&org);
    return r ? r : org_handshake_answer(req, &record, &out->Handshake);
}
