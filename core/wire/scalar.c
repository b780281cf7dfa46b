/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars as text and back; the one place that knows numbers' and blobs' spelling.
 */
#include "core/wire/scalar.h"

#include "core/shape/value.h"
#include "core/util/base64.h"
#include "core/util/utf8.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int awi_wire_bad(struct awi_wire_in *in, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    in->error = awi_arena_vprintf(in->arena, format, args);
    va_end(args);
    return in->error.ptr ? 1 : -ENOMEM;
}

/* The C locale needs no memory and no end: glibc keeps it ready. */
static locale_t c_locale(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool is_json_number(struct awi_str text)
{
    size_t i = 0;
    size_t digits = 0;

    if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+')) {
        i++;
    }
    for (; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
        digits++;
    }
    if (i < text.len && text.ptr[i] == '.') {
        for (i++; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
            digits++;
        }
    }
    if (digits == 0) {
        return false;
    }
    if (i < text.len && (text.ptr[i] | 0x20) == 'e') {
        i++;
        if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+')) {
            i++;
        }
        if (i == text.len) {
            return false;
        }
        while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9') {
            i++;
        }
    }
    return i == text.len;
}

int awi_double_parse(struct awi_str text, double *ret)
{
    char copy[400];

    if (awi_str_is(text, "NaN")) {
        *ret = NAN;
        return 0;
    }
    if (awi_str_is(text, "Infinity") || awi_str_is(text, "-Infinity")) {
        *ret = text.ptr[0] == '-' ? -INFINITY : INFINITY;
        return 0;
    }
    if (!is_json_number(text) || text.len >= sizeof(copy)) {
        return -EINVAL;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    double value = strtod_l(copy, NULL, c_locale());
    if (isinf(value)) {
        return -EINVAL;
    }
    *ret = value;
    return 0;
}

void awi_double_write(struct awi_out *out, double value)
{
    char text[40];

    if (isnan(value)) {
        awi_out_lit(out, "NaN");
        return;
    }
    if (isinf(value)) {
        awi_out_str(out, value < 0 ? AWI_STR("-Infinity") : AWI_STR("Infinity"));
        return;
    }
    if (fabs(value) < 1e15 && value == (double)(int64_t)value && (value != 0 || !signbit(value))) {
        awi_out_i64(out, (int64_t)value);
        awi_out_lit(out, ".0");
        return;
    }
    locale_t before = uselocale(c_locale());
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*g", precision, value);
        double again = strtod(text, NULL);
        if (memcmp(&again, &value, sizeof(value)) == 0) {
            break;
        }
    }
    uselocale(before);
    awi_out_add(out, text, strlen(text));
    if (!strpbrk(text, ".e")) {
        awi_out_lit(out, ".0");
    }
}

static int parse_integer(struct awi_str text, int64_t least, int64_t most, int64_t *ret)
{
    double value;

    if (awi_str_to_i64(text, ret) == 0) {
        return *ret >= least && *ret <= most ? 0 : -ERANGE;
    }
    /* 1e3 and 5.0 are whole numbers too; doubles are exact up to 2^53. */
    if (awi_double_parse(text, &value) < 0 || !(fabs(value) <= 9007199254740992.0)) {
        return -EINVAL;
    }
    if (value != (double)(int64_t)value || value < (double)least || value > (double)most) {
        return -ERANGE;
    }
    *ret = (int64_t)value;
    return 0;
}

static int parse_text(struct awi_wire_in *in, struct awi_str text, void *bare)
{
    if (!awi_utf8_valid(text)) {
        return awi_wire_bad(in, "The text is not valid UTF-8");
    }
    *(struct awi_str *)bare = (struct awi_str){text.ptr ? text.ptr : "", text.len};
    return 0;
}

int awi_scalar_parse(struct awi_wire_in *in,
                     const struct awi_shape *shape,
                     enum awi_time_format format,
                     struct awi_str text,
                     void *bare)
{
    static const char *const kinds[] = {
        [AWI_TYPE_BOOL] = "Boolean",
        [AWI_TYPE_I32] = "Integer",
        [AWI_TYPE_I64] = "Long",
        [AWI_TYPE_F64] = "Double",
        [AWI_TYPE_TIME] = "Timestamp",
        [AWI_TYPE_BLOB] = "Blob",
    };
    int64_t value = 0;
    int r;

    switch (shape->type) {
    case AWI_TYPE_BOOL:
        *(bool *)bare = awi_str_is_nocase(text, "true");
        r = *(bool *)bare || awi_str_is_nocase(text, "false") ? 0 : -EINVAL;
        break;
    case AWI_TYPE_I32:
        r = parse_integer(text, INT32_MIN, INT32_MAX, &value);
        *(int32_t *)bare = (int32_t)value;
        break;
    case AWI_TYPE_I64:
        r = parse_integer(text, INT64_MIN, INT64_MAX, bare);
        break;
    case AWI_TYPE_F64:
        r = awi_double_parse(text, bare);
        break;
    case AWI_TYPE_TIME:
        r = awi_time_parse(text, format, bare);
        break;
    case AWI_TYPE_BLOB:
        r = awi_base64_decode(in->arena, text, bare);
        if (r == 0 && !((struct awi_str *)bare)->ptr) {
            ((struct awi_str *)bare)->ptr = "";
        }
        break;
    default:
        return parse_text(in, text, bare);
    }
    if (r == -ENOMEM) {
        return r;
    }
    return r == 0 ? 0
                  : awi_wire_bad(in,
                                 "\"%.*s\" can not be converted to %s",
                                 AWI_STR_FMT(awi_str_head(text, 100)),
                                 kinds[shape->type]);
}

void awi_scalar_write(struct awi_out *out,
                      const struct awi_shape *shape,
                      enum awi_time_format format,
                      bool millis,
                      const void *bare)
{
    switch (shape->type) {
    case AWI_TYPE_BOOL:
        awi_out_str(out, *(const bool *)bare ? AWI_STR("true") : AWI_STR("false"));
        break;
    case AWI_TYPE_I32:
        awi_out_i64(out, *(const int32_t *)bare);
        break;
    case AWI_TYPE_I64:
        awi_out_i64(out, *(const int64_t *)bare);
        break;
    case AWI_TYPE_F64:
        awi_double_write(out, *(const double *)bare);
        break;
    case AWI_TYPE_TIME:
        if (format == AWI_TIME_UNIX) {
            awi_time_write_unix(out, *(const int64_t *)bare);
        } else if (format == AWI_TIME_RFC822) {
            awi_time_write_rfc822(out, *(const int64_t *)bare);
        } else {
            awi_time_write_iso8601(out, *(const int64_t *)bare, millis);
        }
        break;
    case AWI_TYPE_BLOB:
        awi_out_base64(out, *(const struct awi_str *)bare);
        break;
    default:
        awi_out_str(out, *(const struct awi_str *)bare);
        break;
    }
}

static uint32_t hash_of(struct awi_str key)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < key.len; i++) {
        h = (h ^ (unsigned char)key.ptr[i]) * 16777619u;
    }
    return h;
}

int awi_map_unique(struct awi_arena *arena, const struct awi_shape *shape, struct awi_list *map)
{
    size_t size = 4;
    size_t kept = 0;

    if (map->n < 2) {
        return 0;
    }
    while (size < map->n * 2) {
        size *= 2;
    }
    uint32_t *slots = awi_arena_array(arena, uint32_t, size);
    if (!slots) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < map->n; i++) {
        char *entry = (char *)map->items + i * shape->size;
        struct awi_str key = *(struct awi_str *)entry;
        size_t slot = hash_of(key) & (size - 1);
        char *same = NULL;
        for (; slots[slot] && !same; slot = (slot + 1) & (size - 1)) {
            char *other = (char *)map->items + (slots[slot] - 1) * shape->size;
            same = awi_str_eq(*(struct awi_str *)other, key) ? other : NULL;
        }
        if (!same) {
            same = (char *)map->items + kept * shape->size;
            slots[slot] = (uint32_t)++kept;
        }
        if (same != entry) {
            memcpy(same, entry, shape->size);
        }
    }
    map->n = kept;
    return 0;
}
