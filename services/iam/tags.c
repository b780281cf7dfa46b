/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags, and the records they are on: each in one form, so that tagging is written once.
 */
#include "services/iam/iam.h"

#include "core/identity/managed.h"

#include <errno.h>

/* --- Records ---------------------------------------------------------------------------------- */

struct kind {
    const char *table;
    const struct awi_shape *shape;
    size_t tags; /* offset */
    bool by_name;
    const char *missing; /* what is said of one that is not there */
};

#define KIND(TABLE, Type, ByName, Missing)                                                         \
    {                                                                                              \
        .table = TABLE, .shape = &core_##Type##_shape, .tags = offsetof(struct core_##Type, Tags), \
        .by_name = ByName, .missing = Missing,                                                     \
    }

static const struct kind kinds[IAM_TAGGED_KINDS] = {
    [IAM_TAGGED_ROLE] =
        KIND(AWI_ROLE_TABLE, RoleRecord, true, "The role with name %.*s cannot be found."),
    [IAM_TAGGED_USER] =
        KIND(AWI_USER_TABLE, UserRecord, true, "The user with name %.*s cannot be found."),
    [IAM_TAGGED_POLICY] =
        KIND(AWI_POLICY_TABLE, ManagedPolicyRecord, false, "Policy %.*s was not found."),
    [IAM_TAGGED_PROFILE] = KIND(
        AWI_PROFILE_TABLE, InstanceProfileRecord, true, "Instance Profile %.*s cannot be found."),
    [IAM_TAGGED_MFA] = KIND(AWI_MFA_TABLE,
                            MfaDeviceRecord,
                            false,
                            "VirtualMFADevice with serial number %.*s doesn't exist."),
    [IAM_TAGGED_OIDC] = KIND(
        AWI_OIDC_TABLE, OidcProviderRecord, false, "OpenIDConnect Provider not found for arn %.*s"),
    [IAM_TAGGED_SAML] =
        KIND(AWI_SAML_TABLE, SamlProviderRecord, false, "SAML provider %.*s cannot be found."),
    [IAM_TAGGED_CERT] = KIND(AWI_CERT_TABLE,
                             ServerCertificateRecord,
                             true,
                             "The Server Certificate with name %.*s cannot be found."),
};

static int say_missing(struct awi_req *req, const struct kind *kind, struct awi_str id)
{
    ptrdiff_t at = awi_str_search(awi_str_from(kind->missing), AWI_STR("%.*s"));

    return iam_missing(req,
                       "%.*s%.*s%s",
                       (int)at,
                       kind->missing,
                       AWI_STR_FMT(id),
                       kind->missing + at + strlen("%.*s"));
}

int iam_record_find(struct awi_req *req,
                    enum iam_tagged kind,
                    struct awi_str id,
                    struct iam_record *ret)
{
    const struct kind *row = &kinds[kind];
    struct awi_scope scope = iam_core_scope(req);

    *ret = (struct iam_record){.kind = kind};
    if (!awi_str_is_set(id)) {
        return -ENOENT;
    }
    ret->key = row->by_name ? iam_lower(req, id) : id;
    ret->value = awi_arena_calloc(awi_arena(req), 1, row->shape->size);
    if (!ret->value || !ret->key.ptr) {
        return -ENOMEM;
    }
    ret->tags = (struct core_Tags *)((char *)ret->value + row->tags);
    return ret->key.len ? awi_record_get(
                              &scope, row->table, ret->key, awi_arena(req), row->shape, ret->value)
                        : -ENOENT;
}

int iam_record_open(struct awi_req *req,
                    enum iam_tagged kind,
                    struct awi_str id,
                    struct iam_record *ret)
{
    int r = iam_record_find(req, kind, id, ret);

    return r == -ENOENT ? say_missing(req, &kinds[kind], id) : r;
}

int iam_record_save(struct awi_req *req, const struct iam_record *record)
{
    const struct kind *row = &kinds[record->kind];
    struct awi_scope scope = iam_core_scope(req);

    return awi_record_put(
        &scope, row->table, record->key, awi_arena(req), row->shape, record->value);
}

int iam_record_insert(struct awi_req *req,
                      enum iam_tagged kind,
                      struct awi_str id,
                      const void *value)
{
    const struct kind *row = &kinds[kind];
    struct awi_scope scope = iam_core_scope(req);
    struct awi_str key = row->by_name ? iam_lower(req, id) : id;

    return key.ptr ? awi_record_insert(&scope, row->table, key, awi_arena(req), row->shape, value)
                   : -ENOMEM;
}

int iam_record_delete(struct awi_req *req, const struct iam_record *record)
{
    struct awi_scope scope = iam_core_scope(req);

    return awi_delete(&scope, kinds[record->kind].table, record->key);
}

/* --- Tags ------------------------------------------------------------------------------------- */

static int add(struct awi_req *req, const struct iam_tagListType *tags, struct core_Tags *ret)
{
    struct core_Tag *items = awi_arena_array(awi_arena(req), struct core_Tag, ret->n + tags->n);

    if (!items) {
        return -ENOMEM;
    }
    if (ret->n) {
        memcpy(items, ret->items, ret->n * sizeof(*items));
    }
    ret->items = items;
    ret->set = true;
    for (size_t i = 0; i < tags->n; i++) {
        size_t at = 0;
        if (awi_str_starts_nocase(tags->items[i].Key, AWI_STR("aws:"))) {
            return awi_fail(req,
                            &iam_InvalidInputException_error,
                            "Tag keys that start with 'aws:' are reserved for AWS use.");
        }
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq_nocase(tags->items[j].Key, tags->items[i].Key)) {
                return awi_fail(req,
                                &iam_InvalidInputException_error,
                                "Duplicate tag keys found. Please note that Tag keys are case "
                                "insensitive.");
            }
        }
        while (at < ret->n && !awi_str_eq_nocase(items[at].Key, tags->items[i].Key)) {
            at++;
        }
        items[at].Key = tags->items[i].Key;
        items[at].Value = tags->items[i].Value;
        ret->n = at == ret->n ? at + 1 : ret->n;
    }
    if (ret->n > IAM_MOST_TAGS) {
        return iam_limit(
            req, "The number of tags has reached the maximum limit of %d.", IAM_MOST_TAGS);
    }
    return 0;
}

int iam_tags_take(struct awi_req *req, const struct iam_tagListType *tags, struct core_Tags *ret)
{
    *ret = (struct core_Tags){.set = false};
    return tags->n ? add(req, tags, ret) : 0;
}

static int
show(struct awi_req *req, const struct core_Tag *items, size_t n, struct iam_tagListType *ret)
{
    ret->items = awi_arena_array(awi_arena(req), struct iam_Tag, n);
    for (size_t i = 0; ret->items && i < n; i++) {
        ret->items[i].Key = items[i].Key;
        ret->items[i].Value = awi_str_is_set(items[i].Value) ? items[i].Value : AWI_STR("");
    }
    ret->n = n;
    ret->set = true;
    return ret->items ? 0 : -ENOMEM;
}

int iam_tags_show(struct awi_req *req, const struct core_Tags *tags, struct iam_tagListType *ret)
{
    return show(req, tags->items, tags->n, ret);
}

/* A policy that AWS offers has no record, and no tags. */
static int
open(struct awi_req *req, enum iam_tagged kind, struct awi_str id, struct iam_record *ret)
{
    if (kind == IAM_TAGGED_POLICY && awi_aws_policy(id)) {
        return iam_invalid(req, "Tagging is not supported for AWS managed policies.");
    }
    return iam_record_open(req, kind, id, ret);
}

static int tag(struct awi_req *req,
               enum iam_tagged kind,
               struct awi_str id,
               const struct iam_tagListType *tags)
{
    struct iam_record record;
    int r = open(req, kind, id, &record);

    r = r ? r : add(req, tags, record.tags);
    return r ? r : iam_record_save(req, &record);
}

static bool is_listed(const struct iam_tagKeyListType *keys, struct awi_str key)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (awi_str_eq_nocase(keys->items[i], key)) {
            return true;
        }
    }
    return false;
}

static int untag(struct awi_req *req,
                 enum iam_tagged kind,
                 struct awi_str id,
                 const struct iam_tagKeyListType *keys)
{
    struct iam_record record;
    size_t kept = 0;
    int r = open(req, kind, id, &record);

    for (size_t i = 0; r == 0 && i < record.tags->n; i++) {
        if (!is_listed(keys, record.tags->items[i].Key)) {
            record.tags->items[kept++] = record.tags->items[i];
        }
    }
    if (r) {
        return r;
    }
    record.tags->n = kept;
    return iam_record_save(req, &record);
}

static int list(struct awi_req *req,
                enum iam_tagged kind,
                struct awi_str id,
                struct iam_page *page,
                struct iam_tagListType *ret)
{
    struct iam_record record;
    size_t first = 0, count = 0;

    if (kind == IAM_TAGGED_POLICY && awi_aws_policy(id)) {
        return show(req, NULL, 0, ret);
    }
    int r = iam_record_open(req, kind, id, &record);
    r = r ? r : iam_page_slice(req, page, record.tags->n, &first, &count);
    return r ? r : show(req, record.tags->items + first, count, ret);
}

#define DEFINE(noun, Noun, Id, KIND)                                                               \
    int iam_tag_##noun(struct awi_req *req, const struct iam_Tag##Noun##Request *in, void *out)    \
    {                                                                                              \
        return tag(req, KIND, in->Id, &in->Tags);                                                  \
    }                                                                                              \
    int iam_untag_##noun(                                                                          \
        struct awi_req *req, const struct iam_Untag##Noun##Request *in, void *out)                 \
    {                                                                                              \
        return untag(req, KIND, in->Id, &in->TagKeys);                                             \
    }                                                                                              \
    int iam_list_##noun##_tags(struct awi_req *req,                                                \
                               const struct iam_List##Noun##TagsRequest *in,                       \
                               struct iam_List##Noun##TagsResponse *out)                           \
    {                                                                                              \
        struct iam_page page;                                                                      \
        int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);                              \
        r = r ? r : list(req, KIND, in->Id, &page, &out->Tags);                                    \
        IAM_PAGE_END(out, &page);                                                                  \
        return r;                                                                                  \
    }

DEFINE(role, Role, RoleName, IAM_TAGGED_ROLE)
DEFINE(user, User, UserName, IAM_TAGGED_USER)
DEFINE(policy, Policy, PolicyArn, IAM_TAGGED_POLICY)
DEFINE(instance_profile, InstanceProfile, InstanceProfileName, IAM_TAGGED_PROFILE)
DEFINE(mfa_device, MFADevice, SerialNumber, IAM_TAGGED_MFA)
DEFINE(oidc_provider, OpenIDConnectProvider, OpenIDConnectProviderArn, IAM_TAGGED_OIDC)
DEFINE(saml_provider, SAMLProvider, SAMLProviderArn, IAM_TAGGED_SAML)
DEFINE(server_certificate, ServerCertificate, ServerCertificateName, IAM_TAGGED_CERT)
