/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a request, top to bottom. Each step fills its own fields of the request; when one
 * fails the rest is skipped and the answer is an error. No step calls an earlier one.
 */
#include "core/auth/verify.h"
#include "core/core.h"
#include "core/identity/moved.h"
#include "core/request/answer.h"
#include "core/request/authorize.h"
#include "core/request/record.h"
#include "core/request/refuse.h"
#include "core/request/req.h"
#include "core/request/reserved.h"
#include "core/request/use.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Stands for a service that AWS's models do not know: its callers are refused in the protocol that
 * their request shows. */
static const struct awi_model unknown_model = {
    .id = AWI_STR_INIT("unknown"),
    .service_id = AWI_STR_INIT("an unknown service"),
    .endpoint_prefix = AWI_STR_INIT(""),
    .signing_name = AWI_STR_INIT(""),
    .protocols = (1u << AWI_N_PROTOCOLS) - 1,
    .protocol = AWI_PROTO_REST_XML,
};

/* A request gets its time and its name before anything can fail. */
static int begin(struct awi_req *req)
{
    struct timespec at;
    char id[37];

    clock_gettime(CLOCK_MONOTONIC, &at);
    req->started_ns = (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
    req->http->answer.content_length = -1;
    req->config = awi_core_config(req->core);
    if (!req->config) {
        return -ENOMEM;
    }
    req->now = awi_clock_now(&req->config->clock, 0);
    awi_unique_uuid(&req->core->request_ids, id);
    req->id = awi_arena_str(req->arena, awi_str_of(id, 36));
    return awi_str_is_set(req->id) ? 0 : -ENOMEM;
}

static const struct awi_service *find_service(const struct awi_core *core, struct awi_str id)
{
    for (const struct awi_service *const *at = core->services; *at; at++) {
        if (awi_str_eq((*at)->model->id, id)) {
            return *at;
        }
    }
    return NULL;
}

/* Which service the host, path and credential scope mean. */
static int locate(struct awi_req *req)
{
    awi_endpoint_see_through(&req->http->request);
    int r =
        awi_endpoint_locate(&req->http->request, req->config->region, req->arena, &req->endpoint);

    if (r < 0) {
        return r;
    }
    req->model = req->endpoint.model ? req->endpoint.model : &unknown_model;
    req->service = find_service(req->core, req->model->id);
    if (req->service) {
        req->model = req->service->model;
    }
    return 0;
}

/* The request as the codecs read it. */
static void view(struct awi_req *req)
{
    const struct awi_http_request *http = &req->http->request;

    req->wire = (struct awi_wire_request){
        .method = http->method,
        .path = req->endpoint.path,
        .query = http->query,
        .headers = http->headers,
        .n_headers = http->n_headers,
        .body = awi_str_of(awi_body_data(http->body), awi_body_size(http->body)),
        .stream = awi_body_size(http->body) ? http->body : NULL,
    };
    if (!awi_body_data(http->body)) {
        req->wire.body = AWI_STR("");
    }
}

/* Names the service as well as it is known: by AWS's name for it, else as the host has it. */
static int not_implemented(struct awi_req *req)
{
    struct awi_str name = req->operation ? req->operation->name : req->operation_name;
    struct awi_str service =
        req->model != &unknown_model ? req->model->service_id : req->endpoint.service;

    if (service.len == 0) {
        service = awi_host(req);
    }
    if (!awi_str_is_set(name)) {
        name = AWI_STR("this request");
    }
    return awi_fail(req,
                    &awi_error_NotImplemented,
                    "awsintercept does not emulate %.*s of %.*s",
                    AWI_STR_FMT(name),
                    AWI_STR_FMT(service));
}

/* Which protocol and operation. */
static int route(struct awi_req *req)
{
    struct awi_wire_call call;

    view(req);
    int r = awi_wire_route(req->arena, req->model, &req->wire, &call);
    if (r < 0) {
        return r;
    }
    req->protocol = call.protocol;
    req->operation = call.operation;
    req->operation_name = call.name;
    if (!req->service || !req->operation) {
        return not_implemented(req);
    }
    return 0;
}

static bool listed(const char *const *names, struct awi_str name)
{
    for (; names && *names; names++) {
        if (awi_str_is(name, *names)) {
            return true;
        }
    }
    return false;
}

static bool writes(const struct awi_req *req)
{
    static const char *const reading[] = {
        "Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan", "Select", NULL};
    struct awi_str name = req->operation->name;

    if (listed(req->service->writes, name)) {
        return true;
    }
    if (listed(req->service->reads, name)) {
        return false;
    }
    for (const char *const *at = reading; *at; at++) {
        if (awi_str_starts(name, awi_str_from(*at))) {
            return false;
        }
    }
    return true;
}

/* The configuration must be good and the state readable before anybody is served. */
static int open_state(struct awi_req *req)
{
    struct awi_str why = AWI_STR_NULL;

    if (awi_str_is_set(req->config->problem)) {
        req->error.message = req->config->problem;
        return -EINVAL;
    }
    int r = awi_core_store(req->core, req->arena, &req->store, &why);
    if (r < 0) {
        req->error.message = why;
        return r;
    }
    r = awi_txn_begin(req->store, writes(req), &req->txn);
    if (r == 0) {
        r = awi_clock_moved(req->txn, req->arena, &req->moved);
    }
    req->now += req->moved.ms;
    return r;
}

/* The client's environment: another process's as its carrier read it, else our own, now. */
static int named_by_environment(struct awi_req *req, char named[13])
{
    const struct awi_http_peer *peer = req->http->request.peer;
    const char *why = NULL;

    if (peer && peer->account[0]) {
        if (!awi_str_is_account(awi_str_from(peer->account))) {
            req->error.message =
                AWI_STR("the client's environment names an account that is no id of 12 digits");
            return -EINVAL;
        }
        memcpy(named, peer->account, 13);
        return 1;
    }
    int r = awi_config_env_account(named, &why);
    if (r == -EINVAL) {
        req->error.message = awi_str_from(why);
    }
    return r;
}

/* Who calls, and in which account. */
static int identify(struct awi_req *req)
{
    char named[13];
    struct awi_str why = AWI_STR_NULL;
    struct awi_identify who = {
        .dir = {req->config, req->txn, req->arena},
        .now_ms = req->now,
        .partition = req->endpoint.partition,
        .header_account = awi_identify_header(&req->http->request),
        .auth = &req->signature,
        .anonymous_ok = (req->operation->flags & AWI_OP_UNSIGNED) != 0 ||
                        awi_str_is(req->model->signing_name, "s3"),
    };

    int r = awi_sigv4_parse(req->arena, &req->http->request, &req->signature, &why);
    if (r < 0) {
        return r;
    }
    if (r > 0) {
        return awi_refuse_caller(req, AWI_REFUSE_MALFORMED, why, AWI_STR_NULL);
    }
    r = named_by_environment(req, named);
    if (r < 0) {
        return r;
    }
    if (r > 0) {
        who.env_account = awi_arena_str(req->arena, awi_str_of(named, 12));
        if (!who.env_account.ptr) {
            return -ENOMEM;
        }
    }
    r = awi_identify(&who, &req->identity);
    if (r > 0) {
        return awi_refuse_caller(req, req->identity.refusal, AWI_STR_NULL, req->identity.why);
    }
    return r;
}

/* Is the signature the one that the key's holder would have made? */
static int verify(struct awi_req *req)
{
    struct awi_str why = AWI_STR_NULL;
    enum awi_refusal refusal = AWI_REFUSE_NOTHING;

    if (!req->identity.verify) {
        req->authenticated = true;
        return 0;
    }
    const struct awi_verify question = {
        .auth = &req->signature,
        .request = &req->http->request,
        .secret = req->identity.secret,
        .service = req->model->signing_name,
        .region = req->endpoint.custom ? AWI_STR_NULL : req->endpoint.region,
        .now_ms = req->now,
        .machine_ms = awi_clock_now(&AWI_CLOCK_REAL, 0),
        .moved_since_ms = awi_moved_since(&req->moved, req->signature.time_ms),
        .facts = &req->facts,
    };
    int r = awi_sigv4_verify(req->arena, &question, &refusal, &why);
    req->authenticated = r == 0;
    return r > 0 ? awi_refuse_caller(req, refusal, why, AWI_STR_NULL) : r;
}

static const struct awi_error_type *invalid(enum awi_protocol protocol)
{
    switch (protocol) {
    case AWI_PROTO_QUERY:
        return &awi_error_ValidationError;
    case AWI_PROTO_EC2:
        return &awi_error_InvalidParameterValue;
    case AWI_PROTO_REST_XML:
        return &awi_error_InvalidArgument;
    default:
        return &awi_error_ValidationException;
    }
}

/* From bytes to typed, valid input. */
static int decode(struct awi_req *req)
{
    const struct awi_shape *input = req->operation->input;
    const struct awi_shape *output = req->operation->output;
    struct awi_str message = AWI_STR_NULL;
    struct awi_fault fault;

    if (req->http->request.body_error == -EBADMSG && req->http->request.aws_chunked) {
        return awi_fail(req, &awi_error_IncompleteBody, "The request body terminated unexpectedly");
    }
    if (req->http->request.body_error == -EBADMSG) {
        return awi_fail(req, awi_wire_malformed(req->protocol), "The request body is malformed.");
    }
    if (req->http->request.body_error < 0) {
        return req->http->request.body_error;
    }
    req->in = awi_arena_calloc(req->arena, 1, input ? input->size : 1);
    req->out = awi_arena_calloc(req->arena, 1, output ? output->size : 1);
    if (!req->in || !req->out) {
        return -ENOMEM;
    }
    int r =
        awi_wire_decode(req->arena, req->protocol, req->operation, &req->wire, req->in, &message);
    if (r > 0) {
        return awi_fail(req, awi_wire_malformed(req->protocol), "%.*s", AWI_STR_FMT(message));
    }
    if (r < 0 || !input || req->service->checks_itself) {
        return r;
    }
    r = awi_shape_validate(req->arena, input, req->in, &fault, &message);
    if (r > 0 && req->service->invalid) {
        return req->service->invalid(req, &fault);
    }
    if (r > 0) {
        return awi_fail(req, invalid(req->protocol), "%.*s", AWI_STR_FMT(message));
    }
    return r;
}

/* The service's own part, and the end of the transaction. */
static int handle(struct awi_req *req)
{
    int r = req->operation->call(req->service->handlers, req, req->in, req->out);

    if (r == AWI_NO_HANDLER) {
        r = not_implemented(req);
    }
    struct awi_txn *txn = req->txn;
    req->txn = NULL;
    if (r != 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

/* Whatever happened, the caller gets an answer in its own protocol, and the call is noted. */
static int finish(struct awi_req *req, int r)
{
    awi_txn_abort(req->txn);
    req->txn = NULL;
    r = r < 0 ? awi_request_answer_fault(req, r) : awi_request_answer(req);
    if (r == 0) {
        awi_request_note_use(req);
        awi_request_record(req);
    }
    return r;
}

static int serve(struct awi_req *req)
{
    int r = route(req);

    r = r ? r : open_state(req);
    r = r ? r : identify(req);
    r = r ? r : verify(req);
    r = r ? r : decode(req);
    r = r ? r : awi_request_authorize(req);
    r = r ? r : handle(req);
    return finish(req, r);
}

int awi_request_run(void *core, struct awi_http_exchange *x)
{
    struct awi_req *req = awi_arena_new(x->arena, struct awi_req);

    if (!req) {
        return -ENOMEM;
    }
    req->core = core;
    req->http = x;
    req->arena = x->arena;
    int r = begin(req);
    r = r ? r : locate(req);
    if (r < 0) {
        return r;
    }
    if (req->endpoint.kind != AWI_ENDPOINT_SERVICE) {
        return awi_request_reserved(req);
    }
    return serve(req);
}
