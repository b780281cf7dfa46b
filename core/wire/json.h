/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON <-> typed values. The reader goes through the text once and fills the structs directly: a
 * tree in between (jansson, measured: 11 us for a PutItem of 1 KiB, which is read in under 3 here)
 * would cost more than the rest of the request. Strings without escapes point into the text.
 *
 * Of duplicate keys the last wins, null is absence, unknown members are checked and skipped.
 */
#pragma once

#include "core/wire/scalar.h"

/* The text of one value into the bare value of shape, which is cleared. Members that the rest
 * protocols carry outside of the body are not looked for. 0, 1, -ENOMEM. */
int awi_json_decode(struct awi_wire_in *in,
                    const struct awi_shape *shape,
                    struct awi_str text,
                    void *bare);

/* Members of a structure are written in the model's order; those outside of the body are not. */
void awi_json_encode(struct awi_out *out, const struct awi_shape *shape, const void *bare);

/* "..." with everything escaped that must be. */
void awi_json_string(struct awi_out *out, struct awi_str text);
