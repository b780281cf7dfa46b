/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that only the holder of a key can read or make: compressed, AES-256-GCM, base64url without
 * padding. What it is about (an account) is no part of it but must be told again to open it.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#define AWI_SEAL_KEY   32
#define AWI_SEAL_NONCE 12
#define AWI_SEAL_MOST  (64u * 1024) /* bytes of the text */

/* nonce: never the same twice with one key. *ret in the arena. 0, -EMSGSIZE, -ENOMEM. */
int awi_seal(struct awi_arena *arena,
             const unsigned char key[AWI_SEAL_KEY],
             const unsigned char nonce[AWI_SEAL_NONCE],
             struct awi_str about,
             struct awi_str text,
             struct awi_str *ret);
/* -EBADMSG: not sealed with this key and about this. -ENOMEM. */
int awi_unseal(struct awi_arena *arena,
               const unsigned char key[AWI_SEAL_KEY],
               struct awi_str about,
               struct awi_str sealed,
               struct awi_str *ret);
