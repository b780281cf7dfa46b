/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on the settings of buckets: settings.c, acl.c, policy.c. */
#pragma once

#include "services/s3/s3.h"

/* Those that put, get or delete a document and no more. */
#define S3_PUT_SETTING(X)                                                                          \
    X(PutBucketAbac)                                                                               \
    X(PutBucketAccelerateConfiguration)                                                            \
    X(PutBucketEncryption)                                                                         \
    X(PutBucketLogging)                                                                            \
    X(PutBucketRequestPayment)                                                                     \
    X(PutBucketWebsite)                                                                            \
    X(PutPublicAccessBlock)
#define S3_GET_SETTING(X)                                                                          \
    X(GetBucketAccelerateConfiguration)                                                            \
    X(GetBucketCors)                                                                               \
    X(GetBucketLifecycleConfiguration)                                                             \
    X(GetBucketLogging)                                                                            \
    X(GetBucketOwnershipControls)                                                                  \
    X(GetBucketReplication)                                                                        \
    X(GetBucketTagging)                                                                            \
    X(GetBucketWebsite)                                                                            \
    X(GetObjectLockConfiguration)                                                                  \
    X(GetPublicAccessBlock)
#define S3_DELETE_SETTING(X)                                                                       \
    X(DeleteBucketCors)                                                                            \
    X(DeleteBucketEncryption)                                                                      \
    X(DeleteBucketLifecycle)                                                                       \
    X(DeleteBucketReplication)                                                                     \
    X(DeleteBucketTagging)                                                                         \
    X(DeleteBucketWebsite)                                                                         \
    X(DeletePublicAccessBlock)

#define S3_DECLARE_NO_OUTPUT(operation)                                                            \
    int s3_setting_##operation(                                                                    \
        struct awi_req *req, const struct s3_##operation##Request *in, void *out);
#define S3_DECLARE_OUTPUT(operation)                                                               \
    int s3_setting_##operation(struct awi_req *req,                                                \
                               const struct s3_##operation##Request *in,                           \
                               struct s3_##operation##Output *out);
S3_PUT_SETTING(S3_DECLARE_NO_OUTPUT)
S3_DELETE_SETTING(S3_DECLARE_NO_OUTPUT)
S3_GET_SETTING(S3_DECLARE_OUTPUT)

/* What a new bucket has. */
int s3_settings_begin(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      const struct s3_TagSet *tags);
int s3_get_bucket_abac(struct awi_req *req,
                       const struct s3_GetBucketAbacRequest *in,
                       struct s3_GetBucketAbacOutput *out);
/* The bucket's tags where its ABAC is enabled, else none. */
int s3_abac_tags(struct awi_req *req, const struct s3_bucket *bucket, struct s3_TagSet *ret);

/* At most 50, each key once. */
int s3_check_bucket_tags(struct awi_req *req, const struct s3_TagSet *tags);
/* What of public access is blocked; nothing where the configuration was deleted. */
int s3_public_access_block(struct awi_req *req,
                           const struct s3_bucket *bucket,
                           struct s3_PublicAccessBlockConfiguration *ret);

int s3_get_bucket_encryption(struct awi_req *req,
                             const struct s3_GetBucketEncryptionRequest *in,
                             struct s3_GetBucketEncryptionOutput *out);
int s3_get_bucket_request_payment(struct awi_req *req,
                                  const struct s3_GetBucketRequestPaymentRequest *in,
                                  struct s3_GetBucketRequestPaymentOutput *out);
int s3_put_bucket_notification(struct awi_req *req,
                               const struct s3_PutBucketNotificationConfigurationRequest *in,
                               void *out);
int s3_get_bucket_notification(struct awi_req *req,
                               const struct s3_GetBucketNotificationConfigurationRequest *in,
                               struct s3_NotificationConfiguration *out);
int s3_put_bucket_lifecycle(struct awi_req *req,
                            const struct s3_PutBucketLifecycleConfigurationRequest *in,
                            struct s3_PutBucketLifecycleConfigurationOutput *out);
int s3_put_bucket_ownership_controls(struct awi_req *req,
                                     const struct s3_PutBucketOwnershipControlsRequest *in,
                                     void *out);
int s3_delete_bucket_ownership_controls(struct awi_req *req,
                                        const struct s3_DeleteBucketOwnershipControlsRequest *in,
                                        void *out);
int s3_put_bucket_replication(struct awi_req *req,
                              const struct s3_PutBucketReplicationRequest *in,
                              void *out);
int s3_put_bucket_tagging(struct awi_req *req,
                          const struct s3_PutBucketTaggingRequest *in,
                          void *out);
int s3_put_bucket_versioning(struct awi_req *req,
                             const struct s3_PutBucketVersioningRequest *in,
                             void *out);

int s3_get_bucket_versioning(struct awi_req *req,
                             const struct s3_GetBucketVersioningRequest *in,
                             struct s3_GetBucketVersioningOutput *out);

/* --- acl.c ----------------------------------------------------------------------------------- */

int s3_get_bucket_acl(struct awi_req *req,
                      const struct s3_GetBucketAclRequest *in,
                      struct s3_GetBucketAclOutput *out);
int s3_put_bucket_acl(struct awi_req *req, const struct s3_PutBucketAclRequest *in, void *out);
int s3_get_object_acl(struct awi_req *req,
                      const struct s3_GetObjectAclRequest *in,
                      struct s3_GetObjectAclOutput *out);
int s3_put_object_acl(struct awi_req *req,
                      const struct s3_PutObjectAclRequest *in,
                      struct s3_PutObjectAclOutput *out);

/* --- policy.c -------------------------------------------------------------------------------- */

int s3_put_bucket_policy(struct awi_req *req,
                         const struct s3_PutBucketPolicyRequest *in,
                         void *out);
int s3_get_bucket_policy(struct awi_req *req,
                         const struct s3_GetBucketPolicyRequest *in,
                         struct s3_GetBucketPolicyOutput *out);
int s3_delete_bucket_policy(struct awi_req *req,
                            const struct s3_DeleteBucketPolicyRequest *in,
                            void *out);
int s3_get_bucket_policy_status(struct awi_req *req,
                                const struct s3_GetBucketPolicyStatusRequest *in,
                                struct s3_GetBucketPolicyStatusOutput *out);

/* --- tagging.c ------------------------------------------------------------------------------- */

int s3_put_object_tagging(struct awi_req *req,
                          const struct s3_PutObjectTaggingRequest *in,
                          struct s3_PutObjectTaggingOutput *out);
int s3_get_object_tagging(struct awi_req *req,
                          const struct s3_GetObjectTaggingRequest *in,
                          struct s3_GetObjectTaggingOutput *out);
int s3_delete_object_tagging(struct awi_req *req,
                             const struct s3_DeleteObjectTaggingRequest *in,
                             struct s3_DeleteObjectTaggingOutput *out);
