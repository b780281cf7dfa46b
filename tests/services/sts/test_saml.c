/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithSAML where permissions are enforced: responses written in canonical form and signed
 * here, and what must not be taken: wrapped, changed, late, foreign ones.
 */
#include "core/util/base64.h"
#include "core/util/digest.h"
#include "tests/core/request/fixture.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <time.h>

#define ENTITY   "https://idp.example.com/saml"
#define PROVIDER "arn:aws:iam::" DEV ":saml-provider/corp"
#define ROLE     "arn:aws:iam::" DEV ":role/worker"
#define AT       "https://aws.amazon.com/SAML/Attributes/"
#define SAML_TRUST(condition)                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"             \
    "\"Federated\":\"" PROVIDER                                                                    \
    "\"},\"Action\":[\"sts:AssumeRoleWithSAML\",\"sts:TagSession\"]" condition "}]}"

static EVP_PKEY *key;
static struct awi_str certificate; /* base64 */

/* --- A provider ------------------------------------------------------------------------------ */

static struct awi_str make_certificate(void)
{
    X509 *x = X509_new();
    unsigned char *der = NULL;

    assert_non_null(x);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, key);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    int len = i2d_X509(x, &der);
    assert_true(len > 0);
    struct awi_str text = awi_base64(&world.arena, awi_str_of(der, (size_t)len));
    OPENSSL_free(der);
    X509_free(x);
    return text;
}

static int setup_saml(void **state)
{
    open_world("enforce");
    key = EVP_RSA_gen(2048);
    assert_non_null(key);
    certificate = make_certificate();
    return 0;
}

static int teardown_saml(void **state)
{
    EVP_PKEY_free(key);
    return teardown(state);
}

static void provider(void)
{
    struct awi_str metadata = awi_arena_printf(
        &world.arena,
        "<?xml version=\"1.0\"?><md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:"
        "metadata\" entityID=\"" ENTITY "\"><md:IDPSSODescriptor><md:KeyDescriptor use=\"signing\">"
        "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>"
        "<ds:X509Certificate>\n%.*s\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        "</md:KeyDescriptor></md:IDPSSODescriptor>%1000s</md:EntityDescriptor>",
        AWI_STR_FMT(certificate),
        "");
    struct iam_CreateSAMLProviderRequest in = {.Name = AWI_STR("corp"),
                                               .SAMLMetadataDocument = metadata};
    struct iam_CreateSAMLProviderResponse out;

    ok(&dev, "iam", "CreateSAMLProvider", &in, &out);
    assert_string_equal(out.SAMLProviderArn.ptr, PROVIDER);
}

/* --- A response ------------------------------------------------------------------------------ */

/* What makes one response differ from another; NULL or 0: as it should be. */
struct form {
    const char *issuer;
    const char *recipient;
    const char *audience;
    const char *attributes; /* after Role and RoleSessionName */
    const char *roles;
    int issued; /* seconds from now */
    int until;
};

static struct awi_str stamp(int seconds)
{
    time_t at = world.now_ms / 1000 + seconds;
    struct tm tm;
    char text[32];

    gmtime_r(&at, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return awi_arena_str(&world.arena, awi_str_from(text));
}

#define NS "xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\""

/* An assertion in exclusive canonical form, without a signature. *ret_at: where that will stand. */
static struct awi_str assertion(const struct form *form, const char *id, size_t *ret_at)
{
    struct awi_str head = awi_arena_printf(
        &world.arena,
        "<a:Assertion " NS " ID=\"%s\" IssueInstant=\"%.*s\" Version=\"2.0\"><a:Issuer>%s"
        "</a:Issuer>",
        id,
        AWI_STR_FMT(stamp(form->issued)),
        form->issuer ? form->issuer : ENTITY);
    struct awi_str until = stamp(form->until ? form->until : 120);
    struct awi_str text = awi_arena_printf(
        &world.arena,
        "%.*s<a:Subject><a:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">"
        "ann</a:NameID><a:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
        "<a:SubjectConfirmationData NotOnOrAfter=\"%.*s\" Recipient=\"%s\">"
        "</a:SubjectConfirmationData></a:SubjectConfirmation></a:Subject><a:Conditions "
        "NotOnOrAfter=\"%.*s\"><a:AudienceRestriction><a:Audience>%s</a:Audience>"
        "</a:AudienceRestriction></a:Conditions><a:AttributeStatement><a:Attribute Name=\"" AT
        "Role\"><a:AttributeValue>%s</a:AttributeValue></a:Attribute><a:Attribute Name=\"" AT
        "RoleSessionName\"><a:AttributeValue>ann@corp</a:AttributeValue></a:Attribute>%s"
        "</a:AttributeStatement></a:Assertion>",
        AWI_STR_FMT(head),
        AWI_STR_FMT(until),
        form->recipient ? form->recipient : "https://signin.aws.amazon.com/saml",
        AWI_STR_FMT(until),
        form->audience ? form->audience : "urn:amazon:webservices",
        form->roles ? form->roles : ROLE "," PROVIDER,
        form->attributes ? form->attributes : "");

    *ret_at = head.len;
    return text;
}

#define DS "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""

/* A Signature over canonical text, by reference to id. */
static struct awi_str sign(struct awi_str text, const char *id, EVP_PKEY *with)
{
    unsigned char digest[32], value[512];
    size_t len = sizeof(value);
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    assert_int_equal(awi_digest_of(AWI_SHA256, text, digest), 0);
    struct awi_str info = awi_arena_printf(
        &world.arena,
        "<ds:SignedInfo " DS "><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/"
        "xml-exc-c14n#\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"http://"
        "www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod><ds:Reference "
        "URI=\"#%s\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#"
        "enveloped-signature\"></ds:Transform><ds:Transform Algorithm=\"http://www.w3.org/2001/10/"
        "xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"http://"
        "www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>%.*s"
        "</ds:DigestValue></ds:Reference></ds:SignedInfo>",
        id,
        AWI_STR_FMT(awi_base64(&world.arena, awi_str_of(digest, 32))));
    assert_true(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, with) == 1);
    assert_true(EVP_DigestSign(context, value, &len, (const unsigned char *)info.ptr, info.len) ==
                1);
    EVP_MD_CTX_free(context);
    /* Attributes of empty elements and the declared namespace look the same when they are read. */
    return awi_arena_printf(&world.arena,
                            "<ds:Signature " DS ">%.*s<ds:SignatureValue>%.*s</ds:SignatureValue>"
                            "</ds:Signature>",
                            AWI_STR_FMT(info),
                            AWI_STR_FMT(awi_base64(&world.arena, awi_str_of(value, len))));
}

static struct awi_str insert(struct awi_str text, size_t at, struct awi_str part)
{
    struct awi_str parts[] = {awi_str_head(text, at), part, awi_str_skip(text, at)};

    return awi_arena_join(&world.arena, parts, 3);
}

static struct awi_str signed_assertion(const struct form *form, EVP_PKEY *with)
{
    size_t at;
    struct awi_str text = assertion(form, "_a1", &at);

    return insert(text, at, sign(text, "_a1", with));
}

#define RESPONSE_HEAD                                                                              \
    "<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r1\" Version=\"2.0\">"
#define STATUS                                                                                     \
    "<p:Status><p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></p:StatusCode>" \
    "</p:Status>"

static struct awi_str response(struct awi_str inside)
{
    return awi_arena_printf(
        &world.arena, RESPONSE_HEAD STATUS "%.*s</p:Response>", AWI_STR_FMT(inside));
}

/* --- Asking ---------------------------------------------------------------------------------- */

static struct t_error ask(struct awi_str xml, struct sts_AssumeRoleWithSAMLResponse *out)
{
    static const struct t_keys nobody = {.id = NULL};
    struct sts_AssumeRoleWithSAMLRequest in = {
        .RoleArn = AWI_STR(ROLE),
        .PrincipalArn = AWI_STR(PROVIDER),
        .SAMLAssertion = awi_base64(&world.arena, xml),
    };

    return t_call(&world, &nobody, "sts", "AssumeRoleWithSAML", &in, out);
}

static void refuse(struct awi_str xml, const char *code, const char *message)
{
    struct sts_AssumeRoleWithSAMLResponse out;

    expect(ask(xml, &out), code, message);
}

static void refuse_form(const struct form *form, const char *code, const char *message)
{
    refuse(response(signed_assertion(form, key)), code, message);
}

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
