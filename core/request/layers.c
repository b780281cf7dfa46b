/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/layers.h"

#include "core/core.h"
#include "core/identity/managed.h"
#include "core/identity/organization.h"
#include "core/identity/principal.h"
#include "core/identity/session.h"
#include "core/request/caller.h"
#include "core/request/req.h"

#include "gen/core.h"

#include <errno.h>

/* Sessions of roles that were never created act as administrators of their account. */
static const char administrator[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
                                    "\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

static int hold(struct awi_layers *l, struct awi_policy_held *held)
{
    if (l->n_held == l->room_held) {
        size_t room = l->room_held ? l->room_held * 2 : 16;
        struct awi_policy_held **more =
            awi_arena_array(l->req->arena, struct awi_policy_held *, room);
        if (!more) {
            return -ENOMEM;
        }
        if (l->n_held) {
            memcpy(more, l->held, l->n_held * sizeof(*more));
        }
        l->held = more;
        l->room_held = room;
    }
    l->held[l->n_held++] = held;
    return 0;
}

/* A document that cannot be compiled allows nothing and denies nothing: it is left out. 1: so. */
static int compile(struct awi_layers *l,
                   struct awi_str id,
                   struct awi_str arn,
                   struct awi_str text,
                   struct awi_policy_ref *ret)
{
    struct awi_policy_cache *cache = awi_core_policies(l->req->core);
    struct awi_policy_error error;
    struct awi_policy_held *held;

    *ret = (struct awi_policy_ref){.id = id, .arn = arn, .text = text};
    int r = cache ? awi_policy_cache_get(cache, text, &ret->policy, &held, &error) : -ENOMEM;
    if (r == -ENOMEM) {
        return r;
    }
    if (r < 0) {
        return 1;
    }
    r = hold(l, held);
    if (r < 0) {
        awi_policy_cache_let_go(cache, held);
    }
    return r;
}

/* Adds to a set that has room. */
static int add(struct awi_layers *l,
               struct awi_policy_set *set,
               struct awi_str id,
               struct awi_str arn,
               struct awi_str text)
{
    struct awi_policy_ref *items = (struct awi_policy_ref *)(uintptr_t)set->items;
    int r = compile(l, id, arn, text, &items[set->n]);

    set->n += r == 0;
    return r < 0 ? r : 0;
}

static int room(struct awi_layers *l, struct awi_policy_set *set, size_t more)
{
    struct awi_policy_ref *items =
        awi_arena_array(l->req->arena, struct awi_policy_ref, set->n + more);

    if (!items) {
        return -ENOMEM;
    }
    if (set->n) {
        memcpy(items, set->items, set->n * sizeof(*items));
    }
    set->items = items;
    return 0;
}

static int add_managed(struct awi_layers *l, struct awi_policy_set *set, struct awi_str arn)
{
    struct awi_str text;
    int r = awi_managed_document(l->req->txn, l->req->arena, arn, &text);

    return r == -ENOENT ? 0 : r < 0 ? r : add(l, set, arn, arn, text);
}

static int add_all(struct awi_layers *l,
                   struct awi_policy_set *set,
                   const struct core_NamedPolicies *inlined,
                   const struct core_Texts *attached)
{
    int r = room(l, set, inlined->n + attached->n);

    for (size_t i = 0; r == 0 && i < inlined->n; i++) {
        r = add(l, set, inlined->items[i].Name, AWI_STR_NULL, inlined->items[i].Document);
    }
    for (size_t i = 0; r == 0 && i < attached->n; i++) {
        r = add_managed(l, set, attached->items[i]);
    }
    return r;
}

static int set_boundary(struct awi_layers *l, struct awi_str arn)
{
    struct awi_policy_set set = {0};

    if (arn.len == 0) {
        return 0;
    }
    int r = room(l, &set, 1);
    if (r == 0) {
        r = add_managed(l, &set, arn);
    }
    /* A boundary whose policy is gone bounds everything away. */
    if (r == 0 && set.n == 0) {
        r = add(l, &set, arn, arn, AWI_STR("{\"Statement\":[]}"));
    }
    if (r == 0 && set.n) {
        l->layers.boundary = &set.items[0];
    }
    return r;
}

static int of_user(struct awi_layers *l, struct awi_str account, struct awi_str name)
{
    struct core_UserRecord *user = awi_arena_new(l->req->arena, struct core_UserRecord);
    struct awi_txn *txn = l->req->txn;
    struct awi_arena *arena = l->req->arena;

    int r = user ? awi_user_get(txn, arena, account, name, user) : -ENOMEM;
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    l->tags = user->Tags.items;
    l->n_tags = user->Tags.n;
    r = add_all(l, &l->layers.identity, &user->InlinePolicies, &user->AttachedPolicies);
    for (size_t i = 0; r == 0 && i < user->Groups.n; i++) {
        struct core_GroupRecord group;
        r = awi_group_get(txn, arena, account, user->Groups.items[i], &group);
        if (r == 0) {
            r = add_all(l, &l->layers.identity, &group.InlinePolicies, &group.AttachedPolicies);
        } else if (r == -ENOENT) {
            r = 0;
        }
    }
    return r < 0 ? r : set_boundary(l, user->PermissionsBoundary);
}

static int of_role(struct awi_layers *l, const struct awi_principal *who)
{
    struct core_RoleRecord *role = awi_arena_new(l->req->arena, struct core_RoleRecord);
    const struct core_SessionRecord *session = who->session;

    if (session && session->Administrator.v) {
        int r = room(l, &l->layers.identity, 1);
        return r < 0 ? r
                     : add(l,
                           &l->layers.identity,
                           AWI_STR("awsintercept: a role that was never created"),
                           AWI_STR_NULL,
                           awi_str_of(administrator, sizeof(administrator) - 1));
    }
    int r =
        role ? awi_role_get(l->req->txn, l->req->arena, who->account, who->name, role) : -ENOMEM;
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    l->tags = role->Tags.items;
    l->n_tags = role->Tags.n;
    r = add_all(l, &l->layers.identity, &role->InlinePolicies, &role->AttachedPolicies);
    return r < 0 ? r : set_boundary(l, role->PermissionsBoundary);
}

/* A document that cannot be read allows nothing: it is never saved. */
static int set_delegated(struct awi_layers *l, struct awi_str text)
{
    struct awi_policy_set set = {0};
    int r = room(l, &set, 1);

    r = r ? r : add(l, &set, AWI_STR("delegation request"), AWI_STR_NULL, text);
    l->layers.delegated = r == 0 && set.n ? &set.items[0] : NULL;
    return r || set.n ? r : -EBADMSG;
}

static int of_session(struct awi_layers *l, const struct core_SessionRecord *session)
{
    struct awi_policy_set *set = &l->layers.session;

    l->session_tags = session->Tags.items;
    l->n_session_tags = session->Tags.n;
    l->layers.session_binds =
        awi_str_is(session->Kind, AWI_SESSION_TASK) || awi_str_is_set(session->Delegated);
    l->layers.session_passed = awi_str_is_set(session->Policy) || session->PolicyArns.n > 0;
    int r = room(l, set, session->PolicyArns.n + 1);
    if (r == 0 && awi_str_is_set(session->Policy)) {
        r = add(l, set, AWI_STR("session policy"), AWI_STR_NULL, session->Policy);
    }
    for (size_t i = 0; r == 0 && i < session->PolicyArns.n; i++) {
        r = add_managed(l, set, session->PolicyArns.items[i]);
    }
    return r || !awi_str_is_set(session->Delegated) ? r : set_delegated(l, session->Delegated);
}

/* The levels of an account's path for one type of policy; none where the type is not enabled and
 * for the management account, which neither SCPs nor RCPs bind (identity.md 3.1, 3.2). */
static int levels(struct awi_layers *l,
                  const struct core_OrganizationRecord *organization,
                  struct awi_str account,
                  const char *type,
                  const struct awi_policy_level **ret,
                  size_t *ret_n)
{
    struct awi_directory dir = awi_request_directory(l->req);
    struct awi_organization_level *path;
    size_t n = 0;

    if (!awi_organization_enabled(organization, type) ||
        awi_str_eq(account, organization->ManagementAccount)) {
        return 0;
    }
    int r = awi_organization_path(&dir, organization, account, type, &path, &n);
    struct awi_policy_level *out =
        r == 0 ? awi_arena_array(l->req->arena, struct awi_policy_level, n) : NULL;
    if (r < 0 || !out) {
        return r < 0 ? r : -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        out[i].target = path[i].target;
        r = room(l, &out[i].policies, path[i].n);
        for (size_t k = 0; r == 0 && k < path[i].n; k++) {
            const struct core_OrganizationPolicyRecord *policy = &path[i].policies[k];
            struct awi_str arn = awi_organization_policy_arn(l->req->arena, organization, policy);
            r = add(l, &out[i].policies, policy->Id, arn, policy->Content);
        }
        if (r < 0) {
            return r;
        }
    }
    *ret = out;
    *ret_n = n;
    return 0;
}

/* The organization of an account: the caller's is read once. *ret NULL: none. */
static int organization_of(struct awi_layers *l,
                           struct awi_str account,
                           const struct core_OrganizationRecord **ret)
{
    struct awi_directory dir = awi_request_directory(l->req);
    bool own = awi_str_is_set(l->caller.account) && awi_str_eq(account, l->caller.account);
    struct core_OrganizationRecord *record;

    if (own && l->caller_asked) {
        *ret = l->caller_record;
        return 0;
    }
    record = awi_arena_new(l->req->arena, struct core_OrganizationRecord);
    int r = record ? awi_organization_of(&dir, account, record) : -ENOMEM;
    *ret = r == 0 ? record : NULL;
    if (own && (r == 0 || r == -ENOENT)) {
        l->caller_asked = true;
        l->caller_record = *ret;
    }
    return r == -ENOENT ? 0 : r;
}

static int of_organization(struct awi_layers *l, struct awi_str account)
{
    struct awi_directory dir = awi_request_directory(l->req);
    const struct core_OrganizationRecord *organization;
    int r = organization_of(l, account, &organization);

    if (r < 0 || !organization) {
        return r;
    }
    l->caller_organization = organization->Id;
    r = awi_organization_path_text(&dir, organization, account, &l->caller_path);
    return r < 0 ? r : levels(l, organization, account, AWI_SCP, &l->layers.scp, &l->layers.n_scp);
}

/* Who federated is the user of the issuer's ARN; the root user has no policies. */
static int of_federated(struct awi_layers *l, const struct awi_principal *who)
{
    struct awi_iam_arn parts;

    if (awi_iam_arn_parse(who->issuer_arn, &parts) < 0 || !awi_str_is(parts.kind, "user")) {
        int r = room(l, &l->layers.identity, 1);
        return r < 0 ? r
                     : add(l,
                           &l->layers.identity,
                           AWI_STR("the root user"),
                           AWI_STR_NULL,
                           awi_str_of(administrator, sizeof(administrator) - 1));
    }
    return of_user(l, who->account, parts.name);
}

int awi_layers_begin(struct awi_req *req, struct awi_layers *ret)
{
    const struct awi_principal *who = &req->identity.principal;
    int r = 0;

    *ret = (struct awi_layers){.req = req};
    awi_caller_begin(who, &ret->caller);
    switch (who->type) {
    case AWI_PRINCIPAL_USER:
        r = of_user(ret, who->account, who->name);
        break;
    case AWI_PRINCIPAL_ROLE:
        r = of_role(ret, who);
        break;
    case AWI_PRINCIPAL_FEDERATED:
        r = of_federated(ret, who);
        break;
    case AWI_PRINCIPAL_ROOT:
    case AWI_PRINCIPAL_ANONYMOUS:
    case AWI_PRINCIPAL_SERVICE:
        break;
    }
    if (r == 0 && who->session) {
        r = of_session(ret, who->session);
    }
    if (r == 0 && awi_str_is_set(ret->caller.account)) {
        r = of_organization(ret, ret->caller.account);
    }
    return r;
}

int awi_layers_resource(struct awi_layers *l, const struct awi_access *access)
{
    struct awi_str owner = awi_str_is_set(access->owner) ? access->owner : awi_account(l->req);
    struct awi_directory dir = awi_request_directory(l->req);
    const struct core_OrganizationRecord *organization;
    int r = 0;

    l->layers.resource = NULL;
    l->layers.n_rcp = 0;
    l->layers.owner = owner;
    l->layers.kind = awi_policy_kind_of(access->action, access->resource);
    l->owner_organization = l->owner_path = AWI_STR_NULL;
    if (awi_str_is_set(access->policy)) {
        struct awi_policy_ref *ref = awi_arena_new(l->req->arena, struct awi_policy_ref);
        r = ref ? compile(l, access->resource, AWI_STR_NULL, access->policy, ref) : -ENOMEM;
        if (r < 0) {
            return r;
        }
        l->layers.resource = r == 0 ? ref : NULL;
        r = awi_caller_know(l->req->arena, access->policy, &l->caller);
        if (r < 0) {
            return r;
        }
    }
    r = organization_of(l, owner, &organization);
    if (r < 0 || !organization) {
        return r;
    }
    l->owner_organization = organization->Id;
    r = awi_organization_path_text(&dir, organization, owner, &l->owner_path);
    return r < 0 ? r : levels(l, organization, owner, AWI_RCP, &l->layers.rcp, &l->layers.n_rcp);
}

void awi_layers_end(struct awi_layers *l)
{
    for (size_t i = 0; i < l->n_held; i++) {
        awi_policy_cache_let_go(awi_core_policies(l->req->core), l->held[i]);
    }
    l->n_held = 0;
}
