/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of managed policies, and who has a policy.
 */
#include "services/iam/policy.h"

#include <errno.h>

static struct core_PolicyVersion *find(struct core_ManagedPolicyRecord *record, struct awi_str id)
{
    for (size_t i = 0; i < record->Versions.n; i++) {
        if (awi_str_eq(record->Versions.items[i].VersionId, id)) {
            return &record->Versions.items[i];
        }
    }
    return NULL;
}

static int no_such(struct awi_req *req, struct awi_str arn, struct awi_str id)
{
    return iam_missing(req,
                       "Policy %.*s version %.*s does not exist or is not attachable.",
                       AWI_STR_FMT(arn),
                       AWI_STR_FMT(id));
}

static void show(const struct core_ManagedPolicyRecord *record,
                 const struct core_PolicyVersion *version,
                 struct iam_PolicyVersion *ret)
{
    *ret = (struct iam_PolicyVersion){
        .VersionId = version->VersionId,
        .IsDefaultVersion = AWI_SOME_BOOL(awi_str_eq(version->VersionId, record->DefaultVersionId)),
        .CreateDate = version->Created,
    };
}

/* A version more, with the newest first as they are listed. */
static int
add(struct awi_req *req, struct core_ManagedPolicyRecord *record, struct awi_str document)
{
    struct core_PolicyVersions *versions = &record->Versions;
    struct core_PolicyVersion *items =
        awi_arena_array(awi_arena(req), struct core_PolicyVersion, versions->n + 1);
    int32_t number = record->NextVersion.v;

    if (!items) {
        return -ENOMEM;
    }
    memcpy(items + 1, versions->items, versions->n * sizeof(*items));
    items[0].VersionId = awi_arena_printf(awi_arena(req), "v%d", (int)number);
    items[0].Document = document;
    items[0].Created = iam_now(req);
    versions->items = items;
    versions->n++;
    record->NextVersion = AWI_SOME_I32(number + 1);
    return items[0].VersionId.ptr ? 0 : -ENOMEM;
}

int iam_create_policy_version(struct awi_req *req,
                              const struct iam_CreatePolicyVersionRequest *in,
                              struct iam_CreatePolicyVersionResponse *out)
{
    struct core_ManagedPolicyRecord record;
    int r = iam_policy_open_own(req, in->PolicyArn, &record);

    r = r ? r : iam_policy_check_document(req, in->PolicyDocument);
    if (r == 0 && record.Versions.n >= IAM_MOST_VERSIONS) {
        return iam_limit(req,
                         "A managed policy can have up to %d versions. Before you create a new "
                         "version, you must delete an existing version.",
                         IAM_MOST_VERSIONS);
    }
    r = r ? r : add(req, &record, in->PolicyDocument);
    out->PolicyVersion = awi_arena_new(awi_arena(req), struct iam_PolicyVersion);
    if (r || !out->PolicyVersion) {
        return r ? r : -ENOMEM;
    }
    if (in->SetAsDefault.v) {
        record.DefaultVersionId = record.Versions.items[0].VersionId;
        record.Updated = iam_now(req);
    }
    show(&record, &record.Versions.items[0], out->PolicyVersion);
    return iam_policy_put(req, &record);
}

int iam_get_policy_version(struct awi_req *req,
                           const struct iam_GetPolicyVersionRequest *in,
                           struct iam_GetPolicyVersionResponse *out)
{
    struct core_ManagedPolicyRecord record;
    int r = iam_policy_open(req, in->PolicyArn, &record);

    if (r) {
        return r;
    }
    struct core_PolicyVersion *version = find(&record, in->VersionId);
    if (!version) {
        return no_such(req, in->PolicyArn, in->VersionId);
    }
    out->PolicyVersion = awi_arena_new(awi_arena(req), struct iam_PolicyVersion);
    if (!out->PolicyVersion) {
        return -ENOMEM;
    }
    show(&record, version, out->PolicyVersion);
    out->PolicyVersion->Document = iam_url(req, version->Document);
    return out->PolicyVersion->Document.ptr ? 0 : -ENOMEM;
}

int iam_list_policy_versions(struct awi_req *req,
                             const struct iam_ListPolicyVersionsRequest *in,
                             struct iam_ListPolicyVersionsResponse *out)
{
    struct core_ManagedPolicyRecord record;
    struct iam_page page;
    size_t first = 0, count = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r : iam_policy_open(req, in->PolicyArn, &record);
    r = r ? r : iam_page_slice(req, &page, record.Versions.n, &first, &count);
    out->Versions.items = awi_arena_array(awi_arena(req), struct iam_PolicyVersion, count);
    r = r ? r : out->Versions.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        show(&record, &record.Versions.items[first + i], &out->Versions.items[i]);
    }
    out->Versions.n = count;
    out->Versions.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}

int iam_set_default_policy_version(struct awi_req *req,
                                   const struct iam_SetDefaultPolicyVersionRequest *in,
                                   void *out)
{
    struct core_ManagedPolicyRecord record;
    int r = iam_policy_open_own(req, in->PolicyArn, &record);

    if (r) {
        return r;
    }
    if (!find(&record, in->VersionId)) {
        return no_such(req, in->PolicyArn, in->VersionId);
    }
    record.DefaultVersionId = in->VersionId;
    record.Updated = iam_now(req);
    return iam_policy_put(req, &record);
}

int iam_delete_policy_version(struct awi_req *req,
                              const struct iam_DeletePolicyVersionRequest *in,
                              void *out)
{
    struct core_ManagedPolicyRecord record;
    int r = iam_policy_open_own(req, in->PolicyArn, &record);

    if (r) {
        return r;
    }
    struct core_PolicyVersion *version = find(&record, in->VersionId);
    if (!version) {
        return no_such(req, in->PolicyArn, in->VersionId);
    }
    if (awi_str_eq(in->VersionId, record.DefaultVersionId)) {
        return iam_conflict(req, "Cannot delete the default version of a policy.");
    }
    size_t at = (size_t)(version - record.Versions.items);
    record.Versions.n--;
    memmove(version, version + 1, (record.Versions.n - at) * sizeof(*version));
    record.Updated = iam_now(req);
    return iam_policy_put(req, &record);
}

/* --- Who has it ------------------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    const struct iam_ListEntitiesForPolicyRequest *in;
    struct iam_ListEntitiesForPolicyResponse *out;
};

static bool is_wanted(const struct listing *l, struct awi_str kind, struct awi_str usage)
{
    struct awi_str filter = l->in->EntityFilter, by_usage = l->in->PolicyUsageFilter;
    bool boundary = awi_str_is(usage, IAM_USE_BOUNDARY);

    if (awi_str_is_set(filter) && !awi_str_eq(filter, kind) &&
        !awi_str_is(filter, "LocalManagedPolicy") && !awi_str_is(filter, "AWSManagedPolicy")) {
        return false;
    }
    return !awi_str_is_set(by_usage) ||
           awi_str_is(by_usage, boundary ? "PermissionsBoundary" : "PermissionsPolicy");
}

static int take_entity(struct listing *l, enum iam_kind kind, struct awi_str name)
{
    struct iam_ListEntitiesForPolicyResponse *out = l->out;
    struct iam_entity e;
    int r = iam_entity_open(l->req, kind, name, &e);

    if (r) {
        return r;
    }
    if (!awi_str_starts(e.path, iam_path(l->in->PathPrefix))) {
        return IAM_SKIPPED;
    }
    if (kind == IAM_ROLE) {
        out->PolicyRoles.items[out->PolicyRoles.n++] =
            (struct iam_PolicyRole){.RoleName = e.name, .RoleId = e.role.RoleId};
    } else if (kind == IAM_USER) {
        out->PolicyUsers.items[out->PolicyUsers.n++] =
            (struct iam_PolicyUser){.UserName = e.name, .UserId = e.user.UserId};
    } else {
        out->PolicyGroups.items[out->PolicyGroups.n++] =
            (struct iam_PolicyGroup){.GroupName = e.name, .GroupId = e.group.GroupId};
    }
    return IAM_TAKEN;
}

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct awi_arena *arena = awi_arena(l->req);
    struct awi_str kind = awi_key_part(arena, key, 1), usage = awi_key_part(arena, key, 2);
    struct awi_str name = awi_key_part(arena, key, 3);

    if (!kind.ptr || !usage.ptr || !name.ptr) {
        return -ENOMEM;
    }
    if (!is_wanted(l, kind, usage)) {
        return IAM_SKIPPED;
    }
    return take_entity(l,
                       awi_str_is(kind, "Role")   ? IAM_ROLE
                       : awi_str_is(kind, "User") ? IAM_USER
                                                  : IAM_GROUP,
                       name);
}

int iam_list_entities_for_policy(struct awi_req *req,
                                 const struct iam_ListEntitiesForPolicyRequest *in,
                                 struct iam_ListEntitiesForPolicyResponse *out)
{
    struct listing l = {.req = req, .in = in, .out = out};
    struct awi_scope scope = awi_scope(req);
    struct core_ManagedPolicyRecord record;
    struct awi_str prefix = AWI_KEY(awi_arena(req), in->PolicyArn);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r : iam_policy_open(req, in->PolicyArn, &record);
    out->PolicyRoles.items = awi_arena_array(awi_arena(req), struct iam_PolicyRole, page.max);
    out->PolicyUsers.items = awi_arena_array(awi_arena(req), struct iam_PolicyUser, page.max);
    out->PolicyGroups.items = awi_arena_array(awi_arena(req), struct iam_PolicyGroup, page.max);
    if (!prefix.ptr || !out->PolicyRoles.items || !out->PolicyUsers.items ||
        !out->PolicyGroups.items) {
        return -ENOMEM;
    }
    out->PolicyRoles.set = out->PolicyUsers.set = out->PolicyGroups.set = true;
    r = r ? r : iam_page_walk(req, &scope, IAM_USE_TABLE, prefix, &page, take, &l);
    IAM_PAGE_END(out, &page);
    return r;
}
