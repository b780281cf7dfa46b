/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodb/number.h"

#define EXPONENT_MAX 125
#define EXPONENT_MIN (-130)

/* --- Text ------------------------------------------------------------------------------------ */

/* The exponent part behind 'e'. False: malformed. Huge ones are cut to what is out of range. */
static bool parse_exponent(struct awi_str s, int *ret)
{
    bool negative = false;
    int value = 0;

    if (s.len > 0 && (s.ptr[0] == '+' || s.ptr[0] == '-')) {
        negative = s.ptr[0] == '-';
        s = awi_str_skip(s, 1);
    }
    if (s.len == 0) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        if (value < 100000) {
            value = 10 * value + (s.ptr[i] - '0');
        }
    }
    *ret = negative ? -value : value;
    return true;
}

struct scan {
    int seen;    /* digits of any kind */
    int first;   /* place of the first digit that is not 0, counted from the start; -1 none yet */
    int point;   /* digits before the point */
    bool dotted; /* the point was met */
    int kept;    /* digits since the first one, trailing zeros left out */
    bool more;   /* more than there is room for */
};

static void scan_digit(struct scan *scan, struct ddb_number *number, int digit)
{
    if (scan->first < 0 && digit != 0) {
        scan->first = scan->seen;
    }
    if (scan->first >= 0) {
        int at = scan->seen - scan->first;

        if (digit != 0) {
            scan->kept = at + 1;
            scan->more |= at >= DDB_DIGITS_MAX;
        }
        if (at < DDB_DIGITS_MAX) {
            number->digits[at] = (unsigned char)digit;
        }
    }
    scan->seen++;
    if (!scan->dotted) {
        scan->point++;
    }
}

enum ddb_number_status ddb_number_parse(struct awi_str text, struct ddb_number *ret)
{
    struct scan scan = {.first = -1};
    int exponent = 0;
    size_t i = 0;

    *ret = (struct ddb_number){0};
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        ret->negative = text.ptr[0] == '-';
        i++;
    }
    for (; i < text.len; i++) {
        char c = text.ptr[i];

        if (c >= '0' && c <= '9') {
            scan_digit(&scan, ret, c - '0');
        } else if (c == '.' && !scan.dotted) {
            scan.dotted = true;
        } else if ((c == 'e' || c == 'E') && scan.seen > 0) {
            if (!parse_exponent(awi_str_skip(text, i + 1), &exponent)) {
                return DDB_NUMBER_MALFORMED;
            }
            break;
        } else {
            return DDB_NUMBER_MALFORMED;
        }
    }
    if (scan.seen == 0) {
        return DDB_NUMBER_MALFORMED;
    }
    if (scan.first < 0) {
        ret->negative = false;
        return DDB_NUMBER_OK;
    }
    ret->n = scan.kept;
    ret->exponent = scan.point - 1 - scan.first + exponent;
    if (scan.more) {
        return DDB_NUMBER_TOO_PRECISE;
    }
    if (ret->exponent > EXPONENT_MAX) {
        return DDB_NUMBER_OVERFLOW;
    }
    return ret->exponent < EXPONENT_MIN ? DDB_NUMBER_UNDERFLOW : DDB_NUMBER_OK;
}

struct awi_str ddb_number_print(struct awi_arena *arena, const struct ddb_number *number)
{
    int before = number->exponent + 1; /* digits before the point */
    size_t size = 4 + DDB_DIGITS_MAX + (size_t)(before > 0 ? before : -before);
    char *text = awi_arena_alloc(arena, size), *to = text;

    if (!text) {
        return AWI_STR_NULL;
    }
    if (number->n == 0) {
        *to++ = '0';
        return awi_str_of(text, 1);
    }
    if (number->negative) {
        *to++ = '-';
    }
    if (before <= 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = before; i < 0; i++) {
            *to++ = '0';
        }
    }
    for (int i = 0; i < number->n || i < before; i++) {
        if (i > 0 && i == before) {
            *to++ = '.';
        }
        *to++ = i < number->n ? (char)('0' + number->digits[i]) : '0';
    }
    return awi_str_of(text, (size_t)(to - text));
}

/* --- Order ----------------------------------------------------------------------------------- */

static int cmp_magnitude(const struct ddb_number *a, const struct ddb_number *b)
{
    if (a->n == 0 || b->n == 0) {
        return (a->n != 0) - (b->n != 0);
    }
    if (a->exponent != b->exponent) {
        return a->exponent < b->exponent ? -1 : 1;
    }
    for (int i = 0; i < a->n || i < b->n; i++) {
        int x = i < a->n ? a->digits[i] : 0, y = i < b->n ? b->digits[i] : 0;

        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return 0;
}

int ddb_number_cmp(const struct ddb_number *a, const struct ddb_number *b)
{
    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    return a->negative ? cmp_magnitude(b, a) : cmp_magnitude(a, b);
}

/* Sign and zero; the exponent; two digits a byte, plus 1. A negative number is the complement, with
 * a last byte so that a shorter one comes behind a longer one. */
size_t ddb_number_key(const struct ddb_number *number, unsigned char *out)
{
    unsigned char mask = number->negative ? 0xff : 0;
    size_t len = 0;

    if (number->n == 0) {
        out[0] = 2;
        return 1;
    }
    out[len++] = number->negative ? 1 : 3;
    out[len++] = (unsigned char)(number->exponent - EXPONENT_MIN) ^ mask;
    for (int i = 0; i < number->n; i += 2) {
        int low = i + 1 < number->n ? number->digits[i + 1] : 0;

        out[len++] = (unsigned char)(10 * number->digits[i] + low + 1) ^ mask;
    }
    if (number->negative) {
        out[len++] = 0xff;
    }
    return len;
}

/* --- Sums ------------------------------------------------------------------------------------ */

/* Places from 10^EXPONENT_MAX+1 down to 10^(EXPONENT_MIN - DDB_DIGITS_MAX). */
#define PLACES (EXPONENT_MAX + 2 - EXPONENT_MIN + DDB_DIGITS_MAX)

static void spread(const struct ddb_number *number, signed char *places)
{
    memset(places, 0, PLACES);
    for (int i = 0; i < number->n; i++) {
        places[EXPONENT_MAX + 1 - number->exponent + i] = (signed char)number->digits[i];
    }
}

static enum ddb_number_status
gather(const signed char *places, bool negative, struct ddb_number *ret)
{
    int first = 0, last = PLACES - 1;

    *ret = (struct ddb_number){0};
    while (first < PLACES && places[first] == 0) {
        first++;
    }
    if (first == PLACES) {
        return DDB_NUMBER_OK;
    }
    while (places[last] == 0) {
        last--;
    }
    ret->negative = negative;
    ret->exponent = EXPONENT_MAX + 1 - first;
    ret->n = last - first + 1;
    if (ret->n > DDB_DIGITS_MAX) {
        return DDB_NUMBER_TOO_PRECISE;
    }
    for (int i = 0; i < ret->n; i++) {
        ret->digits[i] = (unsigned char)places[first + i];
    }
    return ret->exponent > EXPONENT_MAX   ? DDB_NUMBER_OVERFLOW
           : ret->exponent < EXPONENT_MIN ? DDB_NUMBER_UNDERFLOW
                                          : DDB_NUMBER_OK;
}

enum ddb_number_status ddb_number_add(const struct ddb_number *a,
                                      const struct ddb_number *b,
                                      bool subtract,
                                      struct ddb_number *ret)
{
    signed char x[PLACES], y[PLACES];
    bool b_negative = b->n > 0 && b->negative != subtract;
    const struct ddb_number *large = a, *small = b;
    bool negative = a->negative;
    int sign, carry = 0;

    if (a->n == 0) {
        negative = b_negative;
    }
    sign = a->n == 0 || b->n == 0 || a->negative == b_negative ? 1 : -1;
    if (cmp_magnitude(a, b) < 0) {
        large = b;
        small = a;
        negative = b_negative;
    }
    spread(large, x);
    spread(small, y);
    for (int i = PLACES - 1; i >= 0; i--) {
        int sum = x[i] + sign * y[i] + carry;

        carry = sum > 9 ? 1 : sum < 0 ? -1 : 0;
        x[i] = (signed char)(sum - 10 * carry);
    }
    return gather(x, negative, ret);
}
