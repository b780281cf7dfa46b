/* SPDX-License-Identifier: Apache-2.0 */
/* Maps inside lists of the configuration file: one account, one provider. */
#include "core/config/load.h"

static int find_key(const struct awi_config_place *place,
                    const struct awi_yaml *node,
                    const struct awi_config_keys *keys,
                    int *ret)
{
    for (*ret = 0; keys->names[*ret]; ++*ret) {
        if (awi_str_is(node->key, keys->names[*ret])) {
            return 0;
        }
    }
    struct awi_str hint = awi_config_suggest(&place->config->arena, node->key, keys->names);
    return awi_config_problem(place,
                              "found key \"%.*s\" in %s, expected %s%.*s",
                              AWI_STR_FMT(awi_str_head(node->key, 64)),
                              keys->what,
                              keys->expected,
                              AWI_STR_FMT(hint));
}

int awi_config_read_map(const struct awi_config_place *outer,
                        const struct awi_yaml *node,
                        const struct awi_config_keys *keys,
                        void *ret,
                        unsigned *ret_seen)
{
    struct awi_config_place place = *outer;
    unsigned seen = 0;

    for (const struct awi_yaml *at = node->child; at; at = at->next) {
        int key;
        place.line = at->key_line;
        int r = find_key(&place, at, keys, &key);
        if (r == 0 && (seen & 1u << key)) {
            r = awi_config_problem(
                &place, "found key %s again, expected it once in %s", keys->names[key], keys->what);
        }
        place.line = at->line;
        r = r ? r : keys->read(&place, key, at, ret);
        if (r) {
            return r;
        }
        seen |= 1u << key;
    }
    *ret_seen = seen;
    return 0;
}
