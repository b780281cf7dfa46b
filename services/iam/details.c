/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetAccountAuthorizationDetails: users, groups, roles and policies with all that is in them. Of
 * AWS's policies those that somebody has.
 */
#include "services/iam/policy.h"

#include "core/util/base64.h"
#include "core/util/cleanup.h"

#include <errno.h>

struct details {
    struct awi_req *req;
    const struct iam_GetAccountAuthorizationDetailsRequest *in;
    struct iam_GetAccountAuthorizationDetailsResponse *out;
    size_t at, first, max; /* the page is items number first to first + max - 1 */
};

enum { SHOWN = 0, BEFORE = 1, BEHIND = 2 };

/* Where the next item lies: before the page, in it, or behind it. */
static int place(struct details *d)
{
    size_t at = d->at++;

    return at < d->first ? BEFORE : at - d->first < d->max ? SHOWN : BEHIND;
}

static bool is_wanted(const struct details *d, const char *kind)
{
    for (size_t i = 0; i < d->in->Filter.n; i++) {
        if (awi_str_is(d->in->Filter.items[i], kind)) {
            return true;
        }
    }
    return d->in->Filter.n == 0;
}

static int show_policies(struct details *d,
                         const struct core_NamedPolicies *inlined,
                         const struct core_Texts *attached,
                         struct iam_policyDetailListType *ret_inlined,
                         struct iam_attachedPoliciesListType *ret_attached)
{
    struct awi_arena *arena = awi_arena(d->req);
    struct iam_PolicyDetail *details = awi_arena_array(arena, struct iam_PolicyDetail, inlined->n);
    struct iam_AttachedPolicy *items =
        awi_arena_array(arena, struct iam_AttachedPolicy, attached->n);

    if (!details || !items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < inlined->n; i++) {
        details[i].PolicyName = inlined->items[i].Name;
        details[i].PolicyDocument = iam_url(d->req, inlined->items[i].Document);
    }
    for (size_t i = 0; i < attached->n; i++) {
        items[i].PolicyArn = attached->items[i];
        items[i].PolicyName = iam_policy_name(attached->items[i]);
    }
    *ret_inlined =
        (struct iam_policyDetailListType){.items = details, .n = inlined->n, .set = true};
    *ret_attached =
        (struct iam_attachedPoliciesListType){.items = items, .n = attached->n, .set = true};
    return 0;
}

static int take_user(struct details *d, struct awi_str value)
{
    struct iam_UserDetail *ret = &d->out->UserDetailList.items[d->out->UserDetailList.n++];
    struct core_UserRecord user;
    int r = awi_record_decode(value, awi_arena(d->req), &core_UserRecord_shape, &user);

    *ret = (struct iam_UserDetail){
        .Path = user.Path,
        .UserName = user.UserName,
        .UserId = user.UserId,
        .Arn = user.Arn,
        .CreateDate = user.Created,
        .GroupList = {.items = user.Groups.items, .n = user.Groups.n, .set = true},
    };
    r = r ? r
          : show_policies(d,
                          &user.InlinePolicies,
                          &user.AttachedPolicies,
                          &ret->UserPolicyList,
                          &ret->AttachedManagedPolicies);
    r = r ? r : iam_boundary_show(d->req, user.PermissionsBoundary, &ret->PermissionsBoundary);
    return r ? r : iam_tags_show(d->req, &user.Tags, &ret->Tags);
}

static int take_group(struct details *d, struct awi_str value)
{
    struct iam_GroupDetail *ret = &d->out->GroupDetailList.items[d->out->GroupDetailList.n++];
    struct core_GroupRecord group;
    int r = awi_record_decode(value, awi_arena(d->req), &core_GroupRecord_shape, &group);

    *ret = (struct iam_GroupDetail){
        .Path = group.Path,
        .GroupName = group.GroupName,
        .GroupId = group.GroupId,
        .Arn = group.Arn,
        .CreateDate = group.Created,
    };
    return r ? r
             : show_policies(d,
                             &group.InlinePolicies,
                             &group.AttachedPolicies,
                             &ret->GroupPolicyList,
                             &ret->AttachedManagedPolicies);
}

static int show_profiles(struct details *d, struct awi_str role, struct iam_RoleDetail *ret)
{
    struct iam_ListInstanceProfilesForRoleRequest in = {.RoleName = role};
    struct iam_ListInstanceProfilesForRoleResponse out = {.Marker = AWI_STR_NULL};
    int r = iam_list_instance_profiles_for_role(d->req, &in, &out);

    ret->InstanceProfileList = out.InstanceProfiles;
    return r;
}

static int take_role(struct details *d, struct awi_str value)
{
    struct iam_RoleDetail *ret = &d->out->RoleDetailList.items[d->out->RoleDetailList.n++];
    struct core_RoleRecord role;
    int r = awi_record_decode(value, awi_arena(d->req), &core_RoleRecord_shape, &role);

    *ret = (struct iam_RoleDetail){
        .Path = role.Path,
        .RoleName = role.RoleName,
        .RoleId = role.RoleId,
        .Arn = role.Arn,
        .CreateDate = role.Created,
    };
    r = r ? r : iam_role_used(d->req, role.RoleId, &ret->RoleLastUsed);
    r = r ? r : iam_trust_show(d->req, &role, &ret->AssumeRolePolicyDocument);
    r = r ? r
          : show_policies(d,
                          &role.InlinePolicies,
                          &role.AttachedPolicies,
                          &ret->RolePolicyList,
                          &ret->AttachedManagedPolicies);
    r = r ? r : show_profiles(d, role.RoleName, ret);
    r = r ? r : iam_boundary_show(d->req, role.PermissionsBoundary, &ret->PermissionsBoundary);
    return r ? r : iam_tags_show(d->req, &role.Tags, &ret->Tags);
}

static int show_policy(struct details *d, const struct core_ManagedPolicyRecord *record)
{
    struct iam_ManagedPolicyDetail *ret = &d->out->Policies.items[d->out->Policies.n++];
    int32_t attached, boundary;
    int r = iam_use_count(d->req, record->Arn, &attached, &boundary);

    *ret = (struct iam_ManagedPolicyDetail){
        IAM_POLICY_SHOWN(record),
        .AttachmentCount = AWI_SOME_I32(attached),
        .PermissionsBoundaryUsageCount = AWI_SOME_I32(boundary),
        .Description = record->Description,
    };
    ret->PolicyVersionList.items =
        awi_arena_array(awi_arena(d->req), struct iam_PolicyVersion, record->Versions.n);
    r = r ? r : ret->PolicyVersionList.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < record->Versions.n; i++) {
        const struct core_PolicyVersion *version = &record->Versions.items[i];
        ret->PolicyVersionList.items[i] = (struct iam_PolicyVersion){
            .Document = iam_url(d->req, version->Document),
            .VersionId = version->VersionId,
            .IsDefaultVersion =
                AWI_SOME_BOOL(awi_str_eq(version->VersionId, record->DefaultVersionId)),
            .CreateDate = version->Created,
        };
    }
    ret->PolicyVersionList.n = record->Versions.n;
    ret->PolicyVersionList.set = true;
    return r;
}

static int take_policy(struct details *d, struct awi_str value)
{
    struct core_ManagedPolicyRecord record;
    int r = awi_record_decode(value, awi_arena(d->req), &core_ManagedPolicyRecord_shape, &record);

    return r ? r : show_policy(d, &record);
}

/* All of one table, as far as the page reaches. */
static int
walk(struct details *d, const char *table, int (*take)(struct details *d, struct awi_str value))
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = iam_core_scope(d->req);
    struct awi_str key, value;
    int r = awi_cursor_open(&scope, table, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        r = place(d) == SHOWN ? take(d, value) : 0;
    }
    return r == -ENOENT ? 0 : r;
}

static int walk_aws(struct details *d)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < awi_n_aws_policies; i++) {
        struct awi_str arn = iam_aws_policy_arn(d->req, &awi_aws_policies[i]);
        struct core_ManagedPolicyRecord record;
        int32_t attached = 0, boundary = 0;
        r = arn.ptr ? iam_use_count(d->req, arn, &attached, &boundary) : -ENOMEM;
        if (r == 0 && attached + boundary > 0 && place(d) == SHOWN) {
            r = iam_policy_open(d->req, arn, &record);
            r = r ? r : show_policy(d, &record);
        }
    }
    return r;
}

static int make_room(struct details *d)
{
    struct awi_arena *arena = awi_arena(d->req);
    struct iam_GetAccountAuthorizationDetailsResponse *out = d->out;

    out->UserDetailList.items = awi_arena_array(arena, struct iam_UserDetail, d->max);
    out->GroupDetailList.items = awi_arena_array(arena, struct iam_GroupDetail, d->max);
    out->RoleDetailList.items = awi_arena_array(arena, struct iam_RoleDetail, d->max);
    out->Policies.items = awi_arena_array(arena, struct iam_ManagedPolicyDetail, d->max);
    out->UserDetailList.set = out->GroupDetailList.set = true;
    out->RoleDetailList.set = out->Policies.set = true;
    return out->UserDetailList.items && out->GroupDetailList.items && out->RoleDetailList.items &&
                   out->Policies.items
               ? 0
               : -ENOMEM;
}

int iam_get_account_authorization_details(
    struct awi_req *req,
    const struct iam_GetAccountAuthorizationDetailsRequest *in,
    struct iam_GetAccountAuthorizationDetailsResponse *out)
{
    struct details d = {.req = req, .in = in, .out = out};
    struct iam_page page;
    uint64_t first = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    if (r == 0 && awi_str_is_set(page.from) && awi_str_to_u64(page.from, &first)) {
        return iam_invalid(req, "Invalid Marker: it belongs to another list");
    }
    d.first = (size_t)first;
    d.max = page.max;
    r = r ? r : make_room(&d);
    r = r || !is_wanted(&d, "User") ? r : walk(&d, AWI_USER_TABLE, take_user);
    r = r || !is_wanted(&d, "Group") ? r : walk(&d, AWI_GROUP_TABLE, take_group);
    r = r || !is_wanted(&d, "Role") ? r : walk(&d, AWI_ROLE_TABLE, take_role);
    r = r || !is_wanted(&d, "LocalManagedPolicy") ? r : walk(&d, AWI_POLICY_TABLE, take_policy);
    r = r || !is_wanted(&d, "AWSManagedPolicy") ? r : walk_aws(&d);
    if (r == 0 && d.at > d.first + d.max) {
        struct awi_str next = awi_arena_printf(awi_arena(req), "%zu", d.first + d.max);
        page.next = next.ptr ? awi_base64(awi_arena(req), next) : next;
        r = page.next.ptr ? 0 : -ENOMEM;
    }
    IAM_PAGE_END(out, &page);
    return r;
}
