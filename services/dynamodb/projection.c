/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Projections: their grammar, and the part of an item that they name.
 */
#include "services/dynamodb/parse.h"

#include <errno.h>

/* --- Grammar --------------------------------------------------------------------------------- */

static int add_path(struct ddb_parser *parser, struct ddb_projection *projection, size_t *room)
{
    if (projection->n == *room) {
        size_t more = *room ? 2 * *room : 8;
        struct ddb_path *paths = awi_arena_array(parser->all->arena, struct ddb_path, more);

        if (!paths) {
            return -ENOMEM;
        }
        if (projection->n > 0) {
            memcpy(paths, projection->paths, projection->n * sizeof(*paths));
        }
        projection->paths = paths;
        *room = more;
    }
    return ddb_parse_path(parser, &projection->paths[projection->n++]);
}

int ddb_parse_projection(struct ddb_expressions *expressions,
                         struct awi_str text,
                         struct ddb_projection **ret)
{
    struct ddb_projection *projection;
    struct ddb_parser parser;
    size_t room = 0;
    int r;

    *ret = NULL;
    if (!text.ptr) {
        return 0;
    }
    r = ddb_parser_begin(&parser, expressions, "ProjectionExpression", text);
    projection = awi_arena_new(expressions->arena, struct ddb_projection);
    if (!projection) {
        return -ENOMEM;
    }
    while (r == 0) {
        r = add_path(&parser, projection, &room);
        for (size_t i = 0; r == 0 && i + 1 < projection->n; i++) {
            ddb_check_paths(&parser, &projection->paths[i], &projection->paths[projection->n - 1]);
        }
        if (r != 0 || !ddb_is_sign(&parser, ",")) {
            break;
        }
        ddb_next(&parser);
    }
    *ret = projection;
    return r == 0 ? ddb_parser_end(&parser) : r;
}

/* --- Evaluation ------------------------------------------------------------------------------ */

static int add_item(struct awi_arena *arena,
                    struct dynamodb_ListAttributeValue *list,
                    struct dynamodb_AttributeValue **ret)
{
    struct dynamodb_AttributeValue *items =
        awi_arena_array(arena, struct dynamodb_AttributeValue, list->n + 1);

    if (!items) {
        return -ENOMEM;
    }
    if (list->n > 0) {
        memcpy(items, list->items, list->n * sizeof(*items));
    }
    list->items = items;
    list->set = true;
    *ret = &items[list->n++];
    return 0;
}

/*
 * Copies what the paths name beneath one level. active[i]: path i leads through this level, whose
 * step is number depth.
 */
struct level {
    struct awi_arena *arena;
    const struct ddb_projection *projection;
    size_t depth;
};

static int pick(struct level level,
                const bool *active,
                const struct dynamodb_AttributeValue *from,
                struct dynamodb_AttributeValue *to,
                bool *found);

static bool same_step(const struct ddb_step *a, const struct ddb_step *b)
{
    return a->index == b->index && awi_str_eq(a->name, b->name);
}

/* Which paths lead through this step? Whole: one of them ends here. */
static bool narrow(
    struct level level, const bool *active, struct ddb_step step, bool *ret_active, bool *ret_whole)
{
    bool any = false;

    *ret_whole = false;
    for (size_t i = 0; i < level.projection->n; i++) {
        const struct ddb_path *path = &level.projection->paths[i];

        ret_active[i] =
            active[i] && level.depth < path->n && same_step(&path->steps[level.depth], &step);
        any |= ret_active[i];
        *ret_whole |= ret_active[i] && level.depth + 1 == path->n;
    }
    return any;
}

static int pick_map(struct level level,
                    const bool *active,
                    const struct dynamodb_AttributeMap *from,
                    struct dynamodb_AttributeMap *to)
{
    bool *inner = awi_arena_array(level.arena, bool, level.projection->n);

    to->items = awi_arena_array(level.arena, struct dynamodb_AttributeMap_entry, from->n);
    if (!inner || !to->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < from->n; i++) {
        struct dynamodb_AttributeValue value = {0};
        bool whole, found = true;
        int r = 0;

        if (!narrow(level, active, (struct ddb_step){from->items[i].key, 0}, inner, &whole)) {
            continue;
        }
        if (whole) {
            value = from->items[i].value;
        } else {
            struct level below = {level.arena, level.projection, level.depth + 1};

            r = pick(below, inner, &from->items[i].value, &value, &found);
        }
        if (r < 0) {
            return r;
        }
        if (found) {
            to->items[to->n].key = from->items[i].key;
            to->items[to->n++].value = value;
        }
    }
    to->set = true;
    return 0;
}

static int pick_list(struct level level,
                     const bool *active,
                     const struct dynamodb_ListAttributeValue *from,
                     struct dynamodb_ListAttributeValue *to)
{
    bool *inner = awi_arena_array(level.arena, bool, level.projection->n);

    if (!inner) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < from->n; i++) {
        struct dynamodb_AttributeValue value = {0}, *place = NULL;
        bool whole, found = true;
        int r = 0;

        if (!narrow(level, active, (struct ddb_step){AWI_STR_NULL, i}, inner, &whole)) {
            continue;
        }
        if (whole) {
            value = from->items[i];
        } else {
            struct level below = {level.arena, level.projection, level.depth + 1};

            r = pick(below, inner, &from->items[i], &value, &found);
        }
        if (r == 0 && found) {
            r = add_item(level.arena, to, &place);
        }
        if (r < 0) {
            return r;
        }
        if (place) {
            *place = value;
        }
    }
    return 0;
}

static int pick(struct level level,
                const bool *active,
                const struct dynamodb_AttributeValue *from,
                struct dynamodb_AttributeValue *to,
                bool *found)
{
    int r = 0;

    *found = false;
    if (from->M.set) {
        r = pick_map(level, active, &from->M, &to->M);
        *found = to->M.n > 0;
    } else if (from->L.set) {
        r = pick_list(level, active, &from->L, &to->L);
        *found = to->L.n > 0;
    }
    return r;
}

int ddb_project(struct awi_arena *arena,
                const struct ddb_projection *projection,
                const struct dynamodb_AttributeMap *item,
                struct dynamodb_AttributeMap *ret)
{
    struct level level = {arena, projection, 0};
    bool *active;

    *ret = (struct dynamodb_AttributeMap){0};
    active = awi_arena_array(arena, bool, projection->n);
    if (!active) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < projection->n; i++) {
        active[i] = true;
    }
    return pick_map(level, active, item, ret);
}
