/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What roles, users and groups have in common: a name, a path, policies.
 */
#include "services/iam/iam.h"

#include <errno.h>

const char *const iam_kind_words[IAM_KINDS] = {"role", "user", "group"};
const char *const iam_kind_titles[IAM_KINDS] = {"Role", "User", "Group"};

static int open_role(struct awi_req *req, struct awi_str name, struct iam_entity *e)
{
    int r = awi_role_get(awi_request_txn(req), awi_arena(req), awi_account(req), name, &e->role);

    e->name = e->role.RoleName;
    e->arn = e->role.Arn;
    e->path = e->role.Path;
    e->inlined = &e->role.InlinePolicies;
    e->attached = &e->role.AttachedPolicies;
    e->boundary = &e->role.PermissionsBoundary;
    e->tags = &e->role.Tags;
    return r;
}

static int open_user(struct awi_req *req, struct awi_str name, struct iam_entity *e)
{
    int r = awi_user_get(awi_request_txn(req), awi_arena(req), awi_account(req), name, &e->user);

    e->name = e->user.UserName;
    e->arn = e->user.Arn;
    e->path = e->user.Path;
    e->inlined = &e->user.InlinePolicies;
    e->attached = &e->user.AttachedPolicies;
    e->boundary = &e->user.PermissionsBoundary;
    e->tags = &e->user.Tags;
    return r;
}

static int open_group(struct awi_req *req, struct awi_str name, struct iam_entity *e)
{
    int r = awi_group_get(awi_request_txn(req), awi_arena(req), awi_account(req), name, &e->group);

    e->name = e->group.GroupName;
    e->arn = e->group.Arn;
    e->path = e->group.Path;
    e->inlined = &e->group.InlinePolicies;
    e->attached = &e->group.AttachedPolicies;
    return r;
}

int iam_entity_find(struct awi_req *req,
                    enum iam_kind kind,
                    struct awi_str name,
                    struct iam_entity *e)
{
    memset(e, 0, sizeof(*e));
    e->kind = kind;
    return kind == IAM_ROLE   ? open_role(req, name, e)
           : kind == IAM_USER ? open_user(req, name, e)
                              : open_group(req, name, e);
}

int iam_entity_open(struct awi_req *req,
                    enum iam_kind kind,
                    struct awi_str name,
                    struct iam_entity *ret)
{
    int r = iam_entity_find(req, kind, name, ret);

    return r != -ENOENT ? r
                        : iam_missing(req,
                                      "The %s with name %.*s cannot be found.",
                                      iam_kind_words[kind],
                                      AWI_STR_FMT(name));
}

int iam_entity_save(struct awi_req *req, const struct iam_entity *entity)
{
    struct awi_txn *txn = awi_request_txn(req);
    struct awi_str account = awi_account(req);

    return entity->kind == IAM_ROLE   ? awi_role_put(txn, awi_arena(req), account, &entity->role)
           : entity->kind == IAM_USER ? awi_user_put(txn, awi_arena(req), account, &entity->user)
                                      : awi_group_put(txn, awi_arena(req), account, &entity->group);
}

int iam_entity_check_free(struct awi_req *req, enum iam_kind kind, struct awi_str name)
{
    struct iam_entity *held = awi_arena_new(awi_arena(req), struct iam_entity);
    int r = held ? iam_entity_find(req, kind, name, held) : -ENOMEM;

    if (r == 0) {
        return iam_exists(
            req, "%s with name %.*s already exists.", iam_kind_titles[kind], AWI_STR_FMT(name));
    }
    return r == -ENOENT ? 0 : r;
}

int iam_entity_check_unlinked(struct awi_req *req, const struct iam_entity *entity)
{
    if (entity->kind == IAM_ROLE && awi_str_starts(entity->path, AWI_STR("/aws-service-role/"))) {
        return awi_fail(req,
                        &iam_UnmodifiableEntityException_error,
                        "Cannot perform the operation on the protected role '%.*s' - this role is "
                        "only modifiable by AWS",
                        AWI_STR_FMT(entity->name));
    }
    return 0;
}

int iam_entity_check_bare(struct awi_req *req, const struct iam_entity *entity)
{
    if (entity->attached->n) {
        return iam_conflict(req, "Cannot delete entity, must detach all policies first.");
    }
    if (entity->inlined->n) {
        return iam_conflict(req, "Cannot delete entity, must delete policies first.");
    }
    return 0;
}
