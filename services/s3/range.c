/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/range.h"

enum s3_range s3_range_parse(struct awi_str header, uint64_t size, uint64_t *first, uint64_t *last)
{
    struct awi_str rest = awi_str_trim(header), from;
    uint64_t a, b;

    if (!awi_str_starts_nocase(rest, AWI_STR("bytes=")) || awi_str_find(rest, ',') >= 0) {
        return S3_RANGE_WHOLE;
    }
    rest = awi_str_trim(awi_str_skip(rest, 6));
    if (awi_str_find(rest, '-') < 0) {
        return S3_RANGE_WHOLE;
    }
    awi_str_cut(&rest, '-', &from);
    if (from.len == 0) { /* the last b bytes */
        if (awi_str_to_u64(rest, &b) != 0) {
            return S3_RANGE_WHOLE;
        }
        if (b == 0 || size == 0) {
            return S3_RANGE_UNSATISFIABLE;
        }
        *first = b < size ? size - b : 0;
        *last = size - 1;
        return S3_RANGE_PART;
    }
    if (awi_str_to_u64(from, &a) != 0 || (rest.len > 0 && awi_str_to_u64(rest, &b) != 0)) {
        return S3_RANGE_WHOLE;
    }
    if (rest.len == 0 || b >= size) {
        b = size > 0 ? size - 1 : 0;
    } else if (b < a) {
        return S3_RANGE_WHOLE;
    }
    if (a >= size) {
        return S3_RANGE_UNSATISFIABLE;
    }
    *first = a;
    *last = b;
    return S3_RANGE_PART;
}

bool s3_range_parse_exact(struct awi_str text, uint64_t *first, uint64_t *last)
{
    struct awi_str rest = text, from;

    if (!awi_str_starts(rest, AWI_STR("bytes="))) {
        return false;
    }
    rest = awi_str_skip(rest, 6);
    awi_str_cut(&rest, '-', &from);
    return awi_str_to_u64(from, first) == 0 && awi_str_to_u64(rest, last) == 0 && *first <= *last;
}
