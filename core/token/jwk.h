/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys as JSON Web Keys (RFC 7517, 7518 section 6): RSA, and EC on P-256, P-384 and P-521.
 */
#pragma once

#include "core/policy/json.h"

#include <openssl/evp.h>

/* *ret is a new key, to be freed. -EBADMSG: no key of these kinds. -ENOMEM. */
int awi_jwk_read(struct awi_arena *arena, const struct awi_json *jwk, EVP_PKEY **ret);

/* The public half of a key as a JSON Web Key with this id and algorithm. -EINVAL: of another kind.
 */
int awi_jwk_write(struct awi_arena *arena,
                  const EVP_PKEY *key,
                  const char *alg,
                  struct awi_str kid,
                  struct awi_str *ret);

static inline void awi_auto_pkey(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}
