/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON writer.
 */
#include "core/wire/json.h"

#include "core/shape/value.h"
#include "core/wire/json_text.h"

#include <math.h>

/* The end of the run of bytes from `at` on that stand as they are. */
static size_t plain_end(struct awi_str text, size_t at)
{
    bool ascii;

    return (size_t)(awi_json_plain_end(text.ptr + at, text.ptr + text.len, &ascii) - text.ptr);
}

void awi_json_string(struct awi_out *out, struct awi_str text)
{
    static const char digits[] = "0123456789abcdef";
    size_t from = 0;

    awi_out_char(out, '"');
    for (size_t i = plain_end(text, 0); i < text.len; i = plain_end(text, i + 1)) {
        unsigned char c = (unsigned char)text.ptr[i];
        awi_out_add(out, text.ptr + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') {
            char pair[2] = {'\\', (char)c};
            awi_out_add(out, pair, 2);
        } else if (c == '\n') {
            awi_out_lit(out, "\\n");
        } else {
            char escape[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
            awi_out_add(out, escape, 6);
        }
    }
    awi_out_add(out, text.ptr + from, text.len - from);
    awi_out_char(out, '"');
}

static void write_scalar(struct awi_out *out,
                         const struct awi_shape *shape,
                         enum awi_time_format format,
                         const void *bare)
{
    switch (shape->type) {
    case AWI_TYPE_STRING:
        awi_json_string(out, *(const struct awi_str *)bare);
        return;
    case AWI_TYPE_DOCUMENT: {
        struct awi_str text = *(const struct awi_str *)bare;
        awi_out_str(out, text.len ? text : AWI_STR("null"));
        return;
    }
    case AWI_TYPE_BODY:
        awi_out_lit(out, "null");
        return;
    default:
        break;
    }
    bool quoted = shape->type == AWI_TYPE_BLOB ||
                  (shape->type == AWI_TYPE_TIME && format != AWI_TIME_UNIX) ||
                  (shape->type == AWI_TYPE_F64 && !isfinite(*(const double *)bare));
    if (quoted) {
        awi_out_char(out, '"');
    }
    awi_scalar_write(out, shape, format, false, bare);
    if (quoted) {
        awi_out_char(out, '"');
    }
}

static void write_value(struct awi_out *out,
                        const struct awi_shape *shape,
                        uint8_t time_format,
                        const void *bare);

static void write_structure(struct awi_out *out, const struct awi_shape *shape, const void *bare)
{
    bool first = true;

    awi_out_char(out, '{');
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = awi_member_of(member, bare);
        if (!value || member->location != AWI_IN_BODY) {
            continue;
        }
        if (!first) {
            awi_out_char(out, ',');
        }
        first = false;
        awi_out_char(out, '"');
        awi_out_str(out, member->wire_name);
        awi_out_lit(out, "\":");
        write_value(out, member->shape, member->time_format, value);
    }
    awi_out_char(out, '}');
}

static void write_items(struct awi_out *out, const struct awi_shape *shape, const void *bare)
{
    const struct awi_list *list = bare;
    bool is_map = shape->type == AWI_TYPE_MAP;

    awi_out_char(out, is_map ? '{' : '[');
    for (size_t i = 0; i < list->n; i++) {
        const char *item = awi_list_at(shape, list, i);
        if (i) {
            awi_out_char(out, ',');
        }
        if (is_map) {
            awi_json_string(out, *(const struct awi_str *)item);
            awi_out_char(out, ':');
        }
        write_value(out, shape->item, 0, item + shape->value_offset);
    }
    awi_out_char(out, is_map ? '}' : ']');
}

static void write_value(struct awi_out *out,
                        const struct awi_shape *shape,
                        uint8_t time_format,
                        const void *bare)
{
    switch (shape->type) {
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        write_items(out, shape, bare);
        break;
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        write_structure(out, shape, bare);
        break;
    default:
        write_scalar(out, shape, awi_time_format_of(time_format, shape, AWI_TIME_UNIX), bare);
    }
}

void awi_json_encode(struct awi_out *out, const struct awi_shape *shape, const void *bare)
{
    write_value(out, shape, 0, bare);
}
