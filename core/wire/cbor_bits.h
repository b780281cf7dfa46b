/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of CBOR (RFC 8949 section 3). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    MAJOR_UINT,
    MAJOR_NEGATIVE,
    MAJOR_BYTES,
    MAJOR_TEXT,
    MAJOR_ARRAY,
    MAJOR_MAP,
    MAJOR_TAG,
    MAJOR_SIMPLE,
};

enum {
    SIMPLE_FALSE = 20,
    SIMPLE_TRUE = 21,
    SIMPLE_NULL = 22,
    SIMPLE_UNDEFINED = 23,
    FLOAT_16 = 25,
    FLOAT_32 = 26,
    FLOAT_64 = 27,
    INDEFINITE = 31,
};

#define TAG_EPOCH 1

#define AWI_CBOR_NO_LENGTH UINT64_MAX /* of an indefinite array or map */

struct awi_cbor_head {
    uint8_t major;
    uint8_t info;
    uint64_t value; /* the argument; AWI_CBOR_NO_LENGTH when indefinite */
};

/* The number that a head is, of any kind that says it exactly. */
bool awi_cbor_integer(const struct awi_cbor_head *head, int64_t *ret);
bool awi_cbor_double(const struct awi_cbor_head *head, double *ret);
