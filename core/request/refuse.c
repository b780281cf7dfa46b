/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/refuse.h"

#include "core/core.h"
#include "core/identity/session.h"
#include "core/request/denied.h"
#include "core/request/req.h"

#include "gen/core.h"
#include "gen/log.h"

#include <errno.h>

/* Notes a refusal that no policy made. 0 or -ENOMEM. */
static int
note(struct awi_req *req, const char *decision, const char *layer, struct awi_str message)
{
    req->access = awi_arena_new(req->arena, struct log_Access);
    if (!req->access || !awi_str_is_set(message)) {
        return -ENOMEM;
    }
    req->n_access = 1;
    req->access[0] = (struct log_Access){
        .Action = awi_arena_printf(req->arena,
                                   "%.*s:%.*s",
                                   AWI_STR_FMT(req->model->signing_name),
                                   AWI_STR_FMT(req->operation->name)),
        .Resource = AWI_STR("*"),
        .Owner = req->identity.account,
        .Decision = awi_str_from(decision),
        .Layer = awi_str_from(layer),
        .Message = message,
    };
    return 0;
}

/* The same, and makes it where permissions are enforced. */
static int refuse_all(struct awi_req *req,
                      const char *decision,
                      const char *layer,
                      const struct awi_error_type *type,
                      struct awi_str message)
{
    int r = note(req, decision, layer, message);

    return r || awi_config_iam(req->config, req->identity.account) != AWI_IAM_ENFORCE
               ? r
               : awi_fail(req, type, "%.*s", AWI_STR_FMT(message));
}

int awi_refuse_caller(struct awi_req *req,
                      enum awi_refusal refusal,
                      struct awi_str message,
                      struct awi_str why)
{
    struct awi_str usual;
    const struct awi_error_type *type = awi_refusal_error(
        refusal, req->protocol, req->model->signing_name, req->signature.presigned, &usual);

    message = awi_str_is_set(message) ? message : usual;
    req->error.why = why;
    int r = note(req, "unauthenticated", "credentials", awi_str_is_set(why) ? why : message);
    if (r || !type->shape) {
        return r ? r : awi_fail(req, type, "%.*s", AWI_STR_FMT(message));
    }
    const void *body = awi_refuse_s3(req, refusal);
    return body ? awi_fail_with(req, type, body, "%.*s", AWI_STR_FMT(message)) : -ENOMEM;
}

/*
 * What temporary credentials may not do by their kind, whatever the policies say (identity.md 6.18,
 * 6.19; STS API, GetSessionToken and GetFederationToken). Those that the operations of STS refuse
 * with words of their own are left to them. NULL: nothing.
 */
static const struct awi_error_type *limit_of(const struct awi_req *req, const char **ret_message)
{
    const struct awi_principal *who = &req->identity.principal;
    const struct core_SessionRecord *session = who->session;
    bool iam = awi_str_is(req->model->signing_name, "iam");
    bool sts = awi_str_is(req->model->signing_name, "sts");
    struct awi_str name = req->operation->name;
    bool federated = who->type == AWI_PRINCIPAL_FEDERATED;

    *ret_message = NULL;
    if (!session || who->type == AWI_PRINCIPAL_ROLE || awi_str_is_set(session->Delegated) ||
        !(iam || sts)) {
        return NULL;
    }
    bool task = awi_str_is(session->Kind, AWI_SESSION_TASK);
    if (iam && !task && (federated || !session->MfaTime.set)) {
        *ret_message = "The security token included in the request is invalid.";
        return &awi_error_InvalidClientTokenId;
    }
    if (sts && !awi_str_is(name, "GetCallerIdentity") && !awi_str_is(name, "GetFederationToken") &&
        !awi_str_is(name, "GetSessionToken") &&
        (federated || task || !awi_str_is(name, "AssumeRole"))) {
        return &awi_error_AccessDenied;
    }
    return NULL;
}

int awi_refuse_kind(struct awi_req *req)
{
    const char *message;
    const struct awi_error_type *type = limit_of(req, &message);

    if (!type) {
        return AWI_UNREFUSED;
    }
    struct awi_str text =
        message ? awi_str_from(message)
                : awi_arena_printf(req->arena,
                                   "User: %.*s is not authorized to perform: sts:%.*s",
                                   AWI_STR_FMT(req->identity.principal.arn),
                                   AWI_STR_FMT(req->operation->name));
    return refuse_all(req, "implicitDeny", "credentials", type, text);
}

int awi_refuse_unmapped(struct awi_req *req)
{
    return refuse_all(req,
                      "unmapped",
                      "none",
                      &awi_request_denied(req->protocol, req->model->signing_name)->error,
                      awi_arena_printf(req->arena,
                                       "awsintercept does not know which permissions %.*s of "
                                       "%.*s needs",
                                       AWI_STR_FMT(req->operation->name),
                                       AWI_STR_FMT(req->model->service_id)));
}
