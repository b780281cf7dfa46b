/* SPDX-License-Identifier: Apache-2.0 */
/* Which service, region, partition and bucket a request is for: one line a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/endpoint/endpoint.h"

/*
 * A request line's worth of input: host, path and query, then headers "Name: value\n", then the
 * body after an empty line. Gives "id region partition ..." in one text.
 */
static const char *locate(const char *host, const char *target, const char *headers)
{
    static char text[512];
    struct awi_http_header header[8];
    struct awi_arena arena;
    struct awi_endpoint endpoint;
    struct awi_str rest = awi_str_from(headers);
    struct awi_str line;
    struct awi_body *body;

    awi_arena_init(&arena, 1u << 20);
    struct awi_http_request request = {
        .method = AWI_STR("POST"),
        .host = awi_str_from(host),
        .target = awi_str_from(target),
        .headers = header,
    };
    request.query = request.target;
    awi_str_cut(&request.query, '?', &request.path);
    while (awi_str_cut(&rest, '\n', &line) && line.len) {
        struct awi_str value = line;
        awi_str_cut(&value, ':', &header[request.n_headers].name);
        header[request.n_headers++].value = awi_str_trim(value);
    }
    body = awi_body_memory(&arena, rest);
    request.body = body;
    assert_int_equal(awi_endpoint_locate(&request, AWI_STR("ap-south-1"), &arena, &endpoint), 0);
    static const char *const kinds[] = {"", "metadata ", "container ", "issuer ", "control "};
    snprintf(text,
             sizeof(text),
             "%s%.*s %.*s %.*s%s%s%s%s%s%s%.*s%s%.*s",
             kinds[endpoint.kind],
             AWI_STR_FMT(endpoint.model ? endpoint.model->id : endpoint.service),
             AWI_STR_FMT(endpoint.region),
             AWI_STR_FMT(endpoint.partition),
             endpoint.custom ? " custom" : "",
             endpoint.fips ? " fips" : "",
             endpoint.dualstack ? " dualstack" : "",
             endpoint.website ? " website" : "",
             endpoint.access_point ? " ap" : "",
             endpoint.account.len ? " account=" : "",
             AWI_STR_FMT(endpoint.account),
             endpoint.style == AWI_BUCKET_VIRTUAL ? " virtual="
             : endpoint.style == AWI_BUCKET_PATH  ? " path="
                                                  : "",
             AWI_STR_FMT(endpoint.bucket));
    if (!awi_str_eq(endpoint.path, request.path)) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof(text) - len, " %.*s", AWI_STR_FMT(endpoint.path));
    }
    awi_arena_deinit(&arena);
    return text;
}

struct row {
    const char *host, *target, *headers, *want;
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = locate(rows[i].host, rows[i].target, rows[i].headers);
        if (strcmp(got, rows[i].want) != 0) {
            fail_msg("%s%s: got '%s', want '%s'", rows[i].host, rows[i].target, got, rows[i].want);
        }
    }
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof(*(rows)))

#define SIGNED(region, service)                                                                    \
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/" region "/" service          \
    "/aws4_request, SignedHeaders=host, Signature=00\n"

static void test_regional_hosts(void **state)
{
    static const struct row rows[] = {
        {"sts.eu-west-1.amazonaws.com", "/", "", "sts eu-west-1 aws"},
        {"sts-fips.us-east-2.amazonaws.com", "/", "", "sts us-east-2 aws fips"},
        {"fips.batch.us-gov-west-1.amazonaws.com", "/", "", "batch us-gov-west-1 aws-us-gov fips"},
        {"dynamodb.us-west-2.amazonaws.com", "/", "", "dynamodb us-west-2 aws"},
        {"123456789012.ddb.us-west-2.amazonaws.com",
         "/",
         "",
         "dynamodb us-west-2 aws account=123456789012"},
        {"streams.dynamodb.us-west-2.amazonaws.com", "/", "", "dynamodbstreams us-west-2 aws"},
        {"api.ecr.eu-north-1.amazonaws.com", "/", "", "ecr eu-north-1 aws"},
        {"runtime.sagemaker.eu-north-1.amazonaws.com", "/", "", "sagemaker-runtime eu-north-1 aws"},
        {"monitoring.mx-central-1.amazonaws.com", "/", "", "cloudwatch mx-central-1 aws"},
        {"sync-states.us-east-1.amazonaws.com", "/", "", "stepfunctions us-east-1 aws"},
        {"ec2.cn-north-1.amazonaws.com.cn", "/", "", "ec2 cn-north-1 aws-cn"},
        {"sts.us-gov-west-1.amazonaws.com", "/", "", "sts us-gov-west-1 aws-us-gov"},
        {"sqs.us-iso-east-1.c2s.ic.gov", "/", "", "sqs us-iso-east-1 aws-iso"},
        {"sqs.us-isob-east-1.sc2s.sgov.gov", "/", "", "sqs us-isob-east-1 aws-iso-b"},
        {"sqs.eusc-de-east-1.amazonaws.eu", "/", "", "sqs eusc-de-east-1 aws-eusc"},
        {"lambda.us-east-1.api.aws", "/", "", "lambda us-east-1 aws dualstack"},
        {"ec2.us-gov-east-1.api.aws", "/", "", "ec2 us-gov-east-1 aws-us-gov dualstack"},
        {"vpce-0a-1b.sts.us-east-1.vpce.amazonaws.com", "/", "", "sts us-east-1 aws"},
        {"nosuch.us-east-1.amazonaws.com", "/", "", "nosuch us-east-1 aws"},
        {"x.lambda-url.us-east-1.on.aws", "/", "", "lambda-url us-east-1 aws dualstack"},
        {"amazonaws.com", "/", SIGNED("eu-west-1", "sqs"), "sqs eu-west-1 aws"},
    };

    (void)state;
    CHECK(rows);
}

static void test_global_hosts(void **state)
{
    static const struct row rows[] = {
        {"sts.amazonaws.com", "/", "", "sts us-east-1 aws"},
        {"sts.amazonaws.com", "/", SIGNED("eu-west-1", "sts"), "sts eu-west-1 aws"},
        {"iam.amazonaws.com", "/", "", "iam us-east-1 aws"},
        {"iam.amazonaws.com", "/", SIGNED("eu-west-1", "iam"), "iam us-east-1 aws"},
        {"iam.us-gov.amazonaws.com", "/", "", "iam us-gov-west-1 aws-us-gov"},
        {"iam.cn-north-1.amazonaws.com.cn", "/", "", "iam cn-northwest-1 aws-cn"},
        {"iam.global.api.aws", "/", "", "iam us-east-1 aws dualstack"},
        {"organizations.us-east-1.amazonaws.com", "/", "", "organizations us-east-1 aws"},
        {"queue.amazonaws.com", "/", "", "sqs us-east-1 aws"},
        {"eu-central-1.queue.amazonaws.com", "/", "", "sqs eu-central-1 aws"},
        {"eu-central-1.elasticmapreduce.amazonaws.com", "/", "", "emr eu-central-1 aws"},
    };

    (void)state;
    CHECK(rows);
}

static void test_s3_hosts(void **state)
{
    static const struct row rows[] = {
        {"s3.amazonaws.com", "/", "", "s3 us-east-1 aws"},
        {"s3.us-east-1.amazonaws.com", "/b", "", "s3 us-east-1 aws path=b"},
        {"s3.eu-west-1.amazonaws.com", "/b/k/x", "", "s3 eu-west-1 aws path=b"},
        {"s3-eu-west-1.amazonaws.com", "/b/k", "", "s3 eu-west-1 aws path=b"},
        {"s3-external-1.amazonaws.com", "/b/k", "", "s3 us-east-1 aws path=b"},
        {"s3.amazonaws.com", "/b/k", SIGNED("eu-west-1", "s3"), "s3 eu-west-1 aws path=b"},
        {"s3.cn-north-1.amazonaws.com.cn", "/b/k", "", "s3 cn-north-1 aws-cn path=b"},
        {"b.s3.amazonaws.com", "/", "", "s3 us-east-1 aws virtual=b /b"},
        {"b.s3.amazonaws.com", "/k%20x", "", "s3 us-east-1 aws virtual=b /b/k%20x"},
        {"b.s3.amazonaws.com", "//k", "", "s3 us-east-1 aws virtual=b /b//k"},
        {"a.b-1.c.s3.eu-west-1.amazonaws.com",
         "/k",
         "",
         "s3 eu-west-1 aws virtual=a.b-1.c /a.b-1.c/k"},
        {"us-east-1.s3.amazonaws.com", "/k", "", "s3 us-east-1 aws virtual=us-east-1 /us-east-1/k"},
        {"b.s3-eu-west-1.amazonaws.com", "/k", "", "s3 eu-west-1 aws virtual=b /b/k"},
        {"b.s3.dualstack.eu-west-1.amazonaws.com",
         "/k",
         "",
         "s3 eu-west-1 aws dualstack virtual=b /b/k"},
        {"s3-fips.dualstack.us-gov-west-1.amazonaws.com",
         "/b",
         "",
         "s3 us-gov-west-1 aws-us-gov fips dualstack path=b"},
    };

    (void)state;
    CHECK(rows);
}

static void test_special_s3_hosts(void **state)
{
    static const struct row rows[] = {
        {"b.s3-accelerate.amazonaws.com", "/k", "", "s3 us-east-1 aws virtual=b /b/k"},
        {"b.s3-accelerate.dualstack.amazonaws.com",
         "/k",
         "",
         "s3 us-east-1 aws dualstack virtual=b /b/k"},
        {"b.s3-website-eu-west-1.amazonaws.com", "/", "", "s3 eu-west-1 aws website virtual=b /b"},
        {"b.s3-website.eu-north-1.amazonaws.com",
         "/",
         "",
         "s3 eu-north-1 aws website virtual=b /b"},
        {"ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
         "/k",
         "",
         "s3 eu-west-1 aws ap virtual=ap-123456789012 /ap-123456789012/k"},
        {"x.mrap.accesspoint.s3-global.amazonaws.com",
         "/k",
         SIGNED("eu-west-1", "s3"),
         "s3 eu-west-1 aws ap virtual=x.mrap /x.mrap/k"},
        {"b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com",
         "/k",
         "",
         "s3 us-east-1 aws virtual=b--use1-az4--x-s3 /b--use1-az4--x-s3/k"},
        {"s3express-control.us-east-1.amazonaws.com", "/b", "", "s3 us-east-1 aws path=b"},
        {"123456789012.s3-control.eu-west-1.amazonaws.com",
         "/v20180820/configuration/publicAccessBlock",
         "",
         "s3control eu-west-1 aws account=123456789012"},
        {"my-b.bucket.vpce-1a.s3.us-east-1.vpce.amazonaws.com",
         "/k",
         "",
         "s3 us-east-1 aws virtual=my-b /my-b/k"},
        {"bucket.vpce-1a.s3.us-east-1.vpce.amazonaws.com", "/b/k", "", "s3 us-east-1 aws path=b"},
        /* A key may look like another API's path. */
        {"b.s3.amazonaws.com", "/v20180820/x", "", "s3 us-east-1 aws virtual=b /b/v20180820/x"},
    };

    (void)state;
    CHECK(rows);
}

static void test_custom_endpoints(void **state)
{
    static const struct row rows[] = {
        {"localhost", "/", SIGNED("eu-west-1", "sts"), "sts eu-west-1 aws custom"},
        {"localhost", "/", SIGNED("cn-north-1", "sqs"), "sqs cn-north-1 aws-cn custom"},
        {"127.0.0.1", "/b/k", SIGNED("eu-west-1", "s3"), "s3 eu-west-1 aws custom path=b"},
        {"localhost",
         "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260101%2Feu-west-1%2Fs3%2F"
         "aws4_request",
         "",
         "s3 eu-west-1 aws custom path=b"},
        {"localhost",
         "/b/k",
         "Authorization: AWS4-ECDSA-P256-SHA256 Credential=A/20260101/s3/aws4_request, x=y\n",
         "s3 ap-south-1 aws custom path=b"},
        {"localhost", "/b/k", "Authorization: AWS AKID:sig\n", "s3 ap-south-1 aws custom path=b"},
        {"localhost", "/b/k?AWSAccessKeyId=x", "", "s3 ap-south-1 aws custom path=b"},
        {"localhost",
         "/",
         "X-Amz-Target: DynamoDB_20120810.ListTables\n",
         "dynamodb ap-south-1 aws custom"},
        {"localhost",
         "/",
         SIGNED("us-east-1", "dynamodb") "X-Amz-Target: DynamoDBStreams_20120810.ListStreams\n",
         "dynamodbstreams us-east-1 aws custom"},
        {"localhost",
         "/?Action=GetCallerIdentity&Version=2011-06-15",
         "",
         "sts ap-south-1 aws custom"},
        {"localhost",
         "/",
         "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n\n"
         "Action=ListUsers&Version=2010-05-08",
         "iam us-east-1 aws custom"},
        {"localhost",
         "/service/GraniteServiceVersion20100801/operation/PutMetricData",
         "smithy-protocol: rpc-v2-cbor\n",
         "cloudwatch ap-south-1 aws custom"},
        {"localhost", "/", "", "s3 ap-south-1 aws custom"},
        {"localhost", "/b/k", "", "s3 ap-south-1 aws custom path=b"},
        {"b.localhost", "/k", "", "s3 ap-south-1 aws custom virtual=b /b/k"},
        {"b.s3.localhost", "/k", "", "s3 ap-south-1 aws custom virtual=b /b/k"},
        {"s3.localhost", "/b/k", "", "s3 ap-south-1 aws custom path=b"},
        {"sqs.localhost", "/", "", "sqs ap-south-1 aws custom"},
        {"b.localhost", "/k", SIGNED("eu-west-1", "s3"), "s3 eu-west-1 aws custom virtual=b /b/k"},
        {"localhost",
         "/v20180820/bucket/b",
         SIGNED("eu-west-1", "s3"),
         "s3control eu-west-1 aws custom"},
        {"localhost", "/", SIGNED("eu-west-1", "nosuch"), "nosuch eu-west-1 aws custom"},
        {"localhost", "/", "X-Amz-Target: NoSuch.Op\n", " ap-south-1 aws custom"},
    };

    (void)state;
    CHECK(rows);
}

static void test_services_that_share_a_host(void **state)
{
    static const struct row rows[] = {
        {"elasticloadbalancing.us-east-1.amazonaws.com",
         "/?Action=X&Version=2012-06-01",
         "",
         "elb us-east-1 aws"},
        {"elasticloadbalancing.us-east-1.amazonaws.com",
         "/?Action=X&Version=2015-12-01",
         "",
         "elbv2 us-east-1 aws"},
        {"email.us-east-1.amazonaws.com", "/v2/email/identities", "", "sesv2 us-east-1 aws"},
        {"email.us-east-1.amazonaws.com", "/?Version=2010-12-01", "", "ses us-east-1 aws"},
        {"apigateway.us-east-1.amazonaws.com", "/restapis", "", "apigateway us-east-1 aws"},
        {"apigateway.us-east-1.amazonaws.com", "/v2/apis", "", "apigatewayv2 us-east-1 aws"},
    };

    (void)state;
    CHECK(rows);
}

static void test_reserved_hosts(void **state)
{
    static const struct row rows[] = {
        {"169.254.169.254", "/latest/api/token", "", "metadata  ap-south-1 aws"},
        {"fd00:ec2::254", "/latest/api/token", "", "metadata  ap-south-1 aws"},
        {"169.254.170.2", "/v2/credentials/x", "", "container  ap-south-1 aws"},
        {"169.254.170.23", "/v1/credentials", "", "container  ap-south-1 aws"},
        {"x-1.tokens.sts.global.api.aws", "/.well-known/jwks.json", "", "issuer  ap-south-1 aws"},
        {"awsintercept.internal", "/reset", "", "control  ap-south-1 aws"},
        {"localhost", "/moto-api/reset", "", "control s3 ap-south-1 aws custom path=moto-api"},
        {"s3.amazonaws.com", "/moto-api/reset", "", "s3 us-east-1 aws path=moto-api"},
    };

    (void)state;
    CHECK(rows);
}

static void test_every_service_is_found_by_its_names(void **state)
{
    char host[256];

    (void)state;
    assert_in_range(awi_n_aws_services, 300, 1000);
    for (size_t i = 0; i < awi_n_aws_services; i++) {
        const struct awi_model *model = &awi_aws_services[i];
        const struct awi_model *found = awi_endpoint_service(model->endpoint_prefix);
        assert_non_null(found);
        assert_true(awi_str_eq(found->endpoint_prefix, model->endpoint_prefix));
        found = awi_endpoint_service(model->signing_name);
        assert_non_null(found);
        snprintf(host,
                 sizeof(host),
                 "%.*s.eu-west-1.amazonaws.com",
                 AWI_STR_FMT(model->endpoint_prefix));
        const char *got = locate(host, "/", "");
        const struct awi_model *first = awi_endpoint_service(model->endpoint_prefix);
        if (strncmp(got, first->id.ptr, first->id.len) != 0) {
            fail_msg("%s is taken for %s", host, got);
        }
    }
}

/* The host that a request has in the end, which names one thing and came to another. */
static const char *seen(const char *host, const char *stands_for)
{
    static char text[256];
    struct awi_http_peer peer = {.pid = 1};
    struct awi_http_request request = {.host = awi_str_from(host), .peer = &peer};

    snprintf(peer.name, sizeof(peer.name), "%s", stands_for);
    awi_endpoint_see_through(&request);
    snprintf(text, sizeof(text), "%.*s", AWI_STR_FMT(request.host));
    return text;
}

static void test_names_that_stand_for_others(void **state)
{
    (void)state;
    assert_string_equal(seen("s3.corp.example", "s3.us-east-1.amazonaws.com"),
                        "s3.us-east-1.amazonaws.com");
    assert_string_equal(seen("sts", "sts.us-east-1.amazonaws.com"), "sts.us-east-1.amazonaws.com");
    /* What says by itself who is meant. */
    assert_string_equal(seen("s3.eu-west-1.amazonaws.com", "s3.us-east-1.amazonaws.com"),
                        "s3.eu-west-1.amazonaws.com");
    assert_string_equal(seen("awsintercept.internal", "sts.amazonaws.com"),
                        "awsintercept.internal");
    assert_string_equal(seen("169.254.169.254", "sts.amazonaws.com"), "169.254.169.254");
    assert_string_equal(seen("localhost", ""), "localhost");
    assert_string_equal(seen("minio.test", "minio.test"), "minio.test");
}

static void test_names_of_services(void **state)
{
    (void)state;
    assert_true(awi_endpoint_is_service(AWI_STR("STS.us-east-1.amazonaws.com")));
    assert_true(awi_endpoint_is_service(AWI_STR("bucket.s3.amazonaws.com")));
    assert_true(awi_endpoint_is_service(AWI_STR("api.ecr.eu-west-1.amazonaws.com")));
    assert_false(awi_endpoint_is_service(AWI_STR("db.us-east-1.amazonaws.com")));
    assert_false(awi_endpoint_is_service(AWI_STR("www.example.com.us-east-1.amazonaws.com")));
    assert_false(awi_endpoint_is_service(AWI_STR("sts.example.com")));
    assert_false(awi_endpoint_is_service(AWI_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_regional_hosts),
        cmocka_unit_test(test_global_hosts),
        cmocka_unit_test(test_s3_hosts),
        cmocka_unit_test(test_special_s3_hosts),
        cmocka_unit_test(test_custom_endpoints),
        cmocka_unit_test(test_services_that_share_a_host),
        cmocka_unit_test(test_reserved_hosts),
        cmocka_unit_test(test_every_service_is_found_by_its_names),
        cmocka_unit_test(test_names_that_stand_for_others),
        cmocka_unit_test(test_names_of_services),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
