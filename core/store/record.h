/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as typed values: the struct of any generated shape, kept as CBOR with the member names,
 * so that a member added later is simply absent from older records and one that is gone is ignored.
 *
 * A service declares the shapes it stores beside its model's in services/<svc>/records.json, in the
 * language of AWS's models (so a record may hold AWS's own shapes); the generator treats both
 * alike.
 */
#pragma once

#include "core/shape/shape.h"
#include "core/store/store.h"

/* Reads the record at key into value (the struct of shape, cleared first); text is copied to the
 * arena. -ENOENT; -EBADMSG when the stored bytes are no such record. */
int awi_record_get(const struct awi_scope *scope,
                   const char *table,
                   struct awi_str key,
                   struct awi_arena *arena,
                   const struct awi_shape *shape,
                   void *value);
int awi_record_put(const struct awi_scope *scope,
                   const char *table,
                   struct awi_str key,
                   struct awi_arena *arena,
                   const struct awi_shape *shape,
                   const void *value);
/* -EEXIST when the key is there already. */
int awi_record_insert(const struct awi_scope *scope,
                      const char *table,
                      struct awi_str key,
                      struct awi_arena *arena,
                      const struct awi_shape *shape,
                      const void *value);
/* From bytes that a cursor gave. */
int awi_record_decode(struct awi_str bytes,
                      struct awi_arena *arena,
                      const struct awi_shape *shape,
                      void *value);

/* To bytes, in the arena, for what keeps records elsewhere (the call journal). */
int awi_record_encode(struct awi_arena *arena,
                      const struct awi_shape *shape,
                      const void *value,
                      struct awi_str *ret);
