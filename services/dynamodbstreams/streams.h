/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this service share. Streams are written by services/dynamodb/stream.c, whose
 * head says where they lie: in the records of the service "dynamodb". A stream has one shard, which
 * is closed when the stream is disabled.
 */
#pragma once

#include "core/service.h"
#include "core/store/record.h"
#include "core/util/cleanup.h"

#include "gen/dynamodbstreams.h"

#define STREAMS_SHARD   "shardId-00000000000000000001-00000001"
#define STREAMS_KEPT_MS (24 * 3600 * INT64_C(1000))

struct streams_one {
    struct awi_scope scope;
    struct awi_str arn;
    struct dynamodbstreams_StreamState state;
    uint64_t last; /* number of the last change; 0: there was none */
};

int streams_invalid(struct awi_req *req, const char *message);
/* arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL. ResourceNotFoundException. */
int streams_open(struct awi_req *req, struct awi_str arn, struct streams_one *ret);
/* Sequence numbers as AWS shows them: 21 digits. */
struct awi_str streams_number_text(struct awi_req *req, uint64_t number);
/* false: no number of ours. */
bool streams_number_parse(struct awi_str text, uint64_t *ret);
/* The first change that is there and not older than a day; last + 1: none. */
int streams_oldest(struct awi_req *req, const struct streams_one *stream, uint64_t *ret);
/* A walk over a stream's changes from a number on. */
int streams_walk(struct awi_req *req,
                 const struct streams_one *stream,
                 uint64_t from,
                 struct awi_cursor **ret);
uint64_t streams_number_of(struct awi_str key);

/* --- iterator.c: where a reader is, in a text that the client carries ------------------------- */

struct streams_iterator {
    struct awi_str arn;
    uint64_t next; /* the first number that it may give */
    int64_t made;  /* ms */
};

struct awi_str streams_iterator_text(struct awi_req *req, const struct streams_iterator *iterator);
/* false: none of ours. */
bool streams_iterator_parse(struct awi_str text, struct streams_iterator *ret);

/* --- handlers -------------------------------------------------------------------------------- */

int streams_list(struct awi_req *req,
                 const struct dynamodbstreams_ListStreamsInput *in,
                 struct dynamodbstreams_ListStreamsOutput *out);
int streams_describe(struct awi_req *req,
                     const struct dynamodbstreams_DescribeStreamInput *in,
                     struct dynamodbstreams_DescribeStreamOutput *out);
int streams_get_iterator(struct awi_req *req,
                         const struct dynamodbstreams_GetShardIteratorInput *in,
                         struct dynamodbstreams_GetShardIteratorOutput *out);
int streams_get_records(struct awi_req *req,
                        const struct dynamodbstreams_GetRecordsInput *in,
                        struct dynamodbstreams_GetRecordsOutput *out);
