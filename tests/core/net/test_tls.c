/* SPDX-License-Identifier: Apache-2.0 */
/* TLS connections with OpenSSL's client, in memory; it checks certificates strictly. */
#include "tests/core/net/net_fixture.h"

#include "core/net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

static struct awi_ca *ca;
static struct awi_tls_server *server;
static struct t_net t;

/* A client of conn; every step carries bytes between the two. */
static SSL_CTX *client_ctx;
static SSL *client;

static int group_setup(void **state)
{
    (void)state;
    ca = awi_ca_new((struct awi_str[]){AWI_STR("emulator.test"), AWI_STR("10.1.2.3")}, 2);
    server = awi_tls_server_new(ca);
    return ca && server ? 0 : -1;
}

static int group_teardown(void **state)
{
    (void)state;
    awi_tls_server_free(server);
    awi_ca_free(ca);
    return 0;
}

static int setup(void **state)
{
    X509 *cert;

    (void)state;
    t_net_open(&t);
    awi_conn_close(t.conn);
    t.conn = awi_conn_open(NULL, &t.handler, server);
    client_ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(client_ctx, SSL_VERIFY_PEER, NULL);
    assert_int_equal(awi_ca_cert(ca, &cert), 0);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(client_ctx), cert);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(client_ctx), X509_V_FLAG_X509_STRICT);
    return 0;
}

static void client_new(const char *host)
{
    SSL_free(client);
    client = SSL_new(client_ctx);
    SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (host) {
        SSL_set_tlsext_host_name(client, host);
        SSL_set1_host(client, host);
    }
    SSL_set_connect_state(client);
}

static int teardown(void **state)
{
    (void)state;
    SSL_free(client);
    client = NULL;
    SSL_CTX_free(client_ctx);
    t_net_close(&t);
    ERR_clear_error();
    return 0;
}

/* Carries what lies in the buffers, both ways; true when something moved. */
static bool carry(void)
{
    char data[3000];
    const void *out;
    bool moved = false;
    int n;

    while ((n = BIO_read(SSL_get_wbio(client), data, sizeof(data))) > 0) {
        assert_int_equal(awi_conn_feed(t.conn, data, (size_t)n), 0);
        moved = true;
    }
    size_t len;
    while ((len = awi_conn_pending(t.conn, &out)) > 0) {
        size_t part = len > 1000 ? 1000 : len;
        BIO_write(SSL_get_rbio(client), out, (int)part);
        awi_conn_sent(t.conn, part);
        moved = true;
    }
    return moved;
}

/* 1 or the failure of the handshake. */
static int shake(void)
{
    int r;

    while ((r = SSL_do_handshake(client)) != 1 && SSL_get_error(client, r) == SSL_ERROR_WANT_READ) {
        if (!carry()) {
            break;
        }
    }
    carry();
    return r;
}

/* Sends a request and returns the whole answer's size; the text of a short one in text. */
static size_t request(const char *text, char *answer, size_t size)
{
    size_t total = 0;
    char piece[4096];

    assert_int_equal(SSL_write(client, text, (int)strlen(text)), (int)strlen(text));
    do {
        carry();
        int n;
        while ((n = SSL_read(client, piece, sizeof(piece))) > 0) {
            for (int i = 0; i < n && total + (size_t)i + 1 < size; i++) {
                answer[total + (size_t)i] = piece[i];
                answer[total + (size_t)i + 1] = '\0';
            }
            total += (size_t)n;
        }
    } while (carry());
    return total;
}

#define GET "GET /x HTTP/1.1\r\nHost: sts.amazonaws.com\r\n\r\n"

static void expect_exchange(void)
{
    char answer[2000] = "";

    t.body = "hello";
    request(GET, answer, sizeof(answer));
    assert_memory_equal(answer, "HTTP/1.1 200 OK\r\n", 17);
    assert_non_null(strstr(answer, "\r\n\r\nhello"));
}

static void test_both_versions(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        teardown(state);
        setup(state);
        SSL_CTX_set_min_proto_version(client_ctx, versions[i]);
        SSL_CTX_set_max_proto_version(client_ctx, versions[i]);
        client_new("sts.eu-west-1.amazonaws.com");
        assert_int_equal(shake(), 1);
        assert_int_equal(SSL_version(client), versions[i]);
        expect_exchange();
        expect_exchange();
        assert_string_equal(t.seen.ptr, "GET /x []\nGET /x []\n");
    }
}

static void test_old_versions_are_refused(void **state)
{
    (void)state;
    SSL_CTX_set_security_level(client_ctx, 0);
    SSL_CTX_set_min_proto_version(client_ctx, TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(client_ctx, TLS1_1_VERSION);
    client_new("sts.amazonaws.com");
    assert_int_not_equal(shake(), 1);
    assert_int_equal(awi_conn_state(t.conn), AWI_CONN_CLOSING);
}

static void test_application_protocols(void **state)
{
    const unsigned char *chosen;
    unsigned len;

    client_new("sts.amazonaws.com");
    SSL_set_alpn_protos(client, (const unsigned char *)"\x02h2\x08http/1.1", 12);
    assert_int_equal(shake(), 1);
    SSL_get0_alpn_selected(client, &chosen, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(chosen, "http/1.1", 8);

    teardown(state);
    setup(state);
    client_new("sts.amazonaws.com");
    SSL_set_alpn_protos(client, (const unsigned char *)"\x02h2", 3);
    assert_int_not_equal(shake(), 1);
    assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()),
                     SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
}

static void test_hosts_of_every_kind(void **state)
{
    static const char *const hosts[] = {
        "sts.amazonaws.com",
        "a-bucket.with.dots.s3.eu-central-1.amazonaws.com",
        "under_score.s3.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
        "s3.dualstack.us-east-1.api.aws",
        "x.lambda-url.us-east-1.on.aws",
        "localhost",
        "bucket.localhost",
        "awsintercept.internal",
        "emulator.test",
        "a-bucket-whose-name-is-as-long-as-a-label-may-be-63-characters-x.s3.amazonaws.com",
    };

    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        teardown(state);
        setup(state);
        client_new(hosts[i]);
        if (shake() != 1) {
            fail_msg(
                "%s: %s", hosts[i], X509_verify_cert_error_string(SSL_get_verify_result(client)));
        }
    }
}

static void test_addresses_without_sni(void **state)
{
    static const char *const addresses[] = {
        "127.97.1.2", "169.254.169.254", "10.1.2.3", "::1", "fd00:ec2::254", "100::7f61:102"};

    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
        struct sockaddr_in in = {.sin_family = AF_INET};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
        struct awi_peer peer = {(const struct sockaddr *)&in, sizeof(in)};
        teardown(state);
        setup(state);
        if (inet_pton(AF_INET, addresses[i], &in.sin_addr) != 1) {
            assert_int_equal(inet_pton(AF_INET6, addresses[i], &in6.sin6_addr), 1);
            peer.addr = (const struct sockaddr *)&in6;
            peer.addr_len = sizeof(in6);
        }
        awi_conn_close(t.conn);
        t.conn = awi_conn_open(&peer, &t.handler, server);
        client_new(NULL);
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client), addresses[i]);
        if (shake() != 1) {
            fail_msg("%s: %s",
                     addresses[i],
                     X509_verify_cert_error_string(SSL_get_verify_result(client)));
        }
    }
}

static void test_foreign_hosts_are_out_of_the_cas_reach(void **state)
{
    static const char *const hosts[] = {
        "example.com", "amazonaws.com.example.org", "notamazonaws.com"};

    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        teardown(state);
        setup(state);
        client_new(hosts[i]);
        assert_int_not_equal(shake(), 1);
        assert_int_equal(SSL_get_verify_result(client), X509_V_ERR_PERMITTED_VIOLATION);
    }
}

static SSL_SESSION *ticket;

static int keep_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(ticket);
    ticket = session;
    return 1;
}

static void test_tickets_resume(void **state)
{
    (void)state;
    SSL_CTX_set_session_cache_mode(client_ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(client_ctx, keep_ticket);
    client_new("sts.amazonaws.com");
    assert_int_equal(shake(), 1);
    expect_exchange();
    assert_non_null(ticket);
    SSL_shutdown(client);
    awi_conn_close(t.conn);
    t.conn = awi_conn_open(NULL, &t.handler, server);
    client_new("sts.amazonaws.com");
    SSL_set_session(client, ticket);
    assert_int_equal(shake(), 1);
    assert_true(SSL_session_reused(client));
    expect_exchange();
    SSL_SESSION_free(ticket);
    ticket = NULL;
}

static void test_close_notify_both_ways(void **state)
{
    char answer[2000] = "";

    (void)state;
    client_new("sts.amazonaws.com");
    assert_int_equal(shake(), 1);
    t.close = true;
    request(GET, answer, sizeof(answer));
    assert_int_equal(awi_conn_state(t.conn), AWI_CONN_CLOSING);
    assert_int_equal(SSL_get_shutdown(client) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);

    teardown(state);
    setup(state);
    client_new("sts.amazonaws.com");
    assert_int_equal(shake(), 1);
    SSL_shutdown(client);
    carry();
    assert_int_equal(awi_conn_state(t.conn), AWI_CONN_CLOSING);
    assert_int_equal(SSL_shutdown(client), 1);
}

static void test_large_answer(void **state)
{
    static char body[3000001];
    char answer[100] = "";

    (void)state;
    memset(body, 'b', sizeof(body) - 1);
    t.body = body;
    client_new("sts.amazonaws.com");
    assert_int_equal(shake(), 1);
    size_t total = request(GET, answer, sizeof(answer));
    assert_in_range(total, sizeof(body), sizeof(body) + 300);
    expect_exchange();
}

static void test_through_a_tunnel(void **state)
{
    char text[200] = "";
    const void *data;
    const char *connect =
        "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: sts.amazonaws.com:443\r\n\r\n";

    (void)state;
    assert_int_equal(awi_conn_feed(t.conn, connect, strlen(connect)), 0);
    size_t n = awi_conn_pending(t.conn, &data);
    memcpy(text, data, n);
    assert_string_equal(text, "HTTP/1.1 200 Connection Established\r\n\r\n");
    awi_conn_sent(t.conn, n);
    client_new(NULL); /* no SNI: the tunnel says whom it means */
    SSL_set1_host(client, "sts.amazonaws.com");
    assert_int_equal(shake(), 1);
    expect_exchange();
}

static void test_garbage_gets_an_alert(void **state)
{
    static const char garbage[] = "\x16\x03\x01\x00\x05hello and more";
    const void *data;

    (void)state;
    assert_int_equal(awi_conn_feed(t.conn, garbage, sizeof(garbage)), 0);
    assert_int_equal(awi_conn_state(t.conn), AWI_CONN_CLOSING);
    assert_in_range(awi_conn_pending(t.conn, &data), 7, 20);
    assert_int_equal(*(const char *)data, 0x15);
    /* Without a server TLS is beyond use. */
    awi_conn_close(t.conn);
    t.conn = awi_conn_open(NULL, &t.handler, NULL);
    assert_int_equal(awi_conn_feed(t.conn, garbage, 5), -EPROTONOSUPPORT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_both_versions),
        TEST(test_old_versions_are_refused),
        TEST(test_application_protocols),
        TEST(test_hosts_of_every_kind),
        TEST(test_addresses_without_sni),
        TEST(test_foreign_hosts_are_out_of_the_cas_reach),
        TEST(test_tickets_resume),
        TEST(test_close_notify_both_ways),
        TEST(test_large_answer),
        TEST(test_through_a_tunnel),
        TEST(test_garbage_gets_an_alert),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
