/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that a state has for itself, by purpose, so that what one process seals another of the same
 * state opens. Each is made at its first need; a reset forgets it.
 */
#pragma once

#include "core/ids.h"
#include "core/store/store.h"

#define AWI_STATE_KEY 32 /* bytes */

/* What DecodeAuthorizationMessage reads. */
#define AWI_STATE_KEY_REFUSALS "refusals"

/* -ENOENT: not made yet. */
int awi_state_key_get(struct awi_txn *txn, const char *purpose, unsigned char ret[AWI_STATE_KEY]);
/* The one there is, else a new one, stored. */
int awi_state_key_make(struct awi_txn *txn,
                       struct awi_random *random,
                       const char *purpose,
                       unsigned char ret[AWI_STATE_KEY]);
