/* SPDX-License-Identifier: Apache-2.0 */
/* The condition keys of S3 (Service Authorization Reference, "Condition keys for Amazon S3"). */
#pragma once

#include "core/service.h"

struct s3_bucket;
struct s3_ObjectRecord;

/* Of a request: its headers and parameters, and the tags of the bucket and the object that are
 * there (NULL: not). 0 or -errno; the entries are the arena's. */
int s3_request_keys(struct awi_req *req,
                    const struct awi_shape *shape,
                    const void *in,
                    const struct s3_bucket *bucket,
                    const struct s3_ObjectRecord *object,
                    struct awi_context_entry **ret,
                    size_t *ret_n);
/* For reading the source of a copy: the tags alone. */
int s3_source_keys(struct awi_req *req,
                   const struct s3_ObjectRecord *object,
                   struct awi_context_entry **ret,
                   size_t *ret_n);
