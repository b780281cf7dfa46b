/* SPDX-License-Identifier: Apache-2.0 */
/* What the operations that make objects (PutObject, CopyObject, CreateMultipartUpload) are told
 * about them, by members of the same names. */
#pragma once

#include "services/s3/lock.h"
#include "services/s3/s3.h"

struct s3_new {
    struct s3_acl acl;
    struct s3_encryption encryption;
    struct s3_lock lock;
    struct awi_str tagging, storage_class, redirect;
    struct awi_str cache_control, disposition, encoding, language, type, expires;
    const struct s3_Metadata *metadata;
};

#define S3_NEW(in)                                                                                 \
    {                                                                                              \
        .acl = {(in)->ACL,                                                                         \
                {(in)->GrantFullControl,                                                           \
                 (in)->GrantRead,                                                                  \
                 (in)->GrantReadACP,                                                               \
                 AWI_STR_NULL,                                                                     \
                 (in)->GrantWriteACP}},                                                            \
        .encryption = S3_ENCRYPTION(in), .lock = S3_LOCK(in), .tagging = (in)->Tagging,            \
        .storage_class = (in)->StorageClass, .redirect = (in)->WebsiteRedirectLocation,            \
        .cache_control = (in)->CacheControl, .disposition = (in)->ContentDisposition,              \
        .encoding = (in)->ContentEncoding, .language = (in)->ContentLanguage,                      \
        .type = (in)->ContentType, .expires = (in)->Expires, .metadata = &(in)->Metadata,          \
    }

/* What can be refused before the bytes are looked at. */
int s3_new_check(struct awi_req *req, const struct s3_bucket *bucket, const struct s3_new *object);
/* Access control list, encryption, lock, storage class and redirect into the record. */
int s3_new_place(struct awi_req *req,
                 const struct s3_bucket *bucket,
                 const struct s3_new *object,
                 struct s3_ObjectRecord *record);
/* What CopyObject's metadata directive replaces. */
void s3_new_metadata(struct awi_req *req,
                     const struct s3_new *object,
                     struct s3_ObjectRecord *record);
/* All of it, with the tags. */
int s3_new_describe(struct awi_req *req,
                    const struct s3_bucket *bucket,
                    const struct s3_new *object,
                    struct s3_ObjectRecord *record);
