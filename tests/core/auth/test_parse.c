/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/auth: what requests say of their signer, well and badly; the derived key of version 4A; what
 * refusals are called.
 */
#include "core/auth/ecdsa.h"
#include "core/util/base64.h"
#include "tests/core/auth/example.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

static void test_parse_malformed(void **state)
{
    static const struct {
        const char *authorization, *date, *why;
    } rows[] = {
        {"AWS4-HMAC-SHA256", "20130524T000000Z", "requires 'Credential'"},
        {"AWS4-HMAC-SHA256 Credential=a/20130524/r/s/aws4_request, SignedHeaders=host",
         "20130524T000000Z",
         "requires 'Signature'"},
        {"AWS4-HMAC-SHA256 Credential=a/20130524/r/s/aws4_request, Signature=0",
         "20130524T000000Z",
         "requires 'SignedHeaders'"},
        {"AWS4-HMAC-SHA256 Credential=a/20130524/r/s, SignedHeaders=host, Signature=0",
         "20130524T000000Z",
         "exactly 5 slash-delimited"},
        {"AWS4-HMAC-SHA256 Credential=/20130524/r/s/aws4_request, SignedHeaders=h, Signature=0",
         "20130524T000000Z",
         "exactly 5 slash-delimited"},
        {"AWS4-HMAC-SHA256 Credential=a/20130524/r/s/aws4_request, SignedHeaders=h, Signature=0",
         NULL,
         "'X-Amz-Date' or a 'Date'"},
        {"AWS4-HMAC-SHA256 Credential=a/20130524/r/s/aws4_request, SignedHeaders=h, Signature=0",
         "yesterday",
         "ISO-8601 'basic format'"},
        {"AWS4-HMAC-SHA256 nonsense", "20130524T000000Z", "'nonsense' not a valid key=value"},
        {"AWS nocolon", "20130524T000000Z", "AwsAccessKeyId:signature"},
        {"Digest x=y", "20130524T000000Z", "Unsupported Authorization type"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct example e = {.why = AWI_STR_NULL};
        target(&e, "GET", "/", NULL);
        header(&e, "authorization", rows[i].authorization);
        if (rows[i].date) {
            header(&e, "x-amz-date", rows[i].date);
        }
        assert_int_equal(awi_sigv4_parse(&arena, &e.request, &e.auth, &e.why), 1);
        if (awi_str_search(e.why, awi_str_from(rows[i].why)) < 0) {
            fail_msg("%s: %.*s", rows[i].why, AWI_STR_FMT(e.why));
        }
    }
}

static void test_parse_other_kinds(void **state)
{
    struct example e = {.why = AWI_STR_NULL};

    target(&e, "GET", "/", NULL);
    assert_int_equal(awi_sigv4_parse(&arena, &e.request, &e.auth, &e.why), 0);
    assert_int_equal(e.auth.kind, AWI_SIGV4_NONE);

    target(&e,
           "GET",
           "/",
           "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=ab%2Bc%3D&Expires=1175139620");
    assert_int_equal(awi_sigv4_parse(&arena, &e.request, &e.auth, &e.why), 0);
    assert_int_equal(e.auth.kind, AWI_SIGV4_V2);
    assert_true(e.auth.presigned);
    assert_true(awi_str_is(e.auth.signature, "ab+c="));
    assert_true(e.auth.expires_s == 1175139620);

    target(&e, "GET", "/", NULL);
    header(&e, "Authorization", "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=");
    header(&e, "x-amz-security-token", "tok");
    assert_int_equal(awi_sigv4_parse(&arena, &e.request, &e.auth, &e.why), 0);
    assert_int_equal(e.auth.kind, AWI_SIGV4_V2);
    assert_true(awi_str_is(e.auth.access_key_id, "AKIAIOSFODNN7EXAMPLE"));
    assert_true(awi_str_is(e.auth.token, "tok"));
    refused(&e, AWI_REFUSE_MECHANISM);

    e.headers[0].value = AWI_STR("AWS4-ECDSA-P256-SHA256 Credential=AKID/20130524/s3/aws4_request, "
                                 "SignedHeaders=host;x-amz-date;x-amz-region-set;"
                                 "x-amz-security-token, Signature=3045");
    header(&e, "x-amz-date", "20130524T000000Z");
    header(&e, "x-amz-region-set", "*");
    assert_int_equal(awi_sigv4_parse(&arena, &e.request, &e.auth, &e.why), 0);
    assert_int_equal(e.auth.kind, AWI_SIGV4_V4A);
    assert_true(awi_str_is(e.auth.scope, "20130524/s3/aws4_request"));
    assert_true(awi_str_is(e.auth.region, "*"));
    assert_true(awi_str_is(e.auth.access_key_id, "AKID"));
    refused(&e, AWI_REFUSE_NO_HASH);
}

/* The key pair of the test vectors published with AWS's C library for authentication. */
static void test_ecdsa_derive(void **state)
{
    unsigned char secret[32], point[65];
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *at = EC_POINT_new(group);

    assert_int_equal(awi_ecdsa_derive(AWI_STR("AKISORANDOMAASORANDOM"),
                                      AWI_STR("q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom"),
                                      secret),
                     0);
    BIGNUM *number = BN_bin2bn(secret, 32, NULL);
    assert_int_equal(EC_POINT_mul(group, at, number, NULL, NULL, NULL), 1);
    assert_int_equal(
        EC_POINT_point2oct(group, at, POINT_CONVERSION_UNCOMPRESSED, point, sizeof(point), NULL),
        65);
    struct awi_str hex = awi_hex(&arena, awi_str_of(point + 1, 64));
    assert_string_equal(hex.ptr,
                        "15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb"
                        "0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0");
    BN_free(number);
    EC_POINT_free(at);
    EC_GROUP_free(group);
}

static void test_refusal_errors(void **state)
{
    static const struct {
        enum awi_refusal refusal;
        enum awi_protocol protocol;
        const char *service, *code;
        int status;
    } rows[] = {
        {AWI_REFUSE_UNKNOWN_KEY, AWI_PROTO_QUERY, "sts", "InvalidClientTokenId", 403},
        {AWI_REFUSE_EXPIRED_TOKEN, AWI_PROTO_QUERY, "sts", "ExpiredToken", 403},
        {AWI_REFUSE_UNKNOWN_KEY, AWI_PROTO_JSON10, "dynamodb", "UnrecognizedClientException", 400},
        {AWI_REFUSE_EXPIRED_TOKEN, AWI_PROTO_JSON11, "organizations", "ExpiredTokenException", 400},
        {AWI_REFUSE_UNKNOWN_KEY, AWI_PROTO_REST_XML, "s3", "InvalidAccessKeyId", 403},
        {AWI_REFUSE_EXPIRED_TOKEN, AWI_PROTO_REST_XML, "s3", "ExpiredToken", 400},
        {AWI_REFUSE_BAD_TOKEN, AWI_PROTO_REST_XML, "s3", "InvalidToken", 400},
        {AWI_REFUSE_UNKNOWN_KEY, AWI_PROTO_EC2, "ec2", "AuthFailure", 401},
        {AWI_REFUSE_UNKNOWN_KEY, AWI_PROTO_REST_JSON, "lambda", "UnrecognizedClientException", 403},
        {AWI_REFUSE_MALFORMED, AWI_PROTO_REST_XML, "s3", "AuthorizationHeaderMalformed", 400},
    };
    struct awi_str message;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct awi_error_type *type = awi_refusal_error(
            rows[i].refusal, rows[i].protocol, awi_str_from(rows[i].service), false, &message);
        assert_string_equal(type->code.ptr, rows[i].code);
        assert_int_equal(type->status, rows[i].status);
        assert_true(message.len > 0);
    }
    /* No combination is left without an answer. */
    for (int protocol = 0; protocol < AWI_N_PROTOCOLS; protocol++) {
        for (int refusal = 1; refusal < AWI_N_REFUSALS; refusal++) {
            const struct awi_error_type *type = awi_refusal_error((enum awi_refusal)refusal,
                                                                  (enum awi_protocol)protocol,
                                                                  AWI_STR("x"),
                                                                  true,
                                                                  &message);
            assert_true(type->code.len > 0 && type->status >= 400 && message.len > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parse_malformed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parse_other_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ecdsa_derive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusal_errors, setup, teardown),
    };

    return cmocka_run_group_tests_name("auth-parse", tests, NULL, NULL);
}
