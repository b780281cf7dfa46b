/* SPDX-License-Identifier: Apache-2.0 */
/* What listings have in common: limits, encoding, common prefixes. */
#pragma once

#include "services/s3/s3.h"

#define S3_LIST_MAX 1000

static inline struct awi_str s3_or_empty(struct awi_str s)
{
    return s.ptr ? s : AWI_STR("");
}

/* How many a page may hold, from the parameter of this name ("max-parts"). */
int s3_list_most(struct awi_req *req, const char *name, struct awi_opt_i32 wanted, size_t *ret);
/* encoding-type of a request: "url", or none. */
int s3_list_encoding(struct awi_req *req, struct awi_str encoding, bool *ret_url);
/* As AWS answers encoding-type=url: what form encoding escapes, but for the slash. url false: s. */
struct awi_str s3_list_encode(struct awi_req *req, bool url, struct awi_str s);
/* What key rolls up to, where it holds the delimiter behind the prefix; absent: nothing. */
struct awi_str
s3_common_prefix(struct awi_str key, struct awi_str prefix, struct awi_str delimiter);
/* The first key behind everything that starts with prefix; absent: there is none. */
struct awi_str s3_successor(struct awi_arena *arena, struct awi_str prefix);
