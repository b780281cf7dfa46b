/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/ecdsa.h"

#include "core/util/buf.h"
#include "core/util/digest.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

/* The order of P-256 less two: a candidate above it is thrown away. */
static const unsigned char most[32] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
};

/* One round of the counter-mode derivation: HMAC over 1, label, 0, id, counter, 256. */
static int candidate(struct awi_str id, struct awi_str key, unsigned char n, unsigned char ret[32])
{
    static const char label[] = "AWS4-ECDSA-P256-SHA256";
    static const unsigned char one[4] = {0, 0, 0, 1}, bits[4] = {0, 0, 1, 0};
    struct awi_buf text = AWI_BUF_INIT(4096);
    int r;

    awi_buf_add(&text, one, sizeof(one));
    awi_buf_add(&text, label, sizeof(label)); /* its NUL is the separator */
    awi_buf_str(&text, id);
    awi_buf_char(&text, (char)n);
    awi_buf_add(&text, bits, sizeof(bits));
    r = awi_buf_failed(&text) ? text.error : awi_hmac(AWI_SHA256, key, awi_buf_view(&text), ret);
    awi_buf_deinit(&text);
    return r;
}

int awi_ecdsa_derive(struct awi_str id, struct awi_str secret, unsigned char ret[32])
{
    struct awi_buf key = AWI_BUF_INIT(4096);
    int r = -EINVAL;

    awi_buf_strz(&key, "AWS4A");
    awi_buf_str(&key, secret);
    for (unsigned n = 1; n < 255 && !awi_buf_failed(&key); n++) {
        r = candidate(id, awi_buf_view(&key), (unsigned char)n, ret);
        if (r || memcmp(ret, most, sizeof(most)) <= 0) {
            break;
        }
    }
    r = awi_buf_failed(&key) ? key.error : r;
    awi_buf_deinit(&key);
    for (int i = 31; i >= 0 && r == 0; i--) {
        if (++ret[i] != 0) {
            break;
        }
    }
    return r;
}

/* The public point of a private number, uncompressed. */
static bool public_point(const unsigned char secret[32], unsigned char point[65])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *number = BN_bin2bn(secret, 32, NULL);
    EC_POINT *at = group ? EC_POINT_new(group) : NULL;
    bool done = group && number && at && EC_POINT_mul(group, at, number, NULL, NULL, NULL) == 1 &&
                EC_POINT_point2oct(group, at, POINT_CONVERSION_UNCOMPRESSED, point, 65, NULL) == 65;

    EC_POINT_free(at);
    BN_clear_free(number);
    EC_GROUP_free(group);
    return done;
}

static EVP_PKEY *public_key(unsigned char point[65])
{
    char curve[] = "prime256v1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 65),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    if (context && EVP_PKEY_fromdata_init(context) == 1) {
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params);
    }
    EVP_PKEY_CTX_free(context);
    return key;
}

int awi_ecdsa_verify(struct awi_str id,
                     struct awi_str secret,
                     struct awi_str text,
                     struct awi_str signature)
{
    unsigned char number[32], point[65];
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int r = awi_ecdsa_derive(id, secret, number);

    if (r == 0) {
        key = public_point(number, point) ? public_key(point) : NULL;
        r = key && context ? 0 : -ENOMEM;
    }
    if (r == 0) {
        r = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
            EVP_DigestVerify(context,
                             (const unsigned char *)signature.ptr,
                             signature.len,
                             (const unsigned char *)text.ptr,
                             text.len) == 1;
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return r;
}
