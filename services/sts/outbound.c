/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetWebIdentityToken: who the caller is, for services outside of AWS (IAM user guide:
 * id_roles_providers_outbound, "Understanding token claims").
 */
#include "services/sts/sts.h"

#include "core/identity/federation.h"
#include "core/identity/organization.h"
#include "core/identity/principal.h"
#include "core/token/issuer.h"
#include "core/token/jwk.h"
#include "core/token/jwt.h"
#include "core/util/cleanup.h"

#include <errno.h>

#define DEFAULT_SECONDS 300
#define MOST_CLAIMS     (32u * 1024)
#define OWN             "https://sts.amazonaws.com/"

struct writing {
    struct awi_req *req;
    struct awi_buf out;
};

static void add_member(struct writing *w, const char *name, struct awi_str value)
{
    if (awi_str_is_set(value)) {
        awi_buf_printf(&w->out, ",\"%s\":", name);
        awi_json_quote(&w->out, value);
    }
}

/* One audience is a string, several are a list. */
static void add_audience(struct writing *w, const struct sts_webIdentityTokenAudienceListType *list)
{
    awi_buf_strz(&w->out, list->n == 1 ? ",\"aud\":" : ",\"aud\":[");
    for (size_t i = 0; i < list->n; i++) {
        awi_buf_strz(&w->out, i ? "," : "");
        awi_json_quote(&w->out, list->items[i]);
    }
    awi_buf_strz(&w->out, list->n == 1 ? "" : "]");
}

static void add_tag(struct writing *w, size_t at, struct awi_str key, struct awi_str value)
{
    awi_buf_strz(&w->out, at ? "," : "");
    awi_json_quote(&w->out, key);
    awi_buf_char(&w->out, ':');
    awi_json_quote(&w->out, awi_str_is_set(value) ? value : AWI_STR(""));
}

static bool is_overridden(const struct core_Tags *by, struct awi_str key)
{
    for (size_t i = 0; i < by->n; i++) {
        if (awi_str_eq_nocase(by->items[i].Key, key)) {
            return true;
        }
    }
    return false;
}

/* Of the user or role, and of its session, which override. */
static int add_principal_tags(struct writing *w)
{
    const struct awi_principal *who = awi_principal(w->req);
    const struct core_SessionRecord *session = sts_session(w->req);
    struct awi_arena *arena = awi_arena(w->req);
    const struct core_Tags none = {.n = 0};
    const struct core_Tags *later = session ? &session->Tags : &none;
    struct core_Tags own = {.n = 0};
    struct core_RoleRecord role;
    struct core_UserRecord user;
    size_t n = 0;
    int r = -ENOENT;

    if (who->type == AWI_PRINCIPAL_ROLE) {
        r = awi_role_get(awi_request_txn(w->req), arena, who->account, who->name, &role);
        own = r == 0 ? role.Tags : own;
    } else if (who->type == AWI_PRINCIPAL_USER) {
        r = awi_user_get(awi_request_txn(w->req), arena, who->account, who->name, &user);
        own = r == 0 ? user.Tags : own;
    }
    if (r && r != -ENOENT) {
        return r;
    }
    awi_buf_strz(&w->out, ",\"principal_tags\":{");
    for (size_t i = 0; i < own.n; i++) {
        if (!is_overridden(later, own.items[i].Key)) {
            add_tag(w, n++, own.items[i].Key, own.items[i].Value);
        }
    }
    for (size_t i = 0; i < later->n; i++) {
        add_tag(w, n++, later->items[i].Key, later->items[i].Value);
    }
    awi_buf_char(&w->out, '}');
    return 0;
}

static int add_organization(struct writing *w)
{
    struct awi_directory dir = awi_request_directory(w->req);
    struct awi_str account = awi_principal(w->req)->account, path;
    struct core_OrganizationRecord organization;
    int r = awi_organization_of(&dir, account, &organization);

    if (r) {
        return r == -ENOENT ? 0 : r;
    }
    r = awi_organization_path_text(&dir, &organization, account, &path);
    if (r == 0) {
        add_member(w, "org_id", organization.Id);
        add_member(w, "ou_path", path);
    }
    return r;
}

static int add_own(struct writing *w, const struct sts_tagListType *tags)
{
    const struct core_SessionRecord *session = sts_session(w->req);
    int r;

    awi_buf_strz(&w->out, ",\"" OWN "\":{\"aws_account\":");
    awi_json_quote(&w->out, awi_principal(w->req)->account);
    add_member(w, "source_region", awi_region(w->req));
    r = add_organization(w);
    r = r ? r : add_principal_tags(w);
    if (session && session->FederatedProvider.len) {
        add_member(w, "federated_provider", session->FederatedProvider);
    }
    if (session && session->SourceIdentity.len) {
        add_member(w, "source_identity", session->SourceIdentity);
    }
    if (tags->n) {
        awi_buf_strz(&w->out, ",\"request_tags\":{");
        for (size_t i = 0; i < tags->n; i++) {
            add_tag(w, i, tags->items[i].Key, tags->items[i].Value);
        }
        awi_buf_char(&w->out, '}');
    }
    awi_buf_char(&w->out, '}');
    return r;
}

static int write_claims(struct awi_req *req,
                        const struct sts_GetWebIdentityTokenRequest *in,
                        struct awi_str issuer,
                        int64_t expires,
                        struct awi_str *ret)
{
    const struct awi_principal *who = awi_principal(req);
    struct writing w = {.req = req, .out = AWI_BUF_INIT(MOST_CLAIMS)};

    awi_buf_strz(&w.out, "{\"iss\":");
    awi_json_quote(&w.out, issuer);
    add_audience(&w, &in->Audience);
    add_member(&w, "sub", who->issuer_arn);
    awi_buf_printf(
        &w.out, ",\"iat\":%lld,\"exp\":%lld", (long long)(awi_now(req) / 1000), (long long)expires);
    add_member(&w, "jti", awi_uuid(req));
    int r = add_own(&w, &in->Tags);
    awi_buf_char(&w.out, '}');
    r = r ? r : awi_buf_failed(&w.out) ? w.out.error : 0;
    if (r == 0) {
        *ret = awi_arena_str(awi_arena(req), awi_buf_view(&w.out));
        r = ret->ptr ? 0 : -ENOMEM;
    }
    awi_buf_deinit(&w.out);
    return r != -EMSGSIZE ? r
                          : awi_fail(req,
                                     &sts_JWTPayloadSizeExceededException_error,
                                     "The payload of the token is too large");
}

/* Who may have a token, and until when. */
static int check(struct awi_req *req, int64_t expires, struct core_FederationRecord *ret)
{
    const struct core_SessionRecord *session = sts_session(req);
    int r;

    if (awi_principal(req)->type == AWI_PRINCIPAL_ANONYMOUS) {
        return awi_fail(
            req, &awi_error_MissingAuthenticationToken, "Request is missing Authentication Token");
    }
    r = awi_federation_get(awi_request_txn(req), awi_arena(req), awi_principal(req)->account, ret);
    if (r == -ENOENT || (r == 0 && !ret->Enabled.v)) {
        return awi_fail(req,
                        &sts_OutboundWebIdentityFederationDisabledException_error,
                        "Outbound web identity federation is not enabled for this account");
    }
    if (r == 0 && session && expires > session->Expires.ms / 1000) {
        return awi_fail(req,
                        &sts_SessionDurationEscalationException_error,
                        "The requested token duration extends beyond the session's expiration");
    }
    return r;
}

int sts_get_web_identity_token(struct awi_req *req,
                               const struct sts_GetWebIdentityTokenRequest *in,
                               struct sts_GetWebIdentityTokenResponse *out)
{
    int32_t seconds = in->DurationSeconds.set ? in->DurationSeconds.v : DEFAULT_SECONDS;
    int64_t expires = awi_now(req) / 1000 + seconds;
    bool rsa = awi_str_is(in->SigningAlgorithm, "RS256");
    AWI_AUTO(pkey) EVP_PKEY *key = NULL;
    struct core_FederationRecord federation;
    struct awi_str claims, kid;
    int r;

    if (!rsa && !awi_str_is(in->SigningAlgorithm, "ES384")) {
        return awi_fail(req,
                        &awi_error_ValidationError,
                        "1 validation error detected: Value '%.*s' at 'signingAlgorithm' failed to "
                        "satisfy constraint: Member must satisfy enum value set: [RS256, ES384]",
                        AWI_STR_FMT(in->SigningAlgorithm));
    }
    const char *alg = rsa ? "RS256" : "ES384";
    r = check(req, expires, &federation);
    r = r ? r : write_claims(req, in, federation.Issuer, expires, &claims);
    r = r ? r
          : awi_issuer_key(
                awi_request_txn(req), awi_arena(req), awi_principal(req)->account, alg, &key, &kid);
    r = r ? r : awi_jwt_sign(awi_arena(req), key, alg, kid, claims, &out->WebIdentityToken);
    out->Expiration = AWI_SOME_TIME(expires * 1000);
    return r;
}
