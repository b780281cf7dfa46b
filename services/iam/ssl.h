/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's objects as variables that clean up after themselves (core/util/cleanup.h). */
#pragma once

#include "core/util/cleanup.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#define IAM_SSL_AUTO(kind, Type, release)                                                          \
    static inline void awi_auto_##kind(Type **object)                                              \
    {                                                                                              \
        release(*object);                                                                          \
    }

IAM_SSL_AUTO(bio, BIO, BIO_free)
IAM_SSL_AUTO(x509, X509, X509_free)
IAM_SSL_AUTO(pkey, EVP_PKEY, EVP_PKEY_free)
IAM_SSL_AUTO(bn, BIGNUM, BN_free)
IAM_SSL_AUTO(context, EVP_PKEY_CTX, EVP_PKEY_CTX_free)
IAM_SSL_AUTO(builder, OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
IAM_SSL_AUTO(params, OSSL_PARAM, OSSL_PARAM_free)
#undef IAM_SSL_AUTO

static inline void awi_auto_stack(STACK_OF(X509) * *stack)
{
    sk_X509_pop_free(*stack, X509_free);
}
