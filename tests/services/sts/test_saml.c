/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithSAML where permissions are enforced: responses written in canonical form and signed
 * here, and what must not be taken: wrapped, changed, late, foreign ones.
 */
#include "tests/services/sts/saml.h"

static void test_session(void **state)
{
    const struct form form = {.issued = 0};
    struct sts_AssumeRoleWithSAMLResponse out;
    unsigned char digest[20];

    provider();
    role(&dev, SAML_TRUST(""), ALLOW("dynamodb:ListTables", "*"));
    allowed(ask(response(signed_assertion(&form, key)), &out));
    assert_string_equal(out.AssumedRoleUser->Arn.ptr,
                        "arn:aws:sts::" DEV ":assumed-role/worker/ann@corp");
    assert_string_equal(out.Issuer.ptr, ENTITY);
    assert_string_equal(out.Subject.ptr, "ann");
    assert_string_equal(out.SubjectType.ptr, "persistent");
    assert_string_equal(out.Audience.ptr, "https://signin.aws.amazon.com/saml");
    awi_digest_of(AWI_SHA1, AWI_STR(ENTITY DEV "/corp"), digest);
    assert_true(awi_str_eq(out.NameQualifier,
                           awi_base64(&world.arena, awi_str_of(digest, sizeof(digest)))));
    struct t_keys session = keys_of(out.Credentials);
    allowed(tables(&session));
}

/* The response is signed as a whole, the assertion is not. */
static void test_signed_response(void **state)
{
    const struct form form = {.issued = 0};
    struct sts_AssumeRoleWithSAMLResponse out;
    size_t at;

    provider();
    role(&dev, SAML_TRUST(""), ALLOW("*", "*"));
    struct awi_str text = response(assertion(&form, "_a1", &at));
    struct awi_str whole = insert(text, strlen(RESPONSE_HEAD), sign(text, "_r1", key));
    allowed(ask(whole, &out));
    refuse(text, "InvalidIdentityToken", "Response signature invalid");
    char *changed = awi_arena_strz(&world.arena, whole);
    memcpy(strstr(changed, ">ann<"), ">bob<", 5);
    refuse(awi_str_from(changed), "InvalidIdentityToken", "Response signature invalid");
}

/* The assertion that was signed is there, but another one is to be read. */
static void test_wrapping(void **state)
{
    const struct form form = {.issued = 0}, evil = {.roles = ROLE "," PROVIDER};
    struct awi_str good, forged;
    size_t at;

    provider();
    role(&dev, SAML_TRUST(""), ALLOW("*", "*"));
    good = signed_assertion(&form, key);
    forged = assertion(&evil, "_a2", &at);
    const struct awi_str both[] = {forged, good};
    refuse(response(awi_arena_join(&world.arena, both, 2)), "InvalidIdentityToken", NULL);
    /* The good one inside of the forged one, whose id it lends. */
    forged = assertion(&evil, "_a1", &at);
    refuse(
        response(insert(forged, at, good)), "InvalidIdentityToken", "Response signature invalid");
    /* The signature alone, moved into the forged one. */
    struct awi_str signature = sign(assertion(&form, "_a1", &at), "_a1", key);
    const struct form more = {.issued = 0, .attributes = "<a:Attribute Name=\"x\"></a:Attribute>"};
    forged = assertion(&more, "_a1", &at);
    refuse(response(insert(forged, at, signature)),
           "InvalidIdentityToken",
           "Response signature invalid");
    /* The good one within the signature's own element, which is not signed. */
    const struct awi_str hidden[] = {
        AWI_STR("<p:Extensions>"), good, AWI_STR("</p:Extensions>"), forged};
    refuse(response(awi_arena_join(&world.arena, hidden, 4)),
           "InvalidIdentityToken",
           "Response signature invalid");
}

static void test_forged(void **state)
{
    const struct form form = {.issued = 0};
    EVP_PKEY *mallory = EVP_RSA_gen(2048);

    provider();
    role(&dev, SAML_TRUST(""), ALLOW("*", "*"));
    refuse(response(signed_assertion(&form, mallory)),
           "InvalidIdentityToken",
           "Response signature invalid");
    EVP_PKEY_free(mallory);
    refuse(AWI_STR("<x/>"), "InvalidIdentityToken", NULL);
    refuse(AWI_STR("no XML"), "InvalidIdentityToken", NULL);
    struct awi_str text = response(signed_assertion(&form, key));
    const struct awi_str typed[] = {
        AWI_STR("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"), text};
    refuse(awi_arena_join(&world.arena, typed, 2),
           "InvalidIdentityToken",
           "Your request included an invalid SAML response");
    /* A comment in the name is no part of it, and does not cut it either. */
    char *changed = awi_arena_strz(&world.arena, text);
    char *at = strstr(changed, ">ann<");
    struct awi_str cut = insert(text, (size_t)(at - changed) + 2, AWI_STR("<!-- x -->"));
    struct sts_AssumeRoleWithSAMLResponse out;
    allowed(ask(cut, &out));
    assert_string_equal(out.Subject.ptr, "ann");
}

static void test_conditions(void **state)
{
    const struct form old = {.issued = -301}, over = {.until = -1}, early = {.issued = 400},
                      elsewhere = {.recipient = "https://other.example/saml"},
                      audience = {.audience = "https://other.example"},
                      stranger = {.issuer = "https://evil.example"},
                      roles = {.roles = "arn:aws:iam::" DEV ":role/other," PROVIDER},
                      swapped = {.roles = PROVIDER "," ROLE};
    struct sts_AssumeRoleWithSAMLResponse out;

    role(&dev, SAML_TRUST(""), ALLOW("*", "*"));
    refuse_form(&old, "InvalidIdentityToken", "Specified provider doesn't exist");
    provider();
    refuse_form(
        &old, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance");
    refuse_form(&over, "ExpiredTokenException", "Token is expired");
    refuse_form(&early, "IDPRejectedClaim", NULL);
    refuse_form(&elsewhere, "InvalidIdentityToken", NULL);
    refuse_form(&audience, "InvalidIdentityToken", NULL);
    refuse_form(&stranger, "InvalidIdentityToken", "Issuer not present in specified provider");
    refuse_form(&roles, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
    allowed(ask(response(signed_assertion(&swapped, key)), &out));
}

#define VALUE(name, value)                                                                         \
    "<a:Attribute Name=\"" AT name "\"><a:AttributeValue>" value "</a:AttributeValue></"           \
    "a:Attribute>"

static void test_trust_and_tags(void **state)
{
    const struct form plain = {.issued = 0},
                      tagged = {.attributes = VALUE("PrincipalTag:team", "blue")
                                    VALUE("TransitiveTagKeys", "team")};
    struct sts_AssumeRoleWithSAMLResponse out;

    provider();
    role(
        &dev,
        SAML_TRUST(",\"Condition\":{\"StringEquals\":{\"SAML:aud\":\"https://signin.aws.amazon.com/"
                   "saml\",\"SAML:iss\":\"" ENTITY "\",\"SAML:sub_type\":\"persistent\","
                   "\"SAML:doc\":\"" DEV "/corp\",\"aws:RequestTag/team\":\"blue\"}}"),
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
        "\"dynamodb:ListTables\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"saml:sub\":"
        "\"ann\",\"aws:PrincipalTag/team\":\"blue\",\"aws:FederatedProvider\":\"" PROVIDER
        "\"}}}]}");
    refuse_form(&plain, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
    allowed(ask(response(signed_assertion(&tagged, key)), &out));
    struct t_keys session = keys_of(out.Credentials);
    allowed(tables(&session));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_saml, teardown_saml)
    const struct CMUnitTest tests[] = {
        TEST(test_session),
        TEST(test_signed_response),
        TEST(test_wrapping),
        TEST(test_forged),
        TEST(test_conditions),
        TEST(test_trust_and_tags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
