/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that users and the root user make for themselves or for others: GetSessionToken and
 * GetFederationToken (identity.md 6.18-6.20).
 */
#include "services/sts/sts.h"

#include <errno.h>

#define HOUR        3600
#define TWELVE_HOUR (12 * HOUR)

/* Long-term keys only. */
static int check_caller(struct awi_req *req, const char *operation)
{
    const struct awi_principal *caller = awi_principal(req);

    if (caller->type == AWI_PRINCIPAL_ANONYMOUS) {
        return awi_fail(
            req, &awi_error_MissingAuthenticationToken, "Request is missing Authentication Token");
    }
    if (caller->temporary ||
        (caller->type != AWI_PRINCIPAL_USER && caller->type != AWI_PRINCIPAL_ROOT)) {
        return awi_fail(
            req, &awi_error_AccessDenied, "Cannot call %s with session credentials", operation);
    }
    return 0;
}

/* The root user's sessions last an hour, whatever was asked for. */
static int32_t duration(const struct awi_req *req, struct awi_opt_i32 wanted)
{
    int32_t seconds = wanted.set ? wanted.v : TWELVE_HOUR;

    return awi_principal(req)->type == AWI_PRINCIPAL_ROOT && seconds > HOUR ? HOUR : seconds;
}

int sts_get_session_token(struct awi_req *req,
                          const struct sts_GetSessionTokenRequest *in,
                          struct sts_GetSessionTokenResponse *out)
{
    const struct awi_principal *caller = awi_principal(req);
    bool root = caller->type == AWI_PRINCIPAL_ROOT;
    struct core_SessionRecord session = {
        .Account = caller->account,
        .Kind = root ? AWI_STR(AWI_SESSION_ROOT) : AWI_STR(AWI_SESSION_USER),
        .Arn = caller->arn,
        .UserId = caller->user_id,
        .IssuerArn = caller->issuer_arn,
        .Name = caller->name,
    };
    bool mfa = false;
    int r = check_caller(req, "GetSessionToken");

    r = r ? r : sts_check_mfa(req, in->SerialNumber, in->TokenCode, &mfa);
    if (r == 0 && mfa) {
        session.MfaTime = AWI_SOME_TIME(awi_now(req));
    }
    return r ? r : sts_issue(req, &session, duration(req, in->DurationSeconds), &out->Credentials);
}

static int
name_federated(struct awi_req *req, struct awi_str name, struct core_SessionRecord *session)
{
    const struct awi_principal *caller = awi_principal(req);

    session->Account = caller->account;
    session->Kind = AWI_STR(AWI_SESSION_FEDERATED);
    session->IssuerArn = caller->arn;
    session->Name = name;
    session->Arn = awi_arena_printf(awi_arena(req),
                                    "arn:%.*s:sts::%.*s:federated-user/%.*s",
                                    AWI_STR_FMT(awi_partition(req)),
                                    AWI_STR_FMT(caller->account),
                                    AWI_STR_FMT(name));
    session->UserId = awi_arena_printf(
        awi_arena(req), "%.*s:%.*s", AWI_STR_FMT(caller->account), AWI_STR_FMT(name));
    return session->Arn.ptr && session->UserId.ptr ? 0 : -ENOMEM;
}

int sts_get_federation_token(struct awi_req *req,
                             const struct sts_GetFederationTokenRequest *in,
                             struct sts_GetFederationTokenResponse *out)
{
    static const struct sts_tagKeyListType none = {.set = false};
    struct awi_str account = awi_principal(req)->account;
    struct core_SessionRecord session = {.Kind = AWI_STR_NULL};
    int r = check_caller(req, "GetFederationToken");

    r = r ? r : sts_take_policies(req, account, in->Policy, &in->PolicyArns, &session);
    r = r ? r : sts_take_tags(req, &in->Tags, &none, &session);
    r = r ? r
          : sts_packed_size(req, in->Policy, &in->PolicyArns, &in->Tags, &out->PackedPolicySize);
    r = r ? r : name_federated(req, in->Name, &session);
    r = r ? r : sts_issue(req, &session, duration(req, in->DurationSeconds), &out->Credentials);
    if (r) {
        return r;
    }
    out->FederatedUser = awi_arena_new(awi_arena(req), struct sts_FederatedUser);
    if (!out->FederatedUser) {
        return -ENOMEM;
    }
    out->FederatedUser->Arn = session.Arn;
    out->FederatedUser->FederatedUserId = session.UserId;
    return 0;
}
