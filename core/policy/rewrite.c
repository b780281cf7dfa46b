/* SPDX-License-Identifier: Apache-2.0 */
/* The principals of a document, one by one, and the document with some of them written otherwise.
 */
#include "core/policy/policy.h"

#include <errno.h>

/* One principal of the document that is written otherwise. */
struct change {
    size_t start, end; /* of the string with its quotes */
    struct awi_str text;
};

struct walk {
    struct awi_arena *arena;
    struct change *items;
    size_t n, room;
    int (*map)(void *arg, struct awi_str principal, struct awi_str *ret);
    void *arg;
};

static int visit(struct walk *walk, const struct awi_json *value)
{
    struct awi_str text = AWI_STR_NULL;
    int r = value->type == AWI_JSON_STRING ? walk->map(walk->arg, value->text, &text) : 0;

    if (r || !awi_str_is_set(text)) {
        return r;
    }
    if (walk->n == walk->room) {
        size_t room = walk->room ? walk->room * 2 : 8;
        struct change *more = awi_arena_array(walk->arena, struct change, room);
        if (!more) {
            return -ENOMEM;
        }
        if (walk->n) {
            memcpy(more, walk->items, walk->n * sizeof(*more));
        }
        walk->items = more;
        walk->room = room;
    }
    walk->items[walk->n++] = (struct change){value->start, value->end, text};
    return 0;
}

static int visit_statement(struct walk *walk, const struct awi_json *statement)
{
    const struct awi_json *who = awi_json_get(statement, "Principal");
    const struct awi_json *not_who = awi_json_get(statement, "NotPrincipal");
    const struct awi_json *aws = who || not_who ? awi_json_get(who ? who : not_who, "AWS") : NULL;
    int r = 0;

    if (!aws || aws->type != AWI_JSON_ARRAY) {
        return aws ? visit(walk, aws) : 0;
    }
    for (const struct awi_json *at = aws->first; r == 0 && at; at = at->next) {
        r = visit(walk, at);
    }
    return r;
}

/* The document with its changes. */
static int rewrite(const struct walk *walk, struct awi_str document, struct awi_str *ret)
{
    size_t size = document.len, at = 0, from = 0;
    char *out;

    for (size_t i = 0; i < walk->n; i++) {
        size += walk->items[i].text.len + 2;
    }
    out = awi_arena_alloc(walk->arena, size + 1);
    if (!out) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < walk->n; i++) {
        const struct change *change = &walk->items[i];
        memcpy(out + at, document.ptr + from, change->start - from);
        at += change->start - from;
        out[at++] = '"';
        memcpy(out + at, change->text.ptr, change->text.len);
        at += change->text.len;
        out[at++] = '"';
        from = change->end;
    }
    memcpy(out + at, document.ptr + from, document.len - from);
    *ret = awi_str_of(out, at + document.len - from);
    return 0;
}

int awi_policy_map_principals(struct awi_arena *arena,
                              struct awi_str document,
                              int (*map)(void *arg, struct awi_str principal, struct awi_str *ret),
                              void *arg,
                              struct awi_str *ret)
{
    struct walk walk = {.arena = arena, .map = map, .arg = arg};
    const struct awi_json *tree, *statements;
    struct awi_json_error error;
    int r = awi_json_read(arena, document, &tree, &error);

    *ret = document;
    if (r) {
        return r == -ENOMEM ? r : 0;
    }
    statements = awi_json_get(tree, "Statement");
    if (statements && statements->type == AWI_JSON_ARRAY) {
        for (const struct awi_json *at = statements->first; r == 0 && at; at = at->next) {
            r = visit_statement(&walk, at);
        }
    } else if (statements) {
        r = visit_statement(&walk, statements);
    }
    return r || walk.n == 0 ? r : rewrite(&walk, document, ret);
}
