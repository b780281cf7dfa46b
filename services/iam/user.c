/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users, and which groups they are in. Their keys are in access_key.c.
 */
#include "services/iam/iam.h"

#include "core/identity/mfa.h"
#include "core/identity/session.h"

#include <errno.h>

int iam_user_show(struct awi_req *req,
                  const struct core_UserRecord *record,
                  bool whole,
                  struct iam_User *ret)
{
    *ret = (struct iam_User){
        .Path = record->Path,
        .UserName = record->UserName,
        .UserId = record->UserId,
        .Arn = record->Arn,
        .CreateDate = record->Created,
        .PasswordLastUsed = record->PasswordLastUsed,
    };
    int r =
        whole ? iam_boundary_show(req, record->PermissionsBoundary, &ret->PermissionsBoundary) : 0;
    return r || !whole || record->Tags.n == 0 ? r : iam_tags_show(req, &record->Tags, &ret->Tags);
}

static int answer(struct awi_req *req, const struct core_UserRecord *record, struct iam_User **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct iam_User);
    return *ret ? iam_user_show(req, record, true, *ret) : -ENOMEM;
}

int iam_user_named(struct awi_req *req, struct awi_str name, struct awi_str *ret)
{
    const struct awi_principal *caller = awi_principal(req);

    *ret = awi_str_is_set(name) ? name : caller->name;
    if (!awi_str_is_set(name) && caller->type != AWI_PRINCIPAL_USER) {
        return iam_invalid(req, "Must specify userName when calling with non-User credentials");
    }
    return 0;
}

int iam_create_user(struct awi_req *req,
                    const struct iam_CreateUserRequest *in,
                    struct iam_CreateUserResponse *out)
{
    struct iam_entity e = {.kind = IAM_USER, .name = in->UserName};
    struct core_UserRecord *user = &e.user;
    int r = iam_entity_check_free(req, IAM_USER, in->UserName);

    e.boundary = &user->PermissionsBoundary;
    user->UserName = in->UserName;
    user->Path = iam_path(in->Path);
    user->Arn = iam_arn(req, "user", user->Path, in->UserName);
    user->UserId = iam_unique_id(req, "AIDA");
    user->Created = iam_now(req);
    r = r ? r : user->Arn.ptr && user->UserId.ptr ? 0 : -ENOMEM;
    r = r ? r : iam_tags_take(req, &in->Tags, &user->Tags);
    if (r == 0 && awi_str_is_set(in->PermissionsBoundary)) {
        r = iam_boundary_set(req, &e, in->PermissionsBoundary);
    }
    r = r ? r : iam_entity_save(req, &e);
    r = r ? r : iam_quota_take(req, AWI_USER_TABLE);
    return r ? r : answer(req, user, &out->User);
}

/* The root user has no record. */
static int show_root(struct awi_req *req, struct iam_User **ret)
{
    const struct awi_principal *caller = awi_principal(req);
    struct iam_User *user = awi_arena_new(awi_arena(req), struct iam_User);

    if (!user) {
        return -ENOMEM;
    }
    user->Path = AWI_STR("/");
    user->UserName = AWI_STR("root");
    user->UserId = caller->account;
    user->Arn = caller->arn;
    user->CreateDate = AWI_SOME_TIME(0);
    *ret = user;
    return 0;
}

int iam_get_user(struct awi_req *req,
                 const struct iam_GetUserRequest *in,
                 struct iam_GetUserResponse *out)
{
    struct awi_str name;
    struct iam_entity e;

    if (!awi_str_is_set(in->UserName) && awi_principal(req)->type == AWI_PRINCIPAL_ROOT) {
        return show_root(req, &out->User);
    }
    int r = iam_user_named(req, in->UserName, &name);
    r = r ? r : iam_entity_open(req, IAM_USER, name, &e);
    return r ? r : answer(req, &e.user, &out->User);
}

struct listing {
    struct awi_req *req;
    struct awi_str prefix; /* of paths */
    struct awi_str group;  /* absent: all users */
    struct iam_User *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_UserRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &core_UserRecord_shape, &record);

    if (r) {
        return r;
    }
    if (!awi_str_starts(record.Path, l->prefix) ||
        (awi_str_is_set(l->group) && !iam_texts_has(&record.Groups, l->group))) {
        return IAM_SKIPPED;
    }
    r = iam_user_show(l->req, &record, false, &l->items[l->n]);
    l->n += r == 0;
    return r;
}

static int list(struct awi_req *req,
                struct listing *l,
                struct awi_str marker,
                struct awi_opt_i32 max,
                struct iam_page *page,
                struct iam_userListType *ret)
{
    struct awi_scope scope = iam_core_scope(req);
    int r = iam_page_begin(req, marker, max, page);

    l->items = awi_arena_array(awi_arena(req), struct iam_User, page->max);
    r = r ? r : l->items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(req, &scope, AWI_USER_TABLE, AWI_STR(""), page, take, l);
    *ret = (struct iam_userListType){.items = l->items, .n = l->n, .set = true};
    return r;
}

int iam_list_users(struct awi_req *req,
                   const struct iam_ListUsersRequest *in,
                   struct iam_ListUsersResponse *out)
{
    struct listing l = {.req = req, .prefix = iam_path(in->PathPrefix)};
    struct iam_page page;
    int r = list(req, &l, in->Marker, in->MaxItems, &page, &out->Users);

    IAM_PAGE_END(out, &page);
    return r;
}

int iam_get_group(struct awi_req *req,
                  const struct iam_GetGroupRequest *in,
                  struct iam_GetGroupResponse *out)
{
    struct iam_entity e;
    struct iam_page page = {.max = 0};
    int r = iam_entity_open(req, IAM_GROUP, in->GroupName, &e);
    struct listing l = {.req = req, .prefix = AWI_STR("/"), .group = e.name};

    r = r ? r : list(req, &l, in->Marker, in->MaxItems, &page, &out->Users);
    out->Group = awi_arena_new(awi_arena(req), struct iam_Group);
    if (r || !out->Group) {
        return r ? r : -ENOMEM;
    }
    iam_group_show(&e.group, out->Group);
    IAM_PAGE_END(out, &page);
    return 0;
}

/* --- Renaming, deleting ----------------------------------------------------------------------- */

/* Keys carry the name and the ARN of their user, MFA devices the name. */
static int rename_belongings(struct awi_req *req, const struct core_UserRecord *user)
{
    struct core_AccessKeyRecord key;
    int r = 0;

    for (size_t i = 0; r == 0 && i < user->AccessKeys.n; i++) {
        struct awi_str id = user->AccessKeys.items[i];
        r = awi_access_key_get(awi_request_txn(req), awi_arena(req), id, &key);
        key.UserName = user->UserName;
        key.UserArn = user->Arn;
        r = r ? r : awi_access_key_put(awi_request_txn(req), awi_arena(req), &key);
    }
    for (size_t i = 0; r == 0 && i < user->MfaDevices.n; i++) {
        struct core_MfaDeviceRecord device;
        struct awi_str serial = user->MfaDevices.items[i];
        r = awi_mfa_get(awi_request_txn(req), awi_arena(req), serial, &device);
        device.UserName = user->UserName;
        r = r ? r : awi_mfa_put(awi_request_txn(req), awi_arena(req), &device);
    }
    return r;
}

int iam_update_user(struct awi_req *req, const struct iam_UpdateUserRequest *in, void *out)
{
    struct iam_entity e;
    struct awi_str old;
    int r = iam_entity_open(req, IAM_USER, in->UserName, &e);

    old = e.name;
    if (r == 0 && awi_str_is_set(in->NewUserName) && !awi_str_eq_nocase(in->NewUserName, old)) {
        r = iam_entity_check_free(req, IAM_USER, in->NewUserName);
    }
    if (r == 0 && awi_str_is_set(in->NewUserName)) {
        r = iam_use_move(req, &e, in->NewUserName);
        e.user.UserName = in->NewUserName;
    }
    if (awi_str_is_set(in->NewPath)) {
        e.user.Path = in->NewPath;
    }
    e.user.Arn = r ? AWI_STR_NULL : iam_arn(req, "user", e.user.Path, e.user.UserName);
    r = r ? r : e.user.Arn.ptr ? 0 : -ENOMEM;
    r = r ? r : awi_user_delete(awi_request_txn(req), awi_arena(req), awi_account(req), old);
    r = r ? r : iam_entity_save(req, &e);
    return r ? r : rename_belongings(req, &e.user);
}

int iam_delete_user(struct awi_req *req, const struct iam_DeleteUserRequest *in, void *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_USER, in->UserName, &e);

    if (r) {
        return r;
    }
    const char *left = e.user.Groups.n       ? "remove users from group"
                       : e.user.AccessKeys.n ? "delete access keys"
                       : e.user.Login        ? "delete login profile"
                       : e.user.MfaDevices.n ? "deactivate MFA device"
                                             : NULL;
    r = left ? 0 : iam_credentials_left(req, &e, &left);
    if (left) {
        return iam_conflict(req, "Cannot delete entity, must %s first.", left);
    }
    r = r ? r : iam_entity_check_bare(req, &e);
    r = r ? r : iam_use_move(req, &e, AWI_STR_NULL);
    r = r ? r : awi_user_delete(awi_request_txn(req), awi_arena(req), awi_account(req), e.name);
    r = r ? r : iam_use_forget(req, e.user.UserId);
    return r ? r : iam_quota_give(req, AWI_USER_TABLE);
}

/* --- Membership ------------------------------------------------------------------------------- */

int iam_add_user_to_group(struct awi_req *req,
                          const struct iam_AddUserToGroupRequest *in,
                          void *out)
{
    struct iam_entity group, user;
    int r = iam_entity_open(req, IAM_GROUP, in->GroupName, &group);

    r = r ? r : iam_entity_open(req, IAM_USER, in->UserName, &user);
    if (r || iam_texts_has(&user.user.Groups, group.name)) {
        return r;
    }
    if (user.user.Groups.n >= IAM_MOST_MEMBERSHIPS) {
        return iam_limit(req, "Cannot exceed quota for GroupsPerUser: %d", IAM_MOST_MEMBERSHIPS);
    }
    r = iam_texts_add(req, &user.user.Groups, group.name);
    return r ? r : iam_entity_save(req, &user);
}

int iam_remove_user_from_group(struct awi_req *req,
                               const struct iam_RemoveUserFromGroupRequest *in,
                               void *out)
{
    struct iam_entity group, user;
    int r = iam_entity_open(req, IAM_GROUP, in->GroupName, &group);

    r = r ? r : iam_entity_open(req, IAM_USER, in->UserName, &user);
    if (r) {
        return r;
    }
    return iam_texts_remove(&user.user.Groups, group.name) == 0 ? iam_entity_save(req, &user) : 0;
}

int iam_list_groups_for_user(struct awi_req *req,
                             const struct iam_ListGroupsForUserRequest *in,
                             struct iam_ListGroupsForUserResponse *out)
{
    struct iam_entity user, group;
    struct iam_page page;
    size_t first = 0, count = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r : iam_entity_open(req, IAM_USER, in->UserName, &user);
    r = r ? r : iam_page_slice(req, &page, user.user.Groups.n, &first, &count);
    out->Groups.items = awi_arena_array(awi_arena(req), struct iam_Group, count);
    r = r ? r : out->Groups.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = iam_entity_open(req, IAM_GROUP, user.user.Groups.items[first + i], &group);
        iam_group_show(&group.group, &out->Groups.items[i]);
    }
    out->Groups.n = count;
    out->Groups.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}
