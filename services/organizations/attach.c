/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is attached where, and which types of policy are enabled (identity.md 7.2-7.5).
 */
#include "services/organizations/organizations.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define MOST_SCPS     10
#define MOST_SCPS_OLD 5 /* until 2025 */
#define MOST_RCPS     5
#define MOST_OTHER    10

static struct awi_str full_policy(struct awi_str type)
{
    return awi_str_is(type, AWI_SCP)   ? AWI_STR("p-FullAWSAccess")
           : awi_str_is(type, AWI_RCP) ? AWI_STR("p-RCPFullAWSAccess")
                                       : AWI_STR_NULL;
}

/* --- One target and type --------------------------------------------------------------------- */

static int read_attached(const struct org *org,
                         struct awi_str target,
                         struct awi_str type,
                         struct core_AttachedRecord *ret)
{
    struct awi_str key = AWI_KEY(org->dir.arena, target, type);
    int r = key.ptr ? awi_record_get(&org->scope,
                                     AWI_ATTACHED_TABLE,
                                     key,
                                     org->dir.arena,
                                     &core_AttachedRecord_shape,
                                     ret)
                    : -ENOMEM;

    if (r == -ENOENT) {
        *ret = (struct core_AttachedRecord){.TargetId = target};
        return 0;
    }
    return r;
}

static int
write_attached(const struct org *org, struct awi_str type, const struct core_AttachedRecord *record)
{
    struct awi_str key = AWI_KEY(org->dir.arena, record->TargetId, type);

    return key.ptr ? awi_record_put(&org->scope,
                                    AWI_ATTACHED_TABLE,
                                    key,
                                    org->dir.arena,
                                    &core_AttachedRecord_shape,
                                    record)
                   : -ENOMEM;
}

/* Position of the policy in the record; n when it is not there. */
static size_t find_policy(const struct core_AttachedRecord *record, struct awi_str policy)
{
    size_t i = 0;

    while (i < record->PolicyIds.n && !awi_str_eq(record->PolicyIds.items[i], policy)) {
        i++;
    }
    return i;
}

static int
attach(const struct org *org, struct awi_str target, struct awi_str type, struct awi_str id)
{
    struct core_AttachedRecord record;
    struct awi_str *items;
    int r = read_attached(org, target, type, &record);

    if (r) {
        return r;
    }
    items = awi_arena_array(org->dir.arena, struct awi_str, record.PolicyIds.n + 1);
    if (!items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < record.PolicyIds.n; i++) {
        items[i] = record.PolicyIds.items[i];
    }
    items[record.PolicyIds.n] = id;
    record.PolicyIds.items = items;
    record.PolicyIds.n++;
    record.PolicyIds.set = true;
    return write_attached(org, type, &record);
}

int org_attach_full(const struct org *org, struct awi_str target)
{
    for (size_t i = 0; i < org->record.EnabledPolicyTypes.n; i++) {
        struct awi_str type = org->record.EnabledPolicyTypes.items[i];
        struct awi_str id = full_policy(type);
        int r = awi_str_is_set(id) ? attach(org, target, type, id) : 0;
        if (r) {
            return r;
        }
    }
    return 0;
}

int org_detach_all(const struct org *org, struct awi_str target)
{
    struct awi_str prefix = AWI_KEY(org->dir.arena, target);

    return prefix.ptr ? awi_delete_prefix(&org->scope, AWI_ATTACHED_TABLE, prefix) : -ENOMEM;
}

/* --- All targets ----------------------------------------------------------------------------- */

struct walk {
    const struct org *org;
    int (*seen)(void *arg, struct awi_str type, const struct core_AttachedRecord *record);
    void *arg;
};

/* Calls seen for each target and type. Stops at what is not 0. */
static int each_attached(const struct walk *walk)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    const struct org *org = walk->org;
    struct awi_str key, value;
    int r = awi_cursor_open(
        &org->scope, AWI_ATTACHED_TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_AttachedRecord record;
        struct awi_str type = awi_key_part(org->dir.arena, key, 1);
        r = type.ptr ? awi_record_decode(value, org->dir.arena, &core_AttachedRecord_shape, &record)
                     : -ENOMEM;
        r = r ? r : walk->seen(walk->arg, type, &record);
    }
    return r == -ENOENT ? 0 : r;
}

struct search {
    struct awi_str policy;
    bool found;
};

static int look_for(void *arg, struct awi_str type, const struct core_AttachedRecord *record)
{
    struct search *search = arg;

    search->found |= find_policy(record, search->policy) < record->PolicyIds.n;
    return 0;
}

int org_is_attached(const struct org *org, struct awi_str policy)
{
    struct search search = {.policy = policy};
    struct walk walk = {.org = org, .seen = look_for, .arg = &search};
    int r = each_attached(&walk);

    return r ? r : search.found ? 0 : -ENOENT;
}

/* --- Attaching and detaching ----------------------------------------------------------------- */

static int check_target(struct awi_req *req, const struct org *org, struct awi_str target)
{
    struct core_AccountRecord account;
    struct core_UnitRecord unit;
    int r = awi_str_is_account(target) ? org_member(org, target, &account)
                                       : org_unit_get(org, target, &unit);

    return r == -ENOENT ? awi_fail(req,
                                   &organizations_TargetNotFoundException_error,
                                   "You specified a target that doesn't exist.")
                        : r;
}

static int open_both(struct awi_req *req,
                     struct awi_str policy_id,
                     struct awi_str target,
                     struct org *org,
                     struct core_OrganizationPolicyRecord *policy)
{
    int r = org_open_managed(req, org);

    r = r ? r : awi_organization_policy(&org->dir, &org->record, policy_id, policy);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_PolicyNotFoundException_error,
                        "You specified a policy that doesn't exist.");
    }
    return r ? r : check_target(req, org, target);
}

static int check_enabled(struct awi_req *req, const struct org *org, struct awi_str type)
{
    char *name = awi_arena_strz(awi_arena(req), type);

    if (!name) {
        return -ENOMEM;
    }
    return awi_organization_enabled(&org->record, name)
               ? 0
               : awi_fail(req,
                          &organizations_PolicyTypeNotEnabledException_error,
                          "This operation can be performed only for enabled policy types.");
}

static size_t most_of(struct awi_req *req, struct awi_str type)
{
    bool old = awi_request_config(req)->scp_limits == AWI_LIMITS_OLD;

    return awi_str_is(type, AWI_SCP)   ? old ? MOST_SCPS_OLD : MOST_SCPS
           : awi_str_is(type, AWI_RCP) ? MOST_RCPS
                                       : MOST_OTHER;
}

int org_attach_policy(struct awi_req *req,
                      const struct organizations_AttachPolicyRequest *in,
                      void *out)
{
    struct core_OrganizationPolicyRecord policy;
    struct core_AttachedRecord attached;
    struct org org;
    int r = open_both(req, in->PolicyId, in->TargetId, &org, &policy);

    r = r ? r : check_enabled(req, &org, policy.Type);
    r = r ? r : read_attached(&org, in->TargetId, policy.Type, &attached);
    if (r) {
        return r;
    }
    if (find_policy(&attached, policy.Id) < attached.PolicyIds.n) {
        return awi_fail(req,
                        &organizations_DuplicatePolicyAttachmentException_error,
                        "A policy with the same name and type is already attached to the "
                        "specified target.");
    }
    if (attached.PolicyIds.n >= most_of(req, policy.Type)) {
        return org_constraint(req,
                              "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                              "You have attached the maximum number of policies of that type to "
                              "the specified target.");
    }
    return attach(&org, in->TargetId, policy.Type, policy.Id);
}

int org_detach_policy(struct awi_req *req,
                      const struct organizations_DetachPolicyRequest *in,
                      void *out)
{
    struct core_OrganizationPolicyRecord policy;
    struct core_AttachedRecord attached;
    struct org org;
    size_t at;
    int r = open_both(req, in->PolicyId, in->TargetId, &org, &policy);

    r = r ? r : read_attached(&org, in->TargetId, policy.Type, &attached);
    if (r) {
        return r;
    }
    at = find_policy(&attached, policy.Id);
    if (at == attached.PolicyIds.n) {
        return awi_fail(req,
                        &organizations_PolicyNotAttachedException_error,
                        "The policy isn't attached to the specified target.");
    }
    if (awi_str_is(policy.Id, "p-RCPFullAWSAccess")) {
        return org_invalid(
            req, "NON_DETACHABLE_POLICY", "You can't detach this AWS managed policy.");
    }
    if (awi_str_is(policy.Type, AWI_SCP) && attached.PolicyIds.n == 1) {
        return org_constraint(req,
                              "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                              "You cannot remove the last policy attached to the specified "
                              "target.");
    }
    for (; at + 1 < attached.PolicyIds.n; at++) {
        attached.PolicyIds.items[at] = attached.PolicyIds.items[at + 1];
    }
    attached.PolicyIds.n--;
    return write_attached(&org, policy.Type, &attached);
}

int org_list_policies_for_target(struct awi_req *req,
                                 const struct organizations_ListPoliciesForTargetRequest *in,
                                 struct organizations_ListPoliciesForTargetResponse *out)
{
    struct core_AttachedRecord attached;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : check_target(req, &org, in->TargetId);
    r = r ? r : read_attached(&org, in->TargetId, in->Filter, &attached);
    if (r) {
        return r;
    }
    out->Policies.items =
        awi_arena_array(awi_arena(req), struct organizations_PolicySummary, attached.PolicyIds.n);
    out->Policies.set = true;
    for (size_t i = 0; out->Policies.items && i < attached.PolicyIds.n; i++) {
        struct core_OrganizationPolicyRecord policy;
        r = awi_organization_policy(&org.dir, &org.record, attached.PolicyIds.items[i], &policy);
        r = r ? r : org_show_policy(req, &org, &policy, &out->Policies.items[out->Policies.n++]);
        if (r) {
            return r;
        }
    }
    return out->Policies.items ? 0 : -ENOMEM;
}

/* --- Targets of a policy --------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    const struct org *org;
    struct awi_str policy;
    struct organizations_PolicyTargetSummary *items;
    size_t n, room;
};

static int show_target(struct listing *list, struct awi_str id)
{
    struct organizations_PolicyTargetSummary *target = &list->items[list->n++];
    struct core_AccountRecord account;
    struct core_UnitRecord unit;
    bool root = awi_str_starts(id, AWI_STR("r-"));
    int r;

    target->TargetId = id;
    if (awi_str_is_account(id)) {
        r = org_member(list->org, id, &account);
        target->Name = account.Name;
        target->Type = AWI_STR("ACCOUNT");
        target->Arn = org_arn(list->req, list->org, "account", id);
    } else {
        r = org_unit_get(list->org, id, &unit);
        target->Name = unit.Name;
        target->Type = root ? AWI_STR("ROOT") : AWI_STR("ORGANIZATIONAL_UNIT");
        target->Arn = org_arn(list->req, list->org, root ? "root" : "ou", id);
    }
    return r ? r : target->Arn.ptr ? 0 : -ENOMEM;
}

static int take_target(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct core_AttachedRecord record;
    int r = awi_record_decode(value, awi_arena(list->req), &core_AttachedRecord_shape, &record);

    if (r || find_policy(&record, list->policy) == record.PolicyIds.n) {
        return r ? r : ORG_SKIPPED;
    }
    return show_target(list, record.TargetId);
}

int org_list_targets_for_policy(struct awi_req *req,
                                const struct organizations_ListTargetsForPolicyRequest *in,
                                struct organizations_ListTargetsForPolicyResponse *out)
{
    struct core_OrganizationPolicyRecord policy;
    struct org org;
    struct listing list = {
        .req = req,
        .org = &org,
        .policy = in->PolicyId,
        .items =
            awi_arena_array(awi_arena(req), struct organizations_PolicyTargetSummary, ORG_PAGE),
    };
    struct org_page page = {.table = AWI_ATTACHED_TABLE,
                            .prefix = AWI_STR(""),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take_target,
                            .arg = &list};
    int r = org_open_managed(req, &org);

    r = r ? r : awi_organization_policy(&org.dir, &org.record, in->PolicyId, &policy);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_PolicyNotFoundException_error,
                        "You specified a policy that doesn't exist.");
    }
    r = r ? r : list.items ? org_page(req, &org, &page, &out->NextToken) : -ENOMEM;
    out->Targets.items = list.items;
    out->Targets.n = list.n;
    out->Targets.set = true;
    return r;
}
