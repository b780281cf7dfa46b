/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes, copies and comparison of typed values by their descriptors.
 */
#include "core/shape/shape.h"

#include "core/shape/value.h"

#include <errno.h>

size_t awi_shape_member_size(const struct awi_shape *shape)
{
    switch (shape->type) {
    case AWI_TYPE_BOOL:
        return sizeof(struct awi_opt_bool);
    case AWI_TYPE_I32:
        return sizeof(struct awi_opt_i32);
    case AWI_TYPE_I64:
        return sizeof(struct awi_opt_i64);
    case AWI_TYPE_F64:
        return sizeof(struct awi_opt_f64);
    case AWI_TYPE_TIME:
        return sizeof(struct awi_opt_time);
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
    case AWI_TYPE_BODY:
        return sizeof(void *);
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        return sizeof(struct awi_list);
    default:
        return sizeof(struct awi_str);
    }
}

size_t awi_shape_item_size(const struct awi_shape *shape)
{
    switch (shape->type) {
    case AWI_TYPE_BOOL:
        return sizeof(bool);
    case AWI_TYPE_I32:
        return sizeof(int32_t);
    case AWI_TYPE_I64:
    case AWI_TYPE_TIME:
        return sizeof(int64_t);
    case AWI_TYPE_F64:
        return sizeof(double);
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        return shape->size;
    default:
        return awi_shape_member_size(shape);
    }
}

void *awi_member_open(struct awi_arena *arena, const struct awi_shape *shape, void *member)
{
    switch (shape->type) {
    case AWI_TYPE_BOOL: {
        struct awi_opt_bool *opt = member;
        opt->set = true;
        return &opt->v;
    }
    case AWI_TYPE_I32: {
        struct awi_opt_i32 *opt = member;
        opt->set = true;
        return &opt->v;
    }
    case AWI_TYPE_I64: {
        struct awi_opt_i64 *opt = member;
        opt->set = true;
        return &opt->v;
    }
    case AWI_TYPE_F64: {
        struct awi_opt_f64 *opt = member;
        opt->set = true;
        return &opt->v;
    }
    case AWI_TYPE_TIME: {
        struct awi_opt_time *opt = member;
        opt->set = true;
        return &opt->ms;
    }
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION: {
        void **pointer = member;
        if (!*pointer) {
            *pointer = awi_arena_calloc(arena, 1, shape->size);
        }
        return *pointer;
    }
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        ((struct awi_list *)member)->set = true;
        return member;
    default:
        return member;
    }
}

void *awi_list_add(struct awi_arena *arena,
                   const struct awi_shape *shape,
                   struct awi_list *list,
                   size_t *room)
{
    if (list->n == *room) {
        size_t more = *room ? *room * 2 : 4;
        void *items = awi_arena_calloc(arena, more, shape->size);
        if (!items) {
            return NULL;
        }
        if (list->n) {
            memcpy(items, list->items, list->n * shape->size);
        }
        list->items = items;
        *room = more;
    }
    return (char *)list->items + list->n++ * shape->size;
}

static int
copy_value(struct awi_arena *arena, const struct awi_shape *shape, void *dst, const void *src);

static int
copy_members(struct awi_arena *arena, const struct awi_shape *shape, void *dst, const void *src)
{
    memset(dst, 0, shape->size);
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *from = awi_member_of(member, src);
        if (!from) {
            continue;
        }
        void *to = awi_member_open(arena, member->shape, (char *)dst + member->offset);
        int r = to ? copy_value(arena, member->shape, to, from) : -ENOMEM;
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int copy_items(struct awi_arena *arena,
                      const struct awi_shape *shape,
                      struct awi_list *dst,
                      const struct awi_list *src)
{
    *dst = (struct awi_list){.set = true, .n = src->n};
    if (src->n == 0) {
        return 0;
    }
    dst->items = awi_arena_calloc(arena, src->n, shape->size);
    if (!dst->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < src->n; i++) {
        char *to = (char *)dst->items + i * shape->size;
        const char *from = awi_list_at(shape, src, i);
        if (shape->type == AWI_TYPE_MAP) {
            struct awi_str key = awi_arena_str(arena, *(const struct awi_str *)from);
            if (!key.ptr) {
                return -ENOMEM;
            }
            *(struct awi_str *)to = key;
        }
        int r =
            copy_value(arena, shape->item, to + shape->value_offset, from + shape->value_offset);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int
copy_value(struct awi_arena *arena, const struct awi_shape *shape, void *dst, const void *src)
{
    switch (shape->type) {
    case AWI_TYPE_STRING:
    case AWI_TYPE_BLOB:
    case AWI_TYPE_DOCUMENT: {
        struct awi_str text = awi_arena_str(arena, *(const struct awi_str *)src);
        *(struct awi_str *)dst = text;
        return text.ptr || !((const struct awi_str *)src)->ptr ? 0 : -ENOMEM;
    }
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        return copy_items(arena, shape, dst, src);
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        return copy_members(arena, shape, dst, src);
    default:
        memcpy(dst, src, awi_shape_item_size(shape));
        return 0;
    }
}

int awi_shape_copy(struct awi_arena *arena,
                   const struct awi_shape *shape,
                   void *dst,
                   const void *src)
{
    return copy_value(arena, shape, dst, src);
}

static bool
equal_items(const struct awi_shape *shape, const struct awi_list *a, const struct awi_list *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        const char *x = awi_list_at(shape, a, i);
        const char *y = awi_list_at(shape, b, i);
        if (shape->type == AWI_TYPE_MAP &&
            !awi_str_eq(*(const struct awi_str *)x, *(const struct awi_str *)y)) {
            return false;
        }
        if (!awi_shape_equal(shape->item, x + shape->value_offset, y + shape->value_offset)) {
            return false;
        }
    }
    return true;
}

bool awi_shape_equal(const struct awi_shape *shape, const void *a, const void *b)
{
    switch (shape->type) {
    case AWI_TYPE_STRING:
    case AWI_TYPE_BLOB:
    case AWI_TYPE_DOCUMENT:
        return awi_str_eq(*(const struct awi_str *)a, *(const struct awi_str *)b);
    case AWI_TYPE_F64: {
        double x = *(const double *)a;
        double y = *(const double *)b;
        return memcmp(&x, &y, sizeof(x)) == 0 || (x != x && y != y);
    }
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        return equal_items(shape, a, b);
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        for (size_t i = 0; i < shape->n_members; i++) {
            const struct awi_member *member = &shape->members[i];
            const void *x = awi_member_of(member, a);
            const void *y = awi_member_of(member, b);
            if (!x != !y || (x && !awi_shape_equal(member->shape, x, y))) {
                return false;
            }
        }
        return true;
    default:
        return memcmp(a, b, awi_shape_item_size(shape)) == 0;
    }
}
