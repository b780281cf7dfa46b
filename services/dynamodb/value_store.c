/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored form of items. Counts and lengths are in 7-bit groups, low ones first. A value is a
 * byte for its type (a BOOL's truth is in it) and its content.
 */
#include "services/dynamodb/value.h"

#include <errno.h>

#define TRUE_BIT 0x80

/* --- Writing --------------------------------------------------------------------------------- */

static void put_count(struct awi_buf *buf, size_t n)
{
    while (n >= 0x80) {
        awi_buf_char(buf, (char)(n | 0x80));
        n >>= 7;
    }
    awi_buf_char(buf, (char)n);
}

static void put_text(struct awi_buf *buf, struct awi_str s)
{
    put_count(buf, s.len);
    awi_buf_str(buf, s);
}

static void put_texts(struct awi_buf *buf, const struct awi_str *items, size_t n)
{
    put_count(buf, n);
    for (size_t i = 0; i < n; i++) {
        put_text(buf, items[i]);
    }
}

static void put_map(struct awi_buf *buf, const struct dynamodb_AttributeMap *map);

static void put_value(struct awi_buf *buf, const struct dynamodb_AttributeValue *value)
{
    enum ddb_type type = ddb_value_type(value);

    awi_buf_char(buf, (char)(type | (type == DDB_BOOL && value->BOOL.v ? TRUE_BIT : 0)));
    switch (type) {
    case DDB_S:
        put_text(buf, value->S);
        break;
    case DDB_N:
        put_text(buf, value->N);
        break;
    case DDB_B:
        put_text(buf, value->B);
        break;
    case DDB_SS:
        put_texts(buf, value->SS.items, value->SS.n);
        break;
    case DDB_NS:
        put_texts(buf, value->NS.items, value->NS.n);
        break;
    case DDB_BS:
        put_texts(buf, value->BS.items, value->BS.n);
        break;
    case DDB_M:
        put_map(buf, &value->M);
        break;
    case DDB_L:
        put_count(buf, value->L.n);
        for (size_t i = 0; i < value->L.n; i++) {
            put_value(buf, &value->L.items[i]);
        }
        break;
    default:
        break;
    }
}

static void put_map(struct awi_buf *buf, const struct dynamodb_AttributeMap *map)
{
    put_count(buf, map->n);
    for (size_t i = 0; i < map->n; i++) {
        put_text(buf, map->items[i].key);
        put_value(buf, &map->items[i].value);
    }
}

int ddb_item_encode(struct awi_buf *buf, const struct dynamodb_AttributeMap *item)
{
    put_map(buf, item);
    return buf->error;
}

/* --- Reading --------------------------------------------------------------------------------- */

struct reader {
    struct awi_arena *arena;
    const char *at, *end;
    int depth;
};

/* A count of things of at least one byte each. */
static int get_count(struct reader *in, size_t *ret)
{
    size_t n = 0;

    for (int shift = 0; shift < 35; shift += 7) {
        unsigned char c;

        if (in->at == in->end) {
            return -EBADMSG;
        }
        c = (unsigned char)*in->at++;
        n |= (size_t)(c & 0x7f) << shift;
        if (!(c & 0x80)) {
            *ret = n;
            return n <= (size_t)(in->end - in->at) ? 0 : -EBADMSG;
        }
    }
    return -EBADMSG;
}

static int get_text(struct reader *in, struct awi_str *ret)
{
    size_t len;
    int r = get_count(in, &len);

    if (r == 0) {
        *ret = awi_str_of(in->at, len);
        in->at += len;
    }
    return r;
}

static int get_texts(struct reader *in, struct awi_str **ret, size_t *ret_n)
{
    int r = get_count(in, ret_n);

    if (r < 0) {
        return r;
    }
    *ret = awi_arena_array(in->arena, struct awi_str, *ret_n);
    if (!*ret) {
        return -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < *ret_n; i++) {
        r = get_text(in, &(*ret)[i]);
    }
    return r;
}

static int get_map(struct reader *in, struct dynamodb_AttributeMap *ret);
static int get_value(struct reader *in, struct dynamodb_AttributeValue *ret);

static int get_list(struct reader *in, struct dynamodb_ListAttributeValue *ret)
{
    int r = get_count(in, &ret->n);

    if (r < 0) {
        return r;
    }
    ret->items = awi_arena_array(in->arena, struct dynamodb_AttributeValue, ret->n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        r = get_value(in, &ret->items[i]);
    }
    return r;
}

static int get_value(struct reader *in, struct dynamodb_AttributeValue *ret)
{
    unsigned char type;
    int r;

    if (in->at == in->end || in->depth > DDB_DEPTH_MAX + 1) {
        return -EBADMSG;
    }
    type = (unsigned char)*in->at++;
    in->depth++;
    switch (type & ~TRUE_BIT) {
    case DDB_S:
        r = get_text(in, &ret->S);
        break;
    case DDB_N:
        r = get_text(in, &ret->N);
        break;
    case DDB_B:
        r = get_text(in, &ret->B);
        break;
    case DDB_SS:
        ret->SS.set = true;
        r = get_texts(in, &ret->SS.items, &ret->SS.n);
        break;
    case DDB_NS:
        ret->NS.set = true;
        r = get_texts(in, &ret->NS.items, &ret->NS.n);
        break;
    case DDB_BS:
        ret->BS.set = true;
        r = get_texts(in, &ret->BS.items, &ret->BS.n);
        break;
    case DDB_M:
        r = get_map(in, &ret->M);
        break;
    case DDB_L:
        ret->L.set = true;
        r = get_list(in, &ret->L);
        break;
    case DDB_NULL:
        ret->NULL_ = AWI_SOME_BOOL(true);
        r = 0;
        break;
    case DDB_BOOL:
        ret->BOOL = AWI_SOME_BOOL(type & TRUE_BIT);
        r = 0;
        break;
    default:
        r = -EBADMSG;
    }
    in->depth--;
    return r;
}

static int get_map(struct reader *in, struct dynamodb_AttributeMap *ret)
{
    int r = get_count(in, &ret->n);

    if (r < 0) {
        return r;
    }
    ret->set = true;
    ret->items = awi_arena_array(in->arena, struct dynamodb_AttributeMap_entry, ret->n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        r = get_text(in, &ret->items[i].key);
        if (r == 0) {
            r = get_value(in, &ret->items[i].value);
        }
    }
    return r;
}

int ddb_item_decode(struct awi_arena *arena,
                    struct awi_str bytes,
                    struct dynamodb_AttributeMap *ret)
{
    struct reader in = {.arena = arena, .at = bytes.ptr, .end = bytes.ptr + bytes.len};
    int r;

    *ret = (struct dynamodb_AttributeMap){0};
    r = get_map(&in, ret);
    return r == 0 && in.at != in.end ? -EBADMSG : r;
}
