/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scan, also in parallel segments.
 */
#include "services/dynamodb/read.h"

#include <errno.h>

static int parse(struct awi_req *req,
                 const struct dynamodb_ScanInput *in,
                 struct dynamodb_AttributeMap *values,
                 struct ddb_condition **ret_filter,
                 struct ddb_projection **ret_projection)
{
    const struct ddb_parameter parameters[] = {
        {"ScanFilter", in->ScanFilter.set, false},
        {"AttributesToGet", in->AttributesToGet.set, false},
        {"ConditionalOperator", awi_str_is_set(in->ConditionalOperator), false},
        {"FilterExpression", awi_str_is_set(in->FilterExpression), true},
        {"ProjectionExpression", awi_str_is_set(in->ProjectionExpression), true},
    };
    bool modern = awi_str_is_set(in->FilterExpression) || awi_str_is_set(in->ProjectionExpression);
    struct ddb_expressions all;
    int r = ddb_check_parameters(req, parameters, sizeof(parameters) / sizeof(parameters[0]));

    if (r != 0) {
        return r;
    }
    r = ddb_expressions_begin(
        &all, awi_arena(req), &in->ExpressionAttributeNames, values, modern, "FilterExpression");
    if (r == 0) {
        r = modern ? ddb_parse_condition(&all, "FilterExpression", in->FilterExpression, ret_filter)
                   : ddb_legacy_filter(&all, &in->ScanFilter, in->ConditionalOperator, ret_filter);
    }
    if (r == 0) {
        r = modern ? ddb_parse_projection(&all, in->ProjectionExpression, ret_projection)
                   : ddb_legacy_projection(&all, &in->AttributesToGet, ret_projection);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    return ddb_answered(req, r, all.message);
}

static int check_segments(struct awi_req *req,
                          const struct dynamodb_ScanInput *in,
                          struct ddb_reading *reading)
{
    if (in->Segment.set != in->TotalSegments.set) {
        return in->Segment.set
                   ? ddb_invalid(req,
                                 "The TotalSegments parameter is required but was not present in "
                                 "the request when Segment parameter is present")
                   : ddb_invalid(req,
                                 "The Segment parameter is required but was not present in the "
                                 "request when parameter TotalSegments is present");
    }
    if (!in->Segment.set) {
        return 0;
    }
    if (in->Segment.v >= in->TotalSegments.v) {
        return ddb_invalid(req,
                           "The Segment parameter is zero-based and must be less than parameter "
                           "TotalSegments: Segment: %d is not less than TotalSegments: %d",
                           in->Segment.v,
                           in->TotalSegments.v);
    }
    reading->segment = (uint32_t)in->Segment.v;
    reading->segments = (uint32_t)in->TotalSegments.v;
    return 0;
}

int ddb_scan(struct awi_req *req,
             const struct dynamodb_ScanInput *in,
             struct dynamodb_ScanOutput *out)
{
    struct dynamodb_AttributeMap values = in->ExpressionAttributeValues;
    struct dynamodb_AttributeMap start = in->ExclusiveStartKey;
    struct ddb_reading reading = {.limit = in->Limit.set ? in->Limit.v : 0,
                                  .consistent = in->ConsistentRead.set && in->ConsistentRead.v};
    struct ddb_condition *filter = NULL;
    struct ddb_projection *projection = NULL;
    int r = parse(req, in, &values, &filter, &projection);

    reading.filter = filter;
    reading.projection = projection;
    if (r == 0) {
        r = check_segments(req, in, &reading);
    }
    if (r == 0) {
        r = ddb_table_open(req, in->TableName, &reading.table);
    }
    if (r == 0) {
        r = ddb_check_reading(req, &reading, in->IndexName, in->Select);
    }
    if (r != 0) {
        return r;
    }
    reading.prefix = reading.index
                         ? ddb_index_prefix(awi_arena(req), &reading.table, reading.index, NULL)
                         : reading.table.id;
    reading.from = reading.prefix;
    r = reading.prefix.ptr ? ddb_start_after(req, &reading, &start) : -ENOMEM;
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
