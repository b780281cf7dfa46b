/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core of its own for a test, with its state in memory, and calls into it: typed input is encoded
 * as a client would, goes through the whole pipeline, and the answer is decoded. No sockets.
 */
#pragma once

#include "core/core.h"
#include "core/net/http.h"

struct t_world {
    struct awi_core core;
    struct awi_arena arena;     /* of everything that calls return; lives until t_close() */
    int64_t now_ms;             /* when the next call is signed */
    const char *account_header; /* x-moto-account-id of the next calls; NULL: none */
};

/* Who calls: the text of an access key. token NULL: none. id NULL: unsigned. */
struct t_keys {
    const char *id;
    const char *secret;
    const char *token;
};

struct t_error {
    int status;
    struct awi_str code; /* absent: the call succeeded */
    struct awi_str message;
};

/* yaml NULL: no configuration file. Fails the test when it is no good. */
void t_open(struct t_world *world, const char *yaml);
void t_close(struct t_world *world);

/*
 * Calls service.operation ("sts", "AssumeRole"). out takes the struct of the output (cleared first;
 * NULL where there is none). Signed truly with the secret. The error is empty on success.
 */
struct t_error t_call(struct t_world *world,
                      const struct t_keys *keys,
                      const char *service,
                      const char *operation,
                      const void *in,
                      void *out);

/* A request as it is, unsigned: for endpoints that are no service. Returns the status; *ret_body.
 */
int t_http(struct t_world *world,
           const char *method,
           const char *host,
           const char *target,
           const char *header_name,
           const char *header_value,
           struct awi_str *ret_body);
