/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CompleteMultipartUpload: the parts become one object whose ETag is the MD5 of the parts' MD5s and
 * their number. Their bytes are put together at once, so that every object lies in one piece.
 */
#include "services/s3/multipart.h"

#include "core/util/base64.h"
#include "core/util/digest.h"

#include "services/s3/config.h"
#include "services/s3/version.h"

#include <errno.h>

struct chosen {
    const struct s3_CompletedPartList *wanted;
    struct s3_PartRecord *parts;
    size_t n;
    uint64_t size;
};

static int invalid_part(struct awi_req *req,
                        const struct s3_upload *upload,
                        const struct s3_CompletedPart *wanted)
{
    struct s3_UploadPartError body = {
        .UploadId = upload->id, .PartNumber = wanted->PartNumber, .ETag = wanted->ETag};

    return awi_fail_with(req,
                         &s3_error_InvalidPart,
                         &body,
                         "One or more of the specified parts could not be found. The part may not "
                         "have been uploaded, or the specified entity tag may not match the part's "
                         "entity tag.");
}

static int missing_checksum(struct awi_req *req,
                            const struct s3_upload *upload,
                            const struct s3_CompletedPart *wanted)
{
    enum s3_checksum kind = s3_checksum_named(upload->record.Object->ChecksumAlgorithm);

    return awi_fail(req,
                    &s3_error_InvalidRequest,
                    "The upload was created using a %s checksum. The complete request must include "
                    "the checksum for each part. It was missing for part %d in the request.",
                    s3_checksum_header(kind) + strlen("x-amz-checksum-"),
                    (int)wanted->PartNumber.v);
}

static int choose_one(struct awi_req *req,
                      const struct s3_upload *upload,
                      const struct s3_CompletedPart *wanted,
                      struct s3_PartRecord *ret)
{
    enum s3_checksum kind = s3_checksum_named(upload->record.Object->ChecksumAlgorithm);
    struct awi_str declared = AWI_STR_NULL;
    int r = s3_part_get(req, upload, wanted->PartNumber.v, ret);

    if (r == -ENOENT || (r == 0 && !s3_etag_matches(wanted->ETag, ret->ETag))) {
        return invalid_part(req, upload, wanted);
    }
    if (kind != S3_CHECKSUM_NONE) {
        declared = *S3_CHECKSUM_GET(wanted)[kind];
    }
    if (r == 0 && !awi_str_is_set(declared) &&
        awi_str_is(upload->record.Object->ChecksumType, "COMPOSITE")) {
        return missing_checksum(req, upload, wanted);
    }
    if (r == 0 && awi_str_is_set(declared) && !awi_str_eq(declared, ret->Checksum)) {
        return invalid_part(req, upload, wanted);
    }
    return r;
}

static int choose(struct awi_req *req, const struct s3_upload *upload, struct chosen *chosen)
{
    struct s3_UploadError order = {.UploadId = upload->id};

    chosen->n = chosen->wanted->n;
    chosen->parts = awi_arena_array(awi_arena(req), struct s3_PartRecord, chosen->n);
    if (!chosen->parts) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < chosen->n; i++) {
        const struct s3_CompletedPart *wanted = &chosen->wanted->items[i];
        int r;

        if (!wanted->PartNumber.set || !awi_str_is_set(wanted->ETag)) {
            return s3_config_malformed(req);
        }
        if (i > 0 && wanted->PartNumber.v <= chosen->wanted->items[i - 1].PartNumber.v) {
            return awi_fail_with(req,
                                 &s3_error_InvalidPartOrder,
                                 &order,
                                 "The list of parts was not in ascending order. Parts must be "
                                 "ordered by part number.");
        }
        r = choose_one(req, upload, wanted, &chosen->parts[i]);
        if (r != 0) {
            return r;
        }
        chosen->size += (uint64_t)chosen->parts[i].Size.v;
    }
    for (size_t i = 0; i + 1 < chosen->n; i++) {
        if (chosen->parts[i].Size.v < S3_PART_MIN) {
            return awi_fail(req,
                            &s3_error_EntityTooSmall,
                            "Your proposed upload is smaller than the minimum allowed size");
        }
    }
    return 0;
}

/* --- Sums ------------------------------------------------------------------------------------ */

static int make_etag(struct awi_req *req, const struct chosen *chosen, struct awi_str *ret)
{
    unsigned char md5[16];
    struct awi_digest digest;
    int r = awi_digest_begin(&digest, AWI_MD5);

    for (size_t i = 0; r == 0 && i < chosen->n; i++) {
        struct awi_str hex = chosen->parts[i].ETag, bytes;

        hex = awi_str_of(hex.ptr + 1, hex.len - 2);
        r = awi_hex_decode(awi_arena(req), hex, &bytes);
        if (r == 0) {
            r = awi_digest_add(&digest, bytes.ptr, bytes.len);
        }
        if (r < 0) {
            awi_digest_drop(&digest);
        }
    }
    if (r == 0) {
        r = awi_digest_end(&digest, md5);
    }
    if (r < 0) {
        return r;
    }
    struct awi_str text = awi_hex(awi_arena(req), awi_str_of(md5, sizeof(md5)));
    *ret = awi_arena_printf(awi_arena(req), "\"%.*s-%zu\"", AWI_STR_FMT(text), chosen->n);
    return text.ptr && ret->ptr ? 0 : -ENOMEM;
}

/* The checksum of the parts' checksums, and their number. */
static int composite(struct awi_req *req,
                     enum s3_checksum kind,
                     const struct chosen *chosen,
                     struct awi_str *ret)
{
    char *all = awi_arena_alloc(awi_arena(req), chosen->n * AWI_DIGEST_MAX + 1);
    struct s3_summed summed;
    size_t len = 0;
    int r = all ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < chosen->n; i++) {
        struct awi_str bytes;

        r = awi_base64_decode(awi_arena(req), chosen->parts[i].Checksum, &bytes);
        if (r == 0) {
            memcpy(all + len, bytes.ptr, bytes.len);
            len += bytes.len;
        }
    }
    if (r == 0) {
        struct awi_body *body = awi_body_from_memory(req, awi_str_of(all, len));

        r = body ? s3_checksum_compute(req, body, kind, &summed) : -ENOMEM;
    }
    if (r == 0) {
        *ret =
            awi_arena_printf(awi_arena(req), "%.*s-%zu", AWI_STR_FMT(summed.checksum), chosen->n);
    }
    return r == 0 && !ret->ptr ? -ENOMEM : r;
}

static int sum_object(struct awi_req *req,
                      const struct s3_CompleteMultipartUploadRequest *in,
                      const struct chosen *chosen,
                      const struct awi_body *body,
                      struct s3_ObjectRecord *record)
{
    enum s3_checksum kind = s3_checksum_named(record->ChecksumAlgorithm);
    struct awi_str wanted;
    struct s3_summed summed = {.kind = S3_CHECKSUM_NONE};
    int r = make_etag(req, chosen, &record->ETag);

    if (r < 0) {
        return r;
    }
    if (awi_str_is(record->ChecksumType, "COMPOSITE")) {
        r = composite(req, kind, chosen, &record->Checksum);
    } else {
        r = s3_checksum_compute(req, body, kind == S3_CHECKSUM_NONE ? S3_CRC64NVME : kind, &summed);
        record->ChecksumAlgorithm = s3_checksum_name(summed.kind);
        record->Checksum = summed.checksum;
        record->ChecksumType = AWI_STR("FULL_OBJECT");
    }
    if (r < 0 || kind == S3_CHECKSUM_NONE) {
        return r; /* who named no algorithm at the beginning may not declare one now */
    }
    wanted = *S3_CHECKSUM_GET(in)[kind];
    return !awi_str_is_set(wanted) || awi_str_eq(wanted, record->Checksum)
               ? 0
               : awi_fail(req,
                          &s3_error_BadDigest,
                          "The %.*s you specified did not match the calculated checksum.",
                          AWI_STR_FMT(record->ChecksumAlgorithm));
}

/* --- The object ------------------------------------------------------------------------------ */

/* Of the parts is kept what reading one of them, or GetObjectAttributes, tells. */
static int store(struct awi_req *req,
                 const struct s3_upload *upload,
                 const struct s3_target *target,
                 struct chosen *chosen,
                 struct awi_body *body,
                 struct s3_ObjectRecord *record)
{
    bool composite = awi_str_is(record->ChecksumType, "COMPOSITE");
    int r = s3_data_keep(req, &upload->bucket, body, &record->DataId, &record->BlobId);

    if (r == 0) {
        r = s3_upload_forget(req, upload);
    }
    for (size_t i = 0; i < chosen->n; i++) {
        chosen->parts[i] = (struct s3_PartRecord){
            .PartNumber = chosen->parts[i].PartNumber,
            .Size = chosen->parts[i].Size,
            .Checksum = composite ? chosen->parts[i].Checksum : AWI_STR_NULL,
        };
    }
    record->Parts = (struct s3_PartRecordList){chosen->parts, chosen->n, true};
    record->Size = AWI_SOME_I64((int64_t)chosen->size);
    record->LastModified = AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
    return r == 0 ? s3_target_write(req, target, record) : r;
}

/* The bytes of the parts, one behind the other. */
static int join(struct awi_req *req,
                const struct s3_upload *upload,
                const struct chosen *chosen,
                struct awi_body **ret)
{
    struct awi_body_piece *pieces =
        awi_arena_array(awi_arena(req), struct awi_body_piece, chosen->n);

    if (!pieces) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < chosen->n; i++) {
        const struct s3_PartRecord *part = &chosen->parts[i];
        struct awi_str bytes;

        pieces[i].size = (uint64_t)part->Size.v;
        if (part->BlobId.len > 0) {
            pieces[i].blob = s3_blob_of(part->BlobId);
        } else if (part->DataId.len > 0) {
            int r = awi_get(&upload->bucket.content, "data", part->DataId, &bytes);

            if (r < 0) {
                return r == -ENOENT ? -EBADMSG : r;
            }
            pieces[i].bytes = awi_arena_str(awi_arena(req), bytes);
            if (!pieces[i].bytes.ptr) {
                return -ENOMEM;
            }
        }
    }
    *ret = awi_body_from_pieces(req, pieces, chosen->n);
    return *ret ? 0 : -ENOMEM;
}

static void answer(struct awi_req *req,
                   const struct s3_CompleteMultipartUploadRequest *in,
                   const struct s3_bucket *bucket,
                   const struct s3_ObjectRecord *record,
                   struct s3_CompleteMultipartUploadOutput *out)
{
    out->Location = awi_arena_printf(awi_arena(req),
                                     "https://%.*s.s3.%.*s.amazonaws.com/%.*s",
                                     AWI_STR_FMT(in->Bucket),
                                     AWI_STR_FMT(awi_region(req)),
                                     AWI_STR_FMT(in->Key));
    out->Bucket = in->Bucket;
    out->Key = in->Key;
    out->ETag = record->ETag;
    out->VersionId = s3_version_shown(bucket, record);
    S3_CHECKSUM_SET(out, s3_checksum_named(record->ChecksumAlgorithm), record->Checksum);
    out->ChecksumType = record->ChecksumType;
    out->ServerSideEncryption = record->ServerSideEncryption;
    out->SSEKMSKeyId = record->SSEKMSKeyId;
    out->BucketKeyEnabled = record->BucketKeyEnabled;
}

int s3_complete_multipart_upload(struct awi_req *req,
                                 const struct s3_CompleteMultipartUploadRequest *in,
                                 struct s3_CompleteMultipartUploadOutput *out)
{
    struct s3_ObjectRecord record;
    struct chosen chosen = {0};
    struct s3_target target;
    struct s3_upload upload;
    struct awi_body *body;
    int r =
        s3_upload_open(req, in->Bucket, in->ExpectedBucketOwner, in->Key, in->UploadId, &upload);

    if (r != 0) {
        return r;
    }
    if (!in->MultipartUpload || in->MultipartUpload->Parts.n == 0) {
        return s3_config_malformed(req);
    }
    chosen.wanted = &in->MultipartUpload->Parts;
    r = choose(req, &upload, &chosen);
    if (r == 0 && in->MpuObjectSize.set && (uint64_t)in->MpuObjectSize.v != chosen.size) {
        return s3_fail_request(req,
                               "The provided 'x-amz-mp-object-size' header does not match what was "
                               "computed.");
    }
    if (r == 0) {
        r = s3_target_open(req, &upload.bucket, in->Key, in->IfMatch, in->IfNoneMatch, &target);
    }
    if (r != 0) {
        return r;
    }
    record = *upload.record.Object;
    r = join(req, &upload, &chosen, &body);
    if (r == 0) {
        r = sum_object(req, in, &chosen, body, &record);
    }
    if (r == 0) {
        r = store(req, &upload, &target, &chosen, body, &record);
    }
    if (r == 0) {
        answer(req, in, &upload.bucket, &record, out);
    }
    return r;
}
