/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetDelegatedAccessToken: who asked for a delegation request trades the token that was sent to it
 * for credentials of the identity that accepted the request, within the request's permissions (STS
 * API; IAM user guide: temporary-delegation-building-integration).
 */
#include "services/sts/sts.h"

#include "core/identity/delegation.h"

#include <errno.h>

/* Only the account that made the request may have its credentials. */
static int check_caller(struct awi_req *req, struct awi_str requestor)
{
    const struct awi_principal *caller = awi_principal(req);

    return awi_str_eq(caller->account, requestor)
               ? 0
               : awi_fail(req,
                          &awi_error_AccessDenied,
                          "User: %.*s is not authorized to perform: sts:GetDelegatedAccessToken",
                          AWI_STR_FMT(caller->arn));
}

/* The account that delegates may be closed meanwhile. */
static int check_account(struct awi_req *req, struct awi_str account)
{
    struct awi_directory dir = awi_request_directory(req);
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;
    int r = awi_account_state(&dir, account, &state);

    return r || state == AWI_ACCOUNT_ACTIVE ? r
                                            : awi_fail(req,
                                                       &awi_error_AccessDenied,
                                                       "Account %.*s is not active.",
                                                       AWI_STR_FMT(account));
}

static int redeem(struct awi_req *req, struct awi_str token, struct core_DelegationRecord *ret)
{
    int r = awi_delegation_of_token(awi_request_txn(req), awi_arena(req), token, ret);

    if (r == -ENOENT) {
        return awi_fail(req,
                        &awi_error_ValidationError,
                        "The trade-in token included in the request is invalid.");
    }
    r = r ? r : check_caller(req, ret->Requestor);
    if (r == 0 && ret->Until.ms / 1000 <= awi_now(req) / 1000) {
        return awi_fail(req,
                        &sts_ExpiredTradeInTokenException_error,
                        "The trade-in token included in the request has expired.");
    }
    return r ? r : check_account(req, ret->Session->Account);
}

int sts_get_delegated_access_token(struct awi_req *req,
                                   const struct sts_GetDelegatedAccessTokenRequest *in,
                                   struct sts_GetDelegatedAccessTokenResponse *out)
{
    struct core_DelegationRecord grant;

    if (awi_principal(req)->type == AWI_PRINCIPAL_ANONYMOUS) {
        return awi_fail(
            req, &awi_error_MissingAuthenticationToken, "Request is missing Authentication Token");
    }
    int r = redeem(req, in->TradeInToken, &grant);
    r = r ? r : sts_packed_delegation(req, grant.Session, &out->PackedPolicySize);
    out->AssumedPrincipal = r ? AWI_STR_NULL : grant.Session->Arn;
    return r ? r
             : sts_issue(req,
                         grant.Session,
                         (int32_t)(grant.Until.ms / 1000 - awi_now(req) / 1000),
                         &out->Credentials);
}
