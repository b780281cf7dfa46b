/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Security Token Service: which operations there are. An operation that is not here answers
 * NotImplemented.
 */
#include "services/sts/sts.h"

static const struct sts_handlers handlers = {
    .AssumeRole = sts_assume_role,
    .AssumeRoleWithSAML = sts_assume_role_with_saml,
    .AssumeRoleWithWebIdentity = sts_assume_role_with_web_identity,
    .AssumeRoot = sts_assume_root,
    .DecodeAuthorizationMessage = sts_decode_authorization_message,
    .GetAccessKeyInfo = sts_get_access_key_info,
    .GetCallerIdentity = sts_get_caller_identity,
    .GetDelegatedAccessToken = sts_get_delegated_access_token,
    .GetFederationToken = sts_get_federation_token,
    .GetSessionToken = sts_get_session_token,
    .GetWebIdentityToken = sts_get_web_identity_token,
};

/* Decoding changes nothing. */
static const char *const reads[] = {"DecodeAuthorizationMessage", NULL};

/* They issue keys, which are stored. */
static const char *const writes[] = {"GetDelegatedAccessToken",
                                     "GetFederationToken",
                                     "GetSessionToken",
                                     "GetWebIdentityToken",
                                     NULL};

const struct awi_service awi_service_sts = {
    .model = &sts_model,
    .handlers = &handlers,
    .writes = writes,
    .reads = reads,
    .access = sts_access,
};
