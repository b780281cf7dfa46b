/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PutObject.
 */
#include "services/s3/lock.h"
#include "services/s3/version.h"

#include <errno.h>

#define PUT_MAX (5ull << 30)

static int check_size(struct awi_req *req, const struct awi_body *body)
{
    if (body && awi_body_size(body) > PUT_MAX) {
        struct s3_EntityError error = {
            .ProposedSize = AWI_SOME_I64((int64_t)awi_body_size(body)),
            .MaxSizeAllowed = AWI_SOME_I64((int64_t)PUT_MAX),
        };

        return awi_fail_with(req,
                             &s3_error_EntityTooLarge,
                             &error,
                             "Your proposed upload exceeds the maximum allowed size");
    }
    return 0;
}

static int check_request(struct awi_req *req,
                         const struct s3_PutObjectRequest *in,
                         const struct s3_bucket *bucket)
{
    struct s3_acl acl = {
        in->ACL, {in->GrantFullControl, in->GrantRead, in->GrantReadACP, in->GrantWriteACP}};
    int r = s3_check_object_acl(req, bucket, &acl);

    if (r == 0) {
        r = s3_check_metadata(req, &in->Metadata);
    }
    if (r == 0) {
        r = s3_check_storage_class(req, in->StorageClass);
    }
    if (r == 0 && in->WriteOffsetBytes.set) {
        return s3_fail_header(req, "x-amz-write-offset-bytes");
    }
    return r == 0 ? check_size(req, in->Body) : r;
}

/* Everything of the record but where the bytes are. */
static int describe(struct awi_req *req,
                    const struct s3_PutObjectRequest *in,
                    const struct s3_bucket *bucket,
                    struct s3_ObjectRecord *record)
{
    struct s3_encryption encryption = S3_ENCRYPTION(in);
    struct s3_lock lock = S3_LOCK(in);
    struct s3_declared declared = {.content_md5 = in->ContentMD5,
                                   .algorithm = in->ChecksumAlgorithm,
                                   .checksums = S3_CHECKSUM_GET(in),
                                   .fallback = S3_CRC64NVME};
    struct s3_summed summed;
    int r = s3_checksum_body(req, in->Body, &declared, &summed);

    if (r == 0) {
        r = s3_parse_tagging(req, in->Tagging, &record->Tags);
    }
    if (r == 0) {
        r = s3_encrypt(req, bucket, &encryption, record);
    }
    if (r == 0) {
        r = s3_lock_apply(req, bucket, &lock, record);
    }
    if (r != 0) {
        return r;
    }
    record->Size = AWI_SOME_I64(in->Body ? (int64_t)awi_body_size(in->Body) : 0);
    record->LastModified = AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
    record->ETag = summed.etag;
    record->ChecksumAlgorithm = s3_checksum_name(summed.kind);
    record->Checksum = summed.checksum;
    record->ChecksumType = AWI_STR("FULL_OBJECT");
    record->CacheControl = in->CacheControl;
    record->ContentDisposition = in->ContentDisposition;
    record->ContentEncoding = s3_content_encoding(req, in->ContentEncoding);
    record->ContentLanguage = in->ContentLanguage;
    record->ContentType =
        in->ContentType.len > 0 ? in->ContentType : AWI_STR("binary/octet-stream");
    record->Expires = in->Expires;
    record->WebsiteRedirectLocation = in->WebsiteRedirectLocation;
    record->StorageClass = in->StorageClass;
    record->Metadata = in->Metadata;
    return 0;
}

static void answer(const struct s3_PutObjectRequest *in,
                   const struct s3_bucket *bucket,
                   const struct s3_ObjectRecord *record,
                   struct s3_PutObjectOutput *out)
{
    out->ETag = record->ETag;
    out->VersionId = s3_version_shown(bucket, record);
    S3_CHECKSUM_SET(out, s3_checksum_named(record->ChecksumAlgorithm), record->Checksum);
    out->ChecksumType = record->ChecksumType;
    out->ServerSideEncryption = record->ServerSideEncryption;
    out->SSECustomerAlgorithm = record->SSECustomerAlgorithm;
    out->SSECustomerKeyMD5 = record->SSECustomerKeyMD5;
    out->SSEKMSKeyId = record->SSEKMSKeyId;
    out->BucketKeyEnabled = record->BucketKeyEnabled;
    out->SSEKMSEncryptionContext = in->SSEKMSEncryptionContext;
    if (awi_str_is_set(in->RequestPayer)) {
        out->RequestCharged = AWI_STR("requester");
    }
}

int s3_put_object(struct awi_req *req,
                  const struct s3_PutObjectRequest *in,
                  struct s3_PutObjectOutput *out)
{
    struct s3_ObjectRecord record = {0};
    struct s3_target target;
    struct s3_bucket bucket;
    int r = s3_check_key(req, in->Key);

    if (r == 0) {
        r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);
    }
    if (r == 0) {
        r = check_request(req, in, &bucket);
    }
    if (r == 0) {
        r = s3_target_open(req, &bucket, in->Key, in->IfMatch, in->IfNoneMatch, &target);
    }
    if (r == 0) {
        r = describe(req, in, &bucket, &record);
    }
    if (r == 0) {
        r = s3_data_keep(req, &bucket, in->Body, &record.DataId, &record.BlobId);
    }
    if (r == 0) {
        r = s3_target_write(req, &target, &record);
    }
    if (r == 0) {
        answer(in, &bucket, &record, out);
    }
    return r;
}
