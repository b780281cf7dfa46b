/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetRecords: the changes behind an iterator, up to 1000 and about 1 MiB (API reference,
 * GetRecords).
 */
#include "services/dynamodbstreams/streams.h"

#include "core/util/base64.h"
#include "core/util/digest.h"

#include <errno.h>

#define RECORDS_MAX 1000
#define PAGE_BYTES  (1 << 20)
#define ITERATOR_MS (15 * 60 * 1000)

/* The same id whenever the same change is read. */
static struct awi_str
event_id(struct awi_req *req, const struct streams_one *stream, struct awi_str number)
{
    struct awi_str text = awi_arena_printf(
        awi_arena(req), "%.*s/%.*s", AWI_STR_FMT(stream->state.Id), AWI_STR_FMT(number));
    unsigned char digest[32];

    return text.ptr && awi_digest_of(AWI_SHA256, text, digest) == 0
               ? awi_hex(awi_arena(req), awi_str_of(digest, 16))
               : AWI_STR_NULL;
}

static int fill(struct awi_req *req,
                const struct streams_one *stream,
                const struct dynamodbstreams_StreamChange *change,
                uint64_t number,
                struct dynamodbstreams_Record *ret)
{
    struct dynamodbstreams_StreamRecord *record =
        awi_arena_new(awi_arena(req), struct dynamodbstreams_StreamRecord);

    if (!record) {
        return -ENOMEM;
    }
    *record = (struct dynamodbstreams_StreamRecord){
        /* AWS gives it in whole seconds. */
        .ApproximateCreationDateTime = {.set = true, .ms = change->At.ms / 1000 * 1000},
        .Keys = change->Keys,
        .NewImage = change->NewImage,
        .OldImage = change->OldImage,
        .SequenceNumber = streams_number_text(req, number),
        .SizeBytes = change->SizeBytes,
        .StreamViewType = stream->state.StreamViewType,
    };
    *ret = (struct dynamodbstreams_Record){
        .eventID = event_id(req, stream, record->SequenceNumber),
        .eventName = change->Event,
        .eventVersion = AWI_STR("1.1"),
        .eventSource = AWI_STR("aws:dynamodb"),
        .awsRegion = awi_region(req),
        .dynamodb = record,
    };
    if (change->Expired.v) {
        ret->userIdentity = awi_arena_new(awi_arena(req), struct dynamodbstreams_Identity);
        if (!ret->userIdentity) {
            return -ENOMEM;
        }
        ret->userIdentity->PrincipalId = AWI_STR("dynamodb.amazonaws.com");
        ret->userIdentity->Type = AWI_STR("Service");
    }
    return record->SequenceNumber.ptr && ret->eventID.ptr ? 0 : -ENOMEM;
}

/* *next becomes what the following iterator begins with. */
static int read_changes(struct awi_req *req,
                        const struct streams_one *stream,
                        size_t most,
                        uint64_t *next,
                        struct dynamodbstreams_RecordList *ret)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct dynamodbstreams_StreamChange change;
    struct awi_str key, value;
    int64_t bytes = 0;
    int r = streams_walk(req, stream, *next, &cursor);

    while (r == 0 && ret->n < most && bytes < PAGE_BYTES &&
           (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        *next = streams_number_of(key) + 1;
        r = awi_record_decode(value, awi_arena(req), &dynamodbstreams_StreamChange_shape, &change);
        if (r == 0 && change.At.ms > awi_now(req) - STREAMS_KEPT_MS) {
            bytes += change.SizeBytes.v;
            r = fill(req, stream, &change, *next - 1, &ret->items[ret->n++]);
        }
    }
    return r == -ENOENT ? 0 : r;
}

int streams_get_records(struct awi_req *req,
                        const struct dynamodbstreams_GetRecordsInput *in,
                        struct dynamodbstreams_GetRecordsOutput *out)
{
    size_t most = in->Limit.set && in->Limit.v < RECORDS_MAX ? (size_t)in->Limit.v : RECORDS_MAX;
    struct streams_iterator iterator;
    struct streams_one stream;
    int r;

    if (!streams_iterator_parse(in->ShardIterator, &iterator)) {
        return streams_invalid(req, "Invalid ShardIterator");
    }
    if (awi_now(req) - iterator.made > ITERATOR_MS) {
        return awi_fail(req,
                        &dynamodbstreams_ExpiredIteratorException_error,
                        "Shard iterator has expired; it is good for 15 minutes");
    }
    r = streams_open(req, iterator.arn, &stream);
    if (r != 0) {
        return r;
    }
    out->Records.set = true;
    out->Records.items = awi_arena_array(awi_arena(req), struct dynamodbstreams_Record, most);
    r = out->Records.items ? read_changes(req, &stream, most, &iterator.next, &out->Records)
                           : -ENOMEM;
    /* A closed shard ends. */
    if (r == 0 &&
        !(awi_str_is(stream.state.StreamStatus, "DISABLED") && iterator.next > stream.last)) {
        iterator.made = awi_now(req);
        out->NextShardIterator = streams_iterator_text(req, &iterator);
        r = out->NextShardIterator.ptr ? 0 : -ENOMEM;
    }
    return r;
}
