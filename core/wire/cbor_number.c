/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers and floats of all widths.
 */
#include "core/wire/cbor_bits.h"

#include <math.h>
#include <string.h>

static double half_float(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double mantissa = (double)(bits & 1023);
    double value;

    if (exponent == 0) {
        value = ldexp(mantissa, -24);
    } else if (exponent != 31) {
        value = ldexp(mantissa + 1024, exponent - 25);
    } else {
        value = mantissa == 0 ? INFINITY : NAN;
    }
    return bits & 0x8000 ? -value : value;
}

static bool float_of(const struct awi_cbor_head *head, double *ret)
{
    if (head->major != MAJOR_SIMPLE || head->info < FLOAT_16 || head->info > FLOAT_64) {
        return false;
    }
    if (head->info == FLOAT_16) {
        *ret = half_float(head->value);
    } else if (head->info == FLOAT_32) {
        uint32_t bits = (uint32_t)head->value;
        float value;
        memcpy(&value, &bits, sizeof(value));
        *ret = (double)value;
    } else {
        memcpy(ret, &head->value, sizeof(*ret));
    }
    return true;
}

bool awi_cbor_integer(const struct awi_cbor_head *head, int64_t *ret)
{
    double value;

    if (head->major == MAJOR_UINT && head->value <= INT64_MAX) {
        *ret = (int64_t)head->value;
        return true;
    }
    if (head->major == MAJOR_NEGATIVE && head->value <= INT64_MAX) {
        *ret = -1 - (int64_t)head->value;
        return true;
    }
    if (float_of(head, &value) && fabs(value) <= 9007199254740992.0 &&
        value == (double)(int64_t)value) {
        *ret = (int64_t)value;
        return true;
    }
    return false;
}

bool awi_cbor_double(const struct awi_cbor_head *head, double *ret)
{
    if (float_of(head, ret)) {
        return true;
    }
    if (head->major == MAJOR_UINT) {
        *ret = (double)head->value;
    } else if (head->major == MAJOR_NEGATIVE) {
        *ret = -1.0 - (double)head->value;
    }
    return head->major == MAJOR_UINT || head->major == MAJOR_NEGATIVE;
}
