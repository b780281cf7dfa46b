/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes that begin: invitations of accounts, and the change from consolidated billing to all
 * features, which every invited member has to approve (identity.md 7.12).
 */
#include "services/organizations/handshake.h"

#include <errno.h>

#define ENABLE_DAYS 90

int org_handshake_constraint(struct awi_req *req, const char *reason, const char *message)
{
    struct organizations_HandshakeConstraintViolationException *body =
        awi_arena_new(awi_arena(req), struct organizations_HandshakeConstraintViolationException);

    if (!body) {
        return -ENOMEM;
    }
    body->Reason = awi_str_from(reason);
    return awi_fail_with(
        req, &organizations_HandshakeConstraintViolationException_error, body, "%s", message);
}

int org_handshake_answer(struct awi_req *req,
                         const struct organizations_HandshakeRecord *record,
                         struct organizations_Handshake **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct organizations_Handshake);
    return *ret ? org_handshake_show(req, record, *ret) : -ENOMEM;
}

/* --- Invitations ----------------------------------------------------------------------------- */

struct search {
    struct awi_str email, account, action;
    bool found;
};

static int look_for_email(void *arg, const struct core_AccountRecord *record)
{
    struct search *search = arg;

    if (awi_str_eq_nocase(record->Email, search->email)) {
        search->account = record->Id;
    }
    return 0;
}

/* Which account is meant. An address that nobody has gets its letter all the same. */
int org_handshake_target(struct awi_req *req,
                         const struct org *org,
                         const struct organizations_HandshakeParty *target,
                         struct awi_str *ret)
{
    struct search search = {.email = target->Id};
    enum awi_account_state state;
    int r;

    *ret = AWI_STR_NULL;
    if (awi_str_is(target->Type, "EMAIL")) {
        r = awi_account_each(&org->dir, look_for_email, &search);
        *ret = search.account;
        return r;
    }
    if (!awi_str_is(target->Type, "ACCOUNT")) {
        return org_invalid(
            req, "INVALID_PARTY_TYPE_TARGET", "You specified the wrong type of entity as a party.");
    }
    r = awi_str_is_account(target->Id) ? awi_account_state(&org->dir, target->Id, &state) : 0;
    if (r == 0 && (!awi_str_is_account(target->Id) || state == AWI_ACCOUNT_UNKNOWN)) {
        return org_invalid(
            req, "INVALID_PATTERN_TARGET_ID", "You specified an account that doesn't exist.");
    }
    *ret = target->Id;
    return r;
}

static int look_for_open(void *arg, struct organizations_HandshakeRecord *record)
{
    struct search *search = arg;

    search->found |=
        org_handshake_is_open(record) && awi_str_eq(record->Action, search->action) &&
        (!awi_str_is_set(search->email) || awi_str_eq_nocase(record->Party, search->email) ||
         (awi_str_is_set(record->Account) && awi_str_eq(record->Account, search->account)));
    return 0;
}

int org_handshake_find_open(struct awi_req *req,
                            const struct org *org,
                            const char *action,
                            struct awi_str target,
                            struct awi_str account,
                            bool *ret)
{
    struct search search = {.action = awi_str_from(action), .email = target, .account = account};
    int r = org_handshake_each(req, org->record.Id, look_for_open, &search);

    *ret = search.found;
    return r;
}

int org_handshake_duplicate(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_DuplicateHandshakeException_error,
                    "A handshake with the same action and target already exists.");
}

static int check_invitation(struct awi_req *req,
                            const struct org *org,
                            const struct organizations_HandshakeParty *target,
                            struct awi_str account)
{
    struct core_AccountRecord record;
    bool pending, same;
    int r = awi_str_is_set(account) ? org_member(org, account, &record) : -ENOENT;

    if (r == 0) {
        return org_handshake_constraint(req,
                                        "ALREADY_IN_AN_ORGANIZATION",
                                        "The account is already a member of the organization.");
    }
    r = r == -ENOENT
            ? org_handshake_find_open(req, org, ORG_ENABLE, AWI_STR_NULL, AWI_STR_NULL, &pending)
            : r;
    if (r == 0 && pending) {
        return org_handshake_constraint(
            req,
            "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES",
            "You can't issue new invitations while the organization is about to enable all "
            "features.");
    }
    r = r ? r : org_handshake_find_open(req, org, ORG_INVITE, target->Id, account, &same);
    return r == 0 && same ? org_handshake_duplicate(req) : r;
}

int org_invite(struct awi_req *req,
               const struct organizations_InviteAccountToOrganizationRequest *in,
               struct organizations_InviteAccountToOrganizationResponse *out)
{
    struct organizations_HandshakeRecord record = {
        .Action = AWI_STR(ORG_INVITE),
        .State = AWI_STR("OPEN"),
        .Party = in->Target->Id,
        .PartyType = in->Target->Type,
        .Notes = in->Notes,
        .Tags = in->Tags,
    };
    struct core_Tags tags;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_handshake_target(req, &org, in->Target, &record.Account);
    r = r ? r : check_invitation(req, &org, in->Target, record.Account);
    r = r ? r : org_take_tags(req, &in->Tags, &tags);
    r = r ? r : org_handshake_new(req, &org, ORG_INVITE_DAYS, &record);
    return r ? r : org_handshake_answer(req, &record, &out->Handshake);
}

/* --- All features ---------------------------------------------------------------------------- */

struct approval {
    struct awi_req *req;
    const struct org *org;
    struct awi_str parent, but;
    size_t waiting;
};

/* Asks every member that was invited; those that were created have no say. */
static int ask_member(void *arg, const struct core_AccountRecord *account)
{
    struct approval *approval = arg;
    struct organizations_HandshakeRecord record = {
        .Action = AWI_STR(ORG_APPROVE),
        .State = AWI_STR("OPEN"),
        .Party = account->Id,
        .PartyType = AWI_STR("ACCOUNT"),
        .Account = account->Id,
        .Parent = approval->parent,
    };

    if (!awi_str_eq(account->OrganizationId, approval->org->record.Id) ||
        awi_str_eq(account->Id, approval->org->record.ManagementAccount) ||
        !awi_str_is(account->JoinedMethod, "INVITED")) {
        return 0;
    }
    approval->waiting++;
    return org_handshake_new(approval->req, approval->org, ENABLE_DAYS, &record);
}

int org_enable_all_features(struct awi_req *req,
                            const struct organizations_EnableAllFeaturesRequest *in,
                            struct organizations_EnableAllFeaturesResponse *out)
{
    struct organizations_HandshakeRecord record = {
        .Action = AWI_STR(ORG_ENABLE),
        .State = AWI_STR("REQUESTED"),
    };
    struct org org;
    bool pending = false;
    int r = org_open_managed(req, &org);

    if (r == 0 && awi_str_is(org.record.FeatureSet, "ALL")) {
        return org_handshake_constraint(req,
                                        "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
                                        "The organization already has all features enabled.");
    }
    r = r ? r
          : org_handshake_find_open(req, &org, ORG_ENABLE, AWI_STR_NULL, AWI_STR_NULL, &pending);
    if (r == 0 && pending) {
        return org_handshake_constraint(
            req,
            "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
            "The organization is already about to enable all features.");
    }
    r = r ? r : org_handshake_new(req, &org, ENABLE_DAYS, &record);
    struct approval approval = {.req = req, .org = &org, .parent = record.Id};
    r = r ? r : awi_account_each(&org.dir, ask_member, &approval);
    if (r == 0 && approval.waiting == 0) {
        record.State = AWI_STR("OPEN");
        r = org_handshake_put(req, &record);
    }
    return r ? r : org_handshake_answer(req, &record, &out->Handshake);
}

static int count_waiting(void *arg, struct organizations_HandshakeRecord *record)
{
    struct approval *approval = arg;

    approval->waiting += awi_str_eq(record->Parent, approval->parent) &&
                         !awi_str_eq(record->Id, approval->but) &&
                         !awi_str_is(record->State, "ACCEPTED");
    return 0;
}

/* The last approval lets the management account finish. */
int org_approve_features(struct awi_req *req, const struct organizations_HandshakeRecord *record)
{
    struct approval approval = {.parent = record->Parent, .but = record->Id};
    struct organizations_HandshakeRecord parent;
    int r = org_handshake_each(req, record->OrganizationId, count_waiting, &approval);

    if (r || approval.waiting) {
        return r;
    }
    r = org_handshake_get(req, record->Parent, &parent);
    if (r || !awi_str_is(parent.State, "REQUESTED")) {
        return r;
    }
    parent.State = AWI_STR("OPEN");
    return org_handshake_put(req, &parent);
}

/* What enabling SCPs means for every target is EnablePolicyType's. */
int org_finish_features(struct org *org)
{
    org->record.FeatureSet = AWI_STR("ALL");
    return org_policy_type_on(org, AWI_STR(AWI_SCP));
}
