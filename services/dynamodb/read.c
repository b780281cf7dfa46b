/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodb/read.h"

#include "core/util/digest.h"

#include <errno.h>

const struct ddb_key_schema *ddb_reading_keys(const struct ddb_reading *reading)
{
    return reading->index ? &reading->index->keys : &reading->table.keys;
}

/* --- Where to begin -------------------------------------------------------------------------- */

int ddb_start_after(struct awi_req *req,
                    struct ddb_reading *reading,
                    struct dynamodb_AttributeMap *start)
{
    const struct ddb_key_schema *keys = ddb_reading_keys(reading);
    struct dynamodb_AttributeMap own = {0};
    struct awi_str message, key;
    int r;

    if (!start->set) {
        return 0;
    }
    r = ddb_answered(req, ddb_map_check(awi_arena(req), start, &message), message);
    for (size_t i = 0; r == 0 && i < keys->n; i++) {
        const struct dynamodb_AttributeValue *value = ddb_map_find(start, keys->parts[i].name);

        if (!ddb_is_key(&keys->parts[i], value, i == 0)) {
            return ddb_invalid(req, "The provided starting key is invalid");
        }
    }
    for (size_t i = 0; r == 0 && i < reading->table.keys.n; i++) {
        const struct ddb_key_part *part = &reading->table.keys.parts[i];
        const struct dynamodb_AttributeValue *value = ddb_map_find(start, part->name);

        if (!ddb_is_key(part, value, i == 0)) {
            return ddb_invalid(req, "The provided starting key is invalid");
        }
        r = ddb_map_put(awi_arena(req), &own, part->name, value);
    }
    if (r != 0) {
        return r;
    }
    key = ddb_item_key(awi_arena(req), &reading->table, &own);
    if (key.ptr && reading->index) {
        key = ddb_index_key(awi_arena(req), &reading->table, reading->index, start, key);
    }
    if (!key.ptr) {
        return -ENOMEM;
    }
    if (!awi_str_starts(key, reading->prefix)) {
        return ddb_invalid(req,
                           "The provided starting key is outside query boundaries based on "
                           "provided conditions");
    }
    reading->after = reading->from = key;
    return 0;
}

static bool is_keyed(const struct ddb_key_schema *keys, struct awi_str name)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (awi_str_eq(keys->parts[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool index_has(const struct ddb_reading *reading, struct awi_str name)
{
    const struct ddb_index *index = reading->index;
    bool found = index->all || is_keyed(&index->keys, name) || is_keyed(&reading->table.keys, name);

    for (size_t i = 0; !found && i < index->n_attributes; i++) {
        found = awi_str_eq(index->attributes[i], name);
    }
    return found;
}

/* A global index fetches nothing from its table. */
static int check_projected(struct awi_req *req, const struct ddb_reading *reading)
{
    const struct ddb_projection *projection = reading->projection;

    if (!projection || !reading->index || reading->index->local) {
        return 0;
    }
    for (size_t i = 0; i < projection->n; i++) {
        struct awi_str name = projection->paths[i].steps[0].name;

        if (!index_has(reading, name)) {
            return ddb_invalid(req,
                               "One or more parameter values were invalid: Global secondary index "
                               "%.*s does not project [%.*s]",
                               AWI_STR_FMT(reading->index->name),
                               AWI_STR_FMT(name));
        }
    }
    return 0;
}

int ddb_check_reading(struct awi_req *req,
                      struct ddb_reading *reading,
                      struct awi_str index,
                      struct awi_str select)
{
    bool projected = reading->projection != NULL;

    reading->count_only = awi_str_is(select, "COUNT");
    reading->whole = awi_str_is(select, "ALL_ATTRIBUTES");
    if (awi_str_is_set(index)) {
        reading->index = ddb_table_index(&reading->table, index);
        if (!reading->index) {
            return ddb_invalid(
                req, "The table does not have the specified index: %.*s", AWI_STR_FMT(index));
        }
        if (reading->consistent && !reading->index->local) {
            return ddb_invalid(req,
                               "Consistent reads are not supported on global secondary indexes");
        }
        if (awi_str_is(select, "ALL_ATTRIBUTES") && !reading->index->local &&
            !reading->index->all) {
            return ddb_invalid(req,
                               "One or more parameter values were invalid: Select type "
                               "ALL_ATTRIBUTES is not supported for global secondary index %.*s "
                               "because its projection type is not ALL",
                               AWI_STR_FMT(index));
        }
    } else if (awi_str_is(select, "ALL_PROJECTED_ATTRIBUTES")) {
        return ddb_invalid(req,
                           "One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES "
                           "can be used only when Querying using an IndexName");
    }
    if (awi_str_is(select, "SPECIFIC_ATTRIBUTES") && !projected) {
        return ddb_invalid(req,
                           "One or more parameter values were invalid: Must specify the "
                           "AttributesToGet or ProjectionExpression when choosing to get "
                           "SPECIFIC_ATTRIBUTES");
    }
    if (awi_str_is_set(select) && !awi_str_is(select, "SPECIFIC_ATTRIBUTES") && projected) {
        return ddb_invalid(req,
                           "One or more parameter values were invalid: Cannot specify the "
                           "AttributesToGet when choosing to get %s",
                           awi_str_is(select, "COUNT") ? "only the Count" : "ALL_ATTRIBUTES");
    }
    return check_projected(req, reading);
}

/* --- One item -------------------------------------------------------------------------------- */

static int copy_key(struct awi_req *req,
                    const struct ddb_key_schema *keys,
                    const struct dynamodb_AttributeMap *item,
                    struct dynamodb_AttributeMap *to)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < keys->n; i++) {
        r = ddb_map_put(
            awi_arena(req), to, keys->parts[i].name, ddb_map_find(item, keys->parts[i].name));
    }
    return r;
}

/* What an index has of an item. A local one fetches the rest when it is asked for it. */
static int projected(struct awi_req *req,
                     const struct ddb_reading *reading,
                     struct dynamodb_AttributeMap *item)
{
    const struct ddb_index *index = reading->index;
    struct dynamodb_AttributeMap part = {0};
    int r;

    if (!index || index->all || (index->local && (reading->projection || reading->whole))) {
        return 0;
    }
    r = copy_key(req, &reading->table.keys, item, &part);
    if (r == 0) {
        r = copy_key(req, &index->keys, item, &part);
    }
    for (size_t i = 0; r == 0 && i < index->n_attributes; i++) {
        const struct dynamodb_AttributeValue *value = ddb_map_find(item, index->attributes[i]);

        r = value ? ddb_map_put(awi_arena(req), &part, index->attributes[i], value) : 0;
    }
    *item = part;
    return r;
}

static int add(struct awi_req *req,
               struct ddb_reading *reading,
               size_t *room,
               const struct dynamodb_AttributeMap *item)
{
    struct dynamodb_ItemList *list = &reading->items;

    reading->matched++;
    if (reading->count_only) {
        return 0;
    }
    if (list->n == *room) {
        size_t more = *room ? 2 * *room : 16;
        struct dynamodb_AttributeMap *items =
            awi_arena_array(awi_arena(req), struct dynamodb_AttributeMap, more);

        if (!items) {
            return -ENOMEM;
        }
        if (list->n > 0) {
            memcpy(items, list->items, list->n * sizeof(*items));
        }
        list->items = items;
        *room = more;
    }
    if (reading->projection) {
        return ddb_project(awi_arena(req), reading->projection, item, &list->items[list->n++]);
    }
    list->items[list->n++] = *item;
    return 0;
}

/* Which segment of a parallel scan an item belongs to: by its hash key, so a collection stays
 * together. key: ID, length and bytes of the hash. */
static bool in_segment(const struct ddb_reading *reading, struct awi_str key)
{
    struct awi_str hash = awi_str_skip(key, DDB_ID_SIZE + 2);
    const unsigned char *len = (const unsigned char *)key.ptr + DDB_ID_SIZE;

    if (reading->segments == 0) {
        return true;
    }
    hash = awi_str_head(hash, (size_t)len[0] << 8 | len[1]);
    return awi_crc32c(0, hash.ptr, hash.len) % reading->segments == reading->segment;
}

/* The item that an entry of the walk stands for. */
static int fetch(struct awi_req *req,
                 const struct ddb_reading *reading,
                 struct awi_str value,
                 struct dynamodb_AttributeMap *ret)
{
    if (reading->index) {
        int r = ddb_item_stored(req, &reading->table, value, ret);

        return r == -ENOENT ? -EBADMSG : r;
    }
    value = awi_arena_str(awi_arena(req), value);
    return value.ptr ? ddb_item_decode(awi_arena(req), value, ret) : -ENOMEM;
}

/* --- The walk -------------------------------------------------------------------------------- */

static int walk(struct awi_req *req, struct ddb_reading *reading, size_t *ret_bytes)
{
    const char *where = reading->index ? "index" : "item";
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct dynamodb_AttributeMap item;
    struct awi_str key, value;
    size_t room = 0;
    int r = awi_cursor_open(
        &reading->table.scope, where, reading->prefix, reading->from, reading->direction, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (awi_str_eq(key, reading->after) || !in_segment(reading, reading->index ? value : key)) {
            continue;
        }
        r = fetch(req, reading, value, &item);
        if (r == 0 && ddb_is_expired(req, &reading->table, &item)) {
            continue;
        }
        if (r == 0 && !ddb_condition_holds(reading->range, &item)) {
            /* What a sort key condition admits lies together. */
            if (reading->scanned > 0) {
                return 0;
            }
            continue;
        }
        if (r == 0) {
            r = projected(req, reading, &item);
        }
        if (r < 0) {
            return r;
        }
        *ret_bytes += ddb_item_size(&item);
        reading->scanned++;
        if (ddb_condition_holds(reading->filter, &item)) {
            r = add(req, reading, &room, &item);
        }
        if (r == 0 && (reading->scanned == reading->limit || *ret_bytes >= DDB_PAGE_MAX)) {
            r = copy_key(req, &reading->table.keys, &item, &reading->last_key);
            return r == 0 ? copy_key(req, ddb_reading_keys(reading), &item, &reading->last_key) : r;
        }
    }
    return r == -ENOENT ? 0 : r;
}

int ddb_read(struct awi_req *req, struct ddb_reading *reading)
{
    size_t bytes = 0;
    int r = walk(req, reading, &bytes);
    double units = ddb_read_units(bytes, reading->consistent);

    reading->usage.table = &reading->table;
    if (reading->index) {
        size_t at = (size_t)(reading->index - reading->table.indexes);

        if (at < DDB_INDEXES_MAX) {
            reading->usage.index_units[at] = units;
        }
    } else {
        reading->usage.units = units;
    }
    reading->items.set = !reading->count_only;
    return r;
}
