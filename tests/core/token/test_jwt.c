/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Tokens: signed here and verified, with every algorithm; and what must not verify. */
#include "core/token/jwk.h"
#include "core/token/jwt.h"
#include "core/util/base64.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#define CLAIMS "{\"iss\":\"https://id.example\",\"exp\":1700000000.75,\"sub\":\"me\",\"n\":\"5\"}"

static struct awi_arena arena;

static int setup(void **state)
{
    awi_arena_init(&arena, 1u << 24);
    return 0;
}

static int teardown(void **state)
{
    awi_arena_deinit(&arena);
    return 0;
}

static EVP_PKEY *key_for(const char *alg)
{
    EVP_PKEY *key = strcmp(alg, "ES256") == 0   ? EVP_EC_gen("P-256")
                    : strcmp(alg, "ES384") == 0 ? EVP_EC_gen("P-384")
                    : strcmp(alg, "ES512") == 0 ? EVP_EC_gen("P-521")
                                                : EVP_RSA_gen(2048);

    assert_non_null(key);
    return key;
}

static struct awi_str jwks_of(const EVP_PKEY *key, const char *alg, const char *kid)
{
    struct awi_str jwk;

    assert_int_equal(awi_jwk_write(&arena, key, alg, awi_str_from(kid), &jwk), 0);
    return awi_arena_printf(&arena, "{\"keys\":[%.*s]}", AWI_STR_FMT(jwk));
}

static struct awi_str sign(EVP_PKEY *key, const char *alg, const char *kid)
{
    struct awi_str text;

    assert_int_equal(awi_jwt_sign(&arena, key, alg, awi_str_from(kid), AWI_STR(CLAIMS), &text), 0);
    return text;
}

static int verify(struct awi_str text, struct awi_str jwks)
{
    struct awi_jwt jwt;
    int r = awi_jwt_read(&arena, text, &jwt);

    return r ? r : awi_jwt_verify(&arena, &jwt, jwks);
}

static void test_every_algorithm(void **state)
{
    static const char *const algs[] = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"};

    for (size_t i = 0; i < sizeof(algs) / sizeof(*algs); i++) {
        EVP_PKEY *key = key_for(algs[i]);
        struct awi_str text = sign(key, algs[i], "a"), jwks = jwks_of(key, algs[i], "a");
        assert_int_equal(verify(text, jwks), 1);
        /* Each part counts: one character of the middle of each is another. */
        struct awi_str rest = text, part;
        while (awi_str_cut(&rest, '.', &part)) {
            char *changed = awi_arena_strz(&arena, text);
            size_t at = (size_t)(part.ptr - text.ptr) + part.len / 2;
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            assert_int_not_equal(verify(awi_str_from(changed), jwks), 1);
        }
        EVP_PKEY_free(key);
    }
}

static void test_keys(void **state)
{
    EVP_PKEY *one = key_for("ES256"), *two = key_for("ES256"), *rsa = key_for("RS256");
    struct awi_str text = sign(one, "ES256", "a");

    assert_int_equal(verify(text, jwks_of(two, "ES256", "a")), 0);
    assert_int_equal(verify(text, jwks_of(one, "ES256", "b")), -ENOKEY);
    assert_int_equal(verify(text, jwks_of(rsa, "RS256", "a")), -ENOKEY);
    assert_int_equal(verify(text, AWI_STR("{\"keys\":[]}")), -ENOKEY);
    assert_int_equal(verify(text,
                            AWI_STR("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
                                    "\"x\":\"AA\",\"y\":\"AA\",\"kid\":\"a\"}]}")),
                     -ENOKEY);
    assert_int_equal(verify(text, AWI_STR("[]")), -EBADMSG);
    assert_int_equal(verify(text, AWI_STR("{")), -EBADMSG);
    EVP_PKEY_free(one);
    EVP_PKEY_free(two);
    EVP_PKEY_free(rsa);
}

/* A public key must not serve as the secret of a keyed hash, and nothing may go unsigned. */
static void test_other_algorithms(void **state)
{
    static const char *const headers[] = {"{\"alg\":\"none\"}",
                                          "{\"alg\":\"HS256\"}",
                                          "{}",
                                          "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}"};
    EVP_PKEY *key = key_for("ES256");
    struct awi_str jwks = jwks_of(key, "ES256", "a");

    for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
        struct awi_str head = awi_base64url(&arena, awi_str_from(headers[i]));
        struct awi_str body = awi_base64url(&arena, AWI_STR(CLAIMS));
        struct awi_str text = awi_arena_printf(
            &arena, "%.*s.%.*s.%s", AWI_STR_FMT(head), AWI_STR_FMT(body), i ? "AAAA" : "");
        assert_true(verify(text, jwks) < 0);
    }
    EVP_PKEY_free(key);
}

static void test_forms(void **state)
{
    static const char *const bad[] = {"",
                                      "a",
                                      "a.b",
                                      "a.b.c",
                                      "e30.e30",
                                      "e30.W10.AA",
                                      "W10.e30.AA",
                                      "e30.e30.A=",
                                      "e30.e30.A+",
                                      "e30.e30.AA.AA"};
    struct awi_jwt jwt;

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(awi_jwt_read(&arena, awi_str_from(bad[i]), &jwt), -EBADMSG);
    }
}

static void test_claims(void **state)
{
    EVP_PKEY *key = key_for("ES256");
    struct awi_jwt jwt;
    int64_t at;

    assert_int_equal(awi_jwt_read(&arena, sign(key, "ES256", "a"), &jwt), 0);
    assert_true(awi_str_is(awi_jwt_text(&jwt, "sub"), "me"));
    assert_false(awi_str_is_set(awi_jwt_text(&jwt, "exp")));
    assert_true(awi_jwt_time(&jwt, "exp", &at));
    assert_int_equal(at, 1700000000);
    assert_false(awi_jwt_time(&jwt, "n", &at));
    assert_false(awi_jwt_time(&jwt, "iat", &at));
    EVP_PKEY_free(key);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_every_algorithm),
        TEST(test_keys),
        TEST(test_other_algorithms),
        TEST(test_forms),
        TEST(test_claims),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
