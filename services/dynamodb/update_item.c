/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UpdateItem.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

static int parse(struct awi_req *req,
                 const struct dynamodb_UpdateItemInput *in,
                 struct dynamodb_AttributeMap *values,
                 const struct ddb_condition **ret_condition,
                 const struct ddb_update **ret_update)
{
    bool modern = awi_str_is_set(in->UpdateExpression) || awi_str_is_set(in->ConditionExpression);
    const struct ddb_parameter parameters[] = {
        {"AttributeUpdates", in->AttributeUpdates.set, false},
        {"Expected", in->Expected.set, false},
        {"ConditionalOperator", awi_str_is_set(in->ConditionalOperator), false},
        {"UpdateExpression", awi_str_is_set(in->UpdateExpression), true},
        {"ConditionExpression", awi_str_is_set(in->ConditionExpression), true},
    };
    struct ddb_condition *condition = NULL;
    struct ddb_update *update = NULL;
    struct ddb_expressions all;
    int r = ddb_check_parameters(req, parameters, sizeof(parameters) / sizeof(parameters[0]));

    if (r != 0) {
        return r;
    }
    r = ddb_expressions_begin(
        &all, awi_arena(req), &in->ExpressionAttributeNames, values, modern, "UpdateExpression");
    if (r == 0) {
        r = in->AttributeUpdates.set ? ddb_legacy_update(&all, &in->AttributeUpdates, &update)
                                     : ddb_parse_update(&all, in->UpdateExpression, &update);
    }
    if (r == 0) {
        r = in->Expected.set
                ? ddb_legacy_expected(&all, &in->Expected, in->ConditionalOperator, &condition)
                : ddb_parse_condition(
                      &all, "ConditionExpression", in->ConditionExpression, &condition);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    *ret_condition = condition;
    *ret_update = update;
    return ddb_answered(req, r, all.message);
}

/* The attributes that the update names, of the item before or after it. */
static int updated(struct awi_req *req,
                   const struct ddb_update *update,
                   const struct dynamodb_AttributeMap *item,
                   struct dynamodb_AttributeMap *ret)
{
    struct ddb_projection projection = {0};

    if (!update || update->n == 0) {
        return 0;
    }
    projection.paths = awi_arena_array(awi_arena(req), struct ddb_path, update->n);
    if (!projection.paths) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < update->n; i++) {
        projection.paths[projection.n++] = update->actions[i].path;
    }
    return ddb_project(awi_arena(req), &projection, item, ret);
}

int ddb_returned(struct awi_req *req,
                 struct awi_str what,
                 const struct ddb_update *update,
                 const struct ddb_written *written,
                 struct dynamodb_AttributeMap *ret)
{
    int r = 0;

    if (awi_str_is(what, "ALL_OLD") && written->had_old) {
        *ret = written->old;
    } else if (awi_str_is(what, "ALL_NEW")) {
        *ret = written->now;
    } else if (awi_str_is(what, "UPDATED_OLD") && written->had_old) {
        r = updated(req, update, &written->old, ret);
    } else if (awi_str_is(what, "UPDATED_NEW")) {
        r = updated(req, update, &written->now, ret);
    }
    ret->set = ret->n > 0;
    return r;
}

int ddb_update_item(struct awi_req *req,
                    const struct dynamodb_UpdateItemInput *in,
                    struct dynamodb_UpdateItemOutput *out)
{
    struct dynamodb_AttributeMap key = in->Key, values = in->ExpressionAttributeValues;
    struct ddb_write write = {.table = in->TableName, .kind = DDB_WRITE_UPDATE, .item = &key};
    struct ddb_written written;
    int r = parse(req, in, &values, &write.condition, &write.update);

    if (r == 0) {
        r = ddb_write(req, &write, &written);
    }
    if (r != 0) {
        return r;
    }
    if (written.failed) {
        return ddb_condition_failed(req, in->ReturnValuesOnConditionCheckFailure, &written);
    }
    r = ddb_returned(req, in->ReturnValues, write.update, &written, &out->Attributes);
    if (r == 0) {
        r = ddb_consumed(req, in->ReturnConsumedCapacity, &written.usage, &out->ConsumedCapacity);
    }
    return r == 0 ? ddb_metrics(req,
                                in->ReturnItemCollectionMetrics,
                                &written.table,
                                &key,
                                &out->ItemCollectionMetrics)
                  : r;
}
