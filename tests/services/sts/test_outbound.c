/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetWebIdentityToken: what the token says, who gets one, and that another account which trusts its
 * issuer takes it; where permissions are enforced.
 */
#include "core/identity/moved.h"
#include "core/token/jwt.h"
#include "tests/core/request/fixture.h"

#define ALL     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
#define ANY     ",\"Resource\":\"*\"}]}"
#define GET     "\"sts:GetWebIdentityToken\""
#define GET_TAG "[\"sts:GetWebIdentityToken\",\"sts:TagGetWebIdentityToken\"]"

static struct awi_str enable(const struct t_keys *root)
{
    struct iam_EnableOutboundWebIdentityFederationResponse out;

    ok(root, "iam", "EnableOutboundWebIdentityFederation", NULL, &out);
    return out.IssuerIdentifier;
}

static struct t_error ask_for(const struct t_keys *keys,
                              const char *alg,
                              const char *audience,
                              int32_t seconds,
                              const struct sts_Tag *tag,
                              struct awi_str *ret)
{
    struct awi_str name = awi_str_from(audience);
    struct sts_Tag copy = tag ? *tag : (struct sts_Tag){.Key = AWI_STR_NULL};
    struct sts_GetWebIdentityTokenRequest in = {
        .Audience = {.items = &name, .n = 1, .set = true},
        .SigningAlgorithm = awi_str_from(alg),
        .DurationSeconds = {.set = seconds > 0, .v = seconds},
        .Tags = {.items = &copy, .n = tag != NULL, .set = tag != NULL}};
    struct sts_GetWebIdentityTokenResponse out;
    struct t_error error = t_call(&world, keys, "sts", "GetWebIdentityToken", &in, &out);

    *ret = out.WebIdentityToken;
    return error;
}

static void test_claims(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALL GET_TAG ANY);
    const struct sts_Tag tag = {.Key = AWI_STR("job"), .Value = AWI_STR("7")};
    struct awi_str issuer = enable(&dev), text;
    struct awi_jwt jwt;
    int64_t issued, expires;

    allowed(ask_for(&ann, "ES384", "https://api.example", 0, &tag, &text));
    assert_int_equal(awi_jwt_read(&world.arena, text, &jwt), 0);
    assert_true(awi_str_is(jwt.alg, "ES384"));
    assert_true(awi_str_eq(awi_jwt_text(&jwt, "iss"), issuer));
    assert_true(awi_str_is(awi_jwt_text(&jwt, "aud"), "https://api.example"));
    assert_true(awi_str_is(awi_jwt_text(&jwt, "sub"), ANN));
    assert_true(awi_jwt_time(&jwt, "iat", &issued) && awi_jwt_time(&jwt, "exp", &expires));
    assert_int_equal(expires - issued, 300);
    const struct awi_json *own = awi_json_get(jwt.claims, "https://sts.amazonaws.com/");
    assert_non_null(own);
    assert_true(awi_str_is(awi_json_get(own, "aws_account")->text, DEV));
    assert_true(awi_str_is(awi_json_get(awi_json_get(own, "request_tags"), "job")->text, "7"));
}

/* OTHER trusts the issuer of DEV's tokens. */
static void test_round_trip(void **state)
{
    static const char *const algs[] = {"ES384", "RS256"};
    static const struct t_keys nobody = {.id = NULL};
    struct t_keys ann = user(&dev, "ann", ALL GET ANY);
    struct awi_str issuer = enable(&dev), client = AWI_STR("other"), text;
    struct awi_str host = awi_str_skip(issuer, strlen("https://"));
    struct iam_CreateOpenIDConnectProviderRequest make = {
        .Url = issuer, .ClientIDList = {.items = &client, .n = 1, .set = true}};
    struct iam_CreateOpenIDConnectProviderResponse made;
    struct sts_AssumeRoleWithWebIdentityResponse out;

    ok(&other, "iam", "CreateOpenIDConnectProvider", &make, &made);
    struct awi_str trust = awi_arena_printf(
        &world.arena,
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
        "\"Federated\":\"%.*s\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":{"
        "\"StringEquals\":{\"%.*s:sub\":\"" ANN "\"}}}]}",
        AWI_STR_FMT(made.OpenIDConnectProviderArn),
        AWI_STR_FMT(host));
    role(&other, trust.ptr, ALLOW("*", "*"));
    for (size_t i = 0; i < 2; i++) {
        allowed(ask_for(&ann, algs[i], "other", 0, NULL, &text));
        struct sts_AssumeRoleWithWebIdentityRequest in = {
            .RoleArn = AWI_STR("arn:aws:iam::" OTHER ":role/worker"),
            .RoleSessionName = AWI_STR("it"),
            .WebIdentityToken = text};
        allowed(t_call(&world, &nobody, "sts", "AssumeRoleWithWebIdentity", &in, &out));
        struct t_keys session = keys_of(out.Credentials);
        allowed(tables(&session));
        allowed(ask_for(&ann, algs[i], "else", 0, NULL, &in.WebIdentityToken));
        expect(t_call(&world, &nobody, "sts", "AssumeRoleWithWebIdentity", &in, &out),
               "InvalidIdentityToken",
               "Incorrect token audience");
    }
}

/* The issuer's host publishes what others need. */
static void test_published(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALL GET ANY);
    struct awi_str issuer = enable(&dev), text, body;
    const char *host = issuer.ptr + strlen("https://");
    struct awi_jwt jwt;

    allowed(ask_for(&ann, "ES384", "x", 0, NULL, &text));
    assert_int_equal(
        t_http(&world, "GET", host, "/.well-known/openid-configuration", NULL, NULL, &body), 200);
    assert_true(awi_str_search(body, AWI_STR("/.well-known/jwks.json")) > 0);
    assert_true(awi_str_search(body, issuer) > 0);
    assert_int_equal(t_http(&world, "GET", host, "/.well-known/jwks.json", NULL, NULL, &body), 200);
    assert_int_equal(awi_jwt_read(&world.arena, text, &jwt), 0);
    assert_int_equal(awi_jwt_verify(&world.arena, &jwt, body), 1);
    assert_int_equal(t_http(&world, "GET", host, "/", NULL, NULL, &body), 404);
    assert_int_equal(t_http(&world,
                            "GET",
                            "no-such.tokens.sts.global.api.aws",
                            "/.well-known/jwks.json",
                            NULL,
                            NULL,
                            &body),
                     404);
}

static void test_refused(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALL GET ANY), weak = user(&dev, "weak", NULL);
    const struct sts_Tag tag = {.Key = AWI_STR("job"), .Value = AWI_STR("7")};
    struct t_keys bob = user(&dev,
                             "bob",
                             "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                             "\"Action\":\"sts:GetWebIdentityToken\",\"Resource\":\"*\","
                             "\"Condition\":{\"ForAllValues:StringEquals\":{"
                             "\"sts:IdentityTokenAudience\":\"https://api.example\"},"
                             "\"NumericLessThanEquals\":{\"sts:DurationSeconds\":\"300\"}}}]}");
    struct awi_str text;

    struct t_error error = ask_for(&ann, "ES384", "x", 0, NULL, &text);
    expect(error, "OutboundWebIdentityFederationDisabledException", NULL);
    assert_int_equal(error.status, 403);
    enable(&dev);
    expect(ask_for(&weak, "ES384", "x", 0, NULL, &text),
           "AccessDenied",
           "User: arn:aws:iam::" DEV ":user/weak is not authorized to perform: "
           "sts:GetWebIdentityToken on resource: * because no identity-based policy allows the "
           "sts:GetWebIdentityToken action");
    expect(ask_for(&ann, "ES384", "x", 0, &tag, &text), "AccessDenied", NULL);
    expect(ask_for(&ann, "HS256", "x", 0, NULL, &text), "ValidationError", NULL);
    allowed(ask_for(&bob, "ES384", "https://api.example", 300, NULL, &text));
    expect(ask_for(&bob, "ES384", "https://api.example", 301, NULL, &text), "AccessDenied", NULL);
    expect(ask_for(&bob, "ES384", "https://evil.example", 300, NULL, &text), "AccessDenied", NULL);
}

/* A token does not outlive the session that asks for it. */
static void test_session(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*")), session;
    struct awi_str text;

    enable(&dev);
    role(&dev, TRUST(ANN), ALL GET ANY);
    allowed(assume(&ann, "arn:aws:iam::" DEV ":role/worker", NULL, &session));
    allowed(ask_for(&session, "ES384", "x", 900, NULL, &text));
    world.now_ms += 3000 * 1000;
    struct awi_str why;
    struct awi_store *store;
    struct awi_txn *txn;
    assert_int_equal(awi_core_store(&world.core, &world.arena, &store, &why), 0);
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_clock_move(txn, &world.arena, 3000 * 1000), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    expect(ask_for(&session, "ES384", "x", 900, NULL, &text),
           "SessionDurationEscalationException",
           NULL);
    allowed(ask_for(&session, "ES384", "x", 300, NULL, &text));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_claims),
        TEST(test_round_trip),
        TEST(test_published),
        TEST(test_refused),
        TEST(test_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
