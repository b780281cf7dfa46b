/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a request goes: the input is "host\ntarget\nheaders". Every answer is complete: a region, a
 * partition, a path that begins as the request's kind demands, a bucket only for S3.
 */
#include "core/endpoint/endpoint.h"
#include "fuzz.h"

#define HEADERS_MAX 32

static void check(const struct awi_http_request *request, const struct awi_endpoint *endpoint)
{
    FUZZ_CHECK(endpoint->region.len && endpoint->partition.len);
    FUZZ_CHECK(endpoint->service.ptr && endpoint->path.ptr);
    FUZZ_CHECK((endpoint->style == AWI_BUCKET_NONE) == (endpoint->bucket.len == 0));
    if (endpoint->model) {
        FUZZ_CHECK(endpoint->model >= awi_aws_services);
        FUZZ_CHECK(endpoint->model < awi_aws_services + awi_n_aws_services);
    }
    if (endpoint->style != AWI_BUCKET_NONE) {
        FUZZ_CHECK(awi_str_is(endpoint->model->id, "s3"));
        FUZZ_CHECK(awi_str_starts(awi_str_skip(endpoint->path, 1), endpoint->bucket));
    }
    if (endpoint->style != AWI_BUCKET_VIRTUAL) {
        FUZZ_CHECK(awi_str_eq(endpoint->path, request->path));
    }
    FUZZ_CHECK(!endpoint->account.len || awi_str_is_account(endpoint->account));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_str rest = awi_str_of(data, len);
    struct awi_http_header headers[HEADERS_MAX];
    struct awi_http_request request = {.method = AWI_STR("POST"), .headers = headers};
    struct awi_endpoint endpoint;
    struct awi_arena arena;
    struct awi_str line;

    awi_arena_init(&arena, 1u << 24);
    awi_str_cut(&rest, '\n', &request.host);
    request.target = AWI_STR("/");
    if (awi_str_cut(&rest, '\n', &line) && line.len && line.ptr[0] == '/') {
        request.target = line;
    }
    request.query = request.target;
    awi_str_cut(&request.query, '?', &request.path);
    while (request.n_headers < HEADERS_MAX && awi_str_cut(&rest, '\n', &line) && line.len) {
        struct awi_str value = line;
        awi_str_cut(&value, ':', &headers[request.n_headers].name);
        headers[request.n_headers++].value = awi_str_trim(value);
    }
    request.body = awi_body_memory(&arena, rest);
    FUZZ_CHECK(request.body);
    FUZZ_CHECK(awi_endpoint_locate(&request, AWI_STR("us-east-1"), &arena, &endpoint) == 0);
    check(&request, &endpoint);
    awi_arena_deinit(&arena);
    return 0;
}
