/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control lists: made of what a request's headers or body say, checked as AWS does (S3 user
 * guide, "Access control list (ACL) overview"), kept and answered. They take no part in decisions
 * (policies do); with the settings that new buckets have AWS ignores them, too.
 */
#pragma once

#include "services/s3/s3.h"

/* Are lists out of use, since the bucket's owner owns every object? */
bool s3_acl_is_enforced(const struct s3_bucket *bucket);
/* What is answered to those who use them nevertheless. */
int s3_acl_not_supported(struct awi_req *req);
/* The list of a Put, from its headers or its body. canned: the names there are. */
int s3_acl_wanted(struct awi_req *req,
                  const void *in,
                  const struct s3_bucket *bucket,
                  const struct s3_acl *acl,
                  const struct awi_shape *canned,
                  struct s3_AccessControlPolicy *ret);
/* What a bucket and its objects have where nothing was put: all is the owner's. */
int s3_acl_owner_only(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct s3_AccessControlPolicy *ret);
