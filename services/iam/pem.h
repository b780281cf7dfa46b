/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and public keys in text form, read with OpenSSL. All text that is returned lies in
 * the arena.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct iam_certificate {
    int64_t from_ms, until_ms;  /* validity */
    struct awi_str fingerprint; /* SHA-256, hexadecimal */
};

/* Exactly one certificate in PEM, and nothing but blanks around it. -EINVAL. */
int iam_pem_certificate(struct awi_arena *arena, struct awi_str text, struct iam_certificate *ret);

/* Is the private key (PEM, not encrypted) the certificate's? 0; -EINVAL: no such key;
 * -EKEYREJECTED: it is another's. */
int iam_pem_check_key(struct awi_str certificate, struct awi_str key);

/* A private key in PEM that is not encrypted? */
bool iam_pem_is_key(struct awi_str text);

/* Did each certificate of the chain issue the one before, the first of them the certificate? 0;
 * -EINVAL: no certificates; -EKEYREJECTED: not the one at *ret_bad, counted from 0. */
int iam_pem_check_chain(struct awi_str certificate, struct awi_str chain, int *ret_bad);

/* An RSA public key in OpenSSH's form or in PEM. */
struct iam_ssh_key {
    int bits;
    struct awi_str ssh;         /* "ssh-rsa AAAA..." */
    struct awi_str pem;         /* SubjectPublicKeyInfo */
    struct awi_str fingerprint; /* MD5 of the key's bytes: "ab:cd:..." */
};

/* -EINVAL: it is in one of the two forms, but no key; -ENOTSUP: in neither form. */
int iam_ssh_key_read(struct awi_arena *arena, struct awi_str text, struct iam_ssh_key *ret);
