/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of units and accounts: who hangs where, and how accounts come and go.
 */
#include "services/organizations/organizations.h"

#include "core/util/cleanup.h"

#include <errno.h>

int org_unit_get(const struct org *org, struct awi_str id, struct core_UnitRecord *ret)
{
    return awi_record_get(
        &org->scope, AWI_UNIT_TABLE, id, org->dir.arena, &core_UnitRecord_shape, ret);
}

int org_unit_put(const struct org *org, const struct core_UnitRecord *unit)
{
    return awi_record_put(
        &org->scope, AWI_UNIT_TABLE, unit->Id, org->dir.arena, &core_UnitRecord_shape, unit);
}

int org_child_add(const struct org *org, struct awi_str parent, const char *kind, struct awi_str id)
{
    struct awi_str key = AWI_KEY(org->dir.arena, parent, awi_str_from(kind), id);

    return key.ptr ? awi_put(&org->scope, ORG_CHILDREN, key, AWI_STR("")) : -ENOMEM;
}

int org_child_remove(const struct org *org,
                     struct awi_str parent,
                     const char *kind,
                     struct awi_str id)
{
    struct awi_str key = AWI_KEY(org->dir.arena, parent, awi_str_from(kind), id);

    return key.ptr ? awi_delete(&org->scope, ORG_CHILDREN, key) : -ENOMEM;
}

int org_has_children(const struct org *org, struct awi_str parent)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str prefix = AWI_KEY(org->dir.arena, parent), key, value;
    int r = prefix.ptr
                ? awi_cursor_open(&org->scope, ORG_CHILDREN, prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    return r ? r : awi_cursor_next(cursor, &key, &value);
}

int org_join(const struct org *org, struct awi_str parent, struct core_AccountRecord *account)
{
    int r;

    account->OrganizationId = org->record.Id;
    account->ParentId = parent;
    r = awi_account_put(&org->dir, account);
    r = r ? r : awi_put(&org->scope, ORG_MEMBERS, account->Id, AWI_STR(""));
    r = r ? r : org_child_add(org, parent, ORG_ACCOUNT, account->Id);
    return r ? r : org_attach_full(org, account->Id);
}

int org_leave(const struct org *org, struct core_AccountRecord *account)
{
    int r = org_detach_all(org, account->Id);

    r = r ? r : org_child_remove(org, account->ParentId, ORG_ACCOUNT, account->Id);
    r = r ? r : awi_delete(&org->scope, ORG_MEMBERS, account->Id);
    account->OrganizationId = AWI_STR_NULL;
    account->ParentId = AWI_STR_NULL;
    account->Tags.n = 0;
    account->Tags.set = false;
    return r ? r : awi_account_put(&org->dir, account);
}

int org_member(const struct org *org, struct awi_str id, struct core_AccountRecord *ret)
{
    int r = awi_account_get(&org->dir, id, ret);

    return r == 0 && !awi_str_eq(ret->OrganizationId, org->record.Id) ? -ENOENT : r;
}
