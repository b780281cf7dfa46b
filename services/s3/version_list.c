/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListObjectVersions: current objects and the versions behind them, merged by key, the newest of a
 * key first. Keys are rolled up to common prefixes as in object_list.c.
 */
#include "services/s3/listing.h"
#include "services/s3/version.h"

#include <errno.h>

/* One of the two tables, with the record that comes next. */
struct side {
    struct awi_cursor *cursor;
    bool versions; /* table "version" */
    bool there;
    struct awi_str key, value;
};

struct listing {
    struct awi_req *req;
    const struct s3_bucket *bucket;
    struct awi_str prefix, delimiter; /* "" where there is none */
    /* Keys up to `after` are left out, and of that key itself the versions from number on. */
    struct awi_str after;
    bool inside; /* go on inside the key `after` */
    int64_t number;
    size_t most;
    bool url;

    struct s3_ListObjectVersionsOutput *out;
    bool more;
    struct awi_str last_key, last_version;
    struct awi_str seen; /* the key that was met last: the next version of it is not its newest */
};

/* --- The two tables -------------------------------------------------------------------------- */

static int step(struct listing *list, struct side *side)
{
    struct awi_str key;
    int r = awi_cursor_next(side->cursor, &key, &side->value);

    side->there = r == 0;
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    side->key = side->versions ? awi_key_part(awi_arena(list->req), key, 1)
                               : awi_str_skip(key, list->bucket->name.len + 1);
    return side->key.ptr ? 0 : -ENOMEM;
}

/* Goes to the first key that is not less than from. */
static int open_side(struct listing *list, struct side *side, struct awi_str from)
{
    struct awi_arena *arena = awi_arena(list->req);
    struct awi_str name = list->bucket->name, base, start;
    const char *table = side->versions ? "version" : "object";

    if (side->versions) {
        base = AWI_KEY_HEAD(arena, name, list->prefix);
        start = AWI_KEY_HEAD(arena, name, from);
    } else {
        base = s3_object_key(list->req, list->bucket, list->prefix);
        start = s3_object_key(list->req, list->bucket, from);
    }
    if (!base.ptr || !start.ptr) {
        return -ENOMEM;
    }
    awi_cursor_close(side->cursor);
    side->cursor = NULL;
    int r = awi_cursor_open(&list->bucket->content, table, base, start, AWI_FORWARD, &side->cursor);
    return r < 0 ? r : step(list, side);
}

/* --- What is listed -------------------------------------------------------------------------- */

static size_t count(const struct listing *list)
{
    return list->out->Versions.n + list->out->DeleteMarkers.n + list->out->CommonPrefixes.n;
}

static struct s3_Owner *owner_of(struct listing *list)
{
    struct s3_Owner *owner = awi_arena_new(awi_arena(list->req), struct s3_Owner);

    if (owner) {
        owner->ID = s3_owner_id(list->req, list->bucket->owner);
    }
    return owner;
}

static int add_version(struct listing *list,
                       const struct s3_ObjectRecord *record,
                       struct awi_str key,
                       struct awi_str id,
                       bool latest)
{
    struct s3_ObjectVersion *version = &list->out->Versions.items[list->out->Versions.n++];

    version->Key = s3_list_encode(list->req, list->url, key);
    version->VersionId = id;
    version->IsLatest = AWI_SOME_BOOL(latest);
    version->LastModified = record->LastModified;
    version->ETag = record->ETag;
    version->Size = record->Size;
    version->StorageClass =
        awi_str_is_set(record->StorageClass) ? record->StorageClass : AWI_STR("STANDARD");
    version->ChecksumType = record->ChecksumType;
    if (awi_str_is_set(record->ChecksumAlgorithm)) {
        version->ChecksumAlgorithm.items = awi_arena_array(awi_arena(list->req), struct awi_str, 1);
        if (!version->ChecksumAlgorithm.items) {
            return -ENOMEM;
        }
        version->ChecksumAlgorithm.items[0] = record->ChecksumAlgorithm;
        version->ChecksumAlgorithm.n = 1;
        version->ChecksumAlgorithm.set = true;
    }
    version->Owner = owner_of(list);
    return version->Key.ptr && version->Owner ? 0 : -ENOMEM;
}

static int add_marker(struct listing *list,
                      const struct s3_ObjectRecord *record,
                      struct awi_str key,
                      struct awi_str id,
                      bool latest)
{
    struct s3_DeleteMarkerEntry *marker =
        &list->out->DeleteMarkers.items[list->out->DeleteMarkers.n++];

    marker->Key = s3_list_encode(list->req, list->url, key);
    marker->VersionId = id;
    marker->IsLatest = AWI_SOME_BOOL(latest);
    marker->LastModified = record->LastModified;
    marker->Owner = owner_of(list);
    return marker->Key.ptr && marker->Owner ? 0 : -ENOMEM;
}

/* One record that comes next, unless it lies before the place to go on from. */
static int take(struct listing *list, const struct side *side)
{
    struct awi_arena *arena = awi_arena(list->req);
    bool latest = !awi_str_eq(side->key, list->seen);
    struct s3_ObjectRecord record;
    int r = awi_record_decode(side->value, arena, &s3_ObjectRecord_shape, &record);

    if (r < 0) {
        return r;
    }
    list->seen = awi_arena_str(arena, side->key);
    if (list->inside && awi_str_eq(side->key, list->after) && record.Sequence.v >= list->number) {
        return 0;
    }
    if (count(list) == list->most) {
        list->more = true;
        return 0;
    }
    list->last_key = list->seen;
    list->last_version = awi_str_is_set(record.VersionId) ? record.VersionId : AWI_STR("null");
    return record.DeleteMarker.v
               ? add_marker(list, &record, list->last_key, list->last_version, latest)
               : add_version(list, &record, list->last_key, list->last_version, latest);
}

static bool is_before(const struct listing *list, struct awi_str key)
{
    int order = awi_str_cmp(key, list->after);

    return list->after.len > 0 && (order < 0 || (order == 0 && !list->inside));
}

/* The side whose record comes next; NULL: there is none. */
static struct side *next_of(struct side *object, struct side *version)
{
    if (!object->there || !version->there) {
        return object->there ? object : version->there ? version : NULL;
    }
    return awi_str_cmp(object->key, version->key) <= 0 ? object : version;
}

static int roll_up(struct listing *list, struct awi_str rolled, struct side *sides)
{
    struct awi_str leap;
    int r = 0;

    if (!awi_str_eq(rolled, list->after)) {
        if (count(list) == list->most) {
            list->more = true;
            return 0;
        }
        list->last_key = awi_arena_str(awi_arena(list->req), rolled);
        list->last_version = AWI_STR_NULL;
        list->out->CommonPrefixes.items[list->out->CommonPrefixes.n++].Prefix =
            s3_list_encode(list->req, list->url, list->last_key);
    }
    leap = s3_successor(awi_arena(list->req), rolled);
    for (size_t i = 0; r == 0 && i < 2; i++) {
        sides[i].there = false;
        r = leap.ptr ? open_side(list, &sides[i], leap) : 0;
    }
    return r;
}

static int walk(struct listing *list, struct side *sides)
{
    struct awi_str from = awi_str_cmp(list->after, list->prefix) > 0 ? list->after : list->prefix;
    struct side *next;
    int r = open_side(list, &sides[0], from);

    if (r == 0) {
        r = open_side(list, &sides[1], from);
    }
    while (r == 0 && !list->more && (next = next_of(&sides[0], &sides[1]))) {
        struct awi_str rolled = s3_common_prefix(next->key, list->prefix, list->delimiter);

        if (is_before(list, next->key)) {
            r = step(list, next);
        } else if (rolled.ptr) {
            r = roll_up(list, rolled, sides);
        } else {
            r = take(list, next);
            if (r == 0 && !list->more) {
                r = step(list, next);
            }
        }
    }
    return r;
}

static int run(struct listing *list)
{
    struct side sides[2] = {{.versions = false}, {.versions = true}};
    struct awi_arena *arena = awi_arena(list->req);

    list->out->Versions.items = awi_arena_array(arena, struct s3_ObjectVersion, list->most);
    list->out->DeleteMarkers.items =
        awi_arena_array(arena, struct s3_DeleteMarkerEntry, list->most);
    list->out->CommonPrefixes.items = awi_arena_array(arena, struct s3_CommonPrefix, list->most);
    if (!list->out->Versions.items || !list->out->DeleteMarkers.items ||
        !list->out->CommonPrefixes.items) {
        return -ENOMEM;
    }
    int r = list->most > 0 ? walk(list, sides) : 0;
    awi_cursor_close(sides[0].cursor);
    awi_cursor_close(sides[1].cursor);
    list->out->Versions.set = list->out->Versions.n > 0;
    list->out->DeleteMarkers.set = list->out->DeleteMarkers.n > 0;
    list->out->CommonPrefixes.set = list->out->CommonPrefixes.n > 0;
    return r;
}

/* --- The operation --------------------------------------------------------------------------- */

/* Where to go on: behind a key, or inside it behind a version. */
static int begin_at(struct listing *list, const struct s3_ListObjectVersionsRequest *in)
{
    struct s3_ObjectRecord record;
    int r;

    list->after = s3_or_empty(in->KeyMarker);
    if (in->VersionIdMarker.len == 0) {
        return 0;
    }
    if (list->after.len == 0) {
        return s3_fail_argument(list->req,
                                "A version-id marker cannot be specified without a key marker.",
                                "version-id-marker",
                                in->VersionIdMarker);
    }
    r = s3_check_version(list->req, in->VersionIdMarker);
    if (r != 0) {
        return r;
    }
    list->inside = true;
    if (s3_version_number(in->VersionIdMarker, &list->number) == 0) {
        return 0; /* also of a version that was deleted meanwhile */
    }
    r = s3_version_find(list->req, list->bucket, list->after, in->VersionIdMarker, &record);
    list->inside = r == 0;
    list->number = r == 0 ? record.Sequence.v : 0;
    return r == -ENOENT ? 0 : r;
}

int s3_list_object_versions(struct awi_req *req,
                            const struct s3_ListObjectVersionsRequest *in,
                            struct s3_ListObjectVersionsOutput *out)
{
    struct s3_bucket bucket;
    struct listing list = {.req = req, .bucket = &bucket, .out = out};
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = s3_list_most(req, "maxKeys", in->MaxKeys, &list.most);
    }
    if (r == 0) {
        r = s3_list_encoding(req, in->EncodingType, &list.url);
    }
    if (r == 0) {
        list.prefix = s3_or_empty(in->Prefix);
        list.delimiter = s3_or_empty(in->Delimiter);
        r = begin_at(&list, in);
    }
    if (r == 0) {
        r = run(&list);
    }
    if (r != 0) {
        return r;
    }
    out->IsTruncated = AWI_SOME_BOOL(list.more);
    out->KeyMarker = s3_list_encode(req, list.url, list.after);
    out->VersionIdMarker = s3_or_empty(in->VersionIdMarker);
    if (list.more) {
        out->NextKeyMarker = s3_list_encode(req, list.url, list.last_key);
        out->NextVersionIdMarker = list.last_version;
    }
    out->Name = in->Bucket;
    out->Prefix = s3_list_encode(req, list.url, list.prefix);
    out->Delimiter =
        list.delimiter.len > 0 ? s3_list_encode(req, list.url, list.delimiter) : AWI_STR_NULL;
    out->MaxKeys = AWI_SOME_I32((int32_t)list.most);
    out->EncodingType = in->EncodingType;
    return 0;
}
