/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP on a plain connection: bytes in, bytes out. */
#include "tests/core/net/net_fixture.h"

#include <errno.h>
#include <string.h>

static int setup(void **state)
{
    static struct t_net t;

    t_net_open(&t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    t_net_close(*state);
    return 0;
}

#define ANSWER(body, len)                                                                          \
    "HTTP/1.1 200 OK\r\nx-amzn-RequestId: r-1\r\nDate: D\r\nContent-Length: " len "\r\n\r\n" body

static void test_get_keep_alive(void **state)
{
    struct t_net *t = *state;

    t->body = "hello";
    t->show_where = true;
    for (int i = 0; i < 3; i++) {
        assert_string_equal(t_net_talk(t,
                                       "GET /a%20b?x=1&y=%2F HTTP/1.1\r\n"
                                       "Host: STS.amazonaws.com.:443\r\n\r\n"),
                            ANSWER("hello", "5"));
        assert_string_equal(t->seen.ptr,
                            "GET /a%20b?x=1&y=%2F host=sts.amazonaws.com port=443 path=/a%20b "
                            "query=x=1&y=%2F []\n");
        assert_int_equal(awi_conn_state(t->conn), 0);
    }
    assert_int_equal(t->n_done, 3);
}

static void test_post_in_pieces_of_any_size(void **state)
{
    struct t_net *t = *state;
    const char *input = "POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nX-Folded:  a \r\n"
                        "X-Empty:\r\nContent-Length: 26\r\n\r\nAction=GetCallerIdentity&x"
                        "PUT /k HTTP/1.1\r\nhost: b.s3.amazonaws.com\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n"
                        "3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nx-t: v\r\n\r\n";

    for (size_t piece = 1; piece < strlen(input); piece++) {
        awi_buf_clear(&t->seen);
        assert_int_equal(t_net_feed(t, input, strlen(input), piece), 0);
        t_net_drain(t);
        assert_string_equal(t->seen.ptr,
                            "POST / [Action=GetCallerIdentity&x]\n"
                            "PUT /k [abc0123456789] x-t=v\n");
    }
}

static void test_pipelined_answers_in_order(void **state)
{
    struct t_net *t = *state;

    t->body = "x";
    assert_string_equal(t_net_talk(t,
                                   "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                                   "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"),
                        ANSWER("x", "1") ANSWER("x", "1") ANSWER("x", "1"));
    assert_string_equal(t->seen.ptr, "GET /1 []\nPOST /2 [hi]\nGET /3 []\n");
}

static void test_head_has_length_and_no_body(void **state)
{
    struct t_net *t = *state;

    t->body = "hello";
    assert_string_equal(t_net_talk(t, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), ANSWER("", "5"));
    t->body = NULL;
    t->head_length = 1234567890123;
    assert_string_equal(t_net_talk(t, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"),
                        ANSWER("", "1234567890123"));
}

static void test_no_content_has_no_length(void **state)
{
    struct t_net *t = *state;

    t->status = 204;
    assert_string_equal(t_net_talk(t, "DELETE /k HTTP/1.1\r\nHost: a\r\n\r\n"),
                        "HTTP/1.1 204 No Content\r\nx-amzn-RequestId: r-1\r\nDate: D\r\n\r\n");
    t->status = 304;
    t->body = "never";
    assert_string_equal(t_net_talk(t, "GET /k HTTP/1.1\r\nHost: a\r\n\r\n"),
                        "HTTP/1.1 304 Not Modified\r\nx-amzn-RequestId: r-1\r\nDate: D\r\n\r\n");
}

static void test_connection_close_and_http_1_0(void **state)
{
    struct t_net *t = *state;

    assert_string_equal(t_net_talk(t, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: r-1\r\nDate: D\r\n"
                        "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    assert_int_equal(awi_conn_state(t->conn), 0);
    assert_string_equal(t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: r-1\r\nDate: D\r\n"
                        "Content-Length: 0\r\nConnection: close\r\n\r\n");
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_CLOSING);
    /* What comes after is swallowed. */
    assert_string_equal(t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "");
    assert_string_equal(t->seen.ptr, "");
}

static void test_answer_may_close(void **state)
{
    struct t_net *t = *state;

    t->close = true;
    assert_non_null(
        strstr(t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "\r\nConnection: close\r\n"));
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_CLOSING);
}

static void test_expect_continue(void **state)
{
    struct t_net *t = *state;

    assert_string_equal(t_net_talk(t,
                                   "PUT /k HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n"
                                   "Content-Length: 3\r\n\r\n"),
                        "HTTP/1.1 100 Continue\r\n\r\n");
    assert_string_equal(t->seen.ptr, "");
    assert_string_equal(t_net_talk(t, "abc"), ANSWER("", "0"));
    assert_string_equal(t->seen.ptr, "PUT /k [abc]\n");
    /* Nothing to continue with. */
    assert_string_equal(t_net_talk(t, "GET /k HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"),
                        ANSWER("", "0"));
    assert_string_equal(t_net_talk(t,
                                   "PUT /k HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n"
                                   "Content-Length: 3\r\n\r\nabc"),
                        "HTTP/1.1 417 Expectation Failed\r\nContent-Type: text/plain\r\nDate: D\r\n"
                        "Content-Length: 19\r\nConnection: close\r\n\r\nExpectation Failed\n");
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_CLOSING);
}

static void test_malformed_is_400_and_closes(void **state)
{
    static const char *const bad[] = {
        "\x01\x02\x03\x04 / HTTP/1.1\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",                       /* no Host */
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", /* two */
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",          /* no host */
        "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n",      /* no port */
        "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nNon sense: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        teardown(state);
        setup(state);
        struct t_net *t = *state;
        const char *answer = t_net_talk(t, bad[i]);
        if (strncmp(answer, "HTTP/1.1 400 Bad Request\r\n", 26) != 0 ||
            !strstr(answer, "Connection: close\r\n")) {
            fail_msg("%s gave %s", bad[i], answer);
        }
        assert_int_equal(awi_conn_state(t->conn), AWI_CONN_CLOSING);
        assert_int_equal(t->n_runs, 0);
    }
}

static void test_other_versions_are_505(void **state)
{
    static const char *const bad[] = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                      "GET / HTTP/2.0\r\nHost: a\r\n\r\n"};

    for (size_t i = 0; i < 2; i++) {
        teardown(state);
        setup(state);
        assert_memory_equal(t_net_talk(*state, bad[i]), "HTTP/1.1 505 ", 13);
    }
}

static void fill(struct awi_buf *buf, const char *head, size_t n, const char *tail)
{
    awi_buf_clear(buf);
    awi_buf_strz(buf, head);
    for (size_t i = 0; i < n; i++) {
        awi_buf_char(buf, 'a');
    }
    awi_buf_strz(buf, tail);
}

static void test_oversized_heads(void **state)
{
    struct awi_buf input = AWI_BUF_INIT(1u << 20);

    fill(&input, "GET /", AWI_HTTP_TARGET_MAX - 1, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_memory_equal(t_net_talk(*state, input.ptr), "HTTP/1.1 200 ", 13);
    fill(&input, "GET /", AWI_HTTP_TARGET_MAX, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_memory_equal(t_net_talk(*state, input.ptr), "HTTP/1.1 414 ", 13);
    teardown(state);
    setup(state);
    fill(&input, "GET / HTTP/1.1\r\nHost: a\r\nX: ", AWI_HTTP_HEAD_MAX - 7, "\r\n\r\n");
    assert_memory_equal(t_net_talk(*state, input.ptr), "HTTP/1.1 200 ", 13);
    fill(&input, "GET / HTTP/1.1\r\nHost: a\r\nX: ", AWI_HTTP_HEAD_MAX, "\r\n\r\n");
    assert_memory_equal(t_net_talk(*state, input.ptr), "HTTP/1.1 431 ", 13);
    teardown(state);
    setup(state);
    awi_buf_clear(&input);
    awi_buf_strz(&input, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < AWI_HTTP_HEADERS_MAX; i++) {
        awi_buf_strz(&input, "a: b\r\n");
    }
    assert_memory_equal(t_net_talk(*state, input.ptr), "HTTP/1.1 431 ", 13);
    awi_buf_deinit(&input);
}

static void test_where_a_request_goes(void **state)
{
    static const struct {
        const char *input, *seen;
    } cases[] = {
        {"GET http://sts.amazonaws.com/a?b HTTP/1.1\r\nHost: other\r\n\r\n",
         "GET /a?b host=sts.amazonaws.com port=0 path=/a query=b []\n"},
        {"GET http://u@S3.amazonaws.com:80?b HTTP/1.1\r\nHost: other\r\n\r\n",
         "GET /?b host=s3.amazonaws.com port=80 path=/ query=b []\n"},
        {"GET / HTTP/1.1\r\nHost: [fd00:EC2::254]:80\r\n\r\n",
         "GET / host=fd00:ec2::254 port=80 path=/ query= []\n"},
        {"GET / HTTP/1.0\r\n\r\n", "GET / host= port=0 path=/ query= []\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        teardown(state);
        setup(state);
        struct t_net *t = *state;
        t->show_where = true;
        t_net_talk(t, cases[i].input);
        assert_string_equal(t->seen.ptr, cases[i].seen);
    }
}

static void test_connect_opens_a_new_stream(void **state)
{
    struct t_net *t = *state;

    t->show_where = true;
    assert_string_equal(t_net_talk(t,
                                   "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\n"
                                   "Host: sts.amazonaws.com:443\r\n\r\n"
                                   "GET / HTTP/1.0\r\n\r\n"),
                        "HTTP/1.1 200 Connection Established\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: r-1\r\nDate: D\r\n"
                        "Content-Length: 0\r\nConnection: close\r\n\r\n");
    assert_string_equal(t->seen.ptr, "GET / host=sts.amazonaws.com port=443 path=/ query= []\n");
}

static void test_upgrade_is_ignored(void **state)
{
    assert_string_equal(t_net_talk(*state,
                                   "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n"
                                   "Connection: Upgrade, HTTP2-Settings\r\n"
                                   "HTTP2-Settings: AAMAAABkAARAAAAA\r\n\r\n"),
                        ANSWER("", "0"));
    assert_string_equal(t_net_talk(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), ANSWER("", "0"));
}

static void test_waiting_answer(void **state)
{
    struct t_net *t = *state;

    t->waits = 2;
    t->body = "late";
    assert_string_equal(t_net_talk(t,
                                   "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                   "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"),
                        "");
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_WAITING);
    assert_int_equal(awi_conn_poll(t->conn, 995), 5);
    assert_string_equal(t->seen.ptr, "GET /1 []\n");
    assert_int_equal(awi_conn_poll(t->conn, 1000), 0);
    assert_int_equal(awi_conn_state(t->conn), 0);
    assert_string_equal(t->seen.ptr, "GET /1 []\nGET /2 []\n");
    assert_string_equal(t_net_talk(t, ""), ANSWER("late", "4") ANSWER("late", "4"));
}

static void test_client_leaves(void **state)
{
    struct t_net *t = *state;

    t_net_talk(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    assert_int_equal(awi_conn_finish(t->conn), 0);
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_CLOSING);
    assert_int_equal(t->n_runs, 0);

    teardown(state);
    setup(state);
    t->waits = 1;
    t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    awi_conn_finish(t->conn);
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_WAITING);
    awi_conn_poll(t->conn, 0);
    assert_int_equal(awi_conn_state(t->conn), AWI_CONN_CLOSING);
    assert_string_equal(t_net_talk(t, ""), ANSWER("", "0"));

    /* Gone while waiting: the handler hears of it. */
    teardown(state);
    setup(state);
    t->waits = 1;
    t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    awi_conn_close(t->conn);
    t->conn = NULL;
    assert_int_equal(t->n_done, 1);
}

static void test_failing_handler_is_500(void **state)
{
    struct t_net *t = *state;

    t->fail = -EIO;
    assert_string_equal(t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                        "HTTP/1.1 500 Internal Server Error\r\nDate: D\r\n"
                        "Content-Length: 0\r\n\r\n");
    t->fail = 0;
    t->status = 0;
    assert_memory_equal(t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 500 ", 13);
}

static void test_answer_headers_cannot_break_out(void **state)
{
    struct awi_arena arena;
    struct awi_http_exchange x = {.arena = &arena};

    (void)state;
    awi_arena_init(&arena, 1u << 20);
    assert_int_equal(awi_http_answer_header(&x, AWI_STR("a"), AWI_STR("b\r\nc: d")), -EINVAL);
    assert_int_equal(awi_http_answer_header(&x, AWI_STR("a\n"), AWI_STR("b")), -EINVAL);
    assert_int_equal(awi_http_answer_header(&x, AWI_STR(""), AWI_STR("b")), -EINVAL);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(awi_http_answer_header(&x, AWI_STR("a"), AWI_STR("b")), 0);
    }
    assert_int_equal(x.answer.n_headers, 100);
    awi_arena_deinit(&arena);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_get_keep_alive),
        TEST(test_post_in_pieces_of_any_size),
        TEST(test_pipelined_answers_in_order),
        TEST(test_head_has_length_and_no_body),
        TEST(test_no_content_has_no_length),
        TEST(test_connection_close_and_http_1_0),
        TEST(test_answer_may_close),
        TEST(test_expect_continue),
        TEST(test_malformed_is_400_and_closes),
        TEST(test_other_versions_are_505),
        TEST(test_oversized_heads),
        TEST(test_where_a_request_goes),
        TEST(test_connect_opens_a_new_stream),
        TEST(test_upgrade_is_ignored),
        TEST(test_waiting_answer),
        TEST(test_client_leaves),
        TEST(test_failing_handler_is_500),
        TEST(test_answer_headers_cannot_break_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
