/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams of tables, as they are written; services/dynamodbstreams reads them. In the table's
 * scope:
 *
 *   table "stream"    NAME/LABEL    -> StreamState
 *   table "sequence"  STREAM        -> number of the last change, 8 bytes
 *   table "change"    STREAM NUMBER -> StreamChange; of the last 24 hours, and longer where no
 * write has come since
 *
 * STREAM is 8 bytes of its own for every stream that was ever enabled.
 */
#include "services/dynamodb/table.h"

#include <errno.h>

#define KEPT_MS     (24 * 3600 * INT64_C(1000))
#define TRIMMED     64 /* most old changes that one write removes */
#define NUMBER_SIZE 8

static const char *const views[] = {
    [DDB_VIEW_NONE] = "",
    [DDB_VIEW_KEYS] = "KEYS_ONLY",
    [DDB_VIEW_NEW] = "NEW_IMAGE",
    [DDB_VIEW_OLD] = "OLD_IMAGE",
    [DDB_VIEW_BOTH] = "NEW_AND_OLD_IMAGES",
};

static struct awi_str stream_key(struct awi_req *req, const struct dynamodb_TableDescription *table)
{
    return awi_arena_printf(awi_arena(req),
                            "%.*s/%.*s",
                            AWI_STR_FMT(table->TableName),
                            AWI_STR_FMT(table->LatestStreamLabel));
}

int ddb_stream_begin(struct awi_req *req,
                     const struct dynamodb_TableDescription *description,
                     struct ddb_table *table)
{
    struct awi_str view = description->StreamSpecification->StreamViewType;
    struct awi_str key = stream_key(req, description);
    struct dynamodb_StreamState state = {
        .Id = awi_random_id(req, AWI_LOWER_DIGITS, DDB_ID_SIZE),
        .TableName = description->TableName,
        .Label = description->LatestStreamLabel,
        .StreamViewType = view,
        .KeySchema = description->KeySchema,
        .StreamStatus = AWI_STR("ENABLED"),
        .CreatedAt = AWI_SOME_TIME(awi_now(req)),
    };

    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        if (awi_str_is(view, views[i])) {
            table->view = (enum ddb_view)i;
        }
    }
    table->stream = state.Id;
    return key.ptr && state.Id.ptr ? awi_record_put(&table->scope,
                                                    "stream",
                                                    key,
                                                    awi_arena(req),
                                                    &dynamodb_StreamState_shape,
                                                    &state)
                                   : -ENOMEM;
}

int ddb_stream_end(struct awi_req *req,
                   const struct dynamodb_TableDescription *description,
                   struct ddb_table *table)
{
    struct awi_str key = stream_key(req, description);
    struct dynamodb_StreamState state;
    int r = key.ptr ? 0 : -ENOMEM;

    table->view = DDB_VIEW_NONE;
    table->stream = AWI_STR_NULL;
    if (r == 0) {
        r = awi_record_get(
            &table->scope, "stream", key, awi_arena(req), &dynamodb_StreamState_shape, &state);
    }
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    state.StreamStatus = AWI_STR("DISABLED");
    return awi_record_put(
        &table->scope, "stream", key, awi_arena(req), &dynamodb_StreamState_shape, &state);
}

/* --- Changes --------------------------------------------------------------------------------- */

static void put_number(char *out, uint64_t number)
{
    for (int i = 0; i < NUMBER_SIZE; i++) {
        out[i] = (char)(number >> (56 - 8 * i) & 0xff);
    }
}

static uint64_t get_number(struct awi_str bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < bytes.len && i < NUMBER_SIZE; i++) {
        number = number << 8 | (unsigned char)bytes.ptr[i];
    }
    return number;
}

static int next_key(struct awi_req *req, const struct ddb_table *table, struct awi_str *ret)
{
    char number[NUMBER_SIZE];
    struct awi_str last;
    char *key = awi_arena_alloc(awi_arena(req), DDB_ID_SIZE + NUMBER_SIZE);
    int r = key ? awi_get(&table->scope, "sequence", table->stream, &last) : -ENOMEM;

    if (r < 0 && r != -ENOENT) {
        return r;
    }
    put_number(number, r == 0 ? get_number(last) + 1 : 1);
    memcpy(key, table->stream.ptr, DDB_ID_SIZE);
    memcpy(key + DDB_ID_SIZE, number, NUMBER_SIZE);
    *ret = awi_str_of(key, DDB_ID_SIZE + NUMBER_SIZE);
    return awi_put(&table->scope, "sequence", table->stream, awi_str_of(number, NUMBER_SIZE));
}

static int trim(struct awi_req *req, const struct ddb_table *table)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct dynamodb_StreamChange change;
    struct awi_str key, value;
    int r = awi_cursor_open(
        &table->scope, "change", table->stream, table->stream, AWI_FORWARD, &cursor);

    for (int i = 0; r == 0 && i < TRIMMED && (r = awi_cursor_next(cursor, &key, &value)) == 0;
         i++) {
        r = awi_record_decode(value, awi_arena(req), &dynamodb_StreamChange_shape, &change);
        if (r == 0 && change.At.ms > awi_now(req) - KEPT_MS) {
            return 0;
        }
        struct awi_str at = awi_arena_str(awi_arena(req), key);
        r = r < 0 ? r : at.ptr ? awi_delete(&table->scope, "change", at) : -ENOMEM;
    }
    return r == -ENOENT ? 0 : r;
}

static int keys_of(struct awi_req *req,
                   const struct ddb_table *table,
                   const struct dynamodb_AttributeMap *item,
                   struct dynamodb_AttributeMap *ret)
{
    int r = 0;

    ret->set = true;
    for (size_t i = 0; r == 0 && i < table->keys.n; i++) {
        struct awi_str name = table->keys.parts[i].name;
        r = ddb_map_put(awi_arena(req), ret, name, ddb_map_find(item, name));
    }
    return r;
}

static bool same_items(const struct dynamodb_AttributeMap *a, const struct dynamodb_AttributeMap *b)
{
    struct dynamodb_AttributeValue left = {.M = *a}, right = {.M = *b};

    left.M.set = right.M.set = true;
    return ddb_value_equal(&left, &right);
}

int ddb_stream_change(struct awi_req *req,
                      const struct ddb_table *table,
                      const struct dynamodb_AttributeMap *old,
                      const struct dynamodb_AttributeMap *item,
                      bool expired)
{
    struct dynamodb_StreamChange change = {
        .At = AWI_SOME_TIME(awi_now(req)),
        .Event = !old   ? AWI_STR("INSERT")
                 : item ? AWI_STR("MODIFY")
                        : AWI_STR("REMOVE"),
        .Expired = {.set = true, .v = expired},
    };
    struct awi_str key;
    int r;

    if (table->view == DDB_VIEW_NONE || (old && item && same_items(old, item))) {
        return 0;
    }
    if (old && (table->view == DDB_VIEW_OLD || table->view == DDB_VIEW_BOTH)) {
        change.OldImage = *old;
        change.OldImage.set = true;
    }
    if (item && (table->view == DDB_VIEW_NEW || table->view == DDB_VIEW_BOTH)) {
        change.NewImage = *item;
        change.NewImage.set = true;
    }
    r = keys_of(req, table, item ? item : old, &change.Keys);
    change.SizeBytes.set = true;
    change.SizeBytes.v = (int64_t)(ddb_item_size(&change.Keys) + ddb_item_size(&change.OldImage) +
                                   ddb_item_size(&change.NewImage));
    if (r == 0) {
        r = trim(req, table);
    }
    if (r == 0) {
        r = next_key(req, table, &key);
    }
    return r < 0 ? r
                 : awi_record_put(&table->scope,
                                  "change",
                                  key,
                                  awi_arena(req),
                                  &dynamodb_StreamChange_shape,
                                  &change);
}
