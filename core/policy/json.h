/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text as a tree in an arena, made for policy documents and the lines of `policy simulate`:
 * members keep their order, their duplicates and where they stand in the text, none of which the
 * library used elsewhere can tell; and reading costs a fraction of evaluating.
 *
 * RFC 8259: UTF-8 is verified, a lone surrogate is an error, nesting ends at 64. Strings without
 * escapes are views into the text, so the text must live as long as the tree.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/buf.h"
#include "core/util/str.h"

enum awi_json_type {
    AWI_JSON_NULL,
    AWI_JSON_BOOL,
    AWI_JSON_NUMBER,
    AWI_JSON_STRING,
    AWI_JSON_ARRAY,
    AWI_JSON_OBJECT,
};

struct awi_json {
    enum awi_json_type type;
    uint32_t start, end;    /* where the value stands in the text, in bytes */
    struct awi_str name;    /* of a member of an object */
    struct awi_str text;    /* a string decoded; null, true, false and numbers as written */
    struct awi_json *first; /* of an array or object */
    struct awi_json *next;
    size_t n; /* of an array or object */
};

struct awi_json_error {
    const char *reason; /* static */
    size_t at;          /* offset in bytes */
};

/* 0, -EINVAL with *ret_error filled, -ENOMEM when the arena is full, -EMSGSIZE beyond 4 GiB. */
int awi_json_read(struct awi_arena *arena,
                  struct awi_str text,
                  const struct awi_json **ret,
                  struct awi_json_error *ret_error);

/* The member of that name, the last where there are several; NULL: none, or not an object. */
const struct awi_json *awi_json_get(const struct awi_json *object, const char *name);
/* Does a later member of the same object bear the same name? */
bool awi_json_is_overridden(const struct awi_json *member);

/* Adds text as a JSON string with its quotes. */
int awi_json_quote(struct awi_buf *out, struct awi_str text);

/* Line and column of an offset, both from 1; the column counts bytes. */
void awi_json_position(struct awi_str text, size_t at, size_t *ret_line, size_t *ret_column);
