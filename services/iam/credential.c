/* SPDX-License-Identifier: Apache-2.0 */
#include "services/iam/credential.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define TABLE "credential"

static struct awi_str
key_of(struct awi_req *req, const char *kind, struct awi_str user_id, struct awi_str id)
{
    return AWI_KEY(awi_arena(req), awi_str_from(kind), user_id, id);
}

static struct awi_str
prefix_of(struct awi_req *req, const char *kind, const struct iam_entity *user)
{
    return user ? AWI_KEY(awi_arena(req), awi_str_from(kind), user->user.UserId)
                : AWI_KEY(awi_arena(req), awi_str_from(kind));
}

int iam_credential_put(struct awi_req *req,
                       const char *kind,
                       const struct iam_CredentialRecord *record)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str key = key_of(req, kind, record->UserId, record->Id);

    return key.ptr ? awi_record_put(
                         &scope, TABLE, key, awi_arena(req), &iam_CredentialRecord_shape, record)
                   : -ENOMEM;
}

int iam_credential_get(struct awi_req *req,
                       const char *kind,
                       const struct iam_entity *user,
                       struct awi_str id,
                       struct iam_CredentialRecord *ret)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str key = key_of(req, kind, user->user.UserId, id);

    return key.ptr ? awi_record_get(
                         &scope, TABLE, key, awi_arena(req), &iam_CredentialRecord_shape, ret)
                   : -ENOMEM;
}

int iam_credential_delete(struct awi_req *req,
                          const char *kind,
                          const struct iam_CredentialRecord *record)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str key = key_of(req, kind, record->UserId, record->Id);

    return key.ptr ? awi_delete(&scope, TABLE, key) : -ENOMEM;
}

int iam_credential_each(struct awi_req *req,
                        const char *kind,
                        const struct iam_entity *user,
                        int (*seen)(void *arg, const struct iam_CredentialRecord *record),
                        void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = awi_scope(req);
    struct awi_str prefix = prefix_of(req, kind, user), key, value;
    int r =
        prefix.ptr ? awi_cursor_open(&scope, TABLE, prefix, prefix, AWI_FORWARD, &cursor) : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct iam_CredentialRecord record;
        r = awi_record_decode(value, awi_arena(req), &iam_CredentialRecord_shape, &record);
        r = r ? r : seen(arg, &record);
    }
    return r == -ENOENT ? 0 : r;
}

int iam_credential_page(struct awi_req *req,
                        const char *kind,
                        const struct iam_entity *user,
                        struct iam_page *page,
                        int (*take)(void *arg, struct awi_str key, struct awi_str value),
                        void *arg)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str prefix = prefix_of(req, kind, user);

    return prefix.ptr ? iam_page_walk(req, &scope, TABLE, prefix, page, take, arg) : -ENOMEM;
}

struct awi_str iam_credential_status(const struct awi_req *req,
                                     const struct iam_CredentialRecord *record)
{
    return record->Expires.set && record->Expires.ms <= awi_now(req) ? AWI_STR("Expired")
                                                                     : record->Status;
}

static int stop(void *arg, const struct iam_CredentialRecord *record)
{
    return 1;
}

int iam_credentials_left(struct awi_req *req, const struct iam_entity *user, const char **ret)
{
    static const struct {
        const char *kind, *words;
    } kinds[] = {
        {IAM_SSH_KEY, "delete SSH public keys"},
        {IAM_SIGNING, "delete signing certificates"},
        {IAM_SERVICE_CRED, "delete service-specific credentials"},
    };
    int r = 0;

    *ret = NULL;
    for (size_t i = 0; r == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        r = iam_credential_each(req, kinds[i].kind, user, stop, NULL);
        *ret = r > 0 ? kinds[i].words : NULL;
    }
    return r < 0 ? r : 0;
}
