/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Issuing sessions, and what is asked of callers who want one.
 */
#include "services/sts/sts.h"

#include "core/identity/mfa.h"

#include <errno.h>

const struct core_SessionRecord *sts_session(const struct awi_req *req)
{
    return awi_principal(req)->session;
}

int sts_is_real_root(struct awi_req *req, bool *ret)
{
    const struct awi_principal *caller = awi_principal(req);
    struct core_AccessKeyRecord key;
    int r = 0;

    *ret = false;
    if (caller->type != AWI_PRINCIPAL_ROOT) {
        return 0;
    }
    if (!caller->temporary) {
        r = awi_access_key_get(awi_request_txn(req), awi_arena(req), caller->access_key_id, &key);
    }
    *ret = r == 0;
    return r == -ENOENT ? 0 : r;
}

int sts_issue(struct awi_req *req,
              struct core_SessionRecord *session,
              int32_t seconds,
              struct sts_Credentials **ret)
{
    struct sts_Credentials *keys = awi_arena_new(awi_arena(req), struct sts_Credentials);
    int r;

    if (!keys) {
        return -ENOMEM;
    }
    session->Issued = AWI_SOME_TIME(awi_now(req));
    /* Whole seconds, as the answer shows them. */
    session->Expires = AWI_SOME_TIME((awi_now(req) / 1000 + seconds) * 1000);
    r = awi_session_issue(awi_request_txn(req),
                          awi_arena(req),
                          awi_request_random(req),
                          session,
                          &keys->SessionToken);
    keys->AccessKeyId = session->AccessKeyId;
    keys->SecretAccessKey = session->SecretAccessKey;
    keys->Expiration = session->Expires;
    *ret = keys;
    return r;
}

/* A device of the caller's must have made the code; one that nobody created may have made any, but
 * where permissions are enforced. */
static int use_code(struct awi_req *req, struct awi_str serial, struct awi_str code)
{
    const struct awi_principal *caller = awi_principal(req);
    struct awi_str user = caller->type == AWI_PRINCIPAL_USER ? caller->name : AWI_STR_NULL;
    struct core_MfaDeviceRecord device;
    int r = awi_mfa_get(awi_request_txn(req), awi_arena(req), serial, &device);

    if (r == -ENOENT && awi_request_config(req)->iam != AWI_IAM_ENFORCE) {
        return 0;
    }
    r = r ? r : awi_mfa_use(awi_request_txn(req), awi_arena(req), serial, user, code, awi_now(req));
    if (r == -ENOENT) {
        return awi_fail(req,
                        &awi_error_AccessDenied,
                        "MultiFactorAuthentication failed, unable to validate MFA code.  Please "
                        "verify your MFA serial number is valid and associated with this user.");
    }
    return r <= 0 ? r
                  : awi_fail(req,
                             &awi_error_AccessDenied,
                             "MultiFactorAuthentication failed with invalid MFA one time pass "
                             "code.");
}

int sts_check_mfa(struct awi_req *req,
                  struct awi_str serial,
                  struct awi_str code,
                  bool *ret_present)
{
    bool has_serial = awi_str_is_set(serial), has_code = awi_str_is_set(code);

    *ret_present = has_serial && has_code;
    if (has_serial != has_code) {
        return awi_fail(req,
                        &awi_error_AccessDenied,
                        "MultiFactorAuthentication failed, must provide both MFA serial number and "
                        "one time pass code.");
    }
    return *ret_present ? use_code(req, serial, code) : 0;
}
