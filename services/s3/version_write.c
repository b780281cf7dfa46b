/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What puts and deletes do to the versions of a key.
 */
#include "services/s3/lock.h"
#include "services/s3/version.h"

#include <errno.h>

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* --- Records --------------------------------------------------------------------------------- */

static struct awi_str new_id(struct awi_req *req, int64_t number)
{
    struct awi_str random = awi_random_id(req, ALPHABET, S3_VERSION_RANDOM);

    return random.ptr
               ? awi_arena_printf(
                     awi_arena(req), "%.*s%08x", AWI_STR_FMT(random), (unsigned)(uint32_t)number)
               : AWI_STR_NULL;
}

/* --- Writing --------------------------------------------------------------------------------- */

static int put_version(struct awi_req *req,
                       const struct s3_bucket *bucket,
                       struct awi_str key,
                       const struct s3_ObjectRecord *record)
{
    struct awi_str at = s3_version_key(req, bucket, key, record->Sequence.v);

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
    struct awi_str at = s3_version_key(req, bucket, key, record->Sequence.v);

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
    int r = s3_version_search(req, bucket, key, AWI_STR("null"), &record);

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
