/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/net/net_fixture.h"

#include <errno.h>
#include <string.h>

uint64_t t_net_sum(uint64_t sum, uint64_t offset, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ (bytes[i] + (offset + i))) * 0x9e3779b97f4a7c15u;
    }
    return sum;
}

static int spool_write(void *self, const void *data, size_t len)
{
    struct t_net *t = self;

    if (t->write_error && t->spooled) {
        return t->write_error;
    }
    t->spool_sum = t_net_sum(t->spool_sum, t->spooled, data, len);
    t->spooled += len;
    return 0;
}

static ssize_t spool_read(void *self, uint64_t offset, void *data, size_t len)
{
    (void)self;
    (void)offset;
    memset(data, 's', len);
    return (ssize_t)len;
}

static void spool_release(void *self)
{
    struct t_net *t = self;

    t->n_released++;
}

static const struct awi_body_source SPOOL = {spool_write, spool_read, spool_release};

static int
spool(void *ctx, struct awi_http_exchange *x, const struct awi_body_source **source, void **self)
{
    struct t_net *t = ctx;

    assert_true(awi_str_is_set(x->request.method));
    if (t->spool_error) {
        return t->spool_error;
    }
    t->spooled = 0;
    t->spool_sum = 0;
    *source = &SPOOL;
    *self = t;
    return 0;
}

static void note(struct t_net *t, const struct awi_http_request *request)
{
    awi_buf_printf(
        &t->seen, "%.*s %.*s", AWI_STR_FMT(request->method), AWI_STR_FMT(request->target));
    if (t->show_where) {
        awi_buf_printf(&t->seen,
                       " host=%.*s port=%u path=%.*s query=%.*s",
                       AWI_STR_FMT(request->host),
                       request->port,
                       AWI_STR_FMT(request->path),
                       AWI_STR_FMT(request->query));
    }
    if (request->body_error) {
        awi_buf_printf(&t->seen, " error=%s", strerror(-request->body_error));
    } else if (awi_body_data(request->body)) {
        awi_buf_printf(&t->seen,
                       " [%.*s]",
                       (int)awi_body_size(request->body),
                       (const char *)awi_body_data(request->body));
    } else {
        awi_buf_printf(&t->seen, " spool=%llu", (unsigned long long)request->body->size);
    }
    for (size_t i = 0; i < request->n_trailers; i++) {
        awi_buf_printf(&t->seen,
                       " %.*s=%.*s",
                       AWI_STR_FMT(request->trailers[i].name),
                       AWI_STR_FMT(request->trailers[i].value));
    }
    for (size_t i = 0; t->show_chunks && i < request->n_chunks; i++) {
        awi_buf_printf(&t->seen,
                       " %llu:%.*s",
                       (unsigned long long)request->chunks[i].size,
                       AWI_STR_FMT(request->chunks[i].signature));
    }
    awi_buf_char(&t->seen, '\n');
}

static int run(void *ctx, struct awi_http_exchange *x)
{
    struct t_net *t = ctx;

    t->n_runs++;
    if (x->runs == 0) {
        note(t, &x->request);
    }
    if (t->waits) {
        t->waits--;
        x->wait_until_ms = 1000;
        return AWI_HTTP_WAIT;
    }
    if (t->fail) {
        return t->fail;
    }
    x->answer.status = t->status;
    x->answer.close = t->close;
    x->answer.content_length = t->head_length;
    awi_http_answer_header(x, AWI_STR("x-amzn-RequestId"), AWI_STR("r-1"));
    if (t->body_source) {
        x->answer.body = awi_body_stream(x->arena, t->body_source, t->body_self, 0, t->body_size);
    } else if (t->body) {
        x->answer.body = awi_body_memory(x->arena, awi_str_from(t->body));
    }
    return AWI_HTTP_DONE;
}

static void done(void *ctx, struct awi_http_exchange *x)
{
    struct t_net *t = ctx;

    (void)x;
    t->n_done++;
}

void t_net_open(struct t_net *t)
{
    *t = (struct t_net){
        .handler = {.ctx = t, .run = run, .spool = spool, .done = done},
        .seen = AWI_BUF_INIT(1u << 26),
        .got = AWI_BUF_INIT(1u << 26),
        .status = 200,
        .head_length = -1,
    };
    t->conn = awi_conn_open(NULL, &t->handler, NULL);
    assert_non_null(t->conn);
}

void t_net_close(struct t_net *t)
{
    awi_conn_close(t->conn);
    awi_buf_deinit(&t->seen);
    awi_buf_deinit(&t->got);
}

void t_net_drain(struct t_net *t)
{
    const void *data;
    size_t n;

    while ((n = awi_conn_pending(t->conn, &data)) > 0) {
        awi_buf_add(&t->got, data, n);
        awi_conn_sent(t->conn, n);
    }
}

int t_net_feed(struct t_net *t, const void *data, size_t len, size_t piece)
{
    const char *at = data;
    int r = 0;

    while (len && r == 0) {
        size_t n = piece && piece < len ? piece : len;
        /* A copy of the exact size: reading beyond it is seen by sanitizers and valgrind. */
        char *copy = test_malloc(n);
        memcpy(copy, at, n);
        r = awi_conn_feed(t->conn, copy, n);
        test_free(copy);
        at += n;
        len -= n;
    }
    return r;
}

const char *t_net_talk(struct t_net *t, const char *input)
{
    awi_buf_clear(&t->got);
    awi_buf_clear(&t->seen);
    assert_int_equal(t_net_feed(t, input, strlen(input), 0), 0);
    t_net_drain(t);
    awi_buf_add(&t->seen, "", 0);
    awi_buf_add(&t->got, "", 0);
    char *date;
    char *from = t->got.ptr;
    while ((date = strstr(from, "Date: ")) && strlen(date) >= 35) {
        memmove(date + 7, date + 35, strlen(date + 35) + 1);
        date[6] = 'D';
        from = date + 7;
    }
    t->got.len = strlen(t->got.ptr);
    return t->got.ptr;
}
