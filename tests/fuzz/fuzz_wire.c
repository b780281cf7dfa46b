/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of one protocol (FUZZ_PROTOCOL), read for an operation that the first byte chooses. The
 * rest is, up to an empty line, path and headers, then the body. What was read is validated and
 * written again; JSON and CBOR must then read back the same.
 */
#include "core/wire/wire.h"
#include "fuzz.h"
#include "gen/dynamodb.h"
#include "gen/iam.h"
#include "gen/s3.h"

#include <stdlib.h>
#include <unistd.h>

static void must(bool good)
{
    if (!good) {
        __builtin_trap();
    }
}

static const struct awi_model *model(void)
{
    switch (FUZZ_PROTOCOL) {
    case AWI_PROTO_QUERY:
    case AWI_PROTO_EC2:
        return &iam_model;
    case AWI_PROTO_REST_JSON:
    case AWI_PROTO_REST_XML:
        return &s3_model;
    default:
        return &dynamodb_model;
    }
}

static void
read_head(struct awi_str *data, struct awi_http_header *headers, struct awi_wire_request *request)
{
    struct awi_str line;

    request->method = AWI_STR("PUT");
    awi_str_cut(data, '\n', &line);
    awi_str_cut(&line, '?', &request->path);
    request->query = line;
    request->headers = headers;
    while (awi_str_cut(data, '\n', &line) && line.len > 0) {
        if (request->n_headers < 20) {
            struct awi_http_header *header = &headers[request->n_headers++];
            header->value = line;
            awi_str_cut(&header->value, ':', &header->name);
            header->value = awi_str_trim(header->value);
        }
    }
    request->body = data->ptr ? *data : AWI_STR("");
    request->path = request->path.len ? request->path : AWI_STR("/");
}

static void check_again(struct awi_arena *arena, const struct awi_operation *op, const void *in)
{
    bool exact = FUZZ_PROTOCOL == AWI_PROTO_JSON10 || FUZZ_PROTOCOL == AWI_PROTO_CBOR;
    struct awi_wire_request request;
    struct awi_str error;
    int r = awi_wire_encode_request(arena, FUZZ_PROTOCOL, model(), op, in, &request);

    must(r == 0 || r == -12 || r == -22);
    void *again = awi_arena_calloc(arena, 1, op->input->size);
    if (r == 0 && again) {
        r = awi_wire_decode(arena, FUZZ_PROTOCOL, op, &request, again, &error);
        must(!exact || r == -12 || (r == 0 && awi_shape_equal(op->input, in, again)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_arena arena;
    struct awi_http_header headers[20];
    struct awi_wire_request request = {.body = AWI_STR("")};
    struct awi_str rest = awi_str_of(data, len);
    struct awi_wire_call call;
    struct awi_str error = AWI_STR("");

    if (len == 0) {
        return 0;
    }
    const struct awi_operation *op = &model()->operations[data[0] % model()->n_operations];
    rest = awi_str_skip(rest, 1);
    awi_arena_init(&arena, 64 << 20);
    read_head(&rest, headers, &request);
    awi_wire_route(&arena, model(), &request, &call);
    void *in = op->input ? awi_arena_calloc(&arena, 1, op->input->size) : NULL;
    if (in) {
        int r = awi_wire_decode(&arena, FUZZ_PROTOCOL, op, &request, in, &error);
        must(r == 0 || r == -12 || (r == 1 && error.ptr));
        if (r == 0) {
            awi_shape_validate(&arena, op->input, in, NULL, &error);
            check_again(&arena, op, in);
        }
    }
    awi_arena_deinit(&arena);
    return 0;
}
