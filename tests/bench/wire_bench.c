/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading and writing of messages costs: a DynamoDB PutItem of about 1 KiB as JSON and CBOR,
 * an AssumeRole as form and XML, a GetObject's bindings. Prints microseconds; judges nothing.
 */
#include "core/util/arena.h"
#include "core/wire/cbor.h"
#include "core/wire/wire.h"
#include "gen/dynamodb.h"
#include "gen/s3.h"
#include "gen/sts.h"

#include <stdio.h>
#include <time.h>

#define ROUNDS 20000

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct awi_arena arena;

#define MEASURE(what, code)                                                                        \
    do {                                                                                           \
        double start = now_us();                                                                   \
        for (int round = 0; round < ROUNDS; round++) {                                             \
            awi_arena_reset(&arena);                                                               \
            code;                                                                                  \
        }                                                                                          \
        printf("%-44s %7.2f us\n", (what), (now_us() - start) / ROUNDS);                           \
    } while (0)

static void bench_put_item(void)
{
    static char text[2048];
    const struct awi_operation *op = &dynamodb_model.operations[dynamodb_op_PutItem];
    struct awi_http_header target = {AWI_STR("X-Amz-Target"), AWI_STR("DynamoDB_20120810.PutItem")};
    struct awi_wire_request request = {
        .method = AWI_STR("POST"), .path = AWI_STR("/"), .headers = &target, .n_headers = 1};
    struct awi_wire_call call;
    struct dynamodb_PutItemInput in;
    struct awi_str error;
    int n = snprintf(
        text, sizeof(text), "{\"TableName\":\"users\",\"Item\":{\"pk\":{\"S\":\"user#1\"}");

    for (int i = 0; i < 12; i++) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, ",\"attr%d\":{\"S\":\"%060d\"}", i, i);
    }
    n += snprintf(
        text + n, sizeof(text) - (size_t)n, ",\"l\":{\"L\":[{\"N\":\"1\"},{\"BOOL\":true}]}}}");
    request.body = awi_str_of(text, (size_t)n);
    printf("PutItem: %d bytes\n", n);
    MEASURE("json10 route", awi_wire_route(&arena, &dynamodb_model, &request, &call));
    MEASURE("json10 decode PutItem",
            awi_wire_decode(&arena, AWI_PROTO_JSON10, op, &request, &in, &error));
    struct dynamodb_PutItemInput copy;
    struct awi_arena keep;
    awi_arena_init(&keep, 1 << 20);
    if (awi_wire_decode(&keep, AWI_PROTO_JSON10, op, &request, &copy, &error) == 0) {
        struct awi_out out;
        MEASURE("cbor encode of the same", {
            out = (struct awi_out){.arena = &arena};
            awi_cbor_encode(&out, op->input, &copy);
        });
        out = (struct awi_out){.arena = &keep};
        awi_cbor_encode(&out, op->input, &copy);
        struct awi_str bytes = awi_out_view(&out);
        MEASURE("cbor decode of the same", {
            struct awi_wire_in state = {.arena = &arena};
            memset(&in, 0, sizeof(in));
            awi_cbor_decode(&state, op->input, bytes, &in);
        });
        MEASURE("validate the same", awi_shape_validate(&arena, op->input, &copy, NULL, &error));
    }
    awi_arena_deinit(&keep);
}

static void bench_assume_role(void)
{
    static const struct awi_wire_ids ids = {.request_id = AWI_STR_INIT("id")};
    const struct awi_operation *op = &sts_model.operations[sts_op_AssumeRole];
    struct awi_wire_request request = {
        .method = AWI_STR("POST"),
        .path = AWI_STR("/"),
        .body =
            AWI_STR("Action=AssumeRole&Version=2011-06-15&RoleSessionName=session&RoleArn=arn%3A"
                    "aws%3Aiam%3A%3A222222222222%3Arole%2Fdev&Tags.member.1.Key=a&"
                    "Tags.member.1.Value=b"),
    };
    struct sts_AssumeRoleRequest in;
    struct sts_Credentials credentials = {.AccessKeyId = AWI_STR("ASIAEXAMPLE"),
                                          .SecretAccessKey = AWI_STR("secret"),
                                          .SessionToken = AWI_STR("token"),
                                          .Expiration = AWI_SOME_TIME(1700000000000)};
    struct sts_AssumeRoleResponse out = {.Credentials = &credentials};
    struct awi_wire_answer answer;
    struct awi_str error;

    MEASURE("query decode AssumeRole",
            awi_wire_decode(&arena, AWI_PROTO_QUERY, op, &request, &in, &error));
    MEASURE("query encode AssumeRole",
            awi_wire_encode(&arena, AWI_PROTO_QUERY, &sts_model, op, &out, &ids, &answer));
    awi_wire_decode(&arena, AWI_PROTO_QUERY, op, &request, &in, &error);
    in.Tags = (struct sts_tagListType){NULL, 0, false};
    MEASURE("validate AssumeRole", awi_shape_validate(&arena, op->input, &in, NULL, &error));
}

static void bench_s3(void)
{
    struct awi_http_header headers[] = {{AWI_STR("Host"), AWI_STR("s3.amazonaws.com")},
                                        {AWI_STR("User-Agent"), AWI_STR("x")},
                                        {AWI_STR("X-Amz-Date"), AWI_STR("x")},
                                        {AWI_STR("Authorization"), AWI_STR("x")},
                                        {AWI_STR("Range"), AWI_STR("bytes=0-9")}};
    struct awi_wire_request request = {.method = AWI_STR("GET"),
                                       .path = AWI_STR("/bucket/some/key"),
                                       .headers = headers,
                                       .n_headers = 5};
    struct awi_wire_request delete = {
        .method = AWI_STR("POST"),
        .path = AWI_STR("/bucket"),
        .query = AWI_STR("delete"),
        .body = AWI_STR("<Delete><Object><Key>a</Key></Object></Delete>")};
    struct awi_wire_call call;
    struct s3_GetObjectRequest in;
    struct s3_DeleteObjectsRequest deletes;
    struct awi_str error;

    MEASURE("rest-xml route GetObject", awi_wire_route(&arena, &s3_model, &request, &call));
    MEASURE("rest-xml decode GetObject",
            awi_wire_decode(&arena,
                            AWI_PROTO_REST_XML,
                            &s3_model.operations[s3_op_GetObject],
                            &request,
                            &in,
                            &error));
    MEASURE("rest-xml decode DeleteObjects",
            awi_wire_decode(&arena,
                            AWI_PROTO_REST_XML,
                            &s3_model.operations[s3_op_DeleteObjects],
                            &delete,
                            &deletes,
                            &error));
}

int main(void)
{
    awi_arena_init(&arena, 16 << 20);
    bench_put_item();
    bench_assume_role();
    bench_s3();
    awi_arena_deinit(&arena);
    return 0;
}
