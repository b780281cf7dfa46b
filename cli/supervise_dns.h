/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name servers asked on a socket that is not connected (musl's resolver): the query is sent to a
 * relay, and the answer, which the target's socket gets from the relay's loopback port, is handed
 * to the target as coming from the server it asked.
 *
 * A target that blocks in its receive call sees the loopback port: it is expected to poll first.
 */
#pragma once

#include "cli/supervise.h"
#include "cli/supervise_message.h"
#include "cli/supervise_target.h"

struct awi_dns;

/* NULL: no memory. relays: kept, not owned. */
struct awi_dns *awi_dns_new(struct awi_relays *relays);

/* Is call->to a name server's address? */
bool awi_dns_is_server(const struct awi_call *call);

/* A message to a name server; recvfrom() or recvmsg(). 0: the call goes on; 1: answered, ret_value
 * is its result; -errno for the target. */
int awi_dns_send(struct awi_dns *dns,
                 struct awi_call *call,
                 const struct awi_message *message,
                 int64_t *ret_value);
/* A message to somebody else, which must not go with those behind it: sent alone. */
int awi_dns_pass(struct awi_dns *dns,
                 struct awi_call *call,
                 const struct awi_message *message,
                 int64_t *ret_value);
int awi_dns_receive(struct awi_dns *dns, struct awi_call *call, int64_t *ret_value);
