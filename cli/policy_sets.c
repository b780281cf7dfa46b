/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy_sets.h"

#include "core/util/cleanup.h"

#include <stdlib.h>
#include <string.h>

void awi_cli_set_put(json_t *map, const char *key, struct awi_str member)
{
    json_t *set = json_object_get(map, key);
    char *name = strndup(member.ptr, member.len);

    if (!set) {
        set = json_object();
        json_object_set_new(map, key, set);
    }
    if (name) {
        json_object_set_new(set, name, json_true());
    }
    free(name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **awi_cli_set_keys(json_t *object, size_t *ret_n)
{
    const char **keys = calloc(json_object_size(object) + 1, sizeof(*keys));
    const char *key;
    json_t *value;

    *ret_n = 0;
    json_object_foreach(object, key, value)
    {
        if (keys) {
            keys[(*ret_n)++] = key;
        }
    }
    if (keys) {
        qsort(keys, *ret_n, sizeof(*keys), by_text);
    }
    return keys;
}

json_t *awi_cli_set_list(json_t *set)
{
    size_t n;
    AWI_AUTO(free) const char **keys = awi_cli_set_keys(set, &n);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, json_string(keys[i]));
    }
    return list;
}

void awi_cli_arn_split(struct awi_str arn, struct awi_str *account, struct awi_str *kind)
{
    struct awi_str part;

    for (int i = 0; i < 4; i++) {
        awi_str_cut(&arn, ':', &part);
    }
    awi_str_cut(&arn, ':', account);
    awi_str_cut(&arn, '/', kind);
}

struct awi_str awi_cli_arn_segment(struct awi_str arn, bool last)
{
    struct awi_str word = AWI_STR_NULL, rest = arn;

    awi_str_cut(&rest, '/', &word);
    while (awi_str_cut(&rest, '/', &word) && last) {
    }
    return word;
}
