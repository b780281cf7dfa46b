/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java's trust stores, private to core/net. JKS (the format of sun.security.provider.JavaKeyStore):
 * magic, version and count, entries, then a SHA-1 over a password and what stands before. PKCS12
 * (RFC 7292) is handed over as JKS, which the JDK reads under either name.
 */
#pragma once

#include "core/util/buf.h"
#include "core/util/str.h"

#include <stdbool.h>

#include <openssl/ssl.h>

bool awi_trust_is_jks(struct awi_str content);
bool awi_trust_is_pkcs12(struct awi_str content);

/* Adds a trusted certificate. 0; -ENODATA: malformed; -ENOKEY: the store's password is not
 * "changeit", so no digest can be made; -errno. */
int awi_trust_jks_add(struct awi_buf *content, struct awi_str der);

/* Replaces a PKCS12 trust store by a JKS of the same certificates. 0; -ENODATA: malformed, or it
 * holds keys; -ENOKEY: another password than "changeit" or none; -errno. */
int awi_trust_pkcs12_to_jks(OSSL_LIB_CTX *libctx, struct awi_buf *content);
