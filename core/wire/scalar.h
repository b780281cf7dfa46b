/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars as text: what stands in forms, XML elements, URIs and headers, and the numbers and times
 * that JSON shares with them. Independent of the host's locale.
 */
#pragma once

#include "core/shape/shape.h"
#include "core/wire/out.h"

/* State of one decoding. */
struct awi_wire_in {
    struct awi_arena *arena;
    struct awi_str error; /* set when a decoder returned 1 */
    unsigned depth;
};

/* Places the text; returns 1, or -ENOMEM. */
int awi_wire_bad(struct awi_wire_in *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Milliseconds since the epoch; -EINVAL. Lower-case T and Z, offsets and any number of fraction
 * digits are accepted in ISO 8601; years 0001 to 9999. */
int awi_time_parse_iso8601(struct awi_str text, int64_t *ret_ms);
int awi_time_parse_rfc822(struct awi_str text, int64_t *ret_ms);
/* Seconds, with or without fraction. */
int awi_time_parse_unix(struct awi_str text, int64_t *ret_ms);
/* The format that is asked for first, then the others: AWS is as lenient. */
int awi_time_parse(struct awi_str text, enum awi_time_format format, int64_t *ret_ms);

/* millis: three digits of the second always, else only where they are not zero. */
void awi_time_write_iso8601(struct awi_out *out, int64_t ms, bool millis);
void awi_time_write_rfc822(struct awi_out *out, int64_t ms);
void awi_time_write_unix(struct awi_out *out, int64_t ms);

/* The nearest whole number, of doubles below 2^63. (libm would be one more library in the core.) */
static inline int64_t awi_round(double value)
{
    return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}

/* A JSON number's text, or NaN, Infinity, -Infinity. -EINVAL. */
int awi_double_parse(struct awi_str text, double *ret);
/* The shortest text that reads back the same; "5.0" for whole numbers. */
void awi_double_write(struct awi_out *out, double value);

/* Text -> bare scalar (no list, map or structure). Blobs are base64. 0, 1, -ENOMEM. */
int awi_scalar_parse(struct awi_wire_in *in,
                     const struct awi_shape *shape,
                     enum awi_time_format format,
                     struct awi_str text,
                     void *bare);

/* Bare scalar -> text, unescaped. */
void awi_scalar_write(struct awi_out *out,
                      const struct awi_shape *shape,
                      enum awi_time_format format,
                      bool millis,
                      const void *bare);

/* What a member's descriptor says about its time format, else the usual one. */
static inline enum awi_time_format
awi_time_format_of(uint8_t member, const struct awi_shape *shape, enum awi_time_format usual)
{
    uint8_t format = member ? member : shape->time_format;
    return format ? (enum awi_time_format)format : usual;
}

/* Keeps the last of map entries with the same key, in the place of the first. 0 or -ENOMEM. */
int awi_map_unique(struct awi_arena *arena, const struct awi_shape *shape, struct awi_list *map);
