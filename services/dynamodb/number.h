/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DynamoDB's numbers: up to 38 significant decimal digits, magnitudes from 1E-130 up to
 * 9.99...E+125 (Developer guide, "Supported data types"), exact.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#define DDB_DIGITS_MAX     38
#define DDB_NUMBER_KEY_MAX 22

struct ddb_number {
    bool negative;
    int n;        /* significant digits, 0: the number is zero */
    int exponent; /* of the first digit: d.ddd * 10^exponent */
    unsigned char digits[DDB_DIGITS_MAX];
};

enum ddb_number_status {
    DDB_NUMBER_OK,
    DDB_NUMBER_MALFORMED,
    DDB_NUMBER_TOO_PRECISE,
    DDB_NUMBER_OVERFLOW,
    DDB_NUMBER_UNDERFLOW,
};

enum ddb_number_status ddb_number_parse(struct awi_str text, struct ddb_number *ret);
/* As DynamoDB shows it: plain decimal without exponent and needless zeros. Absent: no memory. */
struct awi_str ddb_number_print(struct awi_arena *arena, const struct ddb_number *number);
int ddb_number_cmp(const struct ddb_number *a, const struct ddb_number *b);
/* a + b, or a - b. Not OK when the result has no room in 38 digits or is out of range. */
enum ddb_number_status ddb_number_add(const struct ddb_number *a,
                                      const struct ddb_number *b,
                                      bool subtract,
                                      struct ddb_number *ret);
/* Bytes whose order is the order of the numbers. Returns how many, at most DDB_NUMBER_KEY_MAX. */
size_t ddb_number_key(const struct ddb_number *number, unsigned char *out);
