/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DeleteObject and DeleteObjects.
 */
#include "services/s3/s3.h"

#include <errno.h>

#define DELETE_MAX 1000

int s3_delete_object(struct awi_req *req,
                     const struct s3_DeleteObjectRequest *in,
                     struct s3_DeleteObjectOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0) {
        r = s3_check_key(req, in->Key);
    }
    if (r == 0) {
        r = s3_check_version(req, in->VersionId);
    }
    if (r != 0) {
        return r;
    }
    if (in->IfMatchLastModifiedTime.set || in->IfMatchSize.set) {
        return s3_fail_header(
            req, in->IfMatchSize.set ? "x-amz-if-match-size" : "x-amz-if-match-last-modified-time");
    }
    if (awi_str_is_set(in->RequestPayer)) {
        out->RequestCharged = AWI_STR("requester");
    }
    r = s3_object_get(req, &bucket, in->Key, &record);
    if (r == -ENOENT) {
        return s3_check_write(req, in->Key, in->IfMatch, AWI_STR_NULL, NULL);
    }
    if (r == 0) {
        r = s3_check_write(req, in->Key, in->IfMatch, AWI_STR_NULL, &record);
    }
    return r == 0 ? s3_object_delete(req, &bucket, in->Key, &record) : r;
}

/* Fills code and message when the object may not be deleted. */
static int delete_one(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      const struct s3_ObjectIdentifier *object,
                      struct s3_Error *error)
{
    struct s3_ObjectRecord record;
    int r;

    if (awi_str_is_set(object->VersionId) && !awi_str_is(object->VersionId, "null")) {
        error->Code = AWI_STR("NoSuchVersion");
        error->Message =
            AWI_STR("The version ID specified in the request does not match an existing version.");
        return 0;
    }
    r = s3_object_get(req, bucket, object->Key, &record);
    if (awi_str_is_set(object->ETag) &&
        (r == -ENOENT || (r == 0 && !s3_etag_matches(object->ETag, record.ETag)))) {
        error->Code = AWI_STR("PreconditionFailed");
        error->Message = AWI_STR("At least one of the pre-conditions you specified did not hold");
        return 0;
    }
    if (r == -ENOENT) {
        return 0;
    }
    return r < 0 ? r : s3_object_delete(req, bucket, object->Key, &record);
}

int s3_delete_objects(struct awi_req *req,
                      const struct s3_DeleteObjectsRequest *in,
                      struct s3_DeleteObjectsOutput *out)
{
    static const struct s3_ObjectIdentifierList none;
    const struct s3_ObjectIdentifierList *objects = in->Delete ? &in->Delete->Objects : &none;
    bool quiet = in->Delete && in->Delete->Quiet.set && in->Delete->Quiet.v;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r != 0) {
        return r;
    }
    if (objects->n == 0 || objects->n > DELETE_MAX) {
        return awi_fail(req,
                        &s3_error_MalformedXML,
                        "The XML you provided was not well-formed or did not validate against our "
                        "published schema");
    }
    out->Deleted.items = awi_arena_array(awi_arena(req), struct s3_DeletedObject, objects->n);
    out->Errors.items = awi_arena_array(awi_arena(req), struct s3_Error, objects->n);
    if (!out->Deleted.items || !out->Errors.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < objects->n; i++) {
        struct s3_Error error = {.Key = objects->items[i].Key,
                                 .VersionId = objects->items[i].VersionId};

        r = delete_one(req, &bucket, &objects->items[i], &error);
        if (r != 0) {
            return r;
        }
        if (awi_str_is_set(error.Code)) {
            out->Errors.items[out->Errors.n++] = error;
        } else if (!quiet) {
            out->Deleted.items[out->Deleted.n++].Key = objects->items[i].Key;
        }
    }
    out->Deleted.set = out->Deleted.n > 0;
    out->Errors.set = out->Errors.n > 0;
    return 0;
}
