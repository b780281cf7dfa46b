/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a request, top to bottom. Each step fills its own fields of the request; on r != 0
 * the rest is skipped and the answer is an error. No step calls an earlier one.
 */
#include "core/core.h"
#include "core/request/answer.h"
#include "core/request/authorize.h"
#include "core/request/record.h"
#include "core/request/req.h"
#include "core/util/cleanup.h"

#include <errno.h>

/* A handler that meets a store which had to grow is run again, on a fresh transaction. */
#define MOST_TRIES 3

static int begin(struct awi_req *req)
{
    const struct awi_config *config = awi_core_config(req->core);

    req->id = awi_uuid(req);
    if (!config || !awi_str_is_set(req->id)) {
        return -ENOMEM;
    }
    req->now = awi_clock_now(&config->clock, 0);
    return 0;
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

static int locate(struct awi_req *req)
{
    const struct awi_config *config = awi_core_config(req->core);
    int r = awi_endpoint_locate(&req->http->request, config, req->arena, &req->endpoint);

    if (r < 0) {
        return r;
    }
    if (req->endpoint.model) {
        req->service = find_service(req->core, req->endpoint.model->id);
        req->model = req->service ? req->service->model : req->endpoint.model;
    }
    return 0;
}

static int route(struct awi_req *req)
{
    struct awi_wire_call call;
    int r = awi_wire_route(req->arena, req->model, &req->wire, &call);

    if (r < 0) {
        return r;
    }
    req->protocol = call.protocol;
    req->operation = call.operation;
    req->operation_name = call.name;
    return 0;
}
