/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/principal.h"

#include "core/store/record.h"
#include "core/util/digest.h"

#include "gen/core.h"

#include <errno.h>

struct awi_scope awi_principal_scope(struct awi_txn *txn, struct awi_str account)
{
    return (struct awi_scope){
        .txn = txn, .account = account, .region = AWI_STR(""), .service = AWI_STR("core")};
}

/* The key under which a name is found: its lower case. */
static struct awi_str key_of(struct awi_arena *arena, struct awi_str name)
{
    char *text = awi_arena_strz(arena, name);

    for (size_t i = 0; text && i < name.len; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z') {
            text[i] = (char)(text[i] - 'A' + 'a');
        }
    }
    return awi_str_of(text, text ? name.len : 0);
}

/* --- Unique ids ------------------------------------------------------------------------------ */

#define ID_TABLE "uniqueid" /* of all accounts: unique id -> ARN */

static int note_id(struct awi_txn *txn, struct awi_str id, struct awi_str arn)
{
    struct awi_scope all = awi_principal_scope(txn, AWI_STR(""));
    struct awi_str held;

    if (id.len == 0 || arn.len == 0) {
        return 0;
    }
    int r = awi_get(&all, ID_TABLE, id, &held);
    if (r == 0 && awi_str_eq(held, arn)) {
        return 0;
    }
    return r == 0 || r == -ENOENT ? awi_put(&all, ID_TABLE, id, arn) : r;
}

static int forget_id(struct awi_txn *txn, struct awi_str id)
{
    struct awi_scope all = awi_principal_scope(txn, AWI_STR(""));
    int r = id.len ? awi_delete(&all, ID_TABLE, id) : 0;

    return r == -ENOENT ? 0 : r;
}

int awi_unique_id_arn(struct awi_txn *txn,
                      struct awi_arena *arena,
                      struct awi_str id,
                      struct awi_str *ret)
{
    struct awi_scope all = awi_principal_scope(txn, AWI_STR(""));
    struct awi_str held;
    int r = id.len ? awi_get(&all, ID_TABLE, id, &held) : -ENOENT;

    if (r == 0) {
        *ret = awi_arena_str(arena, held);
        r = ret->ptr ? 0 : -ENOMEM;
    }
    return r;
}

/* --- Records --------------------------------------------------------------------------------- */

#define DEFINE_RECORD(noun, Type, TABLE, Name, Id)                                                 \
    int awi_##noun##_get(struct awi_txn *txn,                                                      \
                         struct awi_arena *arena,                                                  \
                         struct awi_str account,                                                   \
                         struct awi_str name,                                                      \
                         struct core_##Type *ret)                                                  \
    {                                                                                              \
        struct awi_scope scope = awi_principal_scope(txn, account);                                \
        struct awi_str key = key_of(arena, name);                                                  \
        return key.ptr ? awi_record_get(&scope, TABLE, key, arena, &core_##Type##_shape, ret)      \
                       : -ENOMEM;                                                                  \
    }                                                                                              \
    int awi_##noun##_put(struct awi_txn *txn,                                                      \
                         struct awi_arena *arena,                                                  \
                         struct awi_str account,                                                   \
                         const struct core_##Type *record)                                         \
    {                                                                                              \
        struct awi_scope scope = awi_principal_scope(txn, account);                                \
        struct awi_str key = key_of(arena, record->Name);                                          \
        int r = key.ptr ? awi_record_put(&scope, TABLE, key, arena, &core_##Type##_shape, record)  \
                        : -ENOMEM;                                                                 \
        return r ? r : note_id(txn, record->Id, record->Arn);                                      \
    }                                                                                              \
    int awi_##noun##_delete(                                                                       \
        struct awi_txn *txn, struct awi_arena *arena, struct awi_str account, struct awi_str name) \
    {                                                                                              \
        struct awi_scope scope = awi_principal_scope(txn, account);                                \
        struct awi_str key = key_of(arena, name);                                                  \
        struct core_##Type record;                                                                 \
        int r = awi_##noun##_get(txn, arena, account, name, &record);                              \
        r = r ? r : forget_id(txn, record.Id);                                                     \
        return r ? r : key.ptr ? awi_delete(&scope, TABLE, key) : -ENOMEM;                         \
    }

DEFINE_RECORD(role, RoleRecord, AWI_ROLE_TABLE, RoleName, RoleId)
DEFINE_RECORD(user, UserRecord, AWI_USER_TABLE, UserName, UserId)
DEFINE_RECORD(group, GroupRecord, AWI_GROUP_TABLE, GroupName, GroupId)

int awi_iam_arn_parse(struct awi_str arn, struct awi_iam_arn *ret)
{
    struct awi_str rest = arn, part[5];
    ptrdiff_t slash;

    for (int i = 0; i < 5; i++) {
        if (!awi_str_cut(&rest, ':', &part[i])) {
            return -EINVAL;
        }
    }
    if (!awi_str_is(part[0], "arn") || part[1].len == 0 || !awi_str_is(part[2], "iam") ||
        part[3].len != 0 || !awi_str_is_account(part[4]) || !awi_str_is_set(rest)) {
        return -EINVAL;
    }
    *ret = (struct awi_iam_arn){.partition = part[1], .account = part[4], .path = AWI_STR("/")};
    slash = awi_str_find(rest, '/');
    if (slash < 0) {
        ret->kind = rest;
        return rest.len ? 0 : -EINVAL;
    }
    ret->kind = awi_str_head(rest, (size_t)slash);
    rest = awi_str_skip(rest, (size_t)slash);
    slash = awi_str_rfind(rest, '/');
    ret->path = awi_str_head(rest, (size_t)slash + 1);
    ret->name = awi_str_skip(rest, (size_t)slash + 1);
    return ret->kind.len && ret->name.len ? 0 : -EINVAL;
}

int awi_principal_id(struct awi_txn *txn,
                     struct awi_arena *arena,
                     struct awi_str account,
                     const struct awi_iam_arn *arn,
                     struct awi_str *ret)
{
    struct awi_str name = AWI_STR_NULL, path = AWI_STR_NULL;
    struct core_RoleRecord role;
    struct core_UserRecord user;
    int r = -ENOENT;

    if (awi_str_is(arn->kind, "role")) {
        r = awi_role_get(txn, arena, account, arn->name, &role);
        name = r ? name : role.RoleName;
        path = r ? path : role.Path;
        *ret = r ? AWI_STR_NULL : role.RoleId;
    } else if (awi_str_is(arn->kind, "user")) {
        r = awi_user_get(txn, arena, account, arn->name, &user);
        name = r ? name : user.UserName;
        path = r ? path : user.Path;
        *ret = r ? AWI_STR_NULL : user.UserId;
    }
    return r ? r : awi_str_eq(name, arn->name) && awi_str_eq(path, arn->path) ? 0 : -ENOENT;
}

void awi_role_made_up_id(struct awi_str account, struct awi_str name, char ret[22])
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned char hash[32] = {0};

    /* A digest that cannot be had leaves the id constant, which is as good for a made-up one. */
    awi_hmac(AWI_SHA256, account, name, hash);
    memcpy(ret, "AROA", 4);
    for (size_t i = 0; i < 17; i++) {
        ret[4 + i] = base32[hash[i] & 31];
    }
    ret[21] = '\0';
}
