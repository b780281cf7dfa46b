/* SPDX-License-Identifier: Apache-2.0 */
/* The CA in a directory: ca.pem, mode 0600, key and certificate. Private to core/net. */
#pragma once

#include <openssl/ssl.h>

/* Opens dir and holds it for this process alone until awi_ca_file_unlock(). A descriptor or -errno.
 */
int awi_ca_file_lock(const char *dir);
void awi_ca_file_unlock(int dirfd);

/* 0; -ENOENT: none; -EBADMSG: unreadable as such; -EPERM: others may read or own it; -errno. */
int awi_ca_file_read(OSSL_LIB_CTX *libctx, int dirfd, EVP_PKEY **ret_key, X509 **ret_cert);
/* Replaces the file, whole or not at all. 0 or -errno. */
int awi_ca_file_write(int dirfd, EVP_PKEY *key, X509 *cert);
