/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the certificates of ca.c; private to core/net. */
#pragma once

#include "core/util/str.h"

#include <stdbool.h>

#include <openssl/ssl.h>

/* A new P-256 key; NULL: OpenSSL failed. */
EVP_PKEY *awi_ca_key_new(OSSL_LIB_CTX *libctx);

/* A self-signed CA certificate that permits the hosts of hosts.def and these. NULL: failed. */
X509 *
awi_ca_root_new(OSSL_LIB_CTX *libctx, EVP_PKEY *key, const struct awi_str *hosts, size_t n_hosts);

/* May a certificate of this CA name the host? */
bool awi_ca_root_permits(X509 *root, struct awi_str host);

/* A server certificate for host (checked with awi_ca_is_host) over key, issued by the CA. */
X509 *awi_ca_leaf_new(
    OSSL_LIB_CTX *libctx, X509 *root, EVP_PKEY *root_key, EVP_PKEY *key, struct awi_str host);

/* Can a certificate have this name or address? */
bool awi_ca_is_host(struct awi_str host);
