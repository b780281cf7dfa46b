/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PutItem, GetItem, DeleteItem.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

/* The condition of a write, from its expression or the legacy parameters. */
struct conditional {
    struct awi_str expression;
    const struct dynamodb_ExpectedAttributeMap *expected;
    struct awi_str conditional_operator;
    const struct dynamodb_ExpressionAttributeNameMap *names;
    struct dynamodb_AttributeMap values; /* a copy: numbers in it are brought to normal form */
};

#define CONDITIONAL(in)                                                                            \
    {                                                                                              \
        .expression = (in)->ConditionExpression, .expected = &(in)->Expected,                      \
        .conditional_operator = (in)->ConditionalOperator,                                         \
        .names = &(in)->ExpressionAttributeNames, .values = (in)->ExpressionAttributeValues,       \
    }

static int
parse_conditional(struct awi_req *req, struct conditional *conditional, struct ddb_condition **ret)
{
    const struct ddb_parameter parameters[] = {
        {"Expected", conditional->expected->set, false},
        {"ConditionalOperator", awi_str_is_set(conditional->conditional_operator), false},
        {"ConditionExpression", awi_str_is_set(conditional->expression), true},
    };
    struct ddb_expressions all;
    int r = ddb_check_parameters(req, parameters, sizeof(parameters) / sizeof(parameters[0]));

    if (r != 0) {
        return r;
    }
    r = ddb_expressions_begin(&all,
                              awi_arena(req),
                              conditional->names,
                              &conditional->values,
                              awi_str_is_set(conditional->expression),
                              "ConditionExpression");
    if (r == 0) {
        r = conditional->expected->set
                ? ddb_legacy_expected(
                      &all, conditional->expected, conditional->conditional_operator, ret)
                : ddb_parse_condition(&all, "ConditionExpression", conditional->expression, ret);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    return ddb_answered(req, r, all.message);
}

static int check_return_values(struct awi_req *req, struct awi_str value)
{
    if (awi_str_is_set(value) && !awi_str_is(value, "NONE") && !awi_str_is(value, "ALL_OLD")) {
        return ddb_invalid(req, "Return values set to invalid value");
    }
    return 0;
}

/* --- PutItem and DeleteItem ------------------------------------------------------------------ */

/* What both have in common, from members of the same names. */
struct request {
    struct conditional conditional;
    struct ddb_write write;
    struct awi_str return_values, return_values_on_failure, return_consumed, return_metrics;
};

#define REQUEST(in, what)                                                                          \
    {                                                                                              \
        .conditional = CONDITIONAL(in), .write = {.table = (in)->TableName, .kind = (what)},       \
        .return_values = (in)->ReturnValues,                                                       \
        .return_values_on_failure = (in)->ReturnValuesOnConditionCheckFailure,                     \
        .return_consumed = (in)->ReturnConsumedCapacity,                                           \
        .return_metrics = (in)->ReturnItemCollectionMetrics,                                       \
    }

/* Where both put what they answer. */
struct answer {
    struct dynamodb_AttributeMap *attributes;
    struct dynamodb_ConsumedCapacity **consumed;
    struct dynamodb_ItemCollectionMetrics **metrics;
};

#define ANSWER(out)                                                                                \
    {                                                                                              \
        &(out)->Attributes, &(out)->ConsumedCapacity, &(out)->ItemCollectionMetrics                \
    }

/* item: what is put, or the key of what is deleted. */
static int write_item(struct awi_req *req,
                      struct request *request,
                      struct dynamodb_AttributeMap item,
                      const struct answer *answer)
{
    struct ddb_condition *condition = NULL;
    struct ddb_written written;
    int r = check_return_values(req, request->return_values);

    if (r == 0) {
        r = parse_conditional(req, &request->conditional, &condition);
    }
    if (r == 0) {
        request->write.item = &item;
        request->write.condition = condition;
        r = ddb_write(req, &request->write, &written);
    }
    if (r != 0) {
        return r;
    }
    if (written.failed) {
        return ddb_condition_failed(req, request->return_values_on_failure, &written);
    }
    if (awi_str_is(request->return_values, "ALL_OLD") && written.had_old) {
        *answer->attributes = written.old;
    }
    r = ddb_consumed(req, request->return_consumed, &written.usage, answer->consumed);
    return r == 0
               ? ddb_metrics(req, request->return_metrics, &written.table, &item, answer->metrics)
               : r;
}

int ddb_put_item(struct awi_req *req,
                 const struct dynamodb_PutItemInput *in,
                 struct dynamodb_PutItemOutput *out)
{
    struct request request = REQUEST(in, DDB_WRITE_PUT);
    const struct answer answer = ANSWER(out);

    return write_item(req, &request, in->Item, &answer);
}

int ddb_delete_item(struct awi_req *req,
                    const struct dynamodb_DeleteItemInput *in,
                    struct dynamodb_DeleteItemOutput *out)
{
    struct request request = REQUEST(in, DDB_WRITE_DELETE);
    const struct answer answer = ANSWER(out);

    return write_item(req, &request, in->Key, &answer);
}

/* --- GetItem --------------------------------------------------------------------------------- */

int ddb_read_projection(struct awi_req *req,
                        const struct dynamodb_AttributeNameList *attributes,
                        struct awi_str expression,
                        const struct dynamodb_ExpressionAttributeNameMap *names,
                        struct ddb_projection **ret)
{
    const struct ddb_parameter parameters[] = {
        {"AttributesToGet", attributes->set, false},
        {"ProjectionExpression", awi_str_is_set(expression), true},
    };
    struct ddb_expressions all;
    int r = ddb_check_parameters(req, parameters, sizeof(parameters) / sizeof(parameters[0]));

    if (r != 0) {
        return r;
    }
    r = ddb_expressions_begin(
        &all, awi_arena(req), names, NULL, awi_str_is_set(expression), "ProjectionExpression");
    if (r == 0) {
        r = attributes->set ? ddb_legacy_projection(&all, attributes, ret)
                            : ddb_parse_projection(&all, expression, ret);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    return ddb_answered(req, r, all.message);
}

int ddb_get_item(struct awi_req *req,
                 const struct dynamodb_GetItemInput *in,
                 struct dynamodb_GetItemOutput *out)
{
    struct dynamodb_AttributeMap key = in->Key, item;
    struct ddb_projection *projection = NULL;
    struct ddb_table table;
    struct ddb_usage usage = {.table = &table};
    struct awi_str at;
    int r = ddb_read_projection(req,
                                &in->AttributesToGet,
                                in->ProjectionExpression,
                                &in->ExpressionAttributeNames,
                                &projection);

    if (r == 0) {
        r = ddb_table_open(req, in->TableName, &table);
    }
    if (r == 0) {
        r = ddb_check_key(req, &table, &key);
    }
    if (r != 0) {
        return r;
    }
    at = ddb_item_key(awi_arena(req), &table, &key);
    r = at.ptr ? ddb_item_get(req, &table, at, &item) : -ENOMEM;
    if (r < 0 && r != -ENOENT) {
        return r;
    }
    usage.units = ddb_read_units(
        r == 0 && awi_str_is_set(in->ReturnConsumedCapacity) ? ddb_item_size(&item) : 0,
        in->ConsistentRead.set && in->ConsistentRead.v);
    if (r == 0) {
        if (projection) {
            r = ddb_project(awi_arena(req), projection, &item, &out->Item);
        } else {
            out->Item = item;
        }
    }
    return r == 0 || r == -ENOENT
               ? ddb_consumed(req, in->ReturnConsumedCapacity, &usage, &out->ConsumedCapacity)
               : r;
}
