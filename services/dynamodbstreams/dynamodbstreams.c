/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DynamoDB Streams service, and what its operations need permission for (Service Authorization
 * Reference, Amazon DynamoDB).
 */
#include "services/dynamodbstreams/streams.h"

#include <errno.h>

static const struct dynamodbstreams_handlers handlers = {
    .DescribeStream = streams_describe,
    .GetRecords = streams_get_records,
    .GetShardIterator = streams_get_iterator,
    .ListStreams = streams_list,
};

/* One row a line. */
/* clang-format off */
static const struct awi_access_row rows[] = {
    {AWI_STR_INIT("DescribeStream"), "dynamodb:DescribeStream", "{StreamArn}", NULL, NULL, 0},
    {AWI_STR_INIT("GetRecords"), "dynamodb:GetRecords", "*", NULL, NULL, 0},
    {AWI_STR_INIT("GetShardIterator"), "dynamodb:GetShardIterator", "{StreamArn}", NULL, NULL, 0},
    {AWI_STR_INIT("ListStreams"), "dynamodb:ListStreams", "*", NULL, NULL, 0},
    {.operation = {NULL, 0}},
};
/* clang-format on */

/* The stream that is read is named by the iterator. */
static int access_of(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    const struct dynamodbstreams_GetRecordsInput *get = in;
    struct streams_iterator iterator;
    int r = awi_access_of_rows(req, rows, in, ret);

    if (r == 0 && awi_str_is(awi_operation(req)->name, "GetRecords") &&
        streams_iterator_parse(get->ShardIterator, &iterator)) {
        ret->items[0].resource = iterator.arn;
    }
    return r;
}

const struct awi_service awi_service_dynamodbstreams = {
    .model = &dynamodbstreams_model,
    .handlers = &handlers,
    .access = access_of,
    .rows = rows,
};
