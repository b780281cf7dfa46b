/* SPDX-License-Identifier: Apache-2.0 */
/* UploadPart and UploadPartCopy. */
#include "services/s3/multipart.h"

#include "services/s3/range.h"
#include "services/s3/version.h"

#include <errno.h>

static int check_number(struct awi_req *req, struct awi_opt_i32 number)
{
    if (!number.set || number.v < 1 || number.v > S3_PARTS_MAX) {
        return s3_fail_argument(req,
                                "Part number must be an integer between 1 and 10000, inclusive",
                                "partNumber",
                                awi_arena_printf(awi_arena(req), "%d", (int)number.v));
    }
    return 0;
}

static int check_size(struct awi_req *req, uint64_t size)
{
    struct s3_EntityError error = {.ProposedSize = AWI_SOME_I64((int64_t)size),
                                   .MaxSizeAllowed = AWI_SOME_I64((int64_t)S3_PART_MAX)};

    return size <= S3_PART_MAX
               ? 0
               : awi_fail_with(req,
                               &s3_error_EntityTooLarge,
                               &error,
                               "Your proposed upload exceeds the maximum allowed size");
}

/* The customer's key must be the one that the upload was begun with. */
static int check_customer_key(struct awi_req *req,
                              const struct s3_upload *upload,
                              struct awi_str algorithm,
                              struct awi_str key,
                              struct awi_str key_md5)
{
    return s3_check_decrypt(req, algorithm, key, key_md5, upload->record.Object);
}

/* Keeps the bytes in place of an earlier part of this number. */
static int keep_part(struct awi_req *req,
                     const struct s3_upload *upload,
                     int32_t number,
                     struct awi_body *body,
                     const struct s3_summed *summed,
                     struct s3_PartRecord *part)
{
    struct awi_str key = s3_part_key(req, upload, number);
    struct s3_PartRecord old;
    int r = key.ptr ? s3_part_get(req, upload, number, &old) : -ENOMEM;

    if (r == 0) {
        r = s3_data_drop(&upload->bucket, old.DataId, old.BlobId);
    } else if (r == -ENOENT) {
        r = 0;
    }
    part->PartNumber = AWI_SOME_I32(number);
    part->Size = AWI_SOME_I64(body ? (int64_t)awi_body_size(body) : 0);
    part->ETag = summed->etag;
    part->Checksum = summed->checksum;
    part->LastModified = AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
    if (r == 0) {
        r = s3_data_keep(req, &upload->bucket, body, &part->DataId, &part->BlobId);
    }
    return r < 0 ? r
                 : awi_record_put(&upload->bucket.content,
                                  "part",
                                  key,
                                  awi_arena(req),
                                  &s3_PartRecord_shape,
                                  part);
}

/* What the upload computes for each part. */
static enum s3_checksum part_checksum(const struct s3_upload *upload)
{
    return s3_checksum_named(upload->record.Object->ChecksumAlgorithm);
}

int s3_upload_part(struct awi_req *req,
                   const struct s3_UploadPartRequest *in,
                   struct s3_UploadPartOutput *out)
{
    enum s3_checksum kind = S3_CHECKSUM_NONE; /* what the upload has of each part */
    struct s3_PartRecord part = {0};
    struct s3_summed summed;
    struct s3_upload upload;
    int r = check_number(req, in->PartNumber);

    if (r == 0) {
        r = check_size(req, in->Body ? awi_body_size(in->Body) : 0);
    }
    if (r == 0) {
        r = s3_upload_open(
            req, in->Bucket, in->ExpectedBucketOwner, in->Key, in->UploadId, &upload);
    }
    if (r == 0) {
        r = check_customer_key(
            req, &upload, in->SSECustomerAlgorithm, in->SSECustomerKey, in->SSECustomerKeyMD5);
    }
    if (r == 0) {
        kind = part_checksum(&upload);
        r = s3_checksum_body(req, in->Body, kind, &summed);
    }
    if (r == 0 && kind != S3_CHECKSUM_NONE && summed.kind != kind) {
        return awi_fail(req,
                        &s3_error_InvalidRequest,
                        "Checksum Type mismatch occurred, expected checksum Type: %.*s, actual "
                        "checksum Type: %.*s",
                        AWI_STR_FMT(s3_checksum_name(kind)),
                        AWI_STR_FMT(s3_checksum_name(summed.kind)));
    }
    if (r == 0) {
        r = keep_part(req, &upload, in->PartNumber.v, in->Body, &summed, &part);
    }
    if (r != 0) {
        return r;
    }
    out->ETag = part.ETag;
    S3_CHECKSUM_SET(out, summed.kind, summed.checksum);
    out->ServerSideEncryption = upload.record.Object->ServerSideEncryption;
    out->SSECustomerAlgorithm = upload.record.Object->SSECustomerAlgorithm;
    out->SSECustomerKeyMD5 = upload.record.Object->SSECustomerKeyMD5;
    out->SSEKMSKeyId = upload.record.Object->SSEKMSKeyId;
    out->BucketKeyEnabled = upload.record.Object->BucketKeyEnabled;
    return 0;
}

/* --- Copying --------------------------------------------------------------------------------- */

static int
source_range(struct awi_req *req, struct awi_str range, uint64_t size, uint64_t *at, uint64_t *len)
{
    uint64_t first = 0, last = 0;

    *at = 0;
    *len = size;
    if (!awi_str_is_set(range)) {
        return 0;
    }
    if (!s3_range_parse_exact(range, &first, &last)) {
        return s3_fail_argument(req,
                                "The x-amz-copy-source-range value must be of the form "
                                "bytes=first-last where first and last are the zero-based offsets "
                                "of the first and last bytes to copy",
                                "x-amz-copy-source-range",
                                range);
    }
    if (last >= size) {
        struct awi_str text =
            awi_arena_printf(awi_arena(req),
                             "Range specified is not valid for source object of size: %llu",
                             (unsigned long long)size);

        return text.ptr ? s3_fail_argument(req, text.ptr, "x-amz-copy-source-range", range)
                        : -ENOMEM;
    }
    *at = first;
    *len = last - first + 1;
    return 0;
}

/* What the two copying operations say of their source, by members of the same names. */
static struct s3_CopyObjectRequest source_of(const struct s3_UploadPartCopyRequest *in)
{
    return (struct s3_CopyObjectRequest){
        .CopySource = in->CopySource,
        .CopySourceIfMatch = in->CopySourceIfMatch,
        .CopySourceIfNoneMatch = in->CopySourceIfNoneMatch,
        .CopySourceIfModifiedSince = in->CopySourceIfModifiedSince,
        .CopySourceIfUnmodifiedSince = in->CopySourceIfUnmodifiedSince,
        .CopySourceSSECustomerAlgorithm = in->CopySourceSSECustomerAlgorithm,
        .CopySourceSSECustomerKey = in->CopySourceSSECustomerKey,
        .CopySourceSSECustomerKeyMD5 = in->CopySourceSSECustomerKeyMD5,
        .ExpectedSourceBucketOwner = in->ExpectedSourceBucketOwner,
    };
}

int s3_upload_part_copy(struct awi_req *req,
                        const struct s3_UploadPartCopyRequest *in,
                        struct s3_UploadPartCopyOutput *out)
{
    const struct s3_CopyObjectRequest as_copy = source_of(in);
    struct s3_PartRecord part = {0};
    struct s3_source source = {0};
    struct s3_summed summed;
    struct s3_upload upload;
    struct awi_body *body;
    uint64_t at, len;
    int r = check_number(req, in->PartNumber);

    if (r == 0) {
        r = s3_upload_open(
            req, in->Bucket, in->ExpectedBucketOwner, in->Key, in->UploadId, &upload);
    }
    if (r == 0) {
        r = check_customer_key(
            req, &upload, in->SSECustomerAlgorithm, in->SSECustomerKey, in->SSECustomerKeyMD5);
    }
    if (r == 0) {
        r = s3_source_open(req, &as_copy, &source);
    }
    if (r == 0) {
        r = source_range(req, in->CopySourceRange, (uint64_t)source.record.Size.v, &at, &len);
    }
    if (r == 0) {
        r = check_size(req, len);
    }
    if (r == 0) {
        r = s3_object_body(req, &source.bucket, &source.record, at, len, &body);
    }
    if (r == 0) {
        r = s3_checksum_compute(req, body, part_checksum(&upload), &summed);
    }
    if (r == 0) {
        r = keep_part(req, &upload, in->PartNumber.v, body, &summed, &part);
    }
    if (r != 0) {
        return r;
    }
    out->CopyPartResult = awi_arena_new(awi_arena(req), struct s3_CopyPartResult);
    if (!out->CopyPartResult) {
        return -ENOMEM;
    }
    out->CopyPartResult->ETag = part.ETag;
    out->CopyPartResult->LastModified = part.LastModified;
    S3_CHECKSUM_SET(out->CopyPartResult, summed.kind, summed.checksum);
    out->CopySourceVersionId = s3_version_shown(&source.bucket, &source.record);
    out->ServerSideEncryption = upload.record.Object->ServerSideEncryption;
    out->SSECustomerAlgorithm = upload.record.Object->SSECustomerAlgorithm;
    out->SSECustomerKeyMD5 = upload.record.Object->SSECustomerKeyMD5;
    out->SSEKMSKeyId = upload.record.Object->SSEKMSKeyId;
    out->BucketKeyEnabled = upload.record.Object->BucketKeyEnabled;
    return 0;
}
