/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader: words into the structs.
 */
#include "core/wire/json.h"

#include "core/shape/value.h"
#include "core/wire/json_text.h"

#include <errno.h>

static int read_value(struct awi_json_reader *r, const struct awi_shape *shape, void *bare);

static int cannot(struct awi_json_reader *r, const char *what, const struct awi_shape *shape)
{
    static const char *const names[] = {
        [AWI_TYPE_BOOL] = "Boolean",
        [AWI_TYPE_I32] = "Integer",
        [AWI_TYPE_I64] = "Long",
        [AWI_TYPE_F64] = "Double",
        [AWI_TYPE_TIME] = "Timestamp",
        [AWI_TYPE_STRING] = "String",
        [AWI_TYPE_BLOB] = "Blob",
        [AWI_TYPE_DOCUMENT] = "Document",
        [AWI_TYPE_BODY] = "Blob",
        [AWI_TYPE_LIST] = "List",
        [AWI_TYPE_MAP] = "Map",
        [AWI_TYPE_STRUCT] = "Structure",
        [AWI_TYPE_UNION] = "Structure",
    };

    return awi_wire_bad(r->in, "%s can not be converted to %s", what, names[shape->type]);
}

/* Numbers, booleans, strings: bare may be of any scalar type. */
static int read_scalar(struct awi_json_reader *r, const struct awi_shape *shape, void *bare)
{
    struct awi_str text = AWI_STR_NULL;
    char c = awi_json_peek(r);
    int e;

    if (shape->type == AWI_TYPE_DOCUMENT) {
        const char *begin = r->at;
        e = awi_json_skip(r);
        *(struct awi_str *)bare = awi_str_of(begin, (size_t)(r->at - begin));
        return e;
    }
    if (c == '"') {
        e = awi_json_read_string(r, &text);
        if (e == 0 && shape->type == AWI_TYPE_STRING) {
            *(struct awi_str *)bare = text;
            return 0;
        }
        /* Numbers in quotes: only those that JSON has no number for. */
        if (e == 0 && (shape->type == AWI_TYPE_I32 || shape->type == AWI_TYPE_I64 ||
                       shape->type == AWI_TYPE_BOOL ||
                       (shape->type == AWI_TYPE_F64 && text.len && text.ptr[text.len - 1] != 'N' &&
                        text.ptr[text.len - 1] != 'y'))) {
            return cannot(r, "STRING_VALUE", shape);
        }
    } else if (c == 't' || c == 'f') {
        text = c == 't' ? AWI_STR("true") : AWI_STR("false");
        e = awi_json_read_word(r, text);
        if (e == 0 && shape->type != AWI_TYPE_BOOL) {
            return cannot(r, c == 't' ? "TRUE_VALUE" : "FALSE_VALUE", shape);
        }
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        e = awi_json_read_number(r, &text);
        if (e == 0 && (shape->type == AWI_TYPE_STRING || shape->type == AWI_TYPE_BLOB ||
                       shape->type == AWI_TYPE_BOOL || shape->type == AWI_TYPE_BODY)) {
            return cannot(r, "NUMBER_VALUE", shape);
        }
    } else if (c == '{' || c == '[') {
        return cannot(r, c == '{' ? "START_OBJECT" : "START_ARRAY", shape);
    } else {
        return awi_json_unexpected(r);
    }
    return e ? e
             : awi_scalar_parse(
                   r->in, shape, awi_time_format_of(0, shape, AWI_TIME_UNIX), text, bare);
}

static const struct awi_member *
find_member(const struct awi_shape *shape, struct awi_str key, size_t *hint)
{
    size_t n = shape->n_members;

    /* Clients write members mostly in one order, so the next one is tried first. */
    for (size_t i = 0; i < n; i++) {
        size_t at = *hint + i < n ? *hint + i : *hint + i - n;
        const struct awi_member *member = &shape->members[at];
        if (awi_str_eq(member->wire_name, key) && member->location == AWI_IN_BODY) {
            *hint = at + 1 < n ? at + 1 : 0;
            return member;
        }
    }
    return NULL;
}

static bool take_null(struct awi_json_reader *r)
{
    if (awi_json_peek(r) == 'n' && r->end - r->at >= 4 && memcmp(r->at, "null", 4) == 0) {
        r->at += 4;
        return true;
    }
    return false;
}

static int read_structure(struct awi_json_reader *r, const struct awi_shape *shape, void *bare)
{
    size_t hint = 0;
    int e = 0;

    if (awi_json_take(r, '}')) {
        return 0;
    }
    do {
        struct awi_str key;
        e = awi_json_read_key(r, &key);
        if (e != 0) {
            return e;
        }
        const struct awi_member *member = find_member(shape, key, &hint);
        if (!member) {
            e = awi_json_skip(r);
            continue;
        }
        void *place = (char *)bare + member->offset;
        memset(place, 0, awi_shape_member_size(member->shape));
        if (take_null(r)) {
            continue;
        }
        void *value = awi_member_open(r->in->arena, member->shape, place);
        e = value ? read_value(r, member->shape, value) : -ENOMEM;
    } while (e == 0 && awi_json_take(r, ','));
    if (e == 0 && !awi_json_take(r, '}')) {
        e = awi_json_unexpected(r);
    }
    return e;
}

static int
read_list(struct awi_json_reader *r, const struct awi_shape *shape, struct awi_list *list)
{
    size_t room = 0;
    int e = 0;

    if (awi_json_take(r, ']')) {
        return 0;
    }
    do {
        if (take_null(r)) {
            continue;
        }
        void *item = awi_list_add(r->in->arena, shape, list, &room);
        e = item ? read_value(r, shape->item, item) : -ENOMEM;
    } while (e == 0 && awi_json_take(r, ','));
    if (e == 0 && !awi_json_take(r, ']')) {
        e = awi_json_unexpected(r);
    }
    return e;
}

static int read_map(struct awi_json_reader *r, const struct awi_shape *shape, struct awi_list *map)
{
    size_t room = 0;
    int e = 0;

    if (awi_json_take(r, '}')) {
        return 0;
    }
    do {
        struct awi_str key;
        e = awi_json_read_key(r, &key);
        if (e != 0) {
            return e;
        }
        if (take_null(r)) {
            continue;
        }
        char *entry = awi_list_add(r->in->arena, shape, map, &room);
        if (!entry) {
            return -ENOMEM;
        }
        *(struct awi_str *)entry = key;
        e = read_value(r, shape->item, entry + shape->value_offset);
    } while (e == 0 && awi_json_take(r, ','));
    if (e == 0 && !awi_json_take(r, '}')) {
        e = awi_json_unexpected(r);
    }
    return e ? e : awi_map_unique(r->in->arena, shape, map);
}

static int read_value(struct awi_json_reader *r, const struct awi_shape *shape, void *bare)
{
    bool is_list = shape->type == AWI_TYPE_LIST;
    int e;

    if (!is_list && shape->type != AWI_TYPE_MAP && shape->type != AWI_TYPE_STRUCT &&
        shape->type != AWI_TYPE_UNION) {
        return read_scalar(r, shape, bare);
    }
    if (!awi_json_take(r, is_list ? '[' : '{')) {
        return awi_wire_bad(r->in,
                            is_list ? "Start of list found where not expected"
                                    : "Start of structure or map found where not expected");
    }
    e = awi_json_deeper(r);
    if (e == 0) {
        if (is_list) {
            ((struct awi_list *)bare)->set = true;
            e = read_list(r, shape, bare);
        } else if (shape->type == AWI_TYPE_MAP) {
            ((struct awi_list *)bare)->set = true;
            e = read_map(r, shape, bare);
        } else {
            e = read_structure(r, shape, bare);
        }
    }
    r->in->depth--;
    return e;
}

int awi_json_decode(struct awi_wire_in *in,
                    const struct awi_shape *shape,
                    struct awi_str text,
                    void *bare)
{
    struct awi_json_reader r = {.in = in, .at = text.ptr, .end = text.ptr + text.len};
    int e = read_value(&r, shape, bare);

    if (e == 0 && (awi_json_peek(&r) != '\0' || r.at != r.end)) {
        e = awi_json_unexpected(&r);
    }
    return e;
}
