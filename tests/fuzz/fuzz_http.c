/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain connection: whatever comes, it answers with whole HTTP answers, and the same bytes give
 * the same answers and the same requests whether they come at once or one by one.
 */
#include "core/net/conn.h"
#include "core/util/buf.h"
#include "fuzz.h"

#include <string.h>

/* What the handler saw. */
static struct awi_buf seen = AWI_BUF_INIT(1u << 24);

static void see(struct awi_str s)
{
    awi_buf_printf(&seen, "%zu:", s.len);
    awi_buf_str(&seen, s);
}

static int run(void *ctx, struct awi_http_exchange *x)
{
    const struct awi_http_request *request = &x->request;

    (void)ctx;
    see(request->method);
    see(request->path);
    see(request->query);
    see(request->host);
    for (size_t i = 0; i < request->n_headers; i++) {
        see(request->headers[i].name);
        see(request->headers[i].value);
    }
    for (size_t i = 0; i < request->n_trailers; i++) {
        see(request->trailers[i].name);
        see(request->trailers[i].value);
    }
    uint64_t total = 0;
    for (size_t i = 0; i < request->n_chunks; i++) {
        see(request->chunks[i].signature);
        total += request->chunks[i].size;
    }
    if (!request->body_error) {
        FUZZ_CHECK(awi_body_data(request->body));
        FUZZ_CHECK(total <= awi_body_size(request->body));
        see(awi_str_of(awi_body_data(request->body), awi_body_size(request->body)));
    }
    awi_buf_printf(&seen, "%d %u\n", request->body_error, request->port);
    x->answer.status = 200;
    x->answer.date_ms = 1000;
    x->answer.body = awi_body_memory(x->arena, request->path);
    return AWI_HTTP_DONE;
}

static const struct awi_http_handler handler = {.run = run};

static void drain(struct awi_conn *conn, struct awi_buf *got)
{
    const void *data;
    size_t n;

    while ((n = awi_conn_pending(conn, &data)) > 0) {
        awi_buf_add(got, data, n);
        awi_conn_sent(conn, n);
    }
}

static int talk(const uint8_t *data, size_t len, size_t piece, struct awi_buf *got)
{
    struct awi_conn *conn = awi_conn_open(NULL, &handler, NULL);

    int error = 0;

    FUZZ_CHECK(conn);
    awi_buf_clear(&seen);
    awi_buf_clear(got);
    while (len) {
        size_t n = piece < len ? piece : len;
        int r = awi_conn_feed(conn, data, n);
        error = error ? error : r;
        FUZZ_CHECK(r == 0 || (r < 0 && (awi_conn_state(conn) & AWI_CONN_CLOSING)));
        drain(conn, got);
        data += n;
        len -= n;
    }
    awi_conn_finish(conn);
    drain(conn, got);
    FUZZ_CHECK(awi_conn_state(conn) & AWI_CONN_CLOSING);
    awi_conn_close(conn);
    return error;
}

/* The Date of a refusal is the machine's. */
static void mask_dates(struct awi_buf *buf)
{
    char *from = buf->ptr;
    char *date;

    while (from && (date = memmem(from, (size_t)(buf->ptr + buf->len - from), "\r\nDate: ", 8))) {
        from = date + 8;
        for (size_t i = 0; i < 29 && from + i < buf->ptr + buf->len; i++) {
            from[i] = 'D';
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct awi_buf whole = AWI_BUF_INIT(1u << 24);
    static struct awi_buf pieces = AWI_BUF_INIT(1u << 24);
    static struct awi_buf seen_whole = AWI_BUF_INIT(1u << 24);

    /* TLS in a tunnel ends the connection here, and with it what was not taken before. */
    if (talk(data, len, len, &whole)) {
        return 0;
    }
    awi_buf_clear(&seen_whole);
    awi_buf_str(&seen_whole, awi_buf_view(&seen));
    FUZZ_CHECK(talk(data, len, 1, &pieces) == 0);
    mask_dates(&whole);
    mask_dates(&pieces);
    FUZZ_CHECK(awi_str_eq(awi_buf_view(&seen), awi_buf_view(&seen_whole)));
    FUZZ_CHECK(awi_str_eq(awi_buf_view(&whole), awi_buf_view(&pieces)));
    FUZZ_CHECK(whole.len == 0 || memcmp(whole.ptr, "HTTP/1.1 ", 9) == 0);
    return 0;
}
