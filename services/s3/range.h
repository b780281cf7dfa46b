/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Range header (RFC 9110 section 14.2) as S3 reads it: one range of bytes. Anything else is as
 * if it were not there.
 */
#pragma once

#include "core/util/str.h"

enum s3_range {
    S3_RANGE_WHOLE,         /* no range, or one that is ignored */
    S3_RANGE_PART,          /* *first .. *last, both inclusive */
    S3_RANGE_UNSATISFIABLE, /* to be answered with 416 */
};

/* x-amz-copy-source-range has one form only, bytes=FIRST-LAST. False: it is none. */
bool s3_range_parse_exact(struct awi_str text, uint64_t *first, uint64_t *last);

enum s3_range s3_range_parse(struct awi_str header, uint64_t size, uint64_t *first, uint64_t *last);
