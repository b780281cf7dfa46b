/* SPDX-License-Identifier: Apache-2.0 */
/* Object Lock (S3 user guide, "Locking objects with Object Lock"): a bucket's configuration, the
 * retention and the legal hold of versions, and what they forbid. */
#pragma once

#include "services/s3/s3.h"

/* Was the bucket given Object Lock? 1, 0, -errno. */
int s3_lock_enabled(struct awi_req *req, const struct s3_bucket *bucket);

/* What the x-amz-object-lock- headers of a new version say. */
struct s3_lock {
    struct awi_str mode, hold;
    struct awi_opt_time until;
};
#define S3_LOCK(in)                                                                                \
    {                                                                                              \
        .mode = (in)->ObjectLockMode, .hold = (in)->ObjectLockLegalHoldStatus,                     \
        .until = (in)->ObjectLockRetainUntilDate,                                                  \
    }
bool s3_lock_is_wanted(const struct s3_lock *wanted);
/* Validates it and writes it, or the bucket's default retention, into the record. */
int s3_lock_apply(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  const struct s3_lock *wanted,
                  struct s3_ObjectRecord *record);
/* May this version be deleted for ever? 0 or AccessDenied. bypass: the request carries
 * x-amz-bypass-governance-retention. */
int s3_lock_check_delete(struct awi_req *req, const struct s3_ObjectRecord *record, bool bypass);
/* Object Lock for a new bucket. */
int s3_lock_begin(struct awi_req *req, const struct s3_bucket *bucket);

int s3_put_object_lock_configuration(struct awi_req *req,
                                     const struct s3_PutObjectLockConfigurationRequest *in,
                                     struct s3_PutObjectLockConfigurationOutput *out);
int s3_put_object_retention(struct awi_req *req,
                            const struct s3_PutObjectRetentionRequest *in,
                            struct s3_PutObjectRetentionOutput *out);
int s3_get_object_retention(struct awi_req *req,
                            const struct s3_GetObjectRetentionRequest *in,
                            struct s3_GetObjectRetentionOutput *out);
int s3_put_object_legal_hold(struct awi_req *req,
                             const struct s3_PutObjectLegalHoldRequest *in,
                             struct s3_PutObjectLegalHoldOutput *out);
int s3_get_object_legal_hold(struct awi_req *req,
                             const struct s3_GetObjectLegalHoldRequest *in,
                             struct s3_GetObjectLegalHoldOutput *out);
