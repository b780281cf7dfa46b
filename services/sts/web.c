/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithWebIdentity (STS API; IAM user guide: id_roles_providers_oidc, condition keys
 * "Available keys for AWS OIDC federation"). The provider's keys are the configuration's; the
 * provider itself is a record of IAM's in the role's account.
 */
#include "services/sts/sts.h"

#include "core/identity/federation.h"
#include "core/identity/principal.h"
#include "core/store/record.h"
#include "core/token/issuer.h"
#include "core/token/jwt.h"

#include <errno.h>

#define HTTPS  "https://"
#define LEEWAY 300 /* seconds that a provider's clock may be ahead */

/* Issuers that every account knows: trust policies name the host. */
static const char *const well_known[] = {"accounts.google.com", "cognito-identity.amazonaws.com"};

struct reading {
    struct awi_req *req;
    const struct sts_role *role;
    struct awi_jwt jwt;
    struct awi_str issuer; /* without https:// */
    bool known_to_all;
    struct sts_federated *ret;
};

static int invalid(struct reading *in, const char *message)
{
    return awi_fail(in->req, &sts_InvalidIdentityTokenException_error, "%s", message);
}

/* --- Who issued it --------------------------------------------------------------------------- */

static int read_issuer(struct reading *in)
{
    struct awi_str said = awi_jwt_text(&in->jwt, "iss");

    if (!awi_str_is_set(said)) {
        return invalid(in, "Missing a required claim: iss");
    }
    in->issuer = awi_str_starts(said, AWI_STR(HTTPS)) ? awi_str_skip(said, strlen(HTTPS)) : said;
    if (awi_str_ends(in->issuer, AWI_STR("/"))) {
        in->issuer.len--;
    }
    for (size_t i = 0; i < sizeof(well_known) / sizeof(*well_known); i++) {
        in->known_to_all |= awi_str_is(in->issuer, well_known[i]);
    }
    return 0;
}

static int find_provider(struct reading *in, struct core_OidcProviderRecord *provider)
{
    struct awi_scope scope = awi_principal_scope(awi_request_txn(in->req), in->role->account);

    *provider = (struct core_OidcProviderRecord){.Url = in->issuer};
    if (in->known_to_all) {
        in->ret->provider = in->issuer;
        return 0;
    }
    in->ret->provider = awi_arena_printf(awi_arena(in->req),
                                         "arn:%.*s:iam::%.*s:oidc-provider/%.*s",
                                         AWI_STR_FMT(awi_partition(in->req)),
                                         AWI_STR_FMT(in->role->account),
                                         AWI_STR_FMT(in->issuer));
    int r = in->ret->provider.ptr ? awi_record_get(&scope,
                                                   AWI_OIDC_TABLE,
                                                   in->ret->provider,
                                                   awi_arena(in->req),
                                                   &core_OidcProviderRecord_shape,
                                                   provider)
                                  : -ENOMEM;
    return r != -ENOENT
               ? r
               : awi_fail(in->req,
                          &sts_InvalidIdentityTokenException_error,
                          "No OpenIDConnect provider found in your account for " HTTPS "%.*s",
                          AWI_STR_FMT(in->issuer));
}

/* --- Is it good ------------------------------------------------------------------------------ */

/* The configuration's, or those of an account here that issues tokens. */
static int find_keys(struct reading *in, struct awi_str *ret)
{
    struct awi_txn *txn = awi_request_txn(in->req);
    struct awi_arena *arena = awi_arena(in->req);
    struct awi_str account;

    *ret = awi_config_jwks(awi_request_config(in->req), in->issuer);
    if (awi_str_is_set(*ret)) {
        return 0;
    }
    int r = awi_federation_account(txn, arena, in->issuer, &account);
    r = r ? r : awi_issuer_jwks(txn, arena, account, ret);
    return r != -ENOENT ? r
                        : awi_fail(in->req,
                                   &sts_IDPCommunicationErrorException_error,
                                   "awsintercept asks no provider for keys: give those of " HTTPS
                                   "%.*s under oidc_providers in the configuration file",
                                   AWI_STR_FMT(in->issuer));
}

static int check_signature(struct reading *in)
{
    struct awi_str keys;
    int r = find_keys(in, &keys);

    if (r) {
        return r;
    }
    r = awi_jwt_verify(awi_arena(in->req), &in->jwt, keys);
    if (r == -ENOKEY || r == -EBADMSG) {
        return invalid(in,
                       "Couldn't retrieve verification key from your identity provider,  please "
                       "reference AssumeRoleWithWebIdentity documentation for requirements");
    }
    return r == 0  ? invalid(in, "The ID Token provided has a signature that is not valid")
           : r < 0 ? r
                   : 0;
}

static int check_times(struct reading *in)
{
    int64_t now = awi_now(in->req) / 1000, expires, issued, from;

    if (!awi_jwt_time(&in->jwt, "exp", &expires)) {
        return invalid(in, "Missing a required claim: exp");
    }
    if (!awi_jwt_time(&in->jwt, "iat", &issued)) {
        return invalid(in, "Missing a required claim: iat");
    }
    if (expires <= now) {
        return awi_fail(in->req,
                        &sts_ExpiredTokenException_error,
                        "Token expired: current date/time %lld must be before the expiration "
                        "date/time %lld",
                        (long long)now,
                        (long long)expires);
    }
    if (issued > now + LEEWAY || (awi_jwt_time(&in->jwt, "nbf", &from) && from > now + LEEWAY)) {
        return awi_fail(in->req,
                        &sts_IDPRejectedClaimException_error,
                        "The token is not valid yet: current date/time %lld",
                        (long long)now);
    }
    return 0;
}

static bool is_client(const struct core_OidcProviderRecord *provider, struct awi_str audience)
{
    for (size_t i = 0; i < provider->ClientIds.n; i++) {
        if (awi_str_eq(provider->ClientIds.items[i], audience)) {
            return true;
        }
    }
    return false;
}

/* One of the token's audiences must be a client of the provider; who trusts a provider that all
 * know names the audience in the policy. */
static int check_audience(struct reading *in, const struct core_OidcProviderRecord *provider)
{
    const struct awi_json *aud = awi_json_get(in->jwt.claims, "aud");
    const struct awi_json *at = aud && aud->type == AWI_JSON_ARRAY ? aud->first : aud;

    if (!at || at->type != AWI_JSON_STRING) {
        return invalid(in, "Missing a required claim: aud");
    }
    for (; at; at = at == aud ? NULL : at->next) {
        if (at->type == AWI_JSON_STRING && (in->known_to_all || is_client(provider, at->text))) {
            in->ret->audience = at->text;
            return 0;
        }
    }
    return invalid(in, "Incorrect token audience");
}

/* --- All of it ------------------------------------------------------------------------------ */

int sts_web_identity(struct awi_req *req,
                     const struct sts_role *role,
                     const struct sts_AssumeRoleWithWebIdentityRequest *in,
                     struct sts_federated *ret)
{
    struct reading reading = {.req = req, .role = role, .ret = ret};
    struct core_OidcProviderRecord provider;

    *ret = (struct sts_federated){.provider = AWI_STR_NULL};
    if (awi_str_is_set(in->ProviderId)) {
        return awi_fail(req,
                        &sts_IDPCommunicationErrorException_error,
                        "awsintercept asks no provider about access tokens: %.*s",
                        AWI_STR_FMT(in->ProviderId));
    }
    int r = awi_jwt_read(awi_arena(req), in->WebIdentityToken, &reading.jwt);
    if (r == -EBADMSG) {
        return invalid(&reading,
                       "The ID Token provided is not a valid JWT. (You may see this error if you "
                       "sent an Access Token)");
    }
    r = r ? r : read_issuer(&reading);
    r = r ? r : find_provider(&reading, &provider);
    r = r ? r : check_signature(&reading);
    r = r ? r : check_times(&reading);
    r = r ? r : check_audience(&reading, &provider);
    ret->subject = awi_jwt_text(&reading.jwt, "sub");
    if (r == 0 && !awi_str_is_set(ret->subject)) {
        r = invalid(&reading, "Missing a required claim: sub");
    }
    return r ? r : sts_claims(req, &reading.jwt, reading.issuer, ret);
}

/* --- The operation --------------------------------------------------------------------------- */

int sts_assume_role_with_web_identity(struct awi_req *req,
                                      const struct sts_AssumeRoleWithWebIdentityRequest *in,
                                      struct sts_AssumeRoleWithWebIdentityResponse *out)
{
    struct sts_federated who;
    struct sts_opened opened = {.keys = NULL};
    struct sts_role role;
    bool refused;
    int r = sts_role_find(req, in->RoleArn, &role, &refused);

    r = r ? r : sts_web_identity(req, &role, in, &who);
    if (r || refused) {
        return r ? r
                 : awi_fail(req,
                            &awi_error_AccessDenied,
                            "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    }
    struct core_SessionRecord session = {.FederatedProvider = who.provider, .Claims = who.kept};
    const struct sts_wish wish = {
        .role = &role,
        .session_name = in->RoleSessionName,
        .seconds = in->DurationSeconds,
        .policy = in->Policy,
        .policy_arns = &in->PolicyArns,
        .tags = &who.tags,
        .transitive = &who.transitive,
        .source_identity = who.source_identity,
    };
    r = sts_session_open(req, &wish, &session, &opened);
    out->Credentials = opened.keys;
    out->AssumedRoleUser = opened.who;
    out->PackedPolicySize = opened.packed_size;
    out->SubjectFromWebIdentityToken = who.subject;
    out->Audience = who.audience;
    out->Provider = who.provider;
    out->SourceIdentity = session.SourceIdentity;
    return r;
}
