/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instance profiles: a name by which machines get one role.
 */
#include "services/iam/iam.h"

#include <errno.h>

static int show(struct awi_req *req,
                const struct core_InstanceProfileRecord *record,
                struct iam_InstanceProfile *ret)
{
    struct iam_entity role;
    int r = 0;

    *ret = (struct iam_InstanceProfile){
        .Path = record->Path,
        .InstanceProfileName = record->Name,
        .InstanceProfileId = record->Id,
        .Arn = record->Arn,
        .CreateDate = record->Created,
    };
    ret->Roles.set = true;
    if (record->RoleName.len) {
        ret->Roles.items = awi_arena_new(awi_arena(req), struct iam_Role);
        r = ret->Roles.items ? iam_entity_open(req, IAM_ROLE, record->RoleName, &role) : -ENOMEM;
        r = r ? r : iam_role_show(req, &role.role, false, ret->Roles.items);
        ret->Roles.n = 1;
    }
    return r ? r : iam_tags_show(req, &record->Tags, &ret->Tags);
}

static int answer(struct awi_req *req,
                  const struct core_InstanceProfileRecord *record,
                  struct iam_InstanceProfile **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct iam_InstanceProfile);
    return *ret ? show(req, record, *ret) : -ENOMEM;
}

int iam_create_instance_profile(struct awi_req *req,
                                const struct iam_CreateInstanceProfileRequest *in,
                                struct iam_CreateInstanceProfileResponse *out)
{
    struct core_InstanceProfileRecord record = {
        .Name = in->InstanceProfileName,
        .Id = iam_unique_id(req, "AIPA"),
        .Path = iam_path(in->Path),
        .Arn = iam_arn(req, "instance-profile", iam_path(in->Path), in->InstanceProfileName),
        .Created = iam_now(req),
    };
    int r = record.Id.ptr && record.Arn.ptr ? 0 : -ENOMEM;

    r = r ? r : iam_tags_take(req, &in->Tags, &record.Tags);
    r = r ? r : iam_record_insert(req, IAM_TAGGED_PROFILE, record.Name, &record);
    if (r == -EEXIST) {
        return iam_exists(req, "Instance Profile %.*s already exists.", AWI_STR_FMT(record.Name));
    }
    r = r ? r : iam_quota_take(req, AWI_PROFILE_TABLE);
    return r ? r : answer(req, &record, &out->InstanceProfile);
}

int iam_get_instance_profile(struct awi_req *req,
                             const struct iam_GetInstanceProfileRequest *in,
                             struct iam_GetInstanceProfileResponse *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_PROFILE, in->InstanceProfileName, &record);

    return r ? r : answer(req, record.value, &out->InstanceProfile);
}

int iam_delete_instance_profile(struct awi_req *req,
                                const struct iam_DeleteInstanceProfileRequest *in,
                                void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_PROFILE, in->InstanceProfileName, &record);

    if (r) {
        return r;
    }
    if (((struct core_InstanceProfileRecord *)record.value)->RoleName.len) {
        return iam_conflict(req,
                            "Cannot delete entity, must remove roles from instance profile first.");
    }
    r = iam_record_delete(req, &record);
    return r ? r : iam_quota_give(req, AWI_PROFILE_TABLE);
}

/* A profile, and a role to put into it or to take out of it. */
static int open_with_role(struct awi_req *req,
                          struct awi_str name,
                          struct awi_str role_name,
                          struct iam_record *ret,
                          struct iam_entity *ret_role)
{
    int r = iam_record_open(req, IAM_TAGGED_PROFILE, name, ret);

    return r ? r : iam_entity_open(req, IAM_ROLE, role_name, ret_role);
}

int iam_add_role_to_instance_profile(struct awi_req *req,
                                     const struct iam_AddRoleToInstanceProfileRequest *in,
                                     void *out)
{
    struct iam_record record;
    struct iam_entity role;
    int r = open_with_role(req, in->InstanceProfileName, in->RoleName, &record, &role);

    if (r) {
        return r;
    }
    struct core_InstanceProfileRecord *profile = record.value;
    if (profile->RoleName.len) {
        return iam_limit(req, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    }
    profile->RoleName = role.name;
    return iam_record_save(req, &record);
}

int iam_remove_role_from_instance_profile(struct awi_req *req,
                                          const struct iam_RemoveRoleFromInstanceProfileRequest *in,
                                          void *out)
{
    struct iam_record record;
    struct iam_entity role;
    int r = open_with_role(req, in->InstanceProfileName, in->RoleName, &record, &role);

    if (r) {
        return r;
    }
    struct core_InstanceProfileRecord *profile = record.value;
    if (!awi_str_eq(profile->RoleName, role.name)) {
        return iam_missing(
            req, "The role with name %.*s cannot be found.", AWI_STR_FMT(in->RoleName));
    }
    profile->RoleName = AWI_STR("");
    return iam_record_save(req, &record);
}

/* --- Listing ---------------------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    struct awi_str prefix; /* of paths */
    struct awi_str role;   /* absent: any */
    struct iam_InstanceProfile *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_InstanceProfileRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &core_InstanceProfileRecord_shape, &record);

    if (r) {
        return r;
    }
    if (!awi_str_starts(record.Path, l->prefix) ||
        (awi_str_is_set(l->role) && !awi_str_eq(l->role, record.RoleName))) {
        return IAM_SKIPPED;
    }
    r = show(l->req, &record, &l->items[l->n]);
    /* Listings leave tags out. */
    l->items[l->n].Tags.set = false;
    l->n += r == 0;
    return r;
}

static int list(struct listing *l,
                struct awi_str marker,
                struct awi_opt_i32 max,
                struct iam_page *page,
                struct iam_instanceProfileListType *ret)
{
    struct awi_scope scope = iam_core_scope(l->req);
    int r = iam_page_begin(l->req, marker, max, page);

    l->items = awi_arena_array(awi_arena(l->req), struct iam_InstanceProfile, page->max);
    r = r ? r : l->items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(l->req, &scope, AWI_PROFILE_TABLE, AWI_STR(""), page, take, l);
    *ret = (struct iam_instanceProfileListType){.items = l->items, .n = l->n, .set = true};
    return r;
}

int iam_list_instance_profiles(struct awi_req *req,
                               const struct iam_ListInstanceProfilesRequest *in,
                               struct iam_ListInstanceProfilesResponse *out)
{
    struct listing l = {.req = req, .prefix = iam_path(in->PathPrefix)};
    struct iam_page page;
    int r = list(&l, in->Marker, in->MaxItems, &page, &out->InstanceProfiles);

    IAM_PAGE_END(out, &page);
    return r;
}

int iam_list_instance_profiles_for_role(struct awi_req *req,
                                        const struct iam_ListInstanceProfilesForRoleRequest *in,
                                        struct iam_ListInstanceProfilesForRoleResponse *out)
{
    struct iam_entity role;
    struct iam_page page = {.max = 0};
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &role);
    struct listing l = {.req = req, .prefix = AWI_STR("/"), .role = role.name};

    r = r ? r : list(&l, in->Marker, in->MaxItems, &page, &out->InstanceProfiles);
    IAM_PAGE_END(out, &page);
    return r;
}
