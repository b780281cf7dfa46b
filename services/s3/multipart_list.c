/* SPDX-License-Identifier: Apache-2.0 */
/* ListParts and ListMultipartUploads. */
#include "services/s3/listing.h"
#include "services/s3/multipart.h"

#include <errno.h>
#include <stdlib.h>

static int set_people(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      const struct s3_UploadRecord *record,
                      struct s3_Owner **ret_owner,
                      struct s3_Initiator **ret_initiator)
{
    *ret_owner = awi_arena_new(awi_arena(req), struct s3_Owner);
    *ret_initiator = awi_arena_new(awi_arena(req), struct s3_Initiator);
    if (!*ret_owner || !*ret_initiator) {
        return -ENOMEM;
    }
    (*ret_owner)->ID = s3_owner_id(req, bucket->owner);
    (*ret_initiator)->ID = record->InitiatorArn;
    return (*ret_owner)->ID.ptr ? 0 : -ENOMEM;
}

static struct awi_str shown_class(const struct s3_UploadRecord *record)
{
    return awi_str_is_set(record->Object->StorageClass) ? record->Object->StorageClass
                                                        : AWI_STR("STANDARD");
}

static int collect_parts(struct awi_req *req,
                         const struct s3_upload *upload,
                         int32_t after,
                         size_t most,
                         struct s3_ListPartsOutput *out)
{
    struct awi_str prefix = s3_part_key(req, upload, 0), key, value;
    enum s3_checksum kind = s3_checksum_named(upload->record.Object->ChecksumAlgorithm);
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r =
        prefix.ptr
            ? awi_cursor_open(&upload->bucket.content, "part", prefix, prefix, AWI_FORWARD, &cursor)
            : -ENOMEM;

    out->Parts.items = awi_arena_array(awi_arena(req), struct s3_Part, most);
    if (!out->Parts.items) {
        return -ENOMEM;
    }
    while (most > 0 && r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct s3_PartRecord record;

        r = awi_record_decode(value, awi_arena(req), &s3_PartRecord_shape, &record);
        if (r < 0 || record.PartNumber.v <= after) {
            continue;
        }
        if (out->Parts.n == most) {
            out->IsTruncated = AWI_SOME_BOOL(true);
            return 0;
        }
        struct s3_Part *part = &out->Parts.items[out->Parts.n++];
        part->PartNumber = record.PartNumber;
        part->LastModified = record.LastModified;
        part->ETag = record.ETag;
        part->Size = record.Size;
        S3_CHECKSUM_SET(part, kind, record.Checksum);
        out->NextPartNumberMarker = record.PartNumber;
    }
    return r == -ENOENT ? 0 : r;
}

int s3_list_parts(struct awi_req *req,
                  const struct s3_ListPartsRequest *in,
                  struct s3_ListPartsOutput *out)
{
    struct s3_upload upload;
    size_t most;
    int r =
        s3_upload_open(req, in->Bucket, in->ExpectedBucketOwner, in->Key, in->UploadId, &upload);

    if (r == 0) {
        r = s3_list_most(req, "max-parts", in->MaxParts, &most);
    }
    if (r != 0) {
        return r;
    }
    out->Bucket = in->Bucket;
    out->Key = in->Key;
    out->UploadId = in->UploadId;
    out->PartNumberMarker = AWI_SOME_I32(in->PartNumberMarker.v);
    out->MaxParts = AWI_SOME_I32((int32_t)most);
    out->IsTruncated = AWI_SOME_BOOL(false);
    out->StorageClass = shown_class(&upload.record);
    out->ChecksumAlgorithm = upload.record.Object->ChecksumAlgorithm;
    out->ChecksumType = upload.record.Object->ChecksumType;
    r = collect_parts(req, &upload, in->PartNumberMarker.v, most, out);
    out->Parts.set = out->Parts.n > 0;
    return r < 0 ? r
                 : set_people(req, &upload.bucket, &upload.record, &out->Owner, &out->Initiator);
}

/* --- Uploads --------------------------------------------------------------------------------- */

struct found {
    struct s3_UploadRecord record;
    struct awi_str id;
};

/* By key, then by the time they began, then by id. */
static int compare(const void *a, const void *b)
{
    const struct found *one = a, *other = b;
    int order = awi_str_cmp(one->record.Key, other->record.Key);

    if (order == 0 && one->record.Initiated.ms != other->record.Initiated.ms) {
        order = one->record.Initiated.ms < other->record.Initiated.ms ? -1 : 1;
    }
    return order ? order : awi_str_cmp(one->id, other->id);
}

static int collect_uploads(struct awi_req *req,
                           const struct s3_bucket *bucket,
                           struct found **ret,
                           size_t *ret_n)
{
    struct awi_str prefix = s3_object_key(req, bucket, AWI_STR("")), key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct found *items = NULL;
    size_t n = 0, room = 0;
    int r = prefix.ptr
                ? awi_cursor_open(&bucket->content, "upload", prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (n == room) {
            struct found *more =
                awi_arena_array(awi_arena(req), struct found, room ? 2 * room : 16);

            if (!more) {
                return -ENOMEM;
            }
            if (n > 0) {
                memcpy(more, items, n * sizeof(*items));
            }
            items = more;
            room = room ? 2 * room : 16;
        }
        items[n].id = awi_arena_str(awi_arena(req), awi_str_skip(key, prefix.len));
        r = awi_record_decode(value, awi_arena(req), &s3_UploadRecord_shape, &items[n].record);
        n++;
    }
    if (n > 0) {
        qsort(items, n, sizeof(*items), compare);
    }
    *ret = items;
    *ret_n = n;
    return r == -ENOENT ? 0 : r;
}

/* Behind the markers: a greater key, or the same key and a greater id where an id is given. */
static bool is_after(const struct found *found, const struct s3_ListMultipartUploadsRequest *in)
{
    int order = in->KeyMarker.len > 0 ? awi_str_cmp(found->record.Key, in->KeyMarker) : 1;

    return order > 0 || (order == 0 && in->UploadIdMarker.len > 0 &&
                         awi_str_cmp(found->id, in->UploadIdMarker) > 0);
}

/* A page of what was found. */
struct page {
    struct awi_req *req;
    const struct s3_bucket *bucket;
    const struct s3_ListMultipartUploadsRequest *in;
    struct s3_ListMultipartUploadsOutput *out;
    size_t most;
    bool url;
    struct awi_str rolled; /* the common prefix that came last, or "" */
};

static int add_upload(const struct page *page, const struct found *found)
{
    struct s3_ListMultipartUploadsOutput *out = page->out;
    struct s3_MultipartUpload *upload = &out->Uploads.items[out->Uploads.n++];

    upload->Key = s3_list_encode(page->req, page->url, found->record.Key);
    upload->UploadId = found->id;
    upload->Initiated = found->record.Initiated;
    upload->StorageClass = shown_class(&found->record);
    upload->ChecksumAlgorithm = found->record.Object->ChecksumAlgorithm;
    upload->ChecksumType = found->record.Object->ChecksumType;
    out->NextKeyMarker = upload->Key;
    out->NextUploadIdMarker = found->id;
    return !upload->Key.ptr
               ? -ENOMEM
               : set_people(
                     page->req, page->bucket, &found->record, &upload->Owner, &upload->Initiator);
}

static int add_prefix(const struct page *page)
{
    struct s3_ListMultipartUploadsOutput *out = page->out;
    struct awi_str prefix = s3_list_encode(page->req, page->url, page->rolled);

    out->CommonPrefixes.items[out->CommonPrefixes.n++].Prefix = prefix;
    out->NextKeyMarker = prefix;
    out->NextUploadIdMarker = AWI_STR("");
    return prefix.ptr ? 0 : -ENOMEM;
}

static int fill(struct page *page, const struct found *found, size_t n)
{
    struct s3_ListMultipartUploadsOutput *out = page->out;
    struct awi_str prefix = s3_or_empty(page->in->Prefix);
    int r = 0;

    for (size_t i = 0; page->most > 0 && r == 0 && i < n; i++) {
        struct awi_str key = found[i].record.Key, rolled;

        if (!awi_str_starts(key, prefix) || !is_after(&found[i], page->in)) {
            continue;
        }
        rolled = s3_common_prefix(key, prefix, page->in->Delimiter);
        if (rolled.ptr &&
            (awi_str_eq(rolled, page->rolled) || awi_str_eq(rolled, page->in->KeyMarker))) {
            continue;
        }
        if (out->Uploads.n + out->CommonPrefixes.n == page->most) {
            out->IsTruncated = AWI_SOME_BOOL(true);
            return 0;
        }
        page->rolled = s3_or_empty(rolled);
        r = rolled.ptr ? add_prefix(page) : add_upload(page, &found[i]);
    }
    out->NextKeyMarker = out->NextUploadIdMarker = AWI_STR_NULL;
    return r;
}

int s3_list_multipart_uploads(struct awi_req *req,
                              const struct s3_ListMultipartUploadsRequest *in,
                              struct s3_ListMultipartUploadsOutput *out)
{
    struct s3_bucket bucket;
    struct page page = {.req = req, .bucket = &bucket, .in = in, .out = out};
    struct found *found;
    size_t n;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = s3_list_most(req, "max-uploads", in->MaxUploads, &page.most);
    }
    if (r == 0) {
        r = s3_list_encoding(req, in->EncodingType, &page.url);
    }
    if (r == 0) {
        r = collect_uploads(req, &bucket, &found, &n);
    }
    if (r != 0) {
        return r;
    }
    out->Uploads.items = awi_arena_array(awi_arena(req), struct s3_MultipartUpload, page.most);
    out->CommonPrefixes.items = awi_arena_array(awi_arena(req), struct s3_CommonPrefix, page.most);
    if (!out->Uploads.items || !out->CommonPrefixes.items) {
        return -ENOMEM;
    }
    out->Bucket = in->Bucket;
    out->KeyMarker = s3_list_encode(req, page.url, s3_or_empty(in->KeyMarker));
    out->UploadIdMarker = s3_or_empty(in->UploadIdMarker);
    out->Prefix = s3_list_encode(req, page.url, in->Prefix);
    out->Delimiter =
        in->Delimiter.len > 0 ? s3_list_encode(req, page.url, in->Delimiter) : AWI_STR_NULL;
    out->EncodingType = in->EncodingType;
    out->MaxUploads = AWI_SOME_I32((int32_t)page.most);
    out->IsTruncated = AWI_SOME_BOOL(false);
    r = fill(&page, found, n);
    out->Uploads.set = out->Uploads.n > 0;
    out->CommonPrefixes.set = out->CommonPrefixes.n > 0;
    return r;
}
