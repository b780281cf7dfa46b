/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of exchanges on one connection: parse, run, answer, one after the other; what arrives
 * while an answer is held back waits in the backlog.
 */
#include "core/net/http_conn.h"

#include <errno.h>
#include <stdlib.h>

#include "awsintercept/core_abi.h"

#define ARENA_LIMIT (64u << 20)
/* Answers that a client does not take are not piled up beyond this. */
#define OUT_HIGH  (256u << 10)
#define OUT_LIMIT (OUT_HIGH + 4 * AWI_HTTP_PIECE + AWI_HTTP_HEAD_MAX * 16)

void awi_http_init(struct awi_http *http,
                   const struct awi_http_handler *handler,
                   const struct awi_http_peer *peer)
{
    *http = (struct awi_http){
        .handler = handler,
        .peer = peer,
        .head.text = AWI_BUF_INIT(AWI_HTTP_HEAD_MAX),
        .tail.text = AWI_BUF_INIT(AWI_HTTP_HEAD_MAX),
        .body = AWI_BUF_INIT(AWI_HTTP_MEMORY_MAX),
        .out = AWI_BUF_INIT(OUT_LIMIT),
        .backlog = AWI_BUF_INIT(AWI_HTTP_BACKLOG_MAX),
    };
    awi_arena_init(&http->arena, handler->arena_limit ? handler->arena_limit : ARENA_LIMIT);
    http->x.arena = &http->arena;
    http->x.answer.content_length = -1;
    awi_http_parse_init(http);
}

/* Lets go of everything of the exchange. */
static void end_exchange(struct awi_http *http)
{
    if (http->source) {
        if (http->source->release) {
            http->source->release(http->source_self);
        }
        http->source = NULL;
    }
    if (http->begun && http->handler->done) {
        http->handler->done(http->handler->ctx, &http->x);
    }
    http->begun = false;
    awi_body_release(http->x.request.body);
    awi_body_release(http->x.answer.body);
    http->sending = NULL;
    awi_http_parse_reset(http);
}

void awi_http_deinit(struct awi_http *http)
{
    end_exchange(http);
    awi_arena_deinit(&http->arena);
    free(http->tunnel);
    awi_chunked_deinit(&http->chunked);
    awi_buf_deinit(&http->head.text);
    awi_buf_deinit(&http->tail.text);
    free(http->head.line);
    free(http->tail.line);
    awi_buf_deinit(&http->body);
    awi_buf_deinit(&http->out);
    awi_buf_deinit(&http->backlog);
}

static void next_exchange(struct awi_http *http)
{
    end_exchange(http);
    http->phase = http->keep ? AWI_HTTP_HEAD : AWI_HTTP_CLOSED;
    if (http->phase == AWI_HTTP_CLOSED) {
        awi_buf_deinit(&http->backlog);
    }
}

/* The handler has filled the answer. */
static int answer(struct awi_http *http)
{
    bool held = false;

    int r = awi_http_write_answer(http, &held);
    if (r < 0) {
        return r;
    }
    if (held) {
        http->sending = http->x.answer.body;
        http->sending_at = 0;
        http->phase = AWI_HTTP_SENDING;
    } else if (http->out.len - http->out_at > OUT_HIGH) {
        http->phase = AWI_HTTP_SENDING;
    } else {
        next_exchange(http);
    }
    return 0;
}

/* Asks the handler, once or again. */
static int run(struct awi_http *http)
{
    struct awi_http_exchange *x = &http->x;

    http->begun = true;
    int r = http->handler->run(http->handler->ctx, x);
    x->runs++;
    if (r == AWI_HTTP_WAIT) {
        http->phase = AWI_HTTP_WAITING;
        return 0;
    }
    if (r < 0 || x->answer.status < 200 || x->answer.status > 599) {
        awi_body_release(x->answer.body);
        x->answer = (struct awi_http_answer){.status = 500, .content_length = -1};
    }
    return answer(http);
}

static int open_tunnel(struct awi_http *http)
{
    const struct awi_http_request *request = &http->x.request;

    int r = awi_buf_str(&http->out, AWI_STR("HTTP/1.1 200 Connection Established\r\n\r\n"));
    if (r < 0) {
        return r;
    }
    free(http->tunnel);
    http->tunnel = strndup(request->target.ptr, request->target.len);
    end_exchange(http);
    http->phase = AWI_HTTP_TUNNEL;
    return http->tunnel ? 0 : -ENOMEM;
}

void awi_http_restart(struct awi_http *http)
{
    awi_buf_init(&http->backlog, AWI_HTTP_BACKLOG_MAX);
    awi_http_parse_init(http);
    http->phase = AWI_HTTP_HEAD;
}

static int refuse(struct awi_http *http)
{
    const char *reason = http->refuse == 400 ? llhttp_get_error_reason(&http->parser) : NULL;

    int r = awi_http_write_refusal(
        http, http->refuse, reason && *reason ? reason : awi_http_reason(http->refuse));
    end_exchange(http);
    http->phase = AWI_HTTP_CLOSED;
    return r;
}

static bool may_parse(const struct awi_http *http)
{
    return http->phase == AWI_HTTP_HEAD || http->phase == AWI_HTTP_BODY;
}

/* Parses and answers until the input is used up or an answer has to wait: bytes used, -errno. */
static ssize_t consume(struct awi_http *http, const char *data, size_t len)
{
    size_t used = 0;

    while (used < len && may_parse(http)) {
        bool complete;
        ssize_t n = awi_http_parse(http, data + used, len - used, &complete);
        int r = n < 0 ? (int)n : 0;
        if (r == 0) {
            used += (size_t)n;
            if (http->refuse > 0) {
                r = refuse(http);
            } else if (complete) {
                r = http->parser.method == HTTP_CONNECT ? open_tunnel(http) : run(http);
            }
        }
        if (r < 0) {
            return r;
        }
    }
    return http->phase == AWI_HTTP_CLOSED ? (ssize_t)len : (ssize_t)used;
}

/* Works off what waited. */
static int consume_backlog(struct awi_http *http)
{
    if (http->backlog.len == 0 || !may_parse(http)) {
        return 0;
    }
    ssize_t used = consume(http, http->backlog.ptr, http->backlog.len);
    if (used < 0) {
        return (int)used;
    }
    awi_buf_drop(&http->backlog, (size_t)used);
    if (http->backlog.len == 0) {
        awi_buf_deinit(&http->backlog);
    }
    return 0;
}

int awi_http_feed(struct awi_http *http, const void *data, size_t len)
{
    ssize_t used = 0;

    if (http->phase == AWI_HTTP_CLOSED) {
        return 0;
    }
    if (http->backlog.len == 0) {
        used = consume(http, data, len);
        if (used < 0) {
            return (int)used;
        }
    }
    if ((size_t)used == len) {
        return 0;
    }
    int r = awi_buf_add(&http->backlog, (const char *)data + used, len - (size_t)used);
    return r == -EMSGSIZE ? -ENOBUFS : r;
}

int awi_http_finish(struct awi_http *http)
{
    http->eof = true;
    if (may_parse(http)) {
        end_exchange(http);
        http->phase = AWI_HTTP_CLOSED;
    }
    return 0;
}

/* Shows the next piece of the body under way; 0 when it cannot be read: the connection then ends,
 * short of what was promised, which the client sees. */
static size_t body_piece(struct awi_http *http, const void **data)
{
    const struct awi_body *body = http->sending;
    uint64_t left = body->size - http->sending_at;
    size_t len = left < AWI_HTTP_PIECE ? (size_t)left : AWI_HTTP_PIECE;

    if (body->data) {
        *data = (const char *)body->data + http->sending_at;
        return len;
    }
    char *room = awi_buf_room(&http->out, len);
    ssize_t n = room ? awi_body_read(body, http->sending_at, room, len) : -ENOMEM;
    if (n <= 0) {
        end_exchange(http);
        http->phase = AWI_HTTP_CLOSED;
        return 0;
    }
    awi_buf_grew(&http->out, (size_t)n);
    http->sending_at += (uint64_t)n;
    *data = http->out.ptr;
    return (size_t)n;
}

size_t awi_http_pending(struct awi_http *http, const void **data)
{
    size_t len = http->out.len - http->out_at;

    if (len) {
        *data = http->out.ptr + http->out_at;
        return len < AWI_HTTP_PIECE ? len : AWI_HTTP_PIECE;
    }
    if (http->sending && http->sending_at < http->sending->size) {
        return body_piece(http, data);
    }
    return 0;
}

int awi_http_sent(struct awi_http *http, size_t n)
{
    if (http->out_at < http->out.len) {
        http->out_at += n;
        if (http->out_at < http->out.len) {
            return 0;
        }
        http->out_at = 0;
        if (http->out.size > 4 * AWI_HTTP_PIECE) {
            awi_buf_deinit(&http->out);
        } else {
            awi_buf_clear(&http->out);
        }
    } else if (http->sending) {
        http->sending_at += n;
    }
    if (http->phase != AWI_HTTP_SENDING ||
        (http->sending && http->sending_at < http->sending->size)) {
        return 0;
    }
    next_exchange(http);
    int r = consume_backlog(http);
    return r == 0 && http->eof ? awi_http_finish(http) : r;
}

unsigned awi_http_state(const struct awi_http *http)
{
    switch (http->phase) {
    case AWI_HTTP_WAITING:
        return AWI_CONN_WAITING;
    case AWI_HTTP_CLOSED:
        return AWI_CONN_CLOSING;
    default:
        return 0;
    }
}

int awi_http_poll(struct awi_http *http, int64_t now_ms)
{
    struct awi_http_exchange *x = &http->x;

    if (http->phase != AWI_HTTP_WAITING) {
        return 0;
    }
    int r = run(http);
    if (r == 0) {
        r = consume_backlog(http);
    }
    if (r == 0 && http->eof) {
        r = awi_http_finish(http);
    }
    if (r < 0 || http->phase != AWI_HTTP_WAITING) {
        return r;
    }
    int64_t step = x->wait_step_ms ? x->wait_step_ms : 20;
    int64_t left = x->wait_until_ms - now_ms;
    if (left > 0 && left < step) {
        step = left;
    }
    return (int)step;
}
