/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates, what they say and who issued them, by OpenSSL.
 */
#include "services/iam/pem.h"
#include "services/iam/ssl.h"

#include "core/util/base64.h"
#include "core/util/digest.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define MOST_IN_CHAIN 64

static BIO *source(struct awi_str text)
{
    return text.len && text.len <= INT_MAX ? BIO_new_mem_buf(text.ptr, (int)text.len) : NULL;
}

/* An encrypted key is not asked about: there is nobody to ask. */
static int no_password(char *buffer, int size, int writing, void *arg)
{
    return -1;
}

/* All certificates of the text; NULL when there is none, or something that is none. */
static STACK_OF(X509) * read_all(struct awi_str text)
{
    AWI_AUTO(bio) BIO *bio = source(text);
    AWI_AUTO(stack) STACK_OF(X509) *list = sk_X509_new_null();

    while (bio && list && sk_X509_num(list) < MOST_IN_CHAIN) {
        X509 *one = PEM_read_bio_X509(bio, NULL, no_password, NULL);
        if (!one) {
            break;
        }
        if (!sk_X509_push(list, one)) {
            X509_free(one);
            return NULL;
        }
    }
    bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return list && at_end && sk_X509_num(list) > 0 ? AWI_STEAL(list, NULL) : NULL;
}

static X509 *read_one(struct awi_str text)
{
    AWI_AUTO(stack) STACK_OF(X509) *list = read_all(text);

    return list && sk_X509_num(list) == 1 ? sk_X509_pop(list) : NULL;
}

static int64_t to_ms(const ASN1_TIME *at)
{
    struct tm tm;

    return ASN1_TIME_to_tm(at, &tm) == 1 ? (int64_t)timegm(&tm) * 1000 : 0;
}

int iam_pem_certificate(struct awi_arena *arena, struct awi_str text, struct iam_certificate *ret)
{
    struct awi_str body = awi_str_trim(text);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!awi_str_starts(body, AWI_STR("-----BEGIN ")) || !awi_str_ends(body, AWI_STR("-----"))) {
        return -EINVAL;
    }
    AWI_AUTO(x509) X509 *x509 = read_one(body);
    if (!x509) {
        return -EINVAL;
    }
    ret->from_ms = to_ms(X509_get0_notBefore(x509));
    ret->until_ms = to_ms(X509_get0_notAfter(x509));
    if (X509_digest(x509, EVP_sha256(), digest, &len) != 1) {
        return -EINVAL;
    }
    ret->fingerprint = awi_hex(arena, awi_str_of(digest, len));
    return ret->fingerprint.ptr ? 0 : -ENOMEM;
}

static EVP_PKEY *read_key(struct awi_str text)
{
    AWI_AUTO(bio) BIO *bio = source(text);

    return bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
}

bool iam_pem_is_key(struct awi_str text)
{
    AWI_AUTO(pkey) EVP_PKEY *key = read_key(text);

    ERR_clear_error();
    return key != NULL;
}

int iam_pem_check_key(struct awi_str certificate, struct awi_str text)
{
    AWI_AUTO(x509) X509 *x509 = read_one(certificate);
    AWI_AUTO(pkey) EVP_PKEY *key = read_key(text);
    int r = !x509 || !key ? -EINVAL : X509_check_private_key(x509, key) == 1 ? 0 : -EKEYREJECTED;

    ERR_clear_error();
    return r;
}

static bool issued(X509 *issuer, X509 *subject)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);

    return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) == 0 &&
           key && X509_verify(subject, key) == 1;
}

int iam_pem_check_chain(struct awi_str certificate, struct awi_str text, int *ret_bad)
{
    AWI_AUTO(x509) X509 *first = read_one(certificate);
    AWI_AUTO(stack) STACK_OF(X509) *chain = read_all(text);
    X509 *subject = first;
    int r = first && chain ? 0 : -EINVAL;

    for (int i = 0; r == 0 && i < sk_X509_num(chain); i++) {
        X509 *issuer = sk_X509_value(chain, i);
        if (!issued(issuer, subject)) {
            *ret_bad = i;
            r = -EKEYREJECTED;
        }
        subject = issuer;
    }
    ERR_clear_error();
    return r;
}
