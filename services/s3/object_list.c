/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListObjects and ListObjectsV2: one walk in byte order of the keys, which rolls keys up to common
 * prefixes and leaps over what a prefix holds instead of reading it.
 */
#include "services/s3/s3.h"

#include "core/util/base64.h"

#include <errno.h>

#define LIST_MAX 1000

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

/* --- Encoding -------------------------------------------------------------------------------- */

/* As AWS answers encoding-type=url: what form encoding escapes, but for the slash. */
static struct awi_str encode(struct awi_req *req, bool url, struct awi_str s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *text;
    size_t n = 0;

    if (!url || !s.ptr) {
        return s;
    }
    text = awi_arena_alloc(awi_arena(req), 3 * s.len + 1);
    if (!text) {
        return AWI_STR_NULL;
    }
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-_.*/", c ? c : 'a' - 1)) {
            text[n++] = (char)c;
        } else if (c == ' ') {
            text[n++] = '+';
        } else {
            text[n++] = '%';
            text[n++] = digits[c >> 4];
            text[n++] = digits[c & 15];
        }
    }
    return awi_str_of(text, n);
}

/* --- The walk -------------------------------------------------------------------------------- */

/* The common prefix that key rolls up to; absent: none. */
static struct awi_str common_prefix(const struct listing *list, struct awi_str key)
{
    ptrdiff_t at;

    if (list->delimiter.len == 0) {
        return AWI_STR_NULL;
    }
    at = awi_str_search(awi_str_skip(key, list->prefix.len), list->delimiter);
    return at < 0 ? AWI_STR_NULL
                  : awi_str_head(key, list->prefix.len + (size_t)at + list->delimiter.len);
}

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
    object->Key = encode(list->req, list->url, list->last);
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

/* The first key behind everything that starts with prefix; absent: there is none. */
static struct awi_str successor(struct awi_arena *arena, struct awi_str prefix)
{
    struct awi_str copy = awi_arena_str(arena, prefix);

    while (copy.ptr && copy.len > 0) {
        char *last = awi_arena_strz(arena, copy);
        unsigned char c;

        if (!last) {
            return AWI_STR_NULL;
        }
        c = (unsigned char)last[copy.len - 1];
        if (c != 0xff) {
            last[copy.len - 1] = (char)(c + 1);
            return awi_str_of(last, copy.len);
        }
        copy.len--;
    }
    return AWI_STR_NULL;
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
        rolled = common_prefix(list, key);
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
                    encode(list->req, list->url, list->last);
            }
            *ret_leap = successor(arena, rolled);
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

static struct awi_str or_empty(struct awi_str s)
{
    return s.ptr ? s : AWI_STR("");
}

static int begin(struct listing *list,
                 struct awi_opt_i32 max_keys,
                 struct awi_str encoding,
                 struct awi_str delimiter,
                 struct awi_str prefix)
{
    list->most = LIST_MAX;
    list->delimiter = or_empty(delimiter);
    list->prefix = or_empty(prefix);
    list->after = AWI_STR("");
    list->url = awi_str_is(encoding, "url");
    if (max_keys.set && max_keys.v < 0) {
        return s3_fail_argument(list->req,
                                "Argument maxKeys must be an integer between 0 and 2147483647",
                                "maxKeys",
                                awi_arena_printf(awi_arena(list->req), "%d", max_keys.v));
    }
    if (max_keys.set && max_keys.v < LIST_MAX) {
        list->most = (size_t)max_keys.v;
    }
    if (awi_str_is_set(encoding) && !list->url) {
        return s3_fail_argument(
            list->req, "Invalid Encoding Method specified in Request", "encoding-type", encoding);
    }
    return 0;
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
    list.after = or_empty(in->Marker);
    r = run(&list);
    if (r < 0) {
        return r;
    }
    out->IsTruncated = AWI_SOME_BOOL(list.more);
    out->Marker = encode(req, list.url, list.after);
    if (list.more && list.delimiter.len > 0) {
        out->NextMarker = encode(req, list.url, list.last);
    }
    out->Contents = contents(&list);
    out->Name = in->Bucket;
    out->Prefix = encode(req, list.url, list.prefix);
    out->Delimiter = list.delimiter.len > 0 ? encode(req, list.url, list.delimiter) : AWI_STR_NULL;
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
    list.after = or_empty(in->StartAfter);
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
    out->Prefix = encode(req, list.url, list.prefix);
    out->Delimiter = list.delimiter.len > 0 ? encode(req, list.url, list.delimiter) : AWI_STR_NULL;
    out->MaxKeys = AWI_SOME_I32((int32_t)list.most);
    out->CommonPrefixes = common_prefixes(&list);
    out->EncodingType = in->EncodingType;
    out->KeyCount = AWI_SOME_I32((int32_t)(list.n_objects + list.n_prefixes));
    out->ContinuationToken = in->ContinuationToken;
    out->StartAfter = encode(req, list.url, in->StartAfter);
    if (list.more) {
        out->NextContinuationToken = awi_base64(awi_arena(req), list.last);
    }
    return 0;
}
