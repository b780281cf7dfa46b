/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values in the store, as CBOR.
 */
#include "core/store/record.h"

#include "core/wire/cbor.h"

#include <errno.h>

int awi_record_decode(struct awi_str bytes,
                      struct awi_arena *arena,
                      const struct awi_shape *shape,
                      void *value)
{
    struct awi_wire_in in = {.arena = arena};
    /* The store's bytes go away with the transaction; the decoded texts point into their copy. */
    struct awi_str copy = awi_arena_str(arena, bytes);

    if (!copy.ptr) {
        return bytes.ptr ? -ENOMEM : -EBADMSG;
    }
    memset(value, 0, shape->size);
    int e = awi_cbor_decode(&in, shape, copy, value);
    return e == 1 ? -EBADMSG : e;
}

int awi_record_get(const struct awi_scope *scope,
                   const char *table,
                   struct awi_str key,
                   struct awi_arena *arena,
                   const struct awi_shape *shape,
                   void *value)
{
    struct awi_str bytes;
    int r = awi_get(scope, table, key, &bytes);

    return r < 0 ? r : awi_record_decode(bytes, arena, shape, value);
}

int awi_record_encode(struct awi_arena *arena,
                      const struct awi_shape *shape,
                      const void *value,
                      struct awi_str *ret)
{
    struct awi_out out = {.arena = arena};

    awi_cbor_encode(&out, shape, value);
    *ret = awi_out_view(&out);
    return out.failed ? -ENOMEM : 0;
}

int awi_record_put(const struct awi_scope *scope,
                   const char *table,
                   struct awi_str key,
                   struct awi_arena *arena,
                   const struct awi_shape *shape,
                   const void *value)
{
    struct awi_str bytes;
    int r = awi_record_encode(arena, shape, value, &bytes);

    return r < 0 ? r : awi_put(scope, table, key, bytes);
}

int awi_record_insert(const struct awi_scope *scope,
                      const char *table,
                      struct awi_str key,
                      struct awi_arena *arena,
                      const struct awi_shape *shape,
                      const void *value)
{
    struct awi_str bytes;
    int r = awi_record_encode(arena, shape, value, &bytes);

    return r < 0 ? r : awi_insert(scope, table, key, bytes);
}
