/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups. Who is in them stands with the users (user.c).
 */
#include "services/iam/iam.h"

#include "core/util/cleanup.h"

#include <errno.h>

void iam_group_show(const struct core_GroupRecord *record, struct iam_Group *ret)
{
    *ret = (struct iam_Group){
        .Path = record->Path,
        .GroupName = record->GroupName,
        .GroupId = record->GroupId,
        .Arn = record->Arn,
        .CreateDate = record->Created,
    };
}

int iam_create_group(struct awi_req *req,
                     const struct iam_CreateGroupRequest *in,
                     struct iam_CreateGroupResponse *out)
{
    struct iam_entity e = {.kind = IAM_GROUP, .name = in->GroupName};
    struct core_GroupRecord *group = &e.group;
    int r = iam_entity_check_free(req, IAM_GROUP, in->GroupName);

    group->GroupName = in->GroupName;
    group->Path = iam_path(in->Path);
    group->Arn = iam_arn(req, "group", group->Path, in->GroupName);
    group->GroupId = iam_unique_id(req, "AGPA");
    group->Created = iam_now(req);
    out->Group = awi_arena_new(awi_arena(req), struct iam_Group);
    r = r ? r : group->Arn.ptr && group->GroupId.ptr && out->Group ? 0 : -ENOMEM;
    r = r ? r : iam_entity_save(req, &e);
    r = r ? r : iam_quota_take(req, AWI_GROUP_TABLE);
    if (r == 0) {
        iam_group_show(group, out->Group);
    }
    return r;
}

struct listing {
    struct awi_req *req;
    struct awi_str prefix;
    struct iam_Group *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_GroupRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &core_GroupRecord_shape, &record);

    if (r) {
        return r;
    }
    if (!awi_str_starts(record.Path, l->prefix)) {
        return IAM_SKIPPED;
    }
    iam_group_show(&record, &l->items[l->n++]);
    return IAM_TAKEN;
}

int iam_list_groups(struct awi_req *req,
                    const struct iam_ListGroupsRequest *in,
                    struct iam_ListGroupsResponse *out)
{
    struct listing l = {.req = req, .prefix = iam_path(in->PathPrefix)};
    struct awi_scope scope = iam_core_scope(req);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    l.items = awi_arena_array(awi_arena(req), struct iam_Group, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(req, &scope, AWI_GROUP_TABLE, AWI_STR(""), &page, take, &l);
    out->Groups = (struct iam_groupListType){.items = l.items, .n = l.n, .set = true};
    IAM_PAGE_END(out, &page);
    return r;
}

int iam_group_each(struct awi_req *req,
                   struct awi_str group,
                   int (*seen)(struct awi_req *req, struct core_UserRecord *user, void *arg),
                   void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = iam_core_scope(req);
    struct awi_str key, value;
    int r = awi_cursor_open(&scope, AWI_USER_TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_UserRecord user;
        r = awi_record_decode(value, awi_arena(req), &core_UserRecord_shape, &user);
        if (r == 0 && iam_texts_has(&user.Groups, group)) {
            r = seen(req, &user, arg);
        }
    }
    return r == -ENOENT ? 0 : r;
}

struct renaming {
    struct awi_str from, to;
};

static int rename_in(struct awi_req *req, struct core_UserRecord *user, void *arg)
{
    const struct renaming *renaming = arg;

    for (size_t i = 0; i < user->Groups.n; i++) {
        if (awi_str_eq(user->Groups.items[i], renaming->from)) {
            user->Groups.items[i] = renaming->to;
        }
    }
    return awi_user_put(awi_request_txn(req), awi_arena(req), awi_account(req), user);
}

int iam_update_group(struct awi_req *req, const struct iam_UpdateGroupRequest *in, void *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_GROUP, in->GroupName, &e);
    struct renaming renaming = {.from = e.name, .to = in->NewGroupName};

    if (r == 0 && awi_str_is_set(renaming.to) && !awi_str_eq_nocase(renaming.to, renaming.from)) {
        r = iam_entity_check_free(req, IAM_GROUP, renaming.to);
    }
    if (r == 0 && awi_str_is_set(renaming.to)) {
        r = iam_use_move(req, &e, renaming.to);
        r = r ? r : iam_group_each(req, e.name, rename_in, &renaming);
        e.group.GroupName = renaming.to;
    }
    if (awi_str_is_set(in->NewPath)) {
        e.group.Path = in->NewPath;
    }
    e.group.Arn = r ? AWI_STR_NULL : iam_arn(req, "group", e.group.Path, e.group.GroupName);
    r = r ? r : e.group.Arn.ptr ? 0 : -ENOMEM;
    r = r ? r
          : awi_group_delete(awi_request_txn(req), awi_arena(req), awi_account(req), renaming.from);
    return r ? r : iam_entity_save(req, &e);
}

static int is_member(struct awi_req *req, struct core_UserRecord *user, void *arg)
{
    return iam_conflict(req, "Cannot delete entity, must remove users from group first.");
}

int iam_delete_group(struct awi_req *req, const struct iam_DeleteGroupRequest *in, void *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_GROUP, in->GroupName, &e);

    r = r ? r : iam_group_each(req, e.name, is_member, NULL);
    r = r ? r : iam_entity_check_bare(req, &e);
    r = r ? r : awi_group_delete(awi_request_txn(req), awi_arena(req), awi_account(req), e.name);
    return r ? r : iam_quota_give(req, AWI_GROUP_TABLE);
}
