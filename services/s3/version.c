/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/version.h"

#include "services/s3/lock.h"

#include <errno.h>

#define ID_RANDOM 24
#define ID_NUMBER 8 /* hex digits */
#define ALPHABET  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* --- Keys and ids ---------------------------------------------------------------------------- */

static struct awi_str
versions_of(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    return AWI_KEY(awi_arena(req), bucket->name, key);
}

/* Numbers are complemented: the newest comes first. */
static struct awi_str
version_key(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key, int64_t number)
{
    uint32_t order = ~(uint32_t)number;
    const char bytes[4] = {
        (char)(order >> 24), (char)(order >> 16), (char)(order >> 8), (char)order};

    return AWI_KEY(awi_arena(req), bucket->name, key, awi_str_of(bytes, sizeof(bytes)));
}

int s3_version_number(struct awi_str version, int64_t *ret)
{
    int64_t number = 0;

    if (version.len != ID_RANDOM + ID_NUMBER) {
        return -EINVAL;
    }
    for (size_t i = ID_RANDOM; i < version.len; i++) {
        char c = version.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return -EINVAL;
        }
        number = number << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *ret = number;
    return 0;
}

static struct awi_str new_id(struct awi_req *req, int64_t number)
{
    struct awi_str random = awi_random_id(req, ALPHABET, ID_RANDOM);

    return random.ptr
               ? awi_arena_printf(
                     awi_arena(req), "%.*s%08x", AWI_STR_FMT(random), (unsigned)(uint32_t)number)
               : AWI_STR_NULL;
}

struct awi_str s3_version_shown(const struct s3_bucket *bucket,
                                const struct s3_ObjectRecord *record)
{
    if (!awi_str_is_set(bucket->record.Versioning)) {
        return AWI_STR_NULL;
    }
    return awi_str_is_set(record->VersionId) ? record->VersionId : AWI_STR("null");
}

static bool is_version(const struct s3_ObjectRecord *record, struct awi_str version)
{
    return awi_str_is_set(record->VersionId) ? awi_str_eq(record->VersionId, version)
                                             : awi_str_is(version, "null");
}

/* --- Finding --------------------------------------------------------------------------------- */

/* The first version, in order, that is `version` (absent: any). */
static int search(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  struct awi_str key,
                  struct awi_str version,
                  struct s3_ObjectRecord *ret)
{
    struct awi_str prefix = versions_of(req, bucket, key), at, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = prefix.ptr
                ? awi_cursor_open(&bucket->content, "version", prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &at, &value)) == 0) {
        r = awi_record_decode(value, awi_arena(req), &s3_ObjectRecord_shape, ret);
        if (r == 0 && (!awi_str_is_set(version) || is_version(ret, version))) {
            return 0;
        }
    }
    return r;
}

int s3_version_newest(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct awi_str key,
                      struct s3_ObjectRecord *ret)
{
    return search(req, bucket, key, AWI_STR_NULL, ret);
}

int s3_version_find(struct awi_req *req,
                    const struct s3_bucket *bucket,
                    struct awi_str key,
                    struct awi_str version,
                    struct s3_ObjectRecord *ret)
{
    int r = s3_object_get(req, bucket, key, ret);
    int64_t number;

    if (!awi_str_is_set(version) || (r < 0 && r != -ENOENT) ||
        (r == 0 && is_version(ret, version))) {
        return r;
    }
    if (awi_str_is(version, "null")) {
        return search(req, bucket, key, version, ret);
    }
    if (s3_version_number(version, &number) < 0) {
        return -ENOENT;
    }
    struct awi_str at = version_key(req, bucket, key, number);
    r = at.ptr ? awi_record_get(
                     &bucket->content, "version", at, awi_arena(req), &s3_ObjectRecord_shape, ret)
               : -ENOMEM;
    return r == 0 && !is_version(ret, version) ? -ENOENT : r;
}

static int fail_marker(struct awi_req *req,
                       const struct s3_bucket *bucket,
                       const struct s3_ObjectRecord *marker)
{
    int r = awi_answer_header(req, AWI_STR("x-amz-delete-marker"), AWI_STR("true"));

    return r < 0 ? r
                 : awi_answer_header(
                       req, AWI_STR("x-amz-version-id"), s3_version_shown(bucket, marker));
}

static int fail_not_there(struct awi_req *req,
                          const struct s3_bucket *bucket,
                          struct awi_str key,
                          struct awi_str version)
{
    struct s3_VersionError body = {.Key = key, .VersionId = version};
    struct s3_ObjectRecord newest;
    int r;

    if (awi_str_is_set(version)) {
        return awi_fail_with(
            req, &s3_error_NoSuchVersion, &body, "The specified version does not exist.");
    }
    r = s3_version_newest(req, bucket, key, &newest);
    if (r == 0) {
        r = fail_marker(req, bucket, &newest);
    }
    return r < 0 && r != -ENOENT ? r : s3_fail_no_such_key(req, key);
}

int s3_object_open(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   struct awi_str key,
                   struct awi_str version,
                   struct s3_ObjectRecord *ret)
{
    struct s3_MethodError body = {.Method = AWI_STR("GET"),
                                  .ResourceType = AWI_STR("DeleteMarker")};
    int r = s3_check_version(req, version);

    if (r != 0) {
        return r;
    }
    r = s3_version_find(req, bucket, key, version, ret);
    if (r == -ENOENT) {
        return fail_not_there(req, bucket, key, version);
    }
    if (r < 0 || !ret->DeleteMarker.v) {
        return r;
    }
    r = fail_marker(req, bucket, ret);
    if (r == 0) {
        r = awi_answer_header(req, AWI_STR("Allow"), AWI_STR("DELETE"));
    }
    return r < 0 ? r
                 : awi_fail_with(req,
                                 &s3_error_MethodNotAllowed,
                                 &body,
                                 "The specified method is not allowed against this resource.");
}

/* --- Writing --------------------------------------------------------------------------------- */

static int put_version(struct awi_req *req,
                       const struct s3_bucket *bucket,
                       struct awi_str key,
                       const struct s3_ObjectRecord *record)
{
    struct awi_str at = version_key(req, bucket, key, record->Sequence.v);

    return at.ptr ? awi_record_put(&bucket->content,
                                   "version",
                                   at,
                                   awi_arena(req),
                                   &s3_ObjectRecord_shape,
                                   record)
                  : -ENOMEM;
}

/* Takes a version out of the table, not its bytes. */
static int take_version(struct awi_req *req,
                        const struct s3_bucket *bucket,
                        struct awi_str key,
                        const struct s3_ObjectRecord *record)
{
    struct awi_str at = version_key(req, bucket, key, record->Sequence.v);

    return at.ptr ? awi_delete(&bucket->content, "version", at) : -ENOMEM;
}

int s3_version_rewrite(struct awi_req *req,
                       const struct s3_bucket *bucket,
                       struct awi_str key,
                       const struct s3_ObjectRecord *record)
{
    struct s3_ObjectRecord current;
    int r = s3_object_get(req, bucket, key, &current);

    if (r < 0 && r != -ENOENT) {
        return r;
    }
    return r == 0 && current.Sequence.v == record->Sequence.v
               ? s3_object_put(req, bucket, key, record)
               : put_version(req, bucket, key, record);
}

/* The version "null" is gone where another takes its place. */
static int drop_null(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    struct s3_ObjectRecord record;
    int r = search(req, bucket, key, AWI_STR("null"), &record);

    if (r == 0) {
        r = s3_object_drop_data(bucket, &record);
    }
    if (r == 0) {
        r = take_version(req, bucket, key, &record);
    }
    return r == -ENOENT ? 0 : r;
}

/*
 * Makes room for a newer version of a key: the current object (NULL: none) becomes an older
 * version or, where the bucket's versioning is suspended, "null" is forgotten. Table "object" is
 * left to the caller. Gives the newer version its number and id.
 */
static int make_room(struct awi_req *req,
                     const struct s3_bucket *bucket,
                     struct awi_str key,
                     const struct s3_ObjectRecord *old,
                     struct s3_ObjectRecord *next)
{
    bool enabled = awi_str_is(bucket->record.Versioning, "Enabled");
    struct s3_ObjectRecord newest;
    int64_t number = 1;
    int r = 0;

    if (old) {
        number = old->Sequence.v + 1;
    } else {
        r = s3_version_newest(req, bucket, key, &newest);
        number = r == 0 ? newest.Sequence.v + 1 : 1;
        r = r == -ENOENT ? 0 : r;
    }
    if (r == 0 && !enabled) {
        r = drop_null(req, bucket, key);
    }
    if (r == 0 && old) {
        r = enabled || awi_str_is_set(old->VersionId) ? put_version(req, bucket, key, old)
                                                      : s3_object_drop_data(bucket, old);
    }
    next->Sequence = AWI_SOME_I64(number);
    next->VersionId = enabled ? new_id(req, number) : AWI_STR_NULL;
    return r == 0 && enabled && !next->VersionId.ptr ? -ENOMEM : r;
}

int s3_target_open(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   struct awi_str key,
                   struct awi_str if_match,
                   struct awi_str if_none_match,
                   struct s3_target *ret)
{
    int r = s3_object_get(req, bucket, key, &ret->old);

    if (r < 0 && r != -ENOENT) {
        return r;
    }
    ret->bucket = bucket;
    ret->key = key;
    ret->exists = r == 0;
    return s3_check_write(req, key, if_match, if_none_match, ret->exists ? &ret->old : NULL);
}

int s3_target_write(struct awi_req *req,
                    const struct s3_target *target,
                    struct s3_ObjectRecord *record)
{
    const struct s3_ObjectRecord *old = target->exists ? &target->old : NULL;
    int r = 0;

    record->VersionId = AWI_STR_NULL;
    record->Sequence = (struct awi_opt_i64){0};
    if (awi_str_is_set(target->bucket->record.Versioning)) {
        r = make_room(req, target->bucket, target->key, old, record);
    } else if (old) {
        r = s3_object_drop_data(target->bucket, old);
    }
    return r < 0 ? r : s3_object_put(req, target->bucket, target->key, record);
}

/* --- Deleting -------------------------------------------------------------------------------- */

static int forget_current(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    struct awi_str at = s3_object_key(req, bucket, key);

    return at.ptr ? awi_delete(&bucket->content, "object", at) : -ENOMEM;
}

static int hide(struct awi_req *req,
                const struct s3_bucket *bucket,
                struct awi_str key,
                const struct s3_ObjectRecord *old,
                struct s3_removed *ret)
{
    struct s3_ObjectRecord marker = {.DeleteMarker = AWI_SOME_BOOL(true),
                                     .LastModified = AWI_SOME_TIME(awi_now(req) / 1000 * 1000)};
    int r = make_room(req, bucket, key, old, &marker);

    if (r == 0 && old) {
        r = forget_current(req, bucket, key);
    }
    *ret = (struct s3_removed){
        .version = s3_version_shown(bucket, &marker), .marker = true, .made = true};
    return r < 0 ? r : put_version(req, bucket, key, &marker);
}

/* When the current object is gone, the newest version takes its place unless it is a marker. */
static int promote(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    struct s3_ObjectRecord record;
    int r = s3_object_get(req, bucket, key, &record);

    if (r != -ENOENT) {
        return r;
    }
    r = s3_version_newest(req, bucket, key, &record);
    if (r < 0 || record.DeleteMarker.v) {
        return r == -ENOENT ? 0 : r;
    }
    r = take_version(req, bucket, key, &record);
    return r < 0 ? r : s3_object_put(req, bucket, key, &record);
}

static int remove_version(struct awi_req *req,
                          const struct s3_bucket *bucket,
                          struct awi_str key,
                          struct awi_str version,
                          bool bypass,
                          struct s3_removed *ret)
{
    struct s3_ObjectRecord record, current;
    int r = s3_version_find(req, bucket, key, version, &record);

    ret->version = version;
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    r = s3_lock_check_delete(req, &record, bypass);
    if (r != 0) {
        return r;
    }
    ret->marker = record.DeleteMarker.v;
    r = s3_object_get(req, bucket, key, &current);
    if (r < 0 && r != -ENOENT) {
        return r;
    }
    r = r == 0 && current.Sequence.v == record.Sequence.v ? forget_current(req, bucket, key)
                                                          : take_version(req, bucket, key, &record);
    if (r == 0) {
        r = s3_object_drop_data(bucket, &record);
    }
    return r < 0 ? r : promote(req, bucket, key);
}

int s3_version_remove(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct awi_str key,
                      struct awi_str version,
                      bool bypass,
                      struct s3_removed *ret)
{
    struct s3_ObjectRecord old;
    bool exists;
    int r = s3_check_version(req, version);

    *ret = (struct s3_removed){0};
    if (r != 0) {
        return r;
    }
    if (awi_str_is_set(version)) {
        return remove_version(req, bucket, key, version, bypass, ret);
    }
    r = s3_object_get(req, bucket, key, &old);
    if (r < 0 && r != -ENOENT) {
        return r;
    }
    exists = r == 0;
    if (awi_str_is_set(bucket->record.Versioning)) {
        return hide(req, bucket, key, exists ? &old : NULL, ret);
    }
    if (!exists) {
        return 0;
    }
    r = s3_object_drop_data(bucket, &old);
    return r < 0 ? r : forget_current(req, bucket, key);
}
