/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request on its way through the pipeline (run.c). Each step fills its own fields and reads those
 * of earlier steps; services see it only through core/service.h.
 */
#pragma once

#include "core/auth/sigv4.h"
#include "core/endpoint/endpoint.h"
#include "core/identity/identity.h"
#include "core/net/http.h"
#include "core/service.h"
#include "core/wire/wire.h"

struct awi_core;

struct awi_req {
    struct awi_core *core;
    struct awi_http_exchange *http;
    struct awi_arena *arena;
    int64_t now; /* milliseconds since the epoch, the emulation's clock */
    struct awi_str id;

    /* locate */
    struct awi_endpoint endpoint;
    const struct awi_service *service; /* NULL: not emulated */
    /* route */
    enum awi_protocol protocol;
    const struct awi_operation *operation; /* NULL: unknown */
    struct awi_str operation_name;         /* also of an unknown one, where the request names it */
    /* open */
    struct awi_txn *txn;
    /* identify */
    struct awi_sigv4 signature;
    struct awi_identity identity;
    /* decode */
    void *in;
    void *out;

    /* The answer so far. */
    struct {
        const struct awi_error_type *type; /* NULL: none */
        struct awi_str message;
        const void *body;
    } error;
    int status; /* of a success; 0: the operation's */
};

/* Runs one request from its bytes to its answer. The http layer's handler. */
int awi_request_run(void *core, struct awi_http_exchange *x);
/* The exchange is over: what the request still holds is given back. */
void awi_request_done(void *core, struct awi_http_exchange *x);
