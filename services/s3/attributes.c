/* SPDX-License-Identifier: Apache-2.0 */
/* GetObjectAttributes. */
#include "services/s3/version.h"

#include <errno.h>

#define PARTS_MAX 1000

static bool asks_for(const struct s3_GetObjectAttributesRequest *in, const char *attribute)
{
    for (size_t i = 0; i < in->ObjectAttributes.n; i++) {
        if (awi_str_is(awi_str_trim(in->ObjectAttributes.items[i]), attribute)) {
            return true;
        }
    }
    return false;
}

static int check(struct awi_req *req, const struct s3_GetObjectAttributesRequest *in)
{
    const struct awi_shape *known = &s3_ObjectAttributes_shape;

    for (size_t i = 0; i < in->ObjectAttributes.n; i++) {
        struct awi_str attribute = awi_str_trim(in->ObjectAttributes.items[i]);
        bool found = false;

        for (size_t j = 0; j < known->n_enum_values; j++) {
            found |= awi_str_eq(attribute, known->enum_values[j]);
        }
        if (!found) {
            return s3_fail_argument(
                req, "Invalid attribute name specified.", "x-amz-object-attributes", attribute);
        }
    }
    return in->ObjectAttributes.n > 0
               ? 0
               : s3_fail_argument(req,
                                  "The x-amz-object-attributes header specifying the attributes to "
                                  "be retrieved is either missing or empty",
                                  "x-amz-object-attributes",
                                  AWI_STR_NULL);
}

/* The ETag of this answer has no quotes. */
static struct awi_str bare(struct awi_str etag)
{
    return etag.len >= 2 ? awi_str_of(etag.ptr + 1, etag.len - 2) : etag;
}

static int list_parts(struct awi_req *req,
                      const struct s3_GetObjectAttributesRequest *in,
                      const struct s3_ObjectRecord *record,
                      struct s3_GetObjectAttributesOutput *out)
{
    struct s3_GetObjectAttributesParts *parts =
        awi_arena_new(awi_arena(req), struct s3_GetObjectAttributesParts);
    size_t most = in->MaxParts.set && in->MaxParts.v >= 0 && in->MaxParts.v < PARTS_MAX
                      ? (size_t)in->MaxParts.v
                      : PARTS_MAX;
    enum s3_checksum kind = s3_checksum_named(record->ChecksumAlgorithm);
    int32_t after = in->PartNumberMarker.v, last = 0;

    if (!parts) {
        return -ENOMEM;
    }
    parts->Parts.items = awi_arena_array(awi_arena(req), struct s3_ObjectPart, record->Parts.n);
    if (!parts->Parts.items) {
        return -ENOMEM;
    }
    parts->IsTruncated = AWI_SOME_BOOL(false);
    for (size_t i = 0; i < record->Parts.n; i++) {
        const struct s3_PartRecord *part = &record->Parts.items[i];

        if (part->PartNumber.v <= after) {
            continue;
        }
        if (parts->Parts.n == most) {
            parts->IsTruncated = AWI_SOME_BOOL(true);
            break;
        }
        parts->Parts.items[parts->Parts.n].PartNumber = part->PartNumber;
        S3_CHECKSUM_SET(&parts->Parts.items[parts->Parts.n], kind, part->Checksum);
        parts->Parts.items[parts->Parts.n++].Size = part->Size;
        last = part->PartNumber.v;
    }
    /* Single parts are told only where each has a checksum of its own that counts. */
    parts->Parts.set = parts->Parts.n > 0 && awi_str_is(record->ChecksumType, "COMPOSITE");
    parts->TotalPartsCount = AWI_SOME_I32((int32_t)record->Parts.n);
    parts->PartNumberMarker = AWI_SOME_I32(after);
    parts->NextPartNumberMarker = AWI_SOME_I32(last);
    parts->MaxParts = AWI_SOME_I32((int32_t)most);
    out->ObjectParts = parts;
    return 0;
}

static int add_checksum(struct awi_req *req,
                        const struct s3_ObjectRecord *record,
                        struct s3_GetObjectAttributesOutput *out)
{
    out->Checksum = awi_arena_new(awi_arena(req), struct s3_Checksum);
    if (!out->Checksum) {
        return -ENOMEM;
    }
    S3_CHECKSUM_SET(out->Checksum, s3_checksum_named(record->ChecksumAlgorithm), record->Checksum);
    out->Checksum->ChecksumType = record->ChecksumType;
    return 0;
}

int s3_get_object_attributes(struct awi_req *req,
                             const struct s3_GetObjectAttributesRequest *in,
                             struct s3_GetObjectAttributesOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = check(req, in);
    }
    if (r == 0) {
        r = s3_object_open(req, &bucket, in->Key, in->VersionId, &record);
    }
    if (r == 0) {
        r = s3_check_decrypt(
            req, in->SSECustomerAlgorithm, in->SSECustomerKey, in->SSECustomerKeyMD5, &record);
    }
    if (r != 0) {
        return r;
    }
    out->LastModified = record.LastModified;
    out->VersionId = s3_version_shown(&bucket, &record);
    if (asks_for(in, "ETag")) {
        out->ETag = bare(record.ETag);
    }
    if (asks_for(in, "StorageClass")) {
        out->StorageClass =
            awi_str_is_set(record.StorageClass) ? record.StorageClass : AWI_STR("STANDARD");
    }
    if (asks_for(in, "ObjectSize")) {
        out->ObjectSize = record.Size;
    }
    if (asks_for(in, "Checksum") && awi_str_is_set(record.Checksum)) {
        r = add_checksum(req, &record, out);
    }
    if (r == 0 && asks_for(in, "ObjectParts") && record.Parts.n > 0) {
        r = list_parts(req, in, &record, out);
    }
    return r;
}
