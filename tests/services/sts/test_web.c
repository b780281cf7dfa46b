/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithWebIdentity: tokens, providers, trust policies and what the session carries, where
 * permissions are enforced.
 */
#include "core/token/jwk.h"
#include "core/token/jwt.h"
#include "tests/core/request/fixture.h"

#include <openssl/ec.h>

#define ISSUER   "id.example.com/tenant"
#define PROVIDER "arn:aws:iam::" DEV ":oidc-provider/" ISSUER
#define ROLE     "arn:aws:iam::" DEV ":role/worker"
#define WEB_TRUST(condition)                                                                       \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"             \
    "\"Federated\":\"" PROVIDER                                                                    \
    "\"},\"Action\":[\"sts:AssumeRoleWithWebIdentity\",\"sts:TagSession\"]" condition "}]}"

static EVP_PKEY *key;

static int setup_web(void **state)
{
    static char yaml[2048];
    struct awi_arena arena;
    struct awi_str jwk;

    awi_arena_init(&arena, 1u << 20);
    key = EVP_EC_gen("P-256");
    assert_non_null(key);
    assert_int_equal(awi_jwk_write(&arena, key, "ES256", AWI_STR("k1"), &jwk), 0);
    snprintf(yaml,
             sizeof(yaml),
             "iam: enforce\naccounts:\n- id: \"" DEV "\"\n- id: \"" OTHER "\"\n"
             "oidc_providers:\n- issuer: https://" ISSUER "\n  jwks: '{\"keys\":[%.*s]}'\n"
             "- issuer: https://accounts.google.com\n  jwks: '{\"keys\":[%.*s]}'\n",
             AWI_STR_FMT(jwk),
             AWI_STR_FMT(jwk));
    awi_arena_deinit(&arena);
    t_open(&world, yaml);
    return 0;
}

static int teardown_web(void **state)
{
    EVP_PKEY_free(key);
    return teardown(state);
}

static void provider(const struct t_keys *root, const char *client)
{
    struct awi_str id = awi_str_from(client);
    struct iam_CreateOpenIDConnectProviderRequest in = {
        .Url = AWI_STR("https://" ISSUER), .ClientIDList = {.items = &id, .n = 1, .set = true}};
    struct iam_CreateOpenIDConnectProviderResponse out;

    ok(root, "iam", "CreateOpenIDConnectProvider", &in, &out);
    assert_true(awi_str_ends(out.OpenIDConnectProviderArn, AWI_STR("oidc-provider/" ISSUER)));
}

/* A token of these claims and, by the world's clock, iat and exp. */
static struct awi_str token(const char *claims, int iat, int exp)
{
    long long now = world.now_ms / 1000;
    struct awi_str text = awi_arena_printf(
        &world.arena, "{%s,\"iat\":%lld,\"exp\":%lld}", claims, now + iat, now + exp);
    struct awi_str ret;

    assert_int_equal(awi_jwt_sign(&world.arena, key, "ES256", AWI_STR("k1"), text, &ret), 0);
    return ret;
}

#define GOOD "\"iss\":\"https://" ISSUER "\",\"aud\":\"app\",\"sub\":\"dev-1\""

static struct t_error ask(struct awi_str given, struct sts_AssumeRoleWithWebIdentityResponse *out)
{
    static const struct t_keys nobody = {.id = NULL};
    struct sts_AssumeRoleWithWebIdentityRequest in = {
        .RoleArn = AWI_STR(ROLE), .RoleSessionName = AWI_STR("web"), .WebIdentityToken = given};

    return t_call(&world, &nobody, "sts", "AssumeRoleWithWebIdentity", &in, out);
}

static void refuse(struct awi_str given, const char *code, const char *message)
{
    struct sts_AssumeRoleWithWebIdentityResponse out;

    expect(ask(given, &out), code, message);
}

static void test_session(void **state)
{
    struct sts_AssumeRoleWithWebIdentityResponse out;
    struct sts_GetCallerIdentityRequest in = {0};
    struct sts_GetCallerIdentityResponse who;

    provider(&dev, "app");
    role(&dev, WEB_TRUST(""), ALLOW("dynamodb:ListTables", "*"));
    allowed(ask(token(GOOD, 0, 60), &out));
    assert_string_equal(out.Provider.ptr, PROVIDER);
    assert_string_equal(out.Audience.ptr, "app");
    assert_string_equal(out.SubjectFromWebIdentityToken.ptr, "dev-1");
    assert_string_equal(out.AssumedRoleUser->Arn.ptr,
                        "arn:aws:sts::" DEV ":assumed-role/worker/web");
    struct t_keys session = keys_of(out.Credentials);
    allowed(t_call(&world, &session, "sts", "GetCallerIdentity", &in, &who));
    assert_string_equal(who.Arn.ptr, "arn:aws:sts::" DEV ":assumed-role/worker/web");
    allowed(tables(&session));
}

static void test_tokens(void **state)
{
    struct awi_str good = token(GOOD, 0, 60);
    char *forged = awi_arena_strz(&world.arena, good);

    role(&dev, WEB_TRUST(""), ALLOW("*", "*"));
    refuse(good,
           "InvalidIdentityToken",
           "No OpenIDConnect provider found in your account for https://" ISSUER);
    provider(&other, "app"); /* of another account: none of the role's */
    refuse(good, "InvalidIdentityToken", NULL);
    provider(&dev, "app");
    forged[good.len - 20] = forged[good.len - 20] == 'A' ? 'B' : 'A';
    refuse(awi_str_from(forged), "InvalidIdentityToken", NULL);
    refuse(
        AWI_STR("opaque-access-token"),
        "InvalidIdentityToken",
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access "
        "Token)");
    refuse(token(GOOD, -120, -1), "ExpiredTokenException", NULL);
    refuse(token(GOOD, 900, 1800), "IDPRejectedClaim", NULL);
    refuse(token("\"iss\":\"https://" ISSUER "\",\"aud\":\"else\",\"sub\":\"dev-1\"", 0, 60),
           "InvalidIdentityToken",
           "Incorrect token audience");
    refuse(token("\"iss\":\"https://" ISSUER "\",\"aud\":\"app\"", 0, 60),
           "InvalidIdentityToken",
           "Missing a required claim: sub");
    refuse(token("\"aud\":\"app\",\"sub\":\"dev-1\"", 0, 60),
           "InvalidIdentityToken",
           "Missing a required claim: iss");
}

/* A provider of which the configuration has no keys. */
static void test_no_keys(void **state)
{
    struct iam_CreateOpenIDConnectProviderRequest in = {.Url = AWI_STR("https://far.example")};
    struct iam_CreateOpenIDConnectProviderResponse out;

    role(&dev, WEB_TRUST(""), ALLOW("*", "*"));
    ok(&dev, "iam", "CreateOpenIDConnectProvider", &in, &out);
    refuse(token("\"iss\":\"https://far.example\",\"aud\":\"app\",\"sub\":\"x\"", 0, 60),
           "IDPCommunicationError",
           "awsintercept asks no provider for keys: give those of https://far.example under "
           "oidc_providers in the configuration file");
}

static void test_trust(void **state)
{
    struct sts_AssumeRoleWithWebIdentityResponse out;

    provider(&dev, "app");
    role(&dev,
         WEB_TRUST(",\"Condition\":{\"StringEquals\":{\"" ISSUER ":aud\":\"app\"},\"StringLike\":{"
                   "\"" ISSUER ":sub\":\"dev-*\"},\"ForAnyValue:StringEquals\":{\"" ISSUER
                   ":amr\":\"mfa\"}}"),
         ALLOW("*", "*"));
    refuse(token(GOOD, 0, 60),
           "AccessDenied",
           "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    allowed(ask(token(GOOD ",\"amr\":[\"pwd\",\"mfa\"]", 0, 60), &out));
    refuse(token("\"iss\":\"https://" ISSUER "\",\"aud\":[\"x\",\"app\"],\"sub\":\"ops-1\","
                 "\"amr\":[\"mfa\"]",
                 0,
                 60),
           "AccessDenied",
           NULL);
}

#define TAGGED                                                                                     \
    GOOD ",\"https://aws.amazon.com/tags\":{\"principal_tags\":{\"team\":[\"blue\"]},"             \
         "\"transitive_tag_keys\":[\"team\"]}"

/* What the token says of the caller can be asked for by the session's policies. */
static void test_later_keys(void **state)
{
    struct sts_AssumeRoleWithWebIdentityResponse out;

    provider(&dev, "app");
    role(&dev,
         WEB_TRUST(""),
         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
         "\"dynamodb:ListTables\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"" ISSUER
         ":sub\":\"dev-1\",\"aws:FederatedProvider\":\"" PROVIDER
         "\",\"aws:PrincipalTag/team\":\"blue\"}}}]}");
    allowed(ask(token(TAGGED, 0, 60), &out));
    struct t_keys session = keys_of(out.Credentials);
    allowed(tables(&session));
    allowed(ask(token(GOOD, 0, 60), &out));
    session = keys_of(out.Credentials);
    expect(tables(&session), "AccessDeniedException", NULL);
}

/* Tags need sts:TagSession of the trust policy. */
static void test_tag_session(void **state)
{
    provider(&dev, "app");
    role(&dev,
         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
         "\"Federated\":\"" PROVIDER "\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\"}]}",
         ALLOW("*", "*"));
    refuse(token(TAGGED, 0, 60), "AccessDenied", "Not authorized to perform sts:TagSession");
}

static void test_google(void **state)
{
    struct sts_AssumeRoleWithWebIdentityResponse out;

    role(&dev,
         "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
         "\"Federated\":\"accounts.google.com\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\","
         "\"Condition\":{\"StringEquals\":{\"accounts.google.com:aud\":\"phone\","
         "\"accounts.google.com:oaud\":\"web\"}}}]}",
         ALLOW("*", "*"));
    allowed(ask(token("\"iss\":\"https://accounts.google.com\",\"aud\":\"web\",\"azp\":\"phone\","
                      "\"sub\":\"1\"",
                      0,
                      60),
                &out));
    assert_string_equal(out.Provider.ptr, "accounts.google.com");
    refuse(token("\"iss\":\"https://accounts.google.com\",\"aud\":\"web\",\"sub\":\"1\"", 0, 60),
           "AccessDenied",
           NULL);
}

int main(void)
{
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_web, teardown_web)
    const struct CMUnitTest tests[] = {
        TEST(test_session),
        TEST(test_tokens),
        TEST(test_no_keys),
        TEST(test_trust),
        TEST(test_later_keys),
        TEST(test_tag_session),
        TEST(test_google),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
