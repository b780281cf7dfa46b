/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of JSON (RFC 8259), taken one by one from a text. A read_ function begins at the first
 * byte of what it reads and ends behind its last. Errors are awi_wire_bad()'s: 1, or -ENOMEM.
 */
#pragma once

#include "core/wire/scalar.h"

struct awi_json_reader {
    struct awi_wire_in *in;
    const char *at;
    const char *end;
};

/* The next byte that is no blank, not taken; 0 at the end. */
char awi_json_peek(struct awi_json_reader *r);
/* Takes the next byte that is no blank if it is c. */
bool awi_json_take(struct awi_json_reader *r, char c);
/* The error for what stands here. */
int awi_json_unexpected(struct awi_json_reader *r);

/* The end of the bytes from `at` on that stand in a JSON string as they are: at the first quote,
 * backslash or control character, or at end. *ret_ascii: none of them is above 127. */
const char *awi_json_plain_end(const char *at, const char *end, bool *ret_ascii);

/* At the opening quote. Valid UTF-8; points into the text when it holds no escapes. */
int awi_json_read_string(struct awi_json_reader *r, struct awi_str *ret);
int awi_json_read_number(struct awi_json_reader *r, struct awi_str *ret);
/* true, false, null. */
int awi_json_read_word(struct awi_json_reader *r, struct awi_str word);
/* A key and its colon, with the blanks around. */
int awi_json_read_key(struct awi_json_reader *r, struct awi_str *ret);
/* Any value, checked as strictly as one that is read. */
int awi_json_skip(struct awi_json_reader *r);
/* On the way into a list or map; in->depth is taken back by who leaves it. */
int awi_json_deeper(struct awi_json_reader *r);
