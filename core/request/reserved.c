/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/reserved.h"

#include "core/control/control.h"
#include "core/metadata/metadata.h"
#include "core/request/issuer.h"
#include "core/request/req.h"

#include <errno.h>

int awi_request_reserved(struct awi_req *req)
{
    const struct awi_http_request *http = &req->http->request;
    struct awi_control_answer answer = {0};

    if (req->endpoint.kind == AWI_ENDPOINT_ISSUER) {
        return awi_request_issuer(req);
    }
    if (req->endpoint.kind != AWI_ENDPOINT_CONTROL) {
        return awi_metadata_run(req->core, req->http, req->endpoint.kind == AWI_ENDPOINT_CONTAINER);
    }
    struct awi_str body = awi_str_of(awi_body_data(http->body), awi_body_size(http->body));
    if (!body.ptr) {
        body = AWI_STR("");
    }
    int r = awi_control_run(req->core, req->arena, http->method, http->target, body, &answer);
    if (r < 0) {
        return r;
    }
    req->http->answer.status = answer.status;
    req->http->answer.body = awi_body_memory(req->arena, answer.body);
    return req->http->answer.body ? awi_http_answer_header(req->http,
                                                           AWI_STR("Content-Type"),
                                                           AWI_STR("application/json"))
                                  : -ENOMEM;
}
