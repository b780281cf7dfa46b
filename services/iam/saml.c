/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SAML providers. The metadata document is kept as it is given; only that it is an EntityDescriptor
 * is looked at.
 */
#include "services/iam/iam.h"

#include <errno.h>

#define YEARS_100 (INT64_C(100) * 365 * 86400 * 1000)
static int check(struct awi_req *req, struct awi_str metadata)
{
    return awi_str_search(metadata, AWI_STR("EntityDescriptor")) >= 0
               ? 0
               : awi_fail(req, &iam_InvalidInputException_error, "Could not parse metadata");
}

int iam_create_saml_provider(struct awi_req *req,
                             const struct iam_CreateSAMLProviderRequest *in,
                             struct iam_CreateSAMLProviderResponse *out)
{
    struct core_SamlProviderRecord record = {
        .Name = in->Name,
        .Arn = iam_arn(req, "saml-provider", AWI_STR("/"), in->Name),
        .Uuid = iam_unique_id(req, "ASCP"),
        .Metadata = in->SAMLMetadataDocument,
        .Created = iam_now(req),
        .ValidUntil = AWI_SOME_TIME(iam_now(req).ms + YEARS_100),
        .EncryptionMode = in->AssertionEncryptionMode,
    };
    int r = record.Arn.ptr && record.Uuid.ptr ? check(req, in->SAMLMetadataDocument) : -ENOMEM;

    r = r ? r : iam_tags_take(req, &in->Tags, &record.Tags);
    r = r ? r : iam_record_insert(req, IAM_TAGGED_SAML, record.Arn, &record);
    if (r == -EEXIST) {
        return iam_exists(
            req, "SAMLProvider with name %.*s already exists.", AWI_STR_FMT(in->Name));
    }
    out->SAMLProviderArn = record.Arn;
    r = r ? r : iam_quota_take(req, AWI_SAML_TABLE);
    return r || record.Tags.n == 0 ? r : iam_tags_show(req, &record.Tags, &out->Tags);
}

int iam_get_saml_provider(struct awi_req *req,
                          const struct iam_GetSAMLProviderRequest *in,
                          struct iam_GetSAMLProviderResponse *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_SAML, in->SAMLProviderArn, &record);

    if (r) {
        return r;
    }
    const struct core_SamlProviderRecord *held = record.value;
    out->SAMLProviderUUID = held->Uuid;
    out->SAMLMetadataDocument = held->Metadata;
    out->CreateDate = held->Created;
    out->ValidUntil = held->ValidUntil;
    out->AssertionEncryptionMode = held->EncryptionMode;
    return iam_tags_show(req, &held->Tags, &out->Tags);
}

int iam_update_saml_provider(struct awi_req *req,
                             const struct iam_UpdateSAMLProviderRequest *in,
                             struct iam_UpdateSAMLProviderResponse *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_SAML, in->SAMLProviderArn, &record);

    if (r) {
        return r;
    }
    struct core_SamlProviderRecord *held = record.value;
    if (awi_str_is_set(in->SAMLMetadataDocument)) {
        r = check(req, in->SAMLMetadataDocument);
        held->Metadata = in->SAMLMetadataDocument;
    }
    if (awi_str_is_set(in->AssertionEncryptionMode)) {
        held->EncryptionMode = in->AssertionEncryptionMode;
    }
    out->SAMLProviderArn = held->Arn;
    return r ? r : iam_record_save(req, &record);
}

int iam_delete_saml_provider(struct awi_req *req,
                             const struct iam_DeleteSAMLProviderRequest *in,
                             void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_SAML, in->SAMLProviderArn, &record);

    r = r ? r : iam_record_delete(req, &record);
    return r ? r : iam_quota_give(req, AWI_SAML_TABLE);
}

struct listing {
    struct awi_req *req;
    struct iam_SAMLProviderListEntry *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_SamlProviderRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &core_SamlProviderRecord_shape, &record);

    l->items[l->n++] = (struct iam_SAMLProviderListEntry){
        .Arn = record.Arn, .ValidUntil = record.ValidUntil, .CreateDate = record.Created};
    return r;
}

int iam_list_saml_providers(struct awi_req *req,
                            const struct iam_ListSAMLProvidersRequest *in,
                            struct iam_ListSAMLProvidersResponse *out)
{
    struct iam_page page = {.max = IAM_MOST_PROVIDERS};
    struct awi_scope scope = iam_core_scope(req);
    struct listing l = {.req = req};

    l.items = awi_arena_array(awi_arena(req), struct iam_SAMLProviderListEntry, IAM_MOST_PROVIDERS);
    int r = l.items ? iam_page_walk(req, &scope, AWI_SAML_TABLE, AWI_STR(""), &page, take, &l)
                    : -ENOMEM;
    out->SAMLProviderList.items = l.items;
    out->SAMLProviderList.n = l.n;
    out->SAMLProviderList.set = true;
    return r;
}
