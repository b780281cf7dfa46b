/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to a request: the callbacks of llhttp. Collects the lines of the head and of the trailers;
 * the body goes to http_body.c.
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

    if (memchr(at, ' ', len)) { /* which llhttp would pass for part of a name */
        llhttp_set_error_reason(parser, "Invalid header token");
        refuse(http, 400);
        return HPE_USER;
    }
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

int awi_http_trailer(struct awi_http *http, struct awi_str name, struct awi_str value)
{
    struct awi_http_lines *lines = &http->tail;

    lines->open = false;
    struct awi_http_line *line = line_at(http, lines);
    if (!line || collect(http, lines, name.ptr, name.len) < 0) {
        return -1;
    }
    line->name_len = (uint32_t)name.len;
    line->value = (uint32_t)lines->text.len;
    if (collect(http, lines, value.ptr, value.len) < 0) {
        return -1;
    }
    line->value_len = (uint32_t)value.len;
    lines->open = false;
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

/* --- Heads and ends -------------------------------------------------------------------------- */

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    return awi_http_body_write(parser->data, at, len);
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
    r = awi_http_body_begin(http, (parser->flags & F_CHUNKED) || parser->content_length > 0);
    return r ? refuse(http, r) : 0;
}

static int on_message_complete(llhttp_t *parser)
{
    struct awi_http *http = parser->data;
    struct awi_http_request *request = &http->x.request;

    int r = lines_final(http, &http->tail, &request->trailers, &request->n_trailers);
    if (r == 0) {
        r = awi_http_body_end(http);
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
