/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of AssumeRoleWithSAML share: a provider with a key of its own, responses written
 * in canonical form and signed here.
 */
#pragma once

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

static inline struct awi_str make_certificate(void)
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

static inline int setup_saml(void **state)
{
    open_world("enforce");
    key = EVP_RSA_gen(2048);
    assert_non_null(key);
    certificate = make_certificate();
    return 0;
}

static inline int teardown_saml(void **state)
{
    EVP_PKEY_free(key);
    return teardown(state);
}

/* encryption: AssertionEncryptionMode; NULL: none. pem: of the key for it. */
static inline void provider_with(const char *encryption, struct awi_str pem)
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
                                               .SAMLMetadataDocument = metadata,
                                               .AssertionEncryptionMode = awi_str_from(encryption),
                                               .AddPrivateKey = pem};
    struct iam_CreateSAMLProviderResponse out;

    ok(&dev, "iam", "CreateSAMLProvider", &in, &out);
    assert_string_equal(out.SAMLProviderArn.ptr, PROVIDER);
}

static inline void provider(void)
{
    provider_with(NULL, AWI_STR_NULL);
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

static inline struct awi_str stamp(int seconds)
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
static inline struct awi_str assertion(const struct form *form, const char *id, size_t *ret_at)
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
static inline struct awi_str sign(struct awi_str text, const char *id, EVP_PKEY *with)
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

static inline struct awi_str insert(struct awi_str text, size_t at, struct awi_str part)
{
    struct awi_str parts[] = {awi_str_head(text, at), part, awi_str_skip(text, at)};

    return awi_arena_join(&world.arena, parts, 3);
}

static inline struct awi_str signed_assertion(const struct form *form, EVP_PKEY *with)
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

static inline struct awi_str response(struct awi_str inside)
{
    return awi_arena_printf(
        &world.arena, RESPONSE_HEAD STATUS "%.*s</p:Response>", AWI_STR_FMT(inside));
}

/* --- Asking ---------------------------------------------------------------------------------- */

static inline struct t_error ask(struct awi_str xml, struct sts_AssumeRoleWithSAMLResponse *out)
{
    static const struct t_keys nobody = {.id = NULL};
    struct sts_AssumeRoleWithSAMLRequest in = {
        .RoleArn = AWI_STR(ROLE),
        .PrincipalArn = AWI_STR(PROVIDER),
        .SAMLAssertion = awi_base64(&world.arena, xml),
    };

    return t_call(&world, &nobody, "sts", "AssumeRoleWithSAML", &in, out);
}

static inline void refuse(struct awi_str xml, const char *code, const char *message)
{
    struct sts_AssumeRoleWithSAMLResponse out;

    expect(ask(xml, &out), code, message);
}

static inline void refuse_form(const struct form *form, const char *code, const char *message)
{
    refuse(response(signed_assertion(form, key)), code, message);
}
