/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles. Their policies are in inline.c and attach.c, their trust in trust.c.
 */
#include "services/iam/iam.h"

#include "core/identity/use.h"
#include "core/util/cleanup.h"

#include <errno.h>

#define HOUR 3600

int iam_role_used(struct awi_req *req, struct awi_str id, struct iam_RoleLastUsed **ret)
{
    struct core_UseRecord use;
    int r = awi_use_last(awi_request_txn(req), awi_arena(req), awi_account(req), id, &use);

    *ret = awi_arena_new(awi_arena(req), struct iam_RoleLastUsed);
    if (!*ret || (r && r != -ENOENT)) {
        return *ret ? r : -ENOMEM;
    }
    if (r == 0) {
        (*ret)->LastUsedDate = use.Time;
        (*ret)->Region = use.Region;
    }
    return 0;
}

int iam_role_show(struct awi_req *req,
                  const struct core_RoleRecord *record,
                  bool whole,
                  struct iam_Role *ret)
{
    *ret = (struct iam_Role){
        .Path = record->Path,
        .RoleName = record->RoleName,
        .RoleId = record->RoleId,
        .Arn = record->Arn,
        .CreateDate = record->Created,
        .Description = record->Description,
        .MaxSessionDuration = record->MaxSessionDuration,
    };
    int r = iam_trust_show(req, record, &ret->AssumeRolePolicyDocument);
    if (r || !whole) {
        return r;
    }
    r = iam_role_used(req, record->RoleId, &ret->RoleLastUsed);
    r = r ? r : iam_boundary_show(req, record->PermissionsBoundary, &ret->PermissionsBoundary);
    return r || record->Tags.n == 0 ? r : iam_tags_show(req, &record->Tags, &ret->Tags);
}

static int answer(struct awi_req *req, const struct core_RoleRecord *record, struct iam_Role **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct iam_Role);
    return *ret ? iam_role_show(req, record, true, *ret) : -ENOMEM;
}

int iam_create_role(struct awi_req *req,
                    const struct iam_CreateRoleRequest *in,
                    struct iam_CreateRoleResponse *out)
{
    struct iam_entity e = {.kind = IAM_ROLE, .name = in->RoleName};
    struct core_RoleRecord *role = &e.role;
    int r = iam_entity_check_free(req, IAM_ROLE, in->RoleName);

    e.boundary = &role->PermissionsBoundary;
    role->RoleName = in->RoleName;
    role->Path = iam_path(in->Path);
    role->Arn = iam_arn(req, "role", role->Path, in->RoleName);
    role->RoleId = iam_unique_id(req, "AROA");
    role->Created = iam_now(req);
    role->Description = in->Description;
    role->MaxSessionDuration =
        AWI_SOME_I32(in->MaxSessionDuration.set ? in->MaxSessionDuration.v : HOUR);
    if (r == 0 && awi_str_starts(role->Path, AWI_STR("/aws-service-role/"))) {
        return iam_invalid(req, "Roles with the path /aws-service-role/ are made by AWS only.");
    }
    r = r ? r : role->Arn.ptr && role->RoleId.ptr ? 0 : -ENOMEM;
    r = r ? r : iam_trust_set(req, in->AssumeRolePolicyDocument, role);
    r = r ? r : iam_tags_take(req, &in->Tags, &role->Tags);
    if (r == 0 && awi_str_is_set(in->PermissionsBoundary)) {
        r = iam_boundary_set(req, &e, in->PermissionsBoundary);
    }
    r = r ? r : iam_entity_save(req, &e);
    r = r ? r : iam_quota_take(req, AWI_ROLE_TABLE);
    r = r ? r : answer(req, role, &out->Role);
    if (r == 0) {
        out->Role->RoleLastUsed = NULL;
    }
    return r;
}

int iam_get_role(struct awi_req *req,
                 const struct iam_GetRoleRequest *in,
                 struct iam_GetRoleResponse *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &e);

    return r ? r : answer(req, &e.role, &out->Role);
}

struct listing {
    struct awi_req *req;
    struct awi_str prefix;
    struct iam_Role *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_RoleRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &core_RoleRecord_shape, &record);

    if (r) {
        return r;
    }
    if (!awi_str_starts(record.Path, l->prefix)) {
        return IAM_SKIPPED;
    }
    r = iam_role_show(l->req, &record, false, &l->items[l->n]);
    l->n += r == 0;
    return r;
}

int iam_list_roles(struct awi_req *req,
                   const struct iam_ListRolesRequest *in,
                   struct iam_ListRolesResponse *out)
{
    struct listing l = {.req = req, .prefix = iam_path(in->PathPrefix)};
    struct awi_scope scope = iam_core_scope(req);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    l.items = awi_arena_array(awi_arena(req), struct iam_Role, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(req, &scope, AWI_ROLE_TABLE, AWI_STR(""), &page, take, &l);
    out->Roles = (struct iam_roleListType){.items = l.items, .n = l.n, .set = true};
    IAM_PAGE_END(out, &page);
    return r;
}

int iam_update_role(struct awi_req *req,
                    const struct iam_UpdateRoleRequest *in,
                    struct iam_UpdateRoleResponse *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    if (awi_str_is_set(in->Description)) {
        e.role.Description = in->Description;
    }
    if (in->MaxSessionDuration.set) {
        e.role.MaxSessionDuration = in->MaxSessionDuration;
    }
    return r ? r : iam_entity_save(req, &e);
}

int iam_update_role_description(struct awi_req *req,
                                const struct iam_UpdateRoleDescriptionRequest *in,
                                struct iam_UpdateRoleDescriptionResponse *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &e);

    e.role.Description = in->Description;
    r = r ? r : iam_entity_save(req, &e);
    return r ? r : answer(req, &e.role, &out->Role);
}

int iam_update_assume_role_policy(struct awi_req *req,
                                  const struct iam_UpdateAssumeRolePolicyRequest *in,
                                  void *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    r = r ? r : iam_trust_set(req, in->PolicyDocument, &e.role);
    return r ? r : iam_entity_save(req, &e);
}

/* Is the role in an instance profile? */
static int check_unused(struct awi_req *req, struct awi_str role)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = iam_core_scope(req);
    struct awi_str key, value;
    int r =
        awi_cursor_open(&scope, AWI_PROFILE_TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_InstanceProfileRecord record;
        r = awi_record_decode(value, awi_arena(req), &core_InstanceProfileRecord_shape, &record);
        if (r == 0 && awi_str_eq(record.RoleName, role)) {
            return iam_conflict(
                req, "Cannot delete entity, must remove roles from instance profile first.");
        }
    }
    return r == -ENOENT ? 0 : r;
}

int iam_delete_role(struct awi_req *req, const struct iam_DeleteRoleRequest *in, void *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    r = r ? r : check_unused(req, e.name);
    r = r ? r : iam_entity_check_bare(req, &e);
    r = r ? r : iam_use_move(req, &e, AWI_STR_NULL);
    r = r ? r : awi_role_delete(awi_request_txn(req), awi_arena(req), awi_account(req), e.name);
    r = r ? r : iam_use_forget(req, e.role.RoleId);
    return r ? r : iam_quota_give(req, AWI_ROLE_TABLE);
}
