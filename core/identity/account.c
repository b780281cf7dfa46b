/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/account.h"

#include "core/store/record.h"
#include "core/util/base64.h"
#include "core/util/cleanup.h"
#include "core/util/digest.h"

#include "gen/core.h"

#include <errno.h>

#define TABLE "account"

static struct awi_scope scope_of(const struct awi_directory *dir)
{
    return (struct awi_scope){
        .txn = dir->txn, .account = AWI_STR(""), .region = AWI_STR(""), .service = AWI_STR("core")};
}

struct awi_str awi_account_acting(const struct awi_config *config, struct awi_str id)
{
    return config->accounts_mode == AWI_ACCOUNTS_SINGLE ? config->account_id : id;
}

struct awi_str awi_account_canonical_id(struct awi_arena *arena, struct awi_str id)
{
    unsigned char digest[32];
    struct awi_str text = awi_arena_printf(arena, "canonical user %.*s", AWI_STR_FMT(id));

    if (!text.ptr || awi_digest_of(AWI_SHA256, text, digest) < 0) {
        return AWI_STR_NULL;
    }
    return awi_hex(arena, awi_str_of(digest, sizeof(digest)));
}

/* Is the account there without any record? */
static bool given(const struct awi_config *config, struct awi_str id)
{
    if (awi_str_eq(id, config->account_id)) {
        return true;
    }
    if (config->accounts_mode == AWI_ACCOUNTS_OPEN) {
        return awi_str_is_account(id);
    }
    return awi_config_account(config, id) != NULL;
}

static bool is_closed(const struct core_AccountRecord *record)
{
    return awi_str_is_set(record->State) && !awi_str_is(record->State, "ACTIVE");
}

int awi_account_state(const struct awi_directory *dir,
                      struct awi_str id,
                      enum awi_account_state *ret)
{
    struct awi_scope scope = scope_of(dir);
    struct core_AccountRecord record;
    int r = awi_record_get(&scope, TABLE, id, dir->arena, &core_AccountRecord_shape, &record);

    if (r == 0) {
        *ret = is_closed(&record) ? AWI_ACCOUNT_CLOSED : AWI_ACCOUNT_ACTIVE;
        return 0;
    }
    if (r != -ENOENT) {
        return r;
    }
    *ret = given(dir->config, id) ? AWI_ACCOUNT_ACTIVE : AWI_ACCOUNT_UNKNOWN;
    return 0;
}

/* Fills what the record does not say. */
static int
complete(const struct awi_directory *dir, struct awi_str id, struct core_AccountRecord *record)
{
    const struct awi_config_account *known = awi_config_account(dir->config, id);

    record->Id = awi_str_is_set(record->Id) ? record->Id : awi_arena_str(dir->arena, id);
    if (!awi_str_is_set(record->State)) {
        record->State = AWI_STR("ACTIVE");
    }
    if (!awi_str_is_set(record->Name)) {
        record->Name = known && awi_str_is_set(known->name)      ? known->name
                       : awi_str_eq(id, dir->config->account_id) ? AWI_STR("management")
                                                                 : record->Id;
    }
    if (!awi_str_is_set(record->Email)) {
        record->Email =
            known && awi_str_is_set(known->email)
                ? known->email
                : awi_arena_printf(dir->arena, "account-%.*s@example.com", AWI_STR_FMT(id));
    }
    return record->Id.ptr && record->Email.ptr ? 0 : -ENOMEM;
}

int awi_account_get(const struct awi_directory *dir,
                    struct awi_str id,
                    struct core_AccountRecord *ret)
{
    struct awi_scope scope = scope_of(dir);
    int r = awi_record_get(&scope, TABLE, id, dir->arena, &core_AccountRecord_shape, ret);

    if (r == -ENOENT && given(dir->config, id)) {
        *ret = (struct core_AccountRecord){.Id = AWI_STR_NULL};
        r = 0;
    }
    return r ? r : complete(dir, id, ret);
}

int awi_account_organization(const struct awi_directory *dir,
                             struct awi_str id,
                             struct awi_str *ret)
{
    struct awi_scope scope = scope_of(dir);
    struct core_AccountRecord record;
    int r = awi_record_get(&scope, TABLE, id, dir->arena, &core_AccountRecord_shape, &record);

    if (r < 0) {
        return r;
    }
    *ret = record.OrganizationId;
    return record.OrganizationId.len ? 0 : -ENOENT;
}

int awi_account_put(const struct awi_directory *dir, const struct core_AccountRecord *record)
{
    struct awi_scope scope = scope_of(dir);

    return awi_record_put(&scope, TABLE, record->Id, dir->arena, &core_AccountRecord_shape, record);
}

int awi_account_delete(const struct awi_directory *dir, struct awi_str id)
{
    struct awi_scope scope = scope_of(dir);

    return awi_delete(&scope, TABLE, id);
}

/* --- All of them ----------------------------------------------------------------------------- */

struct walk {
    const struct awi_directory *dir;
    size_t listed; /* next of the configuration's */
    bool own;      /* the default account is still to come */
    int (*seen)(void *arg, const struct core_AccountRecord *record);
    void *arg;
};

/* The least id that the configuration has still to give; absent: none. */
static struct awi_str next_given(const struct walk *walk)
{
    const struct awi_config *config = walk->dir->config;
    struct awi_str id = AWI_STR_NULL;

    if (walk->listed < config->accounts.n) {
        id = config->accounts.items[config->accounts.by_id[walk->listed]].id;
    }
    if (walk->own && (!awi_str_is_set(id) || awi_str_cmp(config->account_id, id) <= 0)) {
        return config->account_id;
    }
    return id;
}

static void pass_given(struct walk *walk, struct awi_str id)
{
    const struct awi_config *config = walk->dir->config;

    if (walk->listed < config->accounts.n &&
        awi_str_eq(id, config->accounts.items[config->accounts.by_id[walk->listed]].id)) {
        walk->listed++;
    }
    if (awi_str_eq(id, config->account_id)) {
        walk->own = false;
    }
}

/* Tells of the configuration's accounts below id; absent: of all that are left. */
static int tell_given(struct walk *walk, struct awi_str below)
{
    for (;;) {
        struct core_AccountRecord record = {.Id = AWI_STR_NULL};
        struct awi_str id = next_given(walk);
        int r;
        if (!awi_str_is_set(id) || (awi_str_is_set(below) && awi_str_cmp(id, below) >= 0)) {
            return 0;
        }
        pass_given(walk, id);
        r = complete(walk->dir, id, &record);
        r = r ? r : walk->seen(walk->arg, &record);
        if (r) {
            return r;
        }
    }
}

int awi_account_each(const struct awi_directory *dir,
                     int (*seen)(void *arg, const struct core_AccountRecord *record),
                     void *arg)
{
    struct walk walk = {.dir = dir, .own = true, .seen = seen, .arg = arg};
    struct awi_scope scope = scope_of(dir);
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(&scope, TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_AccountRecord record;
        r = awi_record_decode(value, dir->arena, &core_AccountRecord_shape, &record);
        r = r ? r : tell_given(&walk, record.Id);
        if (r == 0) {
            pass_given(&walk, record.Id);
            r = complete(dir, record.Id, &record);
        }
        r = r ? r : seen(arg, &record);
    }
    return r == -ENOENT ? tell_given(&walk, AWI_STR_NULL) : r;
}
