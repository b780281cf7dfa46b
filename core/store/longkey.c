/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records by key, with keys longer than LMDB's.
 *
 * An entry of LMDB is at most 511 bytes of key. A level is all entries with one prefix P; level 0
 * is a table. Room for the user's bytes is n = 510 - |P|. A key of at most n bytes is an entry P+K,
 * so at most 510 long. A longer one is cut: its first n bytes H make a link, the entry P+H+00,
 * which alone is 511 bytes long and lies right behind P+H and before everything else, exactly where
 * the keys that continue H belong. The link's value is the id of a chain, a level of its own with
 * prefix L+id, which holds the rest of all keys that begin with H, by the same rule. So the order
 * of entries, with links entered in place, is the order of the keys.
 */
#include "core/store/internal.h"

#include <errno.h>

#define CHAIN_ID 8

static const char chain_counter[] = {KIND_META, 'c'};

/* Where a record lies: the entry's key, and the chains that led there. */
struct place {
    char entry[MDB_KEY_MOST];
    size_t len;
    unsigned depth;
    char links[DEPTH_MOST][CHAIN_ID];
};

void awi_chain_prefix(const char *id, char *prefix)
{
    prefix[0] = KIND_CHAIN;
    memcpy(prefix + 1, id, CHAIN_ID);
}

static MDB_val val_of(const void *data, size_t len)
{
    return (MDB_val){.mv_size = len, .mv_data = (void *)(uintptr_t)data};
}

static int new_chain(struct awi_txn *txn, char *id)
{
    MDB_val key = val_of(chain_counter, sizeof(chain_counter));
    MDB_val value;
    uint64_t last = 0;
    int rc = awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value);

    if (rc == 0 && value.mv_size == sizeof(last)) {
        memcpy(&last, value.mv_data, sizeof(last));
    } else if (rc != MDB_NOTFOUND) {
        return rc ? rc : MDB_CORRUPTED;
    }
    last++;
    value = val_of(&last, sizeof(last));
    rc = awi_mdb_put(txn->mdb, txn->env->dbi, &key, &value, 0);
    for (unsigned i = 0; i < CHAIN_ID; i++) {
        id[i] = (char)(last >> (56 - 8 * i));
    }
    return rc;
}

/* The chain that the link in place->entry leads to. */
static int follow(struct awi_txn *txn, struct place *place, bool create)
{
    char *id = place->links[place->depth];
    MDB_val key = val_of(place->entry, MDB_KEY_MOST);
    MDB_val value;
    int rc = awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value);

    if (rc == MDB_NOTFOUND && create) {
        rc = new_chain(txn, id);
        if (rc == 0) {
            value = val_of(id, CHAIN_ID);
            rc = awi_mdb_put(txn->mdb, txn->env->dbi, &key, &value, 0);
        }
    } else if (rc == 0) {
        if (value.mv_size != CHAIN_ID) {
            return MDB_CORRUPTED;
        }
        memcpy(id, value.mv_data, CHAIN_ID);
    }
    if (rc == 0) {
        place->depth++;
    }
    return rc;
}

/* An LMDB result. *place is where the record with this key lies or would lie. */
static int find(struct awi_txn *txn,
                const struct awi_prefix *prefix,
                struct awi_str key,
                bool create,
                struct place *place)
{
    memcpy(place->entry, prefix->bytes, prefix->len);
    place->len = prefix->len;
    place->depth = 0;
    while (key.len > LEVEL_ROOM(place->len)) {
        size_t room = LEVEL_ROOM(place->len);
        memcpy(place->entry + place->len, key.ptr, room);
        place->entry[MDB_KEY_MOST - 1] = 0;
        key = awi_str_skip(key, room);
        int rc = follow(txn, place, create);
        if (rc) {
            return rc;
        }
        awi_chain_prefix(place->links[place->depth - 1], place->entry);
        place->len = CHAIN_PREFIX;
    }
    if (key.len) {
        memcpy(place->entry + place->len, key.ptr, key.len);
    }
    place->len += key.len;
    return 0;
}

static int find_record(const struct awi_scope *scope,
                       const char *table,
                       struct awi_str key,
                       bool create,
                       struct awi_prefix *prefix,
                       struct place *place)
{
    int r = awi_scope_prefix(scope, table, prefix);

    if (r < 0) {
        return r;
    }
    if (key.len > AWI_KEY_MAX) {
        return create ? -EFBIG : -ENOENT;
    }
    int rc = find(scope->txn, prefix, key, create, place);
    return create ? awi_txn_result(scope->txn, rc) : awi_lmdb_error(rc);
}

int awi_get(const struct awi_scope *scope,
            const char *table,
            struct awi_str key,
            struct awi_str *ret)
{
    struct awi_prefix prefix;
    struct place place;
    MDB_val value;
    int r = find_record(scope, table, key, false, &prefix, &place);

    *ret = AWI_STR_NULL;
    if (r < 0) {
        return r;
    }
    MDB_val entry = val_of(place.entry, place.len);
    r = awi_lmdb_error(awi_mdb_get(scope->txn->mdb, scope->txn->env->dbi, &entry, &value));
    if (r == 0) {
        *ret = awi_str_of(value.mv_data, value.mv_size);
    }
    return r;
}

static int store_value(const struct awi_scope *scope,
                       const char *table,
                       struct awi_str key,
                       struct awi_str value,
                       unsigned flags)
{
    struct awi_prefix prefix;
    struct place place;

    if (!scope->txn->write) {
        return -EROFS;
    }
    if (value.len > AWI_VALUE_MAX) {
        return -EFBIG;
    }
    int r = find_record(scope, table, key, true, &prefix, &place);
    if (r < 0) {
        return r;
    }
    MDB_val entry = val_of(place.entry, place.len);
    MDB_val data = val_of(value.ptr, value.len);
    return awi_txn_result(scope->txn,
                          awi_mdb_put(scope->txn->mdb, scope->txn->env->dbi, &entry, &data, flags));
}

int awi_put(const struct awi_scope *scope,
            const char *table,
            struct awi_str key,
            struct awi_str value)
{
    return store_value(scope, table, key, value, 0);
}

int awi_insert(const struct awi_scope *scope,
               const char *table,
               struct awi_str key,
               struct awi_str value)
{
    return store_value(scope, table, key, value, MDB_NOOVERWRITE);
}

/* --- deleting --------------------------------------------------------------------------------- */

/* The first entry at or behind bytes, if it begins with them. */
static int first_with(MDB_cursor *cursor, const char *bytes, size_t len, MDB_val *key, MDB_val *v)
{
    *key = val_of(bytes, len);
    int rc = awi_mdb_cursor_get(cursor, key, v, MDB_SET_RANGE);
    if (rc == 0 && (key->mv_size < len || memcmp(key->mv_data, bytes, len) != 0)) {
        rc = MDB_NOTFOUND;
    }
    return rc;
}

/* Links whose chain became empty, from the deepest up. The links of place are found again from the
 * key, since only ids were kept. */
static int
prune(struct awi_txn *txn, const struct awi_prefix *prefix, struct awi_str key, struct place *place)
{
    MDB_cursor *cursor;
    MDB_val found;
    MDB_val value;
    int rc = place->depth ? mdb_cursor_open(txn->mdb, txn->env->dbi, &cursor) : 0;

    if (rc || place->depth == 0) {
        return rc;
    }
    while (place->depth > 0) {
        char level[CHAIN_PREFIX];
        awi_chain_prefix(place->links[place->depth - 1], level);
        rc = first_with(cursor, level, sizeof(level), &found, &value);
        if (rc != MDB_NOTFOUND) {
            break;
        }
        place->depth--;
        size_t before = 0;
        char link[MDB_KEY_MOST];
        size_t at = prefix->len;
        memcpy(link, prefix->bytes, at);
        for (unsigned i = 0; i < place->depth; i++) {
            before += LEVEL_ROOM(at);
            awi_chain_prefix(place->links[i], link);
            at = CHAIN_PREFIX;
        }
        memcpy(link + at, key.ptr + before, LEVEL_ROOM(at));
        link[MDB_KEY_MOST - 1] = 0;
        MDB_val entry = val_of(link, sizeof(link));
        rc = awi_mdb_del(txn->mdb, txn->env->dbi, &entry, NULL);
        if (rc) {
            break;
        }
    }
    mdb_cursor_close(cursor);
    return rc;
}

int awi_delete(const struct awi_scope *scope, const char *table, struct awi_str key)
{
    struct awi_prefix prefix;
    struct place place;

    if (!scope->txn->write) {
        return -EROFS;
    }
    int r = find_record(scope, table, key, false, &prefix, &place);
    if (r < 0) {
        return r;
    }
    MDB_val entry = val_of(place.entry, place.len);
    int rc = awi_mdb_del(scope->txn->mdb, scope->txn->env->dbi, &entry, NULL);
    if (rc == 0) {
        rc = prune(scope->txn, &prefix, key, &place);
    }
    return awi_txn_result(scope->txn, rc);
}

/* Deletes every entry that begins with these bytes, and the chains they link to; chains[depth] is
 * the way back. Not recursive: a chain is emptied, then its link is found again and deleted. */
static int delete_level(MDB_cursor *cursor, const char *bytes, size_t len)
{
    char levels[DEPTH_MOST][CHAIN_PREFIX];
    unsigned depth = 0;
    int rc;

    for (;;) {
        MDB_val key;
        MDB_val value;
        rc = depth ? first_with(cursor, levels[depth - 1], CHAIN_PREFIX, &key, &value)
                   : first_with(cursor, bytes, len, &key, &value);
        if (rc == MDB_NOTFOUND) {
            if (depth == 0) {
                return 0;
            }
            depth--;
            rc = depth ? first_with(cursor, levels[depth - 1], CHAIN_PREFIX, &key, &value)
                       : first_with(cursor, bytes, len, &key, &value);
            if (rc == 0) {
                rc = awi_mdb_cursor_del(cursor);
            }
        } else if (rc == 0 && key.mv_size == MDB_KEY_MOST) {
            if (value.mv_size != CHAIN_ID || depth == DEPTH_MOST) {
                return MDB_CORRUPTED;
            }
            awi_chain_prefix(value.mv_data, levels[depth++]);
        } else if (rc == 0) {
            rc = awi_mdb_cursor_del(cursor);
        }
        if (rc) {
            return rc;
        }
    }
}

int awi_delete_prefix(const struct awi_scope *scope, const char *table, struct awi_str key)
{
    struct awi_prefix prefix;
    struct place place;
    MDB_cursor *cursor;
    struct awi_txn *txn = scope->txn;

    if (!txn->write) {
        return -EROFS;
    }
    int r = find_record(scope, table, key, false, &prefix, &place);
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    int rc = mdb_cursor_open(txn->mdb, txn->env->dbi, &cursor);
    if (rc == 0) {
        rc = delete_level(cursor, place.entry, place.len);
        mdb_cursor_close(cursor);
    }
    if (rc == 0) {
        rc = prune(txn, &prefix, key, &place);
    }
    return awi_txn_result(txn, rc);
}
