/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 1 GiB up and 1 GiB down through one connection in a process that may have no more than 200 MiB of
 * data (RLIMIT_DATA): memory stays bounded whatever the size.
 */
#include "tests/core/net/net_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define GIB ((uint64_t)1 << 30)

static ssize_t pattern_read(void *self, uint64_t offset, void *data, size_t len)
{
    unsigned *reads = self;

    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = (offset + i) * 0x9e3779b97f4a7c15u;
        memcpy((char *)data + i, &word, len - i < 8 ? len - i : 8);
    }
    ++*reads;
    return (ssize_t)len;
}

static const struct awi_body_source PATTERN = {.read = pattern_read};

static struct t_net t;

static int setup(void **state)
{
    (void)state;
    t_net_open(&t);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    t_net_close(&t);
    return 0;
}

/* Words rather than bytes: the fixture's sum would make this test minutes long under sanitizers. */
static uint64_t sum_words(uint64_t sum, const void *data, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        uint64_t word;
        memcpy(&word, (const char *)data + i, 8);
        sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
    }
    return sum;
}

static uint64_t expected_sum(void)
{
    uint64_t sum = 0;

    for (uint64_t at = 0; at < GIB; at += 8) {
        sum = (sum ^ at * 0x9e3779b97f4a7c15u) * 0x9e3779b97f4a7c15u;
    }
    return sum;
}

static uint64_t spool_sum;
static uint64_t spool_size;

static int spool_write(void *self, const void *data, size_t len)
{
    /* The pieces of this test are multiples of 8, so no word is split. */
    (void)self;
    spool_sum = sum_words(spool_sum, data, len);
    spool_size += len;
    return 0;
}

static const struct awi_body_source COUNTING = {.write = spool_write};

static int
spool(void *ctx, struct awi_http_exchange *x, const struct awi_body_source **source, void **self)
{
    (void)ctx;
    (void)x;
    *source = &COUNTING;
    *self = NULL;
    return 0;
}

static void test_upload(void **state)
{
    static char piece[64 << 10];
    unsigned reads = 0;

    (void)state;
    t.handler.spool = spool;
    t_net_talk(&t, "PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n");
    for (uint64_t at = 0; at < GIB; at += sizeof(piece)) {
        pattern_read(&reads, at, piece, sizeof(piece));
        assert_int_equal(awi_conn_feed(t.conn, piece, sizeof(piece)), 0);
    }
    assert_string_equal(t.seen.ptr, "PUT /k spool=1073741824\n");
    assert_true(spool_size == GIB);
    assert_true(spool_sum == expected_sum());
}

static void test_download(void **state)
{
    unsigned reads = 0;
    uint64_t sum = 0;
    uint64_t total = 0;
    const void *data;
    size_t n;

    (void)state;
    t.body_source = &PATTERN;
    t.body_self = &reads;
    t.body_size = GIB;
    awi_conn_feed(t.conn, "GET /k HTTP/1.1\r\nHost: a\r\n\r\n", 28);
    /* The head alone first. */
    n = awi_conn_pending(t.conn, &data);
    assert_non_null(memmem(data, n, "Content-Length: 1073741824\r\n\r\n", 30));
    assert_int_equal(reads, 0);
    awi_conn_sent(t.conn, n);
    while ((n = awi_conn_pending(t.conn, &data)) > 0) {
        assert_true(n <= 64 << 10);
        sum = sum_words(sum, data, n);
        total += n;
        awi_conn_sent(t.conn, n);
    }
    assert_true(total == GIB);
    assert_true(sum == expected_sum());
    /* The same connection answers the next request. */
    t.body_source = NULL;
    assert_memory_equal(t_net_talk(&t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 200 ", 13);
}

static ssize_t broken_read(void *self, uint64_t offset, void *data, size_t len)
{
    return offset < 100000 ? pattern_read(self, offset, data, len) : -EIO;
}

static void test_unreadable_body_ends_the_connection(void **state)
{
    static const struct awi_body_source broken = {.read = broken_read};
    unsigned reads = 0;

    (void)state;
    t.body_source = &broken;
    t.body_self = &reads;
    t.body_size = GIB;
    t_net_talk(&t, "GET /k HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(awi_conn_state(t.conn), AWI_CONN_CLOSING);
    assert_int_equal(t.n_done, 1);
}

static void test_what_is_sent_ahead_is_bounded(void **state)
{
    static char spaces[1 << 20];
    unsigned reads = 0;
    int r = 0;

    (void)state;
    memset(spaces, 'x', sizeof(spaces));
    t.body_source = &PATTERN;
    t.body_self = &reads;
    t.body_size = GIB;
    awi_conn_feed(t.conn, "GET /k HTTP/1.1\r\nHost: a\r\n\r\n", 28);
    for (int i = 0; i < 40 && r == 0; i++) {
        r = awi_conn_feed(t.conn, spaces, sizeof(spaces));
    }
    assert_int_equal(r, -ENOBUFS);
    assert_int_equal(awi_conn_state(t.conn), AWI_CONN_CLOSING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_upload),
        TEST(test_download),
        TEST(test_unreadable_body_ends_the_connection),
        TEST(test_what_is_sent_ahead_is_bounded),
    };
    struct rlimit limit = {200u << 20, 200u << 20};

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (setrlimit(RLIMIT_DATA, &limit) < 0) {
        perror("setrlimit");
        return 1;
    }
#else
    (void)limit;
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
