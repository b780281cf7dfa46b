/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PutObject.
 */
#include "services/s3/object_new.h"
#include "services/s3/version.h"

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

/* Everything of the record but where the bytes are. */
static int describe(struct awi_req *req,
                    const struct s3_PutObjectRequest *in,
                    const struct s3_bucket *bucket,
                    const struct s3_new *object,
                    struct s3_ObjectRecord *record)
{
    struct s3_summed summed;
    int r = s3_checksum_body(req, in->Body, S3_CRC64NVME, &summed);

    if (r != 0) {
        return r;
    }
    record->Size = AWI_SOME_I64(in->Body ? (int64_t)awi_body_size(in->Body) : 0);
    record->LastModified = AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
    record->ETag = summed.etag;
    record->ChecksumAlgorithm = s3_checksum_name(summed.kind);
    record->Checksum = summed.checksum;
    record->ChecksumType = AWI_STR("FULL_OBJECT");
    return s3_new_describe(req, bucket, object, record);
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
    const struct s3_new object = S3_NEW(in);
    struct s3_ObjectRecord record = {0};
    struct s3_target target;
    struct s3_bucket bucket;
    int r = s3_check_key(req, in->Key);

    if (r == 0) {
        r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);
    }
    if (r == 0) {
        r = s3_new_check(req, &bucket, &object);
    }
    if (r == 0 && s3_lock_is_wanted(&object.lock) && !s3_checksum_is_declared(req)) {
        return s3_fail_request(req,
                               "Content-MD5 OR x-amz-checksum- HTTP header is required for Put "
                               "Object requests with Object Lock parameters");
    }
    if (r == 0 && in->WriteOffsetBytes.set) {
        return s3_fail_header(req, "x-amz-write-offset-bytes");
    }
    if (r == 0) {
        r = check_size(req, in->Body);
    }
    if (r == 0) {
        r = s3_target_open(req, &bucket, in->Key, in->IfMatch, in->IfNoneMatch, &target);
    }
    if (r == 0) {
        r = describe(req, in, &bucket, &object, &record);
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
