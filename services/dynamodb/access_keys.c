/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodb/access_keys.h"

#include <errno.h>

int ddb_keys_begin(struct ddb_keys *keys, struct awi_req *req)
{
    *keys = (struct ddb_keys){.req = req};
    keys->items = awi_arena_alloc(awi_arena(req), DDB_KEYS_MAX * sizeof(struct awi_context_entry));
    return keys->items ? 0 : -ENOMEM;
}

int ddb_keys_add(struct ddb_keys *keys,
                 struct awi_str name,
                 const struct awi_str *values,
                 size_t n,
                 bool multivalued)
{
    if (n == 0 || !awi_str_is_set(values[0]) || keys->n == DDB_KEYS_MAX) {
        return 0;
    }
    struct awi_str *copy = awi_arena_array(awi_arena(keys->req), struct awi_str, n);
    if (!copy || !name.ptr) {
        return -ENOMEM;
    }
    memcpy(copy, values, n * sizeof(*copy));
    keys->items[keys->n++] =
        (struct awi_context_entry){.key = name, .values = copy, .n = n, .multivalued = multivalued};
    return 0;
}

struct awi_str ddb_leading_text(const struct dynamodb_AttributeValue *value)
{
    return !value ? AWI_STR_NULL : value->S.ptr ? value->S : value->N.ptr ? value->N : value->B;
}

int ddb_keys_of_item(struct ddb_keys *keys,
                     const struct ddb_table *table,
                     const struct dynamodb_AttributeMap *map,
                     bool whole_item)
{
    struct awi_str hash =
        ddb_leading_text(table->keys.n > 0 ? ddb_map_find(map, table->keys.parts[0].name) : NULL);
    struct awi_str *names = awi_arena_array(awi_arena(keys->req), struct awi_str, map->n);
    int r = names ? ddb_keys_add(keys, AWI_STR("dynamodb:LeadingKeys"), &hash, 1, true) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < map->n; i++) {
        names[i] = map->items[i].key;
    }
    return r == 0 && whole_item
               ? ddb_keys_add(keys, AWI_STR("dynamodb:Attributes"), names, map->n, true)
               : r;
}

/* The table's own tags: aws:ResourceTag. */
int ddb_keys_of_tags(struct ddb_keys *keys, const struct dynamodb_TagList *tags)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < tags->n; i++) {
        r = ddb_keys_add(keys,
                         awi_arena_printf(awi_arena(keys->req),
                                          "aws:ResourceTag/%.*s",
                                          AWI_STR_FMT(tags->items[i].Key)),
                         &tags->items[i].Value,
                         1,
                         false);
    }
    return r;
}
