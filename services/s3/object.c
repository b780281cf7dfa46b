/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects in the store: the record, and the bytes as a record or a blob.
 */
#include "services/s3/s3.h"

#include <errno.h>

struct awi_str
s3_object_key(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    size_t len = bucket->name.len + 1 + key.len;
    char *text = awi_arena_alloc(awi_arena(req), len);

    if (!text) {
        return AWI_STR_NULL;
    }
    memcpy(text, bucket->name.ptr, bucket->name.len);
    text[bucket->name.len] = '/';
    if (key.len > 0) {
        memcpy(text + bucket->name.len + 1, key.ptr, key.len);
    }
    return awi_str_of(text, len);
}

int s3_object_get(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  struct awi_str key,
                  struct s3_ObjectRecord *ret)
{
    struct awi_str at = s3_object_key(req, bucket, key);

    return !at.ptr
               ? -ENOMEM
               : awi_record_get(
                     &bucket->content, "object", at, awi_arena(req), &s3_ObjectRecord_shape, ret);
}

int s3_object_put(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  struct awi_str key,
                  const struct s3_ObjectRecord *record)
{
    struct awi_str at = s3_object_key(req, bucket, key);

    return !at.ptr ? -ENOMEM
                   : awi_record_put(&bucket->content,
                                    "object",
                                    at,
                                    awi_arena(req),
                                    &s3_ObjectRecord_shape,
                                    record);
}

struct awi_blob_id s3_blob_of(struct awi_str text)
{
    struct awi_blob_id id = {{0}};

    memcpy(id.text, text.ptr, text.len < sizeof(id.text) ? text.len : sizeof(id.text) - 1);
    return id;
}

int s3_data_drop(const struct s3_bucket *bucket, struct awi_str data_id, struct awi_str blob_id)
{
    int r = 0;

    if (data_id.len > 0) {
        r = awi_delete(&bucket->content, "data", data_id);
    }
    if (r == 0 && blob_id.len > 0) {
        struct awi_blob_id id = s3_blob_of(blob_id);

        r = awi_blob_delete(bucket->content.txn, &id);
    }
    return r == -ENOENT ? 0 : r;
}

int s3_object_drop_data(const struct s3_bucket *bucket, const struct s3_ObjectRecord *record)
{
    int r = s3_data_drop(bucket, record->DataId, record->BlobId);

    for (size_t i = 0; r == 0 && i < record->Parts.n; i++) {
        r = s3_data_drop(bucket, record->Parts.items[i].DataId, record->Parts.items[i].BlobId);
    }
    return r;
}

int s3_data_keep(struct awi_req *req,
                 const struct s3_bucket *bucket,
                 struct awi_body *body,
                 struct awi_str *ret_data_id,
                 struct awi_str *ret_blob_id)
{
    uint64_t size = body ? awi_body_size(body) : 0;
    const void *data = size > 0 ? awi_body_data(body) : NULL;
    struct awi_blob_id blob;
    int r;

    *ret_data_id = *ret_blob_id = AWI_STR_NULL;
    if (size == 0) {
        return 0;
    }
    if (data && size <= S3_INLINE_MAX) {
        *ret_data_id = awi_random_id(req, AWI_LOWER_DIGITS, 20);
        return !ret_data_id->ptr
                   ? -ENOMEM
                   : awi_insert(
                         &bucket->content, "data", *ret_data_id, awi_str_of(data, (size_t)size));
    }
    r = awi_body_keep(req, body, &blob);
    if (r < 0) {
        return r;
    }
    *ret_blob_id = awi_arena_str(awi_arena(req), awi_str_from(blob.text));
    return ret_blob_id->ptr ? 0 : -ENOMEM;
}

/* One piece: a record or a blob. */
static int piece_body(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct awi_str data_id,
                      struct awi_str blob_id,
                      uint64_t offset,
                      uint64_t len,
                      struct awi_body **ret)
{
    struct awi_str bytes = AWI_STR("");

    if (blob_id.len > 0) {
        struct awi_blob_id id = s3_blob_of(blob_id);

        return awi_body_from_blob(req, &id, offset, len, ret);
    }
    if (data_id.len > 0 && len > 0) {
        int r = awi_get(&bucket->content, "data", data_id, &bytes);

        if (r < 0) {
            return r == -ENOENT ? -EBADMSG : r;
        }
        if (offset + len > bytes.len) {
            return -EBADMSG;
        }
        bytes = awi_arena_str(awi_arena(req), awi_str_of(bytes.ptr + offset, (size_t)len));
        if (!bytes.ptr) {
            return -ENOMEM;
        }
    }
    *ret = awi_body_from_memory(req, bytes);
    return *ret ? 0 : -ENOMEM;
}

int s3_object_body(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   const struct s3_ObjectRecord *record,
                   uint64_t offset,
                   uint64_t len,
                   struct awi_body **ret)
{
    return piece_body(req, bucket, record->DataId, record->BlobId, offset, len, ret);
}
