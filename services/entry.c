/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition root: joins the core, the services and the connections into the one core of a
 * host process, and is the only symbol that leaves the library.
 */
#include "awsintercept/core_abi.h"
#include "core/control/control.h"
#include "core/core.h"
#include "core/endpoint/endpoint.h"
#include "core/net/conn.h"
#include "core/net/loop.h"
#include "core/net/tls.h"
#include "core/net/trust.h"
#include "core/request/req.h"
#include "core/request/spool.h"

#include <stdlib.h>

static struct awi_core the_core;
static struct awi_tls_server *the_tls;

static const struct awi_http_handler handler = {
    .ctx = &the_core,
    .run = awi_request_run,
    .spool = awi_request_spool,
    .done = awi_request_done,
};
