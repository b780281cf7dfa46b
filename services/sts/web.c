/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithWebIdentity (STS API; IAM user guide: id_roles_providers_oidc, condition keys
 * "Available keys for AWS OIDC federation"). The provider's keys are the configuration's; the
 * provider itself is a record of IAM's in the role's account.
 */
#include "services/sts/sts.h"

#include "core/identity/principal.h"
#include "core/store/record.h"
#include "core/token/jwt.h"

#include <errno.h>

#define HTTPS     "https://"
#define LEEWAY    300 /* seconds that a provider's clock may be ahead */
#define MOST_TAGS 50
#define MOST_KEYS 24
#define MOST_AMR  16
#define TAGS      "https://aws.amazon.com/tags"
#define SOURCE    "https://aws.amazon.com/source_identity"

/* Issuers that every account knows: trust policies name the host. */
static const char *const well_known[] = {"accounts.google.com", "cognito-identity.amazonaws.com"};

/* Claims besides aud, sub and amr that are condition keys of the call: of any issuer, or of one. */
static const struct {
    const char *issuer;
    const char *claim;
} claim_keys[] = {
    {NULL, "azp"},
    {NULL, "email"},
    {"token.actions.githubusercontent.com", "actor"},
    {"token.actions.githubusercontent.com", "actor_id"},
    {"token.actions.githubusercontent.com", "enterprise_id"},
    {"token.actions.githubusercontent.com", "environment"},
    {"token.actions.githubusercontent.com", "job_workflow_ref"},
    {"token.actions.githubusercontent.com", "ref"},
    {"token.actions.githubusercontent.com", "repository"},
    {"token.actions.githubusercontent.com", "repository_id"},
    {"token.actions.githubusercontent.com", "workflow"},
};

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

static int find_keys(struct reading *in, struct awi_str *ret)
{
    *ret = awi_config_jwks(awi_request_config(in->req), in->issuer);
    return awi_str_is_set(*ret)
               ? 0
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

/* --- What it says ---------------------------------------------------------------------------- */

/* Adds a condition key "ISSUER:NAME"; kept: for the session too. */
static int
add_key(struct reading *in, const char *name, const struct awi_str *values, size_t n, bool kept)
{
    struct sts_federated *ret = in->ret;
    struct awi_str key =
        awi_arena_printf(awi_arena(in->req), "%.*s:%s", AWI_STR_FMT(in->issuer), name);

    if (!key.ptr) {
        return -ENOMEM;
    }
    ret->keys[ret->n_keys++] = (struct awi_context_entry){
        .key = key, .values = values, .n = n, .multivalued = n > 1 || strcmp(name, "amr") == 0};
    for (size_t i = 0; kept && i < n; i++) {
        ret->kept.items[ret->kept.n++] = (struct core_Tag){.Key = key, .Value = values[i]};
    }
    ret->kept.set = ret->kept.n > 0;
    return 0;
}

static int add_amr(struct reading *in)
{
    const struct awi_json *amr = awi_json_get(in->jwt.claims, "amr");
    struct awi_str *values = awi_arena_array(awi_arena(in->req), struct awi_str, MOST_AMR);
    size_t n = 0;

    for (const struct awi_json *at = amr ? amr->first : NULL; values && at && n < MOST_AMR;
         at = at->next) {
        values[n++] = at->text;
    }
    return !values ? -ENOMEM : n ? add_key(in, "amr", values, n, true) : 0;
}

static int add_claim(struct reading *in, const char *name)
{
    struct awi_str *value = awi_arena_new(awi_arena(in->req), struct awi_str);

    if (!value) {
        return -ENOMEM;
    }
    *value = awi_jwt_text(&in->jwt, name);
    return awi_str_is_set(*value) ? add_key(in, name, value, 1, false) : 0;
}

/* Of a token of Google's that was made for another client in between, that client is the audience
 * (user guide, "Google"). */
static int add_audience(struct reading *in)
{
    struct awi_str azp = awi_jwt_text(&in->jwt, "azp");
    bool google = awi_str_is(in->issuer, "accounts.google.com") && awi_str_is_set(azp);
    struct awi_str *values = awi_arena_array(awi_arena(in->req), struct awi_str, 2);

    if (!values) {
        return -ENOMEM;
    }
    values[0] = google ? azp : in->ret->audience;
    values[1] = in->ret->audience;
    int r = add_key(in, "aud", &values[0], 1, true);
    return r || !google ? r : add_key(in, "oaud", &values[1], 1, false);
}

static int add_keys(struct reading *in)
{
    struct awi_arena *arena = awi_arena(in->req);
    struct sts_federated *ret = in->ret;

    ret->keys = awi_arena_array(arena, struct awi_context_entry, MOST_KEYS);
    ret->kept.items = awi_arena_array(arena, struct core_Tag, MOST_KEYS + MOST_AMR);
    if (!ret->keys || !ret->kept.items) {
        return -ENOMEM;
    }
    int r = add_audience(in);
    r = r ? r : add_key(in, "sub", &ret->subject, 1, true);
    r = r ? r : add_amr(in);
    for (size_t i = 0; r == 0 && i < sizeof(claim_keys) / sizeof(*claim_keys); i++) {
        if (!claim_keys[i].issuer || awi_str_is(in->issuer, claim_keys[i].issuer)) {
            r = add_claim(in, claim_keys[i].claim);
        }
    }
    return r;
}

/* A string, or a list of one string. */
static struct awi_str single(const struct awi_json *value)
{
    const struct awi_json *at =
        value->type == AWI_JSON_ARRAY && value->n == 1 ? value->first : value;

    return at->type == AWI_JSON_STRING ? at->text : AWI_STR_NULL;
}

/* {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]} */
static int read_tags(struct reading *in)
{
    const struct awi_json *claim = awi_json_get(in->jwt.claims, TAGS);
    const struct awi_json *tags = claim ? awi_json_get(claim, "principal_tags") : NULL;
    const struct awi_json *keys = claim ? awi_json_get(claim, "transitive_tag_keys") : NULL;
    struct awi_arena *arena = awi_arena(in->req);
    struct sts_federated *ret = in->ret;

    if ((tags && tags->n > MOST_TAGS) || (keys && keys->n > MOST_TAGS)) {
        return invalid(in, "The session tags of the token are more than 50");
    }
    ret->tags.items = awi_arena_array(arena, struct sts_Tag, tags ? tags->n : 0);
    ret->transitive.items = awi_arena_array(arena, struct awi_str, keys ? keys->n : 0);
    if (!ret->tags.items || !ret->transitive.items) {
        return -ENOMEM;
    }
    for (const struct awi_json *at = tags ? tags->first : NULL; at; at = at->next) {
        struct awi_str value = single(at);
        if (tags->type != AWI_JSON_OBJECT || !awi_str_is_set(value) || at->name.len == 0 ||
            at->name.len > 128 || value.len > 256) {
            return invalid(in, "The session tags of the token are not valid");
        }
        ret->tags.items[ret->tags.n++] = (struct sts_Tag){.Key = at->name, .Value = value};
    }
    for (const struct awi_json *at = keys ? keys->first : NULL; at; at = at->next) {
        ret->transitive.items[ret->transitive.n++] = at->text;
    }
    ret->source_identity = awi_jwt_text(&in->jwt, SOURCE);
    return 0;
}

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
    r = r ? r : add_keys(&reading);
    return r ? r : read_tags(&reading);
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
