/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodb/value.h"

#include "core/util/base64.h"
#include "services/dynamodb/number.h"

#include <errno.h>
#include <stdlib.h>

static const char *const type_names[DDB_N_TYPES] = {
    "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};

const char *ddb_type_name(enum ddb_type type)
{
    return type < DDB_N_TYPES ? type_names[type] : "";
}

enum ddb_type ddb_type_named(struct awi_str name)
{
    for (int i = 0; i < DDB_N_TYPES; i++) {
        if (awi_str_is(name, type_names[i])) {
            return (enum ddb_type)i;
        }
    }
    return DDB_NONE;
}

static unsigned type_bits(const struct dynamodb_AttributeValue *v)
{
    return (v->S.ptr ? 1u << DDB_S : 0) | (v->N.ptr ? 1u << DDB_N : 0) |
           (v->B.ptr ? 1u << DDB_B : 0) | (v->SS.set ? 1u << DDB_SS : 0) |
           (v->NS.set ? 1u << DDB_NS : 0) | (v->BS.set ? 1u << DDB_BS : 0) |
           (v->M.set ? 1u << DDB_M : 0) | (v->L.set ? 1u << DDB_L : 0) |
           (v->NULL_.set ? 1u << DDB_NULL : 0) | (v->BOOL.set ? 1u << DDB_BOOL : 0);
}

enum ddb_type ddb_value_type(const struct dynamodb_AttributeValue *value)
{
    unsigned bits = type_bits(value);

    return bits ? (enum ddb_type)__builtin_ctz(bits) : DDB_NONE;
}

/* --- Checking -------------------------------------------------------------------------------- */

#define INVALID "One or more parameter values were invalid: "

static int refuse(struct awi_str *ret_message, struct awi_str message)
{
    *ret_message = message;
    return message.ptr ? 1 : -ENOMEM;
}

static int check_number(struct awi_arena *arena, struct awi_str *text, struct awi_str *ret_message)
{
    struct ddb_number number;

    switch (ddb_number_parse(*text, &number)) {
    case DDB_NUMBER_MALFORMED:
        return refuse(
            ret_message,
            text->len == 0
                ? AWI_STR("The parameter cannot be converted to a numeric value")
                : awi_arena_printf(arena,
                                   "The parameter cannot be converted to a numeric value: %.*s",
                                   AWI_STR_FMT(*text)));
    case DDB_NUMBER_TOO_PRECISE:
        return refuse(ret_message,
                      AWI_STR("Attempting to store more than 38 significant digits in a Number"));
    case DDB_NUMBER_OVERFLOW:
        return refuse(ret_message,
                      AWI_STR("Number overflow. Attempting to store a number with magnitude larger "
                              "than supported range"));
    case DDB_NUMBER_UNDERFLOW:
        return refuse(ret_message,
                      AWI_STR("Number underflow. Attempting to store a number with magnitude "
                              "smaller than supported range"));
    default:
        *text = ddb_number_print(arena, &number);
        return text->ptr ? 0 : -ENOMEM;
    }
}

static struct awi_str join(struct awi_arena *arena, const struct awi_str *items, size_t n, bool raw)
{
    struct awi_str text = AWI_STR("");

    for (size_t i = 0; i < n; i++) {
        struct awi_str item = raw ? awi_base64(arena, items[i]) : items[i];

        text = awi_arena_printf(
            arena, "%.*s%s%.*s", AWI_STR_FMT(text), i > 0 ? ", " : "", AWI_STR_FMT(item));
    }
    return text;
}

static int cmp_strings(const void *a, const void *b)
{
    return awi_str_cmp(*(const struct awi_str *)a, *(const struct awi_str *)b);
}

/* *found: two items are equal. */
static int
find_duplicates(struct awi_arena *arena, const struct awi_str *items, size_t n, bool *found)
{
    struct awi_str *sorted = awi_arena_array(arena, struct awi_str, n);

    *found = false;
    if (!sorted) {
        return -ENOMEM;
    }
    memcpy(sorted, items, n * sizeof(*items));
    qsort(sorted, n, sizeof(*sorted), cmp_strings);
    for (size_t i = 1; i < n; i++) {
        *found |= awi_str_eq(sorted[i - 1], sorted[i]);
    }
    return 0;
}

static int check_set(struct awi_arena *arena,
                     enum ddb_type type,
                     struct awi_str *items,
                     size_t n,
                     struct awi_str *ret_message)
{
    bool duplicates;
    int r;

    if (n == 0) {
        return refuse(ret_message,
                      type == DDB_SS   ? AWI_STR(INVALID "An string set  may not be empty")
                      : type == DDB_NS ? AWI_STR(INVALID "An number set  may not be empty")
                                       : AWI_STR(INVALID "Binary sets should not be empty"));
    }
    for (size_t i = 0; type == DDB_NS && i < n; i++) {
        r = check_number(arena, &items[i], ret_message);
        if (r != 0) {
            return r;
        }
    }
    r = find_duplicates(arena, items, n, &duplicates);
    if (r < 0 || !duplicates) {
        return r;
    }
    if (type == DDB_NS) {
        return refuse(ret_message, AWI_STR("Input collection contains duplicates"));
    }
    return refuse(ret_message,
                  awi_arena_printf(arena,
                                   INVALID "Input collection [%.*s]%s contains duplicates.",
                                   AWI_STR_FMT(join(arena, items, n, type == DDB_BS)),
                                   type == DDB_BS ? "of type BS" : ""));
}

static int check_at(struct awi_arena *arena,
                    struct dynamodb_AttributeValue *value,
                    int depth,
                    struct awi_str *ret_message)
{
    unsigned bits = type_bits(value);
    int r = 0;

    if (bits == 0) {
        return refuse(ret_message,
                      AWI_STR("Supplied AttributeValue is empty, must contain exactly one of the "
                              "supported datatypes"));
    }
    if (bits & (bits - 1)) {
        return refuse(ret_message,
                      AWI_STR("Supplied AttributeValue has more than one datatypes set, must "
                              "contain exactly one of the supported datatypes"));
    }
    if (depth > DDB_DEPTH_MAX) {
        return refuse(ret_message, AWI_STR("Nesting Levels have exceeded supported limits"));
    }
    switch (ddb_value_type(value)) {
    case DDB_N:
        return check_number(arena, &value->N, ret_message);
    case DDB_SS:
        return check_set(arena, DDB_SS, value->SS.items, value->SS.n, ret_message);
    case DDB_NS:
        return check_set(arena, DDB_NS, value->NS.items, value->NS.n, ret_message);
    case DDB_BS:
        return check_set(arena, DDB_BS, value->BS.items, value->BS.n, ret_message);
    case DDB_M:
        for (size_t i = 0; r == 0 && i < value->M.n; i++) {
            r = check_at(arena, &value->M.items[i].value, depth + 1, ret_message);
        }
        return r;
    case DDB_L:
        for (size_t i = 0; r == 0 && i < value->L.n; i++) {
            r = check_at(arena, &value->L.items[i], depth + 1, ret_message);
        }
        return r;
    case DDB_NULL:
        return value->NULL_.v ? 0
                              : refuse(ret_message,
                                       AWI_STR(INVALID "Null attribute value types must have the "
                                                       "value of true"));
    default:
        return 0;
    }
}

int ddb_value_check(struct awi_arena *arena,
                    struct dynamodb_AttributeValue *value,
                    struct awi_str *ret_message)
{
    return check_at(arena, value, 0, ret_message);
}

int ddb_map_check(struct awi_arena *arena,
                  struct dynamodb_AttributeMap *map,
                  struct awi_str *ret_message)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < map->n; i++) {
        r = check_at(arena, &map->items[i].value, 0, ret_message);
    }
    return r;
}

/* --- Size ------------------------------------------------------------------------------------ */

static size_t number_size(struct awi_str text)
{
    struct ddb_number number;

    if (ddb_number_parse(text, &number) != DDB_NUMBER_OK || number.n == 0) {
        return 1;
    }
    return (size_t)(number.n + 1) / 2 + 1 + number.negative;
}

static size_t strings_size(const struct awi_str *items, size_t n, bool numbers)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        size += numbers ? number_size(items[i]) : items[i].len;
    }
    return size;
}

size_t ddb_value_size(const struct dynamodb_AttributeValue *value)
{
    size_t size = 3;

    switch (ddb_value_type(value)) {
    case DDB_S:
        return value->S.len;
    case DDB_N:
        return number_size(value->N);
    case DDB_B:
        return value->B.len;
    case DDB_SS:
        return strings_size(value->SS.items, value->SS.n, false);
    case DDB_NS:
        return strings_size(value->NS.items, value->NS.n, true);
    case DDB_BS:
        return strings_size(value->BS.items, value->BS.n, false);
    case DDB_M:
        for (size_t i = 0; i < value->M.n; i++) {
            size += 1 + value->M.items[i].key.len + ddb_value_size(&value->M.items[i].value);
        }
        return size;
    case DDB_L:
        for (size_t i = 0; i < value->L.n; i++) {
            size += 1 + ddb_value_size(&value->L.items[i]);
        }
        return size;
    default:
        return 1;
    }
}

size_t ddb_item_size(const struct dynamodb_AttributeMap *item)
{
    size_t size = 0;

    for (size_t i = 0; i < item->n; i++) {
        size += item->items[i].key.len + ddb_value_size(&item->items[i].value);
    }
    return size;
}
