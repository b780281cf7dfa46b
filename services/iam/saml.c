/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SAML providers: who may sign people on, by which certificates (core/identity/saml.h), and the
 * keys that decrypt its assertions.
 */
#include "services/iam/iam.h"
#include "services/iam/pem.h"

#include "core/identity/saml.h"

#include <errno.h>

#define YEARS_100 (INT64_C(100) * 365 * 86400 * 1000)
#define MOST_KEYS 2  /* SAMLProviderPrivateKeys */
#define ID_LEN    26 /* of providers' and keys' ids */

#define invalid(req, ...) awi_fail((req), &iam_InvalidInputException_error, __VA_ARGS__)

/* Takes a metadata document into the record. */
static int
set_metadata(struct awi_req *req, struct awi_str text, struct core_SamlProviderRecord *record)
{
    struct awi_saml_metadata metadata;
    const char *why = NULL;
    int r = awi_saml_metadata_read(awi_arena(req), text, &metadata, &why);

    if (r == -EINVAL) {
        return invalid(req, "Could not parse metadata: %s", why);
    }
    if (r == 0 && metadata.valid_until_ms && metadata.valid_until_ms <= awi_now(req)) {
        return invalid(req, "Could not parse metadata: it is no longer valid");
    }
    record->Metadata = text;
    record->ValidUntil = AWI_SOME_TIME(
        r == 0 && metadata.valid_until_ms ? metadata.valid_until_ms : iam_now(req).ms + YEARS_100);
    return r;
}

static int add_key(struct awi_req *req, struct awi_str pem, struct core_SamlProviderRecord *record)
{
    struct core_SamlKeys *keys = &record->PrivateKeys;
    struct core_SamlKey *items = awi_arena_array(awi_arena(req), struct core_SamlKey, keys->n + 1);

    if (!awi_str_is_set(pem)) {
        return 0;
    }
    if (keys->n >= MOST_KEYS) {
        return iam_limit(req, "Cannot exceed quota for PrivateKeysPerSAMLProvider: %d", MOST_KEYS);
    }
    if (!iam_pem_is_key(pem)) {
        return invalid(req, "The private key cannot be read. It must be in PEM, not encrypted.");
    }
    if (!items) {
        return -ENOMEM;
    }
    if (keys->n) {
        memcpy(items, keys->items, keys->n * sizeof(*items));
    }
    items[keys->n] = (struct core_SamlKey){
        .Id = awi_random_id(req, AWI_BASE32, ID_LEN), .Added = iam_now(req), .Pem = pem};
    keys->items = items;
    keys->set = true;
    return items[keys->n++].Id.ptr ? 0 : -ENOMEM;
}

static int
remove_key(struct awi_req *req, struct awi_str id, struct core_SamlProviderRecord *record)
{
    struct core_SamlKeys *keys = &record->PrivateKeys;
    size_t at = 0;

    if (!awi_str_is_set(id)) {
        return 0;
    }
    while (at < keys->n && !awi_str_eq(keys->items[at].Id, id)) {
        at++;
    }
    if (at == keys->n) {
        return iam_missing(req, "Private key %.*s cannot be found.", AWI_STR_FMT(id));
    }
    keys->n--;
    memmove(keys->items + at, keys->items + at + 1, (keys->n - at) * sizeof(*keys->items));
    return 0;
}

/* Who asks for encrypted assertions must have a key for them. */
static int check_mode(struct awi_req *req, const struct core_SamlProviderRecord *record)
{
    return awi_str_is(record->EncryptionMode, "Required") && record->PrivateKeys.n == 0
               ? invalid(req,
                         "A private key is needed where the assertion encryption mode is Required.")
               : 0;
}

int iam_create_saml_provider(struct awi_req *req,
                             const struct iam_CreateSAMLProviderRequest *in,
                             struct iam_CreateSAMLProviderResponse *out)
{
    struct core_SamlProviderRecord record = {
        .Name = in->Name,
        .Arn = iam_arn(req, "saml-provider", AWI_STR("/"), in->Name),
        .Uuid = awi_random_id(req, AWI_BASE32, ID_LEN),
        .Created = iam_now(req),
        .EncryptionMode = in->AssertionEncryptionMode,
    };
    int r = record.Arn.ptr && record.Uuid.ptr ? 0 : -ENOMEM;

    r = r ? r : set_metadata(req, in->SAMLMetadataDocument, &record);
    r = r ? r : add_key(req, in->AddPrivateKey, &record);
    r = r ? r : check_mode(req, &record);
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
    out->PrivateKeyList.items =
        awi_arena_array(awi_arena(req), struct iam_SAMLPrivateKey, held->PrivateKeys.n);
    for (size_t i = 0; out->PrivateKeyList.items && i < held->PrivateKeys.n; i++) {
        out->PrivateKeyList.items[i] = (struct iam_SAMLPrivateKey){
            .KeyId = held->PrivateKeys.items[i].Id, .Timestamp = held->PrivateKeys.items[i].Added};
    }
    out->PrivateKeyList.n = held->PrivateKeys.n;
    out->PrivateKeyList.set = held->PrivateKeys.n > 0;
    return out->PrivateKeyList.items ? iam_tags_show(req, &held->Tags, &out->Tags) : -ENOMEM;
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
        r = set_metadata(req, in->SAMLMetadataDocument, held);
    }
    if (awi_str_is_set(in->AssertionEncryptionMode)) {
        held->EncryptionMode = in->AssertionEncryptionMode;
    }
    r = r ? r : remove_key(req, in->RemovePrivateKey, held);
    r = r ? r : add_key(req, in->AddPrivateKey, held);
    r = r ? r : check_mode(req, held);
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
