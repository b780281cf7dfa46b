/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random values of any shape, for property tests. Only what the protocol can carry is made: no
 * empty flattened list in XML, no blanks at the ends of a header, no structure without members in a
 * form. Constraints of the model are not kept.
 */
#pragma once

#include "core/shape/shape.h"

struct random_source {
    struct awi_arena *arena;
    uint64_t state;
    enum awi_protocol protocol;
};

uint32_t random_next(struct random_source *source, uint32_t below);

/* Fills the cleared bare value. False: nothing could be put into it at this depth. */
bool random_value(struct random_source *source,
                  const struct awi_shape *shape,
                  unsigned depth,
                  void *bare);
