/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR (RFC 8949) <-> typed values, as rpc-v2-cbor has it: structures are maps by member name,
 * times are tag 1. Records are kept so, too (core/store/record.h). By hand, since what is needed of
 * the format is small and the structs are filled without a tree in between.
 *
 * The reader also takes indefinite lengths, all widths of numbers, null and undefined (absence);
 * unknown members are skipped. Strings point into the bytes.
 */
#pragma once

#include "core/wire/scalar.h"

/* Exactly one value. bare is cleared before. 0, 1, -ENOMEM. */
int awi_cbor_decode(struct awi_wire_in *in,
                    const struct awi_shape *shape,
                    struct awi_str bytes,
                    void *bare);

void awi_cbor_encode(struct awi_out *out, const struct awi_shape *shape, const void *bare);

/* Parts, for answers that are no shape: a map's head and text. */
void awi_cbor_map(struct awi_out *out, size_t n);
void awi_cbor_text(struct awi_out *out, struct awi_str text);
/* The entries of a structure that are set, to stand inside a map; how many. skip: a member left
 * out, absent: none. */
size_t awi_cbor_count(const struct awi_shape *shape, const void *bare, struct awi_str skip);
size_t awi_cbor_members(struct awi_out *out,
                        const struct awi_shape *shape,
                        const void *bare,
                        struct awi_str skip);
