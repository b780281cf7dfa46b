/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate authority of this process and the certificates it issues for the names that
 * clients ask for. P-256, made at first use, kept in memory; a forked child has its parent's. The
 * CA's critical name constraints permit the hosts of hosts.def, localhost, loopback addresses and
 * what it is given, so it is worthless for any other host.
 *
 * All functions may be called from any thread. OpenSSL is used through a library context of our
 * own; nothing of a host's OpenSSL is touched.
 */
#pragma once

#include "core/util/str.h"

#include <openssl/ssl.h>

struct awi_ca;

/* Takes nothing but the hosts' names (names or addresses in text form, copied). NULL: no memory. */
struct awi_ca *awi_ca_new(const struct awi_str *hosts, size_t n_hosts);
/* Tests only: a host's CA is never taken down. NULL is nothing. */
void awi_ca_free(struct awi_ca *ca);

/*
 * Takes the CA that lies in dir (ca.pem, mode 0600: key and certificate), or makes one and puts it
 * there; processes that do this at once end with the same. For static programs, whose supervisor
 * and children are different processes. To be called before the first use. A CA that is expired or
 * does not permit a host of awi_ca_new() is replaced. 0 or -errno.
 */
int awi_ca_persist(struct awi_ca *ca, const char *dir);

OSSL_LIB_CTX *awi_ca_libctx(struct awi_ca *ca);

/* The CA certificate, which the CA owns. 0 or -errno. */
int awi_ca_cert(struct awi_ca *ca, X509 **ret);
/* The same, encoded; valid as long as the CA. */
int awi_ca_der(struct awi_ca *ca, struct awi_str *ret);
int awi_ca_pem(struct awi_ca *ca, struct awi_str *ret);

/*
 * A certificate for this host (a name or an address in text form), and its key. Cached by name;
 * *ret_cert is the caller's to X509_free(), the key is the CA's and the same for all. 0; -EINVAL:
 * no name that a certificate can have; -errno.
 */
int awi_ca_leaf(struct awi_ca *ca, struct awi_str host, X509 **ret_cert, EVP_PKEY **ret_key);
