/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DeleteObject and DeleteObjects.
 */
#include "services/s3/access.h"
#include "services/s3/config.h"
#include "services/s3/version.h"

#include <errno.h>

#define DELETE_MAX 1000

int s3_delete_object(struct awi_req *req,
                     const struct s3_DeleteObjectRequest *in,
                     struct s3_DeleteObjectOutput *out)
{
    struct s3_removed removed;
    struct s3_target target;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = s3_check_key(req, in->Key);
    }
    if (r != 0) {
        return r;
    }
    if (in->IfMatchLastModifiedTime.set || in->IfMatchSize.set) {
        return s3_fail_header(
            req, in->IfMatchSize.set ? "x-amz-if-match-size" : "x-amz-if-match-last-modified-time");
    }
    if (awi_str_is_set(in->IfMatch)) {
        r = s3_target_open(req, &bucket, in->Key, in->IfMatch, AWI_STR_NULL, &target);
    }
    if (r == 0) {
        r = s3_version_remove(
            req, &bucket, in->Key, in->VersionId, in->BypassGovernanceRetention.v, &removed);
    }
    if (r != 0) {
        return r;
    }
    out->VersionId = removed.version;
    if (removed.marker) {
        out->DeleteMarker = AWI_SOME_BOOL(true);
    }
    if (awi_str_is_set(in->RequestPayer)) {
        out->RequestCharged = AWI_STR("requester");
    }
    return 0;
}

static int fail_one(struct s3_Error *error, const char *code, struct awi_str message)
{
    error->Code = awi_str_from(code);
    error->Message = message;
    return 0;
}

/* The request's error becomes that of one object. */
static int take_error(struct awi_req *req, int r, struct s3_Error *error)
{
    if (r > 0) {
        awi_take_error(req, &error->Code, &error->Message);
    }
    return r < 0 ? r : 0;
}

/* Fills code and message when the object may not be deleted. */
static int delete_one(struct awi_req *req,
                      const struct s3_DeleteObjectsRequest *in,
                      const struct s3_bucket *bucket,
                      const struct s3_ObjectIdentifier *object,
                      struct s3_removed *removed,
                      struct s3_Error *error)
{
    struct awi_str refusal = s3_delete_refusal(req, bucket, object);
    struct s3_ObjectRecord record;
    int r;

    if (awi_str_is_set(refusal)) {
        return fail_one(error, "AccessDenied", refusal);
    }
    r = s3_check_key(req, object->Key);
    if (r != 0) {
        return take_error(req, r, error);
    }
    if (object->Size.set || object->LastModifiedTime.set) {
        return fail_one(error,
                        "NotImplemented",
                        AWI_STR("Conditions on size and date are those of directory buckets"));
    }
    if (awi_str_is_set(object->ETag)) {
        r = s3_version_find(req, bucket, object->Key, object->VersionId, &record);
        if (r == -ENOENT || (r == 0 && !s3_etag_matches(object->ETag, record.ETag))) {
            return fail_one(
                error,
                "PreconditionFailed",
                AWI_STR("At least one of the pre-conditions you specified did not hold"));
        }
        if (r < 0) {
            return r;
        }
    }
    r = s3_version_remove(
        req, bucket, object->Key, object->VersionId, in->BypassGovernanceRetention.v, removed);
    return take_error(req, r, error);
}

static void describe(const struct s3_removed *removed, struct s3_DeletedObject *ret)
{
    if (!removed->made) {
        ret->VersionId = removed->version;
    }
    if (removed->marker) {
        ret->DeleteMarker = AWI_SOME_BOOL(true);
        ret->DeleteMarkerVersionId = removed->version;
    }
}

int s3_delete_objects(struct awi_req *req,
                      const struct s3_DeleteObjectsRequest *in,
                      struct s3_DeleteObjectsOutput *out)
{
    static const struct s3_ObjectIdentifierList none;
    const struct s3_ObjectIdentifierList *objects = in->Delete ? &in->Delete->Objects : &none;
    bool quiet = in->Delete && in->Delete->Quiet.set && in->Delete->Quiet.v;
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    if (r != 0) {
        return r;
    }
    if (!s3_checksum_is_declared(req)) {
        return s3_fail_request(req, "Missing required header for this request: Content-MD5");
    }
    if (objects->n == 0 || objects->n > DELETE_MAX) {
        return s3_config_malformed(req);
    }
    out->Deleted.items = awi_arena_array(awi_arena(req), struct s3_DeletedObject, objects->n);
    out->Errors.items = awi_arena_array(awi_arena(req), struct s3_Error, objects->n);
    if (!out->Deleted.items || !out->Errors.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < objects->n; i++) {
        struct s3_Error error = {.Key = objects->items[i].Key,
                                 .VersionId = objects->items[i].VersionId};

        struct s3_removed removed = {0};

        r = delete_one(req, in, &bucket, &objects->items[i], &removed, &error);
        if (r != 0) {
            return r;
        }
        if (awi_str_is_set(error.Code)) {
            out->Errors.items[out->Errors.n++] = error;
        } else if (!quiet) {
            struct s3_DeletedObject *deleted = &out->Deleted.items[out->Deleted.n++];

            deleted->Key = objects->items[i].Key;
            describe(&removed, deleted);
        }
    }
    out->Deleted.set = out->Deleted.n > 0;
    out->Errors.set = out->Errors.n > 0;
    return 0;
}
