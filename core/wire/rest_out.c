/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the HTTP bindings.
 */
#include "core/wire/rest.h"

#include "core/shape/value.h"
#include "core/wire/json.h"
#include "core/wire/xml.h"

#include <errno.h>

void awi_rest_header(struct awi_rest_sink *sink, struct awi_str name, struct awi_str value)
{
    if (!name.ptr || !value.ptr || sink->failed) {
        sink->failed = true;
        return;
    }
    if (sink->n_headers == sink->room) {
        size_t room = sink->room ? sink->room * 2 : 8;
        struct awi_http_header *more = awi_arena_array(sink->arena, struct awi_http_header, room);
        if (!more) {
            sink->failed = true;
            return;
        }
        if (sink->n_headers) {
            memcpy(more, sink->headers, sink->n_headers * sizeof(*more));
        }
        sink->headers = more;
        sink->room = room;
    }
    sink->headers[sink->n_headers++] = (struct awi_http_header){name, value};
}

/* A scalar as it stands outside of the body. */
static void write_text(struct awi_out *out,
                       const struct awi_member *member,
                       const struct awi_shape *shape,
                       const void *bare)
{
    enum awi_time_format usual =
        member->location == AWI_IN_HEADER ? AWI_TIME_RFC822 : AWI_TIME_ISO8601;

    if ((member->flags & AWI_MEMBER_JSONVALUE) && shape->type == AWI_TYPE_STRING) {
        awi_out_base64(out, *(const struct awi_str *)bare);
        return;
    }
    awi_scalar_write(
        out, shape, awi_time_format_of(member->time_format, shape, usual), false, bare);
}

static void write_item(struct awi_out *out,
                       const struct awi_member *member,
                       const struct awi_shape *shape,
                       const void *bare)
{
    struct awi_str text = *(const struct awi_str *)bare;
    bool quote = false;

    if (shape->type != AWI_TYPE_STRING) {
        write_text(out, member, shape, bare);
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        quote = quote || text.ptr[i] == ',' || text.ptr[i] == '"';
    }
    if (!quote && text.len > 0 && text.ptr[0] != ' ' && text.ptr[text.len - 1] != ' ') {
        awi_out_str(out, text);
        return;
    }
    awi_out_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            awi_out_char(out, '\\');
        }
        awi_out_char(out, text.ptr[i]);
    }
    awi_out_char(out, '"');
}

static void
write_header(struct awi_rest_sink *sink, const struct awi_member *member, const void *bare)
{
    struct awi_out out = {.arena = sink->arena};
    const struct awi_list *list = bare;

    if (member->shape->type != AWI_TYPE_LIST) {
        write_text(&out, member, member->shape, bare);
    } else {
        for (size_t i = 0; i < list->n; i++) {
            if (i) {
                awi_out_lit(&out, ", ");
            }
            write_item(&out, member, member->shape->item, awi_list_at(member->shape, list, i));
        }
    }
    awi_rest_header(sink, member->wire_name, out.failed ? AWI_STR_NULL : awi_out_view(&out));
}

void awi_rest_headers(struct awi_rest_sink *sink, const struct awi_shape *shape, const void *bare)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = awi_member_of(member, bare);
        if (!value) {
            continue;
        }
        if (member->location == AWI_IN_HEADER) {
            write_header(sink, member, value);
        } else if (member->location == AWI_IN_HEADERS) {
            const struct awi_list *map = value;
            for (size_t k = 0; k < map->n; k++) {
                const char *entry = awi_list_at(member->shape, map, k);
                awi_rest_header(sink,
                                awi_arena_printf(sink->arena,
                                                 "%.*s%.*s",
                                                 AWI_STR_FMT(member->wire_name),
                                                 AWI_STR_FMT(*(const struct awi_str *)entry)),
                                *(const struct awi_str *)(entry + member->shape->value_offset));
            }
        }
    }
}

/* --- Body ------------------------------------------------------------------------------------ */

/* Unless the shape has a member for it: then its absence means something. */
static void
content_type(struct awi_rest_sink *sink, const struct awi_shape *shape, struct awi_str type)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        if (shape->members[i].location == AWI_IN_HEADER &&
            awi_str_is_nocase(shape->members[i].wire_name, "content-type")) {
            return;
        }
    }
    awi_rest_header(sink, AWI_STR("Content-Type"), type);
}

static int finish(struct awi_rest_sink *sink, const struct awi_out *out, struct awi_str *ret)
{
    if (out->failed || sink->failed) {
        return -ENOMEM;
    }
    *ret = awi_out_view(out);
    return 0;
}

static const struct awi_xml_style xml_style = {.millis = true};

static int payload_body(struct awi_rest_sink *sink,
                        enum awi_protocol protocol,
                        const struct awi_shape *shape,
                        const struct awi_member *member,
                        const void *value,
                        struct awi_str ns,
                        struct awi_str *ret_body,
                        struct awi_body **ret_stream)
{
    struct awi_out out = {.arena = sink->arena};

    switch (member->shape->type) {
    case AWI_TYPE_BODY:
        content_type(sink, shape, AWI_STR("application/octet-stream"));
        *ret_stream = *(struct awi_body *const *)value;
        return finish(sink, &out, ret_body);
    case AWI_TYPE_BLOB:
    case AWI_TYPE_STRING:
        content_type(sink,
                     shape,
                     member->shape->type == AWI_TYPE_BLOB ? AWI_STR("application/octet-stream")
                                                          : AWI_STR("text/plain"));
        *ret_body = *(const struct awi_str *)value;
        return finish(sink, &out, &(struct awi_str){NULL, 0});
    default:
        break;
    }
    if (protocol == AWI_PROTO_REST_JSON) {
        content_type(sink, shape, AWI_STR("application/json"));
        awi_json_encode(&out, member->shape, value);
        return finish(sink, &out, ret_body);
    }
    struct awi_member root = *member;
    root.wire_name = member->shape->xml_name.ptr && awi_str_eq(member->wire_name, member->name)
                         ? member->shape->xml_name
                         : member->wire_name;
    root.xml_ns = member->xml_ns.ptr ? member->xml_ns : ns;
    content_type(sink, shape, AWI_STR("application/xml"));
    awi_out_lit(&out, AWI_XML_HEAD);
    awi_xml_encode(&out, &xml_style, &root, value);
    return finish(sink, &out, ret_body);
}

int awi_rest_body(struct awi_rest_sink *sink,
                  enum awi_protocol protocol,
                  const struct awi_shape *shape,
                  const void *bare,
                  struct awi_str root,
                  struct awi_str ns,
                  struct awi_str *ret_body,
                  struct awi_body **ret_stream)
{
    const struct awi_member *payload = awi_rest_payload(shape);
    struct awi_out out = {.arena = sink->arena};

    *ret_body = AWI_STR("");
    *ret_stream = NULL;
    if (payload) {
        const void *value = awi_member_of(payload, bare);
        return value ? payload_body(sink, protocol, shape, payload, value, ns, ret_body, ret_stream)
                     : finish(sink, &out, ret_body);
    }
    if (!awi_rest_has_body(shape)) {
        return finish(sink, &out, ret_body);
    }
    if (protocol == AWI_PROTO_REST_JSON) {
        content_type(sink, shape, AWI_STR("application/json"));
        awi_json_encode(&out, shape, bare);
        return finish(sink, &out, ret_body);
    }
    struct awi_str name = shape->xml_name.ptr ? shape->xml_name : root;
    const struct awi_member *only = shape->n_members == 1 ? &shape->members[0] : NULL;
    content_type(sink, shape, AWI_STR("application/xml"));
    awi_out_lit(&out, AWI_XML_HEAD);
    if (only && shape->xml_name.ptr && awi_str_eq(only->wire_name, name) &&
        only->shape->type == AWI_TYPE_STRING) {
        /* The root is the only member, here and in the reader. */
        struct awi_member element = *only;
        const void *value = awi_member_of(only, bare);
        element.xml_ns = ns;
        awi_xml_encode(&out, &xml_style, &element, value ? value : &AWI_STR(""));
    } else {
        awi_xml_element(&out, &xml_style, name, ns, shape, bare);
    }
    return finish(sink, &out, ret_body);
}

/* --- Target ---------------------------------------------------------------------------------- */

static const struct awi_member *label_member(const struct awi_shape *shape, struct awi_str name)
{
    for (size_t i = 0; shape && i < shape->n_members; i++) {
        if (shape->members[i].location == AWI_IN_URI &&
            awi_str_eq(shape->members[i].wire_name, name)) {
            return &shape->members[i];
        }
    }
    return NULL;
}

static int write_label(struct awi_out *out,
                       struct awi_str step,
                       const struct awi_shape *shape,
                       const void *bare)
{
    bool greedy = step.ptr[step.len - 2] == '+';
    const struct awi_member *member =
        label_member(shape, awi_str_of(step.ptr + 1, step.len - (greedy ? 3 : 2)));
    const void *value = member ? awi_member_of(member, bare) : NULL;
    struct awi_out text = {.arena = out->arena};

    if (!value) {
        return -EINVAL;
    }
    write_text(&text, member, member->shape, value);
    awi_out_url(out, awi_out_view(&text), greedy);
    return text.failed ? -ENOMEM : text.len == 0 ? -EINVAL : 0;
}

static void write_param(struct awi_out *out,
                        const struct awi_member *member,
                        struct awi_str name,
                        const struct awi_shape *shape,
                        const void *bare)
{
    struct awi_out text = {.arena = out->arena};

    if (out->len) {
        awi_out_char(out, '&');
    }
    awi_out_url(out, name, false);
    awi_out_char(out, '=');
    write_text(&text, member, shape, bare);
    out->failed = out->failed || text.failed;
    awi_out_url(out, awi_out_view(&text), false);
}

/* A parameter, a list's repeated one, or a map's many. */
static void write_params(struct awi_out *out,
                         const struct awi_member *member,
                         struct awi_str name,
                         const struct awi_shape *shape,
                         const void *bare)
{
    const struct awi_list *list = bare;

    if (shape->type != AWI_TYPE_LIST && shape->type != AWI_TYPE_MAP) {
        write_param(out, member, name, shape, bare);
        return;
    }
    for (size_t i = 0; i < list->n; i++) {
        const char *item = awi_list_at(shape, list, i);
        struct awi_str key = shape->type == AWI_TYPE_MAP ? *(const struct awi_str *)item : name;
        write_params(out, member, key, shape->item, item + shape->value_offset);
    }
}

int awi_rest_target(struct awi_arena *arena,
                    struct awi_str uri,
                    const struct awi_shape *shape,
                    const void *bare,
                    struct awi_str *ret_path,
                    struct awi_str *ret_query)
{
    struct awi_out path = {.arena = arena};
    struct awi_out query = {.arena = arena};
    struct awi_str constants = uri;
    struct awi_str rest;
    struct awi_str step;

    awi_str_cut(&constants, '?', &rest);
    rest = awi_str_skip(rest, 1);
    while (awi_str_cut(&rest, '/', &step)) {
        awi_out_char(&path, '/');
        if (step.len > 2 && step.ptr[0] == '{') {
            int e = write_label(&path, step, shape, bare);
            if (e < 0) {
                return e;
            }
        } else {
            awi_out_str(&path, step);
        }
    }
    if (constants.ptr) {
        awi_out_str(&query, constants);
    }
    for (size_t i = 0; shape && i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = member->location == AWI_IN_QUERY ? awi_member_of(member, bare) : NULL;
        if (value) {
            write_params(&query, member, member->wire_name, member->shape, value);
        }
    }
    *ret_path = awi_out_view(&path);
    *ret_query = awi_out_view(&query);
    return path.failed || query.failed ? -ENOMEM : 0;
}
