/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed policies on roles, users and groups: Attach, Detach, ListAttached; permissions
 * boundaries; and the table of who uses a policy.
 */
#include "services/iam/iam.h"

#include "core/identity/managed.h"
#include "core/util/cleanup.h"

#include <errno.h>

/* --- Who uses a policy ------------------------------------------------------------------------ */

static struct awi_str use_key(struct awi_req *req,
                              struct awi_str policy,
                              enum iam_kind kind,
                              const char *usage,
                              struct awi_str name)
{
    return AWI_KEY(
        awi_arena(req), policy, awi_str_from(iam_kind_titles[kind]), awi_str_from(usage), name);
}

int iam_use_add(struct awi_req *req,
                struct awi_str policy,
                enum iam_kind kind,
                const char *usage,
                struct awi_str name)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str key = use_key(req, policy, kind, usage, name);

    return key.ptr ? awi_put(&scope, IAM_USE_TABLE, key, AWI_STR("")) : -ENOMEM;
}

int iam_use_remove(struct awi_req *req,
                   struct awi_str policy,
                   enum iam_kind kind,
                   const char *usage,
                   struct awi_str name)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str key = use_key(req, policy, kind, usage, name);
    int r = key.ptr ? awi_delete(&scope, IAM_USE_TABLE, key) : -ENOMEM;

    return r == -ENOENT ? 0 : r;
}

int iam_use_count(struct awi_req *req, struct awi_str policy, int32_t *attached, int32_t *boundary)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = awi_scope(req);
    struct awi_str prefix = AWI_KEY(awi_arena(req), policy), key, value;
    int r = prefix.ptr
                ? awi_cursor_open(&scope, IAM_USE_TABLE, prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    *attached = *boundary = 0;
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (awi_str_is(awi_key_part(awi_arena(req), key, 2), IAM_USE_POLICY)) {
            ++*attached;
        } else {
            ++*boundary;
        }
    }
    return r == -ENOENT ? 0 : r;
}

static int move_use(struct awi_req *req,
                    const struct iam_entity *e,
                    struct awi_str policy,
                    const char *usage,
                    struct awi_str to)
{
    int r = iam_use_remove(req, policy, e->kind, usage, e->name);

    return r || !awi_str_is_set(to) ? r : iam_use_add(req, policy, e->kind, usage, to);
}

int iam_use_move(struct awi_req *req, const struct iam_entity *entity, struct awi_str to)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < entity->attached->n; i++) {
        r = move_use(req, entity, entity->attached->items[i], IAM_USE_POLICY, to);
    }
    if (r == 0 && entity->boundary && entity->boundary->len) {
        r = move_use(req, entity, *entity->boundary, IAM_USE_BOUNDARY, to);
    }
    return r;
}

struct awi_str iam_policy_name(struct awi_str arn)
{
    return awi_str_skip(arn, (size_t)(awi_str_rfind(arn, '/') + 1));
}

int iam_policy_check(struct awi_req *req, struct awi_str arn)
{
    struct core_ManagedPolicyRecord record;
    int r = awi_aws_policy(arn) ? 0 : iam_policy_get(req, arn, &record);

    return r != -ENOENT ? r
                        : iam_missing(req,
                                      "Policy %.*s does not exist or is not attachable.",
                                      AWI_STR_FMT(arn));
}

/* --- Attached --------------------------------------------------------------------------------- */

static int attach(struct awi_req *req, enum iam_kind kind, struct awi_str name, struct awi_str arn)
{
    struct iam_entity e;
    int r = iam_entity_open(req, kind, name, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    r = r ? r : iam_policy_check(req, arn);
    if (r || iam_texts_has(e.attached, arn)) {
        return r;
    }
    if (e.attached->n >= IAM_MOST_ATTACHED) {
        return iam_limit(req,
                         "Cannot exceed quota for PoliciesPer%s: %d",
                         iam_kind_titles[kind],
                         IAM_MOST_ATTACHED);
    }
    r = iam_texts_add(req, e.attached, arn);
    r = r ? r : iam_use_add(req, arn, kind, IAM_USE_POLICY, e.name);
    return r ? r : iam_entity_save(req, &e);
}

static int detach(struct awi_req *req, enum iam_kind kind, struct awi_str name, struct awi_str arn)
{
    struct iam_entity e;
    int r = iam_entity_open(req, kind, name, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    if (r) {
        return r;
    }
    if (iam_texts_remove(e.attached, arn)) {
        return iam_missing(req, "Policy %.*s was not found.", AWI_STR_FMT(arn));
    }
    r = iam_use_remove(req, arn, kind, IAM_USE_POLICY, e.name);
    return r ? r : iam_entity_save(req, &e);
}

/* Is the policy of this ARN under the path? */
static bool is_under(struct awi_str arn, struct awi_str prefix)
{
    struct awi_str path = awi_str_skip(arn, (size_t)awi_str_find(arn, '/'));

    path = awi_str_head(path, (size_t)awi_str_rfind(path, '/') + 1);
    return awi_str_starts(path, prefix);
}

static int list(struct awi_req *req,
                enum iam_kind kind,
                struct awi_str name,
                struct awi_str prefix,
                struct iam_page *page,
                struct iam_attachedPoliciesListType *ret)
{
    struct iam_entity e;
    size_t first = 0, count = 0, n = 0;
    int r = iam_entity_open(req, kind, name, &e);

    if (r) {
        return r;
    }
    for (size_t i = 0; i < e.attached->n; i++) {
        if (is_under(e.attached->items[i], iam_path(prefix))) {
            e.attached->items[n++] = e.attached->items[i];
        }
    }
    r = iam_page_slice(req, page, n, &first, &count);
    if (r) {
        return r;
    }
    ret->items = awi_arena_array(awi_arena(req), struct iam_AttachedPolicy, count);
    for (size_t i = 0; ret->items && i < count; i++) {
        ret->items[i].PolicyArn = e.attached->items[first + i];
        ret->items[i].PolicyName = iam_policy_name(ret->items[i].PolicyArn);
    }
    ret->n = count;
    ret->set = true;
    return ret->items ? 0 : -ENOMEM;
}

#define DEFINE(noun, Noun, KIND)                                                                   \
    int iam_attach_##noun##_policy(                                                                \
        struct awi_req *req, const struct iam_Attach##Noun##PolicyRequest *in, void *out)          \
    {                                                                                              \
        return attach(req, KIND, in->Noun##Name, in->PolicyArn);                                   \
    }                                                                                              \
    int iam_detach_##noun##_policy(                                                                \
        struct awi_req *req, const struct iam_Detach##Noun##PolicyRequest *in, void *out)          \
    {                                                                                              \
        return detach(req, KIND, in->Noun##Name, in->PolicyArn);                                   \
    }                                                                                              \
    int iam_list_attached_##noun##_policies(                                                       \
        struct awi_req *req,                                                                       \
        const struct iam_ListAttached##Noun##PoliciesRequest *in,                                  \
        struct iam_ListAttached##Noun##PoliciesResponse *out)                                      \
    {                                                                                              \
        struct iam_page page;                                                                      \
        int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);                              \
        r = r ? r                                                                                  \
              : list(req, KIND, in->Noun##Name, in->PathPrefix, &page, &out->AttachedPolicies);    \
        IAM_PAGE_END(out, &page);                                                                  \
        return r;                                                                                  \
    }

DEFINE(role, Role, IAM_ROLE)
DEFINE(user, User, IAM_USER)
DEFINE(group, Group, IAM_GROUP)

/* --- Boundaries ------------------------------------------------------------------------------- */

int iam_boundary_set(struct awi_req *req, struct iam_entity *entity, struct awi_str arn)
{
    int r = awi_str_is_set(arn) ? iam_policy_check(req, arn) : 0;

    if (r == 0 && entity->boundary->len) {
        r = iam_use_remove(req, *entity->boundary, entity->kind, IAM_USE_BOUNDARY, entity->name);
    }
    if (r == 0 && awi_str_is_set(arn)) {
        r = iam_use_add(req, arn, entity->kind, IAM_USE_BOUNDARY, entity->name);
    }
    *entity->boundary = arn;
    return r;
}

int iam_boundary_show(struct awi_req *req,
                      struct awi_str arn,
                      struct iam_AttachedPermissionsBoundary **ret)
{
    if (arn.len == 0) {
        return 0;
    }
    *ret = awi_arena_new(awi_arena(req), struct iam_AttachedPermissionsBoundary);
    if (!*ret) {
        return -ENOMEM;
    }
    (*ret)->PermissionsBoundaryType = AWI_STR("Policy");
    (*ret)->PermissionsBoundaryArn = arn;
    return 0;
}

static int bound(struct awi_req *req, enum iam_kind kind, struct awi_str name, struct awi_str arn)
{
    struct iam_entity e;
    int r = iam_entity_open(req, kind, name, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    if (r == 0 && !awi_str_is_set(arn) && e.boundary->len == 0) {
        return iam_missing(req,
                           "%s %.*s does not have a permissions boundary.",
                           iam_kind_titles[kind],
                           AWI_STR_FMT(e.name));
    }
    r = r ? r : iam_boundary_set(req, &e, arn);
    return r ? r : iam_entity_save(req, &e);
}

#define DEFINE_BOUNDARY(noun, Noun, KIND)                                                          \
    int iam_put_##noun##_permissions_boundary(                                                     \
        struct awi_req *req,                                                                       \
        const struct iam_Put##Noun##PermissionsBoundaryRequest *in,                                \
        void *out)                                                                                 \
    {                                                                                              \
        return bound(req, KIND, in->Noun##Name, in->PermissionsBoundary);                          \
    }                                                                                              \
    int iam_delete_##noun##_permissions_boundary(                                                  \
        struct awi_req *req,                                                                       \
        const struct iam_Delete##Noun##PermissionsBoundaryRequest *in,                             \
        void *out)                                                                                 \
    {                                                                                              \
        return bound(req, KIND, in->Noun##Name, AWI_STR_NULL);                                     \
    }

DEFINE_BOUNDARY(role, Role, IAM_ROLE)
DEFINE_BOUNDARY(user, User, IAM_USER)
