/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes of an accepted delegation request: the identity that accepted it is kept, and the
 * requestor's channel, an SNS topic, is sent the states and at last the token. The topic is outside
 * of the emulation: its messages lie in the outbox.
 */
#include "services/iam/iam.h"

#include "core/clock.h"
#include "core/identity/delegation.h"
#include "core/identity/outbox.h"
#include "core/identity/session.h"
#include "core/policy/json.h"
#include "core/util/buf.h"

#include <errno.h>

#define LONGEST 8192 /* of a message */

/* The caller as sessions on its behalf will act. */
static struct core_SessionRecord as_caller(const struct awi_principal *caller)
{
    const struct core_SessionRecord *session = caller->session;

    if (session) {
        struct core_SessionRecord same = *session;
        same.AccessKeyId = same.SecretAccessKey = same.TokenHash = AWI_STR_NULL;
        same.Issued = same.Expires = same.MfaTime = (struct awi_opt_time){.set = false};
        return same;
    }
    return (struct core_SessionRecord){
        .Account = caller->account,
        .Kind = caller->type == AWI_PRINCIPAL_USER ? AWI_STR(AWI_SESSION_USER)
                                                   : AWI_STR(AWI_SESSION_ROOT),
        .Arn = caller->arn,
        .UserId = caller->user_id,
        .IssuerArn = caller->issuer_arn,
        .Name = caller->name,
    };
}

int iam_delegation_grant(struct awi_req *req, const struct iam_DelegationRequest *request)
{
    struct awi_txn *txn = awi_request_txn(req);
    struct core_SessionRecord session = as_caller(awi_principal(req));
    struct core_DelegationRecord grant;
    int r = awi_delegation_get(txn, awi_arena(req), request->DelegationRequestId, &grant);

    if (r == 0 && awi_principal(req)->type == AWI_PRINCIPAL_ANONYMOUS) {
        return awi_fail(
            req, &awi_error_MissingAuthenticationToken, "Request is missing Authentication Token");
    }
    session.Delegated = request->PermissionPolicy;
    grant.Session = &session;
    return r ? r : awi_delegation_put(txn, awi_arena(req), &grant);
}

/* --- Messages --------------------------------------------------------------------------------- */

static void add_member(struct awi_buf *out, const char *name, struct awi_str value)
{
    awi_buf_printf(out, "%s\"%s\":", out->len ? "," : "{", name);
    awi_json_quote(out, awi_str_is_set(value) ? value : AWI_STR(""));
}

static void add_time(struct awi_buf *out, const char *name, int64_t ms)
{
    char text[AWI_TIME_TEXT];

    awi_clock_text(ms, text);
    add_member(out, name, awi_str_from(text));
}

/* What every message begins with. */
static void begin(struct awi_buf *out, const char *type, const struct core_DelegationRecord *grant)
{
    add_member(out, "Type", awi_str_from(type));
    add_member(out, "RequestId", grant->RequestId);
    add_member(out, "RequestorWorkflowId", grant->WorkflowId);
}

/* Ends the message and sends it; the text is dropped in any case. */
static int
send_to(struct awi_req *req, const struct core_DelegationRecord *grant, struct awi_buf *out)
{
    awi_buf_char(out, '}');
    struct awi_str body = awi_arena_str(awi_arena(req), awi_buf_view(out));
    int r = out->error ? out->error : body.ptr ? 0 : -ENOMEM;

    awi_buf_deinit(out);
    return r ? r
             : awi_outbox_send(awi_request_txn(req),
                               awi_arena(req),
                               &(struct core_MessageRecord){
                                   .Time = AWI_SOME_TIME(awi_now(req)),
                                   .Service = AWI_STR("iam"),
                                   .Account = awi_account(req),
                                   .Region = awi_region(req),
                                   .Channel = grant->Channel,
                                   .Body = body,
                               });
}

int iam_delegation_tell_state(struct awi_req *req, const struct iam_DelegationRequest *request)
{
    struct awi_buf out = AWI_BUF_INIT(LONGEST);
    struct core_DelegationRecord grant;
    int r = awi_delegation_get(
        awi_request_txn(req), awi_arena(req), request->DelegationRequestId, &grant);

    if (r) {
        return r;
    }
    begin(&out, "StateChange", &grant);
    add_member(&out, "State", request->State);
    add_member(&out, "OwnerAccountId", request->OwnerAccountId);
    add_time(&out, "UpdatedAt", request->UpdatedTime.ms);
    return send_to(req, &grant, &out);
}

int iam_delegation_release(struct awi_req *req, const struct iam_DelegationRequest *request)
{
    struct awi_buf out = AWI_BUF_INIT(LONGEST);
    struct awi_txn *txn = awi_request_txn(req);
    struct core_DelegationRecord grant;
    struct awi_str token;
    int r = awi_delegation_get(txn, awi_arena(req), request->DelegationRequestId, &grant);

    if (r) {
        return r;
    }
    grant.Until = AWI_SOME_TIME(iam_now(req).ms + INT64_C(1000) * request->SessionDuration.v);
    r = awi_delegation_put(txn, awi_arena(req), &grant);
    r = r ? r
          : awi_delegation_release(txn, awi_arena(req), awi_request_random(req), &grant, &token);
    if (r) {
        return r;
    }
    begin(&out, "ExchangeToken", &grant);
    add_member(&out, "ExchangeToken", token);
    add_member(&out, "OwnerAccountId", request->OwnerAccountId);
    add_time(&out, "ExpiresAt", grant.Until.ms);
    return send_to(req, &grant, &out);
}
