/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CopyObject: the source read as GetObject reads it, the target written as PutObject writes it.
 */
#include "services/s3/object_new.h"
#include "services/s3/version.h"

#include "core/util/url.h"

#include <errno.h>

#define COPY_MAX (5ull << 30)

/* --- x-amz-copy-source ----------------------------------------------------------------------- */

int s3_copy_source(struct awi_req *req,
                   struct awi_str source,
                   struct awi_str *bucket,
                   struct awi_str *key,
                   struct awi_str *version)
{
    ptrdiff_t at = awi_str_search(source, AWI_STR("?versionId="));
    struct awi_str whole = source;

    *version = AWI_STR_NULL;
    if (at >= 0) {
        *version = awi_str_skip(source, (size_t)at + 11);
        source.len = (size_t)at;
    }
    /* What is not percent-encoded properly is taken as it stands. */
    if (awi_url_decode(awi_arena(req), source, false, &source) == -ENOMEM) {
        return -ENOMEM;
    }
    if (awi_str_starts(source, AWI_STR("arn:"))) {
        return s3_fail_header(req, "x-amz-copy-source");
    }
    if (awi_str_starts(source, AWI_STR("/"))) {
        source = awi_str_skip(source, 1);
    }
    *key = source;
    awi_str_cut(key, '/', bucket);
    if (!key->ptr || key->len == 0 || bucket->len == 0) {
        return s3_fail_argument(
            req,
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source",
            whole);
    }
    return 0;
}

int s3_source_open(struct awi_req *req,
                   const struct s3_CopyObjectRequest *in,
                   struct s3_source *ret)
{
    struct s3_condition condition = {in->CopySourceIfMatch,
                                     in->CopySourceIfNoneMatch,
                                     in->CopySourceIfModifiedSince,
                                     in->CopySourceIfUnmodifiedSince};
    int r = s3_copy_source(req, in->CopySource, &ret->name, &ret->key, &ret->version);

    if (r == 0) {
        r = s3_bucket_open(req, ret->name, in->ExpectedSourceBucketOwner, &ret->bucket);
    }
    if (r == 0) {
        r = s3_object_open(req, &ret->bucket, ret->key, ret->version, &ret->record);
    }
    if (r == 0) {
        r = s3_check_decrypt(req,
                             in->CopySourceSSECustomerAlgorithm,
                             in->CopySourceSSECustomerKey,
                             in->CopySourceSSECustomerKeyMD5,
                             &ret->record);
    }
    if (r == 0) {
        r = s3_check_copy(req, &condition, &ret->record);
    }
    if (r == 0 && s3_is_archived(req, &ret->record)) {
        return awi_fail(req,
                        &s3_ObjectNotInActiveTierError_error,
                        "The source object of the COPY action is not in the active tier and is "
                        "only stored in Amazon S3 Glacier.");
    }
    return r;
}

/* --- The target ------------------------------------------------------------------------------ */

static int check_target(struct awi_req *req,
                        const struct s3_CopyObjectRequest *in,
                        const struct s3_bucket *bucket,
                        const struct s3_new *object,
                        const struct s3_source *source)
{
    bool replace = awi_str_is(in->MetadataDirective, "REPLACE");
    int r = s3_new_check(req, bucket, object);

    if (r != 0) {
        return r;
    }
    if (awi_str_is_set(in->MetadataDirective) && !replace &&
        !awi_str_is(in->MetadataDirective, "COPY")) {
        return s3_fail_argument(
            req, "Unknown metadata directive.", "x-amz-metadata-directive", in->MetadataDirective);
    }
    if (awi_str_is_set(in->TaggingDirective) && !awi_str_is(in->TaggingDirective, "COPY") &&
        !awi_str_is(in->TaggingDirective, "REPLACE")) {
        return s3_fail_argument(
            req, "Unknown tagging directive.", "x-amz-tagging-directive", in->TaggingDirective);
    }
    if (awi_str_eq(source->name, in->Bucket) && awi_str_eq(source->key, in->Key) && !replace &&
        !awi_str_is_set(source->version) && !awi_str_is_set(in->StorageClass) &&
        !awi_str_is_set(in->WebsiteRedirectLocation) && !awi_str_is_set(in->ServerSideEncryption) &&
        !awi_str_is_set(in->SSECustomerAlgorithm)) {
        return s3_fail_request(req,
                               "This copy request is illegal because it is trying to copy an "
                               "object to itself without changing the object's metadata, storage "
                               "class, website redirect location or encryption attributes.");
    }
    return 0;
}

/* The record of the copy, with its bytes kept anew. */
static int make_copy(struct awi_req *req,
                     const struct s3_CopyObjectRequest *in,
                     const struct s3_bucket *bucket,
                     const struct s3_new *object,
                     const struct s3_source *source,
                     struct s3_ObjectRecord *record)
{
    enum s3_checksum kind =
        s3_checksum_named(awi_str_is_set(in->ChecksumAlgorithm) ? in->ChecksumAlgorithm
                                                                : source->record.ChecksumAlgorithm);
    struct s3_summed summed;
    struct awi_body *body;
    int r;

    *record = source->record;
    record->Parts = (struct s3_PartRecordList){0};
    record->RestoreExpiryDate = (struct awi_opt_time){0};
    record->ServerSideEncryption = record->SSEKMSKeyId = AWI_STR_NULL;
    record->SSECustomerAlgorithm = record->SSECustomerKeyMD5 = AWI_STR_NULL;
    record->BucketKeyEnabled = (struct awi_opt_bool){0};
    record->LastModified = AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
    if (awi_str_is(in->MetadataDirective, "REPLACE")) {
        s3_new_metadata(req, object, record);
    }
    r = s3_new_place(req, bucket, object, record);
    if (r == 0 && awi_str_is(in->TaggingDirective, "REPLACE")) {
        r = s3_parse_tagging(req, in->Tagging, &record->Tags);
    }
    if (r == 0) {
        r = s3_object_body(
            req, &source->bucket, &source->record, 0, (uint64_t)source->record.Size.v, &body);
    }
    if (r == 0) {
        r = s3_checksum_compute(req, body, kind == S3_CHECKSUM_NONE ? S3_CRC64NVME : kind, &summed);
    }
    if (r == 0) {
        record->ETag = summed.etag;
        record->ChecksumAlgorithm = s3_checksum_name(summed.kind);
        record->Checksum = summed.checksum;
        record->ChecksumType = AWI_STR("FULL_OBJECT");
        r = s3_data_keep(req, bucket, body, &record->DataId, &record->BlobId);
    }
    return r;
}

static int answer(struct awi_req *req,
                  const struct s3_CopyObjectRequest *in,
                  const struct s3_source *source,
                  const struct s3_bucket *bucket,
                  const struct s3_ObjectRecord *record,
                  struct s3_CopyObjectOutput *out)
{
    struct s3_CopyObjectResult *result = awi_arena_new(awi_arena(req), struct s3_CopyObjectResult);

    if (!result) {
        return -ENOMEM;
    }
    result->ETag = record->ETag;
    result->LastModified = record->LastModified;
    result->ChecksumType = record->ChecksumType;
    S3_CHECKSUM_SET(result, s3_checksum_named(record->ChecksumAlgorithm), record->Checksum);
    out->CopyObjectResult = result;
    out->VersionId = s3_version_shown(bucket, record);
    out->CopySourceVersionId = s3_version_shown(&source->bucket, &source->record);
    out->ServerSideEncryption = record->ServerSideEncryption;
    out->SSECustomerAlgorithm = record->SSECustomerAlgorithm;
    out->SSECustomerKeyMD5 = record->SSECustomerKeyMD5;
    out->SSEKMSKeyId = record->SSEKMSKeyId;
    out->SSEKMSEncryptionContext = in->SSEKMSEncryptionContext;
    out->BucketKeyEnabled = record->BucketKeyEnabled;
    if (awi_str_is_set(in->RequestPayer)) {
        out->RequestCharged = AWI_STR("requester");
    }
    return 0;
}

int s3_copy_object(struct awi_req *req,
                   const struct s3_CopyObjectRequest *in,
                   struct s3_CopyObjectOutput *out)
{
    const struct s3_new object = S3_NEW(in);
    struct s3_ObjectRecord record;
    struct s3_source source = {0};
    struct s3_target target;
    struct s3_bucket bucket;
    int r = s3_check_key(req, in->Key);

    if (r == 0) {
        r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);
    }
    if (r == 0) {
        r = s3_source_open(req, in, &source);
    }
    if (r == 0 && (uint64_t)source.record.Size.v > COPY_MAX) {
        return s3_fail_request(req,
                               "The specified copy source is larger than the maximum allowable "
                               "size for a copy source: 5368709120");
    }
    if (r == 0) {
        r = check_target(req, in, &bucket, &object, &source);
    }
    if (r == 0) {
        r = s3_target_open(req, &bucket, in->Key, in->IfMatch, in->IfNoneMatch, &target);
    }
    if (r == 0) {
        r = make_copy(req, in, &bucket, &object, &source, &record);
    }
    if (r == 0) {
        r = s3_target_write(req, &target, &record);
    }
    return r == 0 ? answer(req, in, &source, &bucket, &record, out) : r;
}
