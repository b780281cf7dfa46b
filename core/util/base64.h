/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 4648 section 4) and base16, to and from bytes in an arena. Results are followed by a
 * NUL that is not counted. The result is absent, or -ENOMEM, when there is no memory.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <sys/types.h>

/* Characters that len bytes take, padding included. */
static inline size_t awi_base64_size(size_t len)
{
    return (len + 2) / 3 * 4;
}

/* Writes awi_base64_size(bytes.len) characters, no NUL. */
void awi_base64_write(char *out, struct awi_str bytes);
struct awi_str awi_base64(struct awi_arena *arena, struct awi_str bytes);

/* Strict: the right length, padding only at the end, no blanks, unused bits zero. -EINVAL. */
int awi_base64_decode(struct awi_arena *arena, struct awi_str text, struct awi_str *ret);
/* Blanks between the characters are left out: certificates, mail, XML. */
int awi_base64_decode_lines(struct awi_arena *arena, struct awi_str text, struct awi_str *ret);
/* As the first, into room of at least text.len / 4 * 3 bytes; the count, or -EINVAL. */
ssize_t awi_base64_read(void *out, struct awi_str text);

/* The alphabet of file names and URLs (RFC 4648 section 5), never padded: JSON Web Tokens. */
struct awi_str awi_base64url(struct awi_arena *arena, struct awi_str bytes);
int awi_base64url_decode(struct awi_arena *arena, struct awi_str text, struct awi_str *ret);

/* Two lower case digits a byte. */
void awi_hex_write(char *out, struct awi_str bytes);
struct awi_str awi_hex(struct awi_arena *arena, struct awi_str bytes);
/* Digits of either case; -EINVAL. */
int awi_hex_decode(struct awi_arena *arena, struct awi_str text, struct awi_str *ret);
