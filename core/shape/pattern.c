/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backtracking matcher over the parsed pattern. Repeated single characters, which is nearly all
 * there is, need no recursion; the rest is bounded in depth and steps.
 */
#include "core/shape/pattern.h"

#include "core/shape/pattern_node.h"
#include "core/util/utf8.h"

#include <errno.h>

#define STEPS_MAX 200000
#define DEPTH_MAX 200 /* of recursion: the caller's stack may be small */

struct matcher {
    struct awi_str text;
    unsigned steps;
    unsigned depth;
    bool unknown; /* too long or too deep: unanswered */
};

/* What is to match after an alternative's end. NULL: the text must be at its end. */
struct rest {
    const struct awi_pattern_node *node;   /* NULL with accept: done */
    const struct awi_pattern_node *repeat; /* the repetition whose turn has ended, or NULL */
    uint32_t count;
    size_t from;
    const struct rest *outer;
    bool accept;
};

static bool
match(struct matcher *m, const struct awi_pattern_node *node, size_t at, const struct rest *rest);

static bool in_set(const struct awi_pattern_node *set, int32_t c)
{
    for (const struct awi_pattern_range *range = set->ranges; range; range = range->next) {
        if (c >= range->low && c <= range->high) {
            return !set->negated;
        }
    }
    return set->negated;
}

static bool match_one(const struct matcher *m, const struct awi_pattern_node *set, size_t *at)
{
    size_t next = *at;

    if (*at >= m->text.len || !in_set(set, awi_utf8_next(m->text, &next))) {
        return false;
    }
    *at = next;
    return true;
}

/* A repeated set: as far as it goes, then back character by character. */
static bool match_many(struct matcher *m,
                       const struct awi_pattern_node *repeat,
                       size_t at,
                       const struct rest *rest)
{
    size_t start = at;
    uint32_t count = 0;

    while (count < repeat->max && match_one(m, repeat->child, &at)) {
        count++;
    }
    for (;; count--) {
        if (count < repeat->min) {
            return false;
        }
        if (match(m, repeat->next, at, rest)) {
            return true;
        }
        if (at == start) {
            return false;
        }
        do {
            at--;
        } while (at > start && (m->text.ptr[at] & 0xc0) == 0x80);
    }
}

static bool match_repeat(struct matcher *m,
                         const struct awi_pattern_node *repeat,
                         uint32_t count,
                         size_t at,
                         const struct rest *rest)
{
    if (count < repeat->max) {
        struct rest turn = {.repeat = repeat, .count = count + 1, .from = at, .outer = rest};
        /* The child alone: what follows it is the next turn. */
        if (repeat->child->kind == AWI_PATTERN_SET) {
            return match_many(m, repeat, at, rest);
        }
        for (const struct awi_pattern_node *a = repeat->child->child; a; a = a->alternative) {
            if (match(m, a, at, &turn)) {
                return true;
            }
        }
    }
    return count >= repeat->min && match(m, repeat->next, at, rest);
}

static bool match_rest(struct matcher *m, size_t at, const struct rest *rest)
{
    if (!rest) {
        return at == m->text.len;
    }
    if (rest->accept) {
        return true;
    }
    if (rest->repeat) {
        /* A turn that took nothing would go on for ever. */
        if (at == rest->from) {
            return match(m, rest->repeat->next, at, rest->outer);
        }
        return match_repeat(m, rest->repeat, rest->count, at, rest->outer);
    }
    return match(m, rest->node, at, rest->outer);
}

static bool match_group(struct matcher *m,
                        const struct awi_pattern_node *group,
                        size_t at,
                        const struct rest *rest)
{
    struct rest after = {.node = group->next, .outer = rest};
    struct rest done = {.accept = true};
    bool ahead = group->kind == AWI_PATTERN_AHEAD;
    bool found = false;

    for (const struct awi_pattern_node *a = group->child; a && !found; a = a->alternative) {
        found = match(m, a, at, ahead ? &done : &after);
    }
    if (!ahead || m->unknown) {
        return found;
    }
    return found != group->negated && match(m, group->next, at, rest);
}

static bool
match(struct matcher *m, const struct awi_pattern_node *node, size_t at, const struct rest *rest)
{
    bool found = false;

    if (m->unknown || m->steps++ > STEPS_MAX || ++m->depth > DEPTH_MAX) {
        m->unknown = true;
        return true;
    }
    for (; node; node = node->next) {
        if (node->kind == AWI_PATTERN_SET     ? !match_one(m, node, &at)
            : node->kind == AWI_PATTERN_BEGIN ? at != 0
            : node->kind == AWI_PATTERN_END   ? at != m->text.len
                                              : false) {
            break;
        }
        if (node->kind == AWI_PATTERN_REPEAT) {
            found = match_repeat(m, node, 0, at, rest);
            break;
        }
        if ((node->kind == AWI_PATTERN_GROUP || node->kind == AWI_PATTERN_AHEAD) && !node->empty) {
            found = match_group(m, node, at, rest);
            break;
        }
    }
    if (!node) {
        found = match_rest(m, at, rest);
    }
    m->depth--;
    return found;
}

int awi_pattern_match(struct awi_arena *arena, const char *pattern, struct awi_str text)
{
    struct matcher m = {.text = text};
    const struct awi_pattern_node *first;
    int r = awi_pattern_parse(arena, awi_str_from(pattern), &first);

    if (r < 0) {
        return r == -ENOMEM ? r : 1;
    }
    for (const struct awi_pattern_node *a = first; a; a = a->alternative) {
        if (match(&m, a, 0, NULL) || m.unknown) {
            return 1;
        }
    }
    return 0;
}
