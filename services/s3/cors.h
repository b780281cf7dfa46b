/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cross-origin requests (S3 user guide, "Using cross-origin resource sharing"): what a bucket's
 * CORS configuration allows scripts of other origins, told to browsers, which decide by it.
 */
#pragma once

#include "services/s3/s3.h"

/* The Access-Control- headers of any answer about this bucket, where the request has an Origin that
 * a rule admits. 0 or -errno. */
int s3_cors_answer(struct awi_req *req, const struct s3_bucket *bucket);

/* What OPTIONS asks before a browser sends the request itself: nobody needs permission for it. */
int s3_options_bucket(struct awi_req *req, const struct s3_OptionsBucketRequest *in, void *out);
int s3_options_object(struct awi_req *req, const struct s3_OptionsObjectRequest *in, void *out);

/* Methods that there are, one wildcard at most, none in headers to expose; 100 rules. */
int s3_put_bucket_cors(struct awi_req *req, const struct s3_PutBucketCorsRequest *in, void *out);
