/* SPDX-License-Identifier: Apache-2.0 */
#include "core/token/jwt.h"

#include "core/token/jwk.h"
#include "core/util/base64.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <openssl/ec.h>

#define MOST_DER 160 /* of an ECDSA signature */

static const struct algorithm {
    const char *name;
    const char *kind;  /* of the key */
    const char *group; /* of an EC key */
    const EVP_MD *(*digest)(void);
    size_t size; /* of each half of an EC signature */
} algorithms[] = {
    {"RS256", "RSA", NULL, EVP_sha256, 0},
    {"RS384", "RSA", NULL, EVP_sha384, 0},
    {"RS512", "RSA", NULL, EVP_sha512, 0},
    {"ES256", "EC", "prime256v1", EVP_sha256, 32},
    {"ES384", "EC", "secp384r1", EVP_sha384, 48},
    {"ES512", "EC", "secp521r1", EVP_sha512, 66},
};

static const struct algorithm *find_algorithm(struct awi_str name)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
        if (awi_str_is(name, algorithms[i].name)) {
            return &algorithms[i];
        }
    }
    return NULL;
}

static bool fits(const struct algorithm *algorithm, const EVP_PKEY *key)
{
    char group[32] = "";

    if (!EVP_PKEY_is_a(key, algorithm->kind)) {
        return false;
    }
    return !algorithm->group || (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
                                 strcmp(group, algorithm->group) == 0);
}

/* --- Reading --------------------------------------------------------------------------------- */

static int read_part(struct awi_arena *arena, struct awi_str part, const struct awi_json **ret)
{
    struct awi_json_error error;
    struct awi_str text;
    int r = awi_base64url_decode(arena, part, &text);

    r = r ? r : awi_json_read(arena, text, ret, &error);
    if (r == 0 && (*ret)->type != AWI_JSON_OBJECT) {
        r = -EBADMSG;
    }
    return r == -ENOMEM ? r : r ? -EBADMSG : 0;
}

static struct awi_str text_of(const struct awi_json *value)
{
    return value && value->type == AWI_JSON_STRING ? value->text : AWI_STR_NULL;
}

int awi_jwt_read(struct awi_arena *arena, struct awi_str text, struct awi_jwt *ret)
{
    struct awi_str rest = text, header, payload;
    const struct awi_json *head = NULL;

    *ret = (struct awi_jwt){.alg = AWI_STR_NULL};
    if (text.len > AWI_JWT_MOST || !awi_str_cut(&rest, '.', &header) ||
        !awi_str_cut(&rest, '.', &payload) || !awi_str_is_set(rest)) {
        return -EBADMSG;
    }
    int r = read_part(arena, header, &head);
    r = r ? r : read_part(arena, payload, &ret->claims);
    r = r ? r : awi_base64url_decode(arena, rest, &ret->signature);
    if (r) {
        return r == -EINVAL ? -EBADMSG : r;
    }
    ret->alg = text_of(awi_json_get(head, "alg"));
    ret->kid = text_of(awi_json_get(head, "kid"));
    ret->signed_part = awi_str_head(text, header.len + 1 + payload.len);
    /* Extensions that must be understood (RFC 7515 4.1.11): none are. */
    return awi_json_get(head, "crit") ? -EBADMSG : 0;
}

struct awi_str awi_jwt_text(const struct awi_jwt *jwt, const char *claim)
{
    return text_of(awi_json_get(jwt->claims, claim));
}

bool awi_jwt_time(const struct awi_jwt *jwt, const char *claim, int64_t *ret)
{
    const struct awi_json *value = awi_json_get(jwt->claims, claim);
    struct awi_str whole, rest;

    if (!value || value->type != AWI_JSON_NUMBER) {
        return false;
    }
    rest = value->text;
    awi_str_cut(&rest, '.', &whole);
    return awi_str_to_i64(whole, ret) == 0 && *ret >= 0 && *ret < INT64_C(1) << 40;
}

/* --- Verifying ------------------------------------------------------------------------------- */

/* The two numbers of an EC signature (RFC 7518 3.4) as OpenSSL reads them. */
static int
der_of(const struct algorithm *algorithm, struct awi_str raw, unsigned char der[MOST_DER])
{
    const unsigned char *bytes = (const unsigned char *)raw.ptr;
    int size = (int)algorithm->size, len = -1;

    if (raw.len != 2 * algorithm->size) {
        return -1;
    }
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes, size, NULL), *s = BN_bin2bn(bytes + size, size, NULL);
    if (signature && r && s && ECDSA_SIG_set0(signature, r, s) == 1) {
        r = s = NULL;
        len = i2d_ECDSA_SIG(signature, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return len;
}

/* 1 yes, 0 no, -ENOMEM. */
static int verify_with(const struct awi_jwt *jwt, const struct algorithm *algorithm, EVP_PKEY *key)
{
    unsigned char der[MOST_DER];
    const unsigned char *signature = (const unsigned char *)jwt->signature.ptr;
    size_t len = jwt->signature.len;

    if (algorithm->size) {
        int n = der_of(algorithm, jwt->signature, der);
        if (n < 0) {
            return 0;
        }
        signature = der;
        len = (size_t)n;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context) {
        return -ENOMEM;
    }
    int good = EVP_DigestVerifyInit(context, NULL, algorithm->digest(), NULL, key) == 1 &&
               EVP_DigestVerify(context,
                                signature,
                                len,
                                (const unsigned char *)jwt->signed_part.ptr,
                                jwt->signed_part.len) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

int awi_jwt_verify(struct awi_arena *arena, const struct awi_jwt *jwt, struct awi_str jwks)
{
    const struct algorithm *algorithm = find_algorithm(jwt->alg);
    const struct awi_json *tree = NULL, *keys;
    struct awi_json_error error;
    int r = awi_json_read(arena, jwks, &tree, &error), found = -ENOKEY;

    keys = r == 0 ? awi_json_get(tree, "keys") : NULL;
    if (r == -ENOMEM || !keys || keys->type != AWI_JSON_ARRAY) {
        return r == -ENOMEM ? r : -EBADMSG;
    }
    for (const struct awi_json *at = keys->first; algorithm && at; at = at->next) {
        struct awi_str kid = text_of(awi_json_get(at, "kid"));
        AWI_AUTO(pkey) EVP_PKEY *key = NULL;
        if (awi_str_is_set(jwt->kid) && awi_str_is_set(kid) && !awi_str_eq(kid, jwt->kid)) {
            continue;
        }
        r = awi_jwk_read(arena, at, &key);
        if (r == 0 && fits(algorithm, key)) {
            found = verify_with(jwt, algorithm, key);
        }
        if (r == -ENOMEM || found == 1 || found == -ENOMEM) {
            return r == -ENOMEM ? r : found;
        }
    }
    return found;
}

/* --- Signing --------------------------------------------------------------------------------- */

static int raw_of(const struct algorithm *algorithm, struct awi_str der, unsigned char *raw)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
    int size = (int)algorithm->size;
    int r = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, size) == size &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + size, size) == size
                ? 0
                : -ENOMEM;

    ECDSA_SIG_free(signature);
    return r;
}

int awi_jwt_sign(struct awi_arena *arena,
                 EVP_PKEY *key,
                 const char *alg,
                 struct awi_str kid,
                 struct awi_str claims,
                 struct awi_str *ret)
{
    const struct algorithm *algorithm = find_algorithm(awi_str_from(alg));
    unsigned char signature[16384 / 8], raw[2 * 66];
    size_t len = sizeof(signature);

    if (!algorithm || !fits(algorithm, key)) {
        return -EINVAL;
    }
    struct awi_str head = awi_arena_printf(
        arena, "{\"alg\":\"%s\",\"kid\":\"%.*s\",\"typ\":\"JWT\"}", alg, AWI_STR_FMT(kid));
    struct awi_str parts[] = {
        awi_base64url(arena, head), AWI_STR("."), awi_base64url(arena, claims)};
    struct awi_str text = awi_arena_join(arena, parts, 3);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int r = head.ptr && parts[0].ptr && parts[2].ptr && text.ptr && context &&
                    EVP_DigestSignInit(context, NULL, algorithm->digest(), NULL, key) == 1 &&
                    EVP_DigestSign(
                        context, signature, &len, (const unsigned char *)text.ptr, text.len) == 1
                ? 0
                : -ENOMEM;
    EVP_MD_CTX_free(context);
    struct awi_str bytes = awi_str_of(signature, len);
    if (r == 0 && algorithm->size) {
        r = raw_of(algorithm, bytes, raw);
        bytes = awi_str_of(raw, 2 * algorithm->size);
    }
    if (r == 0) {
        struct awi_str all[] = {text, AWI_STR("."), awi_base64url(arena, bytes)};
        *ret = all[2].ptr ? awi_arena_join(arena, all, 3) : AWI_STR_NULL;
        r = ret->ptr ? 0 : -ENOMEM;
    }
    return r;
}
