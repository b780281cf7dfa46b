/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA public keys between OpenSSH's form (RFC 4253 section 6.6) and PEM.
 */
#include "services/iam/pem.h"
#include "services/iam/ssl.h"

#include "core/util/base64.h"
#include "core/util/buf.h"
#include "core/util/digest.h"

#include <errno.h>
#include <limits.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#define NAME       "ssh-rsa"
#define BLOB_LIMIT 8192

/* --- OpenSSH's form ----------------------------------------------------------------------------
 */

/* The next string of a blob: four bytes of length, big-endian, and so many bytes. */
static bool next(struct awi_str *blob, struct awi_str *ret)
{
    const unsigned char *at = (const unsigned char *)blob->ptr;

    if (blob->len < 4) {
        return false;
    }
    size_t len = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (len > blob->len - 4) {
        return false;
    }
    *ret = awi_str_head(awi_str_skip(*blob, 4), len);
    *blob = awi_str_skip(*blob, 4 + len);
    return true;
}

static EVP_PKEY *from_numbers(struct awi_str e, struct awi_str n)
{
    AWI_AUTO(bn) BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.ptr, (int)e.len, NULL);
    AWI_AUTO(bn) BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.ptr, (int)n.len, NULL);
    AWI_AUTO(builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;

    if (!exponent || !modulus || !builder ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent)) {
        return NULL;
    }
    AWI_AUTO(params) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    AWI_AUTO(context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (!params || !context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        return NULL;
    }
    return key;
}

static int from_ssh(struct awi_arena *arena, struct awi_str text, EVP_PKEY **ret)
{
    struct awi_str rest = awi_str_trim(awi_str_skip(text, strlen(NAME))), blob, name, e, n;
    size_t len = 0;

    while (len < rest.len && rest.ptr[len] != ' ' && rest.ptr[len] != '\t' &&
           rest.ptr[len] != '\r' && rest.ptr[len] != '\n') {
        len++; /* what follows is a comment */
    }
    int r = awi_base64_decode(arena, awi_str_head(rest, len), &blob);
    if (r) {
        return r;
    }
    if (!next(&blob, &name) || !awi_str_is(name, NAME) || !next(&blob, &e) || !next(&blob, &n) ||
        blob.len || e.len == 0 || n.len < 64 || e.len > 8 || n.len > 2100) {
        return -EINVAL;
    }
    *ret = from_numbers(e, n);
    return *ret ? 0 : -EINVAL;
}

/* A number with a leading zero byte where its first bit would make it negative. */
static int add_number(struct awi_buf *blob, const BIGNUM *number)
{
    unsigned char bytes[2100];
    int len = BN_num_bytes(number);
    bool pad = BN_num_bits(number) % 8 == 0;
    unsigned all = (unsigned)len + pad;
    const unsigned char head[4] = {(unsigned char)(all >> 24),
                                   (unsigned char)(all >> 16),
                                   (unsigned char)(all >> 8),
                                   (unsigned char)all};

    if (len > (int)sizeof(bytes) || BN_bn2bin(number, bytes) != len) {
        return -EINVAL;
    }
    awi_buf_add(blob, head, sizeof(head));
    if (pad) {
        awi_buf_char(blob, '\0');
    }
    return awi_buf_add(blob, bytes, (size_t)len);
}

static int to_ssh(struct awi_arena *arena, EVP_PKEY *key, struct iam_ssh_key *ret)
{
    static const char head[] = {0, 0, 0, 7, 's', 's', 'h', '-', 'r', 's', 'a'};
    struct awi_buf blob = AWI_BUF_INIT(BLOB_LIMIT);
    unsigned char digest[16];
    BIGNUM *n = NULL, *e = NULL;
    int r = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
                    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1
                ? 0
                : -EINVAL;

    awi_buf_add(&blob, head, sizeof(head));
    r = r ? r : add_number(&blob, e);
    r = r ? r : add_number(&blob, n);
    r = r ? r : awi_digest_of(AWI_MD5, awi_buf_view(&blob), digest);
    BN_free(n);
    BN_free(e);
    if (r == 0) {
        struct awi_str text = awi_base64(arena, awi_buf_view(&blob));
        ret->ssh = awi_arena_printf(arena, NAME " %.*s", AWI_STR_FMT(text));
        r = text.ptr && ret->ssh.ptr ? 0 : -ENOMEM;
    }
    awi_buf_deinit(&blob);
    char *marks = r ? NULL : awi_arena_alloc(arena, 3 * sizeof(digest));
    for (size_t i = 0; marks && i < sizeof(digest); i++) {
        awi_hex_write(marks + 3 * i, awi_str_of(digest + i, 1));
        marks[3 * i + 2] = ':';
    }
    ret->fingerprint = awi_str_of(marks, 3 * sizeof(digest) - 1);
    return r ? r : marks ? 0 : -ENOMEM;
}

/* --- PEM ---------------------------------------------------------------------------------------
 */

static EVP_PKEY *from_pem(struct awi_str text)
{
    AWI_AUTO(bio) BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);

    return bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
}

static int to_pem(struct awi_arena *arena, EVP_PKEY *key, struct awi_str *ret)
{
    AWI_AUTO(bio) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;

    if (!bio || PEM_write_bio_PUBKEY(bio, key) != 1) {
        return -ENOMEM;
    }
    long len = BIO_get_mem_data(bio, &text);
    *ret = awi_arena_str(arena, awi_str_of(text, (size_t)len));
    return ret->ptr ? 0 : -ENOMEM;
}

int iam_ssh_key_read(struct awi_arena *arena, struct awi_str text, struct iam_ssh_key *ret)
{
    struct awi_str body = awi_str_trim(text);
    AWI_AUTO(pkey) EVP_PKEY *key = NULL;
    int r = 0;

    if (awi_str_starts(body, AWI_STR(NAME " "))) {
        r = from_ssh(arena, body, &key);
    } else if (awi_str_starts(body, AWI_STR("-----BEGIN ")) && body.len <= INT_MAX) {
        key = from_pem(body);
    } else {
        return -ENOTSUP;
    }
    if (r == 0 && (!key || !EVP_PKEY_is_a(key, "RSA"))) {
        r = -EINVAL;
    }
    r = r ? r : to_ssh(arena, key, ret);
    r = r ? r : to_pem(arena, key, &ret->pem);
    ret->bits = r ? 0 : EVP_PKEY_get_bits(key);
    ERR_clear_error();
    return r;
}
