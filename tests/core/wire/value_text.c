/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed values to lines and back.
 */
#include "value_text.h"

#include "core/net/body.h"
#include "core/shape/value.h"
#include "core/wire/scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

void text_escape(struct awi_buf *out, struct awi_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n' || c == '\t' || c == '\r' || c == '\\') {
            awi_buf_char(out, '\\');
            awi_buf_char(out, c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : '\\');
        } else if (c < 0x20 || c >= 0x7f) {
            awi_buf_printf(out, "\\x%02x", c);
        } else {
            awi_buf_char(out, (char)c);
        }
    }
}

static int digit(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

struct awi_str text_unescape(struct awi_arena *arena, struct awi_str text)
{
    char *out = awi_arena_alloc(arena, text.len + 1);
    size_t n = 0;

    assert_non_null(out);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' && i + 1 < text.len) {
            c = text.ptr[++i];
            if (c == 'x' && i + 2 < text.len) {
                c = (char)(digit(text.ptr[i + 1]) << 4 | digit(text.ptr[i + 2]));
                i += 2;
            } else {
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            }
        }
        out[n++] = c;
    }
    return awi_str_of(out, n);
}

/* --- Dump ------------------------------------------------------------------------------------ */

static void dump_scalar(struct awi_buf *out, const struct awi_shape *shape, const void *bare)
{
    struct awi_arena arena;

    awi_arena_init(&arena, 1 << 20);
    struct awi_out text = {.arena = &arena};
    if (shape->type == AWI_TYPE_BODY) {
        const struct awi_body *body = *(struct awi_body *const *)bare;
        awi_out_add(&text, body->data, body->size);
    } else if (shape->type == AWI_TYPE_BLOB) {
        awi_out_str(&text, *(const struct awi_str *)bare);
    } else {
        awi_scalar_write(&text, shape, AWI_TIME_ISO8601, false, bare);
    }
    text_escape(out, awi_out_view(&text));
    awi_arena_deinit(&arena);
}

static void
dump(struct awi_buf *out, struct awi_str path, const struct awi_shape *shape, const void *bare)
{
    struct awi_buf inner = AWI_BUF_INIT(1 << 20);
    const struct awi_list *list = bare;
    size_t n = 0;

    switch (shape->type) {
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        for (size_t i = 0; i < shape->n_members; i++) {
            const void *member = awi_member_of(&shape->members[i], bare);
            if (member) {
                awi_buf_clear(&inner);
                awi_buf_printf(&inner,
                               "%.*s%s%.*s",
                               AWI_STR_FMT(path),
                               path.len ? "." : "",
                               AWI_STR_FMT(shape->members[i].name));
                dump(out, awi_buf_view(&inner), shape->members[i].shape, member);
                n++;
            }
        }
        if (n == 0 && path.len) {
            awi_buf_printf(out, "%.*s = ()\n", AWI_STR_FMT(path));
        }
        break;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        for (size_t i = 0; i < list->n; i++) {
            const char *item = awi_list_at(shape, list, i);
            awi_buf_clear(&inner);
            awi_buf_str(&inner, path);
            if (shape->type == AWI_TYPE_MAP) {
                awi_buf_printf(&inner, "{%.*s}", AWI_STR_FMT(*(const struct awi_str *)item));
            } else {
                awi_buf_printf(&inner, "[%zu]", i);
            }
            dump(out, awi_buf_view(&inner), shape->item, item + shape->value_offset);
        }
        if (list->n == 0) {
            awi_buf_printf(
                out, "%.*s = %s\n", AWI_STR_FMT(path), shape->type == AWI_TYPE_MAP ? "{}" : "[]");
        }
        break;
    default:
        awi_buf_printf(out, "%.*s = ", AWI_STR_FMT(path));
        dump_scalar(out, shape, bare);
        awi_buf_char(out, '\n');
    }
    awi_buf_deinit(&inner);
}

void value_dump(struct awi_buf *out, const struct awi_shape *shape, const void *bare)
{
    dump(out, AWI_STR(""), shape, bare);
}

/* --- Set ------------------------------------------------------------------------------------- */

static void
set_scalar(struct awi_arena *arena, const struct awi_shape *shape, void *bare, struct awi_str value)
{
    struct awi_wire_in in = {.arena = arena};
    struct awi_str text = text_unescape(arena, value);

    if (shape->type == AWI_TYPE_BODY) {
        *(struct awi_body **)bare = awi_body_memory(arena, text);
    } else if (shape->type == AWI_TYPE_BLOB) {
        *(struct awi_str *)bare = text;
    } else if (awi_scalar_parse(&in, shape, AWI_TIME_ISO8601, text, bare) != 0) {
        fail_msg("%.*s", AWI_STR_FMT(in.error));
    }
}

/* The item or entry that the path's head names, made when it is the next one. */
static void *step_into(struct awi_arena *arena,
                       const struct awi_shape *shape,
                       struct awi_list *list,
                       struct awi_str name)
{
    uint64_t number = 0;

    list->set = true;
    if (shape->type == AWI_TYPE_LIST) {
        assert_int_equal(awi_str_to_u64(name, &number), 0);
    } else {
        while (number < list->n &&
               !awi_str_eq(*(const struct awi_str *)awi_list_at(shape, list, number), name)) {
            number++;
        }
    }
    assert_true(number <= list->n);
    if (number == list->n) {
        struct awi_list longer = {.set = true};
        size_t room = 0;
        for (size_t i = 0; i <= list->n; i++) {
            void *item = awi_list_add(arena, shape, &longer, &room);
            assert_non_null(item);
            if (i < list->n) {
                memcpy(item, awi_list_at(shape, list, i), shape->size);
            }
        }
        *list = longer;
    }
    char *item = (char *)list->items + number * shape->size;
    if (shape->type == AWI_TYPE_MAP) {
        *(struct awi_str *)item = awi_arena_str(arena, name);
    }
    return item + shape->value_offset;
}

void value_set(struct awi_arena *arena,
               const struct awi_shape *shape,
               void *bare,
               struct awi_str path,
               struct awi_str value)
{
    size_t end = 0;

    if (path.len == 0) {
        if (!awi_str_is(value, "()") && !awi_str_is(value, "[]") && !awi_str_is(value, "{}")) {
            set_scalar(arena, shape, bare, value);
        }
        return;
    }
    if (path.ptr[0] == '[' || path.ptr[0] == '{') {
        ptrdiff_t close = awi_str_find(path, path.ptr[0] == '[' ? ']' : '}');
        assert_true(close > 0 && (shape->type == AWI_TYPE_LIST || shape->type == AWI_TYPE_MAP));
        void *item = step_into(arena, shape, bare, awi_str_of(path.ptr + 1, (size_t)close - 1));
        value_set(arena, shape->item, item, awi_str_skip(path, (size_t)close + 1), value);
        return;
    }
    path = awi_str_skip(path, path.ptr[0] == '.');
    while (end < path.len && !strchr(".[{", path.ptr[end])) {
        end++;
    }
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        if (awi_str_eq(member->name, awi_str_head(path, end))) {
            void *place = awi_member_open(arena, member->shape, (char *)bare + member->offset);
            assert_non_null(place);
            value_set(arena, member->shape, place, awi_str_skip(path, end), value);
            return;
        }
    }
    fail_msg("%.*s has no member %.*s", AWI_STR_FMT(shape->name), AWI_STR_FMT(path));
}
