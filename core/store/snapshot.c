/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots. What the engine holds of records, chains and blobs is written one entry behind the
 * other into a stream, which is a blob itself; M+n+name has its id. The blobs that the entries name
 * are held: H+id+name keeps their bytes when the state goes on and deletes them (blob.c, sweep.c).
 * So a restore puts entries back and copies no bodies.
 */
#include "core/store/snapshot.h"
#include "core/util/cleanup.h"

#include <errno.h>

#define NAME_MOST  64
#define NAME_KIND  2 /* "M", "n" */
#define CHUNK      ((size_t)256 << 10)
#define ENTRY_MOST (AWI_VALUE_MAX + CHUNK)
/* A transaction that was too large for the map finds twice the room the next time. */
#define TRIES 12

bool awi_snapshot_is_name(struct awi_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-')) {
            return false;
        }
    }
    return name.len > 0 && name.len <= NAME_MOST;
}

static MDB_val name_key(struct awi_str name, char *bytes)
{
    bytes[0] = KIND_META;
    bytes[1] = 'n';
    memcpy(bytes + NAME_KIND, name.ptr, name.len);
    return (MDB_val){.mv_size = NAME_KIND + name.len, .mv_data = bytes};
}

static MDB_val held_key(const struct awi_blob_id *id, struct awi_str name, char *bytes)
{
    awi_blob_id_bytes(id, bytes + 1);
    bytes[0] = KIND_HELD;
    memcpy(bytes + BLOB_KEY, name.ptr, name.len);
    return (MDB_val){.mv_size = BLOB_KEY + name.len, .mv_data = bytes};
}

/* The text of an id in an entry's key, behind the kind. */
void awi_snapshot_id(const MDB_val *key, struct awi_blob_id *ret)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = key->mv_data;

    for (size_t i = 0; i < BLOB_KEY - 1; i++) {
        ret->text[2 * i] = digits[bytes[1 + i] >> 4];
        ret->text[2 * i + 1] = digits[bytes[1 + i] & 15];
    }
    ret->text[32] = '\0';
}

/* --- Walking over the engine ----------------------------------------------------------------- */

int awi_entries_each(struct awi_txn *txn,
                     struct awi_str head,
                     int (*each)(void *arg, const MDB_val *key, const MDB_val *value),
                     void *arg)
{
    char last[MDB_KEY_MOST + 1];
    size_t len = head.len;
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(txn->mdb, txn->env->dbi, &cursor);
    int r = 0;

    memcpy(last, head.ptr, len);
    while (rc == 0 && r == 0) {
        MDB_val key = {.mv_size = len, .mv_data = last}, value;
        rc = awi_mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (rc || !awi_str_starts(awi_str_of(key.mv_data, key.mv_size), head)) {
            break;
        }
        /* The next key is behind this one with a byte more. */
        len = key.mv_size;
        memcpy(last, key.mv_data, len);
        last[len] = '\0';
        len += len < MDB_KEY_MOST;
        bool longest = key.mv_size == MDB_KEY_MOST;
        r = each(arg, &key, &value);
        if (longest) {
            /* No key lies between it and the one that is one greater. */
            while (len > 0 && (unsigned char)last[len - 1] == 0xff) {
                len--;
            }
            if (len == 0) {
                break;
            }
            last[len - 1] = (char)((unsigned char)last[len - 1] + 1);
        }
    }
    if (rc != MDB_NOTFOUND && rc != 0 && r == 0) {
        r = awi_txn_result(txn, rc);
    }
    mdb_cursor_close(cursor);
    return r;
}

static int note_stream(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct awi_streams *streams = arg;
    struct awi_blob_id *id = &streams->ids[streams->n];

    (void)key;
    if (value->mv_size != sizeof(*id) || streams->n == AWI_SNAPSHOTS_MOST) {
        return -EIO;
    }
    memcpy(id, value->mv_data, sizeof(*id));
    streams->n++;
    return 0;
}

int awi_snapshot_streams(struct awi_txn *txn, struct awi_streams *ret)
{
    ret->n = 0;
    return awi_entries_each(txn, AWI_STR("Mn"), note_stream, ret);
}

bool awi_snapshot_is_stream(const struct awi_streams *streams, const MDB_val *key)
{
    struct awi_blob_id id;

    awi_snapshot_id(key, &id);
    for (size_t i = 0; i < streams->n; i++) {
        if (strcmp(id.text, streams->ids[i].text) == 0) {
            return true;
        }
    }
    return false;
}

int awi_snapshot_find(struct awi_txn *txn, struct awi_str name, struct awi_blob_id *ret)
{
    char bytes[NAME_KIND + NAME_MOST];
    MDB_val key = name_key(name, bytes);
    MDB_val value;
    int r = awi_lmdb_error(awi_mdb_get(txn->mdb, txn->env->dbi, &key, &value));

    if (r == 0 && value.mv_size != sizeof(*ret)) {
        return -EIO;
    }
    if (r == 0) {
        memcpy(ret, value.mv_data, sizeof(*ret));
    }
    return r;
}

/* --- Deleting -------------------------------------------------------------------------------- */

static int let_go(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct awi_change *c = arg;
    struct awi_str name = awi_str_skip(awi_str_of(key->mv_data, key->mv_size), BLOB_KEY);
    struct awi_extent extent, live;
    struct awi_blob_id id;
    char bytes[BLOB_KEY + NAME_MOST];

    if (!awi_str_eq(name, c->name) || value->mv_size != sizeof(extent)) {
        return 0;
    }
    awi_snapshot_id(key, &id);
    memcpy(&extent, value->mv_data, sizeof(extent));
    MDB_val own = held_key(&id, c->name, bytes);
    int r = awi_txn_result(c->txn, awi_mdb_del(c->txn->mdb, c->txn->env->dbi, &own, NULL));
    if (r < 0 || awi_blob_is_held(c->txn, &id)) {
        return r;
    }
    r = awi_blob_record(c->txn, &id, &live);
    return r == -ENOENT ? awi_blob_discard(c->txn, &id, &extent) : r;
}

static int forget(struct awi_change *c)
{
    char bytes[NAME_KIND + NAME_MOST];
    MDB_val key = name_key(c->name, bytes);
    struct awi_blob_id id;
    int r = awi_snapshot_find(c->txn, c->name, &id);

    if (r < 0) {
        return r;
    }
    r = awi_txn_result(c->txn, awi_mdb_del(c->txn->mdb, c->txn->env->dbi, &key, NULL));
    r = r ? r : awi_blob_delete(c->txn, &id);
    return r ? r : awi_entries_each(c->txn, AWI_STR("H"), let_go, c);
}

/* --- Saving ---------------------------------------------------------------------------------- */

static int flush(struct awi_change *c)
{
    int r = awi_buf_failed(&c->chunk)
                ? c->chunk.error
                : awi_spool_write(c->spool, c->chunk.ptr ? c->chunk.ptr : "", c->chunk.len);

    awi_buf_clear(&c->chunk);
    return r;
}

static int save_entry(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct awi_change *c = arg;
    struct awi_snapshot_head head = {(uint32_t)key->mv_size, (uint32_t)value->mv_size};

    awi_buf_add(&c->chunk, &head, sizeof(head));
    awi_buf_add(&c->chunk, key->mv_data, key->mv_size);
    awi_buf_add(&c->chunk, value->mv_data, value->mv_size);
    return c->chunk.len > CHUNK || awi_buf_failed(&c->chunk) ? flush(c) : 0;
}

static int save_blob(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct awi_change *c = arg;
    char bytes[BLOB_KEY + NAME_MOST];
    struct awi_extent extent;
    struct awi_blob_id id;

    if (key->mv_size != BLOB_KEY || value->mv_size != sizeof(extent)) {
        return -EIO;
    }
    if (awi_snapshot_is_stream(&c->streams, key)) {
        return 0;
    }
    int r = save_entry(c, key, value);
    awi_snapshot_id(key, &id);
    memcpy(&extent, value->mv_data, sizeof(extent));
    MDB_val held = held_key(&id, c->name, bytes);
    MDB_val copy = {.mv_size = sizeof(extent), .mv_data = &extent};
    return r ? r
             : awi_txn_result(c->txn, awi_mdb_put(c->txn->mdb, c->txn->env->dbi, &held, &copy, 0));
}

static int save_all(struct awi_change *c)
{
    int r = awi_entries_each(c->txn, AWI_STR("R"), save_entry, c);

    r = r ? r : awi_entries_each(c->txn, AWI_STR("L"), save_entry, c);
    r = r ? r : awi_entries_each(c->txn, AWI_STR("B"), save_blob, c);
    return r ? r : flush(c);
}

static int save(struct awi_change *c)
{
    char bytes[NAME_KIND + NAME_MOST];
    MDB_val key = name_key(c->name, bytes);
    struct awi_blob_id id;
    int r = forget(c);

    r = r == -ENOENT ? 0 : r;
    r = r ? r : awi_snapshot_streams(c->txn, &c->streams);
    if (r == 0 && c->streams.n == AWI_SNAPSHOTS_MOST) {
        return -EMFILE;
    }
    r = r ? r : awi_spool_new(c->txn->store, &c->spool);
    if (r < 0) {
        return r;
    }
    r = save_all(c);
    if (r < 0) {
        awi_spool_free(c->spool);
        return r;
    }
    r = awi_blob_keep(c->txn, c->spool, &id);
    MDB_val value = {.mv_size = sizeof(id), .mv_data = &id};
    return r ? r
             : awi_txn_result(c->txn, awi_mdb_put(c->txn->mdb, c->txn->env->dbi, &key, &value, 0));
}

/* --- As one transaction each ------------------------------------------------------------------ */

int awi_snapshot_run(struct awi_store *store,
                     struct awi_change *c,
                     int (*run)(struct awi_change *c))
{
    int r = -ENOSPC;

    c->chunk = (struct awi_buf)AWI_BUF_INIT(ENTRY_MOST);
    for (unsigned i = 0; i < TRIES && r == -ENOSPC; i++) {
        size_t room = atomic_load(&store->headroom);
        r = awi_txn_begin(store, true, &c->txn);
        if (r < 0) {
            break;
        }
        awi_buf_clear(&c->chunk);
        r = run(c);
        if (r < 0) {
            awi_txn_abort(c->txn);
        } else {
            r = awi_txn_commit(c->txn);
        }
        if (room == atomic_load(&store->headroom)) {
            break; /* the disk is full, if anything, not the map */
        }
    }
    awi_buf_deinit(&c->chunk);
    return r;
}

int awi_snapshot_save(struct awi_store *store, struct awi_str name)
{
    struct awi_change c = {.name = name, .fd = -1};

    return awi_snapshot_is_name(name) ? awi_snapshot_run(store, &c, save) : -EINVAL;
}

int awi_snapshot_delete(struct awi_store *store, struct awi_str name)
{
    struct awi_change c = {.name = name, .fd = -1};

    return awi_snapshot_is_name(name) ? awi_snapshot_run(store, &c, forget) : -EINVAL;
}

struct listing {
    int (*seen)(void *arg, struct awi_str name);
    void *arg;
};

static int list_one(void *arg, const MDB_val *key, const MDB_val *value)
{
    struct listing *listing = arg;

    (void)value;
    return listing->seen(listing->arg,
                         awi_str_skip(awi_str_of(key->mv_data, key->mv_size), NAME_KIND));
}

int awi_snapshot_each(struct awi_txn *txn, int (*seen)(void *arg, struct awi_str name), void *arg)
{
    struct listing listing = {seen, arg};

    return awi_entries_each(txn, AWI_STR("Mn"), list_one, &listing);
}
