/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenID Connect providers: whose web identities roles may trust.
 */
#include "services/iam/iam.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define MOST_CLIENTS     100
#define MOST_THUMBPRINTS 5

static int copy(struct awi_req *req, const struct awi_str *items, size_t n, struct core_Texts *ret)
{
    int r = 0;

    *ret = (struct core_Texts){.set = true};
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = iam_texts_add(req, ret, items[i]);
        r = r == -EEXIST ? 0 : r;
    }
    return r;
}

static int check_thumbprints(struct awi_req *req, size_t n)
{
    return n <= MOST_THUMBPRINTS ? 0
                                 : awi_fail(req,
                                            &iam_InvalidInputException_error,
                                            "Thumbprint list must contain fewer than 5 entries.");
}

int iam_create_oidc_provider(struct awi_req *req,
                             const struct iam_CreateOpenIDConnectProviderRequest *in,
                             struct iam_CreateOpenIDConnectProviderResponse *out)
{
    struct awi_str https = AWI_STR("https://");
    struct core_OidcProviderRecord record = {.Created = iam_now(req)};
    int r = 0;

    if (!awi_str_starts(in->Url, https) || in->Url.len == https.len) {
        return awi_fail(
            req, &iam_InvalidInputException_error, "Invalid Open ID Connect Provider URL");
    }
    r = check_thumbprints(req, in->ThumbprintList.n);
    if (r) {
        return r;
    }
    if (in->ClientIDList.n > MOST_CLIENTS) {
        return iam_limit(
            req, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", MOST_CLIENTS);
    }
    record.Url = awi_str_skip(in->Url, https.len);
    if (awi_str_ends(record.Url, AWI_STR("/"))) {
        record.Url.len--;
    }
    record.Arn = iam_arn(req, "oidc-provider", AWI_STR("/"), record.Url);
    r = record.Arn.ptr ? 0 : -ENOMEM;
    r = r ? r : copy(req, in->ClientIDList.items, in->ClientIDList.n, &record.ClientIds);
    r = r ? r : copy(req, in->ThumbprintList.items, in->ThumbprintList.n, &record.Thumbprints);
    r = r ? r : iam_tags_take(req, &in->Tags, &record.Tags);
    r = r ? r : iam_record_insert(req, IAM_TAGGED_OIDC, record.Arn, &record);
    if (r == -EEXIST) {
        return iam_exists(req, "Provider with url %.*s already exists.", AWI_STR_FMT(in->Url));
    }
    out->OpenIDConnectProviderArn = record.Arn;
    r = r ? r : iam_quota_take(req, AWI_OIDC_TABLE);
    return r || record.Tags.n == 0 ? r : iam_tags_show(req, &record.Tags, &out->Tags);
}

int iam_get_oidc_provider(struct awi_req *req,
                          const struct iam_GetOpenIDConnectProviderRequest *in,
                          struct iam_GetOpenIDConnectProviderResponse *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_OIDC, in->OpenIDConnectProviderArn, &record);

    if (r) {
        return r;
    }
    const struct core_OidcProviderRecord *held = record.value;
    out->Url = held->Url;
    out->CreateDate = held->Created;
    out->ClientIDList.items = held->ClientIds.items;
    out->ClientIDList.n = held->ClientIds.n;
    out->ClientIDList.set = true;
    out->ThumbprintList.items = held->Thumbprints.items;
    out->ThumbprintList.n = held->Thumbprints.n;
    out->ThumbprintList.set = true;
    return iam_tags_show(req, &held->Tags, &out->Tags);
}

int iam_delete_oidc_provider(struct awi_req *req,
                             const struct iam_DeleteOpenIDConnectProviderRequest *in,
                             void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_OIDC, in->OpenIDConnectProviderArn, &record);

    r = r ? r : iam_record_delete(req, &record);
    return r ? r : iam_quota_give(req, AWI_OIDC_TABLE);
}

int iam_add_client_id(struct awi_req *req,
                      const struct iam_AddClientIDToOpenIDConnectProviderRequest *in,
                      void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_OIDC, in->OpenIDConnectProviderArn, &record);

    if (r) {
        return r;
    }
    struct core_OidcProviderRecord *held = record.value;
    r = iam_texts_add(req, &held->ClientIds, in->ClientID);
    if (r == 0 && held->ClientIds.n > MOST_CLIENTS) {
        return iam_limit(
            req, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", MOST_CLIENTS);
    }
    return r == -EEXIST ? 0 : r ? r : iam_record_save(req, &record);
}

int iam_remove_client_id(struct awi_req *req,
                         const struct iam_RemoveClientIDFromOpenIDConnectProviderRequest *in,
                         void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_OIDC, in->OpenIDConnectProviderArn, &record);

    if (r) {
        return r;
    }
    iam_texts_remove(&((struct core_OidcProviderRecord *)record.value)->ClientIds, in->ClientID);
    return iam_record_save(req, &record);
}

int iam_update_thumbprint(struct awi_req *req,
                          const struct iam_UpdateOpenIDConnectProviderThumbprintRequest *in,
                          void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_OIDC, in->OpenIDConnectProviderArn, &record);

    if (r) {
        return r;
    }
    struct core_OidcProviderRecord *held = record.value;
    r = check_thumbprints(req, in->ThumbprintList.n);
    r = r ? r : copy(req, in->ThumbprintList.items, in->ThumbprintList.n, &held->Thumbprints);
    return r ? r : iam_record_save(req, &record);
}

struct listing {
    struct awi_req *req;
    struct iam_OpenIDConnectProviderListEntry *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;

    l->items[l->n].Arn = awi_arena_str(awi_arena(l->req), key);
    return l->items[l->n++].Arn.ptr ? IAM_TAKEN : -ENOMEM;
}

int iam_list_oidc_providers(struct awi_req *req,
                            const struct iam_ListOpenIDConnectProvidersRequest *in,
                            struct iam_ListOpenIDConnectProvidersResponse *out)
{
    struct iam_page page = {.max = IAM_MOST_PROVIDERS};
    struct awi_scope scope = iam_core_scope(req);
    struct listing l = {.req = req};

    l.items = awi_arena_array(
        awi_arena(req), struct iam_OpenIDConnectProviderListEntry, IAM_MOST_PROVIDERS);
    int r = l.items ? iam_page_walk(req, &scope, AWI_OIDC_TABLE, AWI_STR(""), &page, take, &l)
                    : -ENOMEM;
    out->OpenIDConnectProviderList.items = l.items;
    out->OpenIDConnectProviderList.n = l.n;
    out->OpenIDConnectProviderList.set = true;
    return r;
}
