/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys with which an account's outbound federation signs (core/identity/federation.h has its
 * issuer): one for each algorithm, made at its first need and kept in the state.
 */
#pragma once

#include "core/store/store.h"

#include <openssl/evp.h>

/* alg: "RS256", "ES384". *ret is to be freed; *ret_kid lies in the arena. Needs a transaction for
 * writing. 0 or -errno. */
int awi_issuer_key(struct awi_txn *txn,
                   struct awi_arena *arena,
                   struct awi_str account,
                   const char *alg,
                   EVP_PKEY **ret,
                   struct awi_str *ret_kid);

/* The public keys that there are, as a JSON Web Key Set in the arena. */
int awi_issuer_jwks(struct awi_txn *txn,
                    struct awi_arena *arena,
                    struct awi_str account,
                    struct awi_str *ret);
