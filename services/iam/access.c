/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every operation needs permission for: iam:<Operation> on which ARN, with which condition
 * keys (service authorization reference, "Actions, resources, and condition keys for AWS Identity
 * and Access Management"). Members of the input are found by their names in the model, so that one
 * table serves all operations.
 */
#include "services/iam/iam.h"

#include "core/identity/managed.h"
#include "core/shape/value.h"

#include <errno.h>

/* What an operation works on. */
enum target {
    ON_ACCOUNT, /* "*" */
    ON_ROLE,
    ON_USER, /* UserName, or who calls */
    ON_GROUP,
    ON_POLICY,
    ON_PROFILE,
    ON_MFA,
    ON_OIDC,
    ON_SAML,
    ON_CERT,
    ON_LINKED, /* a role that a service will have */
    ON_SOURCE, /* PolicySourceArn */
};

enum {
    LISTS = 1 << 0,    /* all there are: the ARN ends with the path that is asked for */
    PASSES = 1 << 1,   /* a role is passed to a service */
    HAS_TAGS = 1 << 2, /* with Tags also iam:Tag... */
};

struct row {
    const char *operation;
    enum target target;
    unsigned flags;
    const char *tagging; /* HAS_TAGS */
};

/* Sorted by operation. */
static const struct row rows[] = {
#include "services/iam/access.def"
};

static const char *const kinds[] = {
    [ON_ROLE] = "role",
    [ON_USER] = "user",
    [ON_GROUP] = "group",
    [ON_POLICY] = "policy",
    [ON_PROFILE] = "instance-profile",
    [ON_MFA] = "mfa",
    [ON_OIDC] = "oidc-provider",
    [ON_SAML] = "saml-provider",
    [ON_CERT] = "server-certificate",
};

static const struct row *find_row(struct awi_str operation)
{
    size_t low = 0, high = sizeof(rows) / sizeof(rows[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = awi_str_cmp(awi_str_from(rows[middle].operation), operation);
        if (order == 0) {
            return &rows[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

bool iam_access_knows(struct awi_str operation)
{
    return find_row(operation) != NULL;
}

/* --- Members of the input --------------------------------------------------------------------- */

static const void *member(struct awi_req *req, const void *in, const char *name)
{
    const struct awi_shape *shape = awi_operation(req)->input;

    for (size_t i = 0; shape && in && i < shape->n_members; i++) {
        if (awi_str_is(shape->members[i].name, name)) {
            return awi_member_of(&shape->members[i], in);
        }
    }
    return NULL;
}

static struct awi_str text(struct awi_req *req, const void *in, const char *name)
{
    const struct awi_str *value = member(req, in, name);

    return value ? *value : AWI_STR_NULL;
}

/* --- The resource ----------------------------------------------------------------------------- */

struct asking {
    struct awi_req *req;
    const void *in;
    const struct row *row;
    struct awi_str arn;
    const struct core_Tags *tags; /* of the resource, if it is there */
    struct awi_str boundary;      /* likewise */
    struct awi_context_entry *context;
    size_t n, room;
};

static int entity(struct asking *a, enum iam_kind kind, const char *name_member)
{
    struct iam_entity *e = awi_arena_new(awi_arena(a->req), struct iam_entity);
    struct awi_str name = text(a->req, a->in, name_member);
    const struct awi_principal *caller = awi_principal(a->req);
    int r;

    if (!e) {
        return -ENOMEM;
    }
    if (!awi_str_is_set(name) && caller->type != AWI_PRINCIPAL_USER) {
        a->arn = caller->type == AWI_PRINCIPAL_ROOT ? caller->arn : AWI_STR("*");
        return 0;
    }
    name = awi_str_is_set(name) ? name : caller->name;
    r = iam_entity_find(a->req, kind, name, e);
    if (r == -ENOENT) {
        a->arn = iam_arn(a->req, iam_kind_words[kind], iam_path(text(a->req, a->in, "Path")), name);
        return a->arn.ptr ? 0 : -ENOMEM;
    }
    a->arn = e->arn;
    a->tags = e->tags;
    a->boundary = e->boundary ? *e->boundary : AWI_STR_NULL;
    return r;
}

/* One that is found by its name in a table, and one that is named by its ARN. */
static int record(struct asking *a, enum iam_tagged kind, const char *name_member, const char *word)
{
    struct awi_str name = text(a->req, a->in, name_member);
    struct iam_record record;
    struct awi_str path = iam_path(text(a->req, a->in, "Path"));
    bool by_arn = !awi_str_is(name, "") && awi_str_starts(name, AWI_STR("arn:"));
    int r = iam_record_find(a->req, kind, name, &record);

    if (r && r != -ENOENT) {
        return r;
    }
    if (r == 0) {
        a->tags = record.tags;
        path =
            kind == IAM_TAGGED_PROFILE ? ((struct core_InstanceProfileRecord *)record.value)->Path
            : kind == IAM_TAGGED_CERT  ? ((struct core_ServerCertificateRecord *)record.value)->Path
                                       : path;
    }
    a->arn = by_arn ? name : iam_arn(a->req, word, path, name);
    return a->arn.ptr ? 0 : -ENOMEM;
}

static int linked(struct asking *a)
{
    struct awi_str service = text(a->req, a->in, "AWSServiceName");

    a->arn = iam_arn(
        a->req,
        "role",
        awi_arena_printf(awi_arena(a->req), "/aws-service-role/%.*s/", AWI_STR_FMT(service)),
        AWI_STR("AWSServiceRole"));
    return a->arn.ptr ? 0 : -ENOMEM;
}

/* A provider or a policy that is to be made has no ARN yet. */
static int by_url(struct asking *a)
{
    struct awi_str url = text(a->req, a->in, "Url");

    if (!awi_str_is_set(url)) {
        return record(a, IAM_TAGGED_OIDC, "OpenIDConnectProviderArn", "oidc-provider");
    }
    url = awi_str_starts(url, AWI_STR("https://")) ? awi_str_skip(url, 8) : url;
    a->arn = iam_arn(a->req, "oidc-provider", AWI_STR("/"), url);
    return a->arn.ptr ? 0 : -ENOMEM;
}

static int find_resource(struct asking *a)
{
    enum target target = a->row->target;

    if (a->row->flags & LISTS) {
        /* Policies have no ARN to list by; IAM says "policy path /" and only "*" matches it. */
        if (target == ON_POLICY) {
            a->arn = awi_arena_printf(awi_arena(a->req),
                                      "policy path %.*s",
                                      AWI_STR_FMT(iam_path(text(a->req, a->in, "PathPrefix"))));
        } else {
            a->arn = iam_arn(
                a->req, kinds[target], iam_path(text(a->req, a->in, "PathPrefix")), AWI_STR(""));
        }
        return a->arn.ptr ? 0 : -ENOMEM;
    }
    switch (target) {
    case ON_ROLE:
        return entity(a, IAM_ROLE, "RoleName");
    case ON_USER:
        return entity(a, IAM_USER, "UserName");
    case ON_GROUP:
        return entity(a, IAM_GROUP, "GroupName");
    case ON_POLICY:
        return record(a,
                      IAM_TAGGED_POLICY,
                      member(a->req, a->in, "PolicyArn") ? "PolicyArn" : "PolicyName",
                      "policy");
    case ON_PROFILE:
        return record(a, IAM_TAGGED_PROFILE, "InstanceProfileName", "instance-profile");
    case ON_MFA:
        return record(a,
                      IAM_TAGGED_MFA,
                      member(a->req, a->in, "SerialNumber") ? "SerialNumber"
                                                            : "VirtualMFADeviceName",
                      "mfa");
    case ON_OIDC:
        return by_url(a);
    case ON_SAML:
        return record(a,
                      IAM_TAGGED_SAML,
                      member(a->req, a->in, "SAMLProviderArn") ? "SAMLProviderArn" : "Name",
                      "saml-provider");
    case ON_CERT:
        return record(a, IAM_TAGGED_CERT, "ServerCertificateName", "server-certificate");
    case ON_LINKED:
        return linked(a);
    case ON_SOURCE:
        a->arn = text(a->req, a->in, "PolicySourceArn");
        return 0;
    case ON_ACCOUNT:
        a->arn = AWI_STR("*");
        return 0;
    }
    return 0;
}

/* --- Condition keys --------------------------------------------------------------------------- */

static int add(struct asking *a, struct awi_str key, struct awi_str value)
{
    struct awi_str *copy = awi_arena_new(awi_arena(a->req), struct awi_str);

    if (!awi_str_is_set(value)) {
        return 0;
    }
    if (!copy || !key.ptr || a->n == a->room) {
        return -ENOMEM;
    }
    *copy = value;
    a->context[a->n++] = (struct awi_context_entry){.key = key, .values = copy, .n = 1};
    return 0;
}

static int add_named(struct asking *a, const char *prefix, struct awi_str key, struct awi_str value)
{
    return add(a, awi_arena_printf(awi_arena(a->req), "%s%.*s", prefix, AWI_STR_FMT(key)), value);
}

static int add_keys(struct asking *a, const struct awi_str *keys, size_t n)
{
    if (n == 0) {
        return 0;
    }
    a->context[a->n++] = (struct awi_context_entry){
        .key = AWI_STR("aws:TagKeys"), .values = keys, .n = n, .multivalued = true};
    return 0;
}

static int add_request_tags(struct asking *a, const struct iam_tagListType *tags)
{
    struct awi_str *keys = awi_arena_array(awi_arena(a->req), struct awi_str, tags->n);
    int r = keys ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < tags->n; i++) {
        keys[i] = tags->items[i].Key;
        r = add_named(a, "aws:RequestTag/", keys[i], tags->items[i].Value);
    }
    return r ? r : add_keys(a, keys, tags->n);
}

static int add_context(struct asking *a)
{
    const struct iam_tagListType *tags = member(a->req, a->in, "Tags");
    const struct iam_tagKeyListType *keys = member(a->req, a->in, "TagKeys");
    struct awi_str bound = text(a->req, a->in, "PermissionsBoundary");
    int r = 0;

    a->room = 8 + (tags ? tags->n + 1 : 0) + (a->tags ? a->tags->n * 2 : 0);
    a->context = awi_arena_array(awi_arena(a->req), struct awi_context_entry, a->room);
    if (!a->context) {
        return -ENOMEM;
    }
    if (a->row->target != ON_POLICY) {
        r = add(a, AWI_STR("iam:PolicyARN"), text(a->req, a->in, "PolicyArn"));
    }
    r = r ? r
          : add(a, AWI_STR("iam:PermissionsBoundary"), awi_str_is_set(bound) ? bound : a->boundary);
    r = r ? r : add(a, AWI_STR("iam:AWSServiceName"), text(a->req, a->in, "AWSServiceName"));
    for (size_t i = 0; r == 0 && a->tags && i < a->tags->n; i++) {
        const struct core_Tag *tag = &a->tags->items[i];
        r = add_named(a, "aws:ResourceTag/", tag->Key, tag->Value);
        r = r ? r : add_named(a, "iam:ResourceTag/", tag->Key, tag->Value);
    }
    r = r || !tags ? r : add_request_tags(a, tags);
    return r || !keys ? r : add_keys(a, keys->items, keys->n);
}

/* --- All of it -------------------------------------------------------------------------------- */

static int pass_role(struct asking *a, struct awi_access *item)
{
    struct asking role = {.req = a->req, .in = a->in, .row = a->row};
    int r = entity(&role, IAM_ROLE, "RoleName");

    item->action = AWI_STR("iam:PassRole");
    item->resource = role.arn;
    return r ? r : add(a, AWI_STR("iam:PassedToService"), AWI_STR("ec2.amazonaws.com"));
}

int iam_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct awi_str name = awi_operation(req)->name;
    struct asking a = {.req = req, .in = in, .row = find_row(name)};
    struct awi_access *items = awi_arena_array(awi_arena(req), struct awi_access, 3);
    const struct iam_tagListType *tags;
    int r = items ? 0 : -ENOMEM;

    if (r || !a.row) {
        return r;
    }
    r = find_resource(&a);
    r = r ? r : add_context(&a);
    if (r) {
        return r;
    }
    items[ret->n].action = awi_arena_printf(awi_arena(req), "iam:%.*s", AWI_STR_FMT(name));
    items[ret->n++].resource = a.arn;
    tags = member(req, in, "Tags");
    if ((a.row->flags & HAS_TAGS) && tags && tags->n) {
        items[ret->n].action = awi_str_from(a.row->tagging);
        items[ret->n++].resource = a.arn;
    }
    if (a.row->flags & PASSES) {
        r = pass_role(&a, &items[ret->n++]);
    }
    for (size_t i = 0; i < ret->n; i++) {
        items[i].context = a.context;
        items[i].n_context = a.n;
    }
    ret->items = items;
    return r ? r : items[0].action.ptr ? 0 : -ENOMEM;
}
