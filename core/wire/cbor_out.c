/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CBOR writer.
 */
#include "core/wire/cbor.h"

#include "core/shape/value.h"
#include "core/wire/cbor_bits.h"

#define HEAD_MOST 9

/* Where there is room for HEAD_MOST bytes; how many it takes. */
static inline size_t put_head(char *at, unsigned major, uint64_t value)
{
    if (value < 24) {
        at[0] = (char)(major << 5 | value);
        return 1;
    }
    unsigned info = value <= UINT8_MAX    ? 24
                    : value <= UINT16_MAX ? 25
                    : value <= UINT32_MAX ? 26
                                          : 27;
    size_t n = (size_t)1 << (info - 24);
    at[0] = (char)(major << 5 | info);
    for (size_t i = n; i > 0; i--) {
        at[i] = (char)(value & 0xff);
        value >>= 8;
    }
    return n + 1;
}

static void write_head(struct awi_out *out, unsigned major, uint64_t value)
{
    char *at = awi_out_room(out, HEAD_MOST);

    out->len += at ? put_head(at, major, value) : 0;
}

static void write_bytes(struct awi_out *out, unsigned major, struct awi_str bytes)
{
    char *at = awi_out_room(out, HEAD_MOST + bytes.len);

    if (at) {
        size_t head = put_head(at, major, bytes.len);
        if (bytes.len) {
            memcpy(at + head, bytes.ptr, bytes.len);
        }
        out->len += head + bytes.len;
    }
}

static void write_integer(struct awi_out *out, int64_t value)
{
    if (value < 0) {
        write_head(out, MAJOR_NEGATIVE, (uint64_t)(-1 - value));
    } else {
        write_head(out, MAJOR_UINT, (uint64_t)value);
    }
}

static void write_double(struct awi_out *out, double value)
{
    char bytes[9] = {(char)(MAJOR_SIMPLE << 5 | FLOAT_64)};
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    for (size_t i = 8; i > 0; i--) {
        bytes[i] = (char)(bits & 0xff);
        bits >>= 8;
    }
    awi_out_add(out, bytes, sizeof(bytes));
}

void awi_cbor_map(struct awi_out *out, size_t n)
{
    write_head(out, MAJOR_MAP, n);
}

void awi_cbor_text(struct awi_out *out, struct awi_str text)
{
    write_bytes(out, MAJOR_TEXT, text);
}

static bool is_written(const struct awi_member *member, const void *bare, struct awi_str skip)
{
    return awi_member_of(member, bare) && member->shape->type != AWI_TYPE_BODY &&
           !(skip.ptr && awi_str_eq(member->name, skip));
}

size_t awi_cbor_count(const struct awi_shape *shape, const void *bare, struct awi_str skip)
{
    size_t n = 0;

    for (size_t i = 0; i < shape->n_members; i++) {
        n += is_written(&shape->members[i], bare, skip);
    }
    return n;
}

size_t awi_cbor_members(struct awi_out *out,
                        const struct awi_shape *shape,
                        const void *bare,
                        struct awi_str skip)
{
    size_t n = 0;

    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        if (is_written(member, bare, skip)) {
            n++;
            awi_cbor_text(out, member->name);
            awi_cbor_encode(out, member->shape, awi_member_of(member, bare));
        }
    }
    return n;
}

static void write_structure(struct awi_out *out, const struct awi_shape *shape, const void *bare)
{
    size_t head = out->len;

    if (shape->n_members > 23) {
        awi_cbor_map(out, awi_cbor_count(shape, bare, AWI_STR_NULL));
        awi_cbor_members(out, shape, bare, AWI_STR_NULL);
        return;
    }
    /* A head of one byte: it is known when the members are written. */
    awi_cbor_map(out, 0);
    size_t n = awi_cbor_members(out, shape, bare, AWI_STR_NULL);
    if (out->len > head) {
        put_head(out->ptr + head, MAJOR_MAP, n);
    }
}

static void
write_items(struct awi_out *out, const struct awi_shape *shape, const struct awi_list *list)
{
    bool is_map = shape->type == AWI_TYPE_MAP;

    write_head(out, is_map ? MAJOR_MAP : MAJOR_ARRAY, list->n);
    for (size_t i = 0; i < list->n; i++) {
        const char *item = awi_list_at(shape, list, i);
        if (is_map) {
            awi_cbor_text(out, *(const struct awi_str *)item);
        }
        awi_cbor_encode(out, shape->item, item + shape->value_offset);
    }
}

void awi_cbor_encode(struct awi_out *out, const struct awi_shape *shape, const void *bare)
{
    switch (shape->type) {
    case AWI_TYPE_BOOL:
        awi_out_char(
            out, (char)(MAJOR_SIMPLE << 5 | (*(const bool *)bare ? SIMPLE_TRUE : SIMPLE_FALSE)));
        break;
    case AWI_TYPE_I32:
        write_integer(out, *(const int32_t *)bare);
        break;
    case AWI_TYPE_I64:
        write_integer(out, *(const int64_t *)bare);
        break;
    case AWI_TYPE_F64:
        write_double(out, *(const double *)bare);
        break;
    case AWI_TYPE_TIME: {
        int64_t ms = *(const int64_t *)bare;
        write_head(out, MAJOR_TAG, TAG_EPOCH);
        if (ms % 1000 == 0) {
            write_integer(out, ms / 1000);
        } else {
            write_double(out, (double)ms / 1000);
        }
        break;
    }
    case AWI_TYPE_BLOB:
        write_bytes(out, MAJOR_BYTES, *(const struct awi_str *)bare);
        break;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        write_items(out, shape, bare);
        break;
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        write_structure(out, shape, bare);
        break;
    default:
        awi_cbor_text(out, *(const struct awi_str *)bare);
        break;
    }
}
