/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetCallerIdentity and GetAccessKeyInfo: who a key belongs to.
 */
#include "services/sts/sts.h"

#include "core/identity/key.h"

int sts_get_caller_identity(struct awi_req *req,
                            const struct sts_GetCallerIdentityRequest *in,
                            struct sts_GetCallerIdentityResponse *out)
{
    const struct awi_principal *caller = awi_principal(req);

    if (caller->type == AWI_PRINCIPAL_ANONYMOUS) {
        return awi_fail(
            req, &awi_error_MissingAuthenticationToken, "Request is missing Authentication Token");
    }
    out->Account = caller->account;
    out->Arn = caller->arn;
    out->UserId = caller->user_id;
    return 0;
}

int sts_get_access_key_info(struct awi_req *req,
                            const struct sts_GetAccessKeyInfoRequest *in,
                            struct sts_GetAccessKeyInfoResponse *out)
{
    char account[13];

    if (awi_key_account(in->AccessKeyId, account)) {
        return awi_fail(req,
                        &awi_error_ValidationError,
                        "The account of access key %.*s cannot be determined",
                        AWI_STR_FMT(awi_str_head(in->AccessKeyId, 128)));
    }
    out->Account = awi_arena_str(awi_arena(req), awi_str_of(account, 12));
    return 0;
}
