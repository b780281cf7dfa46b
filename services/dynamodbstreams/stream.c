/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams as such: ListStreams, DescribeStream, GetShardIterator.
 */
#include "services/dynamodbstreams/streams.h"

#include <errno.h>
#include <stdio.h>

#define LIST_MAX    100
#define NUMBER_HEAD 1 /* digit before the number, so that the text is long enough */
#define NUMBER_SIZE 8

int streams_invalid(struct awi_req *req, const char *message)
{
    return awi_fail(req, &awi_error_ValidationException, "%s", message);
}

static int not_found(struct awi_req *req, struct awi_str arn)
{
    return awi_fail(req,
                    &dynamodbstreams_ResourceNotFoundException_error,
                    "Requested resource not found: Stream: %.*s not found",
                    AWI_STR_FMT(arn));
}

static struct awi_scope scope_of(struct awi_req *req)
{
    struct awi_scope scope = awi_scope(req);

    scope.service = AWI_STR("dynamodb");
    return scope;
}

/* "table/NAME/stream/LABEL" to "NAME/LABEL", which is the key. Absent: another form. */
static struct awi_str key_of(struct awi_req *req, struct awi_str resource)
{
    struct awi_str table, name, stream;

    awi_str_cut(&resource, '/', &table);
    awi_str_cut(&resource, '/', &name);
    awi_str_cut(&resource, '/', &stream);
    return resource.ptr && awi_str_is(table, "table") && awi_str_is(stream, "stream")
               ? awi_arena_printf(
                     awi_arena(req), "%.*s/%.*s", AWI_STR_FMT(name), AWI_STR_FMT(resource))
               : AWI_STR_NULL;
}

int streams_open(struct awi_req *req, struct awi_str arn, struct streams_one *ret)
{
    struct awi_str rest = arn, part[5] = {{NULL, 0}}, key, last;
    int r;

    *ret = (struct streams_one){.scope = scope_of(req), .arn = arn};
    for (size_t i = 0; i < 5; i++) {
        awi_str_cut(&rest, ':', &part[i]);
    }
    key = rest.ptr ? key_of(req, rest) : AWI_STR_NULL;
    if (!key.ptr || !awi_str_is(part[2], "dynamodb")) {
        return streams_invalid(req, "Invalid StreamArn");
    }
    if (!awi_str_eq(part[3], awi_region(req)) || !awi_str_eq(part[4], awi_account(req))) {
        return not_found(req, arn);
    }
    r = awi_record_get(&ret->scope,
                       "stream",
                       key,
                       awi_arena(req),
                       &dynamodbstreams_StreamState_shape,
                       &ret->state);
    if (r < 0) {
        return r == -ENOENT ? not_found(req, arn) : r;
    }
    r = awi_get(&ret->scope, "sequence", ret->state.Id, &last);
    ret->last = r == 0 ? streams_number_of(last) : 0;
    return r == -ENOENT ? 0 : r;
}

/* --- Numbers --------------------------------------------------------------------------------- */

struct awi_str streams_number_text(struct awi_req *req, uint64_t number)
{
    return awi_arena_printf(awi_arena(req), "%d%020llu", NUMBER_HEAD, (unsigned long long)number);
}

bool streams_number_parse(struct awi_str text, uint64_t *ret)
{
    int64_t number;

    if (text.len != 21 || text.ptr[0] != '0' + NUMBER_HEAD ||
        awi_str_to_i64(awi_str_skip(text, 1), &number) || number < 0) {
        return false;
    }
    *ret = (uint64_t)number;
    return true;
}

uint64_t streams_number_of(struct awi_str key)
{
    uint64_t number = 0;

    for (size_t i = key.len < NUMBER_SIZE ? 0 : key.len - NUMBER_SIZE; i < key.len; i++) {
        number = number << 8 | (unsigned char)key.ptr[i];
    }
    return number;
}

int streams_walk(struct awi_req *req,
                 const struct streams_one *stream,
                 uint64_t from,
                 struct awi_cursor **ret)
{
    struct awi_str id = stream->state.Id;
    char *key = awi_arena_alloc(awi_arena(req), id.len + NUMBER_SIZE);

    if (!key) {
        return -ENOMEM;
    }
    memcpy(key, id.ptr, id.len);
    for (size_t i = 0; i < NUMBER_SIZE; i++) {
        key[id.len + i] = (char)(from >> (56 - 8 * i) & 0xff);
    }
    return awi_cursor_open(
        &stream->scope, "change", id, awi_str_of(key, id.len + NUMBER_SIZE), AWI_FORWARD, ret);
}

int streams_oldest(struct awi_req *req, const struct streams_one *stream, uint64_t *ret)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct dynamodbstreams_StreamChange change;
    struct awi_str key, value;
    int r = streams_walk(req, stream, 0, &cursor);

    *ret = stream->last + 1;
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        r = awi_record_decode(value, awi_arena(req), &dynamodbstreams_StreamChange_shape, &change);
        if (r == 0 && change.At.ms > awi_now(req) - STREAMS_KEPT_MS) {
            *ret = streams_number_of(key);
            return 0;
        }
    }
    return r == -ENOENT ? 0 : r;
}

/* --- ListStreams ----------------------------------------------------------------------------- */

static int add_stream(struct awi_req *req, struct awi_str value, struct dynamodbstreams_Stream *ret)
{
    struct dynamodbstreams_StreamState state;
    int r = awi_record_decode(value, awi_arena(req), &dynamodbstreams_StreamState_shape, &state);

    if (r < 0) {
        return r;
    }
    ret->TableName = state.TableName;
    ret->StreamLabel = state.Label;
    ret->StreamArn = awi_arn(
        req, "table/%.*s/stream/%.*s", AWI_STR_FMT(state.TableName), AWI_STR_FMT(state.Label));
    return ret->StreamArn.ptr ? 0 : -ENOMEM;
}

int streams_list(struct awi_req *req,
                 const struct dynamodbstreams_ListStreamsInput *in,
                 struct dynamodbstreams_ListStreamsOutput *out)
{
    struct awi_scope scope = scope_of(req);
    size_t most = in->Limit.set && in->Limit.v < LIST_MAX ? (size_t)in->Limit.v : LIST_MAX;
    struct awi_str prefix = AWI_STR(""), after = AWI_STR(""), key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = 0;

    if (awi_str_is_set(in->TableName)) {
        prefix = awi_arena_printf(awi_arena(req), "%.*s/", AWI_STR_FMT(in->TableName));
    }
    if (awi_str_is_set(in->ExclusiveStartStreamArn)) {
        struct streams_one stream;
        r = streams_open(req, in->ExclusiveStartStreamArn, &stream);
        after = awi_arena_printf(awi_arena(req),
                                 "%.*s/%.*s",
                                 AWI_STR_FMT(stream.state.TableName),
                                 AWI_STR_FMT(stream.state.Label));
    }
    out->Streams.set = true;
    out->Streams.items = awi_arena_array(awi_arena(req), struct dynamodbstreams_Stream, most);
    if (r == 0 && (!out->Streams.items || !prefix.ptr || !after.ptr)) {
        r = -ENOMEM;
    }
    if (r == 0) {
        r = awi_cursor_open(&scope,
                            "stream",
                            prefix,
                            awi_str_cmp(after, prefix) > 0 ? after : prefix,
                            AWI_FORWARD,
                            &cursor);
    }
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (awi_str_eq(key, after)) {
            continue;
        }
        if (out->Streams.n == most) {
            out->LastEvaluatedStreamArn = out->Streams.items[most - 1].StreamArn;
            return 0;
        }
        r = add_stream(req, value, &out->Streams.items[out->Streams.n++]);
    }
    return r == -ENOENT ? 0 : r;
}

/* --- DescribeStream -------------------------------------------------------------------------- */

static int
add_shard(struct awi_req *req, const struct streams_one *stream, struct dynamodbstreams_Shard *ret)
{
    struct dynamodbstreams_SequenceNumberRange *range =
        awi_arena_new(awi_arena(req), struct dynamodbstreams_SequenceNumberRange);

    if (!range) {
        return -ENOMEM;
    }
    range->StartingSequenceNumber = streams_number_text(req, 1);
    if (awi_str_is(stream->state.StreamStatus, "DISABLED")) {
        range->EndingSequenceNumber = streams_number_text(req, stream->last + 1);
    }
    ret->ShardId = AWI_STR(STREAMS_SHARD);
    ret->SequenceNumberRange = range;
    return range->StartingSequenceNumber.ptr ? 0 : -ENOMEM;
}

int streams_describe(struct awi_req *req,
                     const struct dynamodbstreams_DescribeStreamInput *in,
                     struct dynamodbstreams_DescribeStreamOutput *out)
{
    struct dynamodbstreams_StreamDescription *ret =
        awi_arena_new(awi_arena(req), struct dynamodbstreams_StreamDescription);
    struct streams_one stream;
    int r = ret ? streams_open(req, in->StreamArn, &stream) : -ENOMEM;

    if (r != 0) {
        return r;
    }
    *ret = (struct dynamodbstreams_StreamDescription){
        .StreamArn = in->StreamArn,
        .StreamLabel = stream.state.Label,
        .StreamStatus = stream.state.StreamStatus,
        .StreamViewType = stream.state.StreamViewType,
        .CreationRequestDateTime = stream.state.CreatedAt,
        .TableName = stream.state.TableName,
        .KeySchema = stream.state.KeySchema,
        .Shards = {.set = true},
    };
    out->StreamDescription = ret;
    /* The one shard has no children, and nothing comes after it. */
    if (in->ShardFilter || awi_str_is(in->ExclusiveStartShardId, STREAMS_SHARD)) {
        return 0;
    }
    ret->Shards.items = awi_arena_array(awi_arena(req), struct dynamodbstreams_Shard, 1);
    return ret->Shards.items ? add_shard(req, &stream, &ret->Shards.items[ret->Shards.n++])
                             : -ENOMEM;
}

/* --- GetShardIterator ------------------------------------------------------------------------ */

static int begin_at(struct awi_req *req,
                    const struct dynamodbstreams_GetShardIteratorInput *in,
                    const struct streams_one *stream,
                    uint64_t *ret)
{
    bool after = awi_str_is(in->ShardIteratorType, "AFTER_SEQUENCE_NUMBER");
    uint64_t oldest, number;
    int r;

    if (awi_str_is(in->ShardIteratorType, "LATEST")) {
        *ret = stream->last + 1;
        return 0;
    }
    r = streams_oldest(req, stream, &oldest);
    if (r < 0 || awi_str_is(in->ShardIteratorType, "TRIM_HORIZON")) {
        *ret = oldest;
        return r;
    }
    if (!streams_number_parse(in->SequenceNumber, &number) || number > stream->last) {
        return streams_invalid(req, "Invalid SequenceNumber");
    }
    if (number < oldest) {
        return awi_fail(req,
                        &dynamodbstreams_TrimmedDataAccessException_error,
                        "The operation attempted to read past the oldest stream record in a shard");
    }
    *ret = number + after;
    return 0;
}

int streams_get_iterator(struct awi_req *req,
                         const struct dynamodbstreams_GetShardIteratorInput *in,
                         struct dynamodbstreams_GetShardIteratorOutput *out)
{
    struct streams_iterator iterator = {.arn = in->StreamArn, .made = awi_now(req)};
    struct streams_one stream;
    int r = streams_open(req, in->StreamArn, &stream);

    if (r == 0 && !awi_str_is(in->ShardId, STREAMS_SHARD)) {
        return awi_fail(req,
                        &dynamodbstreams_ResourceNotFoundException_error,
                        "Requested resource not found: Shard does not exist");
    }
    if (r == 0) {
        r = begin_at(req, in, &stream, &iterator.next);
    }
    if (r == 0) {
        out->ShardIterator = streams_iterator_text(req, &iterator);
        r = out->ShardIterator.ptr ? 0 : -ENOMEM;
    }
    return r;
}
