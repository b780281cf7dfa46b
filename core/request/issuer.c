/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/issuer.h"

#include "core/core.h"
#include "core/identity/federation.h"
#include "core/request/req.h"
#include "core/token/issuer.h"

#include <errno.h>

#define DISCOVERY "/.well-known/openid-configuration"
#define KEYS      "/.well-known/jwks.json"

static struct awi_str discovery(struct awi_req *req)
{
    struct awi_str host = req->http->request.host;

    return awi_arena_printf(req->arena,
                            "{\"issuer\":\"https://%.*s\",\"jwks_uri\":\"https://%.*s" KEYS
                            "\",\"response_types_supported\":[\"id_token\"],"
                            "\"subject_types_supported\":[\"public\"],"
                            "\"id_token_signing_alg_values_supported\":[\"RS256\",\"ES384\"]}",
                            AWI_STR_FMT(host),
                            AWI_STR_FMT(host));
}

/* -ENOENT: nobody's issuer, or nothing at this path. */
static int find(struct awi_req *req, struct awi_txn *txn, struct awi_str *ret)
{
    struct awi_str path = req->http->request.path, account;
    int r = awi_federation_account(txn, req->arena, req->http->request.host, &account);

    if (r) {
        return r;
    }
    if (awi_str_is(path, KEYS)) {
        return awi_issuer_jwks(txn, req->arena, account, ret);
    }
    *ret = discovery(req);
    return !awi_str_is(path, DISCOVERY) ? -ENOENT : ret->ptr ? 0 : -ENOMEM;
}

int awi_request_issuer(struct awi_req *req)
{
    struct awi_str why = AWI_STR_NULL, body = AWI_STR_NULL;
    struct awi_txn *txn;
    int r = awi_core_store(req->core, req->arena, &req->store, &why);

    r = r ? r : awi_txn_begin(req->store, false, &txn);
    if (r == 0) {
        r = find(req, txn, &body);
        awi_txn_abort(txn);
    }
    if (r && r != -ENOENT) {
        return r;
    }
    req->http->answer.status = r ? 404 : 200;
    req->http->answer.body =
        awi_body_memory(req->arena, r ? AWI_STR("{\"message\":\"Not Found\"}") : body);
    return req->http->answer.body ? awi_http_answer_header(req->http,
                                                           AWI_STR("Content-Type"),
                                                           AWI_STR("application/json"))
                                  : -ENOMEM;
}
