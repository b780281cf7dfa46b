/* SPDX-License-Identifier: Apache-2.0 */
/* What listings have in common: limits, encoding, common prefixes. */
#pragma once

#include "services/s3/s3.h"

#define S3_LIST_MAX 1000

static inline struct awi_str s3_or_empty(struct awi_str s)
{
    return s.ptr ? s : AWI_STR("");
}

/* max-keys and encoding-type of a request; an error for what they cannot be. */
int s3_list_limits(struct awi_req *req,
                   struct awi_opt_i32 max_keys,
                   struct awi_str encoding,
                   size_t *ret_most,
                   bool *ret_url);
/* As AWS answers encoding-type=url: what form encoding escapes, but for the slash. url false: s. */
struct awi_str s3_list_encode(struct awi_req *req, bool url, struct awi_str s);
/* What key rolls up to, where it holds the delimiter behind the prefix; absent: nothing. */
struct awi_str
s3_common_prefix(struct awi_str key, struct awi_str prefix, struct awi_str delimiter);
/* The first key behind everything that starts with prefix; absent: there is none. */
struct awi_str s3_successor(struct awi_arena *arena, struct awi_str prefix);
