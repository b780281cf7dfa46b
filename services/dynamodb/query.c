/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query: the key condition becomes a prefix of keys to walk, and a condition on the sort key.
 */
#include "services/dynamodb/read.h"

#include <errno.h>

/* --- The key condition ----------------------------------------------------------------------- */

struct key_condition {
    const struct ddb_condition *hash;
    const struct ddb_condition *range; /* NULL: every sort key */
};

static struct awi_str attribute_of(const struct ddb_condition *condition)
{
    const struct ddb_operand *first = condition->n > 0 ? &condition->operands[0] : NULL;

    if (!first || first->kind != DDB_OPERAND_PATH || first->path.n != 1) {
        return AWI_STR_NULL;
    }
    return first->path.steps[0].name;
}

static int unsupported(struct awi_req *req)
{
    return ddb_invalid(req, "Query key condition not supported");
}

static int missed_key(struct awi_req *req, const struct ddb_key_part *part)
{
    return ddb_invalid(
        req, "Query condition missed key schema element: %.*s", AWI_STR_FMT(part->name));
}

static int check_values(struct awi_req *req,
                        const struct ddb_key_part *part,
                        const struct ddb_condition *condition,
                        bool hash)
{
    for (size_t i = 1; i < condition->n; i++) {
        const struct ddb_operand *operand = &condition->operands[i];

        if (operand->kind != DDB_OPERAND_VALUE) {
            return unsupported(req);
        }
        if (ddb_value_type(operand->value) != part->type) {
            return ddb_invalid(req,
                               "One or more parameter values were invalid: Condition parameter "
                               "type does not match schema type");
        }
        if ((operand->value->S.ptr && operand->value->S.len == 0) ||
            (operand->value->B.ptr && operand->value->B.len == 0)) {
            return ddb_invalid(req,
                               "One or more parameter values are not valid. The AttributeValue for "
                               "a key attribute cannot contain an empty %s value. Key: %.*s",
                               operand->value->S.ptr ? "string" : "binary",
                               AWI_STR_FMT(part->name));
        }
        int r = ddb_check_key_size(req, operand->value, hash);
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

static int take(struct awi_req *req,
                const struct ddb_key_schema *keys,
                const struct ddb_condition *condition,
                struct key_condition *ret)
{
    struct awi_str name = attribute_of(condition);
    bool allowed = condition->op == DDB_OP_BETWEEN || condition->op == DDB_OP_BEGINS_WITH ||
                   (condition->op <= DDB_OP_GE && condition->op != DDB_OP_NE);

    if (condition->op == DDB_OP_AND) {
        int r = take(req, keys, condition->left, ret);

        return r == 0 ? take(req, keys, condition->right, ret) : r;
    }
    if (!name.ptr || !allowed) {
        return ddb_invalid(req, "Invalid operator used in KeyConditionExpression");
    }
    if (awi_str_eq(name, keys->parts[0].name)) {
        if (condition->op != DDB_OP_EQ || ret->hash) {
            return unsupported(req);
        }
        ret->hash = condition;
        return check_values(req, &keys->parts[0], condition, true);
    }
    if (keys->n < 2 || !awi_str_eq(name, keys->parts[1].name)) {
        return keys->n < 2 ? unsupported(req)
                           : missed_key(req, ret->hash ? &keys->parts[1] : &keys->parts[0]);
    }
    if (ret->range) {
        return ddb_invalid(req,
                           "Invalid KeyConditionExpression: KeyConditionExpressions must only "
                           "contain one condition per key");
    }
    ret->range = condition;
    return check_values(req, &keys->parts[1], condition, false);
}

/* --- Where the walk begins ------------------------------------------------------------------- */

static struct awi_str join(struct awi_arena *arena, struct awi_str a, struct awi_str b, bool after)
{
    char *text = awi_arena_alloc(arena, a.len + b.len + 1);

    if (!text || !a.ptr || !b.ptr) {
        return AWI_STR_NULL;
    }
    memcpy(text, a.ptr, a.len);
    if (b.len > 0) {
        memcpy(text + a.len, b.ptr, b.len);
    }
    text[a.len + b.len] = (char)0xff;
    return awi_str_of(text, a.len + b.len + after);
}

static struct awi_str range_bytes(struct awi_arena *arena,
                                  const struct ddb_reading *reading,
                                  const struct dynamodb_AttributeValue *value)
{
    return reading->index ? ddb_index_range(arena, value) : ddb_range_bytes(arena, value);
}

/*
 * A begin for the walk that leaves out what the condition on the sort key cannot want; what is left
 * too much is dropped by the condition itself. Equality and begins_with narrow the prefix.
 */
static int narrow(struct awi_req *req, struct ddb_reading *reading)
{
    const struct ddb_condition *range = reading->range;
    bool forward = reading->direction == AWI_FORWARD;
    const struct dynamodb_AttributeValue *bound = NULL;
    struct awi_arena *arena = awi_arena(req);

    reading->from = forward ? reading->prefix : AWI_STR_NULL;
    if (!range) {
        return 0;
    }
    if (range->op == DDB_OP_BEGINS_WITH) {
        reading->prefix = join(
            arena, reading->prefix, range_bytes(arena, reading, range->operands[1].value), false);
        reading->from = forward ? reading->prefix : AWI_STR_NULL;
        return reading->prefix.ptr ? 0 : -ENOMEM;
    }
    if (forward && (range->op == DDB_OP_EQ || range->op == DDB_OP_GE || range->op == DDB_OP_GT ||
                    range->op == DDB_OP_BETWEEN)) {
        bound = range->operands[1].value;
    } else if (!forward && (range->op == DDB_OP_EQ || range->op == DDB_OP_LE ||
                            range->op == DDB_OP_LT || range->op == DDB_OP_BETWEEN)) {
        bound = range->operands[range->n - 1].value;
    }
    if (bound) {
        reading->from = join(arena, reading->prefix, range_bytes(arena, reading, bound), !forward);
        return reading->from.ptr ? 0 : -ENOMEM;
    }
    return 0;
}

/* --- The request ----------------------------------------------------------------------------- */

struct parsed {
    struct ddb_condition *key;
    struct ddb_condition *filter;
    struct ddb_projection *projection;
};

static int
parse_modern(struct ddb_expressions *all, const struct dynamodb_QueryInput *in, struct parsed *ret)
{
    int r =
        ddb_parse_condition(all, "KeyConditionExpression", in->KeyConditionExpression, &ret->key);

    if (r == 0) {
        r = ddb_parse_condition(all, "FilterExpression", in->FilterExpression, &ret->filter);
    }
    return r == 0 ? ddb_parse_projection(all, in->ProjectionExpression, &ret->projection) : r;
}

static int
parse_legacy(struct ddb_expressions *all, const struct dynamodb_QueryInput *in, struct parsed *ret)
{
    struct dynamodb_FilterConditionMap keys = {0};
    int r;

    keys.items =
        awi_arena_array(all->arena, struct dynamodb_FilterConditionMap_entry, in->KeyConditions.n);
    if (!keys.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < in->KeyConditions.n; i++) {
        keys.items[i].key = in->KeyConditions.items[i].key;
        keys.items[i].value = in->KeyConditions.items[i].value;
    }
    keys.n = in->KeyConditions.n;
    r = ddb_legacy_filter(all, &keys, AWI_STR_NULL, &ret->key);
    if (r == 0) {
        r = ddb_legacy_filter(all, &in->QueryFilter, in->ConditionalOperator, &ret->filter);
    }
    return r == 0 ? ddb_legacy_projection(all, &in->AttributesToGet, &ret->projection) : r;
}

static int parse(struct awi_req *req,
                 const struct dynamodb_QueryInput *in,
                 struct dynamodb_AttributeMap *values,
                 struct parsed *ret)
{
    const struct ddb_parameter parameters[] = {
        {"KeyConditions", in->KeyConditions.set, false},
        {"QueryFilter", in->QueryFilter.set, false},
        {"AttributesToGet", in->AttributesToGet.set, false},
        {"ConditionalOperator", awi_str_is_set(in->ConditionalOperator), false},
        {"KeyConditionExpression", awi_str_is_set(in->KeyConditionExpression), true},
        {"FilterExpression", awi_str_is_set(in->FilterExpression), true},
        {"ProjectionExpression", awi_str_is_set(in->ProjectionExpression), true},
    };
    bool modern = awi_str_is_set(in->KeyConditionExpression) ||
                  awi_str_is_set(in->FilterExpression) || awi_str_is_set(in->ProjectionExpression);
    struct ddb_expressions all;
    int r = ddb_check_parameters(req, parameters, sizeof(parameters) / sizeof(parameters[0]));

    if (r != 0) {
        return r;
    }
    r = ddb_expressions_begin(&all,
                              awi_arena(req),
                              &in->ExpressionAttributeNames,
                              values,
                              modern,
                              "KeyConditionExpression");
    if (r == 0) {
        r = modern ? parse_modern(&all, in, ret) : parse_legacy(&all, in, ret);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    if (r == 0 && !ret->key) {
        return ddb_invalid(req,
                           "Either the KeyConditions or KeyConditionExpression parameter must be "
                           "specified in the request.");
    }
    return ddb_answered(req, r, all.message);
}

/* No filter on the keys: they belong into the key condition. */
static int check_filter(struct awi_req *req,
                        const struct ddb_key_schema *keys,
                        const struct ddb_condition *filter)
{
    if (!filter) {
        return 0;
    }
    for (size_t i = 0; i < filter->n; i++) {
        for (size_t j = 0; j < keys->n; j++) {
            if (filter->operands[i].kind == DDB_OPERAND_PATH &&
                awi_str_eq(filter->operands[i].path.steps[0].name, keys->parts[j].name)) {
                return ddb_invalid(req,
                                   "Filter Expression can only contain non-primary key attributes: "
                                   "Primary key attribute: %.*s",
                                   AWI_STR_FMT(keys->parts[j].name));
            }
        }
    }
    for (;;) {
        int r = check_filter(req, keys, filter->right);

        if (r != 0 || !filter->left) {
            return r;
        }
        filter = filter->left;
        if (filter->n > 0) {
            return check_filter(req, keys, filter);
        }
    }
}

int ddb_query(struct awi_req *req,
              const struct dynamodb_QueryInput *in,
              struct dynamodb_QueryOutput *out)
{
    struct dynamodb_AttributeMap values = in->ExpressionAttributeValues;
    struct dynamodb_AttributeMap start = in->ExclusiveStartKey;
    struct key_condition key = {0};
    struct ddb_reading reading = {.limit = in->Limit.set ? in->Limit.v : 0};
    struct parsed parsed = {0};
    const struct ddb_key_schema *keys;
    int r = parse(req, in, &values, &parsed);

    if (r == 0) {
        r = ddb_table_open(req, in->TableName, &reading.table);
    }
    reading.consistent = in->ConsistentRead.set && in->ConsistentRead.v;
    reading.direction =
        in->ScanIndexForward.set && !in->ScanIndexForward.v ? AWI_BACKWARD : AWI_FORWARD;
    reading.filter = parsed.filter;
    reading.projection = parsed.projection;
    if (r == 0) {
        r = ddb_check_reading(req, &reading, in->IndexName, in->Select);
    }
    if (r != 0) {
        return r;
    }
    keys = ddb_reading_keys(&reading);
    r = take(req, keys, parsed.key, &key);
    if (r == 0 && !key.hash) {
        return missed_key(req, &keys->parts[0]);
    }
    if (r == 0) {
        r = check_filter(req, keys, parsed.filter);
    }
    if (r != 0) {
        return r;
    }
    reading.range = key.range;
    reading.prefix =
        reading.index
            ? ddb_index_prefix(
                  awi_arena(req), &reading.table, reading.index, key.hash->operands[1].value)
            : ddb_hash_prefix(awi_arena(req), &reading.table, key.hash->operands[1].value);
    r = reading.prefix.ptr ? narrow(req, &reading) : -ENOMEM;
    if (r == 0) {
        r = ddb_start_after(req, &reading, &start);
    }
    if (r == 0) {
        r = ddb_read(req, &reading);
    }
    if (r != 0) {
        return r;
    }
    out->Items = reading.items;
    out->Count = AWI_SOME_I32(reading.matched);
    out->ScannedCount = AWI_SOME_I32(reading.scanned);
    out->LastEvaluatedKey = reading.last_key;
    return ddb_consumed(req, in->ReturnConsumedCapacity, &reading.usage, &out->ConsumedCapacity);
}
