/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Borrowed text: a pointer and a length. Owns nothing, may hold NUL bytes, is not terminated. Made
 * views live as long as what they were cut from. A null pointer means "absent", an empty string has
 * a pointer and length 0; awi_str_is_set() tells the two apart.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct awi_str {
    const char *ptr;
    size_t len;
};

#define AWI_STR_NULL ((struct awi_str){NULL, 0})
/* A view of a string literal, usable in static initialisers. */
#define AWI_STR_INIT(literal)                                                                      \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define AWI_STR(literal) ((struct awi_str)AWI_STR_INIT(literal))
/* For printf: "%.*s", AWI_STR_FMT(s) */
#define AWI_STR_FMT(s) (int)(s).len, (s).ptr ? (s).ptr : ""

static inline struct awi_str awi_str_from(const char *z)
{
    return (struct awi_str){z, z ? strlen(z) : 0};
}

static inline struct awi_str awi_str_of(const void *ptr, size_t len)
{
    return (struct awi_str){ptr, len};
}

static inline bool awi_str_is_set(struct awi_str s)
{
    return s.ptr != NULL;
}

/* Most texts that differ do so in the first byte, which spares a call. */
static inline bool awi_str_same(const char *a, const char *b, size_t len)
{
    return len == 0 || (a[0] == b[0] && memcmp(a, b, len) == 0);
}

static inline bool awi_str_eq(struct awi_str a, struct awi_str b)
{
    return a.len == b.len && awi_str_same(a.ptr, b.ptr, a.len);
}

static inline bool awi_str_is(struct awi_str a, const char *z)
{
    return awi_str_eq(a, awi_str_from(z));
}

static inline bool awi_str_starts(struct awi_str s, struct awi_str head)
{
    return s.len >= head.len && awi_str_same(s.ptr, head.ptr, head.len);
}

static inline bool awi_str_ends(struct awi_str s, struct awi_str tail)
{
    return s.len >= tail.len &&
           (tail.len == 0 || awi_str_same(s.ptr + s.len - tail.len, tail.ptr, tail.len));
}

/* The part from at on; empty when at is beyond the end. */
static inline struct awi_str awi_str_skip(struct awi_str s, size_t at)
{
    if (at > s.len) {
        at = s.len;
    }
    return (struct awi_str){s.ptr ? s.ptr + at : NULL, s.len - at};
}

static inline struct awi_str awi_str_head(struct awi_str s, size_t len)
{
    return (struct awi_str){s.ptr, len < s.len ? len : s.len};
}

/* ASCII case is ignored; every other byte must be the same. */
bool awi_str_same_nocase(const char *a, const char *b, size_t len);
static inline bool awi_str_eq_nocase(struct awi_str a, struct awi_str b)
{
    return a.len == b.len && awi_str_same_nocase(a.ptr, b.ptr, a.len);
}
bool awi_str_is_nocase(struct awi_str a, const char *z);
bool awi_str_starts_nocase(struct awi_str s, struct awi_str head);
bool awi_str_ends_nocase(struct awi_str s, struct awi_str tail);

/* Byte order, shorter first where one is the head of the other: <0, 0, >0. */
int awi_str_cmp(struct awi_str a, struct awi_str b);

/* Index of the first c, or -1. */
ptrdiff_t awi_str_find(struct awi_str s, char c);
/* Index of the last c, or -1. */
ptrdiff_t awi_str_rfind(struct awi_str s, char c);
/* Index of the first needle, or -1; an empty needle is found at 0. */
ptrdiff_t awi_str_search(struct awi_str s, struct awi_str needle);

/*
 * Cuts *rest at the first sep: *head is what stands before it, *rest what follows. Without a sep
 * *head is everything and *rest becomes absent. False when *rest was absent already, so that
 * `while (awi_str_cut(&rest, ',', &word))` sees every word, the empty ones too.
 */
bool awi_str_cut(struct awi_str *rest, char sep, struct awi_str *head);

/* Without ASCII blanks (space, tab, CR, LF) at both ends. */
struct awi_str awi_str_trim(struct awi_str s);

/*
 * Whole decimal numbers, an optional sign for the signed one; no blanks, no other base. 0, or
 * -EINVAL when s is not such a number, -ERANGE when it does not fit.
 */
int awi_str_to_i64(struct awi_str s, int64_t *ret);
int awi_str_to_u64(struct awi_str s, uint64_t *ret);

/* Exactly 12 ASCII digits: an account id. */
bool awi_str_is_account(struct awi_str s);
