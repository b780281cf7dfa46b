/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token/encryption.h"

#include "core/token/signature.h"
#include "core/util/base64.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define DSIG     "http://www.w3.org/2000/09/xmldsig#"
#define MORE     "http://www.w3.org/2001/04/xmldsig-more#"
#define XMLENC   "http://www.w3.org/2001/04/xmlenc#"
#define XMLENC11 "http://www.w3.org/2009/xmlenc11#"
#define TAG_LEN  16
#define GCM_IV   12
#define CBC_IV   16

static const struct coding {
    const char *uri;
    const EVP_CIPHER *(*cipher)(void);
    size_t key_len;
    bool gcm;
} codings[] = {
    {XMLENC "aes128-cbc", EVP_aes_128_cbc, 16, false},
    {XMLENC "aes192-cbc", EVP_aes_192_cbc, 24, false},
    {XMLENC "aes256-cbc", EVP_aes_256_cbc, 32, false},
    {XMLENC11 "aes128-gcm", EVP_aes_128_gcm, 16, true},
    {XMLENC11 "aes192-gcm", EVP_aes_192_gcm, 24, true},
    {XMLENC11 "aes256-gcm", EVP_aes_256_gcm, 32, true},
};

static const struct {
    const char *uri;
    const EVP_MD *(*digest)(void);
} digests[] = {
    {DSIG "sha1", EVP_sha1},
    {XMLENC "sha256", EVP_sha256},
    {MORE "sha384", EVP_sha384},
    {XMLENC "sha512", EVP_sha512},
    {XMLENC11 "mgf1sha1", EVP_sha1},
    {XMLENC11 "mgf1sha256", EVP_sha256},
    {XMLENC11 "mgf1sha384", EVP_sha384},
    {XMLENC11 "mgf1sha512", EVP_sha512},
};

static struct awi_str algorithm(struct awi_arena *arena, const xmlNode *method)
{
    return awi_dom_attribute(arena, method, "Algorithm");
}

static int cipher_value(struct awi_arena *arena, const xmlNode *encrypted, struct awi_str *ret)
{
    const xmlNode *data = awi_dom_only_child(encrypted, XMLENC, "CipherData");
    struct awi_str text = awi_dom_text(arena, awi_dom_only_child(data, XMLENC, "CipherValue"));
    int r = awi_str_is_set(text) ? awi_base64_decode_lines(arena, text, ret) : -EINVAL;

    return r == -EINVAL ? -EBADMSG : r;
}

/* --- The key ---------------------------------------------------------------------------------- */

/* What the child of the method says, SHA-1 where there is none; NULL: another one. */
static const EVP_MD *
digest_of(struct awi_arena *arena, const xmlNode *method, const char *ns, const char *name)
{
    const xmlNode *child = awi_dom_only_child(method, ns, name);
    struct awi_str uri = algorithm(arena, child);

    for (size_t i = 0; child && i < sizeof(digests) / sizeof(*digests); i++) {
        if (awi_str_is(uri, digests[i].uri)) {
            return digests[i].digest();
        }
    }
    return child ? NULL : EVP_sha1();
}

/* RSA-OAEP; the older name always has MGF1 with SHA-1. */
static bool prepare(struct awi_arena *arena, const xmlNode *method, EVP_PKEY_CTX *context)
{
    struct awi_str uri = algorithm(arena, method);
    const EVP_MD *digest = digest_of(arena, method, DSIG, "DigestMethod");
    const EVP_MD *mask = EVP_sha1();

    if (awi_str_is(uri, XMLENC11 "rsa-oaep")) {
        mask = digest_of(arena, method, XMLENC11, "MGF");
    } else if (!awi_str_is(uri, XMLENC "rsa-oaep-mgf1p")) {
        return false;
    }
    return digest && mask && EVP_PKEY_decrypt_init(context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, mask) == 1;
}

static EVP_PKEY *read_pem(struct awi_str pem)
{
    BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;

    BIO_free(in);
    return key;
}

static int unwrap_with(struct awi_arena *arena,
                       const xmlNode *method,
                       struct awi_str wrapped,
                       struct awi_str pem,
                       struct awi_str *ret)
{
    EVP_PKEY *key = read_pem(pem);
    EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    size_t len = key ? (size_t)EVP_PKEY_get_size(key) : 0;
    unsigned char *out = awi_arena_alloc(arena, len + 1);
    bool good =
        context && out && EVP_PKEY_is_a(key, "RSA") && prepare(arena, method, context) &&
        EVP_PKEY_decrypt(context, out, &len, (const unsigned char *)wrapped.ptr, wrapped.len) == 1;

    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    *ret = good ? awi_str_of(out, len) : AWI_STR_NULL;
    return good ? 0 : out ? -EBADMSG : -ENOMEM;
}

static int unwrap(struct awi_arena *arena,
                  const xmlNode *element,
                  const xmlNode *data,
                  const struct awi_str *pems,
                  size_t n_pems,
                  struct awi_str *ret)
{
    const xmlNode *info = awi_dom_only_child(data, DSIG, "KeyInfo");
    const xmlNode *inside = awi_dom_only_child(info, XMLENC, "EncryptedKey");
    const xmlNode *beside = awi_dom_only_child(element, XMLENC, "EncryptedKey");
    const xmlNode *key = inside ? inside : beside;
    const xmlNode *method = awi_dom_only_child(key, XMLENC, "EncryptionMethod");
    struct awi_str wrapped;
    int r = method ? cipher_value(arena, key, &wrapped) : -EBADMSG;

    if (r) {
        return r;
    }
    r = -EBADMSG;
    for (size_t i = 0; r == -EBADMSG && i < n_pems; i++) {
        r = unwrap_with(arena, method, wrapped, pems[i], ret);
    }
    return r;
}

/* --- The content ------------------------------------------------------------------------------ */

static const struct coding *coding_of(struct awi_str uri)
{
    for (size_t i = 0; i < sizeof(codings) / sizeof(*codings); i++) {
        if (awi_str_is(uri, codings[i].uri)) {
            return &codings[i];
        }
    }
    return NULL;
}

/* The value is the initial vector, what is encrypted, and with GCM the tag. CBC is padded to whole
 * blocks; the last byte says how much of that there is. */
static int decrypt(struct awi_arena *arena,
                   const struct coding *coding,
                   struct awi_str key,
                   struct awi_str value,
                   struct awi_str *ret)
{
    size_t iv = coding->gcm ? GCM_IV : CBC_IV, tag = coding->gcm ? TAG_LEN : 0;

    if (key.len != coding->key_len || value.len <= iv + tag || value.len > INT32_MAX) {
        return -EBADMSG;
    }
    struct awi_str text = awi_str_head(awi_str_skip(value, iv), value.len - iv - tag);
    unsigned char last[TAG_LEN];
    memcpy(last, value.ptr + value.len - TAG_LEN, TAG_LEN);
    unsigned char *out = awi_arena_alloc(arena, text.len + CBC_IV);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0, rest = 0;
    bool good =
        out && context &&
        EVP_DecryptInit_ex(context,
                           coding->cipher(),
                           NULL,
                           (const unsigned char *)key.ptr,
                           (const unsigned char *)value.ptr) == 1 &&
        EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
        EVP_DecryptUpdate(context, out, &len, (const unsigned char *)text.ptr, (int)text.len) ==
            1 &&
        (!coding->gcm || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, last) == 1) &&
        EVP_DecryptFinal_ex(context, out + len, &rest) == 1;

    EVP_CIPHER_CTX_free(context);
    if (!good) {
        return out ? -EBADMSG : -ENOMEM;
    }
    len += rest;
    int padding = coding->gcm || len == 0 ? 0 : out[len - 1];
    if (padding > CBC_IV || padding > len || (!coding->gcm && padding == 0)) {
        return -EBADMSG;
    }
    *ret = awi_str_of(out, (size_t)(len - padding));
    return 0;
}

int awi_dom_decrypt(struct awi_arena *arena,
                    const xmlNode *element,
                    const struct awi_str *pems,
                    size_t n_pems,
                    struct awi_str *ret)
{
    const xmlNode *data = awi_dom_only_child(element, XMLENC, "EncryptedData");
    const struct coding *coding =
        coding_of(algorithm(arena, awi_dom_only_child(data, XMLENC, "EncryptionMethod")));
    struct awi_str key, value;
    int r = coding ? unwrap(arena, element, data, pems, n_pems, &key) : -EBADMSG;

    r = r ? r : cipher_value(arena, data, &value);
    return r ? r : decrypt(arena, coding, key, value, ret);
}
