/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request's body on its way in: the aws-chunked coding removed, the bytes put into memory or,
 * when they are many, into a spool.
 */
#include "core/net/http_conn.h"

#include <errno.h>

/* --- aws-chunked ----------------------------------------------------------------------------- */

static int body_write(struct awi_http *http, const void *data, size_t len);

static int chunked_data(void *ctx, const void *data, size_t len)
{
    return body_write(ctx, data, len);
}

static int chunked_chunk(void *ctx, uint64_t size, struct awi_str signature)
{
    struct awi_http *http = ctx;
    struct awi_http_request *request = &http->x.request;

    if (!awi_str_is_set(signature)) {
        return 0;
    }
    if (request->n_chunks == http->room_chunks) {
        size_t room = http->room_chunks ? http->room_chunks * 2 : 16;
        struct awi_http_chunk *more =
            room <= AWI_HTTP_CHUNKS_MAX
                ? awi_arena_alloc(&http->arena, room * sizeof(*request->chunks))
                : NULL;
        if (!more) {
            return room <= AWI_HTTP_CHUNKS_MAX ? -ENOMEM : -EBADMSG;
        }
        if (request->n_chunks) {
            memcpy(more, request->chunks, request->n_chunks * sizeof(*more));
        }
        request->chunks = more;
        http->room_chunks = room;
    }
    /* The array is ours, const only for the handler. */
    struct awi_http_chunk *chunk =
        (struct awi_http_chunk *)(uintptr_t)&request->chunks[request->n_chunks];
    chunk->size = size;
    chunk->signature = awi_arena_str(&http->arena, signature);
    if (!awi_str_is_set(chunk->signature)) {
        return -ENOMEM;
    }
    request->n_chunks++;
    return 0;
}

static int chunked_trailer(void *ctx, struct awi_str name, struct awi_str value)
{
    return awi_http_trailer(ctx, name, value) < 0 ? -EBADMSG : 0;
}

static const struct awi_chunked_sink CHUNKED_SINK = {
    .data = chunked_data,
    .chunk = chunked_chunk,
    .trailer = chunked_trailer,
};

/* --- Body ------------------------------------------------------------------------------------ */

/* The body outgrows memory: from here on it goes to a spool. */
static int body_spill(struct awi_http *http)
{
    const struct awi_http_handler *handler = http->handler;

    if (!handler->spool) {
        return -EFBIG;
    }
    http->begun = true;
    int r = handler->spool(handler->ctx, &http->x, &http->source, &http->source_self);
    if (r < 0) {
        http->source = NULL;
        return r;
    }
    r = http->source->write(http->source_self, http->body.ptr, http->body.len);
    awi_buf_deinit(&http->body);
    return r;
}

/* Keeps what arrived. Our own failures are the request's body_error: the rest is swallowed. */
static int body_write(struct awi_http *http, const void *data, size_t len)
{
    struct awi_http_request *request = &http->x.request;
    int r = 0;

    if (request->body_error || len == 0) {
        return 0;
    }
    http->body_size += len;
    if (!http->source && http->body_size > AWI_HTTP_MEMORY_MAX) {
        r = body_spill(http);
    }
    if (r == 0 && http->source) {
        r = http->source->write(http->source_self, data, len);
    } else if (r == 0) {
        r = awi_buf_add(&http->body, data, len);
    }
    if (r < 0) {
        request->body_error = r;
        awi_buf_deinit(&http->body);
    }
    return 0;
}

static bool is_aws_chunked(struct awi_str content_encoding, struct awi_str content_sha256)
{
    struct awi_str word;

    /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER and their like; not
     * STREAMING-AWS4-HMAC-SHA256-EVENTS, which is an event stream. */
    if (awi_str_starts(content_sha256, AWI_STR("STREAMING-")) &&
        awi_str_search(content_sha256, AWI_STR("-PAYLOAD")) >= 0) {
        return true;
    }
    while (awi_str_cut(&content_encoding, ',', &word)) {
        if (awi_str_is_nocase(awi_str_trim(word), "aws-chunked")) {
            return true;
        }
    }
    return false;
}

int awi_http_body_begin(struct awi_http *http, bool has_body)
{
    struct awi_http_request *request = &http->x.request;
    struct awi_str expect = awi_http_header(request, "Expect");
    struct awi_str decoded = awi_http_header(request, "x-amz-decoded-content-length");

    if (awi_str_is_set(expect) && request->minor > 0) {
        if (!awi_str_is_nocase(expect, "100-continue")) {
            return 417;
        }
        if (has_body) {
            int r = awi_buf_str(&http->out, AWI_STR("HTTP/1.1 100 Continue\r\n\r\n"));
            if (r < 0) {
                return r;
            }
        }
    }
    request->aws_chunked =
        has_body && is_aws_chunked(awi_http_header(request, "Content-Encoding"),
                                   awi_http_header(request, "x-amz-content-sha256"));
    http->decoded_length = -1;
    if (request->aws_chunked) {
        awi_chunked_deinit(&http->chunked);
        awi_chunked_init(&http->chunked, &CHUNKED_SINK, http);
        if (awi_str_is_set(decoded) &&
            (awi_str_to_i64(decoded, &http->decoded_length) < 0 || http->decoded_length < 0)) {
            request->body_error = -EBADMSG;
        }
    } else if (has_body && http->parser.content_length &&
               http->parser.content_length <= AWI_HTTP_MEMORY_MAX) {
        awi_buf_room(&http->body, (size_t)http->parser.content_length);
    }
    return 0;
}

int awi_http_body_write(struct awi_http *http, const void *data, size_t len)
{
    struct awi_http_request *request = &http->x.request;

    if (!request->aws_chunked) {
        return body_write(http, data, len);
    }
    if (!request->body_error) {
        int r = awi_chunked_feed(&http->chunked, data, len);
        if (r < 0) {
            request->body_error = r;
        }
    }
    return http->refuse ? -1 : 0;
}

/* The body is complete: makes it what the handler sees. */
int awi_http_body_end(struct awi_http *http)
{
    struct awi_http_request *request = &http->x.request;
    struct awi_body *body;

    if (request->aws_chunked && !request->body_error) {
        bool right =
            awi_chunked_finish(&http->chunked) == 0 &&
            (http->decoded_length < 0 || (uint64_t)http->decoded_length == http->chunked.total);
        request->body_error = right ? 0 : -EBADMSG;
    }
    if (http->source) {
        const struct awi_body_source *source = http->source;
        http->source = NULL;
        body = awi_body_stream(&http->arena, source, http->source_self, 0, http->body_size);
    } else {
        body = awi_body_memory(&http->arena, awi_buf_view(&http->body));
    }
    request->body = body;
    return body ? 0 : -ENOMEM;
}
