/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the HTTP bindings.
 */
#include "core/wire/rest.h"

#include "core/shape/value.h"
#include "core/util/base64.h"
#include "core/util/url.h"
#include "core/util/utf8.h"
#include "core/wire/json.h"
#include "core/wire/xml.h"

#include <errno.h>

const struct awi_member *awi_rest_payload(const struct awi_shape *shape)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        if ((shape->members[i].flags & AWI_MEMBER_PAYLOAD) &&
            shape->members[i].location == AWI_IN_BODY) {
            return &shape->members[i];
        }
    }
    return NULL;
}

bool awi_rest_has_body(const struct awi_shape *shape)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        if (shape->members[i].location == AWI_IN_BODY) {
            return true;
        }
    }
    return false;
}

/* One text into a scalar that stands outside of the body. */
static int read_text(struct awi_wire_in *in,
                     const struct awi_shape *shape,
                     const struct awi_member *member,
                     struct awi_str text,
                     void *bare)
{
    enum awi_time_format usual =
        member->location == AWI_IN_HEADER ? AWI_TIME_RFC822 : AWI_TIME_ISO8601;

    if ((member->flags & AWI_MEMBER_JSONVALUE) && shape->type == AWI_TYPE_STRING) {
        int e = awi_base64_decode(in->arena, text, bare);
        return e == -EINVAL ? awi_wire_bad(in, "A header is not properly encoded") : e;
    }
    return awi_scalar_parse(
        in, shape, awi_time_format_of(member->time_format, shape, usual), text, bare);
}

static int add_item(struct awi_wire_in *in,
                    const struct awi_member *member,
                    struct awi_str text,
                    struct awi_list *list,
                    size_t *room)
{
    void *item = awi_list_add(in->arena, member->shape, list, room);

    return item ? read_text(in, member->shape->item, member, text, item) : -ENOMEM;
}

static int read_header_list(struct awi_wire_in *in,
                            const struct awi_member *member,
                            struct awi_str text,
                            struct awi_list *list,
                            size_t *room)
{
    int e = 0;

    list->set = true;
    while (e == 0 && text.ptr && text.len > 0) {
        struct awi_str item = AWI_STR_NULL;
        e = awi_rest_cut_item(in, member->shape->item, &text, &item);
        e = e ? e : add_item(in, member, item, list, room);
    }
    return e;
}

static int read_header(struct awi_wire_in *in,
                       const struct awi_rest_source *source,
                       const struct awi_member *member,
                       void *place)
{
    size_t room = 0;

    for (size_t i = 0; i < source->n_headers; i++) {
        const struct awi_http_header *header = &source->headers[i];
        if (!awi_str_eq_nocase(header->name, member->wire_name)) {
            continue;
        }
        bool is_list = member->shape->type == AWI_TYPE_LIST;
        if (header->value.len == 0 && member->shape->type != AWI_TYPE_STRING && !is_list) {
            continue;
        }
        void *value = awi_member_open(in->arena, member->shape, place);
        if (!value) {
            return -ENOMEM;
        }
        int e = is_list ? read_header_list(in, member, header->value, value, &room)
                        : read_text(in, member->shape, member, header->value, value);
        if (e != 0 || !is_list) {
            return e;
        }
    }
    return 0;
}

static int read_prefix_headers(struct awi_wire_in *in,
                               const struct awi_rest_source *source,
                               const struct awi_member *member,
                               void *place)
{
    struct awi_list *map = place;
    size_t room = 0;
    size_t skip = member->wire_name.len;

    for (size_t i = 0; i < source->n_headers; i++) {
        const struct awi_http_header *header = &source->headers[i];
        if (header->name.len <= skip || !awi_str_starts_nocase(header->name, member->wire_name)) {
            continue;
        }
        char *entry = awi_list_add(in->arena, member->shape, map, &room);
        if (!entry) {
            return -ENOMEM;
        }
        map->set = true;
        *(struct awi_str *)entry = awi_str_skip(header->name, skip);
        /* Bytes above ASCII are kept: what they mean is the service's affair. */
        *(struct awi_str *)(entry + member->shape->value_offset) =
            (struct awi_str){header->value.ptr ? header->value.ptr : "", header->value.len};
    }
    return awi_map_unique(in->arena, member->shape, map);
}

static int read_label(struct awi_wire_in *in,
                      const struct awi_rest_source *source,
                      const struct awi_member *member,
                      void *place)
{
    struct awi_str text = AWI_STR_NULL;

    if (!awi_rest_match(source->uri, source->path, member->wire_name, &text) || !text.ptr) {
        return 0;
    }
    if (awi_url_decode(in->arena, text, false, &text) != 0) {
        return awi_wire_bad(in, "The path is not properly encoded");
    }
    void *value = awi_member_open(in->arena, member->shape, place);
    return value ? read_text(in, member->shape, member, text, value) : -ENOMEM;
}

/* Is the parameter bound to a member of its own, or a constant of the template? */
static bool is_bound(const struct awi_shape *shape, struct awi_str uri, struct awi_str name)
{
    struct awi_str constants = awi_str_skip(uri, (size_t)(awi_str_find(uri, '?') + 1));
    struct awi_str constant;

    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        if (member->location == AWI_IN_QUERY && member->shape->type != AWI_TYPE_MAP &&
            awi_str_eq(member->wire_name, name)) {
            return true;
        }
    }
    while (awi_str_find(uri, '?') >= 0 && awi_str_cut(&constants, '&', &constant)) {
        struct awi_str key;
        awi_str_cut(&constant, '=', &key);
        if (awi_str_eq(key, name)) {
            return true;
        }
    }
    return false;
}

static int read_query_map(struct awi_wire_in *in,
                          const struct awi_shape *owner,
                          struct awi_str uri,
                          const struct awi_member *member,
                          const struct awi_param *params,
                          size_t n,
                          struct awi_list *map)
{
    const struct awi_shape *shape = member->shape;
    size_t room = 0;

    for (size_t i = 0; i < n; i++) {
        if (is_bound(owner, uri, params[i].name)) {
            continue;
        }
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++) {
            seen = awi_str_eq(params[k].name, params[i].name);
        }
        if (seen) {
            continue;
        }
        char *entry = awi_list_add(in->arena, shape, map, &room);
        if (!entry) {
            return -ENOMEM;
        }
        map->set = true;
        *(struct awi_str *)entry = params[i].name;
        struct awi_list *values = (struct awi_list *)(entry + shape->value_offset);
        size_t values_room = 0;
        for (size_t k = i; k < n; k++) {
            struct awi_str text = params[k].value.ptr ? params[k].value : AWI_STR("");
            if (!awi_str_eq(params[k].name, params[i].name)) {
                continue;
            }
            if (shape->item->type != AWI_TYPE_LIST) {
                *(struct awi_str *)values = text;
                continue;
            }
            struct awi_str *item = awi_list_add(in->arena, shape->item, values, &values_room);
            if (!item) {
                return -ENOMEM;
            }
            values->set = true;
            *item = text;
        }
    }
    return 0;
}

static int read_param(struct awi_wire_in *in,
                      const struct awi_member *member,
                      const struct awi_param *params,
                      size_t n,
                      void *place)
{
    bool is_list = member->shape->type == AWI_TYPE_LIST;
    size_t room = 0;
    int e = 0;

    for (size_t i = 0; i < n && e == 0; i++) {
        struct awi_str text = params[i].value.ptr ? params[i].value : AWI_STR("");
        if (!awi_str_eq(params[i].name, member->wire_name) ||
            (text.len == 0 && !is_list && member->shape->type != AWI_TYPE_STRING)) {
            continue;
        }
        void *value = awi_member_open(in->arena, member->shape, place);
        if (!value) {
            return -ENOMEM;
        }
        e = is_list ? add_item(in, member, text, value, &room)
                    : read_text(in, member->shape, member, text, value);
    }
    return e;
}

static int read_body(struct awi_wire_in *in,
                     enum awi_protocol protocol,
                     const struct awi_shape *shape,
                     uint8_t time_format,
                     struct awi_str body,
                     void *bare)
{
    struct awi_node *root = NULL;

    if (protocol == AWI_PROTO_REST_JSON) {
        return awi_json_decode(in, shape, body, bare);
    }
    int e = awi_xml_parse(in, body, &root);
    return e ? e : awi_xml_decode(in, shape, time_format, root, bare);
}

static int read_payload(struct awi_wire_in *in,
                        enum awi_protocol protocol,
                        const struct awi_member *member,
                        const struct awi_rest_source *source,
                        void *place)
{
    if (member->shape->type == AWI_TYPE_BODY) {
        struct awi_body *body = source->stream;
        if (!body && source->body.len > 0) {
            body = awi_body_memory(in->arena, source->body);
            if (!body) {
                return -ENOMEM;
            }
        }
        *(struct awi_body **)place = body;
        return 0;
    }
    if (source->body.len == 0) {
        return 0;
    }
    if (member->shape->type == AWI_TYPE_BLOB) {
        *(struct awi_str *)place = source->body;
        return 0;
    }
    if (member->shape->type == AWI_TYPE_STRING) {
        return awi_scalar_parse(in, member->shape, AWI_TIME_DEFAULT, source->body, place);
    }
    void *value = awi_member_open(in->arena, member->shape, place);
    return value ? read_body(in, protocol, member->shape, member->time_format, source->body, value)
                 : -ENOMEM;
}

/* <LocationConstraint>eu-west-1</LocationConstraint>: the root is the only member. */
static const struct awi_member *unwrapped(const struct awi_shape *shape)
{
    return shape->n_members == 1 && shape->xml_name.ptr &&
                   awi_str_eq(shape->xml_name, shape->members[0].wire_name) &&
                   shape->members[0].shape->type == AWI_TYPE_STRING
               ? &shape->members[0]
               : NULL;
}

static int read_whole_body(struct awi_wire_in *in,
                           enum awi_protocol protocol,
                           const struct awi_shape *shape,
                           struct awi_str body,
                           void *bare)
{
    const struct awi_member *only = protocol == AWI_PROTO_REST_XML ? unwrapped(shape) : NULL;

    if (body.len == 0 || !awi_rest_has_body(shape)) {
        return 0;
    }
    if (only) {
        void *value = awi_member_open(in->arena, only->shape, (char *)bare + only->offset);
        return value ? read_body(in, protocol, only->shape, only->time_format, body, value)
                     : -ENOMEM;
    }
    return read_body(in, protocol, shape, 0, body, bare);
}

int awi_rest_decode(struct awi_wire_in *in,
                    enum awi_protocol protocol,
                    const struct awi_shape *shape,
                    const struct awi_rest_source *source,
                    void *bare)
{
    const struct awi_member *payload = awi_rest_payload(shape);
    struct awi_param *params = NULL;
    size_t n_params = 0;
    int e = awi_form_parse(in, source->query, &params, &n_params);

    for (size_t i = 0; i < shape->n_members && e == 0; i++) {
        const struct awi_member *member = &shape->members[i];
        void *place = (char *)bare + member->offset;
        switch (member->location) {
        case AWI_IN_URI:
            e = source->uri.ptr ? read_label(in, source, member, place) : 0;
            break;
        case AWI_IN_QUERY:
            e = member->shape->type == AWI_TYPE_MAP
                    ? read_query_map(in, shape, source->uri, member, params, n_params, place)
                    : read_param(in, member, params, n_params, place);
            break;
        case AWI_IN_HEADER:
            e = read_header(in, source, member, place);
            break;
        case AWI_IN_HEADERS:
            e = read_prefix_headers(in, source, member, place);
            break;
        case AWI_IN_STATUS:
            *(struct awi_opt_i32 *)place = (struct awi_opt_i32){true, source->status};
            break;
        default:
            break;
        }
    }
    if (e != 0) {
        return e;
    }
    if (payload) {
        return read_payload(in, protocol, payload, source, (char *)bare + payload->offset);
    }
    return read_whole_body(in, protocol, shape, source->body, bare);
}
