/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of the instance metadata service: their end and a checksum of it, in text form. */
#pragma once

#include "core/ids.h"
#include "core/util/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* Absent for lack of memory. */
struct awi_str
awi_metadata_token(struct awi_arena *arena, struct awi_random *random, int64_t ends_ms);
/* Was it made here, and is now before its end? */
bool awi_metadata_token_is_good(struct awi_str token, int64_t now_ms);
