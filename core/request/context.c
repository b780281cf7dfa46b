/* SPDX-License-Identifier: Apache-2.0 */
/* What a handler may ask of its request: the functions of core/service.h that only read or note. */
#include "core/core.h"
#include "core/request/req.h"

#include <errno.h>
#include <stdlib.h>

struct awi_arena *awi_arena(struct awi_req *req)
{
    return req->arena;
}

const struct awi_principal *awi_principal(const struct awi_req *req)
{
    return &req->identity.principal;
}

const struct awi_operation *awi_operation(const struct awi_req *req)
{
    return req->operation;
}

struct awi_str awi_account(const struct awi_req *req)
{
    return req->identity.account;
}

struct awi_str awi_region(const struct awi_req *req)
{
    return req->endpoint.region;
}

struct awi_str awi_partition(const struct awi_req *req)
{
    return req->endpoint.partition;
}

int64_t awi_now(const struct awi_req *req)
{
    return req->now;
}

struct awi_str awi_request_id(const struct awi_req *req)
{
    return req->id;
}

struct awi_str awi_host(const struct awi_req *req)
{
    return req->http->request.host;
}

static struct awi_str find(const struct awi_http_header *headers, size_t n, struct awi_str name)
{
    for (size_t i = 0; i < n; i++) {
        if (awi_str_eq_nocase(headers[i].name, name)) {
            return headers[i].value;
        }
    }
    return AWI_STR_NULL;
}

struct awi_str awi_header(const struct awi_req *req, const char *name)
{
    const struct awi_http_request *http = &req->http->request;
    struct awi_str value = find(http->headers, http->n_headers, awi_str_from(name));

    return awi_str_is_set(value) ? value
                                 : find(http->trailers, http->n_trailers, awi_str_from(name));
}

const struct awi_body *awi_request_body(const struct awi_req *req)
{
    return req->http->request.body;
}

int awi_answer_header(struct awi_req *req, struct awi_str name, struct awi_str value)
{
    return awi_http_answer_header(req->http, name, value);
}

void awi_answer_status(struct awi_req *req, int status)
{
    req->status = status;
}

struct awi_scope awi_scope(struct awi_req *req)
{
    bool global = req->service && req->service->model->global;

    return awi_scope_of(req, awi_account(req), global ? AWI_STR("") : awi_region(req));
}

struct awi_scope awi_scope_of(struct awi_req *req, struct awi_str account, struct awi_str region)
{
    return (struct awi_scope){
        .txn = req->txn,
        .account = account,
        .region = region,
        .service = req->service->model->id,
    };
}

struct awi_str awi_arn(struct awi_req *req, const char *rest_format, ...)
{
    va_list args;

    va_start(args, rest_format);
    struct awi_str rest = awi_arena_vprintf(req->arena, rest_format, args);
    va_end(args);
    if (!awi_str_is_set(rest)) {
        return rest;
    }
    bool global = req->service->model->global;
    struct awi_str region = global ? AWI_STR("") : awi_region(req);
    return awi_arena_printf(req->arena,
                            "arn:%.*s:%.*s:%.*s:%.*s:%.*s",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(req->service->model->signing_name),
                            AWI_STR_FMT(region),
                            AWI_STR_FMT(awi_account(req)),
                            AWI_STR_FMT(rest));
}

struct awi_str awi_random_id(struct awi_req *req, const char *alphabet, size_t n)
{
    return awi_random_text(&req->core->random, req->arena, alphabet, n);
}

struct awi_str awi_uuid(struct awi_req *req)
{
    char text[37];

    awi_random_uuid(&req->core->random, text);
    return awi_arena_str(req->arena, awi_str_of(text, 36));
}

/* The error's number only has to be positive; handlers pass it on unread. */
static int place(struct awi_req *req,
                 const struct awi_error_type *type,
                 const void *body,
                 struct awi_str message)
{
    if (!awi_str_is_set(message)) {
        return -ENOMEM;
    }
    req->error.type = type;
    req->error.message = message;
    req->error.body = body;
    return 1;
}

int awi_fail(struct awi_req *req, const struct awi_error_type *type, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    struct awi_str message = awi_arena_vprintf(req->arena, format, args);
    va_end(args);
    return place(req, type, NULL, message);
}

int awi_fail_with(struct awi_req *req,
                  const struct awi_error_type *type,
                  const void *body,
                  const char *format,
                  ...)
{
    va_list args;

    va_start(args, format);
    struct awi_str message = awi_arena_vprintf(req->arena, format, args);
    va_end(args);
    void *copy = NULL;
    if (type->shape && body) {
        copy = awi_arena_calloc(req->arena, 1, type->shape->size);
        if (!copy || awi_shape_copy(req->arena, type->shape, copy, body) < 0) {
            return -ENOMEM;
        }
    }
    return place(req, type, copy, message);
}

void awi_take_error(struct awi_req *req, struct awi_str *ret_code, struct awi_str *ret_message)
{
    *ret_code = req->error.type->code;
    *ret_message = req->error.message;
    req->error.type = NULL;
    req->error.message = AWI_STR_NULL;
    req->error.body = NULL;
}

const struct awi_config *awi_request_config(const struct awi_req *req)
{
    return req->config;
}

struct awi_random *awi_request_random(struct awi_req *req)
{
    return &req->core->random;
}

struct awi_txn *awi_request_txn(struct awi_req *req)
{
    return req->txn;
}
