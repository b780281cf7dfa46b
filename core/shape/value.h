/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How walkers reach a value. A value has two forms (shape.h): as a structure's member, where
 * scalars carry `set` and structures are pointers, and bare, as list items and map values lie. A
 * walker works on bare values only; these functions lead from the member to the bare value.
 */
#pragma once

#include "core/shape/shape.h"

struct awi_body;

/* The bare value of a member, or NULL when it is absent. */
static inline const void *awi_member_value(const struct awi_shape *shape, const void *member)
{
    switch (shape->type) {
    case AWI_TYPE_BOOL: {
        const struct awi_opt_bool *opt = member;
        return opt->set ? &opt->v : NULL;
    }
    case AWI_TYPE_I32: {
        const struct awi_opt_i32 *opt = member;
        return opt->set ? &opt->v : NULL;
    }
    case AWI_TYPE_I64: {
        const struct awi_opt_i64 *opt = member;
        return opt->set ? &opt->v : NULL;
    }
    case AWI_TYPE_F64: {
        const struct awi_opt_f64 *opt = member;
        return opt->set ? &opt->v : NULL;
    }
    case AWI_TYPE_TIME: {
        const struct awi_opt_time *opt = member;
        return opt->set ? &opt->ms : NULL;
    }
    case AWI_TYPE_BODY:
        return *(struct awi_body *const *)member ? member : NULL;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        return ((const struct awi_list *)member)->set ? member : NULL;
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        return *(const void *const *)member;
    default:
        return ((const struct awi_str *)member)->ptr ? member : NULL;
    }
}

/* The same by descriptor: structure is the struct that has the member. */
static inline const void *awi_member_of(const struct awi_member *member, const void *structure)
{
    return awi_member_value(member->shape, (const char *)structure + member->offset);
}

/*
 * Makes a member present and gives the place of its bare value, to be written. A structure's place
 * is new and cleared, unless it was there already. NULL: no memory.
 */
void *awi_member_open(struct awi_arena *arena, const struct awi_shape *shape, void *member);

/* The bare value number at of a list, or the entry of a map (whose key comes first). */
static inline const void *
awi_list_at(const struct awi_shape *shape, const struct awi_list *list, size_t at)
{
    return (const char *)list->items + at * shape->size;
}

/*
 * One more item (cleared) at the end of a list or map that a decoder fills; *room is how many items
 * the memory holds and starts at 0. NULL: no memory.
 */
void *awi_list_add(struct awi_arena *arena,
                   const struct awi_shape *shape,
                   struct awi_list *list,
                   size_t *room);
