/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/auth: signatures that AWS publishes as examples (S3 API reference, "Authenticating
 * Requests"; IAM user guide, "Create a signed AWS API request"), and everything near them that must
 * be refused.
 */
#include "tests/core/auth/example.h"

/* --- The published examples ------------------------------------------------------------------ */

static struct example get_object(void)
{
    struct example e = {.why = AWI_STR_NULL};

    target(&e, "GET", "/test.txt", NULL);
    header(&e, "Host", "examplebucket.s3.amazonaws.com");
    header(&e,
           "Authorization",
           CREDENTIAL "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature="
                      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    header(&e, "Range", "bytes=0-9");
    header(&e, "x-amz-content-sha256", EMPTY);
    header(&e, "x-amz-date", "20130524T000000Z");
    return e;
}

/* The struct points into itself: set again after a copy. */
static void settle(struct example *e)
{
    e->request.headers = e->headers;
    e->request.body = &e->body;
    e->verify.auth = &e->auth;
    e->verify.request = &e->request;
}

static void test_s3_get_object(void **state)
{
    struct example e = get_object();

    settle(&e);
    assert_int_equal(verify(&e), 0);
    assert_int_equal(e.auth.kind, AWI_SIGV4_V4);
    assert_false(e.auth.presigned);
    assert_true(awi_str_is(e.auth.access_key_id, "AKIAIOSFODNN7EXAMPLE"));
    assert_true(awi_str_is(e.auth.date, "20130524"));
    assert_true(awi_str_is(e.auth.region, "us-east-1"));
    assert_true(awi_str_is(e.auth.service, "s3"));
    assert_true(awi_str_is(e.auth.scope, "20130524/us-east-1/s3/aws4_request"));
}

static void test_s3_put_object(void **state)
{
    struct example e = {.why = AWI_STR_NULL};

    target(&e, "PUT", "/test$file.text", NULL);
    body(&e, AWI_STR("Welcome to Amazon S3."));
    header(&e, "Host", "examplebucket.s3.amazonaws.com");
    header(&e, "Date", "Fri, 24 May 2013 00:00:00 GMT");
    header(&e,
           "Authorization",
           CREDENTIAL "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;"
                      "x-amz-storage-class,Signature="
                      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    header(&e, "x-amz-date", "20130524T000000Z");
    header(&e, "x-amz-storage-class", "REDUCED_REDUNDANCY");
    header(&e,
           "x-amz-content-sha256",
           "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
    assert_int_equal(verify(&e), 0);
    e.request.path = AWI_STR("/test%24file.text");
    assert_int_equal(verify(&e), 0);
    body(&e, AWI_STR("Welcome to Amazon S3!"));
    refused(&e, AWI_REFUSE_PAYLOAD);
}

static void test_s3_queries(void **state)
{
    static const struct {
        const char *query, *authorization;
    } rows[] = {
        {"lifecycle",
         CREDENTIAL "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature="
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
        {"max-keys=2&prefix=J",
         CREDENTIAL "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature="
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
        {"prefix=%4A&max-keys=2",
         CREDENTIAL "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature="
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct example e = {.why = AWI_STR_NULL};
        target(&e, "GET", "/", rows[i].query);
        header(&e, "Host", "examplebucket.s3.amazonaws.com");
        header(&e, "Authorization", rows[i].authorization);
        header(&e, "x-amz-date", "20130524T000000Z");
        header(&e, "x-amz-content-sha256", EMPTY);
        assert_int_equal(verify(&e), 0);
    }
}

#define PRESIGNED                                                                                  \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-" \
    "1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders="   \
    "host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

static void test_s3_presigned(void **state)
{
    struct example e = {.why = AWI_STR_NULL};

    target(&e, "GET", "/test.txt", PRESIGNED);
    header(&e, "Host", "examplebucket.s3.amazonaws.com");
    assert_int_equal(verify(&e), 0);
    assert_true(e.auth.presigned);
    assert_int_equal(e.auth.expires_s, 86400);
    e.verify.now_ms = moment("2013-05-25T00:00:00Z");
    assert_int_equal(verify(&e), 0);
    e.verify.now_ms += 1;
    refused(&e, AWI_REFUSE_OVERDUE);
    e.verify.now_ms = moment("2013-05-23T23:44:59Z");
    refused(&e, AWI_REFUSE_OVERDUE);
    e.verify.now_ms = moment("2013-05-24T12:00:00Z");
    e.request.method = AWI_STR("PUT");
    refused(&e, AWI_REFUSE_SIGNATURE);
    e.request.method = AWI_STR("GET");
    e.request.path = AWI_STR("/other.txt");
    refused(&e, AWI_REFUSE_SIGNATURE);
}

static char letters[66560];

static struct example chunked(const char *kind, const char *authorization)
{
    struct example e = {.why = AWI_STR_NULL};

    memset(letters, 'a', sizeof(letters));
    target(&e, "PUT", "/examplebucket/chunkObject.txt", NULL);
    body(&e, awi_str_of(letters, sizeof(letters)));
    header(&e, "Host", "s3.amazonaws.com");
    header(&e, "x-amz-date", "20130524T000000Z");
    header(&e, "x-amz-storage-class", "REDUCED_REDUNDANCY");
    header(&e, "Authorization", authorization);
    header(&e, "x-amz-content-sha256", kind);
    header(&e, "Content-Encoding", "aws-chunked");
    header(&e, "x-amz-decoded-content-length", "66560");
    return e;
}

static void test_s3_chunked(void **state)
{
    struct awi_http_chunk chunks[] = {
        {65536, AWI_STR_INIT("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")},
        {1024, AWI_STR_INIT("0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")},
        {0, AWI_STR_INIT("b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")},
    };
    struct example e = chunked(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        CREDENTIAL "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;"
                   "x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature="
                   "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");

    settle(&e);
    header(&e, "Content-Length", "66824");
    e.request.chunks = chunks;
    e.request.n_chunks = 3;
    assert_int_equal(verify(&e), 0);
    letters[65540] = 'b';
    refused(&e, AWI_REFUSE_SIGNATURE);
    letters[65540] = 'a';
    chunks[2].signature = AWI_STR_NULL;
    refused(&e, AWI_REFUSE_SIGNATURE);
}

static void test_s3_chunked_with_trailer(void **state)
{
    struct awi_http_chunk chunks[] = {
        {65536, AWI_STR_INIT("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")},
        {1024, AWI_STR_INIT("1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")},
        {0, AWI_STR_INIT("2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")},
    };
    struct awi_http_header trailers[] = {
        {AWI_STR_INIT("x-amz-checksum-crc32c"), AWI_STR_INIT("sOO8/Q==")},
        {AWI_STR_INIT("x-amz-trailer-signature"),
         AWI_STR_INIT("d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435")},
    };
    struct example e = chunked(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        CREDENTIAL "SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;"
                   "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature="
                   "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");

    settle(&e);
    header(&e, "x-amz-trailer", "x-amz-checksum-crc32c");
    e.request.chunks = chunks;
    e.request.n_chunks = 3;
    e.request.trailers = trailers;
    e.request.n_trailers = 2;
    assert_int_equal(verify(&e), 0);
    trailers[0].value = AWI_STR("AAAAAA==");
    refused(&e, AWI_REFUSE_SIGNATURE);
}

static struct example list_users(void)
{
    struct example e = {.why = AWI_STR_NULL};

    target(&e, "GET", "/", "Action=ListUsers&Version=2010-05-08");
    header(&e, "Host", "iam.amazonaws.com");
    header(&e, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    header(&e, "X-Amz-Date", "20150830T123600Z");
    header(&e,
           "Authorization",
           "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
           "SignedHeaders=content-type;host;x-amz-date, Signature="
           "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    e.verify.secret = AWI_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    e.verify.now_ms = moment("2015-08-30T12:40:59Z");
    return e;
}

static void test_iam_list_users(void **state)
{
    struct example e = list_users();

    settle(&e);
    assert_int_equal(verify(&e), 0);
    e.verify.service = AWI_STR("iam");
    assert_int_equal(verify(&e), 0);
    e.verify.service = AWI_STR("sts");
    refused(&e, AWI_REFUSE_SIGNATURE);
    assert_true(awi_str_is(e.why, "Credential should be scoped to correct service: 'sts'. "));
}

/* --- What must be refused -------------------------------------------------------------------- */

static void test_clock_skew(void **state)
{
    struct example e = list_users();
    struct example s3 = get_object();

    settle(&e);
    e.verify.now_ms = moment("2015-08-30T12:41:00Z");
    assert_int_equal(verify(&e), 0);
    e.verify.now_ms += 1;
    refused(&e, AWI_REFUSE_SKEWED);
    e.verify.now_ms = moment("2015-08-30T12:30:59Z");
    refused(&e, AWI_REFUSE_SKEWED);
    assert_true(awi_str_starts(e.why, AWI_STR("Signature not yet current")));

    settle(&s3);
    s3.verify.now_ms = moment("2013-05-24T00:15:00Z");
    assert_int_equal(verify(&s3), 0);
    s3.verify.now_ms += 1;
    refused(&s3, AWI_REFUSE_SKEWED);
}

static void test_anything_changed(void **state)
{
    struct example e = get_object();

    settle(&e);
    e.verify.secret = AWI_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ");
    refused(&e, AWI_REFUSE_SIGNATURE);
    e.verify.secret = AWI_STR(EXAMPLE_SECRET);
    e.headers[2].value = AWI_STR("bytes=0-10");
    refused(&e, AWI_REFUSE_SIGNATURE);
    e.headers[2].value = AWI_STR("  bytes=0-9 ");
    assert_int_equal(verify(&e), 0);
    e.request.query = AWI_STR("acl");
    refused(&e, AWI_REFUSE_SIGNATURE);
    e.request.query = AWI_STR_NULL;
    e.headers[1].value =
        AWI_STR(CREDENTIAL "SignedHeaders=range;x-amz-content-sha256;x-amz-date,Signature="
                           "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    refused(&e, AWI_REFUSE_SIGNATURE);
    assert_true(awi_str_search(e.why, AWI_STR("'Host'")) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_s3_get_object, setup, teardown),
        cmocka_unit_test_setup_teardown(test_s3_put_object, setup, teardown),
        cmocka_unit_test_setup_teardown(test_s3_queries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_s3_presigned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_s3_chunked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_s3_chunked_with_trailer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_iam_list_users, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clock_skew, setup, teardown),
        cmocka_unit_test_setup_teardown(test_anything_changed, setup, teardown),
    };

    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
