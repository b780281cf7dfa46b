/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random values by descriptor.
 */
#include "random_value.h"

#include "core/net/body.h"
#include "core/shape/value.h"
#include "core/util/utf8.h"

#include <assert.h>

#define DEPTH_MAX 5

uint32_t random_next(struct random_source *source, uint32_t below)
{
    source->state = source->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(source->state >> 33) % below;
}

static bool is_rest(const struct random_source *source)
{
    return source->protocol == AWI_PROTO_REST_JSON || source->protocol == AWI_PROTO_REST_XML;
}

static struct awi_str random_text(struct random_source *source, bool plain, size_t least)
{
    static const uint32_t special[] = {'&', '<',  '>',  '"',    '\'',    '%',  '+',
                                       '/', '?',  '#',  '=',    ';',     ' ',  ',',
                                       '.', '\\', 0xe9, 0x20ac, 0x1f600, '\n', '\t'};
    size_t n = least + random_next(source, 12);
    char *text = awi_arena_alloc(source->arena, n * 4 + 1);
    size_t len = 0;

    assert(text);
    for (size_t i = 0; i < n; i++) {
        uint32_t c = (uint32_t) "abcXYZ019-_:*~"[random_next(source, 14)];
        if (!plain && random_next(source, 3) == 0) {
            c = special[random_next(source, sizeof(special) / sizeof(special[0]))];
        }
        len += awi_utf8_write(text + len, c);
    }
    return awi_str_of(text, len);
}

static struct awi_str random_bytes(struct random_source *source)
{
    size_t n = 1 + random_next(source, 20);
    char *bytes = awi_arena_alloc(source->arena, n);

    assert(bytes);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (char)random_next(source, 256);
    }
    return awi_str_of(bytes, n);
}

static double random_double(struct random_source *source)
{
    static const double some[] = {
        0, 1, -1, 0.1, 1e300, -2.5e-7, 123456789.125, 1e15, 4503599627370497.5};

    if (random_next(source, 2)) {
        return some[random_next(source, sizeof(some) / sizeof(some[0]))];
    }
    return ((double)random_next(source, 1u << 30) - (1 << 29)) / 977.0;
}

static int64_t random_ms(struct random_source *source, bool whole)
{
    int64_t seconds = (int64_t)random_next(source, 2000000000u) * 2;

    return seconds * 1000 + (whole ? 0 : random_next(source, 1000));
}

/* In headers times have no fraction, and text no blanks at its ends. */
static void random_scalar(struct random_source *source,
                          const struct awi_shape *shape,
                          uint8_t location,
                          uint8_t format,
                          void *bare)
{
    bool header = location == AWI_IN_HEADER || location == AWI_IN_HEADERS;
    bool whole = format == AWI_TIME_RFC822 || shape->time_format == AWI_TIME_RFC822 ||
                 (header && is_rest(source));

    switch (shape->type) {
    case AWI_TYPE_BOOL:
        *(bool *)bare = random_next(source, 2);
        break;
    case AWI_TYPE_I32:
        *(int32_t *)bare = (int32_t)(random_next(source, UINT32_MAX >> 1) - (1u << 30));
        break;
    case AWI_TYPE_I64:
        *(int64_t *)bare = ((int64_t)random_next(source, 1u << 30) << 33) -
                           (int64_t)random_next(source, 1u << 30) * (1 << 30);
        break;
    case AWI_TYPE_F64:
        *(double *)bare = random_double(source);
        break;
    case AWI_TYPE_TIME:
        *(int64_t *)bare = random_ms(source, whole);
        break;
    case AWI_TYPE_BLOB:
        *(struct awi_str *)bare = random_bytes(source);
        break;
    case AWI_TYPE_DOCUMENT:
        *(struct awi_str *)bare = AWI_STR("{\"a\":[1,null,\"x\"]}");
        break;
    case AWI_TYPE_BODY: {
        struct awi_body *body = awi_body_memory(source->arena, random_bytes(source));
        assert(body);
        *(struct awi_body **)bare = body;
        break;
    }
    default:
        *(struct awi_str *)bare = random_text(source, header, location || is_rest(source) ? 1 : 0);
    }
}

static bool random_items(struct random_source *source,
                         const struct awi_shape *shape,
                         uint8_t location,
                         unsigned depth,
                         struct awi_list *list)
{
    size_t n = 1 + random_next(source, 3);
    size_t room = 0;

    list->set = true;
    for (size_t i = 0; i < n; i++) {
        char *item = awi_list_add(source->arena, shape, list, &room);
        assert(item);
        if (shape->type == AWI_TYPE_MAP) {
            struct awi_str text = random_text(source, location != AWI_IN_BODY, 1);
            *(struct awi_str *)item =
                awi_arena_printf(source->arena, "k%zu%.*s", i, AWI_STR_FMT(text));
        }
        void *value = item + shape->value_offset;
        const struct awi_shape *of = shape->item;
        bool filled = true;
        if (of->type == AWI_TYPE_LIST || of->type == AWI_TYPE_MAP) {
            filled = depth < DEPTH_MAX && random_items(source, of, location, depth + 1, value);
        } else if (of->type == AWI_TYPE_STRUCT || of->type == AWI_TYPE_UNION) {
            filled = depth < DEPTH_MAX && random_value(source, of, depth + 1, value);
        } else {
            random_scalar(source, of, location, 0, value);
        }
        if (!filled) {
            list->n--;
            break;
        }
    }
    return list->n > 0;
}

/* Old and new member of one name (S3's Event and Events): no wire can tell them apart. */
static bool is_ambiguous(const struct awi_shape *shape)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        for (size_t k = 0; k < i; k++) {
            if (shape->members[i].location == shape->members[k].location &&
                awi_str_eq(shape->members[i].wire_name, shape->members[k].wire_name)) {
                return true;
            }
        }
    }
    return false;
}

static bool random_member(struct random_source *source,
                          const struct awi_member *member,
                          unsigned depth,
                          void *structure)
{
    void *place = (char *)structure + member->offset;
    bool filled = true;

    if ((member->flags & AWI_MEMBER_EVENT_STREAM) ||
        (member->shape->type == AWI_TYPE_BODY && !is_rest(source))) {
        return false;
    }
    void *value = awi_member_open(source->arena, member->shape, place);
    assert(value);
    switch (member->shape->type) {
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        filled = depth < DEPTH_MAX &&
                 random_items(source, member->shape, member->location, depth + 1, value);
        break;
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        filled = depth < DEPTH_MAX && random_value(source, member->shape, depth + 1, value);
        break;
    default:
        random_scalar(source, member->shape, member->location, member->time_format, value);
        if (member->location == AWI_IN_STATUS) {
            *(int32_t *)value = 200 + (int32_t)random_next(source, 99);
        }
    }
    if (!filled) {
        memset(place, 0, awi_shape_member_size(member->shape));
    }
    return filled;
}

bool random_value(struct random_source *source,
                  const struct awi_shape *shape,
                  unsigned depth,
                  void *bare)
{
    bool filled = false;

    if (is_ambiguous(shape)) {
        return false;
    }
    if (shape->type == AWI_TYPE_UNION && shape->n_members) {
        size_t start = random_next(source, shape->n_members);
        for (size_t i = 0; i < shape->n_members && !filled; i++) {
            filled =
                random_member(source, &shape->members[(start + i) % shape->n_members], depth, bare);
        }
        return filled;
    }
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        bool always = member->location == AWI_IN_URI || member->location == AWI_IN_STATUS;
        if (always || random_next(source, 3) == 0) {
            filled = random_member(source, member, depth, bare) || filled;
        }
    }
    for (size_t i = 0; i < shape->n_members && !filled; i++) {
        filled = random_member(source, &shape->members[i], depth, bare);
    }
    return filled;
}
