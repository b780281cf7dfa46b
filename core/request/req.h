/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request on its way through the pipeline (run.c). Each step fills its own fields and reads those
 * of earlier steps; services see it only through core/service.h.
 */
#pragma once

#include "core/auth/sigv4.h"
#include "core/auth/verify.h"
#include "core/endpoint/endpoint.h"
#include "core/identity/identity.h"
#include "core/identity/moved.h"
#include "core/net/http.h"
#include "core/service.h"
#include "core/wire/wire.h"

struct awi_core;
struct log_Access;

struct awi_req {
    struct awi_core *core;
    struct awi_http_exchange *http;
    struct awi_arena *arena;
    const struct awi_config *config;
    int64_t now;            /* milliseconds since the epoch, the emulation's clock */
    struct awi_moved moved; /* how it got there */
    int64_t started_ns;     /* CLOCK_MONOTONIC, for the call log */
    struct awi_str id;

    /* locate */
    struct awi_endpoint endpoint;
    const struct awi_model *model;     /* of the service that was called, emulated or not */
    const struct awi_service *service; /* NULL: not emulated */

    /* route */
    struct awi_wire_request wire;
    enum awi_protocol protocol;
    const struct awi_operation *operation; /* NULL: unknown */
    struct awi_str operation_name;         /* also of an unknown one, where the request names it */

    /* open */
    struct awi_store *store;
    struct awi_txn *txn;

    /* identify */
    struct awi_sigv4 signature;
    struct awi_verify_facts facts; /* of a signature that was refused */
    struct awi_identity identity;
    bool authenticated; /* the caller is who it says, as far as the mode asks for proof */

    /* authorize: what was asked and decided, for the call log */
    struct log_Access *access;
    size_t n_access;
    struct awi_access_refused *refused; /* parts of the request */

    /* decode, handle */
    void *in;
    void *out;

    /* The outcome so far. */
    struct {
        const struct awi_error_type *type; /* NULL: none */
        struct awi_str message;
        const void *body;
        struct awi_str why; /* for the log alone */
    } error;
    int status; /* of a success; 0: the operation's */
};

/* Runs one request from its bytes to its answer: the handler of the http layer. */
int awi_request_run(void *core, struct awi_http_exchange *x);
