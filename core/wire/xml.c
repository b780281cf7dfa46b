/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walkers between element trees and typed values.
 */
#include "core/wire/xml.h"

#include "core/shape/value.h"
#include "core/wire/wire.h"

#include <errno.h>

bool awi_is_flattened(const struct awi_member *member)
{
    return (member->flags & AWI_MEMBER_FLATTENED) &&
           (member->shape->type == AWI_TYPE_LIST || member->shape->type == AWI_TYPE_MAP);
}

struct awi_str awi_xml_name(const struct awi_member *member)
{
    if (awi_is_flattened(member) && member->shape->type == AWI_TYPE_LIST &&
        member->shape->item_name.ptr) {
        return member->shape->item_name;
    }
    return member->wire_name;
}

static struct awi_str name_or(struct awi_str name, const char *usual)
{
    return name.ptr ? name : awi_str_from(usual);
}

/* --- Reading --------------------------------------------------------------------------------- */

static int read_item(struct awi_wire_in *in,
                     const struct awi_shape *shape,
                     const struct awi_node *node,
                     struct awi_list *list,
                     size_t *room)
{
    const struct awi_node *key = NULL;
    const struct awi_node *value = node;

    if (shape->type == AWI_TYPE_MAP) {
        key = awi_node_child(node, name_or(shape->key_name, "key"));
        value = awi_node_child(node, name_or(shape->item_name, "value"));
        if (!key) {
            return awi_wire_bad(in, "A map entry has no key");
        }
        if (!value) {
            return 0;
        }
    }
    char *item = awi_list_add(in->arena, shape, list, room);
    if (!item) {
        return -ENOMEM;
    }
    if (key) {
        *(struct awi_str *)item = key->text;
    }
    return awi_xml_decode(in, shape->item, 0, value, item + shape->value_offset);
}

/* A list's or map's items from this node on: the children of its element or, where it is flattened,
 * those among their structure's members that have the same name. */
static int read_items(struct awi_wire_in *in,
                      const struct awi_shape *shape,
                      const struct awi_node *node,
                      bool flattened,
                      struct awi_list *list)
{
    size_t room = 0;
    int e = 0;

    list->set = true;
    while (node && e == 0) {
        e = read_item(in, shape, node, list, &room);
        node = flattened ? awi_node_next(node) : node->next;
    }
    return e == 0 && shape->type == AWI_TYPE_MAP ? awi_map_unique(in->arena, shape, list) : e;
}

static int read_member(struct awi_wire_in *in,
                       const struct awi_member *member,
                       const struct awi_node *node,
                       void *structure)
{
    const struct awi_node *found = NULL;

    if (member->flags & AWI_MEMBER_ATTRIBUTE) {
        found = node->attributes;
        while (found && !awi_str_eq(found->name, member->wire_name)) {
            found = found->next;
        }
    } else {
        found = awi_node_child(node, awi_xml_name(member));
        if (!found && awi_is_flattened(member)) {
            found = awi_node_child(node, member->wire_name);
        }
    }
    if (!found) {
        return 0;
    }
    void *value = awi_member_open(in->arena, member->shape, (char *)structure + member->offset);
    if (!value) {
        return -ENOMEM;
    }
    if (awi_is_flattened(member)) {
        return read_items(in, member->shape, found, true, value);
    }
    return awi_xml_decode(in, member->shape, member->time_format, found, value);
}

int awi_xml_decode(struct awi_wire_in *in,
                   const struct awi_shape *shape,
                   uint8_t time_format,
                   const struct awi_node *node,
                   void *bare)
{
    int e = 0;

    switch (shape->type) {
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        for (size_t i = 0; i < shape->n_members && e == 0; i++) {
            if (shape->members[i].location == AWI_IN_BODY) {
                e = read_member(in, &shape->members[i], node, bare);
            }
        }
        return e;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        return read_items(in, shape, node->first, false, bare);
    case AWI_TYPE_BODY:
        return 0;
    case AWI_TYPE_STRING:
    case AWI_TYPE_DOCUMENT:
        *(struct awi_str *)bare = node->text;
        return 0;
    default:
        return awi_scalar_parse(in,
                                shape,
                                awi_time_format_of(time_format, shape, AWI_TIME_ISO8601),
                                awi_str_trim(node->text),
                                bare);
    }
}

/* --- Writing --------------------------------------------------------------------------------- */

/* In attributes, blanks of other kinds would be read as spaces. */
/* A byte in each of eight places. */
#define EACH(byte) (0x0101010101010101u * (byte))

/* None of the next eight bytes is '"', '&', '<', '>' or a control character; '"' and '&' differ in
 * one bit, '<' and '>' too. */
static bool are_plain(const char *at)
{
    uint64_t w, quotes, angles;

    memcpy(&w, at, sizeof(w));
    quotes = (w | EACH(4)) ^ EACH('&');
    angles = (w | EACH(2)) ^ EACH('>');
    return ((((w - EACH(0x20)) & ~w) | ((quotes - EACH(1)) & ~quotes) |
             ((angles - EACH(1)) & ~angles)) &
            EACH(0x80)) == 0;
}

static void write_escaped(struct awi_out *out, struct awi_str text, bool attribute)
{
    static const struct {
        char c;
        const char *escape;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\r', "&#xD;"}};
    static const char digits[] = "0123456789ABCDEF";
    /* The few bytes up to '>' that are not written as they are. */
    static const uint64_t special =
        0xffffffffull | 1ull << '&' | 1ull << '<' | 1ull << '>' | 1ull << '"';
    size_t from = 0, looked = 0;

    for (size_t i = 0; i < text.len; i++) {
        while (i >= looked && text.len - i >= 8 && are_plain(text.ptr + i)) {
            i += 8;
        }
        if (i == text.len) {
            break;
        }
        looked = i >= looked ? i + 8 : looked;
        unsigned char c = (unsigned char)text.ptr[i];
        if (c > '>' || !(special >> c & 1) || (!attribute && (c == '\n' || c == '\t'))) {
            continue;
        }
        awi_out_add(out, text.ptr + from, i - from);
        from = i + 1;
        const char *escape = NULL;
        for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++) {
            escape = escapes[k].c == (char)c ? escapes[k].escape : escape;
        }
        char numeric[] = {'&', '#', 'x', digits[c >> 4], digits[c & 15], ';', '\0'};
        awi_out_str(out, awi_str_from(escape ? escape : numeric));
    }
    awi_out_add(out, text.ptr + from, text.len - from);
}

void awi_xml_text(struct awi_out *out, struct awi_str text)
{
    write_escaped(out, text, false);
}

static void open_element(struct awi_out *out, struct awi_str name)
{
    awi_out_char(out, '<');
    awi_out_str(out, name);
}

static void write_ns(struct awi_out *out, struct awi_str ns, struct awi_str prefix)
{
    if (!ns.len) {
        return;
    }
    awi_out_lit(out, " xmlns");
    if (prefix.len) {
        awi_out_char(out, ':');
        awi_out_str(out, prefix);
    }
    awi_out_lit(out, "=\"");
    awi_xml_text(out, ns);
    awi_out_char(out, '"');
}

static void close_element(struct awi_out *out, struct awi_str name)
{
    awi_out_lit(out, "</");
    awi_out_str(out, name);
    awi_out_char(out, '>');
}

void awi_xml_simple(struct awi_out *out, const char *name, struct awi_str text)
{
    open_element(out, awi_str_from(name));
    awi_out_char(out, '>');
    awi_xml_text(out, text);
    close_element(out, awi_str_from(name));
}

static void write_scalar(struct awi_out *out,
                         const struct awi_xml_style *style,
                         const struct awi_shape *shape,
                         uint8_t time_format,
                         const void *bare)
{
    if (shape->type == AWI_TYPE_STRING || shape->type == AWI_TYPE_DOCUMENT) {
        awi_xml_text(out, *(const struct awi_str *)bare);
    } else if (shape->type != AWI_TYPE_BODY) {
        awi_scalar_write(out,
                         shape,
                         awi_time_format_of(time_format, shape, AWI_TIME_ISO8601),
                         style->millis,
                         bare);
    }
}

static void write_attributes(struct awi_out *out,
                             const struct awi_xml_style *style,
                             const struct awi_shape *shape,
                             const void *bare)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value =
            member->flags & AWI_MEMBER_ATTRIBUTE ? awi_member_of(member, bare) : NULL;
        if (value) {
            awi_out_char(out, ' ');
            awi_out_str(out, member->wire_name);
            awi_out_lit(out, "=\"");
            struct awi_out text = {.arena = out->arena};
            awi_scalar_write(&text, member->shape, AWI_TIME_ISO8601, style->millis, value);
            write_escaped(out, awi_out_view(&text), true);
            out->failed = out->failed || text.failed;
            awi_out_char(out, '"');
        }
    }
}

/* The member stands for the element: only its names, namespace and shape are looked at. */
static void write_element(struct awi_out *out,
                          const struct awi_xml_style *style,
                          const struct awi_member *member,
                          struct awi_str name,
                          const void *bare);

static void write_item(struct awi_out *out,
                       const struct awi_xml_style *style,
                       const struct awi_shape *shape,
                       struct awi_str name,
                       const char *item)
{
    struct awi_member value = {.shape = shape->item};

    if (shape->type != AWI_TYPE_MAP) {
        write_element(out, style, &value, name, item);
        return;
    }
    struct awi_member key = {.shape = shape->key};
    open_element(out, name);
    awi_out_char(out, '>');
    write_element(out, style, &key, name_or(shape->key_name, "key"), item);
    write_element(
        out, style, &value, name_or(shape->item_name, "value"), item + shape->value_offset);
    close_element(out, name);
}

static void write_element(struct awi_out *out,
                          const struct awi_xml_style *style,
                          const struct awi_member *member,
                          struct awi_str name,
                          const void *bare)
{
    const struct awi_shape *shape = member->shape;
    const struct awi_list *list = bare;

    open_element(out, name);
    write_ns(out, member->xml_ns, member->xml_ns_prefix);
    switch (shape->type) {
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        write_attributes(out, style, shape, bare);
        awi_out_char(out, '>');
        awi_xml_members(out, style, shape, bare);
        break;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        awi_out_char(out, '>');
        for (size_t i = 0; i < list->n; i++) {
            struct awi_str each = shape->type == AWI_TYPE_MAP ? AWI_STR("entry")
                                                              : name_or(shape->item_name, "member");
            write_item(out, style, shape, each, awi_list_at(shape, list, i));
        }
        break;
    default:
        awi_out_char(out, '>');
        write_scalar(out, style, shape, member->time_format, bare);
    }
    close_element(out, name);
}

void awi_xml_encode(struct awi_out *out,
                    const struct awi_xml_style *style,
                    const struct awi_member *member,
                    const void *bare)
{
    if (!awi_is_flattened(member)) {
        write_element(out, style, member, member->wire_name, bare);
        return;
    }
    const struct awi_list *list = bare;
    for (size_t i = 0; i < list->n; i++) {
        write_item(
            out, style, member->shape, awi_xml_name(member), awi_list_at(member->shape, list, i));
    }
}

void awi_xml_members(struct awi_out *out,
                     const struct awi_xml_style *style,
                     const struct awi_shape *shape,
                     const void *bare)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = awi_member_of(member, bare);
        if (value && member->location == AWI_IN_BODY && !(member->flags & AWI_MEMBER_ATTRIBUTE)) {
            awi_xml_encode(out, style, member, value);
        }
    }
}

void awi_xml_element(struct awi_out *out,
                     const struct awi_xml_style *style,
                     struct awi_str name,
                     struct awi_str ns,
                     const struct awi_shape *shape,
                     const void *bare)
{
    struct awi_member element = {.shape = shape, .xml_ns = ns};

    write_element(out, style, &element, name, bare);
}
