/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equality and order of values, and maps by name.
 */
#include "services/dynamodb/number.h"
#include "services/dynamodb/value.h"

#include <errno.h>

/* --- Equality and order ---------------------------------------------------------------------- */

static bool contains_string(const struct awi_str *items, size_t n, struct awi_str wanted)
{
    for (size_t i = 0; i < n; i++) {
        if (awi_str_eq(items[i], wanted)) {
            return true;
        }
    }
    return false;
}

static bool equal_sets(const struct awi_str *a, size_t n, const struct awi_str *b, size_t m)
{
    if (n != m) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!contains_string(b, m, a[i])) {
            return false;
        }
    }
    return true;
}

static bool equal_maps(const struct dynamodb_AttributeMap *a, const struct dynamodb_AttributeMap *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        const struct dynamodb_AttributeValue *other = ddb_map_find(b, a->items[i].key);

        if (!other || !ddb_value_equal(&a->items[i].value, other)) {
            return false;
        }
    }
    return true;
}

static bool equal_lists(const struct dynamodb_ListAttributeValue *a,
                        const struct dynamodb_ListAttributeValue *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (!ddb_value_equal(&a->items[i], &b->items[i])) {
            return false;
        }
    }
    return true;
}

bool ddb_value_equal(const struct dynamodb_AttributeValue *a,
                     const struct dynamodb_AttributeValue *b)
{
    enum ddb_type type = ddb_value_type(a);

    if (type != ddb_value_type(b)) {
        return false;
    }
    switch (type) {
    case DDB_S:
        return awi_str_eq(a->S, b->S);
    case DDB_N:
        return awi_str_eq(a->N, b->N);
    case DDB_B:
        return awi_str_eq(a->B, b->B);
    case DDB_SS:
        return equal_sets(a->SS.items, a->SS.n, b->SS.items, b->SS.n);
    case DDB_NS:
        return equal_sets(a->NS.items, a->NS.n, b->NS.items, b->NS.n);
    case DDB_BS:
        return equal_sets(a->BS.items, a->BS.n, b->BS.items, b->BS.n);
    case DDB_M:
        return equal_maps(&a->M, &b->M);
    case DDB_L:
        return equal_lists(&a->L, &b->L);
    case DDB_BOOL:
        return a->BOOL.v == b->BOOL.v;
    default:
        return true;
    }
}

bool ddb_value_cmp(const struct dynamodb_AttributeValue *a,
                   const struct dynamodb_AttributeValue *b,
                   int *ret)
{
    enum ddb_type type = ddb_value_type(a);
    struct ddb_number x, y;

    if (type != ddb_value_type(b)) {
        return false;
    }
    switch (type) {
    case DDB_S:
        *ret = awi_str_cmp(a->S, b->S);
        return true;
    case DDB_B:
        *ret = awi_str_cmp(a->B, b->B);
        return true;
    case DDB_N:
        if (ddb_number_parse(a->N, &x) != DDB_NUMBER_OK ||
            ddb_number_parse(b->N, &y) != DDB_NUMBER_OK) {
            return false;
        }
        *ret = ddb_number_cmp(&x, &y);
        return true;
    default:
        return false;
    }
}

/* --- Maps ------------------------------------------------------------------------------------ */

struct dynamodb_AttributeValue *ddb_map_find(const struct dynamodb_AttributeMap *map,
                                             struct awi_str name)
{
    for (size_t i = 0; i < map->n; i++) {
        if (awi_str_eq(map->items[i].key, name)) {
            return &map->items[i].value;
        }
    }
    return NULL;
}

int ddb_map_put(struct awi_arena *arena,
                struct dynamodb_AttributeMap *map,
                struct awi_str name,
                const struct dynamodb_AttributeValue *value)
{
    struct dynamodb_AttributeValue *there = ddb_map_find(map, name);
    struct dynamodb_AttributeMap_entry *items;

    if (there) {
        *there = *value;
        return 0;
    }
    items = awi_arena_array(arena, struct dynamodb_AttributeMap_entry, map->n + 1);
    if (!items) {
        return -ENOMEM;
    }
    if (map->n > 0) {
        memcpy(items, map->items, map->n * sizeof(*items));
    }
    items[map->n].key = name;
    items[map->n].value = *value;
    map->items = items;
    map->n++;
    map->set = true;
    return 0;
}

void ddb_map_remove(struct dynamodb_AttributeMap *map, struct awi_str name)
{
    for (size_t i = 0; i < map->n; i++) {
        if (awi_str_eq(map->items[i].key, name)) {
            memmove(&map->items[i], &map->items[i + 1], (map->n - i - 1) * sizeof(*map->items));
            map->n--;
            return;
        }
    }
}
