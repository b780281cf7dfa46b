/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizational units (identity.md 7.4, 7.14).
 */
#include "services/organizations/organizations.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define DEEPEST 5    /* below the root */
#define MOST    2000 /* orgs_reference_limits */

static int not_found(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_OrganizationalUnitNotFoundException_error,
                    "You specified an organizational unit that doesn't exist.");
}

static int no_parent(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_ParentNotFoundException_error,
                    "You specified parent that doesn't exist.");
}

/* "o-x/r-y/ou-z/" of a unit. */
static int path_of(const struct org *org, struct awi_str id, struct awi_str *ret)
{
    struct awi_str path = AWI_STR("");

    while (awi_str_is_set(id)) {
        struct core_UnitRecord unit;
        int r = org_unit_get(org, id, &unit);
        if (r) {
            return r;
        }
        path = awi_arena_printf(org->dir.arena, "%.*s/%.*s", AWI_STR_FMT(id), AWI_STR_FMT(path));
        id = unit.ParentId;
    }
    *ret = awi_arena_printf(
        org->dir.arena, "%.*s/%.*s", AWI_STR_FMT(org->record.Id), AWI_STR_FMT(path));
    return ret->ptr ? 0 : -ENOMEM;
}

static int show(struct awi_req *req,
                const struct org *org,
                const struct core_UnitRecord *unit,
                struct organizations_OrganizationalUnit *ret)
{
    int r = path_of(org, unit->Id, &ret->Path);

    ret->Id = unit->Id;
    ret->Name = unit->Name;
    ret->Arn = org_arn(req, org, "ou", unit->Id);
    return r ? r : ret->Arn.ptr ? 0 : -ENOMEM;
}

static int show_new(struct awi_req *req,
                    const struct org *org,
                    const struct core_UnitRecord *unit,
                    struct organizations_OrganizationalUnit **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct organizations_OrganizationalUnit);
    return *ret ? show(req, org, unit, *ret) : -ENOMEM;
}

/* --- What stands in the way of a new one ----------------------------------------------------- */

/* Another unit of this name below parent: 0 there is one, -ENOENT there is none. */
static int
find_name(const struct org *org, struct awi_str parent, struct awi_str name, struct awi_str besides)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str prefix = AWI_KEY(org->dir.arena, parent, AWI_STR(ORG_UNIT)), key, value;
    int r = prefix.ptr
                ? awi_cursor_open(&org->scope, ORG_CHILDREN, prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_UnitRecord unit;
        struct awi_str id = awi_key_part(org->dir.arena, key, 2);
        r = id.ptr ? org_unit_get(org, id, &unit) : -ENOMEM;
        if (r == 0 && awi_str_eq(unit.Name, name) && !awi_str_eq(id, besides)) {
            return 0;
        }
    }
    return r;
}

static int check_name(struct awi_req *req,
                      const struct org *org,
                      struct awi_str parent,
                      struct awi_str name,
                      struct awi_str besides)
{
    int r = find_name(org, parent, name, besides);

    if (r == 0) {
        return awi_fail(req,
                        &organizations_DuplicateOrganizationalUnitException_error,
                        "An OU with the same name already exists.");
    }
    return r == -ENOENT ? 0 : r;
}

/* How many units there are, the root apart. */
static int check_number(struct awi_req *req, const struct org *org)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str prefix = AWI_STR("ou-"), key, value;
    size_t n = 0;
    int r = awi_cursor_open(&org->scope, AWI_UNIT_TABLE, prefix, prefix, AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (++n == MOST) {
            return org_constraint(
                req,
                "OU_NUMBER_LIMIT_EXCEEDED",
                "You have exceeded the number of OUs that you can have in an organization.");
        }
    }
    return r == -ENOENT ? 0 : r;
}

static int check_room(struct awi_req *req, const struct org *org, struct awi_str parent)
{
    int depth = 0;

    while (awi_str_is_set(parent)) {
        struct core_UnitRecord unit;
        int r = org_unit_get(org, parent, &unit);
        if (r) {
            return r == -ENOENT ? no_parent(req) : r;
        }
        parent = unit.ParentId;
        depth++;
    }
    return depth > DEEPEST
               ? org_constraint(req,
                                "OU_DEPTH_LIMIT_EXCEEDED",
                                "You have reached the maximum depth of OUs in your organization.")
               : 0;
}

int org_create_ou(struct awi_req *req,
                  const struct organizations_CreateOrganizationalUnitRequest *in,
                  struct organizations_CreateOrganizationalUnitResponse *out)
{
    struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 8);
    struct core_UnitRecord unit = {
        .ParentId = in->ParentId, .Name = in->Name, .Created = AWI_SOME_TIME(awi_now(req))};
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : check_room(req, &org, in->ParentId);
    r = r ? r : check_number(req, &org);
    r = r ? r : check_name(req, &org, in->ParentId, in->Name, AWI_STR_NULL);
    r = r ? r : org_take_tags(req, &in->Tags, &unit.Tags);
    if (r) {
        return r;
    }
    unit.Id = awi_arena_printf(awi_arena(req),
                               "ou-%.*s-%.*s",
                               AWI_STR_FMT(awi_str_skip(org.record.RootId, 2)),
                               AWI_STR_FMT(id));
    r = id.ptr && unit.Id.ptr ? org_unit_put(&org, &unit) : -ENOMEM;
    r = r ? r : org_child_add(&org, in->ParentId, ORG_UNIT, unit.Id);
    r = r ? r : org_attach_full(&org, unit.Id);
    return r ? r : show_new(req, &org, &unit, &out->OrganizationalUnit);
}

/* A unit that is not the root. */
static int
find(struct awi_req *req, struct awi_str id, struct org *org, struct core_UnitRecord *ret)
{
    int r = org_open_managed(req, org);

    r = r ? r : org_unit_get(org, id, ret);
    return r == -ENOENT ? not_found(req) : r;
}

int org_update_ou(struct awi_req *req,
                  const struct organizations_UpdateOrganizationalUnitRequest *in,
                  struct organizations_UpdateOrganizationalUnitResponse *out)
{
    struct core_UnitRecord unit;
    struct org org;
    int r = find(req, in->OrganizationalUnitId, &org, &unit);

    if (r == 0 && awi_str_is_set(in->Name)) {
        r = check_name(req, &org, unit.ParentId, in->Name, unit.Id);
        unit.Name = in->Name;
        r = r ? r : org_unit_put(&org, &unit);
    }
    return r ? r : show_new(req, &org, &unit, &out->OrganizationalUnit);
}

int org_describe_ou(struct awi_req *req,
                    const struct organizations_DescribeOrganizationalUnitRequest *in,
                    struct organizations_DescribeOrganizationalUnitResponse *out)
{
    struct core_UnitRecord unit;
    struct org org;
    int r = find(req, in->OrganizationalUnitId, &org, &unit);

    return r ? r : show_new(req, &org, &unit, &out->OrganizationalUnit);
}

int org_delete_ou(struct awi_req *req,
                  const struct organizations_DeleteOrganizationalUnitRequest *in,
                  void *out)
{
    struct core_UnitRecord unit;
    struct org org;
    int r = find(req, in->OrganizationalUnitId, &org, &unit);

    if (r) {
        return r;
    }
    r = org_has_children(&org, unit.Id);
    if (r == 0) {
        return awi_fail(req,
                        &organizations_OrganizationalUnitNotEmptyException_error,
                        "You must first remove all accounts and child OUs from this OU.");
    }
    if (r != -ENOENT) {
        return r;
    }
    r = org_detach_all(&org, unit.Id);
    r = r ? r : org_child_remove(&org, unit.ParentId, ORG_UNIT, unit.Id);
    return r ? r : awi_delete(&org.scope, AWI_UNIT_TABLE, unit.Id);
}

/* --- Lists ----------------------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    const struct org *org;
    const char *kind;
    struct organizations_OrganizationalUnit *units;
    struct organizations_Child *children;
    size_t n;
};

static int take_unit(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct core_UnitRecord unit;
    struct awi_str id = awi_key_part(awi_arena(list->req), key, 2);
    int r = id.ptr ? org_unit_get(list->org, id, &unit) : -ENOMEM;

    return r ? r : show(list->req, list->org, &unit, &list->units[list->n++]);
}

static int take_child(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct awi_str id = awi_key_part(awi_arena(list->req), key, 2);

    list->children[list->n].Id = id;
    list->children[list->n].Type =
        strcmp(list->kind, ORG_UNIT) == 0 ? AWI_STR("ORGANIZATIONAL_UNIT") : AWI_STR("ACCOUNT");
    list->n++;
    return id.ptr ? ORG_TAKEN : -ENOMEM;
}

/* The page of what hangs below parent. */
static int open_children(struct awi_req *req,
                         struct awi_str parent,
                         struct listing *list,
                         struct org *org,
                         struct org_page *page)
{
    struct core_UnitRecord unit;
    int r = org_open_managed(req, org);

    r = r ? r : org_unit_get(org, parent, &unit);
    if (r == -ENOENT) {
        return no_parent(req);
    }
    list->req = req;
    list->org = org;
    list->units =
        awi_arena_array(awi_arena(req), struct organizations_OrganizationalUnit, ORG_PAGE);
    list->children = awi_arena_array(awi_arena(req), struct organizations_Child, ORG_PAGE);
    page->table = ORG_CHILDREN;
    page->prefix = AWI_KEY(awi_arena(req), parent, awi_str_from(list->kind));
    page->arg = list;
    return r ? r : list->units && list->children && page->prefix.ptr ? 0 : -ENOMEM;
}

int org_list_ous(struct awi_req *req,
                 const struct organizations_ListOrganizationalUnitsForParentRequest *in,
                 struct organizations_ListOrganizationalUnitsForParentResponse *out)
{
    struct listing list = {.kind = ORG_UNIT};
    struct org_page page = {.token = in->NextToken, .max = in->MaxResults, .take = take_unit};
    struct org org;
    int r = open_children(req, in->ParentId, &list, &org, &page);

    r = r ? r : org_page(req, &org, &page, &out->NextToken);
    out->OrganizationalUnits.items = list.units;
    out->OrganizationalUnits.n = list.n;
    out->OrganizationalUnits.set = true;
    return r;
}

int org_list_children(struct awi_req *req,
                      const struct organizations_ListChildrenRequest *in,
                      struct organizations_ListChildrenResponse *out)
{
    struct listing list = {.kind = awi_str_is(in->ChildType, "ACCOUNT") ? ORG_ACCOUNT : ORG_UNIT};
    struct org_page page = {.token = in->NextToken, .max = in->MaxResults, .take = take_child};
    struct org org;
    int r = open_children(req, in->ParentId, &list, &org, &page);

    r = r ? r : org_page(req, &org, &page, &out->NextToken);
    out->Children.items = list.children;
    out->Children.n = list.n;
    out->Children.set = true;
    return r;
}

int org_list_parents(struct awi_req *req,
                     const struct organizations_ListParentsRequest *in,
                     struct organizations_ListParentsResponse *out)
{
    struct organizations_Parent *parent =
        awi_arena_new(awi_arena(req), struct organizations_Parent);
    struct core_AccountRecord account;
    struct core_UnitRecord unit;
    struct org org;
    int r = org_open_managed(req, &org);

    if (r || !parent) {
        return r ? r : -ENOMEM;
    }
    if (awi_str_is_account(in->ChildId)) {
        r = org_member(&org, in->ChildId, &account);
        parent->Id = account.ParentId;
    } else {
        r = org_unit_get(&org, in->ChildId, &unit);
        parent->Id = unit.ParentId;
    }
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_ChildNotFoundException_error,
                        "You specified a child that doesn't exist.");
    }
    parent->Type = awi_str_starts(parent->Id, AWI_STR("r-")) ? AWI_STR("ROOT")
                                                             : AWI_STR("ORGANIZATIONAL_UNIT");
    out->Parents.items = parent;
    out->Parents.n = 1;
    out->Parents.set = true;
    return r;
}
