/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token/jwk.h"

#include "core/util/base64.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

static const struct curve {
    const char *name; /* RFC 7518 6.2.1.1 */
    const char *group;
    size_t size; /* bytes of a coordinate */
} curves[] = {
    {"P-256", "prime256v1", 32},
    {"P-384", "secp384r1", 48},
    {"P-521", "secp521r1", 66},
};

#define N_CURVES      (sizeof(curves) / sizeof(*curves))
#define MOST_POINT    (1 + 2 * 66)
#define MOST_MODULUS  (16384 / 8)
#define LEAST_MODULUS (1024 / 8)

/* A member that is base64url. */
static int
bytes_of(struct awi_arena *arena, const struct awi_json *jwk, const char *name, struct awi_str *ret)
{
    const struct awi_json *value = awi_json_get(jwk, name);
    int r = value && value->type == AWI_JSON_STRING ? awi_base64url_decode(arena, value->text, ret)
                                                    : -EBADMSG;

    return r == -EINVAL ? -EBADMSG : r;
}

static int make(const char *kind, OSSL_PARAM *params, EVP_PKEY **ret)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    int r = params && context ? -EBADMSG : -ENOMEM;

    *ret = NULL;
    if (r == -EBADMSG && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, ret, EVP_PKEY_PUBLIC_KEY, params) == 1) {
        r = 0;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return r;
}

static int read_rsa(struct awi_arena *arena, const struct awi_json *jwk, EVP_PKEY **ret)
{
    struct awi_str n, e;
    int r = bytes_of(arena, jwk, "n", &n);

    r = r ? r : bytes_of(arena, jwk, "e", &e);
    if (r || n.len < LEAST_MODULUS || n.len > MOST_MODULUS || e.len == 0 || e.len > 8) {
        return r ? r : -EBADMSG;
    }
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.ptr, (int)n.len, NULL);
    BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.ptr, (int)e.len, NULL);
    OSSL_PARAM *params = NULL;
    if (build && modulus && exponent &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        params = OSSL_PARAM_BLD_to_param(build);
    }
    r = make("RSA", params, ret);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    return r;
}

static int read_ec(struct awi_arena *arena, const struct awi_json *jwk, EVP_PKEY **ret)
{
    const struct awi_json *name = awi_json_get(jwk, "crv");
    unsigned char point[MOST_POINT] = {POINT_CONVERSION_UNCOMPRESSED};
    struct awi_str x, y;
    size_t at = 0;

    while (at < N_CURVES && !(name && awi_str_is(name->text, curves[at].name))) {
        at++;
    }
    int r = at < N_CURVES ? bytes_of(arena, jwk, "x", &x) : -EBADMSG;
    r = r ? r : bytes_of(arena, jwk, "y", &y);
    if (r || x.len != curves[at].size || y.len != curves[at].size) {
        return r ? r : -EBADMSG;
    }
    memcpy(point + 1, x.ptr, x.len);
    memcpy(point + 1 + x.len, y.ptr, y.len);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    if (build &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curves[at].group, 0) ==
            1 &&
        OSSL_PARAM_BLD_push_octet_string(
            build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + x.len + y.len) == 1) {
        params = OSSL_PARAM_BLD_to_param(build);
    }
    r = make("EC", params, ret);
    OSSL_PARAM_BLD_free(build);
    return r;
}

int awi_jwk_read(struct awi_arena *arena, const struct awi_json *jwk, EVP_PKEY **ret)
{
    const struct awi_json *kind = awi_json_get(jwk, "kty");

    return kind && awi_str_is(kind->text, "RSA")  ? read_rsa(arena, jwk, ret)
           : kind && awi_str_is(kind->text, "EC") ? read_ec(arena, jwk, ret)
                                                  : -EBADMSG;
}

/* --- Writing --------------------------------------------------------------------------------- */

/* A number of the key, padded to size (0: as short as it is). */
static struct awi_str
number_of(struct awi_arena *arena, const EVP_PKEY *key, const char *name, size_t size)
{
    unsigned char bytes[MOST_MODULUS];
    struct awi_str text = AWI_STR_NULL;
    BIGNUM *number = NULL;

    if (EVP_PKEY_get_bn_param(key, name, &number) == 1) {
        size_t len = size ? size : (size_t)BN_num_bytes(number);
        if (len <= sizeof(bytes) && BN_bn2binpad(number, bytes, (int)len) == (int)len) {
            text = awi_base64url(arena, awi_str_of(bytes, len));
        }
    }
    BN_free(number);
    return text;
}

int awi_jwk_write(struct awi_arena *arena,
                  const EVP_PKEY *key,
                  const char *alg,
                  struct awi_str kid,
                  struct awi_str *ret)
{
    char group[32] = "";
    size_t at = 0;
    struct awi_str first, second;

    if (EVP_PKEY_is_a(key, "RSA")) {
        first = number_of(arena, key, OSSL_PKEY_PARAM_RSA_N, 0);
        second = number_of(arena, key, OSSL_PKEY_PARAM_RSA_E, 0);
        at = N_CURVES;
    } else {
        EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
        while (at < N_CURVES && strcmp(group, curves[at].group) != 0) {
            at++;
        }
        if (at == N_CURVES) {
            return -EINVAL;
        }
        first = number_of(arena, key, OSSL_PKEY_PARAM_EC_PUB_X, curves[at].size);
        second = number_of(arena, key, OSSL_PKEY_PARAM_EC_PUB_Y, curves[at].size);
    }
    struct awi_str numbers =
        at == N_CURVES
            ? awi_arena_printf(arena,
                               "{\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"%.*s\"",
                               AWI_STR_FMT(first),
                               AWI_STR_FMT(second))
            : awi_arena_printf(arena,
                               "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%.*s\",\"y\":\"%.*s\"",
                               curves[at].name,
                               AWI_STR_FMT(first),
                               AWI_STR_FMT(second));
    *ret = awi_arena_printf(arena,
                            "%.*s,\"alg\":\"%s\",\"use\":\"sig\",\"kid\":\"%.*s\"}",
                            AWI_STR_FMT(numbers),
                            alg,
                            AWI_STR_FMT(kid));
    return first.ptr && second.ptr && numbers.ptr && ret->ptr ? 0 : -ENOMEM;
}
