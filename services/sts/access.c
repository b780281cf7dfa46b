/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of STS need permission for (identity.md 6.1, 6.3, 6.13, 6.15).
 */
#include "services/sts/sts.h"

#include <errno.h>

#define MOST_CONTEXT 200 /* fifty tags of the request, fifty of the role twice, and the rest */

struct context {
    struct awi_context_entry *items;
    size_t n;
    struct awi_arena *arena;
};

static void add(struct context *context, struct awi_str key, const struct awi_str *values, size_t n)
{
    if (n > 0 && values && awi_str_is_set(values[0]) && context->n < MOST_CONTEXT) {
        context->items[context->n++] =
            (struct awi_context_entry){.key = key, .values = values, .n = n};
    }
}

static int add_tags(struct context *context,
                    const struct sts_tagListType *tags,
                    const struct sts_tagKeyListType *transitive)
{
    struct awi_str *keys = awi_arena_array(context->arena, struct awi_str, tags->n);

    if (!keys) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < tags->n; i++) {
        keys[i] = tags->items[i].Key;
        struct awi_str name =
            awi_arena_printf(context->arena, "aws:RequestTag/%.*s", AWI_STR_FMT(keys[i]));
        if (!name.ptr) {
            return -ENOMEM;
        }
        add(context, name, &tags->items[i].Value, 1);
    }
    add(context, AWI_STR("aws:TagKeys"), keys, tags->n);
    if (tags->n) {
        context->items[context->n - 1].multivalued = true;
    }
    add(context, AWI_STR("sts:TransitiveTagKeys"), transitive->items, transitive->n);
    if (transitive->n) {
        context->items[context->n - 1].multivalued = true;
    }
    return 0;
}

static int assume_role_context(struct awi_req *req,
                               const struct sts_AssumeRoleRequest *in,
                               struct context *context)
{
    static const struct awi_str yes = AWI_STR_INIT("true"), now = AWI_STR_INIT("0");

    add(context, AWI_STR("sts:ExternalId"), &in->ExternalId, 1);
    add(context, AWI_STR("sts:RoleSessionName"), &in->RoleSessionName, 1);
    add(context, AWI_STR("sts:SourceIdentity"), &in->SourceIdentity, 1);
    if (awi_str_is_set(in->SerialNumber) && awi_str_is_set(in->TokenCode)) {
        add(context, AWI_STR("aws:MultiFactorAuthPresent"), &yes, 1);
        add(context, AWI_STR("aws:MultiFactorAuthAge"), &now, 1);
    }
    return add_tags(context, &in->Tags, &in->TransitiveTagKeys);
}

/* The role's own tags. */
static int add_resource_tags(struct context *context, const struct core_Tags *tags)
{
    static const char *const prefixes[] = {"aws", "iam"};

    for (size_t i = 0; i < tags->n * 2; i++) {
        const struct core_Tag *tag = &tags->items[i / 2];
        struct awi_str name = awi_arena_printf(
            context->arena, "%s:ResourceTag/%.*s", prefixes[i % 2], AWI_STR_FMT(tag->Key));
        if (!name.ptr) {
            return -ENOMEM;
        }
        add(context, name, &tag->Value, 1);
    }
    return 0;
}

/* Does the caller's session hand tags on? */
static bool hands_on_tags(const struct awi_req *req)
{
    const struct core_SessionRecord *session = sts_session(req);

    return session && session->TransitiveTagKeys.n > 0;
}

static bool hands_on_source(const struct awi_req *req)
{
    const struct core_SessionRecord *session = sts_session(req);

    return session && awi_str_is_set(session->SourceIdentity);
}

/* What the role is asked for; who federates names the provider that speaks for him. */
struct asking {
    const char *action;
    const struct sts_role *role;
    struct awi_str provider;
    bool tags;
    bool source;
};

static int ask_role(struct awi_req *req,
                    const struct asking *asking,
                    const struct context *context,
                    struct awi_access_list *ret)
{
    const struct sts_role *role = asking->role;
    struct awi_access *items = awi_arena_array(awi_arena(req), struct awi_access, 3);

    if (!items) {
        return -ENOMEM;
    }
    items[ret->n++].action = awi_str_from(asking->action);
    if (asking->tags) {
        items[ret->n++].action = AWI_STR("sts:TagSession");
    }
    if (asking->source) {
        items[ret->n++].action = AWI_STR("sts:SetSourceIdentity");
    }
    for (size_t i = 0; i < ret->n; i++) {
        items[i].resource = role->arn;
        items[i].owner = role->account;
        items[i].policy = role->record.TrustPolicy;
        items[i].provider = asking->provider;
        items[i].flags = AWI_ACCESS_POLICY_DECIDES;
        items[i].context = context->items;
        items[i].n_context = context->n;
    }
    ret->items = items;
    return 0;
}

static int assume_role(struct awi_req *req,
                       const struct sts_AssumeRoleRequest *in,
                       struct context *context,
                       struct awi_access_list *ret)
{
    struct sts_role role;
    bool refused;
    int r = sts_role_find(req, in->RoleArn, &role, &refused);

    r = r ? r : assume_role_context(req, in, context);
    r = r ? r : add_resource_tags(context, &role.record.Tags);
    const struct asking asking = {
        .action = "sts:AssumeRole",
        .role = &role,
        .tags = in->Tags.n || hands_on_tags(req),
        .source = awi_str_is_set(in->SourceIdentity) || hands_on_source(req),
    };
    return r ? r : ask_role(req, &asking, context, ret);
}

/* --- Federation ------------------------------------------------------------------------------ */

static int ask_federated(struct awi_req *req,
                         const char *action,
                         const struct sts_role *role,
                         const struct sts_federated *who,
                         struct context *context,
                         struct awi_access_list *ret)
{
    const struct asking asking = {
        .action = action,
        .role = role,
        .provider = who->provider,
        .tags = who->tags.n > 0,
        .source = awi_str_is_set(who->source_identity),
    };
    int r = add_tags(context, &who->tags, &who->transitive);

    r = r ? r : add_resource_tags(context, &role->record.Tags);
    add(context, AWI_STR("sts:SourceIdentity"), &who->source_identity, 1);
    for (size_t i = 0; i < who->n_keys && context->n < MOST_CONTEXT; i++) {
        context->items[context->n++] = who->keys[i];
    }
    return r ? r : ask_role(req, &asking, context, ret);
}

static int with_web_identity(struct awi_req *req,
                             const struct sts_AssumeRoleWithWebIdentityRequest *in,
                             struct context *context,
                             struct awi_access_list *ret)
{
    struct sts_federated *who = awi_arena_new(awi_arena(req), struct sts_federated);
    struct sts_role role;
    bool refused;
    int r = who ? sts_role_find(req, in->RoleArn, &role, &refused) : -ENOMEM;

    r = r ? r : sts_web_identity(req, &role, in, who);
    if (r) {
        return r;
    }
    add(context, AWI_STR("sts:RoleSessionName"), &in->RoleSessionName, 1);
    return ask_federated(req, "sts:AssumeRoleWithWebIdentity", &role, who, context, ret);
}

static int with_saml(struct awi_req *req,
                     const struct sts_AssumeRoleWithSAMLRequest *in,
                     struct context *context,
                     struct awi_access_list *ret)
{
    struct sts_saml *saml = awi_arena_new(awi_arena(req), struct sts_saml);
    struct sts_role role;
    bool refused;
    int r = saml ? sts_role_find(req, in->RoleArn, &role, &refused) : -ENOMEM;

    r = r ? r : sts_saml_read(req, &role, in, saml);
    if (r) {
        return r;
    }
    add(context, AWI_STR("sts:RoleSessionName"), &saml->session_name, 1);
    return ask_federated(req, "sts:AssumeRoleWithSAML", &role, &saml->who, context, ret);
}

static int assume(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct awi_str name = awi_operation(req)->name;
    struct context context = {
        .items = awi_arena_array(awi_arena(req), struct awi_context_entry, MOST_CONTEXT),
        .arena = awi_arena(req),
    };

    if (!context.items) {
        return -ENOMEM;
    }
    return awi_str_is(name, "AssumeRole")           ? assume_role(req, in, &context, ret)
           : awi_str_is(name, "AssumeRoleWithSAML") ? with_saml(req, in, &context, ret)
                                                    : with_web_identity(req, in, &context, ret);
}

/* No policy of the member account is asked: that the caller's may is enough. */
static int assume_root(struct awi_req *req,
                       const struct sts_AssumeRootRequest *in,
                       struct awi_access_list *ret)
{
    struct awi_access *item = awi_arena_new(awi_arena(req), struct awi_access);
    struct awi_context_entry *task = awi_arena_new(awi_arena(req), struct awi_context_entry);
    struct awi_str account;
    int r = sts_root_target(req, in->TargetPrincipal, &account);

    if (r || !item || !task) {
        return r ? r : -ENOMEM;
    }
    item->action = AWI_STR("sts:AssumeRoot");
    item->resource = awi_arena_printf(awi_arena(req),
                                      "arn:%.*s:iam::%.*s:root",
                                      AWI_STR_FMT(awi_partition(req)),
                                      AWI_STR_FMT(account));
    if (in->TaskPolicyArn) {
        *task = (struct awi_context_entry){
            .key = AWI_STR("sts:TaskPolicyArn"), .values = &in->TaskPolicyArn->arn, .n = 1};
        item->context = task;
        item->n_context = 1;
    }
    ret->items = item;
    ret->n = 1;
    return item->resource.ptr ? 0 : -ENOMEM;
}

static int web_identity_token(struct awi_req *req,
                              const struct sts_GetWebIdentityTokenRequest *in,
                              struct awi_access_list *ret)
{
    static const struct sts_tagKeyListType none = {.set = false};
    struct awi_arena *arena = awi_arena(req);
    struct context context = {
        .items = awi_arena_array(arena, struct awi_context_entry, MOST_CONTEXT), .arena = arena};
    struct awi_access *items = awi_arena_array(arena, struct awi_access, 2);
    struct awi_str *seconds = awi_arena_new(arena, struct awi_str);

    if (!context.items || !items || !seconds) {
        return -ENOMEM;
    }
    *seconds = awi_arena_printf(arena, "%d", in->DurationSeconds.set ? in->DurationSeconds.v : 300);
    add(&context, AWI_STR("sts:SigningAlgorithm"), &in->SigningAlgorithm, 1);
    add(&context, AWI_STR("sts:DurationSeconds"), seconds, 1);
    add(&context, AWI_STR("sts:IdentityTokenAudience"), in->Audience.items, in->Audience.n);
    if (in->Audience.n) {
        context.items[context.n - 1].multivalued = true;
    }
    int r = add_tags(&context, &in->Tags, &none);
    items[ret->n++].action = AWI_STR("sts:GetWebIdentityToken");
    if (in->Tags.n) {
        items[ret->n++].action = AWI_STR("sts:TagGetWebIdentityToken");
    }
    for (size_t i = 0; i < ret->n; i++) {
        items[i].resource = AWI_STR("*");
        items[i].context = context.items;
        items[i].n_context = context.n;
    }
    ret->items = items;
    return r;
}

int sts_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct awi_str name = awi_operation(req)->name;
    struct awi_access *item;

    if (awi_str_starts(name, AWI_STR("AssumeRole"))) {
        return assume(req, in, ret);
    }
    if (awi_str_is(name, "AssumeRoot")) {
        return assume_root(req, in, ret);
    }
    if (awi_str_is(name, "GetWebIdentityToken")) {
        return web_identity_token(req, in, ret);
    }
    item = awi_arena_new(awi_arena(req), struct awi_access);
    if (!item) {
        return -ENOMEM;
    }
    const struct awi_str action[] = {AWI_STR("sts:"), name};
    item->action = awi_arena_join(awi_arena(req), action, 2);
    item->resource = AWI_STR("*");
    if (awi_str_is(name, "GetCallerIdentity") || awi_str_is(name, "GetSessionToken")) {
        item->flags = AWI_ACCESS_FREE;
    } else if (awi_str_is(name, "GetFederationToken")) {
        const struct sts_GetFederationTokenRequest *federated = in;
        item->resource = awi_arena_printf(awi_arena(req),
                                          "arn:%.*s:sts::%.*s:federated-user/%.*s",
                                          AWI_STR_FMT(awi_partition(req)),
                                          AWI_STR_FMT(awi_account(req)),
                                          AWI_STR_FMT(federated->Name));
    }
    ret->items = item;
    ret->n = 1;
    return item->action.ptr && item->resource.ptr ? 0 : -ENOMEM;
}
