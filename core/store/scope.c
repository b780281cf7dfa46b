/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a record lies: the prefix that keeps services, accounts, regions and tables apart, the
 * scopes that exist, and composite keys.
 *
 * Each name of a prefix is ended by 00 and may not hold one, so no name can reach into its
 * neighbour's place: the prefix of one scope is never the beginning of another's.
 */
#include "core/store/internal.h"

#include <errno.h>

#define NAME_MOST  64
#define TABLE_MOST 32

static int add_name(struct awi_prefix *prefix, struct awi_str name, size_t most)
{
    if (name.len > most || (name.len && memchr(name.ptr, 0, name.len))) {
        return -EINVAL;
    }
    if (name.len) {
        memcpy(prefix->bytes + prefix->len, name.ptr, name.len);
    }
    prefix->len += name.len;
    prefix->bytes[prefix->len++] = 0;
    return 0;
}

int awi_scope_prefix(const struct awi_scope *scope, const char *table, struct awi_prefix *ret)
{
    ret->bytes[0] = KIND_RECORD;
    ret->len = 1;
    int r = add_name(ret, scope->service, NAME_MOST);
    if (r == 0) {
        r = add_name(ret, scope->account, NAME_MOST);
    }
    if (r == 0) {
        r = add_name(ret, scope->region, NAME_MOST);
    }
    if (r == 0) {
        r = add_name(ret, awi_str_from(table), TABLE_MOST);
    }
    return r;
}

/* --- scopes that exist ------------------------------------------------------------------------ */

/* Reads "account 00 region 00" behind the service. */
static int read_scope(struct awi_str rest, struct awi_str *account, struct awi_str *region)
{
    return awi_str_cut(&rest, '\0', account) && awi_str_cut(&rest, '\0', region) &&
                   awi_str_is_set(rest) && account->len <= NAME_MOST && region->len <= NAME_MOST
               ? 0
               : -EIO;
}

int awi_scopes_each(struct awi_txn *txn,
                    struct awi_str service,
                    struct awi_str account,
                    int (*seen)(void *arg, struct awi_str account, struct awi_str region),
                    void *arg)
{
    struct awi_prefix at = {.len = 1, .bytes = {KIND_RECORD}};
    MDB_cursor *cursor;
    char names[2][NAME_MOST];
    int r = add_name(&at, service, NAME_MOST);
    size_t service_end = at.len;

    if (r == 0 && account.len) {
        r = add_name(&at, account, NAME_MOST);
    }
    if (r == 0) {
        r = awi_lmdb_error(mdb_cursor_open(txn->mdb, txn->env->dbi, &cursor));
    }
    if (r < 0) {
        return r;
    }
    size_t fixed = at.len;
    char head[PREFIX_MOST];
    memcpy(head, at.bytes, fixed);
    for (;;) {
        MDB_val key = {at.len, at.bytes};
        MDB_val value;
        struct awi_str a;
        struct awi_str b;
        r = awi_lmdb_error(awi_mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE));
        if (r < 0 || key.mv_size < fixed || memcmp(key.mv_data, head, fixed) != 0) {
            r = r == -ENOENT ? 0 : r;
            break;
        }
        r = read_scope(awi_str_skip(awi_str_of(key.mv_data, key.mv_size), service_end), &a, &b);
        if (r < 0) {
            break;
        }
        /* The next search begins behind everything of this scope: its end 00 becomes 01. */
        at.len = service_end + a.len + 1 + b.len + 1;
        memcpy(at.bytes, key.mv_data, at.len);
        at.bytes[at.len - 1] = 1;
        memcpy(names[0], a.ptr, a.len);
        memcpy(names[1], b.ptr, b.len);
        r = seen(arg, awi_str_of(names[0], a.len), awi_str_of(names[1], b.len));
        if (r != 0) {
            break;
        }
    }
    mdb_cursor_close(cursor);
    return r;
}

/* --- composite keys --------------------------------------------------------------------------- */

static size_t part_size(struct awi_str part)
{
    size_t size = part.len + 2;

    for (size_t i = 0; i < part.len; i++) {
        size += part.ptr[i] == 0;
    }
    return size;
}

static char *write_part(char *to, struct awi_str part)
{
    for (size_t i = 0; i < part.len; i++) {
        *to++ = part.ptr[i];
        if (part.ptr[i] == 0) {
            *to++ = (char)0xff;
        }
    }
    *to++ = 0;
    *to++ = 1;
    return to;
}

struct awi_str awi_key(struct awi_arena *arena, size_t n, const struct awi_str *parts)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        size += part_size(parts[i]);
    }
    char *bytes = awi_arena_alloc(arena, size);
    if (!bytes) {
        return AWI_STR_NULL;
    }
    char *to = bytes;
    for (size_t i = 0; i < n; i++) {
        to = write_part(to, parts[i]);
    }
    return awi_str_of(bytes, size);
}

struct awi_str awi_key_head(struct awi_arena *arena, size_t n, const struct awi_str *parts)
{
    struct awi_str key = awi_key(arena, n, parts);

    return key.len >= 2 ? awi_str_head(key, key.len - 2) : key;
}

struct awi_str awi_key_part(struct awi_arena *arena, struct awi_str key, size_t at)
{
    char *out = awi_arena_alloc(arena, key.len);
    size_t len = 0;

    if (!out) {
        return AWI_STR_NULL;
    }
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] != 0) {
            out[len++] = key.ptr[i];
            continue;
        }
        if (++i == key.len) {
            break;
        }
        if (key.ptr[i] == (char)0xff) {
            out[len++] = 0;
        } else if (at-- == 0) {
            return awi_str_of(out, len);
        } else {
            len = 0;
        }
    }
    return AWI_STR_NULL;
}
