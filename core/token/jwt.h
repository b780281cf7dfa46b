/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens that are signed (RFC 7515 compact, 7519), with RS256, RS384, RS512, ES256, ES384
 * and ES512. What a token says counts only after awi_jwt_verify() found its signature good; there
 * is no "none", and a key only verifies what its own kind of algorithm made.
 */
#pragma once

#include "core/policy/json.h"

#include <openssl/evp.h>

#define AWI_JWT_MOST (64u * 1024)

struct awi_jwt {
    struct awi_str alg;
    struct awi_str kid; /* absent: none */
    const struct awi_json *claims;
    struct awi_str signed_part; /* header.payload, as it stands in the token */
    struct awi_str signature;   /* bytes */
};

/* The token lives as long as text. 0; -EBADMSG: no such token; -ENOMEM. */
int awi_jwt_read(struct awi_arena *arena, struct awi_str text, struct awi_jwt *ret);

/*
 * Did one of these keys (a JSON Web Key Set) make it? Of a token with a key id only that key is
 * asked. 1 yes, 0 no; -ENOKEY: no key fits; -EBADMSG: jwks is no key set; -ENOMEM.
 */
int awi_jwt_verify(struct awi_arena *arena, const struct awi_jwt *jwt, struct awi_str jwks);

/* The value of a claim that is a string; absent otherwise. */
struct awi_str awi_jwt_text(const struct awi_jwt *jwt, const char *claim);
/* Seconds of a claim that is a number (its fraction dropped); false when it is none. */
bool awi_jwt_time(const struct awi_jwt *jwt, const char *claim, int64_t *ret);

/* A token of these claims (JSON text), made with a private key of the algorithm. */
int awi_jwt_sign(struct awi_arena *arena,
                 EVP_PKEY *key,
                 const char *alg,
                 struct awi_str kid,
                 struct awi_str claims,
                 struct awi_str *ret);
