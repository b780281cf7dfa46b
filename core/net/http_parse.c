/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to a request: the callbacks of llhttp. Collects the head, finds out about the body's coding
 * and puts the body into memory or a spool.
 */
#include "core/net/http_conn.h"

#include <errno.h>
#include <stdlib.h>

static int refuse(struct awi_http *http, int status)
{
    if (!http->refuse) {
        http->refuse = status;
    }
    return -1;
}

static struct awi_http_lines *lines_of(struct awi_http *http)
{
    return http->parser.flags & F_TRAILING ? &http->tail : &http->head;
}

/* Adds text to what is collected, or refuses. */
static int collect(struct awi_http *http, struct awi_http_lines *lines, const char *at, size_t len)
{
    int r = awi_buf_add(&lines->text, at, len);

    if (r < 0) {
        return refuse(http, r == -EMSGSIZE ? 431 : r);
    }
    return 0;
}

/* The line that is arriving, or a new one. */
static struct awi_http_line *line_at(struct awi_http *http, struct awi_http_lines *lines)
{
    if (!lines->open) {
        if (lines->n == lines->room) {
            uint32_t room = lines->room ? lines->room * 2 : 32;
            void *line = room <= AWI_HTTP_HEADERS_MAX
                             ? realloc(lines->line, room * sizeof(*lines->line))
                             : NULL;
            if (!line) {
                refuse(http, room <= AWI_HTTP_HEADERS_MAX ? -ENOMEM : 431);
                return NULL;
            }
            lines->line = line;
            lines->room = room;
        }
        uint32_t here = (uint32_t)lines->text.len;
        lines->line[lines->n++] = (struct awi_http_line){.name = here, .value = here};
        lines->open = true;
    }
    return &lines->line[lines->n - 1];
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct awi_http *http = parser->data;

    if (len > AWI_HTTP_TARGET_MAX - http->target_len) {
        return refuse(http, 414);
    }
    http->target_len += (uint32_t)len;
    return collect(http, &http->head, at, len);
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    struct awi_http *http = parser->data;
    struct awi_http_lines *lines = lines_of(http);
    struct awi_http_line *line = line_at(http, lines);

    if (!line || collect(http, lines, at, len) < 0) {
        return -1;
    }
    line->name_len += (uint32_t)len;
    line->value = (uint32_t)lines->text.len;
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    struct awi_http *http = parser->data;
    struct awi_http_lines *lines = lines_of(http);
    struct awi_http_line *line = line_at(http, lines);

    if (!line || collect(http, lines, at, len) < 0) {
        return -1;
    }
    line->value_len += (uint32_t)len;
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    struct awi_http *http = parser->data;

    lines_of(http)->open = false;
    return 0;
}

/* Offsets become strings, once the text does not move any more. */
static int lines_final(struct awi_http *http,
                       const struct awi_http_lines *lines,
                       const struct awi_http_header **ret,
                       size_t *ret_n)
{
    struct awi_http_header *header =
        awi_arena_alloc(&http->arena, (lines->n + 1) * sizeof(*header));

    if (!header) {
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < lines->n; i++) {
        const struct awi_http_line *line = &lines->line[i];
        const char *text = lines->text.ptr;
        header[i].name = awi_str_of(text + line->name, line->name_len);
        header[i].value = awi_str_trim(awi_str_of(text + line->value, line->value_len));
    }
    *ret = header;
    *ret_n = lines->n;
    return 0;
}

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
    struct awi_http *http = ctx;
    struct awi_http_lines *lines = &http->tail;

    lines->open = false;
    struct awi_http_line *line = line_at(http, lines);
    if (!line || collect(http, lines, name.ptr, name.len) < 0) {
        return -EBADMSG;
    }
    line->name_len = (uint32_t)name.len;
    line->value = (uint32_t)lines->text.len;
    if (collect(http, lines, value.ptr, value.len) < 0) {
        return -EBADMSG;
    }
    line->value_len = (uint32_t)value.len;
    lines->open = false;
    return 0;
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

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct awi_http *http = parser->data;
    struct awi_http_request *request = &http->x.request;

    if (!request->aws_chunked) {
        return body_write(http, at, len);
    }
    if (!request->body_error) {
        int r = awi_chunked_feed(&http->chunked, at, len);
        if (r < 0) {
            request->body_error = r;
        }
    }
    return http->refuse ? -1 : 0;
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

/* --- Heads and ends -------------------------------------------------------------------------- */

static int body_begin(struct awi_http *http, bool has_body)
{
    struct awi_http_request *request = &http->x.request;
    struct awi_str expect = awi_http_header(request, "Expect");
    struct awi_str decoded = awi_http_header(request, "x-amz-decoded-content-length");

    if (awi_str_is_set(expect) && request->minor > 0) {
        if (!awi_str_is_nocase(expect, "100-continue")) {
            return refuse(http, 417);
        }
        if (has_body) {
            int r = awi_buf_str(&http->out, AWI_STR("HTTP/1.1 100 Continue\r\n\r\n"));
            if (r < 0) {
                return refuse(http, r);
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

static int on_headers_complete(llhttp_t *parser)
{
    struct awi_http *http = parser->data;
    struct awi_http_request *request = &http->x.request;

    http->phase = AWI_HTTP_BODY;
    if (parser->http_major != 1) {
        return refuse(http, 505);
    }
    if (parser->method != HTTP_CONNECT) {
        parser->upgrade = 0; /* an offer to upgrade is ignored */
    }
    request->minor = parser->http_minor;
    request->method = awi_str_from(llhttp_method_name(parser->method));
    request->peer = http->peer;
    request->tls = http->tls;
    request->sni = http->sni;
    int r = lines_final(http, &http->head, &request->headers, &request->n_headers);
    if (r == 0) {
        r = awi_http_target(http, awi_str_of(http->head.text.ptr, http->target_len));
    }
    if (r != 0) {
        return refuse(http, r);
    }
    return body_begin(http, (parser->flags & F_CHUNKED) || parser->content_length > 0);
}

/* The body is complete: makes it what the handler sees. */
static int body_end(struct awi_http *http)
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

static int on_message_complete(llhttp_t *parser)
{
    struct awi_http *http = parser->data;
    struct awi_http_request *request = &http->x.request;

    int r = lines_final(http, &http->tail, &request->trailers, &request->n_trailers);
    if (r == 0) {
        r = body_end(http);
    }
    if (r < 0) {
        return refuse(http, r);
    }
    http->keep = llhttp_should_keep_alive(parser);
    return HPE_PAUSED;
}

static const llhttp_settings_t SETTINGS = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void awi_http_parse_init(struct awi_http *http)
{
    llhttp_init(&http->parser, HTTP_REQUEST, &SETTINGS);
    http->parser.data = http;
}

ssize_t awi_http_parse(struct awi_http *http, const char *data, size_t len, bool *complete)
{
    enum llhttp_errno error = llhttp_execute(&http->parser, data, len);

    *complete = false;
    if (error == HPE_OK) {
        return (ssize_t)len;
    }
    if (http->refuse < 0) {
        return http->refuse;
    }
    const char *at = llhttp_get_error_pos(&http->parser);
    size_t used = at ? (size_t)(at - data) : len;
    if (error == HPE_PAUSED) {
        llhttp_resume(&http->parser);
        *complete = true;
    } else if (error == HPE_PAUSED_UPGRADE) {
        *complete = true;
    } else if (error == HPE_PAUSED_H2_UPGRADE) {
        refuse(http, 505);
    } else {
        refuse(http, 400);
    }
    return (ssize_t)used;
}

static void lines_reset(struct awi_http_lines *lines)
{
    awi_buf_clear(&lines->text);
    lines->n = 0;
    lines->open = false;
}

void awi_http_parse_reset(struct awi_http *http)
{
    lines_reset(&http->head);
    lines_reset(&http->tail);
    http->target_len = 0;
    http->body_size = 0;
    http->room_chunks = 0;
    if (http->body.size > 2 * AWI_HTTP_PIECE) {
        awi_buf_deinit(&http->body);
    } else {
        awi_buf_clear(&http->body);
    }
    http->x = (struct awi_http_exchange){.arena = &http->arena};
    http->x.answer.content_length = -1;
    awi_arena_reset(&http->arena);
}
