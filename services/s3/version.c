/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/version.h"

#include <errno.h>

#define ID_NUMBER 8 /* hex digits */

/* --- Keys and ids ---------------------------------------------------------------------------- */

static struct awi_str
versions_of(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    return AWI_KEY(awi_arena(req), bucket->name, key);
}

struct awi_str s3_version_key(struct awi_req *req,
                              const struct s3_bucket *bucket,
                              struct awi_str key,
                              int64_t number)
{
    uint32_t order = ~(uint32_t)number;
    const char bytes[4] = {
        (char)(order >> 24), (char)(order >> 16), (char)(order >> 8), (char)order};

    return AWI_KEY(awi_arena(req), bucket->name, key, awi_str_of(bytes, sizeof(bytes)));
}

int s3_version_number(struct awi_str version, int64_t *ret)
{
    int64_t number = 0;

    if (version.len != S3_VERSION_RANDOM + ID_NUMBER) {
        return -EINVAL;
    }
    for (size_t i = S3_VERSION_RANDOM; i < version.len; i++) {
        char c = version.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return -EINVAL;
        }
        number = number << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *ret = number;
    return 0;
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

int s3_version_search(struct awi_req *req,
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
    return s3_version_search(req, bucket, key, AWI_STR_NULL, ret);
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
        return s3_version_search(req, bucket, key, version, ret);
    }
    if (s3_version_number(version, &number) < 0) {
        return -ENOENT;
    }
    struct awi_str at = s3_version_key(req, bucket, key, number);
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
