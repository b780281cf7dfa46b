/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/answer.h"

#include "core/core.h"
#include "core/request/req.h"

#include <errno.h>
#include <string.h>

/* What S3 answers as x-amz-id-2: opaque text, the same length as AWS's. */
static struct awi_str host_id(struct awi_req *req)
{
    return awi_arena_printf(req->arena, "%.*s%.*s==", AWI_STR_FMT(req->id), AWI_STR_FMT(req->id));
}

static int put_headers(struct awi_req *req, const struct awi_wire_answer *wire)
{
    for (size_t i = 0; i < wire->n_headers; i++) {
        int64_t length;
        const struct awi_http_header *header = &wire->headers[i];
        /* The connection writes the length of a body; only HEAD has one without the other. */
        if (awi_str_is_nocase(header->name, "content-length")) {
            if (awi_str_is(req->http->request.method, "HEAD") &&
                awi_str_to_i64(header->value, &length) == 0) {
                req->http->answer.content_length = length;
            }
            continue;
        }
        int r = awi_http_answer_header(req->http, header->name, header->value);
        if (r == -EINVAL) {
            /* A value that was stored with a line break cannot be sent back. */
            continue;
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int put(struct awi_req *req, const struct awi_wire_answer *wire)
{
    struct awi_http_answer *answer = &req->http->answer;
    int r = put_headers(req, wire);

    if (r < 0) {
        return r;
    }
    answer->status = wire->status;
    answer->date_ms = req->now;
    if (wire->stream) {
        answer->body = (struct awi_body *)(uintptr_t)wire->stream;
    } else if (wire->body.len) {
        answer->body = awi_body_memory(req->arena, wire->body);
        if (!answer->body) {
            return -ENOMEM;
        }
    }
    return 0;
}

static struct awi_wire_ids ids_of(struct awi_req *req)
{
    struct awi_wire_ids ids = {.request_id = req->id};

    if (req->model && awi_str_is(req->model->signing_name, "s3")) {
        ids.host_id = host_id(req);
        ids.resource = req->http->request.path;
    }
    return ids;
}

static int put_error(struct awi_req *req,
                     const struct awi_error_type *type,
                     struct awi_str message,
                     const void *body)
{
    struct awi_wire_ids ids = ids_of(req);
    struct awi_wire_answer wire;
    int r = awi_wire_encode_error(
        req->arena, req->protocol, req->model, type, message, body, 0, &ids, &wire);

    return r < 0 ? r : put(req, &wire);
}

int awi_request_answer(struct awi_req *req)
{
    struct awi_wire_ids ids = ids_of(req);
    struct awi_wire_answer wire;

    if (req->error.type) {
        return put_error(req, req->error.type, req->error.message, req->error.body);
    }
    int r = awi_wire_encode(
        req->arena, req->protocol, req->model, req->operation, req->out, &ids, &wire);
    if (r < 0) {
        return r;
    }
    if (req->status) {
        wire.status = (uint16_t)req->status;
    }
    return put(req, &wire);
}

int awi_request_answer_fault(struct awi_req *req, int error)
{
    struct awi_str message = req->error.message;

    if (!awi_str_is_set(message) && req->store) {
        message = awi_store_why(req->store, req->arena, error);
    }
    if (!awi_str_is_set(message)) {
        message = awi_str_from(strerrordesc_np(-error));
    }
    req->error.type = &awi_error_InternalFailure;
    req->error.message = message;
    req->error.body = NULL;
    return put_error(req, &awi_error_InternalFailure, message, NULL);
}
