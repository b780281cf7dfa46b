/* SPDX-License-Identifier: Apache-2.0 */
/* The table of access.h, sorted by operation. */
#include "services/s3/access.h"

#include "core/util/rows.h"

#define BUCKET(operation, action)                                                                  \
    {                                                                                              \
        operation, "s3:" action, NULL, S3_ON_BUCKET, 0                                             \
    }
#define POLICY(operation, action)                                                                  \
    {                                                                                              \
        operation, "s3:" action, NULL, S3_ON_BUCKET, S3_OF_ROOT                                    \
    }
#define READ(operation, action, version_action)                                                    \
    {                                                                                              \
        operation, "s3:" action, "s3:" version_action, S3_ON_OBJECT, S3_NEEDS_KEY                  \
    }
#define OBJECT(operation, action, version_action)                                                  \
    {                                                                                              \
        operation, "s3:" action, "s3:" version_action, S3_ON_OBJECT, 0                             \
    }
#define PUT(operation, flags)                                                                      \
    {                                                                                              \
        operation, "s3:PutObject", NULL, S3_ON_OBJECT, flags                                       \
    }

static const struct s3_permission permissions[] = {
    OBJECT("AbortMultipartUpload", "AbortMultipartUpload", "AbortMultipartUpload"),
    PUT("CompleteMultipartUpload", 0),
    PUT("CopyObject", S3_NEEDS_SOURCE | S3_NEEDS_TAGGING | S3_NEEDS_ACL | S3_NEEDS_LOCK),
    {"CreateBucket", "s3:CreateBucket", NULL, S3_ON_BUCKET, S3_NEEDS_ACL},
    PUT("CreateMultipartUpload", S3_NEEDS_TAGGING | S3_NEEDS_ACL | S3_NEEDS_LOCK),
    BUCKET("DeleteBucket", "DeleteBucket"),
    BUCKET("DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    BUCKET("DeleteBucketCors", "PutBucketCORS"),
    BUCKET("DeleteBucketEncryption", "PutEncryptionConfiguration"),
    BUCKET("DeleteBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"),
    BUCKET("DeleteBucketInventoryConfiguration", "PutInventoryConfiguration"),
    BUCKET("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    BUCKET("DeleteBucketMetricsConfiguration", "PutMetricsConfiguration"),
    BUCKET("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    POLICY("DeleteBucketPolicy", "DeleteBucketPolicy"),
    BUCKET("DeleteBucketReplication", "PutReplicationConfiguration"),
    BUCKET("DeleteBucketTagging", "PutBucketTagging"),
    BUCKET("DeleteBucketWebsite", "DeleteBucketWebsite"),
    {"DeleteObject", "s3:DeleteObject", "s3:DeleteObjectVersion", S3_ON_OBJECT, S3_NEEDS_BYPASS},
    OBJECT("DeleteObjectTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"),
    {"DeleteObjects", "s3:DeleteObject", "s3:DeleteObjectVersion", S3_ON_OBJECTS, 0},
    BUCKET("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    BUCKET("GetBucketAbac", "GetBucketAbac"),
    BUCKET("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    BUCKET("GetBucketAcl", "GetBucketAcl"),
    BUCKET("GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration"),
    BUCKET("GetBucketCors", "GetBucketCORS"),
    BUCKET("GetBucketEncryption", "GetEncryptionConfiguration"),
    BUCKET("GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration"),
    BUCKET("GetBucketInventoryConfiguration", "GetInventoryConfiguration"),
    BUCKET("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    BUCKET("GetBucketLocation", "GetBucketLocation"),
    BUCKET("GetBucketLogging", "GetBucketLogging"),
    BUCKET("GetBucketMetricsConfiguration", "GetMetricsConfiguration"),
    BUCKET("GetBucketNotificationConfiguration", "GetBucketNotification"),
    BUCKET("GetBucketOwnershipControls", "GetBucketOwnershipControls"),
    POLICY("GetBucketPolicy", "GetBucketPolicy"),
    BUCKET("GetBucketPolicyStatus", "GetBucketPolicyStatus"),
    BUCKET("GetBucketReplication", "GetReplicationConfiguration"),
    BUCKET("GetBucketRequestPayment", "GetBucketRequestPayment"),
    BUCKET("GetBucketTagging", "GetBucketTagging"),
    BUCKET("GetBucketVersioning", "GetBucketVersioning"),
    BUCKET("GetBucketWebsite", "GetBucketWebsite"),
    READ("GetObject", "GetObject", "GetObjectVersion"),
    READ("GetObjectAcl", "GetObjectAcl", "GetObjectVersionAcl"),
    {"GetObjectAttributes",
     "s3:GetObject",
     "s3:GetObjectVersion",
     S3_ON_OBJECT,
     S3_NEEDS_KEY | S3_NEEDS_ATTRIBUTES},
    READ("GetObjectLegalHold", "GetObjectLegalHold", "GetObjectLegalHold"),
    BUCKET("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    READ("GetObjectRetention", "GetObjectRetention", "GetObjectRetention"),
    READ("GetObjectTagging", "GetObjectTagging", "GetObjectVersionTagging"),
    BUCKET("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    BUCKET("HeadBucket", "ListBucket"),
    READ("HeadObject", "GetObject", "GetObjectVersion"),
    BUCKET("ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration"),
    BUCKET("ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration"),
    BUCKET("ListBucketInventoryConfigurations", "GetInventoryConfiguration"),
    BUCKET("ListBucketMetricsConfigurations", "GetMetricsConfiguration"),
    {"ListBuckets", "s3:ListAllMyBuckets", NULL, S3_ON_ACCOUNT, 0},
    BUCKET("ListMultipartUploads", "ListBucketMultipartUploads"),
    BUCKET("ListObjectVersions", "ListBucketVersions"),
    BUCKET("ListObjects", "ListBucket"),
    BUCKET("ListObjectsV2", "ListBucket"),
    OBJECT("ListParts", "ListMultipartUploadParts", "ListMultipartUploadParts"),
    {"OptionsBucket", NULL, NULL, S3_ON_BUCKET, 0},
    {"OptionsObject", NULL, NULL, S3_ON_BUCKET, 0},
    BUCKET("PutBucketAbac", "PutBucketAbac"),
    BUCKET("PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"),
    BUCKET("PutBucketAcl", "PutBucketAcl"),
    BUCKET("PutBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    BUCKET("PutBucketCors", "PutBucketCORS"),
    BUCKET("PutBucketEncryption", "PutEncryptionConfiguration"),
    BUCKET("PutBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"),
    BUCKET("PutBucketInventoryConfiguration", "PutInventoryConfiguration"),
    BUCKET("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
    BUCKET("PutBucketLogging", "PutBucketLogging"),
    BUCKET("PutBucketMetricsConfiguration", "PutMetricsConfiguration"),
    BUCKET("PutBucketNotificationConfiguration", "PutBucketNotification"),
    BUCKET("PutBucketOwnershipControls", "PutBucketOwnershipControls"),
    POLICY("PutBucketPolicy", "PutBucketPolicy"),
    BUCKET("PutBucketReplication", "PutReplicationConfiguration"),
    BUCKET("PutBucketRequestPayment", "PutBucketRequestPayment"),
    BUCKET("PutBucketTagging", "PutBucketTagging"),
    BUCKET("PutBucketVersioning", "PutBucketVersioning"),
    BUCKET("PutBucketWebsite", "PutBucketWebsite"),
    PUT("PutObject", S3_NEEDS_TAGGING | S3_NEEDS_ACL | S3_NEEDS_LOCK),
    OBJECT("PutObjectAcl", "PutObjectAcl", "PutObjectVersionAcl"),
    OBJECT("PutObjectLegalHold", "PutObjectLegalHold", "PutObjectLegalHold"),
    BUCKET("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    {"PutObjectRetention", "s3:PutObjectRetention", NULL, S3_ON_OBJECT, S3_NEEDS_BYPASS},
    OBJECT("PutObjectTagging", "PutObjectTagging", "PutObjectVersionTagging"),
    BUCKET("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    OBJECT("RestoreObject", "RestoreObject", "RestoreObject"),
    PUT("UploadPart", 0),
    PUT("UploadPartCopy", S3_NEEDS_SOURCE),
};

const struct s3_permission *s3_permission_of(struct awi_str operation)
{
    return awi_row_find(permissions,
                        sizeof(permissions) / sizeof(permissions[0]),
                        sizeof(permissions[0]),
                        operation);
}
