/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S3's error codes with the members their answers carry besides Code and Message. AWS's model names
 * a handful only; the rest is from "Error responses" of the S3 API reference. Each function places
 * its error in the request and returns what the handler returns.
 */
#pragma once

#include "core/service.h"

#define S3_ERRORS(X)                                                                               \
    X(AccessControlListNotSupported, 400, NULL)                                                    \
    X(AccessDenied, 403, NULL)                                                                     \
    X(AccessForbidden, 403, &s3_MethodError_shape)                                                 \
    X(AuthorizationHeaderMalformed, 400, &s3_RegionError_shape)                                    \
    X(BadDigest, 400, &s3_DigestError_shape)                                                       \
    X(BadRequest, 400, NULL)                                                                       \
    X(BucketAlreadyExists, 409, &s3_BucketError_shape)                                             \
    X(BucketAlreadyOwnedByYou, 409, &s3_BucketError_shape)                                         \
    X(BucketNotEmpty, 409, &s3_BucketError_shape)                                                  \
    X(EntityTooLarge, 400, &s3_EntityError_shape)                                                  \
    X(EntityTooSmall, 400, NULL)                                                                   \
    X(IllegalLocationConstraintException, 400, NULL)                                               \
    X(IllegalVersioningConfigurationException, 400, NULL)                                          \
    X(InvalidArgument, 400, &s3_ArgumentError_shape)                                               \
    X(InvalidBucketAclWithBlockPublicAccessError, 400, NULL)                                       \
    X(InvalidBucketAclWithObjectOwnership, 400, NULL)                                              \
    X(InvalidBucketName, 400, &s3_BucketError_shape)                                               \
    X(InvalidBucketState, 409, NULL)                                                               \
    X(InvalidConfigurationId, 400, NULL)                                                           \
    X(InvalidDigest, 400, &s3_ContentDigestError_shape)                                            \
    X(InvalidEncryptionAlgorithmError, 400, &s3_ArgumentError_shape)                               \
    X(InvalidLocationConstraint, 400, &s3_LocationError_shape)                                     \
    X(InvalidNamespaceHeader, 400, NULL)                                                           \
    X(InvalidObjectState, 403, NULL)                                                               \
    X(InvalidPart, 400, &s3_UploadPartError_shape)                                                 \
    X(InvalidPartNumber, 416, &s3_PartNumberError_shape)                                           \
    X(InvalidPartOrder, 400, &s3_UploadError_shape)                                                \
    X(InvalidRange, 416, &s3_RangeError_shape)                                                     \
    X(InvalidRequest, 400, NULL)                                                                   \
    X(InvalidStorageClass, 400, &s3_StorageClassError_shape)                                       \
    X(InvalidTag, 400, &s3_TagError_shape)                                                         \
    X(InvalidURI, 400, NULL)                                                                       \
    X(KeyTooLongError, 400, &s3_SizeError_shape)                                                   \
    X(MalformedPolicy, 400, &s3_PolicyError_shape)                                                 \
    X(MalformedXML, 400, NULL)                                                                     \
    X(MetadataTooLarge, 400, &s3_SizeError_shape)                                                  \
    X(MethodNotAllowed, 405, &s3_MethodError_shape)                                                \
    X(NoSuchBucket, 404, &s3_BucketError_shape)                                                    \
    X(NoSuchBucketPolicy, 404, &s3_BucketError_shape)                                              \
    X(NoSuchCORSConfiguration, 404, &s3_BucketError_shape)                                         \
    X(NoSuchConfiguration, 404, NULL)                                                              \
    X(NoSuchKey, 404, &s3_KeyError_shape)                                                          \
    X(NoSuchLifecycleConfiguration, 404, &s3_BucketError_shape)                                    \
    X(NoSuchPublicAccessBlockConfiguration, 404, &s3_BucketError_shape)                            \
    X(NoSuchTagSet, 404, &s3_BucketError_shape)                                                    \
    X(NoSuchUpload, 404, &s3_UploadError_shape)                                                    \
    X(NoSuchObjectLockConfiguration, 404, &s3_KeyError_shape)                                      \
    X(NoSuchVersion, 404, &s3_VersionError_shape)                                                  \
    X(NoSuchWebsiteConfiguration, 404, &s3_BucketError_shape)                                      \
    X(NotImplemented, 501, &s3_HeaderError_shape)                                                  \
    X(NotModified, 304, NULL)                                                                      \
    X(ObjectLockConfigurationNotFoundError, 404, &s3_BucketError_shape)                            \
    X(OwnershipControlsNotFoundError, 404, &s3_BucketError_shape)                                  \
    X(PermanentRedirect, 301, &s3_RedirectError_shape)                                             \
    X(PreconditionFailed, 412, &s3_ConditionError_shape)                                           \
    X(ReplicationConfigurationNotFoundError, 404, &s3_BucketError_shape)                           \
    X(TooManyBuckets, 400, NULL)                                                                   \
    X(TooManyConfigurations, 400, NULL)

#define S3_DECLARE_ERROR(name, status, shape) extern const struct awi_error_type s3_error_##name;
S3_ERRORS(S3_DECLARE_ERROR)
#undef S3_DECLARE_ERROR

int s3_fail_bucket(struct awi_req *req, const struct awi_error_type *type, struct awi_str bucket);
int s3_fail_no_such_key(struct awi_req *req, struct awi_str key);
int s3_fail_argument(struct awi_req *req,
                     const char *message,
                     const char *name,
                     struct awi_str value);
int s3_fail_request(struct awi_req *req, const char *message);
int s3_fail_precondition(struct awi_req *req, const char *condition);
/* A header or member that asks for something this service does not do. */
int s3_fail_header(struct awi_req *req, const char *header);
