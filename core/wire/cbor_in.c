/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CBOR reader.
 */
#include "core/wire/cbor.h"

#include "core/shape/value.h"
#include "core/util/utf8.h"
#include "core/wire/cbor_bits.h"
#include "core/wire/wire.h"

#include <errno.h>
#include <math.h>

#define BREAK_BYTE  0xff
#define TAG_NESTING 4

struct reader {
    struct awi_wire_in *in;
    const unsigned char *at;
    const unsigned char *end;
};

static int read_head(struct reader *r, struct awi_cbor_head *ret)
{
    if (r->at == r->end) {
        return awi_wire_bad(r->in, "Unexpected end of CBOR");
    }
    uint8_t first = *r->at++;
    *ret = (struct awi_cbor_head){.major = first >> 5, .info = first & 31};
    if (ret->info < 24) {
        ret->value = ret->info;
        return 0;
    }
    if (ret->info == INDEFINITE && ret->major >= MAJOR_BYTES && ret->major <= MAJOR_MAP) {
        ret->value = AWI_CBOR_NO_LENGTH;
        return 0;
    }
    if (ret->info > 27) {
        return awi_wire_bad(r->in, "Malformed CBOR");
    }
    size_t n = (size_t)1 << (ret->info - 24);
    if ((size_t)(r->end - r->at) < n) {
        return awi_wire_bad(r->in, "Unexpected end of CBOR");
    }
    for (size_t i = 0; i < n; i++) {
        ret->value = ret->value << 8 | *r->at++;
    }
    if (ret->major >= MAJOR_ARRAY && ret->major <= MAJOR_MAP && ret->value == AWI_CBOR_NO_LENGTH) {
        return awi_wire_bad(r->in, "Malformed CBOR");
    }
    return 0;
}

/* Every item of an array or map of n (or AWI_CBOR_NO_LENGTH) is announced by this: false at the
 * end. An item takes a byte at least, so a length cannot make the reader run long. */
static bool more(struct reader *r, uint64_t *n)
{
    if (*n == AWI_CBOR_NO_LENGTH) {
        if (r->at < r->end && *r->at == BREAK_BYTE) {
            r->at++;
            return false;
        }
        return true;
    }
    return (*n)-- > 0;
}

static int check_text(struct reader *r, struct awi_str text)
{
    return awi_utf8_valid(text) ? 0 : awi_wire_bad(r->in, "Invalid UTF-8 in CBOR");
}

static int read_bytes(struct reader *r, const struct awi_cbor_head *head, struct awi_str *ret);

/* Bytes, or a text that is not looked at yet. */
static int read_raw(struct reader *r, const struct awi_cbor_head *head, struct awi_str *ret)
{
    if (head->value != AWI_CBOR_NO_LENGTH || head->info != INDEFINITE) {
        if (head->value > (size_t)(r->end - r->at)) {
            return awi_wire_bad(r->in, "Unexpected end of CBOR");
        }
        *ret = awi_str_of(r->at, (size_t)head->value);
        r->at += head->value;
    } else {
        struct awi_out whole = {.arena = r->in->arena};
        uint64_t n = AWI_CBOR_NO_LENGTH;
        while (more(r, &n)) {
            struct awi_cbor_head part;
            struct awi_str bytes = AWI_STR_NULL;
            int e = read_head(r, &part);
            if (e == 0 && (part.major != head->major || part.info == INDEFINITE)) {
                e = awi_wire_bad(r->in, "Malformed CBOR");
            }
            e = e ? e : read_bytes(r, &part, &bytes);
            if (e != 0) {
                return e;
            }
            awi_out_str(&whole, bytes);
        }
        if (whole.failed) {
            return -ENOMEM;
        }
        *ret = awi_out_view(&whole);
    }
    return 0;
}

static int read_bytes(struct reader *r, const struct awi_cbor_head *head, struct awi_str *ret)
{
    int e = read_raw(r, head, ret);

    return e == 0 && head->major == MAJOR_TEXT ? check_text(r, *ret) : e;
}

static int deeper(struct reader *r)
{
    if (++r->in->depth > AWI_WIRE_DEPTH_MAX) {
        return awi_wire_bad(r->in, "CBOR is nested too deeply");
    }
    return 0;
}

static int skip_rest(struct reader *r, const struct awi_cbor_head *head);

static int skip_value(struct reader *r)
{
    struct awi_cbor_head head;
    int e = read_head(r, &head);

    return e ? e : skip_rest(r, &head);
}

static int skip_rest(struct reader *r, const struct awi_cbor_head *head)
{
    struct awi_str ignored;
    uint64_t n = head->value;
    int e;

    switch (head->major) {
    case MAJOR_BYTES:
    case MAJOR_TEXT:
        return read_bytes(r, head, &ignored);
    case MAJOR_ARRAY:
    case MAJOR_MAP:
    case MAJOR_TAG:
        if (head->major == MAJOR_TAG) {
            n = 1;
        }
        e = deeper(r);
        while (e == 0 && more(r, &n)) {
            e = skip_value(r);
            if (e == 0 && head->major == MAJOR_MAP) {
                e = skip_value(r);
            }
        }
        r->in->depth--;
        return e;
    default:
        return 0;
    }
}

static int wrong_type(struct reader *r, const struct awi_shape *shape)
{
    return awi_wire_bad(
        r->in, "A value of %.*s has another type in CBOR", AWI_STR_FMT(shape->name));
}

static int read_scalar(struct reader *r,
                       const struct awi_shape *shape,
                       const struct awi_cbor_head *head,
                       void *bare)
{
    int64_t integer;
    double number;

    switch (shape->type) {
    case AWI_TYPE_BOOL:
        *(bool *)bare = head->info == SIMPLE_TRUE;
        return head->major == MAJOR_SIMPLE &&
                       (head->info == SIMPLE_TRUE || head->info == SIMPLE_FALSE)
                   ? 0
                   : wrong_type(r, shape);
    case AWI_TYPE_I32:
        if (!awi_cbor_integer(head, &integer) || integer < INT32_MIN || integer > INT32_MAX) {
            return wrong_type(r, shape);
        }
        *(int32_t *)bare = (int32_t)integer;
        return 0;
    case AWI_TYPE_I64:
        return awi_cbor_integer(head, bare) ? 0 : wrong_type(r, shape);
    case AWI_TYPE_F64:
        return awi_cbor_double(head, bare) ? 0 : wrong_type(r, shape);
    case AWI_TYPE_TIME:
        if (!awi_cbor_double(head, &number) || !(fabs(number) < 9e15)) {
            return wrong_type(r, shape);
        }
        *(int64_t *)bare = awi_round(number * 1000);
        return 0;
    default:
        if (head->major != (shape->type == AWI_TYPE_BLOB ? MAJOR_BYTES : MAJOR_TEXT)) {
            return wrong_type(r, shape);
        }
        return read_bytes(r, head, bare);
    }
}

static int read_rest(struct reader *r,
                     const struct awi_shape *shape,
                     const struct awi_cbor_head *head,
                     void *bare);

/* A value's head without its tags. *ret_absent: it was null or undefined. */
static int read_start(struct reader *r, struct awi_cbor_head *ret, bool *ret_absent)
{
    int e = read_head(r, ret);

    for (int i = 0; e == 0 && ret->major == MAJOR_TAG; i++) {
        e = i < TAG_NESTING ? read_head(r, ret) : awi_wire_bad(r->in, "Too many tags in CBOR");
    }
    *ret_absent = e == 0 && ret->major == MAJOR_SIMPLE &&
                  (ret->info == SIMPLE_NULL || ret->info == SIMPLE_UNDEFINED);
    return e;
}

/* Not looked at yet: check_text(). */
static int read_key(struct reader *r, struct awi_str *ret)
{
    struct awi_cbor_head head;
    int e = read_head(r, &head);

    if (e == 0 && head.major != MAJOR_TEXT) {
        e = awi_wire_bad(r->in, "A key in CBOR is no text");
    }
    return e ? e : read_raw(r, &head, ret);
}

static const struct awi_member *
find_member(const struct awi_shape *shape, struct awi_str key, size_t *hint)
{
    size_t n = shape->n_members;

    for (size_t i = 0; i < n; i++) {
        size_t at = *hint + i < n ? *hint + i : *hint + i - n;
        if (awi_str_eq(shape->members[at].name, key)) {
            *hint = at + 1 < n ? at + 1 : 0;
            return &shape->members[at];
        }
    }
    return NULL;
}

static int read_structure(struct reader *r, const struct awi_shape *shape, uint64_t n, void *bare)
{
    size_t hint = 0;
    int e = 0;

    while (e == 0 && more(r, &n)) {
        struct awi_str key = AWI_STR_NULL;
        struct awi_cbor_head head;
        bool absent;
        e = read_key(r, &key);
        if (e != 0) {
            return e;
        }
        const struct awi_member *member = find_member(shape, key, &hint);
        if (!member || member->shape->type == AWI_TYPE_BODY) {
            e = check_text(r, key);
            e = e ? e : skip_value(r);
            continue;
        }
        void *place = (char *)bare + member->offset;
        memset(place, 0, awi_shape_member_size(member->shape));
        e = read_start(r, &head, &absent);
        if (e != 0 || absent) {
            continue;
        }
        void *value = awi_member_open(r->in->arena, member->shape, place);
        e = value ? read_rest(r, member->shape, &head, value) : -ENOMEM;
    }
    return e;
}

static int
read_items(struct reader *r, const struct awi_shape *shape, uint64_t n, struct awi_list *list)
{
    bool is_map = shape->type == AWI_TYPE_MAP;
    size_t room = 0;
    int e = 0;

    list->set = true;
    while (e == 0 && more(r, &n)) {
        struct awi_str key = AWI_STR_NULL;
        struct awi_cbor_head head;
        bool absent = false;
        e = is_map ? read_key(r, &key) : 0;
        e = e || !is_map ? e : check_text(r, key);
        e = e ? e : read_start(r, &head, &absent);
        if (e != 0 || absent) {
            continue;
        }
        char *item = awi_list_add(r->in->arena, shape, list, &room);
        if (!item) {
            return -ENOMEM;
        }
        if (is_map) {
            *(struct awi_str *)item = key;
        }
        e = read_rest(r, shape->item, &head, item + shape->value_offset);
    }
    return e == 0 && is_map ? awi_map_unique(r->in->arena, shape, list) : e;
}

static int read_rest(struct reader *r,
                     const struct awi_shape *shape,
                     const struct awi_cbor_head *head,
                     void *bare)
{
    int e;

    switch (shape->type) {
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
    case AWI_TYPE_MAP:
    case AWI_TYPE_LIST:
        if (head->major != (shape->type == AWI_TYPE_LIST ? MAJOR_ARRAY : MAJOR_MAP)) {
            return wrong_type(r, shape);
        }
        e = deeper(r);
        if (e == 0) {
            e = shape->type == AWI_TYPE_LIST || shape->type == AWI_TYPE_MAP
                    ? read_items(r, shape, head->value, bare)
                    : read_structure(r, shape, head->value, bare);
        }
        r->in->depth--;
        return e;
    default:
        return read_scalar(r, shape, head, bare);
    }
}

int awi_cbor_decode(struct awi_wire_in *in,
                    const struct awi_shape *shape,
                    struct awi_str bytes,
                    void *bare)
{
    const unsigned char *begin = (const unsigned char *)bytes.ptr;
    struct reader r = {.in = in, .at = begin, .end = begin + bytes.len};
    struct awi_cbor_head head;
    bool absent;
    int e = read_start(&r, &head, &absent);

    if (e == 0) {
        e = read_rest(&r, shape, &head, bare);
    }
    if (e == 0 && r.at != r.end) {
        e = awi_wire_bad(in, "Bytes follow the CBOR value");
    }
    return e;
}
