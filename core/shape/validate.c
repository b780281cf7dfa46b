/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constraints of the model, in the words of AWS's services: pattern before length, path steps
 * with a small first letter, items of a list by number. (Wording and order as DynamoDB, Cognito and
 * IAM answer.)
 */
#include "core/shape/shape.h"

#include "core/shape/pattern.h"
#include "core/shape/value.h"
#include "core/util/buf.h"
#include "core/util/utf8.h"

#include <errno.h>

#define ERRORS_MAX 20
#define VALUE_MAX  2048 /* bytes of a value that are quoted */

/* The way to a value: steps from the outside in. */
struct path {
    const struct path *outer;
    struct awi_str name; /* absent: number, and ".member" */
    size_t number;
};

struct check {
    struct awi_arena *arena;
    struct awi_buf text;
    unsigned errors;
    struct awi_fault first;
    int error; /* -ENOMEM */
};

static void add_path(struct awi_buf *text, const struct path *path)
{
    if (path->outer) {
        add_path(text, path->outer);
        awi_buf_char(text, '.');
    }
    if (path->name.ptr) {
        char first = path->name.ptr[0];
        awi_buf_char(text, first >= 'A' && first <= 'Z' ? (char)(first | 0x20) : first);
        awi_buf_str(text, awi_str_skip(path->name, 1));
    } else {
        awi_buf_printf(text, "%zu.member", path->number);
    }
}

static void add_cut(struct awi_buf *text, struct awi_str value)
{
    struct awi_str cut = awi_str_head(value, VALUE_MAX);

    while (cut.len < value.len && cut.len > 0 && (value.ptr[cut.len] & 0xc0) == 0x80) {
        cut.len--;
    }
    awi_buf_str(text, cut);
}

static void add_value(struct awi_buf *text, const struct awi_shape *shape, const void *bare)
{
    const struct awi_list *list = bare;

    switch (shape->type) {
    case AWI_TYPE_BOOL:
        awi_buf_strz(text, *(const bool *)bare ? "true" : "false");
        break;
    case AWI_TYPE_I32:
        awi_buf_printf(text, "%d", *(const int32_t *)bare);
        break;
    case AWI_TYPE_I64:
    case AWI_TYPE_TIME:
        awi_buf_printf(text, "%lld", (long long)*(const int64_t *)bare);
        break;
    case AWI_TYPE_F64:
        awi_buf_printf(text, "%g", *(const double *)bare);
        break;
    case AWI_TYPE_STRING:
        add_cut(text, *(const struct awi_str *)bare);
        break;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        awi_buf_char(text, shape->type == AWI_TYPE_MAP ? '{' : '[');
        for (size_t i = 0; i < list->n && text->len < VALUE_MAX * 4; i++) {
            const char *item = awi_list_at(shape, list, i);
            awi_buf_strz(text, i ? ", " : "");
            if (shape->type == AWI_TYPE_MAP) {
                add_cut(text, *(const struct awi_str *)item);
                awi_buf_char(text, '=');
            }
            add_value(text, shape->item, item + shape->value_offset);
        }
        awi_buf_char(text, shape->type == AWI_TYPE_MAP ? '}' : ']');
        break;
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        awi_buf_str(text, shape->name);
        awi_buf_char(text, '(');
        for (size_t i = 0, n = 0; i < shape->n_members && text->len < VALUE_MAX * 4; i++) {
            const struct path step = {.name = shape->members[i].name};
            const void *member = awi_member_of(&shape->members[i], bare);
            if (member && !(shape->members[i].flags & AWI_MEMBER_SENSITIVE)) {
                awi_buf_strz(text, n++ ? ", " : "");
                add_path(text, &step);
                awi_buf_char(text, '=');
                add_value(text, shape->members[i].shape, member);
            }
        }
        awi_buf_char(text, ')');
        break;
    default:
        break;
    }
}

/* "Value 'x' at 'path' failed to satisfy constraint: Member must "; bare NULL: null. False: there
 * are enough errors. */
static bool begin(struct check *check,
                  enum awi_fault_kind kind,
                  const struct path *path,
                  const struct awi_member *member,
                  const struct awi_shape *shape,
                  const void *bare)
{
    struct awi_buf *text = &check->text;

    if (++check->errors > ERRORS_MAX) {
        check->errors--;
        return false;
    }
    if (check->errors == 1) {
        check->first = (struct awi_fault){.kind = kind, .shape = shape};
    }
    awi_buf_strz(text, check->errors > 1 ? "; Value " : "Value ");
    if (!bare) {
        awi_buf_strz(text, "null ");
    } else if (!(member && (member->flags & AWI_MEMBER_SENSITIVE)) &&
               shape->type != AWI_TYPE_BLOB) {
        awi_buf_char(text, '\'');
        add_value(text, shape, bare);
        awi_buf_strz(text, "' ");
    }
    awi_buf_strz(text, "at '");
    add_path(text, path);
    awi_buf_strz(text, "' failed to satisfy constraint: ");
    return true;
}

static void add_enum(struct awi_buf *text, const struct awi_shape *shape)
{
    awi_buf_strz(text, "Member must satisfy enum value set: [");
    for (size_t i = 0; i < shape->n_enum_values; i++) {
        awi_buf_strz(text, i ? ", " : "");
        awi_buf_str(text, shape->enum_values[i]);
    }
    awi_buf_char(text, ']');
}

/* A bound as the model has it: whole numbers without a point. */
static void add_bound(struct awi_buf *text, const struct awi_shape *shape, bool least)
{
    double bound = least ? shape->min : shape->max;
    bool number =
        shape->type == AWI_TYPE_I32 || shape->type == AWI_TYPE_I64 || shape->type == AWI_TYPE_F64;

    awi_buf_printf(text,
                   "Member must have %s %s than or equal to %.0f",
                   number ? "value" : "length",
                   least ? "greater" : "less",
                   bound);
}

/* What the bounds are about: the number, or the length. False: nothing. */
static bool measure(const struct awi_shape *shape, const void *bare, double *ret)
{
    switch (shape->type) {
    case AWI_TYPE_I32:
        *ret = *(const int32_t *)bare;
        return true;
    case AWI_TYPE_I64:
        *ret = (double)*(const int64_t *)bare;
        return true;
    case AWI_TYPE_F64:
        *ret = *(const double *)bare;
        return true;
    case AWI_TYPE_STRING:
        *ret = (double)awi_utf8_count(*(const struct awi_str *)bare);
        return true;
    case AWI_TYPE_BLOB:
        *ret = (double)((const struct awi_str *)bare)->len;
        return true;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        *ret = (double)((const struct awi_list *)bare)->n;
        return true;
    default:
        return false;
    }
}

enum {
    BAD_ENUM = 1u << AWI_FAULT_ENUM,
    BAD_PATTERN = 1u << AWI_FAULT_PATTERN,
    BAD_MIN = 1u << AWI_FAULT_MIN,
    BAD_MAX = 1u << AWI_FAULT_MAX,
};

/* Those that a value has, as bits. */
static unsigned faults(struct check *check, const struct awi_shape *shape, const void *bare)
{
    unsigned bad = 0;
    double size = 0;

    if (shape->type == AWI_TYPE_STRING && shape->enum_values) {
        bad = BAD_ENUM;
        for (size_t i = 0; i < shape->n_enum_values && bad; i++) {
            bad = awi_str_eq(shape->enum_values[i], *(const struct awi_str *)bare) ? 0 : bad;
        }
    }
    if (shape->type == AWI_TYPE_STRING && shape->pattern) {
        int r = awi_pattern_match(check->arena, shape->pattern, *(const struct awi_str *)bare);
        bad |= r == 0 ? BAD_PATTERN : 0;
        check->error = r < 0 ? r : check->error;
    }
    if ((shape->has_min || shape->has_max) && measure(shape, bare, &size)) {
        bad |= shape->has_min && size < shape->min ? BAD_MIN : 0;
        bad |= shape->has_max && size > shape->max ? BAD_MAX : 0;
    }
    return bad;
}

static void check_scalar(struct check *check,
                         const struct path *path,
                         const struct awi_member *member,
                         const struct awi_shape *shape,
                         const void *bare)
{
    unsigned bad = faults(check, shape, bare);

    for (enum awi_fault_kind kind = AWI_FAULT_ENUM; kind <= AWI_FAULT_MAX && bad; kind++) {
        if (!(bad & (1u << kind)) || !begin(check, kind, path, member, shape, bare)) {
            continue;
        }
        if (kind == AWI_FAULT_ENUM) {
            add_enum(&check->text, shape);
        } else if (kind == AWI_FAULT_PATTERN) {
            awi_buf_printf(
                &check->text, "Member must satisfy regular expression pattern: %s", shape->pattern);
        } else {
            add_bound(&check->text, shape, kind == AWI_FAULT_MIN);
        }
    }
}

/* All that is asked of the items of a list, as AWS puts it when one of them fails. */
static void add_constraints(struct awi_buf *text, const struct awi_shape *shape)
{
    const char *comma = "";

    if (shape->has_max) {
        add_bound(text, shape, false);
        comma = ", ";
    }
    if (shape->has_min) {
        awi_buf_strz(text, comma);
        add_bound(text, shape, true);
        comma = ", ";
    }
    if (shape->pattern) {
        awi_buf_printf(
            text, "%sMember must satisfy regular expression pattern: %s", comma, shape->pattern);
        comma = ", ";
    }
    if (shape->enum_values) {
        awi_buf_strz(text, comma);
        add_enum(text, shape);
    }
}

static bool is_compound(const struct awi_shape *shape)
{
    return shape->type == AWI_TYPE_STRUCT || shape->type == AWI_TYPE_UNION ||
           shape->type == AWI_TYPE_LIST || shape->type == AWI_TYPE_MAP;
}

static void check_value(struct check *check,
                        const struct path *path,
                        const struct awi_member *member,
                        const struct awi_shape *shape,
                        const void *bare);

static void check_items(struct check *check,
                        const struct path *path,
                        const struct awi_member *member,
                        const struct awi_shape *shape,
                        const struct awi_list *list)
{
    bool bad_key = false;
    bool bad_item = false;

    for (size_t i = 0; i < list->n && check->errors < ERRORS_MAX; i++) {
        const char *item = awi_list_at(shape, list, i);
        struct path step = {.outer = path, .number = i + 1};
        if (shape->type == AWI_TYPE_MAP) {
            bad_key = bad_key || faults(check, shape->key, item);
            step.name = *(const struct awi_str *)item;
            item += shape->value_offset;
        }
        if (is_compound(shape->item)) {
            check_value(check, &step, NULL, shape->item, item);
        } else {
            bad_item = bad_item || faults(check, shape->item, item);
        }
    }
    if (bad_key && begin(check, AWI_FAULT_ITEM, path, member, shape, list)) {
        awi_buf_strz(&check->text, "Map keys must satisfy constraint: [");
        add_constraints(&check->text, shape->key);
        awi_buf_char(&check->text, ']');
    }
    if (bad_item && begin(check, AWI_FAULT_ITEM, path, member, shape, list)) {
        awi_buf_strz(&check->text,
                     shape->type == AWI_TYPE_MAP ? "Map value must satisfy constraint: ["
                                                 : "Member must satisfy constraint: [");
        add_constraints(&check->text, shape->item);
        awi_buf_char(&check->text, ']');
    }
}

static void check_structure(struct check *check,
                            const struct path *path,
                            const struct awi_shape *shape,
                            const void *bare)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = awi_member_of(member, bare);
        struct path step = {.outer = path, .name = member->name};
        if (value) {
            check_value(check, &step, member, member->shape, value);
        } else if ((member->flags & AWI_MEMBER_REQUIRED) && member->shape->type != AWI_TYPE_BODY &&
                   begin(check, AWI_FAULT_MISSING, &step, member, member->shape, NULL)) {
            awi_buf_strz(&check->text, "Member must not be null");
        }
    }
}

static void check_value(struct check *check,
                        const struct path *path,
                        const struct awi_member *member,
                        const struct awi_shape *shape,
                        const void *bare)
{
    switch (shape->type) {
    case AWI_TYPE_STRUCT:
    case AWI_TYPE_UNION:
        check_structure(check, path, shape, bare);
        break;
    case AWI_TYPE_LIST:
    case AWI_TYPE_MAP:
        check_scalar(check, path, member, shape, bare);
        check_items(check, path, member, shape, bare);
        break;
    default:
        check_scalar(check, path, member, shape, bare);
    }
}

int awi_shape_validate(struct awi_arena *arena,
                       const struct awi_shape *shape,
                       const void *value,
                       struct awi_fault *ret_fault,
                       struct awi_str *ret_message)
{
    struct check check = {.arena = arena, .text = AWI_BUF_INIT(1u << 20)};
    int r = 0;

    check_structure(&check, NULL, shape, value);
    if (check.error || awi_buf_failed(&check.text)) {
        r = -ENOMEM;
    } else if (check.errors) {
        *ret_message = awi_arena_printf(arena,
                                        "%u validation error%s detected: %.*s",
                                        check.errors,
                                        check.errors == 1 ? "" : "s",
                                        AWI_STR_FMT(awi_buf_view(&check.text)));
        r = ret_message->ptr ? 1 : -ENOMEM;
        if (ret_fault) {
            *ret_fault = check.first;
        }
    }
    awi_buf_deinit(&check.text);
    return r;
}
