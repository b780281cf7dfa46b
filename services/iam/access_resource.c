/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operation works on, as an ARN, and the tags that are on it.
 */
#include "services/iam/access.h"

#include "core/identity/managed.h"
#include "core/identity/session.h"
#include "core/shape/value.h"

#include <errno.h>

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

/* --- Members of the input --------------------------------------------------------------------- */

const void *iam_access_member(struct awi_req *req, const void *in, const char *name)
{
    const struct awi_shape *shape = awi_operation(req)->input;

    for (size_t i = 0; shape && in && i < shape->n_members; i++) {
        if (awi_str_is(shape->members[i].name, name)) {
            return awi_member_of(&shape->members[i], in);
        }
    }
    return NULL;
}

struct awi_str iam_access_text(struct awi_req *req, const void *in, const char *name)
{
    const struct awi_str *value = iam_access_member(req, in, name);

    return value ? *value : AWI_STR_NULL;
}

/* --- The resource ----------------------------------------------------------------------------- */

int iam_access_entity(struct iam_asking *a, enum iam_kind kind, const char *name_member)
{
    struct iam_entity *e = awi_arena_new(awi_arena(a->req), struct iam_entity);
    struct awi_str name = iam_access_text(a->req, a->in, name_member);
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
        a->arn = iam_arn(
            a->req, iam_kind_words[kind], iam_path(iam_access_text(a->req, a->in, "Path")), name);
        return a->arn.ptr ? 0 : -ENOMEM;
    }
    a->arn = e->arn;
    a->tags = e->tags;
    a->boundary = e->boundary ? *e->boundary : AWI_STR_NULL;
    return r;
}

/* One that is found by its name in a table, and one that is named by its ARN. */
static int
record(struct iam_asking *a, enum iam_tagged kind, const char *name_member, const char *word)
{
    struct awi_str name = iam_access_text(a->req, a->in, name_member);
    struct iam_record record;
    struct awi_str path = iam_path(iam_access_text(a->req, a->in, "Path"));
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

static int linked(struct iam_asking *a)
{
    struct awi_str service = iam_access_text(a->req, a->in, "AWSServiceName");

    a->arn = iam_arn(
        a->req,
        "role",
        awi_arena_printf(awi_arena(a->req), "/aws-service-role/%.*s/", AWI_STR_FMT(service)),
        AWI_STR("AWSServiceRole"));
    return a->arn.ptr ? 0 : -ENOMEM;
}

/* A provider or a policy that is to be made has no ARN yet. */
static int by_url(struct iam_asking *a)
{
    struct awi_str url = iam_access_text(a->req, a->in, "Url");

    if (!awi_str_is_set(url)) {
        return record(a, IAM_TAGGED_OIDC, "OpenIDConnectProviderArn", "oidc-provider");
    }
    url = awi_str_starts(url, AWI_STR("https://")) ? awi_str_skip(url, 8) : url;
    a->arn = iam_arn(a->req, "oidc-provider", AWI_STR("/"), url);
    return a->arn.ptr ? 0 : -ENOMEM;
}

static int key_holder(struct iam_asking *a)
{
    struct core_AccessKeyRecord key;
    int r = awi_access_key_get(awi_request_txn(a->req),
                               awi_arena(a->req),
                               iam_access_text(a->req, a->in, "AccessKeyId"),
                               &key);
    bool own = r == 0 && awi_str_eq(key.Account, awi_account(a->req));

    a->arn = own && awi_str_is_set(key.UserArn) ? key.UserArn : AWI_STR("*");
    return r == -ENOENT ? 0 : r;
}

/* "task/aws-service-role/SERVICE/ROLE/ID" */
static int task_role(struct iam_asking *a)
{
    struct awi_str task = iam_access_text(a->req, a->in, "DeletionTaskId"), head = AWI_STR("task/");
    ptrdiff_t end = awi_str_rfind(task, '/');

    if (!awi_str_starts(task, head) || end < (ptrdiff_t)head.len) {
        a->arn = AWI_STR("*");
        return 0;
    }
    a->arn = iam_arn(
        a->req, "role", AWI_STR("/"), awi_str_skip(awi_str_head(task, (size_t)end), head.len));
    return a->arn.ptr ? 0 : -ENOMEM;
}

/* All that there are, below a path. */
static int list_resource(struct iam_asking *a)
{
    enum iam_target target = a->row->target;

    /* Policies have no ARN to list by; IAM says "policy path /" and only "*" matches it. */
    if (target == ON_POLICY) {
        a->arn =
            awi_arena_printf(awi_arena(a->req),
                             "policy path %.*s",
                             AWI_STR_FMT(iam_path(iam_access_text(a->req, a->in, "PathPrefix"))));
    } else {
        a->arn = iam_arn(a->req,
                         kinds[target],
                         iam_path(iam_access_text(a->req, a->in, "PathPrefix")),
                         AWI_STR(""));
    }
    return a->arn.ptr ? 0 : -ENOMEM;
}

/* A kind that has no records of its own: whatever is named. */
static int by_id(struct iam_asking *a, const char *word, const char *id_member)
{
    a->arn = iam_arn(a->req, word, AWI_STR("/"), iam_access_text(a->req, a->in, id_member));
    return a->arn.ptr ? 0 : -ENOMEM;
}

int iam_access_resource(struct iam_asking *a)
{
    if (a->row->flags & LISTS) {
        return list_resource(a);
    }
    switch (a->row->target) {
    case ON_ROLE:
        return iam_access_entity(a, IAM_ROLE, "RoleName");
    case ON_USER:
        return iam_access_entity(a, IAM_USER, "UserName");
    case ON_GROUP:
        return iam_access_entity(a, IAM_GROUP, "GroupName");
    case ON_POLICY:
        return record(a,
                      IAM_TAGGED_POLICY,
                      iam_access_member(a->req, a->in, "PolicyArn") ? "PolicyArn" : "PolicyName",
                      "policy");
    case ON_PROFILE:
        return record(a, IAM_TAGGED_PROFILE, "InstanceProfileName", "instance-profile");
    case ON_MFA:
        return record(a,
                      IAM_TAGGED_MFA,
                      iam_access_member(a->req, a->in, "SerialNumber") ? "SerialNumber"
                                                                       : "VirtualMFADeviceName",
                      "mfa");
    case ON_OIDC:
        return by_url(a);
    case ON_SAML:
        return record(a,
                      IAM_TAGGED_SAML,
                      iam_access_member(a->req, a->in, "SAMLProviderArn") ? "SAMLProviderArn"
                                                                          : "Name",
                      "saml-provider");
    case ON_CERT:
        return record(a, IAM_TAGGED_CERT, "ServerCertificateName", "server-certificate");
    case ON_LINKED:
        return linked(a);
    case ON_SOURCE:
        a->arn = iam_access_text(a->req, a->in, "PolicySourceArn");
        return 0;
    case ON_ARN:
        a->arn = iam_access_text(a->req, a->in, "Arn");
        return 0;
    case ON_KEY:
        return key_holder(a);
    case ON_REPORT:
        return by_id(a, "access-report", "EntityPath");
    case ON_TASK:
        return task_role(a);
    case ON_ENTITY:
        a->arn = iam_access_text(a->req, a->in, "EntityArn");
        return 0;
    case ON_DELEGATION:
        return by_id(a, "delegation-request", "DelegationRequestId");
    case ON_ACCOUNT:
        a->arn = AWI_STR("*");
        return 0;
    }
    return 0;
}

/* --- Another name ------------------------------------------------------------------------------
 */

int iam_access_renamed(struct iam_asking *a, struct awi_str *ret)
{
    const char *members[] = {"NewUserName", "NewGroupName", "NewServerCertificateName"};
    struct awi_str path = iam_access_text(a->req, a->in, "NewPath"), name = AWI_STR_NULL;
    struct awi_iam_arn old;

    *ret = AWI_STR_NULL;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && !awi_str_is_set(name); i++) {
        name = iam_access_text(a->req, a->in, members[i]);
    }
    if ((!awi_str_is_set(path) && !awi_str_is_set(name)) || awi_iam_arn_parse(a->arn, &old)) {
        return 0;
    }
    *ret = iam_arn(a->req,
                   kinds[a->row->target],
                   awi_str_is_set(path) ? path : old.path,
                   awi_str_is_set(name) ? name : old.name);
    return ret->ptr ? 0 : -ENOMEM;
}
