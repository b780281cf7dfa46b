/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organization itself and its root (identity.md 7.1, 7.13, 7.14).
 */
#include "services/organizations/organizations.h"

#include "core/util/cleanup.h"

#include <errno.h>

struct awi_str
org_arn(struct awi_req *req, const struct org *org, const char *kind, struct awi_str id)
{
    return awi_arena_printf(awi_arena(req),
                            "arn:%.*s:organizations::%.*s:%s/%.*s/%.*s",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(org->record.ManagementAccount),
                            kind,
                            AWI_STR_FMT(org->record.Id),
                            AWI_STR_FMT(id));
}

int org_constraint(struct awi_req *req, const char *reason, const char *message)
{
    struct organizations_ConstraintViolationException *body =
        awi_arena_new(awi_arena(req), struct organizations_ConstraintViolationException);

    if (!body) {
        return -ENOMEM;
    }
    body->Reason = awi_str_from(reason);
    return awi_fail_with(
        req, &organizations_ConstraintViolationException_error, body, "%s", message);
}

int org_invalid(struct awi_req *req, const char *reason, const char *message)
{
    struct organizations_InvalidInputException *body =
        awi_arena_new(awi_arena(req), struct organizations_InvalidInputException);

    if (!body) {
        return -ENOMEM;
    }
    body->Reason = awi_str_from(reason);
    return awi_fail_with(req, &organizations_InvalidInputException_error, body, "%s", message);
}

/* What the value is for decides before what is wrong with it. The texts are those of the model; of
 * a pattern AWS says it so. */
static const struct {
    enum awi_fault_kind kind;
    const char *shape; /* NULL: any */
    const char *reason;
    const char *message;
} faults[] = {
    {AWI_FAULT_MISSING,
     NULL,
     "INPUT_REQUIRED",
     "You must include a value for all required parameters."},
    {AWI_FAULT_ENUM,
     "PolicyType",
     "INVALID_ENUM_POLICY_TYPE",
     "You specified an invalid policy type string."},
    {AWI_FAULT_ENUM, NULL, "INVALID_ENUM", "You specified an invalid value."},
    {AWI_FAULT_PATTERN,
     "PolicyId",
     "INVALID_SYNTAX_POLICY_ID",
     "You specified an invalid policy ID."},
    {AWI_FAULT_PATTERN,
     "PolicyTargetId",
     "INVALID_PATTERN_TARGET_ID",
     "You specified a policy target ID that doesn't match the required pattern."},
    {AWI_FAULT_PATTERN,
     NULL,
     "INVALID_PATTERN",
     "You provided a value that does not match the required pattern."},
    {AWI_FAULT_ITEM,
     NULL,
     "INVALID_LIST_MEMBER",
     "You provided a list to a parameter that contains at least one invalid value."},
};

int org_fault(struct awi_req *req, const struct awi_fault *fault)
{
    bool least = fault->kind == AWI_FAULT_MIN;

    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        if (fault->kind == faults[i].kind &&
            (!faults[i].shape || awi_str_is(fault->shape->name, faults[i].shape))) {
            return org_invalid(req, faults[i].reason, faults[i].message);
        }
    }
    if (fault->shape->type == AWI_TYPE_I32) {
        return org_invalid(
            req,
            least ? "MIN_VALUE_EXCEEDED" : "MAX_VALUE_EXCEEDED",
            least ? "You provided a numeric parameter that has a smaller value than allowed."
                  : "You provided a numeric parameter that has a larger value than allowed.");
    }
    return org_invalid(req,
                       least ? "MIN_LENGTH_EXCEEDED" : "MAX_LENGTH_EXCEEDED",
                       least ? "You provided a string parameter that is shorter than allowed."
                             : "You provided a string parameter that is longer than allowed.");
}

int org_open(struct awi_req *req, struct org *ret)
{
    int r;

    *ret = (struct org){.dir = awi_request_directory(req)};
    r = awi_organization_of(&ret->dir, awi_account(req), &ret->record);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_AWSOrganizationsNotInUseException_error,
                        "Your account is not a member of an organization.");
    }
    ret->scope = awi_organization_scope(ret->dir.txn, ret->record.ManagementAccount);
    ret->is_management = awi_str_eq(awi_account(req), ret->record.ManagementAccount);
    return r;
}

int org_no_account(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_AccountNotFoundException_error,
                    "You specified an account that doesn't exist.");
}

/* --- Making one ------------------------------------------------------------------------------ */

/* The accounts of the configuration are there before the organization is; they join it. */
static int join_configured(struct awi_req *req, const struct org *org)
{
    const struct awi_config *config = org->dir.config;

    for (size_t i = 0; i < config->accounts.n; i++) {
        struct core_AccountRecord account;
        struct awi_str id = config->accounts.items[i].id;
        int r = awi_account_get(&org->dir, id, &account);
        if (r == 0 && !awi_str_eq(id, org->record.ManagementAccount) &&
            !awi_str_is_set(account.OrganizationId)) {
            account.JoinedMethod = AWI_STR("CREATED");
            account.Joined = AWI_SOME_TIME(awi_now(req));
            r = org_join(org, org->record.RootId, &account);
        }
        if (r) {
            return r;
        }
    }
    return 0;
}

static int make_root(struct awi_req *req, const struct org *org)
{
    struct core_UnitRecord root = {
        .Id = org->record.RootId,
        .Name = AWI_STR("Root"),
        .Created = AWI_SOME_TIME(awi_now(req)),
    };
    int r = org_unit_put(org, &root);

    return r ? r : org_attach_full(org, root.Id);
}

static int make(struct awi_req *req, struct awi_str feature_set, struct org *org)
{
    static struct awi_str scp[] = {AWI_STR_INIT(AWI_SCP)};
    struct awi_arena *arena = awi_arena(req);
    struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 10);
    struct awi_str root = awi_random_id(req, AWI_LOWER_DIGITS, 4);

    org->record = (struct core_OrganizationRecord){
        .Id = awi_arena_printf(arena, "o-%.*s", AWI_STR_FMT(id)),
        .RootId = awi_arena_printf(arena, "r-%.*s", AWI_STR_FMT(root)),
        .ManagementAccount = awi_account(req),
        .FeatureSet = feature_set,
        .Created = AWI_SOME_TIME(awi_now(req)),
    };
    if (awi_str_is(feature_set, "ALL")) {
        org->record.EnabledPolicyTypes.items = scp;
        org->record.EnabledPolicyTypes.n = 1;
        org->record.EnabledPolicyTypes.set = true;
    }
    org->scope = awi_organization_scope(org->dir.txn, org->record.ManagementAccount);
    org->is_management = true;
    return id.ptr && root.ptr && org->record.Id.ptr && org->record.RootId.ptr ? 0 : -ENOMEM;
}

static int join_management(struct awi_req *req, const struct org *org)
{
    struct core_AccountRecord account;
    int r = awi_account_get(&org->dir, awi_account(req), &account);

    if (r) {
        return r;
    }
    account.JoinedMethod = AWI_STR("INVITED");
    account.Joined = AWI_SOME_TIME(awi_now(req));
    return org_join(org, org->record.RootId, &account);
}

static int show(struct awi_req *req, const struct org *org, struct organizations_Organization **ret)
{
    struct organizations_Organization *shown =
        awi_arena_new(awi_arena(req), struct organizations_Organization);
    struct organizations_PolicyTypeSummary *type =
        awi_arena_new(awi_arena(req), struct organizations_PolicyTypeSummary);
    struct core_AccountRecord management;
    int r = awi_account_get(&org->dir, org->record.ManagementAccount, &management);

    if (r || !shown || !type) {
        return r ? r : -ENOMEM;
    }
    shown->Id = org->record.Id;
    shown->Arn = awi_arena_printf(awi_arena(req),
                                  "arn:%.*s:organizations::%.*s:organization/%.*s",
                                  AWI_STR_FMT(awi_partition(req)),
                                  AWI_STR_FMT(org->record.ManagementAccount),
                                  AWI_STR_FMT(org->record.Id));
    shown->FeatureSet = org->record.FeatureSet;
    shown->MasterAccountId = org->record.ManagementAccount;
    shown->MasterAccountEmail = management.Email;
    shown->MasterAccountArn = org_arn(req, org, "account", org->record.ManagementAccount);
    shown->AvailablePolicyTypes.set = true;
    if (awi_str_is(org->record.FeatureSet, "ALL")) {
        /* Not kept by AWS since there are more types than SCPs: always this. */
        type->Type = AWI_STR(AWI_SCP);
        type->Status = AWI_STR("ENABLED");
        shown->AvailablePolicyTypes.items = type;
        shown->AvailablePolicyTypes.n = 1;
    }
    *ret = shown;
    return shown->Arn.ptr && shown->MasterAccountArn.ptr ? 0 : -ENOMEM;
}

int org_create_organization(struct awi_req *req,
                            const struct organizations_CreateOrganizationRequest *in,
                            struct organizations_CreateOrganizationResponse *out)
{
    struct org org = {.dir = awi_request_directory(req)};
    int r = awi_organization_of(&org.dir, awi_account(req), &org.record);

    if (r == 0) {
        return awi_fail(req,
                        &organizations_AlreadyInOrganizationException_error,
                        "The AWS account is already a member of an organization.");
    }
    if (r != -ENOENT) {
        return r;
    }
    r = make(req, awi_str_is_set(in->FeatureSet) ? in->FeatureSet : AWI_STR("ALL"), &org);
    r = r ? r : awi_organization_put(&org.dir, &org.record);
    r = r ? r : make_root(req, &org);
    r = r ? r : join_management(req, &org);
    if (r == 0 && awi_str_eq(awi_account(req), org.dir.config->account_id)) {
        r = join_configured(req, &org);
    }
    return r ? r : show(req, &org, &out->Organization);
}

int org_describe_organization(struct awi_req *req,
                              const void *in,
                              struct organizations_DescribeOrganizationResponse *out)
{
    struct org org;
    int r = org_open(req, &org);

    return r ? r : show(req, &org, &out->Organization);
}

/* --- Ending it ------------------------------------------------------------------------------- */

/* Is any account but the management account in it? 0 yes, -ENOENT no. */
static int has_members(const struct org *org)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r =
        awi_cursor_open(&org->scope, ORG_MEMBERS, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (!awi_str_eq(key, org->record.ManagementAccount)) {
            return 0;
        }
    }
    return r;
}

int org_delete_organization(struct awi_req *req, const void *in, void *out)
{
    static const char *const tables[] = {ORG_MEMBERS,
                                         ORG_CHILDREN,
                                         ORG_CREATES,
                                         ORG_SERVICES,
                                         ORG_DELEGATED,
                                         ORG_DELEGATES_TABLE,
                                         ORG_RESOURCE_POLICY,
                                         AWI_UNIT_TABLE,
                                         AWI_ORGPOLICY_TABLE,
                                         AWI_ATTACHED_TABLE};
    struct core_AccountRecord management;
    struct org org;
    bool active = false;
    int r = org_open_managed(req, &org);

    if (r) {
        return r;
    }
    r = has_members(&org);
    if (r == 0) {
        return awi_fail(req,
                        &organizations_OrganizationNotEmptyException_error,
                        "To delete an organization you must first remove all member accounts "
                        "(except the master).");
    }
    if (r != -ENOENT) {
        return r;
    }
    r = org_transfer_is_active(req, awi_account(req), &active);
    if (r == 0 && active) {
        return org_constraint(req,
                              "ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS",
                              "You can't delete an organization that has a part in a transfer of "
                              "responsibility.");
    }
    r = r ? r : org_handshakes_cancel(req, &org);
    r = r ? r : org_member(&org, org.record.ManagementAccount, &management);
    r = r ? r : org_leave(&org, &management);
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables) && r == 0; i++) {
        r = awi_delete_prefix(&org.scope, tables[i], AWI_STR(""));
    }
    return r ? r : awi_organization_delete(&org.dir, &org.record);
}

/* --- The root -------------------------------------------------------------------------------- */

int org_show_root(struct awi_req *req, const struct org *org, struct organizations_Root *ret)
{
    size_t n = org->record.EnabledPolicyTypes.n;

    ret->Id = org->record.RootId;
    ret->Name = AWI_STR("Root");
    ret->Arn = org_arn(req, org, "root", org->record.RootId);
    ret->PolicyTypes.items =
        awi_arena_array(awi_arena(req), struct organizations_PolicyTypeSummary, n);
    if (!ret->Arn.ptr || !ret->PolicyTypes.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        ret->PolicyTypes.items[i].Type = org->record.EnabledPolicyTypes.items[i];
        ret->PolicyTypes.items[i].Status = AWI_STR("ENABLED");
    }
    ret->PolicyTypes.n = n;
    ret->PolicyTypes.set = true;
    return 0;
}

int org_list_roots(struct awi_req *req,
                   const struct organizations_ListRootsRequest *in,
                   struct organizations_ListRootsResponse *out)
{
    struct organizations_Root *root = awi_arena_new(awi_arena(req), struct organizations_Root);
    struct org org;
    int r = org_open_managed(req, &org);

    if (r || !root) {
        return r ? r : -ENOMEM;
    }
    out->Roots.items = root;
    out->Roots.n = 1;
    out->Roots.set = true;
    return org_show_root(req, &org, root);
}
