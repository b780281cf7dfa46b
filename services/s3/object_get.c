/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GetObject and HeadObject: conditions, ranges, part numbers, overridden headers.
 */
#include "services/s3/s3.h"

#include "services/s3/range.h"
#include "services/s3/version.h"

/* The members that both requests have. */
struct reading {
    struct awi_str bucket, key, expected_owner, version, range;
    struct s3_condition condition;
    struct awi_opt_i32 part_number;
    struct awi_str customer_algorithm, customer_key, customer_key_md5;
    bool overrides;
};

#define READING(in)                                                                                \
    {                                                                                              \
        .bucket = (in)->Bucket, .key = (in)->Key, .expected_owner = (in)->ExpectedBucketOwner,     \
        .version = (in)->VersionId, .range = (in)->Range,                                          \
        .condition = {(in)->IfMatch,                                                               \
                      (in)->IfNoneMatch,                                                           \
                      (in)->IfModifiedSince,                                                       \
                      (in)->IfUnmodifiedSince},                                                    \
        .part_number = (in)->PartNumber, .customer_algorithm = (in)->SSECustomerAlgorithm,         \
        .customer_key = (in)->SSECustomerKey, .customer_key_md5 = (in)->SSECustomerKeyMD5,         \
        .overrides = awi_str_is_set((in)->ResponseCacheControl) ||                                 \
                     awi_str_is_set((in)->ResponseContentDisposition) ||                           \
                     awi_str_is_set((in)->ResponseContentEncoding) ||                              \
                     awi_str_is_set((in)->ResponseContentLanguage) ||                              \
                     awi_str_is_set((in)->ResponseContentType) || (in)->ResponseExpires.set,       \
    }

/* What is answered. */
struct selected {
    struct s3_bucket bucket;
    struct s3_ObjectRecord record;
    uint64_t offset, len;
    bool partial;
    struct awi_str checksum; /* of the selected bytes, where it is known */
    int32_t parts;           /* of a multipart object that was asked for by part number, else 0 */
};

static int select_part(struct awi_req *req, const struct reading *in, struct selected *ret)
{
    int32_t count = ret->record.Parts.n > 0 ? (int32_t)ret->record.Parts.n : 1;
    int32_t wanted = in->part_number.v;

    if (awi_str_is_set(in->range)) {
        return s3_fail_request(req,
                               "Cannot specify both Range header and partNumber query parameter");
    }
    if (wanted < 1 || wanted > 10000) {
        return s3_fail_argument(req,
                                "Part number must be an integer between 1 and 10000, inclusive",
                                "partNumber",
                                awi_arena_printf(awi_arena(req), "%d", wanted));
    }
    if (wanted > count) {
        struct s3_PartNumberError body = {.PartNumberRequested = AWI_SOME_I32(wanted),
                                          .ActualPartCount = AWI_SOME_I32(count)};

        return awi_fail_with(
            req, &s3_error_InvalidPartNumber, &body, "The requested partnumber is not satisfiable");
    }
    ret->partial = true;
    if (ret->record.Parts.n > 0) {
        ret->parts = count;
        for (int32_t i = 0; i < wanted - 1; i++) {
            ret->offset += (uint64_t)ret->record.Parts.items[i].Size.v;
        }
        ret->len = (uint64_t)ret->record.Parts.items[wanted - 1].Size.v;
        ret->checksum = ret->record.Parts.items[wanted - 1].Checksum;
    }
    return 0;
}

static int select_range(struct awi_req *req, const struct reading *in, struct selected *ret)
{
    uint64_t size = (uint64_t)ret->record.Size.v, first, last;

    ret->len = size;
    ret->checksum = ret->record.Checksum;
    if (in->part_number.set) {
        return select_part(req, in, ret);
    }
    switch (s3_range_parse(in->range, size, &first, &last)) {
    case S3_RANGE_UNSATISFIABLE: {
        struct s3_RangeError body = {.RangeRequested = in->range,
                                     .ActualObjectSize = AWI_SOME_I64((int64_t)size)};

        return awi_fail_with(
            req, &s3_error_InvalidRange, &body, "The requested range is not satisfiable");
    }
    case S3_RANGE_PART:
        ret->offset = first;
        ret->len = last - first + 1;
        ret->checksum = ret->len == size ? ret->checksum : AWI_STR_NULL;
        ret->partial = true;
        return 0;
    default:
        return 0;
    }
}

static int select_object(struct awi_req *req, const struct reading *in, struct selected *ret)
{
    int r = s3_bucket_open(req, in->bucket, in->expected_owner, &ret->bucket);

    if (r == 0) {
        r = s3_check_key(req, in->key);
    }
    if (r != 0) {
        return r;
    }
    if (in->overrides && awi_principal(req)->type == AWI_PRINCIPAL_ANONYMOUS) {
        return s3_fail_request(
            req, "Request specific response headers cannot be used for anonymous GET requests.");
    }
    r = s3_object_open(req, &ret->bucket, in->key, in->version, &ret->record);
    if (r == 0) {
        r = s3_check_decrypt(
            req, in->customer_algorithm, in->customer_key, in->customer_key_md5, &ret->record);
    }
    if (r == 0) {
        r = s3_check_read(req, &in->condition, &ret->record);
    }
    return r == 0 ? select_range(req, in, ret) : r;
}

static struct awi_str or_default(struct awi_str override, struct awi_str stored)
{
    return awi_str_is_set(override) ? override : stored;
}

static struct awi_str content_range(struct awi_req *req, const struct selected *selected)
{
    if (!selected->partial || selected->len == 0) {
        return AWI_STR_NULL;
    }
    return awi_arena_printf(awi_arena(req),
                            "bytes %llu-%llu/%lld",
                            (unsigned long long)selected->offset,
                            (unsigned long long)(selected->offset + selected->len - 1),
                            (long long)selected->record.Size.v);
}

static struct awi_str shown_class(struct awi_str storage_class)
{
    return awi_str_is(storage_class, "STANDARD") ? AWI_STR_NULL : storage_class;
}

/* The members that both answers have. */
#define ANSWER(req, in, out, selected)                                                             \
    do {                                                                                           \
        const struct s3_ObjectRecord *from = &(selected)->record;                                  \
        (out)->AcceptRanges = AWI_STR("bytes");                                                    \
        (out)->LastModified = from->LastModified;                                                  \
        (out)->ContentLength = (struct awi_opt_i64)AWI_SOME((int64_t)(selected)->len);             \
        (out)->ETag = from->ETag;                                                                  \
        (out)->VersionId = s3_version_shown(&(selected)->bucket, from);                            \
        (out)->ObjectLockMode = from->ObjectLockMode;                                              \
        (out)->ObjectLockRetainUntilDate = from->ObjectLockRetainUntilDate;                        \
        (out)->ObjectLockLegalHoldStatus = from->ObjectLockLegalHoldStatus;                        \
        (out)->CacheControl = or_default((in)->ResponseCacheControl, from->CacheControl);          \
        (out)->ContentDisposition =                                                                \
            or_default((in)->ResponseContentDisposition, from->ContentDisposition);                \
        (out)->ContentEncoding = or_default((in)->ResponseContentEncoding, from->ContentEncoding); \
        (out)->ContentLanguage = or_default((in)->ResponseContentLanguage, from->ContentLanguage); \
        (out)->ContentType = or_default((in)->ResponseContentType, from->ContentType);             \
        (out)->Expires = or_default(s3_http_date(req, (in)->ResponseExpires), from->Expires);      \
        (out)->ContentRange = content_range(req, selected);                                        \
        (out)->WebsiteRedirectLocation = from->WebsiteRedirectLocation;                            \
        (out)->ServerSideEncryption = from->ServerSideEncryption;                                  \
        (out)->Metadata = from->Metadata;                                                          \
        (out)->SSECustomerAlgorithm = from->SSECustomerAlgorithm;                                  \
        (out)->SSECustomerKeyMD5 = from->SSECustomerKeyMD5;                                        \
        (out)->SSEKMSKeyId = from->SSEKMSKeyId;                                                    \
        (out)->BucketKeyEnabled = from->BucketKeyEnabled;                                          \
        (out)->Restore = s3_restore_shown((req), from);                                            \
        (out)->StorageClass = shown_class(from->StorageClass);                                     \
        if (awi_str_is_set((in)->RequestPayer)) {                                                  \
            (out)->RequestCharged = AWI_STR("requester");                                          \
        }                                                                                          \
        if ((selected)->parts > 0) {                                                               \
            (out)->PartsCount = AWI_SOME_I32((selected)->parts);                                   \
        }                                                                                          \
        if (from->Tags.n > 0) {                                                                    \
            (out)->TagCount = AWI_SOME_I32((int32_t)from->Tags.n);                                 \
        }                                                                                          \
        if (awi_str_is((in)->ChecksumMode, "ENABLED") && (selected)->checksum.ptr) {               \
            S3_CHECKSUM_SET(                                                                       \
                out, s3_checksum_named(from->ChecksumAlgorithm), (selected)->checksum);            \
            (out)->ChecksumType = from->ChecksumType;                                              \
        }                                                                                          \
    } while (0)

int s3_get_object(struct awi_req *req,
                  const struct s3_GetObjectRequest *in,
                  struct s3_GetObjectOutput *out)
{
    struct reading reading = READING(in);
    struct selected selected = {0};
    int r = select_object(req, &reading, &selected);

    if (r != 0) {
        return r;
    }
    if (s3_is_archived(req, &selected.record)) {
        return awi_fail(req,
                        &s3_error_InvalidObjectState,
                        "The operation is not valid for the object's storage class");
    }
    ANSWER(req, in, out, &selected);
    if (selected.partial) {
        awi_answer_status(req, 206);
    }
    return s3_object_body(
        req, &selected.bucket, &selected.record, selected.offset, selected.len, &out->Body);
}

int s3_head_object(struct awi_req *req,
                   const struct s3_HeadObjectRequest *in,
                   struct s3_HeadObjectOutput *out)
{
    struct reading reading = READING(in);
    struct selected selected = {0};
    int r = select_object(req, &reading, &selected);

    if (r != 0) {
        return r;
    }
    ANSWER(req, in, out, &selected);
    if (selected.partial) {
        awi_answer_status(req, 206);
    }
    return 0;
}
