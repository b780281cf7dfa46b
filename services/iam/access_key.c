/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access keys of users and of the root user. A key's id carries its account, and requests are
 * really verified with its secret.
 */
#include "services/iam/iam.h"

#include "core/identity/key.h"
#include "core/identity/session.h"
#include "core/identity/use.h"

#include <errno.h>

/* Whose keys: a user's, or the root user's, who has no record. */
struct holder {
    bool root;
    struct iam_entity user;
    struct iam_SettingsRecord settings;
    struct awi_str *ids;
    size_t n;
};

static int open_holder(struct awi_req *req, struct awi_str name, struct holder *ret)
{
    struct awi_str found;
    int r;

    memset(ret, 0, sizeof(*ret));
    if (!awi_str_is_set(name) && awi_principal(req)->type == AWI_PRINCIPAL_ROOT) {
        ret->root = true;
        r = iam_settings_get(req, &ret->settings);
        ret->ids = ret->settings.RootAccessKeys.items;
        ret->n = ret->settings.RootAccessKeys.n;
        return r;
    }
    r = iam_user_named(req, name, &found);
    r = r ? r : iam_entity_open(req, IAM_USER, found, &ret->user);
    ret->ids = ret->user.user.AccessKeys.items;
    ret->n = ret->user.user.AccessKeys.n;
    return r;
}

static int save_holder(struct awi_req *req, struct holder *holder, const struct core_Texts *ids)
{
    if (holder->root) {
        holder->settings.RootAccessKeys =
            (struct iam_RecordTexts){.items = ids->items, .n = ids->n, .set = true};
        return iam_settings_put(req, &holder->settings);
    }
    holder->user.user.AccessKeys = *ids;
    return iam_entity_save(req, &holder->user);
}

static struct core_Texts ids_of(const struct holder *holder)
{
    return (struct core_Texts){.items = holder->ids, .n = holder->n, .set = true};
}

/* A key of this holder. >0 NoSuchEntity. */
static int open_key(struct awi_req *req,
                    const struct holder *holder,
                    struct awi_str id,
                    struct core_AccessKeyRecord *ret)
{
    struct core_Texts ids = ids_of(holder);
    int r = iam_texts_has(&ids, id)
                ? awi_access_key_get(awi_request_txn(req), awi_arena(req), id, ret)
                : -ENOENT;

    return r != -ENOENT
               ? r
               : iam_missing(req, "The Access Key with id %.*s cannot be found.", AWI_STR_FMT(id));
}

static int make(struct awi_req *req, const struct holder *holder, struct core_AccessKeyRecord *ret)
{
    char id[AWI_KEY_ID_LEN + 1], secret[AWI_SECRET_LEN + 1];
    int r = awi_key_make(awi_request_random(req), "AKIA", awi_account(req), id);

    awi_secret_make(awi_request_random(req), secret);
    *ret = (struct core_AccessKeyRecord){
        .Account = awi_account(req),
        .Status = AWI_STR("Active"),
        .Created = iam_now(req),
        .UserName = holder->user.user.UserName,
        .UserId = holder->user.user.UserId,
        .UserArn = holder->user.user.Arn,
    };
    if (r) {
        return r;
    }
    ret->AccessKeyId = awi_arena_str(awi_arena(req), awi_str_from(id));
    ret->SecretAccessKey = awi_arena_str(awi_arena(req), awi_str_from(secret));
    return ret->AccessKeyId.ptr && ret->SecretAccessKey.ptr ? 0 : -ENOMEM;
}

int iam_create_access_key(struct awi_req *req,
                          const struct iam_CreateAccessKeyRequest *in,
                          struct iam_CreateAccessKeyResponse *out)
{
    struct core_AccessKeyRecord key;
    struct holder holder;
    int r = open_holder(req, in->UserName, &holder);

    if (r == 0 && holder.n >= IAM_MOST_ACCESS_KEYS) {
        return iam_limit(
            req, "Cannot exceed quota for AccessKeysPerUser: %d", IAM_MOST_ACCESS_KEYS);
    }
    struct core_Texts ids = ids_of(&holder);
    r = r ? r : make(req, &holder, &key);
    r = r ? r : awi_access_key_put(awi_request_txn(req), awi_arena(req), &key);
    r = r ? r : iam_texts_add(req, &ids, key.AccessKeyId);
    r = r ? r : save_holder(req, &holder, &ids);
    out->AccessKey = awi_arena_new(awi_arena(req), struct iam_AccessKey);
    if (r || !out->AccessKey) {
        return r ? r : -ENOMEM;
    }
    *out->AccessKey = (struct iam_AccessKey){
        .UserName = holder.root ? AWI_STR("root") : key.UserName,
        .AccessKeyId = key.AccessKeyId,
        .Status = key.Status,
        .SecretAccessKey = key.SecretAccessKey,
        .CreateDate = key.Created,
    };
    return 0;
}

int iam_list_access_keys(struct awi_req *req,
                         const struct iam_ListAccessKeysRequest *in,
                         struct iam_ListAccessKeysResponse *out)
{
    struct core_AccessKeyRecord key;
    struct holder holder;
    struct iam_page page;
    size_t first = 0, count = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r : open_holder(req, in->UserName, &holder);
    r = r ? r : iam_page_slice(req, &page, holder.n, &first, &count);
    out->AccessKeyMetadata.items =
        awi_arena_array(awi_arena(req), struct iam_AccessKeyMetadata, count);
    r = r ? r : out->AccessKeyMetadata.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = open_key(req, &holder, holder.ids[first + i], &key);
        out->AccessKeyMetadata.items[i] = (struct iam_AccessKeyMetadata){
            .UserName = holder.root ? AWI_STR("root") : key.UserName,
            .AccessKeyId = key.AccessKeyId,
            .Status = key.Status,
            .CreateDate = key.Created,
        };
    }
    out->AccessKeyMetadata.n = count;
    out->AccessKeyMetadata.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}

int iam_update_access_key(struct awi_req *req,
                          const struct iam_UpdateAccessKeyRequest *in,
                          void *out)
{
    struct core_AccessKeyRecord key;
    struct holder holder;
    int r = open_holder(req, in->UserName, &holder);

    r = r ? r : open_key(req, &holder, in->AccessKeyId, &key);
    key.Status = in->Status;
    return r ? r : awi_access_key_put(awi_request_txn(req), awi_arena(req), &key);
}

int iam_delete_access_key(struct awi_req *req,
                          const struct iam_DeleteAccessKeyRequest *in,
                          void *out)
{
    struct core_AccessKeyRecord key;
    struct holder holder;
    int r = open_holder(req, in->UserName, &holder);
    struct core_Texts ids = ids_of(&holder);

    r = r ? r : open_key(req, &holder, in->AccessKeyId, &key);
    r = r ? r : iam_texts_remove(&ids, in->AccessKeyId);
    r = r ? r : awi_access_key_delete(awi_request_txn(req), in->AccessKeyId);
    r = r ? r : iam_use_forget(req, in->AccessKeyId);
    return r ? r : save_holder(req, &holder, &ids);
}

int iam_key_used(struct awi_req *req, struct awi_str id, struct iam_AccessKeyLastUsed *ret)
{
    struct core_UseRecord use;
    int r = awi_use_of_key(awi_request_txn(req), awi_arena(req), awi_account(req), id, &use);

    *ret = (struct iam_AccessKeyLastUsed){.ServiceName = AWI_STR("N/A"), .Region = AWI_STR("N/A")};
    if (r == 0) {
        ret->LastUsedDate = use.Time;
        ret->ServiceName = use.Service;
        ret->Region = use.Region;
    }
    return r == -ENOENT ? 0 : r;
}

int iam_get_access_key_last_used(struct awi_req *req,
                                 const struct iam_GetAccessKeyLastUsedRequest *in,
                                 struct iam_GetAccessKeyLastUsedResponse *out)
{
    struct core_AccessKeyRecord key;
    int r = awi_access_key_get(awi_request_txn(req), awi_arena(req), in->AccessKeyId, &key);

    if (r == -ENOENT || (r == 0 && !awi_str_eq(key.Account, awi_account(req)))) {
        return iam_missing(
            req, "The Access Key with id %.*s cannot be found.", AWI_STR_FMT(in->AccessKeyId));
    }
    out->AccessKeyLastUsed = awi_arena_new(awi_arena(req), struct iam_AccessKeyLastUsed);
    if (r || !out->AccessKeyLastUsed) {
        return r ? r : -ENOMEM;
    }
    out->UserName = key.UserName;
    return iam_key_used(req, in->AccessKeyId, out->AccessKeyLastUsed);
}
