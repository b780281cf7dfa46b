/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values as lines, for case files: "Tags[0].Key = name", one for each scalar that is set, in
 * the model's order. Map entries are {key}; empty lists, maps and structures are "[]", "{}", "()".
 */
#pragma once

#include "core/shape/shape.h"
#include "core/util/buf.h"

/* Adds "path = value\n" lines to the buffer. */
void value_dump(struct awi_buf *out, const struct awi_shape *shape, const void *bare);

/* Sets what a line's left side names, making what is on the way. Fails the test when it cannot. */
void value_set(struct awi_arena *arena,
               const struct awi_shape *shape,
               void *bare,
               struct awi_str path,
               struct awi_str value);

/* \n \t \r \\ and \xHH, both ways. */
struct awi_str text_unescape(struct awi_arena *arena, struct awi_str text);
void text_escape(struct awi_buf *out, struct awi_str text);
