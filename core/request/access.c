/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of permissions (struct awi_access_row) filled in from a request: the members that resources
 * and condition keys name are looked up by the descriptors of the input.
 */
#include "core/request/access.h"

#include "core/request/req.h"

#include <errno.h>
#include <string.h>

#define MOST_KEYS  8  /* of a row */
#define MOST_PARTS 16 /* of a resource: the members that it names and what stands between them */

static const struct awi_member *find_member(const struct awi_shape *shape, struct awi_str name)
{
    for (size_t i = 0; shape && i < shape->n_members; i++) {
        if (awi_str_eq(shape->members[i].name, name)) {
            return &shape->members[i];
        }
    }
    return NULL;
}

/* A scalar member as text: absent when it is absent or no scalar. */
static struct awi_str member_text(struct awi_req *req, const void *in, struct awi_str name)
{
    const struct awi_member *member = find_member(req->operation->input, name);
    const char *at = member ? (const char *)in + member->offset : NULL;

    if (!at) {
        return AWI_STR_NULL;
    }
    switch (member->shape->type) {
    case AWI_TYPE_STRING:
        return *(const struct awi_str *)(const void *)at;
    case AWI_TYPE_I32: {
        const struct awi_opt_i32 *n = (const void *)at;
        return n->set ? awi_arena_printf(req->arena, "%d", n->v) : AWI_STR_NULL;
    }
    case AWI_TYPE_BOOL: {
        const struct awi_opt_bool *b = (const void *)at;
        return !b->set ? AWI_STR_NULL : b->v ? AWI_STR("true") : AWI_STR("false");
    }
    default:
        return AWI_STR_NULL;
    }
}

/* The map that "Member[]" names; NULL when it is none. */
static const struct awi_list *
each_of(struct awi_req *req, const void *in, struct awi_str name, const struct awi_shape **ret)
{
    const struct awi_member *member =
        awi_str_ends(name, AWI_STR("[]"))
            ? find_member(req->operation->input, awi_str_head(name, name.len - 2))
            : NULL;

    if (!member || member->shape->type != AWI_TYPE_MAP) {
        return NULL;
    }
    *ret = member->shape;
    return (const void *)((const char *)in + member->offset);
}

/* at: which of the keys of a map. */
static struct awi_str named(struct awi_req *req, const void *in, size_t at, struct awi_str name)
{
    const struct awi_shape *shape;
    const struct awi_list *map = each_of(req, in, name, &shape);

    if (map) {
        const char *entry = (const char *)map->items + at * shape->size;
        return at < map->n ? *(const struct awi_str *)(const void *)entry : AWI_STR_NULL;
    }

    return awi_str_is(name, "partition") ? awi_partition(req)
           : awi_str_is(name, "region")  ? awi_region(req)
           : awi_str_is(name, "account") ? awi_account(req)
                                         : member_text(req, in, name);
}

/* "*" where a member is absent. Absent: no memory. */
static struct awi_str
resource_of(struct awi_req *req, const void *in, size_t at, const char *pattern)
{
    struct awi_str parts[MOST_PARTS], rest = awi_str_from(pattern), name;
    size_t n = 0;

    while (n < MOST_PARTS && awi_str_cut(&rest, '{', &parts[n])) {
        n++;
        if (n == MOST_PARTS || !awi_str_cut(&rest, '}', &name)) {
            break;
        }
        struct awi_str value = named(req, in, at, name);
        bool whole = awi_str_starts(value, AWI_STR("arn:"));
        if (!awi_str_is_set(value) || whole) {
            return whole ? value : AWI_STR("*");
        }
        parts[n++] = value;
    }
    return awi_str_is_set(rest) ? AWI_STR_NULL : awi_arena_join(req->arena, parts, n);
}

/* --- Condition keys -------------------------------------------------------------------------- */

/* Are these tags, {Key, Value} each? */
static const struct awi_member *tags_member(const struct awi_shape *input)
{
    const struct awi_member *tags = find_member(input, AWI_STR("Tags"));

    if (!tags || tags->shape->type != AWI_TYPE_LIST || tags->shape->item->type != AWI_TYPE_STRUCT ||
        !find_member(tags->shape->item, AWI_STR("Key")) ||
        !find_member(tags->shape->item, AWI_STR("Value"))) {
        return NULL;
    }
    return tags;
}

static struct awi_str text_in(const struct awi_shape *shape, const char *item, const char *name)
{
    return *(const struct awi_str *)(const void *)(item +
                                                   find_member(shape, awi_str_from(name))->offset);
}

static int add_tags(struct awi_req *req, const void *in, struct awi_access *access, size_t *room)
{
    const struct awi_member *member = tags_member(req->operation->input);
    struct awi_context_entry *items = (struct awi_context_entry *)(uintptr_t)access->context;

    if (!member) {
        return 0;
    }
    const struct awi_list *list = (const void *)((const char *)in + member->offset);
    const struct awi_shape *tag = member->shape->item;
    struct awi_str *texts = awi_arena_array(req->arena, struct awi_str, list->n * 2);
    if (!texts) {
        return -ENOMEM;
    }
    for (size_t i = 0; i<list->n && * room> 1; i++, --*room) {
        const char *item = (const char *)list->items + i * member->shape->size;
        texts[i] = text_in(tag, item, "Key");
        texts[list->n + i] = text_in(tag, item, "Value");
        items[access->n_context++] = (struct awi_context_entry){
            .key = awi_arena_printf(req->arena, "aws:RequestTag/%.*s", AWI_STR_FMT(texts[i])),
            .values = &texts[list->n + i],
            .n = awi_str_is_set(texts[list->n + i]),
        };
    }
    if (list->n && *room) {
        items[access->n_context++] = (struct awi_context_entry){
            .key = AWI_STR("aws:TagKeys"), .values = texts, .n = list->n, .multivalued = true};
        --*room;
    }
    return 0;
}

static void add_tag_keys(struct awi_req *req, const void *in, struct awi_access *access)
{
    const struct awi_member *member = find_member(req->operation->input, AWI_STR("TagKeys"));
    struct awi_context_entry *items = (struct awi_context_entry *)(uintptr_t)access->context;

    if (!member || member->shape->type != AWI_TYPE_LIST ||
        member->shape->item->type != AWI_TYPE_STRING) {
        return;
    }
    const struct awi_list *list = (const void *)((const char *)in + member->offset);
    if (list->n) {
        items[access->n_context++] = (struct awi_context_entry){.key = AWI_STR("aws:TagKeys"),
                                                                .values = list->items,
                                                                .n = list->n,
                                                                .multivalued = true};
    }
}

static int add_named(struct awi_req *req, const char *context, const void *in, struct awi_access *a)
{
    struct awi_context_entry *items = (struct awi_context_entry *)(uintptr_t)a->context;
    struct awi_str rest = awi_str_from(context), pair;
    size_t n = 0;

    while (n < MOST_KEYS && awi_str_cut(&rest, ',', &pair)) {
        struct awi_str key, value;
        awi_str_cut(&pair, '=', &key);
        value = named(req, in, 0, pair);
        struct awi_str *copy = awi_arena_new(req->arena, struct awi_str);
        if (!copy) {
            return -ENOMEM;
        }
        *copy = value;
        n++;
        if (awi_str_is_set(value)) {
            items[a->n_context++] = (struct awi_context_entry){.key = key, .values = copy, .n = 1};
        }
    }
    return 0;
}

static size_t tags_of(const struct awi_req *req, const void *in)
{
    const struct awi_member *member = tags_member(req->operation->input);

    return member ? ((const struct awi_list *)(const void *)((const char *)in + member->offset))->n
                  : 0;
}

static int fill_context(struct awi_req *req,
                        const struct awi_access_row *row,
                        const void *in,
                        struct awi_access *access)
{
    size_t tags = tags_of(req, in), room = tags + 1;
    int r = 0;

    access->context = awi_arena_array(req->arena, struct awi_context_entry, MOST_KEYS + room + 1);
    if (!access->context) {
        return -ENOMEM;
    }
    if (row->context) {
        r = add_named(req, row->context, in, access);
    }
    r = r ? r : add_tags(req, in, access, &room);
    if (r == 0 && tags == 0) {
        add_tag_keys(req, in, access);
    }
    return r;
}

/* --- Rows ------------------------------------------------------------------------------------ */

static bool holds(struct awi_req *req, const char *when, const void *in)
{
    bool negated = when && when[0] == '!';

    return !when || awi_str_is_set(member_text(req, in, awi_str_from(when + negated))) == !negated;
}

static int fill(struct awi_req *req,
                const struct awi_access_row *row,
                const void *in,
                size_t at,
                struct awi_access *ret)
{
    *ret = (struct awi_access){
        .action = row->action ? awi_str_from(row->action)
                              : awi_arena_printf(req->arena,
                                                 "%.*s:%.*s",
                                                 AWI_STR_FMT(req->model->signing_name),
                                                 AWI_STR_FMT(req->operation->name)),
        .resource = row->resource ? resource_of(req, in, at, row->resource) : AWI_STR("*"),
        .flags = row->flags,
        .row = row,
    };
    return awi_str_is_set(ret->action) && awi_str_is_set(ret->resource) ? 0 : -ENOMEM;
}

int awi_request_access_context(struct awi_req *req, struct awi_access *access)
{
    int (*more)(struct awi_req *, struct awi_access *) = access->more;
    int r = access->row ? fill_context(req, access->row, req->in, access) : 0;

    access->row = NULL;
    access->more = NULL;
    return r == 0 && more ? more(req, access) : r;
}

/* How many permissions a row makes: one for each key of the map that it names, at least one. */
static size_t times(struct awi_req *req, const struct awi_access_row *row, const void *in)
{
    struct awi_str rest = awi_str_from(row->resource), name;
    const struct awi_shape *shape;

    if (awi_str_find(rest, '[') < 0) {
        return 1;
    }
    while (awi_str_cut(&rest, '{', &name) && awi_str_cut(&rest, '}', &name)) {
        const struct awi_list *map = each_of(req, in, name, &shape);
        if (map && map->n) {
            return map->n;
        }
    }
    return 1;
}

int awi_access_of_rows(struct awi_req *req,
                       const struct awi_access_row *rows,
                       const void *in,
                       struct awi_access_list *ret)
{
    struct awi_str name = req->operation->name;
    const struct awi_access_row *first = NULL, *last = NULL;
    size_t most = 0;

    *ret = (struct awi_access_list){.n = 0};
    for (const struct awi_access_row *row = rows; awi_str_is_set(row->operation); row++) {
        if (awi_str_eq(row->operation, name)) {
            most += times(req, row, in);
            first = first ? first : row;
            last = row;
        }
    }
    if (most == 0) {
        return 0;
    }
    ret->items = awi_arena_array(req->arena, struct awi_access, most);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (const struct awi_access_row *row = first; row <= last; row++) {
        bool mine = awi_str_eq(row->operation, name) && holds(req, row->when, in);
        for (size_t i = 0, n = mine ? times(req, row, in) : 0; i < n; i++) {
            int r = fill(req, row, in, i, &ret->items[ret->n++]);
            if (r < 0) {
                return r;
            }
        }
    }
    return 0;
}

int awi_request_access(struct awi_req *req, struct awi_access_list *ret)
{
    int r = 0;

    *ret = (struct awi_access_list){.n = 0};
    if (req->service->access) {
        r = req->service->access(req, req->in, ret);
    }
    if (r == 0 && !ret->items && req->service->rows) {
        r = awi_access_of_rows(req, req->service->rows, req->in, ret);
    }
    return r;
}

/* Generated handlers are pointers in the order of the operations. */
bool awi_request_is_handled(const struct awi_service *service,
                            const struct awi_operation *operation)
{
    const void *const *handlers = service->handlers;

    return operation->index != AWI_NO_INDEX && handlers[operation->index] != NULL;
}
