/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accounts of an organization: looking at them and moving them (identity.md 7.9, 7.13).
 */
#include "services/organizations/organizations.h"

#include <errno.h>

int org_show_account(struct awi_req *req,
                     const struct org *org,
                     const struct core_AccountRecord *record,
                     struct organizations_Account *ret)
{
    bool closed = awi_str_is(record->State, "CLOSED") || awi_str_is(record->State, "SUSPENDED");
    struct awi_str *path = awi_arena_new(awi_arena(req), struct awi_str), parents;
    int r =
        path ? awi_organization_path_text(&org->dir, &org->record, record->Id, &parents) : -ENOMEM;

    if (r) {
        return r;
    }
    ret->Id = record->Id;
    ret->Arn = org_arn(req, org, "account", record->Id);
    ret->Name = record->Name;
    ret->Email = record->Email;
    ret->State = record->State;
    /* The older member has no word for a closed account but this. */
    ret->Status = closed ? AWI_STR("SUSPENDED") : record->State;
    ret->JoinedMethod = record->JoinedMethod;
    ret->JoinedTimestamp = record->Joined;
    *path = awi_arena_printf(
        awi_arena(req), "%.*s%.*s/", AWI_STR_FMT(parents), AWI_STR_FMT(record->Id));
    ret->Paths.items = path;
    ret->Paths.n = 1;
    ret->Paths.set = true;
    return ret->Arn.ptr && path->ptr ? 0 : -ENOMEM;
}

int org_describe_account(struct awi_req *req,
                         const struct organizations_DescribeAccountRequest *in,
                         struct organizations_DescribeAccountResponse *out)
{
    struct core_AccountRecord record;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_member(&org, in->AccountId, &record);
    if (r == -ENOENT) {
        return org_no_account(req);
    }
    out->Account = awi_arena_new(awi_arena(req), struct organizations_Account);
    return r ? r : out->Account ? org_show_account(req, &org, &record, out->Account) : -ENOMEM;
}

struct listing {
    struct awi_req *req;
    const struct org *org;
    struct organizations_Account *items;
    size_t n;
    bool keyed; /* keys are parent, kind, id */
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct core_AccountRecord record;
    struct awi_str id = list->keyed ? awi_key_part(awi_arena(list->req), key, 2)
                                    : awi_arena_str(awi_arena(list->req), key);
    int r = id.ptr ? org_member(list->org, id, &record) : -ENOMEM;

    return r ? r : org_show_account(list->req, list->org, &record, &list->items[list->n++]);
}

static int list_accounts(struct awi_req *req,
                         const struct org *org,
                         struct org_page *page,
                         struct organizations_Accounts *ret,
                         struct awi_str *ret_next)
{
    struct listing list = {
        .req = req,
        .org = org,
        .keyed = page->prefix.len > 0,
        .items = awi_arena_array(awi_arena(req), struct organizations_Account, ORG_PAGE),
    };
    int r;

    if (!list.items) {
        return -ENOMEM;
    }
    page->take = take;
    page->arg = &list;
    r = org_page(req, org, page, ret_next);
    ret->items = list.items;
    ret->n = list.n;
    ret->set = true;
    return r;
}

int org_list_accounts(struct awi_req *req,
                      const struct organizations_ListAccountsRequest *in,
                      struct organizations_ListAccountsResponse *out)
{
    struct org_page page = {
        .table = ORG_MEMBERS, .prefix = AWI_STR(""), .token = in->NextToken, .max = in->MaxResults};
    struct org org;
    int r = org_open_managed(req, &org);

    return r ? r : list_accounts(req, &org, &page, &out->Accounts, &out->NextToken);
}

int org_list_accounts_for_parent(struct awi_req *req,
                                 const struct organizations_ListAccountsForParentRequest *in,
                                 struct organizations_ListAccountsForParentResponse *out)
{
    struct org_page page = {
        .table = ORG_CHILDREN,
        .prefix = AWI_KEY(awi_arena(req), in->ParentId, AWI_STR(ORG_ACCOUNT)),
        .token = in->NextToken,
        .max = in->MaxResults,
    };
    struct core_UnitRecord unit;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_unit_get(&org, in->ParentId, &unit);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_ParentNotFoundException_error,
                        "You specified parent that doesn't exist.");
    }
    if (r == 0 && !page.prefix.ptr) {
        return -ENOMEM;
    }
    return r ? r : list_accounts(req, &org, &page, &out->Accounts, &out->NextToken);
}

/* --- Moving ---------------------------------------------------------------------------------- */

int org_move_account(struct awi_req *req,
                     const struct organizations_MoveAccountRequest *in,
                     void *out)
{
    struct core_AccountRecord record;
    struct core_UnitRecord unit;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_member(&org, in->AccountId, &record);
    if (r == -ENOENT) {
        return org_no_account(req);
    }
    if (r == 0 && !awi_str_eq(record.ParentId, in->SourceParentId)) {
        return awi_fail(req,
                        &organizations_SourceParentNotFoundException_error,
                        "You specified source parent that doesn't exist.");
    }
    r = r ? r : org_unit_get(&org, in->DestinationParentId, &unit);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_DestinationParentNotFoundException_error,
                        "You specified destination parent that doesn't exist.");
    }
    if (r == 0 && awi_str_eq(in->SourceParentId, in->DestinationParentId)) {
        return awi_fail(req,
                        &organizations_DuplicateAccountException_error,
                        "The account is already present in the specified destination.");
    }
    r = r ? r : org_child_remove(&org, in->SourceParentId, ORG_ACCOUNT, record.Id);
    r = r ? r : org_child_add(&org, in->DestinationParentId, ORG_ACCOUNT, record.Id);
    record.ParentId = in->DestinationParentId;
    return r ? r : awi_account_put(&org.dir, &record);
}
