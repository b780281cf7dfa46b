/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What requests say of items, for condition keys. Attributes are found in expressions by their
 * tokens: whether an expression is right is the handler's matter.
 */
#include "services/dynamodb/access_keys.h"
#include "services/dynamodb/parse.h"
#include "services/dynamodb/partiql.h"

#include "core/shape/value.h"

#include <errno.h>

/* Texts without repetition. */
struct names {
    struct awi_arena *arena;
    struct awi_str *items;
    size_t n, room;
    bool failed; /* no memory */
};

static void make_room(struct names *names)
{
    size_t room = names->room ? names->room * 2 : 16;
    struct awi_str *more = awi_arena_array(names->arena, struct awi_str, room);

    names->failed |= !more;
    if (more && names->n) {
        memcpy(more, names->items, names->n * sizeof(*more));
    }
    names->items = more ? more : names->items;
    names->room = more ? room : names->room;
}

static void add_name(struct names *names, struct awi_str name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (awi_str_eq(names->items[i], name)) {
            return;
        }
    }
    if (names->n == names->room) {
        make_room(names);
    }
    if (names->n < names->room && awi_str_is_set(name)) {
        names->items[names->n++] = name;
    }
}

static const void *
find_member(const struct awi_shape *shape, const void *in, struct awi_str name, enum awi_type type)
{
    for (size_t i = 0; shape && i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];

        if (member->shape->type == type && awi_str_eq(member->name, name)) {
            return awi_member_of(member, in);
        }
    }
    return NULL;
}

struct awi_str ddb_request_index(struct awi_req *req, const void *in)
{
    const struct awi_str *index =
        find_member(awi_operation(req)->input, in, AWI_STR("IndexName"), AWI_TYPE_STRING);

    return index ? *index : AWI_STR_NULL;
}

/* --- Attributes ------------------------------------------------------------------------------ */

static bool is_keyword(const struct ddb_parser *parser)
{
    static const char *const words[] = {
        "and", "or", "not", "in", "between", "set", "remove", "add", "delete"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (ddb_is_word(parser, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_function(const struct ddb_parser *parser)
{
    struct ddb_parser ahead = *parser;

    ddb_next(&ahead);
    return ddb_is_sign(&ahead, "(");
}

/* The first steps of the paths in an expression. */
static void add_expression(struct names *names,
                           struct awi_str text,
                           const struct dynamodb_ExpressionAttributeNameMap *aliases)
{
    struct ddb_parser parser = {.text = text};
    bool inside = false; /* of a path, behind a point */

    for (ddb_next(&parser); parser.token.kind != DDB_TOKEN_END && text.len; ddb_next(&parser)) {
        if (parser.token.kind == DDB_TOKEN_WORD && !inside && !is_keyword(&parser) &&
            !is_function(&parser)) {
            add_name(names, parser.token.text);
        }
        for (size_t i = 0; parser.token.kind == DDB_TOKEN_NAME && !inside && i < aliases->n; i++) {
            if (awi_str_eq(aliases->items[i].key, parser.token.text)) {
                add_name(names, aliases->items[i].value);
            }
        }
        inside = ddb_is_sign(&parser, ".");
    }
}

static void add_map(struct names *names, const struct dynamodb_AttributeMap *map)
{
    for (size_t i = 0; map && i < map->n; i++) {
        add_name(names, map->items[i].key);
    }
}

static void add_list(struct names *names, const struct dynamodb_AttributeNameList *list)
{
    for (size_t i = 0; list && i < list->n; i++) {
        add_name(names, list->items[i]);
    }
}

/* The keys of the maps of the legacy parameters, whatever their values are. */
static void add_keys(struct names *names, const struct awi_shape *shape, const void *in)
{
    static const char *const legacy[] = {
        "Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter"};

    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const struct awi_list *map =
            member->shape->type == AWI_TYPE_MAP ? awi_member_of(member, in) : NULL;
        bool counts = false;

        for (size_t j = 0; map && j < sizeof(legacy) / sizeof(legacy[0]); j++) {
            counts |= awi_str_is(member->name, legacy[j]);
        }
        for (size_t j = 0; counts && j < map->n; j++) {
            const char *entry = (const char *)map->items + j * member->shape->size;
            add_name(names, *(const struct awi_str *)(const void *)entry);
        }
    }
}

static void add_attributes(struct names *names, const struct awi_shape *shape, const void *in)
{
    static const struct awi_str expressions[] = {AWI_STR_INIT("ProjectionExpression"),
                                                 AWI_STR_INIT("ConditionExpression"),
                                                 AWI_STR_INIT("UpdateExpression"),
                                                 AWI_STR_INIT("KeyConditionExpression"),
                                                 AWI_STR_INIT("FilterExpression")};
    static const struct dynamodb_ExpressionAttributeNameMap none = {.n = 0};
    const struct dynamodb_ExpressionAttributeNameMap *aliases =
        find_member(shape, in, AWI_STR("ExpressionAttributeNames"), AWI_TYPE_MAP);

    add_map(names, find_member(shape, in, AWI_STR("Key"), AWI_TYPE_MAP));
    add_map(names, find_member(shape, in, AWI_STR("Item"), AWI_TYPE_MAP));
    add_list(names, find_member(shape, in, AWI_STR("AttributesToGet"), AWI_TYPE_LIST));
    add_keys(names, shape, in);
    for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
        const struct awi_str *text = find_member(shape, in, expressions[i], AWI_TYPE_STRING);
        if (text) {
            add_expression(names, *text, aliases ? aliases : &none);
        }
    }
}

/* --- Leading keys ---------------------------------------------------------------------------- */

static void add_leading(struct names *names,
                        const struct ddb_table *table,
                        const struct dynamodb_AttributeMap *map)
{
    if (map && table->keys.n > 0) {
        add_name(names, ddb_leading_text(ddb_map_find(map, table->keys.parts[0].name)));
    }
}

/* The partition that a Query walks along. */
static void add_queried(struct awi_req *req,
                        const struct ddb_table *table,
                        const struct dynamodb_QueryInput *in,
                        struct names *names)
{
    const struct ddb_index *index = ddb_table_index(table, in->IndexName);
    const struct ddb_key_schema *schema = index ? &index->keys : &table->keys;
    struct dynamodb_AttributeMap values = in->ExpressionAttributeValues;
    struct ddb_condition *condition = NULL;
    struct ddb_expressions all;

    if (schema->n == 0) {
        return;
    }
    for (size_t i = 0; i < in->KeyConditions.n; i++) {
        const struct dynamodb_AttributeValueList *list =
            &in->KeyConditions.items[i].value.AttributeValueList;
        if (awi_str_eq(in->KeyConditions.items[i].key, schema->parts[0].name) && list->n > 0) {
            add_name(names, ddb_leading_text(&list->items[0]));
        }
    }
    if (awi_str_is_set(in->KeyConditionExpression) &&
        ddb_expressions_begin(&all,
                              awi_arena(req),
                              &in->ExpressionAttributeNames,
                              &values,
                              true,
                              "KeyConditionExpression") == 0 &&
        ddb_parse_condition(
            &all, "KeyConditionExpression", in->KeyConditionExpression, &condition) == 0) {
        add_name(names, ddb_leading_text(ddb_pq_fixed(condition, schema->parts[0].name)));
    }
}

/* --- Batches --------------------------------------------------------------------------------- */

static bool is_table(const struct ddb_table *table, struct awi_str arn, struct awi_str called)
{
    return awi_str_eq(called, arn) || awi_str_eq(called, table->name);
}

static void add_batch_get(const struct ddb_table *table,
                          struct awi_str arn,
                          const struct dynamodb_BatchGetItemInput *in,
                          struct names *leading,
                          struct names *attributes)
{
    for (size_t i = 0; i < in->RequestItems.n; i++) {
        const struct dynamodb_KeysAndAttributes *one = &in->RequestItems.items[i].value;

        if (!is_table(table, arn, in->RequestItems.items[i].key)) {
            continue;
        }
        for (size_t j = 0; j < one->Keys.n; j++) {
            add_leading(leading, table, &one->Keys.items[j]);
            add_map(attributes, &one->Keys.items[j]);
        }
        add_list(attributes, &one->AttributesToGet);
        add_expression(attributes, one->ProjectionExpression, &one->ExpressionAttributeNames);
    }
}

static void add_batch_write(const struct ddb_table *table,
                            struct awi_str arn,
                            const struct dynamodb_BatchWriteItemInput *in,
                            struct names *leading,
                            struct names *attributes)
{
    for (size_t i = 0; i < in->RequestItems.n; i++) {
        const struct dynamodb_BatchWriteItemRequestMap_entry *entry = &in->RequestItems.items[i];

        for (size_t j = 0; is_table(table, arn, entry->key) && j < entry->value.n; j++) {
            const struct dynamodb_WriteRequest *one = &entry->value.items[j];
            const struct dynamodb_AttributeMap *map = one->PutRequest ? &one->PutRequest->Item
                                                      : one->DeleteRequest
                                                          ? &one->DeleteRequest->Key
                                                          : NULL;
            add_leading(leading, table, map);
            add_map(attributes, map);
        }
    }
}

int ddb_keys_of_request(struct ddb_keys *keys,
                        const struct ddb_table *table,
                        struct awi_str arn,
                        const void *in)
{
    const struct awi_operation *operation = awi_operation(keys->req);
    struct names leading = {.arena = awi_arena(keys->req)}, attributes = leading;
    int r;

    if (awi_str_is(operation->name, "BatchGetItem")) {
        add_batch_get(table, arn, in, &leading, &attributes);
    } else if (awi_str_is(operation->name, "BatchWriteItem")) {
        add_batch_write(table, arn, in, &leading, &attributes);
    } else {
        add_leading(
            &leading, table, find_member(operation->input, in, AWI_STR("Key"), AWI_TYPE_MAP));
        add_leading(
            &leading, table, find_member(operation->input, in, AWI_STR("Item"), AWI_TYPE_MAP));
        add_attributes(&attributes, operation->input, in);
    }
    if (awi_str_is(operation->name, "Query")) {
        add_queried(keys->req, table, in, &leading);
    }
    if (leading.failed || attributes.failed) {
        return -ENOMEM;
    }
    r = ddb_keys_add(keys, AWI_STR("dynamodb:LeadingKeys"), leading.items, leading.n, true);
    return r == 0 ? ddb_keys_add(
                        keys, AWI_STR("dynamodb:Attributes"), attributes.items, attributes.n, true)
                  : r;
}
