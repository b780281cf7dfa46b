/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/multipart.h"

#include "services/s3/object_new.h"

#include <errno.h>

#define ID_SIZE 64

static struct awi_str
upload_key(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str id)
{
    return s3_object_key(req, bucket, id);
}

int s3_upload_open(struct awi_req *req,
                   struct awi_str bucket,
                   struct awi_str expected_owner,
                   struct awi_str key,
                   struct awi_str id,
                   struct s3_upload *ret)
{
    struct s3_UploadError body = {.UploadId = id};
    int r = s3_bucket_open(req, bucket, expected_owner, &ret->bucket);

    if (r != 0) {
        return r;
    }
    ret->id = id;
    struct awi_str at = upload_key(req, &ret->bucket, id);
    if (!at.ptr) {
        return -ENOMEM;
    }
    r = awi_record_get(
        &ret->bucket.content, "upload", at, awi_arena(req), &s3_UploadRecord_shape, &ret->record);
    if (r == -ENOENT || (r == 0 && !awi_str_eq(ret->record.Key, key))) {
        return awi_fail_with(req,
                             &s3_error_NoSuchUpload,
                             &body,
                             "The specified upload does not exist. The upload ID may be invalid, "
                             "or the upload may have been aborted or completed.");
    }
    return r;
}

struct awi_str s3_part_key(struct awi_req *req, const struct s3_upload *upload, int32_t number)
{
    struct awi_str prefix = awi_arena_printf(
        awi_arena(req), "%.*s/%.*s/", AWI_STR_FMT(upload->bucket.name), AWI_STR_FMT(upload->id));

    return number == 0 || !prefix.ptr
               ? prefix
               : awi_arena_printf(awi_arena(req), "%.*s%05d", AWI_STR_FMT(prefix), (int)number);
}

int s3_part_get(struct awi_req *req,
                const struct s3_upload *upload,
                int32_t number,
                struct s3_PartRecord *ret)
{
    struct awi_str key = s3_part_key(req, upload, number);

    return key.ptr ? awi_record_get(&upload->bucket.content,
                                    "part",
                                    key,
                                    awi_arena(req),
                                    &s3_PartRecord_shape,
                                    ret)
                   : -ENOMEM;
}

int s3_upload_forget(struct awi_req *req, const struct s3_upload *upload)
{
    struct awi_str prefix = s3_part_key(req, upload, 0), key, value;
    struct awi_str at = upload_key(req, &upload->bucket, upload->id);
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r =
        prefix.ptr && at.ptr
            ? awi_cursor_open(&upload->bucket.content, "part", prefix, prefix, AWI_FORWARD, &cursor)
            : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct s3_PartRecord part;

        r = awi_record_decode(value, awi_arena(req), &s3_PartRecord_shape, &part);
        if (r == 0) {
            r = s3_data_drop(&upload->bucket, part.DataId, part.BlobId);
        }
    }
    if (r == -ENOENT) {
        r = awi_delete_prefix(&upload->bucket.content, "part", prefix);
    }
    return r < 0 ? r : awi_delete(&upload->bucket.content, "upload", at);
}

int s3_uploads_forget(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct awi_str prefix = s3_object_key(req, bucket, AWI_STR("")), key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = prefix.ptr
                ? awi_cursor_open(&bucket->content, "upload", prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct s3_upload upload = {.bucket = *bucket};

        upload.id = awi_arena_str(awi_arena(req), awi_str_skip(key, prefix.len));
        r = upload.id.ptr ? s3_upload_forget(req, &upload) : -ENOMEM;
    }
    return r == -ENOENT ? 0 : r;
}

/* --- Beginning ------------------------------------------------------------------------------- */

/* Which checksum the object will have: CRC64NVME of everything unless the request says otherwise;
 * the others are checksums of the parts' checksums unless it asks for the whole. */
static int choose_checksum(struct awi_req *req,
                           const struct s3_CreateMultipartUploadRequest *in,
                           struct s3_ObjectRecord *record)
{
    enum s3_checksum kind = s3_checksum_named(in->ChecksumAlgorithm);
    bool whole = awi_str_is(in->ChecksumType, "FULL_OBJECT");

    if (!awi_str_is_set(in->ChecksumAlgorithm)) {
        return awi_str_is_set(in->ChecksumType)
                   ? s3_fail_request(req,
                                     "The x-amz-checksum-type header can only be used with the "
                                     "x-amz-checksum-algorithm header.")
                   : 0;
    }
    if (kind >= S3_MD5) {
        return kind == S3_CHECKSUM_NONE
                   ? s3_fail_request(req,
                                     "Checksum algorithm provided is unsupported. Please try again "
                                     "with any of the valid types: [CRC32, CRC32C, CRC64NVME, "
                                     "SHA1, SHA256]")
                   : s3_fail_header(req, "x-amz-checksum-algorithm");
    }
    if ((whole && kind > S3_CRC64NVME) ||
        (awi_str_is(in->ChecksumType, "COMPOSITE") && kind == S3_CRC64NVME)) {
        return awi_fail(req,
                        &s3_error_InvalidRequest,
                        "The %.*s checksum type cannot be used with the %.*s checksum algorithm.",
                        AWI_STR_FMT(in->ChecksumType),
                        AWI_STR_FMT(in->ChecksumAlgorithm));
    }
    record->ChecksumAlgorithm = s3_checksum_name(kind);
    record->ChecksumType =
        whole || kind == S3_CRC64NVME ? AWI_STR("FULL_OBJECT") : AWI_STR("COMPOSITE");
    return 0;
}

int s3_create_multipart_upload(struct awi_req *req,
                               const struct s3_CreateMultipartUploadRequest *in,
                               struct s3_CreateMultipartUploadOutput *out)
{
    const struct s3_new wanted = S3_NEW(in);
    struct s3_ObjectRecord object = {0};
    struct s3_UploadRecord record = {
        .Key = in->Key,
        .Initiated = AWI_SOME_TIME(awi_now(req) / 1000 * 1000),
        .InitiatorArn = awi_principal(req)->arn,
        .Object = &object,
    };
    struct s3_bucket bucket;
    int r = s3_check_key(req, in->Key);

    if (r == 0) {
        r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);
    }
    if (r == 0) {
        r = s3_new_check(req, &bucket, &wanted);
    }
    if (r == 0) {
        r = choose_checksum(req, in, &object);
    }
    if (r == 0) {
        r = s3_new_describe(req, &bucket, &wanted, &object);
    }
    if (r != 0) {
        return r;
    }
    out->UploadId = awi_random_id(req, AWI_LOWER_DIGITS, ID_SIZE);
    struct awi_str at = upload_key(req, &bucket, out->UploadId);
    if (!out->UploadId.ptr || !at.ptr) {
        return -ENOMEM;
    }
    out->Bucket = in->Bucket;
    out->Key = in->Key;
    out->ServerSideEncryption = object.ServerSideEncryption;
    out->SSECustomerAlgorithm = object.SSECustomerAlgorithm;
    out->SSECustomerKeyMD5 = object.SSECustomerKeyMD5;
    out->SSEKMSKeyId = object.SSEKMSKeyId;
    out->BucketKeyEnabled = object.BucketKeyEnabled;
    out->ChecksumAlgorithm = object.ChecksumAlgorithm;
    out->ChecksumType = object.ChecksumType;
    return awi_record_insert(
        &bucket.content, "upload", at, awi_arena(req), &s3_UploadRecord_shape, &record);
}

int s3_abort_multipart_upload(struct awi_req *req,
                              const struct s3_AbortMultipartUploadRequest *in,
                              struct s3_AbortMultipartUploadOutput *out)
{
    struct s3_upload upload;
    int r =
        s3_upload_open(req, in->Bucket, in->ExpectedBucketOwner, in->Key, in->UploadId, &upload);

    (void)out;
    return r == 0 ? s3_upload_forget(req, &upload) : r;
}
