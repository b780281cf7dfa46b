/* SPDX-License-Identifier: Apache-2.0 */
/* aws-chunked and the ways of a body: memory, spool, failures. */
#include "tests/core/net/net_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int setup(void **state)
{
    static struct t_net t;

    t_net_open(&t);
    t.show_chunks = true;
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    t_net_close(*state);
    return 0;
}

/* A PUT with this coded body, in pieces of every size; then what the handler saw. */
static void expect_seen(struct t_net *t, const char *headers, const char *body, const char *seen)
{
    struct awi_buf input = AWI_BUF_INIT(1u << 20);

    awi_buf_printf(&input,
                   "PUT /k HTTP/1.1\r\nHost: b.s3.amazonaws.com\r\n%sContent-Length: %zu\r\n\r\n%s",
                   headers,
                   strlen(body),
                   body);
    for (size_t piece = 1; piece <= input.len; piece += piece < 40 ? 1 : 13) {
        awi_buf_clear(&t->seen);
        assert_int_equal(t_net_feed(t, input.ptr, input.len, piece), 0);
        t_net_drain(t);
        assert_string_equal(t->seen.ptr, seen);
    }
    awi_buf_deinit(&input);
}

#define SIGNED                                                                                     \
    "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n"                                 \
    "x-amz-decoded-content-length: 8\r\n"
#define UNSIGNED_TRAILER                                                                           \
    "Content-Encoding: gzip, aws-chunked\r\n"                                                      \
    "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"                                 \
    "x-amz-trailer: x-amz-checksum-crc32\r\n"

static void test_signed_chunks(void **state)
{
    expect_seen(*state,
                SIGNED,
                "5;chunk-signature=aa11\r\nhello\r\n3;chunk-signature=bb22\r\nyou\r\n"
                "0;chunk-signature=cc33\r\n\r\n",
                "PUT /k [helloyou] 5:aa11 3:bb22 0:cc33\n");
}

static void test_trailers(void **state)
{
    expect_seen(*state,
                UNSIGNED_TRAILER,
                "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
                "PUT /k [hello] x-amz-checksum-crc32=NhCmhg==\n");
    expect_seen(*state,
                SIGNED,
                "8;chunk-signature=a\r\nhelloyou\r\n0;chunk-signature=b\r\n"
                "x-amz-checksum-crc32c: sOO8/Q==\r\nx-amz-trailer-signature:d8\r\n\r\n",
                "PUT /k [helloyou] x-amz-checksum-crc32c=sOO8/Q== x-amz-trailer-signature=d8 "
                "8:a 0:b\n");
}

static void test_last_blank_line_may_be_missing(void **state)
{
    expect_seen(*state, UNSIGNED_TRAILER, "1\r\na\r\n0\r\n", "PUT /k [a]\n");
    expect_seen(*state, UNSIGNED_TRAILER, "0\r\n\r\n", "PUT /k []\n");
}

static void test_inside_transfer_chunked(void **state)
{
    struct t_net *t = *state;

    t_net_talk(t,
               "PUT /k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" UNSIGNED_TRAILER
               "\r\n"
               "5\r\n3\r\nab\r\n0\r\n\r\n");
    assert_string_equal(t->seen.ptr, "PUT /k error=Bad message\n");
    t_net_talk(t,
               "PUT /k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" UNSIGNED_TRAILER
               "\r\n"
               "5\r\n3\r\nab\r\n6\r\nc\r\n0\r\n\r\n7\r\na:b\r\n\r\n\r\n0\r\n\r\n");
    assert_string_equal(t->seen.ptr, "PUT /k [abc] a=b\n");
}

static void test_broken_coding_is_told_and_the_connection_lives(void **state)
{
    static const char *const bad[] = {
        "hello",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "5\r\nhell",
        "5\r\nhello\r\n",
        "g\r\nhello\r\n0\r\n\r\n",
        "\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffffff\r\nhello",
        "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\nmore",
        "5;chunk-signature=aa\rbb\r\nhello\r\n0\r\n\r\n",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        expect_seen(*state, UNSIGNED_TRAILER, bad[i], "PUT /k error=Bad message\n");
    }
    /* Another length than promised. */
    expect_seen(*state, SIGNED, "5\r\nhello\r\n0\r\n\r\n", "PUT /k error=Bad message\n");
    expect_seen(*state,
                "Content-Encoding: aws-chunked\r\nx-amz-decoded-content-length: x\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
                "PUT /k error=Bad message\n");
    assert_int_equal(awi_conn_state(((struct t_net *)*state)->conn), 0);
}

static void test_event_streams_are_left_alone(void **state)
{
    expect_seen(*state,
                "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-EVENTS\r\n",
                "5\r\nhello",
                "PUT /k [5\r\nhello]\n");
}

/* Feeds n bytes of a pattern; returns their sum. */
static uint64_t feed_pattern(struct t_net *t, uint64_t n)
{
    static char piece[50000];
    uint64_t sum = 0;

    for (uint64_t at = 0; at < n;) {
        size_t len = n - at < sizeof(piece) ? (size_t)(n - at) : sizeof(piece);
        for (size_t i = 0; i < len; i++) {
            piece[i] = (char)((at + i) * 7 >> 3);
        }
        sum = t_net_sum(sum, at, piece, len);
        assert_int_equal(awi_conn_feed(t->conn, piece, len), 0);
        at += len;
    }
    return sum;
}

static void put(struct t_net *t, unsigned long long n)
{
    char head[128];

    snprintf(head, sizeof(head), "PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: %llu\r\n\r\n", n);
    t_net_talk(t, head);
}

static void test_long_bodies_go_to_a_spool(void **state)
{
    struct t_net *t = *state;

    put(t, AWI_HTTP_MEMORY_MAX);
    feed_pattern(t, AWI_HTTP_MEMORY_MAX);
    assert_int_equal(t->spooled, 0);
    assert_int_equal(t->n_runs, 1);
    put(t, AWI_HTTP_MEMORY_MAX + 1);
    uint64_t sum = feed_pattern(t, AWI_HTTP_MEMORY_MAX + 1);
    assert_string_equal(t->seen.ptr, "PUT /k spool=1048577\n");
    assert_true(t->spooled == AWI_HTTP_MEMORY_MAX + 1);
    assert_true(t->spool_sum == sum);
    assert_int_equal(t->n_released, 1);
}

static void test_spool_failures_reach_the_handler(void **state)
{
    struct t_net *t = *state;

    t->spool_error = -EACCES;
    put(t, 3000000);
    feed_pattern(t, 3000000);
    assert_string_equal(t->seen.ptr, "PUT /k error=Permission denied\n");
    t->spool_error = 0;
    t->write_error = -ENOSPC;
    put(t, 3000000);
    feed_pattern(t, 3000000);
    assert_string_equal(t->seen.ptr, "PUT /k error=No space left on device\n");
    assert_int_equal(t->n_released, 1);
    t->handler.spool = NULL;
    put(t, 3000000);
    feed_pattern(t, 3000000);
    assert_string_equal(t->seen.ptr, "PUT /k error=File too large\n");
    /* And the connection goes on. */
    t_net_talk(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_string_equal(t->seen.ptr, "GET / []\n");
}

static void test_client_leaves_while_spooling(void **state)
{
    struct t_net *t = *state;

    put(t, 3000000);
    feed_pattern(t, 2000000);
    awi_conn_finish(t->conn);
    assert_int_equal(t->n_released, 1);
    assert_int_equal(t->n_done, 1);
    assert_int_equal(t->n_runs, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_signed_chunks),
        TEST(test_trailers),
        TEST(test_last_blank_line_may_be_missing),
        TEST(test_inside_transfer_chunked),
        TEST(test_broken_coding_is_told_and_the_connection_lives),
        TEST(test_event_streams_are_left_alone),
        TEST(test_long_bodies_go_to_a_spool),
        TEST(test_spool_failures_reach_the_handler),
        TEST(test_client_leaves_while_spooling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
