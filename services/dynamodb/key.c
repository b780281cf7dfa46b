/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of items and of index entries, and the rules for key attributes.
 */
#include "services/dynamodb/dynamodb.h"

#include "core/util/digest.h"
#include "services/dynamodb/number.h"

#include <errno.h>

#define HASH_MAX  2048
#define RANGE_MAX 1024
/* An item's key that is longer stands in index keys as its digest. */
#define SUFFIX_MAX 512

/* --- Bytes ----------------------------------------------------------------------------------- */

/* The bytes of a key attribute. A number's are written to room. */
static struct awi_str key_bytes(const struct dynamodb_AttributeValue *value, unsigned char *room)
{
    struct ddb_number number;

    if (value->S.ptr) {
        return value->S;
    }
    if (value->B.ptr) {
        return value->B;
    }
    if (ddb_number_parse(value->N, &number) != DDB_NUMBER_OK) {
        return AWI_STR_NULL;
    }
    return awi_str_of(room, ddb_number_key(&number, room));
}

static char *put(char *at, struct awi_str s)
{
    if (s.len > 0) {
        memcpy(at, s.ptr, s.len);
    }
    return at + s.len;
}

static char *put_hash(char *at, struct awi_str hash)
{
    *at++ = (char)(hash.len >> 8);
    *at++ = (char)hash.len;
    return put(at, hash);
}

struct awi_str ddb_hash_prefix(struct awi_arena *arena,
                               const struct ddb_table *table,
                               const struct dynamodb_AttributeValue *hash)
{
    unsigned char room[DDB_NUMBER_KEY_MAX];
    struct awi_str bytes = key_bytes(hash, room);
    char *key = awi_arena_alloc(arena, table->id.len + 2 + bytes.len), *at = key;

    if (!key) {
        return AWI_STR_NULL;
    }
    at = put_hash(put(at, table->id), bytes);
    return awi_str_of(key, (size_t)(at - key));
}

struct awi_str ddb_range_bytes(struct awi_arena *arena, const struct dynamodb_AttributeValue *range)
{
    unsigned char room[DDB_NUMBER_KEY_MAX];

    return awi_arena_str(arena, key_bytes(range, room));
}

struct awi_str ddb_item_key(struct awi_arena *arena,
                            const struct ddb_table *table,
                            const struct dynamodb_AttributeMap *item)
{
    unsigned char hash_room[DDB_NUMBER_KEY_MAX], range_room[DDB_NUMBER_KEY_MAX];
    struct awi_str hash = key_bytes(ddb_map_find(item, table->keys.parts[0].name), hash_room);
    struct awi_str range = AWI_STR("");
    char *key, *at;

    if (table->keys.n > 1) {
        range = key_bytes(ddb_map_find(item, table->keys.parts[1].name), range_room);
    }
    at = key = awi_arena_alloc(arena, table->id.len + 2 + hash.len + range.len);
    if (!key) {
        return AWI_STR_NULL;
    }
    at = put(put_hash(put(at, table->id), hash), range);
    return awi_str_of(key, (size_t)(at - key));
}

/* --- Index keys ------------------------------------------------------------------------------ */

struct awi_str ddb_index_prefix(struct awi_arena *arena,
                                const struct ddb_table *table,
                                const struct ddb_index *index,
                                const struct dynamodb_AttributeValue *hash)
{
    unsigned char room[DDB_NUMBER_KEY_MAX];
    struct awi_str bytes = hash ? key_bytes(hash, room) : AWI_STR_NULL;
    char *key = awi_arena_alloc(arena, table->id.len + 1 + 2 + bytes.len), *at = key;

    if (!key) {
        return AWI_STR_NULL;
    }
    at = put(at, table->id);
    *at++ = (char)(index - table->indexes);
    if (hash) {
        at = put_hash(at, bytes);
    }
    return awi_str_of(key, (size_t)(at - key));
}

/* 00 is written as 00 FF, so that 00 00 can end it and order stays. */
struct awi_str ddb_index_range(struct awi_arena *arena, const struct dynamodb_AttributeValue *range)
{
    unsigned char room[DDB_NUMBER_KEY_MAX];
    struct awi_str bytes = key_bytes(range, room);
    char *text = awi_arena_alloc(arena, 2 * bytes.len + 1), *at = text;

    for (size_t i = 0; text && i < bytes.len; i++) {
        *at++ = bytes.ptr[i];
        if (bytes.ptr[i] == 0) {
            *at++ = (char)0xff;
        }
    }
    return awi_str_of(text, (size_t)(at - text));
}

struct awi_str ddb_index_key(struct awi_arena *arena,
                             const struct ddb_table *table,
                             const struct ddb_index *index,
                             const struct dynamodb_AttributeMap *item,
                             struct awi_str item_key)
{
    const struct dynamodb_AttributeValue *hash = ddb_map_find(item, index->keys.parts[0].name);
    struct awi_str prefix = ddb_index_prefix(arena, table, index, hash), range = AWI_STR("");
    struct awi_str suffix = awi_str_skip(item_key, DDB_ID_SIZE);
    unsigned char digest[32];
    char *key, *at;

    if (index->keys.n > 1) {
        range = ddb_index_range(arena, ddb_map_find(item, index->keys.parts[1].name));
    }
    if (suffix.len > SUFFIX_MAX) {
        if (awi_digest_of(AWI_SHA256, suffix, digest) < 0) {
            return AWI_STR_NULL;
        }
        suffix = awi_str_of(digest, sizeof(digest));
    }
    key = at = awi_arena_alloc(arena, prefix.len + range.len + 2 + suffix.len);
    if (!key || !prefix.ptr || !range.ptr) {
        return AWI_STR_NULL;
    }
    at = put(put(put(put(at, prefix), range), awi_str_of("\0\0", 2)), suffix);
    return awi_str_of(key, (size_t)(at - key));
}

/* --- Rules ----------------------------------------------------------------------------------- */

static bool is_empty(const struct dynamodb_AttributeValue *value)
{
    return (value->S.ptr && value->S.len == 0) || (value->B.ptr && value->B.len == 0);
}

static size_t key_size(const struct dynamodb_AttributeValue *value)
{
    return value->S.ptr ? value->S.len : value->B.ptr ? value->B.len : 0;
}

bool ddb_is_key(const struct ddb_key_part *part,
                const struct dynamodb_AttributeValue *value,
                bool hash)
{
    return value && ddb_value_type(value) == part->type && !is_empty(value) &&
           key_size(value) <= (hash ? HASH_MAX : RANGE_MAX);
}

bool ddb_index_has(const struct ddb_index *index, const struct dynamodb_AttributeMap *item)
{
    for (size_t i = 0; i < index->keys.n; i++) {
        const struct ddb_key_part *part = &index->keys.parts[i];

        if (!ddb_is_key(part, ddb_map_find(item, part->name), i == 0)) {
            return false;
        }
    }
    return true;
}

int ddb_check_key_size(struct awi_req *req, const struct dynamodb_AttributeValue *value, bool hash)
{
    size_t size = key_size(value);

    if (hash && size > HASH_MAX) {
        return ddb_invalid(req,
                           "One or more parameter values were invalid: Size of hashkey has "
                           "exceeded the maximum size limit of2048 bytes");
    }
    if (!hash && size > RANGE_MAX) {
        return ddb_invalid(req,
                           "One or more parameter values were invalid: Aggregated size of all "
                           "range keys has exceeded the size limit of 1024 bytes");
    }
    return 0;
}

static int empty_key(struct awi_req *req,
                     const struct ddb_key_part *part,
                     const struct dynamodb_AttributeValue *value)
{
    return ddb_invalid(req,
                       "One or more parameter values are not valid. The AttributeValue for a key "
                       "attribute cannot contain an empty %s value. Key: %.*s",
                       value->S.ptr ? "string" : "binary",
                       AWI_STR_FMT(part->name));
}

int ddb_check_key(struct awi_req *req,
                  const struct ddb_table *table,
                  struct dynamodb_AttributeMap *key)
{
    struct awi_str message;
    int r = ddb_answered(req, ddb_map_check(awi_arena(req), key, &message), message);

    if (r != 0) {
        return r;
    }
    if (key->n != table->keys.n) {
        return ddb_invalid(req, "The provided key element does not match the schema");
    }
    for (size_t i = 0; i < table->keys.n; i++) {
        const struct ddb_key_part *part = &table->keys.parts[i];
        const struct dynamodb_AttributeValue *value = ddb_map_find(key, part->name);

        if (!value || ddb_value_type(value) != part->type) {
            return ddb_invalid(req, "The provided key element does not match the schema");
        }
        if (is_empty(value)) {
            return empty_key(req, part, value);
        }
        r = ddb_check_key_size(req, value, i == 0);
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

static int check_index_keys(struct awi_req *req,
                            const struct ddb_index *index,
                            const struct dynamodb_AttributeMap *item)
{
    for (size_t i = 0; i < index->keys.n; i++) {
        const struct ddb_key_part *part = &index->keys.parts[i];
        const struct dynamodb_AttributeValue *value = ddb_map_find(item, part->name);
        int r;

        if (!value) {
            continue;
        }
        if (ddb_value_type(value) != part->type) {
            return ddb_invalid(req,
                               "One or more parameter values were invalid: Type mismatch for Index "
                               "Key %.*s Expected: %s Actual: %s IndexName: %.*s",
                               AWI_STR_FMT(part->name),
                               ddb_type_name(part->type),
                               ddb_type_name(ddb_value_type(value)),
                               AWI_STR_FMT(index->name));
        }
        if (is_empty(value)) {
            return ddb_invalid(req,
                               "One or more parameter values are not valid. A value specified for "
                               "a secondary index key is not supported. The AttributeValue for a "
                               "key attribute cannot contain an empty %s value. IndexName: %.*s, "
                               "IndexKey: %.*s",
                               value->S.ptr ? "string" : "binary",
                               AWI_STR_FMT(index->name),
                               AWI_STR_FMT(part->name));
        }
        r = ddb_check_key_size(req, value, i == 0);
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

int ddb_check_item(struct awi_req *req,
                   const struct ddb_table *table,
                   const struct dynamodb_AttributeMap *item)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < table->keys.n; i++) {
        const struct ddb_key_part *part = &table->keys.parts[i];
        const struct dynamodb_AttributeValue *value = ddb_map_find(item, part->name);

        if (!value) {
            return ddb_invalid(req,
                               "One or more parameter values were invalid: Missing the key %.*s in "
                               "the item",
                               AWI_STR_FMT(part->name));
        }
        if (ddb_value_type(value) != part->type) {
            return ddb_invalid(req,
                               "One or more parameter values were invalid: Type mismatch for key "
                               "%.*s expected: %s actual: %s",
                               AWI_STR_FMT(part->name),
                               ddb_type_name(part->type),
                               ddb_type_name(ddb_value_type(value)));
        }
        if (is_empty(value)) {
            return empty_key(req, part, value);
        }
        r = ddb_check_key_size(req, value, i == 0);
    }
    for (size_t i = 0; r == 0 && i < table->n_indexes; i++) {
        r = check_index_keys(req, &table->indexes[i], item);
    }
    return r;
}
