/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListObjects and ListObjectsV2: one walk in byte order of the keys, which rolls keys up to common
 * prefixes and leaps over what a prefix holds instead of reading it.
 */
#include "services/s3/listing.h"

#include "core/util/base64.h"

#include <errno.h>

struct listing {
    struct awi_req *req;
    const struct s3_bucket *bucket;
    struct awi_str prefix, delimiter; /* "" where there is none */
    struct awi_str after;             /* keys and common prefixes up to here are left out; "" */
    size_t most;
    bool owner;
    bool url;

    struct s3_Object *objects;
    size_t n_objects;
    struct s3_CommonPrefix *prefixes;
    size_t n_prefixes;
    bool more;
    struct awi_str last; /* the key or common prefix that came last */
};

/* --- The walk -------------------------------------------------------------------------------- */

static int add_object(struct listing *list, struct awi_str key, struct awi_str value)
{
    struct awi_arena *arena = awi_arena(list->req);
    struct s3_Object *object = &list->objects[list->n_objects];
    struct s3_ObjectRecord record;
    int r = awi_record_decode(value, arena, &s3_ObjectRecord_shape, &record);

    if (r < 0) {
        return r;
    }
    list->last = awi_arena_str(arena, key);
    object->Key = s3_list_encode(list->req, list->url, list->last);
    object->LastModified = record.LastModified;
    object->ETag = record.ETag;
    object->Size = record.Size;
    object->StorageClass =
        awi_str_is_set(record.StorageClass) ? record.StorageClass : AWI_STR("STANDARD");
    object->ChecksumType = record.ChecksumType;
    if (awi_str_is_set(record.ChecksumAlgorithm)) {
        object->ChecksumAlgorithm.items = awi_arena_array(arena, struct awi_str, 1);
        if (!object->ChecksumAlgorithm.items) {
            return -ENOMEM;
        }
        object->ChecksumAlgorithm.items[0] = record.ChecksumAlgorithm;
        object->ChecksumAlgorithm.n = 1;
        object->ChecksumAlgorithm.set = true;
    }
    if (list->owner) {
        object->Owner = awi_arena_new(arena, struct s3_Owner);
        if (!object->Owner) {
            return -ENOMEM;
        }
        object->Owner->ID = s3_owner_id(list->req, list->bucket->owner);
    }
    if (!object->Key.ptr) {
        return -ENOMEM;
    }
    list->n_objects++;
    return 0;
}

static bool is_full(struct listing *list)
{
    list->more = list->n_objects + list->n_prefixes == list->most;
    return list->more;
}

/*
 * Goes on from `from` (a key of the bucket, its first byte behind BUCKET/) until the listing is
 * full, the keys end (-ENOENT), or a common prefix has been entered, which is then to be leapt
 * over: *ret_leap is where to go on.
 */
static int walk(struct listing *list, struct awi_str from, struct awi_str *ret_leap)
{
    struct awi_arena *arena = awi_arena(list->req);
    struct awi_str base = s3_object_key(list->req, list->bucket, list->prefix);
    struct awi_str start = s3_object_key(list->req, list->bucket, from), key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r;

    if (!base.ptr || !start.ptr) {
        return -ENOMEM;
    }
    r = awi_cursor_open(&list->bucket->content, "object", base, start, AWI_FORWARD, &cursor);
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct awi_str rolled;

        key = awi_str_skip(key, list->bucket->name.len + 1);
        rolled = s3_common_prefix(key, list->prefix, list->delimiter);
        if (awi_str_cmp(key, list->after) <= 0) {
            continue;
        }
        if (rolled.ptr) {
            if (!awi_str_eq(rolled, list->after)) {
                if (is_full(list)) {
                    return 0;
                }
                list->last = awi_arena_str(arena, rolled);
                list->prefixes[list->n_prefixes++].Prefix =
                    s3_list_encode(list->req, list->url, list->last);
            }
            *ret_leap = s3_successor(arena, rolled);
            return ret_leap->ptr ? 0 : -ENOENT;
        }
        if (is_full(list)) {
            return 0;
        }
        r = add_object(list, key, value);
    }
    return r;
}

static int run(struct listing *list)
{
    struct awi_str from = awi_str_cmp(list->after, list->prefix) > 0 ? list->after : list->prefix;
    int r = 0;

    list->objects = awi_arena_array(awi_arena(list->req), struct s3_Object, list->most);
    list->prefixes = awi_arena_array(awi_arena(list->req), struct s3_CommonPrefix, list->most);
    if (!list->objects || !list->prefixes) {
        return -ENOMEM;
    }
    while (list->most > 0 && r == 0 && !list->more) {
        struct awi_str leap = AWI_STR_NULL;

        r = walk(list, from, &leap);
        from = leap;
    }
    return r == -ENOENT ? 0 : r;
}

/* --- What both operations check -------------------------------------------------------------- */

static int begin(struct listing *list,
                 struct awi_opt_i32 max_keys,
                 struct awi_str encoding,
                 struct awi_str delimiter,
                 struct awi_str prefix)
{
    list->delimiter = s3_or_empty(delimiter);
    list->prefix = s3_or_empty(prefix);
    list->after = AWI_STR("");
    int r = s3_list_most(list->req, "maxKeys", max_keys, &list->most);
    return r == 0 ? s3_list_encoding(list->req, encoding, &list->url) : r;
}

static struct s3_ObjectList contents(const struct listing *list)
{
    return (struct s3_ObjectList){list->objects, list->n_objects, list->n_objects > 0};
}

static struct s3_CommonPrefixList common_prefixes(const struct listing *list)
{
    return (struct s3_CommonPrefixList){list->prefixes, list->n_prefixes, list->n_prefixes > 0};
}

int s3_list_objects(struct awi_req *req,
                    const struct s3_ListObjectsRequest *in,
                    struct s3_ListObjectsOutput *out)
{
    struct s3_bucket bucket;
    struct listing list = {.req = req, .bucket = &bucket, .owner = true};
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = begin(&list, in->MaxKeys, in->EncodingType, in->Delimiter, in->Prefix);
    }
    if (r != 0) {
        return r;
    }
    list.after = s3_or_empty(in->Marker);
    r = run(&list);
    if (r < 0) {
        return r;
    }
    out->IsTruncated = AWI_SOME_BOOL(list.more);
    out->Marker = s3_list_encode(req, list.url, list.after);
    if (list.more && list.delimiter.len > 0) {
        out->NextMarker = s3_list_encode(req, list.url, list.last);
    }
    out->Contents = contents(&list);
    out->Name = in->Bucket;
    out->Prefix = s3_list_encode(req, list.url, list.prefix);
    out->Delimiter =
        list.delimiter.len > 0 ? s3_list_encode(req, list.url, list.delimiter) : AWI_STR_NULL;
    out->MaxKeys = AWI_SOME_I32((int32_t)list.most);
    out->CommonPrefixes = common_prefixes(&list);
    out->EncodingType = in->EncodingType;
    return 0;
}

int s3_list_objects_v2(struct awi_req *req,
                       const struct s3_ListObjectsV2Request *in,
                       struct s3_ListObjectsV2Output *out)
{
    struct s3_bucket bucket;
    struct listing list = {
        .req = req, .bucket = &bucket, .owner = in->FetchOwner.set && in->FetchOwner.v};
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = begin(&list, in->MaxKeys, in->EncodingType, in->Delimiter, in->Prefix);
    }
    if (r != 0) {
        return r;
    }
    list.after = s3_or_empty(in->StartAfter);
    if (awi_str_is_set(in->ContinuationToken)) {
        r = awi_base64_decode(awi_arena(req), in->ContinuationToken, &list.after);
        if (r == -EINVAL || (r == 0 && list.after.len == 0)) {
            return s3_fail_argument(req,
                                    "The continuation token provided is incorrect",
                                    "continuation-token",
                                    in->ContinuationToken);
        }
    }
    if (r == 0) {
        r = run(&list);
    }
    if (r < 0) {
        return r;
    }
    out->IsTruncated = AWI_SOME_BOOL(list.more);
    out->Contents = contents(&list);
    out->Name = in->Bucket;
    out->Prefix = s3_list_encode(req, list.url, list.prefix);
    out->Delimiter =
        list.delimiter.len > 0 ? s3_list_encode(req, list.url, list.delimiter) : AWI_STR_NULL;
    out->MaxKeys = AWI_SOME_I32((int32_t)list.most);
    out->CommonPrefixes = common_prefixes(&list);
    out->EncodingType = in->EncodingType;
    out->KeyCount = AWI_SOME_I32((int32_t)(list.n_objects + list.n_prefixes));
    out->ContinuationToken = in->ContinuationToken;
    out->StartAfter = s3_list_encode(req, list.url, in->StartAfter);
    if (list.more) {
        out->NextContinuationToken = awi_base64(awi_arena(req), list.last);
    }
    return 0;
}
