/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithSAML with encrypted assertions: every way that is taken, and what is not: for
 * another key, in another way, unsigned, beside a plain one.
 */
#include "tests/services/sts/saml.h"

#include <openssl/pem.h>

/* --- Encryption ------------------------------------------------------------------------------ */

#define XMLENC   "http://www.w3.org/2001/04/xmlenc#"
#define XMLENC11 "http://www.w3.org/2009/xmlenc11#"

/* One way to encrypt. */
struct way {
    const char *content; /* algorithms */
    const char *key;
    const EVP_CIPHER *(*cipher)(void);
    const EVP_MD *(*digest)(void); /* of OAEP and MGF1; NULL: SHA-1, and nothing is said */
    bool beside;                   /* the key stands beside the data */
};

static struct awi_str pem_of(EVP_PKEY *of)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text;

    assert_true(PEM_write_bio_PrivateKey(out, of, NULL, NULL, 0, NULL, NULL) == 1);
    long len = BIO_get_mem_data(out, &text);
    struct awi_str copy = awi_arena_str(&world.arena, awi_str_of(text, (size_t)len));
    BIO_free(out);
    return copy;
}

static struct awi_str
wrap(const struct way *way, const unsigned char *secret, size_t n, EVP_PKEY *to)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(to, NULL);
    const EVP_MD *digest = way->digest ? way->digest() : EVP_sha1();
    unsigned char out[512];
    size_t len = sizeof(out);

    assert_true(EVP_PKEY_encrypt_init(context) == 1);
    assert_true(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
    assert_true(EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1);
    assert_true(EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1);
    assert_true(EVP_PKEY_encrypt(context, out, &len, secret, n) == 1);
    EVP_PKEY_CTX_free(context);
    return awi_base64(&world.arena, awi_str_of(out, len));
}

/* What XML Encryption makes of a text: vector, blocks padded by their count, tag. */
static struct awi_str
encipher(const struct way *way, struct awi_str text, const unsigned char *secret)
{
    const EVP_CIPHER *cipher = way->cipher();
    bool gcm = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_GCM_MODE;
    size_t iv = gcm ? 12 : 16;
    unsigned char *out = awi_arena_calloc(&world.arena, 1, text.len + 64);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0, rest = 0;

    memset(out, 7, iv);
    assert_true(EVP_EncryptInit_ex(context, cipher, NULL, secret, out) == 1);
    assert_true(EVP_EncryptUpdate(
                    context, out + iv, &len, (const unsigned char *)text.ptr, (int)text.len) == 1);
    assert_true(EVP_EncryptFinal_ex(context, out + iv + len, &rest) == 1);
    size_t size = iv + (size_t)(len + rest);
    if (gcm) {
        assert_true(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out + size) == 1);
        size += 16;
    }
    EVP_CIPHER_CTX_free(context);
    return awi_base64(&world.arena, awi_str_of(out, size));
}

static struct awi_str encrypted(const struct way *way, struct awi_str text, EVP_PKEY *to)
{
    unsigned char secret[32];
    size_t n = (size_t)EVP_CIPHER_get_key_length(way->cipher());

    memset(secret, 42, sizeof(secret));
    /* Namespaces stand where canonical form has them, but for a key that stands beside. */
    struct awi_str key_part = awi_arena_printf(
        &world.arena,
        "<e:EncryptedKey%s><e:EncryptionMethod Algorithm=\"%s\">%s</e:EncryptionMethod>"
        "<e:CipherData><e:CipherValue>%.*s</e:CipherValue></e:CipherData></e:EncryptedKey>",
        way->beside ? " xmlns:e=\"" XMLENC "\" xmlns:n=\"" XMLENC11 "\" " DS : "",
        way->key,
        way->digest ? "<ds:DigestMethod Algorithm=\"" XMLENC "sha256\"></ds:DigestMethod>"
                      "<n:MGF Algorithm=\"" XMLENC11 "mgf1sha256\"></n:MGF>"
                    : "",
        AWI_STR_FMT(wrap(way, secret, n, to)));
    return awi_arena_printf(
        &world.arena,
        "<a:EncryptedAssertion " NS "><e:EncryptedData xmlns:e=\"" XMLENC "\">"
        "<e:EncryptionMethod Algorithm=\"%s\"></e:EncryptionMethod><ds:KeyInfo " DS ">%.*s"
        "</ds:KeyInfo><e:CipherData><e:CipherValue>%.*s</e:CipherValue></e:CipherData>"
        "</e:EncryptedData>%.*s</a:EncryptedAssertion>",
        way->content,
        AWI_STR_FMT(way->beside ? AWI_STR("") : key_part),
        AWI_STR_FMT(encipher(way, text, secret)),
        AWI_STR_FMT(way->beside ? key_part : AWI_STR("")));
}

static const struct way ways[] = {
    {XMLENC "aes128-cbc", XMLENC "rsa-oaep-mgf1p", EVP_aes_128_cbc, NULL, false},
    {XMLENC "aes256-cbc", XMLENC "rsa-oaep-mgf1p", EVP_aes_256_cbc, NULL, true},
    {XMLENC11 "aes128-gcm", XMLENC "rsa-oaep-mgf1p", EVP_aes_128_gcm, NULL, false},
    {XMLENC11 "aes256-gcm", XMLENC11 "rsa-oaep", EVP_aes_256_gcm, EVP_sha256, true},
};

static void test_encrypted(void **state)
{
    const struct form form = {.issued = 0};
    EVP_PKEY *own = EVP_RSA_gen(2048);
    struct sts_AssumeRoleWithSAMLResponse out;
    struct awi_str text = signed_assertion(&form, key), one, whole;
    const char *malformed = "Your request included an invalid SAML response";
    size_t at;

    provider_with("Required", pem_of(own));
    role(&dev, SAML_TRUST(""), ALLOW("*", "*"));
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        one = encrypted(&ways[i], text, own);
        allowed(ask(response(one), &out));
        assert_string_equal(out.Subject.ptr, "ann");
        refuse(response(encrypted(&ways[i], text, key)), "InvalidIdentityToken", malformed);
    }
    /* The response is signed over what is encrypted; or nothing is. */
    one = response(encrypted(&ways[2], assertion(&form, "_a1", &at), own));
    whole = insert(one, strlen(RESPONSE_HEAD), sign(one, "_r1", key));
    allowed(ask(whole, &out));
    refuse(one, "InvalidIdentityToken", "Response signature invalid");
    refuse(response(text), "InvalidIdentityToken", "The SAML assertion must be encrypted");
    /* Two to choose from, anstrange way, no assertion, no text at all. */
    const struct awi_str both[] = {encrypted(&ways[0], text, own), text};
    refuse(response(awi_arena_join(&world.arena, both, 2)), "InvalidIdentityToken", malformed);
    struct way strange = ways[0];
    strange.key = XMLENC "rsa-1_5";
    refuse(response(encrypted(&strange, text, own)), "InvalidIdentityToken", malformed);
    strange = ways[0];
    strange.content = XMLENC "tripledes-cbc";
    refuse(response(encrypted(&strange, text, own)), "InvalidIdentityToken", malformed);
    refuse(response(encrypted(&ways[2], response(text), own)), "InvalidIdentityToken", malformed);
    refuse(response(encrypted(&ways[0], AWI_STR("<x"), own)), "InvalidIdentityToken", malformed);
    EVP_PKEY_free(own);
}

static void test_encryption_allowed(void **state)
{
    const struct form form = {.issued = 0};
    EVP_PKEY *own = EVP_RSA_gen(2048);
    struct sts_AssumeRoleWithSAMLResponse out;
    struct awi_str text = signed_assertion(&form, key);

    provider_with("Allowed", pem_of(own));
    role(&dev, SAML_TRUST(""), ALLOW("*", "*"));
    allowed(ask(response(text), &out));
    allowed(ask(response(encrypted(&ways[3], text, own)), &out));
    EVP_PKEY_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_encrypted, setup_saml, teardown_saml),
        cmocka_unit_test_setup_teardown(test_encryption_allowed, setup_saml, teardown_saml),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
