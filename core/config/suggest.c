/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for messages: the name that was probably meant, and what was found instead of a value.
 */
#include "core/config/load.h"

/* Further away it is another word: our variables begin alike. */
#define FAR_MOST 3

static size_t least3(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static bool same(char a, char b)
{
    return awi_str_same_nocase(&a, &b, 1);
}

/* Edits (insert, delete, replace) from a to b, both short. */
static size_t distance(struct awi_str a, struct awi_str b)
{
    size_t row[65];

    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];
            row[j] = least3(above + 1, row[j - 1] + 1, corner + !same(a.ptr[i - 1], b.ptr[j - 1]));
            corner = above;
        }
    }
    return row[b.len];
}

struct awi_str
awi_config_suggest(struct awi_arena *arena, struct awi_str word, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = 0;

    for (size_t i = 0; names[i] && word.len <= 64; i++) {
        struct awi_str name = awi_str_from(names[i]);
        size_t d = name.len <= 64 ? distance(word, name) : 64;
        if (d <= 1 + name.len / 4 && d <= FAR_MOST && (!best || d < best_distance)) {
            best = names[i];
            best_distance = d;
        }
    }
    return best ? awi_arena_printf(arena, " (did you mean %s?)", best) : AWI_STR("");
}

struct awi_str awi_config_describe(struct awi_arena *arena, const struct awi_yaml *node)
{
    if (node->kind != AWI_YAML_SCALAR) {
        return node->kind == AWI_YAML_LIST ? AWI_STR("a list") : AWI_STR("a map");
    }
    if (node->text.len == 0 && !node->quoted) {
        return AWI_STR("nothing");
    }
    return awi_arena_printf(arena, "\"%.*s\"", AWI_STR_FMT(awi_str_head(node->text, 64)));
}
