/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking a table in key order, forwards and backwards, through the chains of long keys
 * (longkey.c). The position is the last key given out: after a write of the same transaction the
 * cursor finds its place again from that key, so a loop may delete what it walks over.
 */
#include "core/store/internal.h"

#include <errno.h>
#include <stdlib.h>

enum place_kind {
    AT_START, /* nothing given out yet: begin at bound */
    AT_ENTRY, /* the LMDB cursor stands on the entry last given out */
    AT_END,
};

struct awi_cursor {
    struct awi_txn *txn;
    struct awi_cursor *next; /* of the transaction's cursors */
    MDB_cursor *mdb;
    enum awi_direction direction;
    enum place_kind place;
    uint64_t writes; /* of the transaction, when the place was found */

    struct awi_prefix table;
    char *want; /* every key given out starts with these bytes */
    size_t want_len;

    char *bound; /* where to begin, then the last key given out */
    size_t bound_len;
    bool bound_out;  /* the bound itself is not given out */
    bool bound_none; /* no bound: from the end of the table */

    unsigned depth;
    char levels[DEPTH_MOST][CHAIN_PREFIX];
    size_t heads_len; /* bytes of the key that the links above hold */
    char heads[AWI_KEY_MAX + MDB_KEY_MOST];
    char space[2 * AWI_KEY_MAX]; /* for want and bound */
};

static struct awi_str level_of(const struct awi_cursor *c)
{
    return c->depth ? awi_str_of(c->levels[c->depth - 1], CHAIN_PREFIX)
                    : awi_str_of(c->table.bytes, c->table.len);
}

static bool in_level(const struct awi_cursor *c, const MDB_val *entry)
{
    return awi_str_starts(awi_str_of(entry->mv_data, entry->mv_size), level_of(c));
}

static int get(struct awi_cursor *c, MDB_val *entry, MDB_val *value, MDB_cursor_op op)
{
    return awi_mdb_cursor_get(c->mdb, entry, value, op);
}

/* The entry before everything that is at or behind the given bytes. */
static int before(struct awi_cursor *c, struct awi_str bytes, MDB_val *entry, MDB_val *value)
{
    *entry = (MDB_val){.mv_size = bytes.len, .mv_data = (void *)(uintptr_t)bytes.ptr};
    int rc = get(c, entry, value, MDB_SET_RANGE);
    return get(c, entry, value, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
}

/* The last entry of the level. No prefix of a level consists of FF bytes alone, and none ends with
 * FF but a chain id that is never reached. */
static int last_of_level(struct awi_cursor *c, MDB_val *entry, MDB_val *value)
{
    char behind[PREFIX_MOST];
    struct awi_str level = level_of(c);

    memcpy(behind, level.ptr, level.len);
    for (size_t i = level.len; i-- > 0;) {
        if (++behind[i] != 0) {
            break;
        }
    }
    return before(c, awi_str_of(behind, level.len), entry, value);
}

static int push(struct awi_cursor *c, const MDB_val *entry, const MDB_val *value)
{
    size_t prefix = level_of(c).len;
    size_t head = LEVEL_ROOM(prefix);

    if (value->mv_size != CHAIN_PREFIX - 1 || c->depth == DEPTH_MOST ||
        c->heads_len + head > sizeof(c->heads)) {
        return MDB_CORRUPTED;
    }
    memcpy(c->heads + c->heads_len, (const char *)entry->mv_data + prefix, head);
    c->heads_len += head;
    awi_chain_prefix(value->mv_data, c->levels[c->depth++]);
    return 0;
}

/* Back to the link that led into this level: *entry is it. */
static int pop(struct awi_cursor *c, MDB_val *entry, MDB_val *value)
{
    char link[MDB_KEY_MOST];

    c->depth--;
    struct awi_str level = level_of(c);
    size_t head = LEVEL_ROOM(level.len);
    c->heads_len -= head;
    memcpy(link, level.ptr, level.len);
    memcpy(link + level.len, c->heads + c->heads_len, head);
    link[MDB_KEY_MOST - 1] = 0;
    *entry = (MDB_val){.mv_size = sizeof(link), .mv_data = link};
    return get(c, entry, value, MDB_SET_KEY);
}

/* From the link of the bound's head in this level: into it if it is there. *inside tells. */
static int
enter_link(struct awi_cursor *c, struct awi_str rest, MDB_val *entry, MDB_val *value, bool *inside)
{
    char link[MDB_KEY_MOST];
    struct awi_str level = level_of(c);

    memcpy(link, level.ptr, level.len);
    memcpy(link + level.len, rest.ptr, LEVEL_ROOM(level.len));
    link[MDB_KEY_MOST - 1] = 0;
    *entry = (MDB_val){.mv_size = sizeof(link), .mv_data = link};
    int rc = get(c, entry, value, MDB_SET_RANGE);
    *inside = rc == 0 && entry->mv_size == sizeof(link) &&
              memcmp(entry->mv_data, link, sizeof(link)) == 0;
    if (*inside) {
        return push(c, entry, value);
    }
    if (c->direction == AWI_BACKWARD) {
        return get(c, entry, value, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
    }
    return rc;
}

/* The first entry in the direction of walking from the bound. It may be outside the level. */
static int seek(struct awi_cursor *c, MDB_val *entry, MDB_val *value)
{
    struct awi_str rest = awi_str_of(c->bound, c->bound_len);
    char bytes[MDB_KEY_MOST];

    c->depth = 0;
    c->heads_len = 0;
    if (c->bound_none) {
        return last_of_level(c, entry, value);
    }
    while (rest.len > LEVEL_ROOM(level_of(c).len)) {
        bool inside;
        size_t head = LEVEL_ROOM(level_of(c).len);
        int rc = enter_link(c, rest, entry, value, &inside);
        if (rc || !inside) {
            return rc;
        }
        rest = awi_str_skip(rest, head);
    }
    struct awi_str level = level_of(c);
    memcpy(bytes, level.ptr, level.len);
    if (rest.len) {
        memcpy(bytes + level.len, rest.ptr, rest.len);
    }
    size_t len = level.len + rest.len;
    *entry = (MDB_val){.mv_size = len, .mv_data = bytes};
    int rc = get(c, entry, value, MDB_SET_RANGE);
    bool exact = rc == 0 && entry->mv_size == len && memcmp(entry->mv_data, bytes, len) == 0;
    if (exact && !c->bound_out) {
        return 0;
    }
    if (c->direction == AWI_BACKWARD) {
        return get(c, entry, value, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
    }
    return exact ? get(c, entry, value, MDB_NEXT) : rc;
}

/* From whatever entry the cursor stands on to the nearest record in the direction of walking. */
static int settle(struct awi_cursor *c, MDB_val *entry, MDB_val *value, int rc)
{
    MDB_cursor_op step = c->direction == AWI_FORWARD ? MDB_NEXT : MDB_PREV;

    for (;;) {
        if (rc != 0 && rc != MDB_NOTFOUND) {
            return rc;
        }
        if (rc == MDB_NOTFOUND || !in_level(c, entry)) {
            if (c->depth == 0) {
                return MDB_NOTFOUND;
            }
            rc = pop(c, entry, value);
            if (rc == 0) {
                rc = get(c, entry, value, step);
            } else if (rc == MDB_NOTFOUND) {
                return MDB_CORRUPTED;
            }
            continue;
        }
        if (entry->mv_size < MDB_KEY_MOST) {
            return 0;
        }
        rc = push(c, entry, value);
        if (rc) {
            return rc;
        }
        if (c->direction == AWI_FORWARD) {
            struct awi_str level = level_of(c);
            *entry = (MDB_val){.mv_size = level.len, .mv_data = (void *)(uintptr_t)level.ptr};
            rc = get(c, entry, value, MDB_SET_RANGE);
        } else {
            rc = last_of_level(c, entry, value);
        }
    }
}

/* The user's key of the entry: in the map where it is whole there, else in the arena. */
static int user_key(struct awi_cursor *c, const MDB_val *entry, struct awi_str *ret)
{
    struct awi_str rest = awi_str_skip(awi_str_of(entry->mv_data, entry->mv_size), level_of(c).len);

    if (c->depth == 0) {
        *ret = rest;
        return 0;
    }
    char *bytes = awi_arena_alloc(&c->txn->arena, c->heads_len + rest.len);
    if (!bytes) {
        return -ENOMEM;
    }
    memcpy(bytes, c->heads, c->heads_len);
    memcpy(bytes + c->heads_len, rest.ptr, rest.len);
    *ret = awi_str_of(bytes, c->heads_len + rest.len);
    return 0;
}

int awi_cursor_next(struct awi_cursor *c, struct awi_str *key, struct awi_str *value)
{
    MDB_val entry;
    MDB_val data;
    int rc;

    if (!c->mdb) {
        return -EINVAL;
    }
    if (c->place == AT_END) {
        return -ENOENT;
    }
    if (c->place == AT_ENTRY && c->writes == c->txn->writes) {
        rc = get(c, &entry, &data, c->direction == AWI_FORWARD ? MDB_NEXT : MDB_PREV);
    } else {
        rc = seek(c, &entry, &data);
    }
    rc = settle(c, &entry, &data, rc);
    int r = rc ? awi_lmdb_error(rc) : user_key(c, &entry, key);
    if (r == 0 && !awi_str_starts(*key, awi_str_of(c->want, c->want_len))) {
        r = -ENOENT;
    }
    if (r < 0) {
        c->place = r == -ENOENT ? AT_END : c->place;
        return r;
    }
    c->place = AT_ENTRY;
    if (c->txn->write) {
        c->writes = c->txn->writes;
        memcpy(c->bound, key->ptr, key->len);
        c->bound_len = key->len;
        c->bound_out = true;
        c->bound_none = false;
    }
    *value = awi_str_of(data.mv_data, data.mv_size);
    return 0;
}

/* Backwards the walk begins before the first key that does not start with the prefix any more. */
static void bound_behind_prefix(struct awi_cursor *c, struct awi_str prefix)
{
    size_t len = prefix.len;

    while (len && (unsigned char)prefix.ptr[len - 1] == 0xff) {
        len--;
    }
    if (len == 0) {
        c->bound_none = true;
        return;
    }
    memcpy(c->bound, prefix.ptr, len);
    c->bound[len - 1]++;
    c->bound_len = len;
    c->bound_out = true;
}

static void set_bound(struct awi_cursor *c, struct awi_str prefix, struct awi_str from)
{
    if (c->direction == AWI_FORWARD) {
        if (!awi_str_is_set(from) || awi_str_cmp(from, prefix) < 0) {
            from = prefix;
        }
    } else if (!awi_str_is_set(from) ||
               (awi_str_cmp(from, prefix) > 0 && !awi_str_starts(from, prefix))) {
        bound_behind_prefix(c, prefix);
        return;
    }
    if (from.len) {
        memcpy(c->bound, from.ptr, from.len);
    }
    c->bound_len = from.len;
}

int awi_cursor_open(const struct awi_scope *scope,
                    const char *table,
                    struct awi_str prefix,
                    struct awi_str from,
                    enum awi_direction direction,
                    struct awi_cursor **ret)
{
    /* No record has a longer key: none has such a prefix, and where to begin is cut, behind which
     * lies what lies behind the whole. */
    bool nothing = prefix.len > AWI_KEY_MAX, cut = from.len > AWI_KEY_MAX;

    *ret = NULL;
    prefix = nothing ? AWI_STR("") : prefix;
    from = cut ? awi_str_head(from, AWI_KEY_MAX) : from;
    struct awi_cursor *c = malloc(sizeof(*c));
    if (!c) {
        return -ENOMEM;
    }
    memset(c, 0, offsetof(struct awi_cursor, levels));
    c->heads_len = 0;
    c->txn = scope->txn;
    c->direction = direction;
    c->want = c->space;
    c->want_len = prefix.len;
    if (prefix.len) {
        memcpy(c->want, prefix.ptr, prefix.len);
    }
    c->bound = c->space + AWI_KEY_MAX;
    set_bound(c, prefix, from);
    c->bound_out |= cut && direction == AWI_FORWARD && c->bound_len == AWI_KEY_MAX;
    c->place = nothing ? AT_END : AT_START;
    int r = awi_scope_prefix(scope, table, &c->table);
    if (r == 0) {
        r = awi_lmdb_error(mdb_cursor_open(c->txn->mdb, c->txn->env->dbi, &c->mdb));
    }
    if (r < 0) {
        free(c);
        return r;
    }
    c->next = c->txn->cursors;
    c->txn->cursors = c;
    *ret = c;
    return 0;
}

void awi_cursor_close(struct awi_cursor *cursor)
{
    if (!cursor) {
        return;
    }
    if (cursor->mdb) {
        struct awi_cursor **at = &cursor->txn->cursors;
        while (*at != cursor) {
            at = &(*at)->next;
        }
        *at = cursor->next;
        mdb_cursor_close(cursor->mdb);
    }
    free(cursor);
}

void awi_cursors_detach(struct awi_txn *txn)
{
    while (txn->cursors) {
        struct awi_cursor *c = txn->cursors;
        txn->cursors = c->next;
        mdb_cursor_close(c->mdb);
        c->mdb = NULL;
    }
}
