/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token/issuer.h"

#include "core/identity/principal.h"
#include "core/token/jwk.h"
#include "core/util/base64.h"
#include "core/util/cleanup.h"
#include "core/util/digest.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define TABLE "issuerkey" /* of an account: algorithm -> private key, DER */

static const char *const algorithms[] = {"ES384", "RS256"};

/* A key is named by the digest of its public half. */
static int name_key(struct awi_arena *arena, EVP_PKEY *key, struct awi_str *ret)
{
    unsigned char *der = NULL, digest[AWI_DIGEST_MAX];
    int len = i2d_PUBKEY(key, &der);
    int r = len > 0 ? awi_digest_of(AWI_SHA256, awi_str_of(der, (size_t)len), digest) : -ENOMEM;

    OPENSSL_free(der);
    if (r == 0) {
        *ret = awi_base64url(arena, awi_str_of(digest, 16));
        r = ret->ptr ? 0 : -ENOMEM;
    }
    return r;
}

static int read_key(const struct awi_scope *scope, const char *alg, EVP_PKEY **ret)
{
    struct awi_str held;
    int r = awi_get(scope, TABLE, awi_str_from(alg), &held);

    if (r == 0) {
        const unsigned char *at = (const unsigned char *)held.ptr;
        *ret = d2i_AutoPrivateKey(NULL, &at, (long)held.len);
        r = *ret ? 0 : -EBADMSG;
    }
    return r;
}

static int make_key(const struct awi_scope *scope, const char *alg, EVP_PKEY **ret)
{
    unsigned char *der = NULL;

    *ret = alg[0] == 'R' ? EVP_RSA_gen(2048) : EVP_EC_gen("P-384");
    int len = *ret ? i2d_PrivateKey(*ret, &der) : 0;
    int r =
        len > 0 ? awi_put(scope, TABLE, awi_str_from(alg), awi_str_of(der, (size_t)len)) : -ENOMEM;
    if (len > 0) {
        OPENSSL_clear_free(der, (size_t)len);
    }
    return r;
}

int awi_issuer_key(struct awi_txn *txn,
                   struct awi_arena *arena,
                   struct awi_str account,
                   const char *alg,
                   EVP_PKEY **ret,
                   struct awi_str *ret_kid)
{
    struct awi_scope scope = awi_principal_scope(txn, account);
    int r = read_key(&scope, alg, ret);

    r = r == -ENOENT ? make_key(&scope, alg, ret) : r;
    return r ? r : name_key(arena, *ret, ret_kid);
}

int awi_issuer_jwks(struct awi_txn *txn,
                    struct awi_arena *arena,
                    struct awi_str account,
                    struct awi_str *ret)
{
    struct awi_scope scope = awi_principal_scope(txn, account);
    struct awi_str list = AWI_STR(""), kid, jwk;

    for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
        AWI_AUTO(pkey) EVP_PKEY *key = NULL;
        int r = read_key(&scope, algorithms[i], &key);
        if (r == -ENOENT) {
            continue;
        }
        r = r ? r : name_key(arena, key, &kid);
        r = r ? r : awi_jwk_write(arena, key, algorithms[i], kid, &jwk);
        if (r) {
            return r;
        }
        list = awi_arena_printf(
            arena, "%.*s%s%.*s", AWI_STR_FMT(list), list.len ? "," : "", AWI_STR_FMT(jwk));
    }
    *ret = awi_arena_printf(arena, "{\"keys\":[%.*s]}", AWI_STR_FMT(list));
    return list.ptr && ret->ptr ? 0 : -ENOMEM;
}
