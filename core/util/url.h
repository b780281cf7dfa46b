/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percent coding (RFC 3986), as paths, query strings and forms use it.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

/*
 * Decodes %XX, and '+' to a blank where plus is set (forms and query strings). A '%' that two hex
 * digits do not follow is -EINVAL. Text without anything to decode is returned as it is; the rest
 * is placed in the arena. -ENOMEM.
 */
int awi_url_decode(struct awi_arena *arena, struct awi_str text, bool plus, struct awi_str *ret);

/* Room that awi_url_write() may need at most. */
static inline size_t awi_url_room(struct awi_str text)
{
    return text.len * 3;
}

/* Writes text with everything but the unreserved characters (and '/' where slash is set) as %XX,
 * upper case: what SigV4 calls UriEncode. The number of bytes. */
size_t awi_url_write(char *out, struct awi_str text, bool slash);
