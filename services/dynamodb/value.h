/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attribute values: which type one has, whether it is allowed, how large it is, order and equality,
 * and the compact form in which items lie in the store. In the store, and everywhere behind
 * ddb_value_check(), numbers are in their normal form, so equal numbers have equal texts.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/buf.h"
#include "core/util/str.h"

#include "gen/dynamodb.h"

#define DDB_DEPTH_MAX 32
#define DDB_ITEM_MAX  (400u << 10)

/* Order of the letters: as DynamoDB names them in messages. */
enum ddb_type {
    DDB_S,
    DDB_N,
    DDB_B,
    DDB_SS,
    DDB_NS,
    DDB_BS,
    DDB_M,
    DDB_L,
    DDB_NULL,
    DDB_BOOL,
    DDB_N_TYPES,
    DDB_NONE = DDB_N_TYPES,
};

/* "S", "NULL" ... */
const char *ddb_type_name(enum ddb_type type);
enum ddb_type ddb_type_named(struct awi_str name);
/* The first member that is set; DDB_NONE: none is. */
enum ddb_type ddb_value_type(const struct dynamodb_AttributeValue *value);

/*
 * Is the value allowed? Numbers in it are brought to normal form in place. 0; 1 with AWS's text in
 * *ret_message; -ENOMEM.
 */
int ddb_value_check(struct awi_arena *arena,
                    struct dynamodb_AttributeValue *value,
                    struct awi_str *ret_message);
int ddb_map_check(struct awi_arena *arena,
                  struct dynamodb_AttributeMap *map,
                  struct awi_str *ret_message);

/* Bytes as DynamoDB counts them (Developer guide, "DynamoDB item sizes and formats"). */
size_t ddb_value_size(const struct dynamodb_AttributeValue *value);
size_t ddb_item_size(const struct dynamodb_AttributeMap *item);

/* Same type and content; the order within sets and maps does not count. */
bool ddb_value_equal(const struct dynamodb_AttributeValue *a,
                     const struct dynamodb_AttributeValue *b);
/* Order of two values of the same type S, N or B; false when there is none. */
bool ddb_value_cmp(const struct dynamodb_AttributeValue *a,
                   const struct dynamodb_AttributeValue *b,
                   int *ret);

/* NULL: not there. */
struct dynamodb_AttributeValue *ddb_map_find(const struct dynamodb_AttributeMap *map,
                                             struct awi_str name);
/* Adds or replaces. The array is copied when it grows. -ENOMEM */
int ddb_map_put(struct awi_arena *arena,
                struct dynamodb_AttributeMap *map,
                struct awi_str name,
                const struct dynamodb_AttributeValue *value);
void ddb_map_remove(struct dynamodb_AttributeMap *map, struct awi_str name);

/* The stored form. Decoded values point into bytes. -EBADMSG: bytes are no item. */
int ddb_item_encode(struct awi_buf *buf, const struct dynamodb_AttributeMap *item);
int ddb_item_decode(struct awi_arena *arena,
                    struct awi_str bytes,
                    struct dynamodb_AttributeMap *ret);
