/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/session.h"

#include "core/identity/key.h"
#include "core/store/record.h"
#include "core/util/cleanup.h"
#include "core/util/digest.h"

#include "gen/core.h"

#include <errno.h>
#include <stdio.h>

#define KEYS          "key"    /* of one account: key id -> session or user's key */
#define EXPIRIES      "expiry" /* of all accounts: when it may be forgotten, key id */
#define SWEEP_AT_ONCE 2

static struct awi_scope keys_of(struct awi_txn *txn, struct awi_str account)
{
    return (struct awi_scope){
        .txn = txn, .account = account, .region = AWI_STR(""), .service = AWI_STR("core")};
}

/* The scope that a key id leads to; account must live as long as the scope. */
static int
scope_of_key(struct awi_txn *txn, struct awi_str id, char account[13], struct awi_scope *ret)
{
    if (awi_key_account(id, account)) {
        return -ENOENT;
    }
    *ret = keys_of(txn, awi_str_of(account, 12));
    return 0;
}

/* Forgets a few sessions whose time is long over. */
static int sweep(struct awi_txn *txn, struct awi_arena *arena, int64_t now_ms)
{
    struct awi_scope all = keys_of(txn, AWI_STR(""));

    for (int i = 0; i < SWEEP_AT_ONCE; i++) {
        struct awi_str key, value, id = AWI_STR_NULL;
        struct core_ExpiryRecord record;
        char limit[24], account[13];
        struct awi_scope scope;
        AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
        int r = awi_cursor_open(&all, EXPIRIES, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);
        r = r ? r : awi_cursor_next(cursor, &key, &value);
        if (r == -ENOENT) {
            return 0;
        }
        r = r ? r : awi_record_decode(value, arena, &core_ExpiryRecord_shape, &record);
        if (r) {
            return r;
        }
        snprintf(limit, sizeof(limit), "%020lld", (long long)now_ms);
        if (awi_str_cmp(awi_str_head(key, 20), awi_str_from(limit)) >= 0) {
            return 0;
        }
        id = awi_arena_str(arena, key);
        awi_cursor_close(AWI_STEAL(cursor, NULL));
        r = id.ptr ? awi_delete(&all, EXPIRIES, id) : -ENOMEM;
        if (r == 0 && scope_of_key(txn, record.AccessKeyId, account, &scope) == 0) {
            r = awi_delete(&scope, KEYS, record.AccessKeyId);
        }
        if (r && r != -ENOENT) {
            return r;
        }
    }
    return 0;
}

/* Notes when the session may be forgotten. */
static int
note_expiry(struct awi_txn *txn, struct awi_arena *arena, const struct core_SessionRecord *session)
{
    struct awi_scope all = keys_of(txn, AWI_STR(""));
    struct core_ExpiryRecord record = {
        .AccessKeyId = session->AccessKeyId,
        .Account = session->Account,
    };
    struct awi_str key = awi_arena_printf(arena,
                                          "%020lld%.*s",
                                          (long long)(session->Expires.ms + AWI_SESSION_KEPT_MS),
                                          AWI_STR_FMT(session->AccessKeyId));

    return key.ptr ? awi_record_put(&all, EXPIRIES, key, arena, &core_ExpiryRecord_shape, &record)
                   : -ENOMEM;
}

static int hash_token(struct awi_str token, unsigned char hash[32])
{
    return awi_digest_of(AWI_SHA256, token, hash);
}

int awi_session_issue(struct awi_txn *txn,
                      struct awi_arena *arena,
                      struct awi_random *random,
                      struct core_SessionRecord *session,
                      struct awi_str *ret_token)
{
    struct awi_scope scope = keys_of(txn, session->Account);
    char id[AWI_KEY_ID_LEN + 1], secret[AWI_SECRET_LEN + 1], token[AWI_TOKEN_LEN + 1];
    unsigned char hash[32];
    int r = awi_key_make(random, "ASIA", session->Account, id);

    if (r) {
        return r;
    }
    awi_secret_make(random, secret);
    awi_token_make(random, token);
    r = hash_token(awi_str_from(token), hash);
    if (r) {
        return r;
    }
    session->AccessKeyId = awi_arena_str(arena, awi_str_from(id));
    session->SecretAccessKey = awi_arena_str(arena, awi_str_from(secret));
    session->TokenHash = awi_arena_str(arena, awi_str_of(hash, sizeof(hash)));
    *ret_token = awi_arena_str(arena, awi_str_from(token));
    if (!session->AccessKeyId.ptr || !session->SecretAccessKey.ptr || !session->TokenHash.ptr ||
        !ret_token->ptr) {
        return -ENOMEM;
    }
    r = awi_record_insert(
        &scope, KEYS, session->AccessKeyId, arena, &core_SessionRecord_shape, session);
    r = r ? r : note_expiry(txn, arena, session);
    return r ? r : sweep(txn, arena, session->Issued.ms);
}

int awi_session_get(struct awi_txn *txn,
                    struct awi_arena *arena,
                    struct awi_str access_key_id,
                    struct core_SessionRecord *ret)
{
    struct awi_scope scope;
    char account[13];
    int r = scope_of_key(txn, access_key_id, account, &scope);

    return r ? r
             : awi_record_get(&scope, KEYS, access_key_id, arena, &core_SessionRecord_shape, ret);
}

bool awi_session_token_is(const struct core_SessionRecord *session, struct awi_str token)
{
    unsigned char hash[32];

    return awi_str_is_set(token) && hash_token(token, hash) == 0 &&
           awi_key_same(session->TokenHash, awi_str_of(hash, sizeof(hash)));
}

int awi_access_key_get(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_str access_key_id,
                       struct core_AccessKeyRecord *ret)
{
    struct awi_scope scope;
    char account[13];
    int r = scope_of_key(txn, access_key_id, account, &scope);

    return r ? r
             : awi_record_get(&scope, KEYS, access_key_id, arena, &core_AccessKeyRecord_shape, ret);
}

int awi_access_key_put(struct awi_txn *txn,
                       struct awi_arena *arena,
                       const struct core_AccessKeyRecord *key)
{
    struct awi_scope scope;
    char account[13];
    int r = scope_of_key(txn, key->AccessKeyId, account, &scope);

    return r ? r
             : awi_record_put(
                   &scope, KEYS, key->AccessKeyId, arena, &core_AccessKeyRecord_shape, key);
}

int awi_access_key_delete(struct awi_txn *txn, struct awi_str access_key_id)
{
    struct awi_scope scope;
    char account[13];
    int r = scope_of_key(txn, access_key_id, account, &scope);

    return r ? r : awi_delete(&scope, KEYS, access_key_id);
}

int awi_keys_revoke(struct awi_txn *txn, struct awi_str account)
{
    struct awi_scope scope = keys_of(txn, account);

    return awi_delete_prefix(&scope, KEYS, AWI_STR(""));
}
