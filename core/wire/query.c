/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walkers between forms and typed values.
 */
#include "core/wire/query.h"

#include "core/shape/value.h"
#include "core/wire/wire.h"
#include "core/wire/xml.h"

#include <errno.h>

static struct awi_str member_name(bool ec2, const struct awi_member *member)
{
    return ec2 ? member->ec2_name : awi_xml_name(member);
}

/* The step between a list's or map's name and the numbers of its items; absent: none. */
static struct awi_str items_name(bool ec2, const struct awi_shape *shape, bool flattened)
{
    if (ec2 || flattened) {
        return AWI_STR_NULL;
    }
    if (shape->type == AWI_TYPE_MAP) {
        return AWI_STR("entry");
    }
    return shape->item_name.ptr ? shape->item_name : AWI_STR("member");
}

/* --- Reading --------------------------------------------------------------------------------- */

static int read_value(struct awi_wire_in *in,
                      bool ec2,
                      const struct awi_shape *shape,
                      bool flattened,
                      uint8_t time_format,
                      const struct awi_node *node,
                      void *bare);

struct numbered {
    uint64_t number;
    const struct awi_node *node;
};

/* The children with numbers for names, in the order of the numbers. */
static int sorted_items(struct awi_wire_in *in,
                        const struct awi_node *node,
                        struct numbered **ret,
                        size_t *ret_n)
{
    size_t n = 0;

    for (const struct awi_node *child = node->first; child; child = child->next) {
        n++;
    }
    struct numbered *items = awi_arena_array(in->arena, struct numbered, n);
    if (!items) {
        return -ENOMEM;
    }
    n = 0;
    for (const struct awi_node *child = node->first; child; child = child->next) {
        uint64_t number;
        if (awi_str_to_u64(child->name, &number) < 0) {
            return awi_wire_bad(in,
                                "\"%.*s\" is not the number of a list item",
                                AWI_STR_FMT(awi_str_head(child->name, 100)));
        }
        size_t at = n++;
        for (; at > 0 && items[at - 1].number > number; at--) {
            items[at] = items[at - 1];
        }
        items[at] = (struct numbered){number, child};
    }
    *ret = items;
    *ret_n = n;
    return 0;
}

static int read_items(struct awi_wire_in *in,
                      bool ec2,
                      const struct awi_shape *shape,
                      bool flattened,
                      const struct awi_node *node,
                      struct awi_list *list)
{
    struct awi_str step = items_name(ec2, shape, flattened);
    struct numbered *items = NULL;
    size_t room = 0;
    size_t n = 0;

    list->set = true;
    if (step.ptr) {
        const struct awi_node *inner = awi_node_child(node, step);
        /* Some clients leave the step out; then the numbers follow at once. */
        node = inner ? inner : node;
    }
    int e = sorted_items(in, node, &items, &n);
    for (size_t i = 0; e == 0 && i < n; i++) {
        const struct awi_node *value = items[i].node;
        struct awi_str key = AWI_STR_NULL;
        if (shape->type == AWI_TYPE_MAP) {
            const struct awi_node *name = awi_node_child(
                items[i].node, shape->key_name.ptr ? shape->key_name : AWI_STR("key"));
            value = awi_node_child(items[i].node,
                                   shape->item_name.ptr ? shape->item_name : AWI_STR("value"));
            if (!name || !value) {
                return awi_wire_bad(in, "A map entry lacks its key or value");
            }
            key = name->text;
        }
        char *item = awi_list_add(in->arena, shape, list, &room);
        if (!item) {
            return -ENOMEM;
        }
        if (shape->type == AWI_TYPE_MAP) {
            *(struct awi_str *)item = key;
        }
        e = read_value(in, ec2, shape->item, false, 0, value, item + shape->value_offset);
    }
    return e == 0 && shape->type == AWI_TYPE_MAP ? awi_map_unique(in->arena, shape, list) : e;
}

static int read_structure(struct awi_wire_in *in,
                          bool ec2,
                          const struct awi_shape *shape,
                          const struct awi_node *node,
                          void *bare)
{
    int e = 0;

    for (size_t i = 0; i < shape->n_members && e == 0; i++) {
        const struct awi_member *member = &shape->members[i];
        const struct awi_node *child = awi_node_child(node, member_name(ec2, member));
        if (!child && awi_is_flattened(member)) {
            child = awi_node_child(node, member->wire_name);
        }
        bool compound =
            member->shape->type == AWI_TYPE_STRUCT || member->shape->type == AWI_TYPE_UNION;
        /* "Name=" is an empty list, but no structure; "Name.1=x" is no text. */
        if (!child || (compound && !child->first) ||
            (!compound && !child->first && !child->text.ptr) ||
            member->shape->type == AWI_TYPE_BODY) {
            continue;
        }
        void *value = awi_member_open(in->arena, member->shape, (char *)bare + member->offset);
        e = value ? read_value(in,
                               ec2,
                               member->shape,
                               awi_is_flattened(member),
                               member->time_format,
                               child,
                               value)
                  : -ENOMEM;
    }
    return e;
}

static int read_value(struct awi_wire_in *in,
                      bool ec2,
                      const struct awi_shape *shape,
                      bool flattened,
                      uint8_t time_format,
                      const struct awi_node *node,
                      void *bare)
{
    int e;

    switch (shape->type) {
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        if (++in->depth > AWI_WIRE_DEPTH_MAX) {
            return awi_wire_bad(in, "The parameters are nested too deeply");
        }
        e = shape->type == AWI_TYPE_LIST || shape->type == AWI_TYPE_MAP
                ? read_items(in, ec2, shape, flattened, node, bare)
                : read_structure(in, ec2, shape, node, bare);
        in->depth--;
        return e;
    default:
        return awi_scalar_parse(in,
                                shape,
                                awi_time_format_of(time_format, shape, AWI_TIME_ISO8601),
                                node->text.ptr ? node->text : AWI_STR(""),
                                bare);
    }
}

int awi_query_decode(struct awi_wire_in *in,
                     bool ec2,
                     const struct awi_shape *shape,
                     const struct awi_node *root,
                     void *bare)
{
    return read_structure(in, ec2, shape, root, bare);
}

/* --- Writing --------------------------------------------------------------------------------- */

/* The path that leads to a value, innermost step last. */
struct path {
    const struct path *outer;
    struct awi_str name; /* absent: number */
    size_t number;
};

static void write_path(struct awi_out *out, const struct path *path)
{
    if (path->outer) {
        write_path(out, path->outer);
        awi_out_char(out, '.');
    }
    if (path->name.ptr) {
        awi_out_url(out, path->name, false);
    } else {
        awi_out_i64(out, (int64_t)path->number);
    }
}

static void write_value(struct awi_out *out,
                        bool ec2,
                        const struct awi_shape *shape,
                        bool flattened,
                        uint8_t time_format,
                        const struct path *path,
                        const void *bare);

static void write_structure(struct awi_out *out,
                            bool ec2,
                            const struct awi_shape *shape,
                            const struct path *outer,
                            const void *bare)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = awi_member_of(member, bare);
        struct path path = {.outer = outer, .name = member_name(ec2, member)};
        if (value) {
            write_value(out,
                        ec2,
                        member->shape,
                        awi_is_flattened(member),
                        member->time_format,
                        &path,
                        value);
        }
    }
}

static void write_items(struct awi_out *out,
                        bool ec2,
                        const struct awi_shape *shape,
                        bool flattened,
                        const struct path *outer,
                        const struct awi_list *list)
{
    struct path step = {.outer = outer, .name = items_name(ec2, shape, flattened)};

    for (size_t i = 0; i < list->n; i++) {
        const char *item = awi_list_at(shape, list, i);
        struct path path = {.outer = step.name.ptr ? &step : outer, .number = i + 1};
        if (shape->type != AWI_TYPE_MAP) {
            write_value(out, ec2, shape->item, false, 0, &path, item);
            continue;
        }
        struct path key = {.outer = &path,
                           .name = shape->key_name.ptr ? shape->key_name : AWI_STR("key")};
        struct path value = {.outer = &path,
                             .name = shape->item_name.ptr ? shape->item_name : AWI_STR("value")};
        write_value(out, ec2, shape->key, false, 0, &key, item);
        write_value(out, ec2, shape->item, false, 0, &value, item + shape->value_offset);
    }
}

static void write_value(struct awi_out *out,
                        bool ec2,
                        const struct awi_shape *shape,
                        bool flattened,
                        uint8_t time_format,
                        const struct path *path,
                        const void *bare)
{
    bool is_list = shape->type == AWI_TYPE_LIST || shape->type == AWI_TYPE_MAP;

    if (shape->type == AWI_TYPE_STRUCT || shape->type == AWI_TYPE_UNION) {
        write_structure(out, ec2, shape, path, bare);
        return;
    }
    if (is_list && ((const struct awi_list *)bare)->n > 0) {
        write_items(out, ec2, shape, flattened, path, bare);
        return;
    }
    awi_out_char(out, '&');
    write_path(out, path);
    awi_out_char(out, '=');
    if (!is_list && shape->type != AWI_TYPE_BODY) {
        struct awi_out text = {.arena = out->arena};
        awi_scalar_write(
            &text, shape, awi_time_format_of(time_format, shape, AWI_TIME_ISO8601), false, bare);
        awi_out_url(out, awi_out_view(&text), false);
        out->failed = out->failed || text.failed;
    }
}

void awi_query_encode(struct awi_out *out,
                      bool ec2,
                      const struct awi_shape *shape,
                      const void *bare)
{
    write_structure(out, ec2, shape, NULL, bare);
}
