/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#pragma once

#include "core/util/str.h"

/* Reads the character at *at (which must be below s.len) and moves *at behind it; -1 when the bytes
 * are no UTF-8, *at then being unchanged. */
int32_t awi_utf8_next(struct awi_str s, size_t *at);

bool awi_utf8_valid(struct awi_str s);

/* Characters of valid UTF-8. */
size_t awi_utf8_count(struct awi_str s);

/* Writes the 1 to 4 bytes of a character; how many. */
size_t awi_utf8_write(char out[4], uint32_t c);
