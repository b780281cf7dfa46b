/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of a bucket that are documents: what Put stores, Get answers and Delete forgets. They
 * lie in table "config" of the bucket's account under BUCKET/KIND. An output names its members as
 * the document does, so either the stored bytes are the output, or the output has one member that
 * is the document.
 */
#include "services/s3/config.h"

#include "services/s3/s3.h"
#include "services/s3/version.h"

#include "core/shape/value.h"

#include <errno.h>

static const struct s3_config_kind {
    const char *name; /* what the names of the operations end with, and part of the key */
    const struct awi_error_type *missing; /* NULL: absent is answered as an empty document */
    const char *message;
} kinds[] = {
    {"BucketAbac", NULL, NULL},
    {"BucketAccelerateConfiguration", NULL, NULL},
    {"BucketCors", &s3_error_NoSuchCORSConfiguration, "The CORS configuration does not exist"},
    {"BucketEncryption", NULL, NULL},
    {"BucketLifecycle",
     &s3_error_NoSuchLifecycleConfiguration,
     "The lifecycle configuration does not exist"},
    {"BucketLogging", NULL, NULL},
    {"BucketNotificationConfiguration", NULL, NULL},
    {"BucketOwnershipControls",
     &s3_error_OwnershipControlsNotFoundError,
     "The bucket ownership controls were not found"},
    {"BucketReplication",
     &s3_error_ReplicationConfigurationNotFoundError,
     "The replication configuration was not found"},
    {"BucketRequestPayment", NULL, NULL},
    {"BucketTagging", &s3_error_NoSuchTagSet, "The TagSet does not exist"},
    {"BucketWebsite",
     &s3_error_NoSuchWebsiteConfiguration,
     "The specified bucket does not have a website configuration"},
    {"ObjectLockConfiguration",
     &s3_error_ObjectLockConfigurationNotFoundError,
     "Object Lock configuration does not exist for this bucket"},
    {"PublicAccessBlock",
     &s3_error_NoSuchPublicAccessBlockConfiguration,
     "The public access block configuration was not found"},
};

/* By the operation's name without its verb; "BucketLifecycleConfiguration" is "BucketLifecycle" to
 * Delete. */
static const struct s3_config_kind *kind_of(struct awi_str operation)
{
    struct awi_str name =
        awi_str_skip(operation, awi_str_starts(operation, AWI_STR("Delete")) ? 6 : 3);

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (awi_str_is(name, kinds[i].name) ||
            (awi_str_is(name, "BucketLifecycleConfiguration") &&
             awi_str_is(AWI_STR("BucketLifecycle"), kinds[i].name))) {
            return &kinds[i];
        }
    }
    return NULL;
}

static struct awi_str
config_key(struct awi_req *req, const struct s3_bucket *bucket, const struct s3_config_kind *kind)
{
    return awi_arena_printf(awi_arena(req), "%.*s/%s", AWI_STR_FMT(bucket->name), kind->name);
}

static const struct awi_member *member_named(const struct awi_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        if (awi_str_is(shape->members[i].name, name)) {
            return &shape->members[i];
        }
    }
    return NULL;
}

const struct awi_member *s3_config_document_member(const struct awi_shape *shape)
{
    for (size_t i = 0; shape && i < shape->n_members; i++) {
        if ((shape->members[i].flags & AWI_MEMBER_PAYLOAD) &&
            shape->members[i].shape->type == AWI_TYPE_STRUCT) {
            return &shape->members[i];
        }
    }
    return NULL;
}

struct awi_str s3_config_text(const struct awi_shape *shape, const void *in, const char *name)
{
    const struct awi_member *member = member_named(shape, name);
    const struct awi_str *value = member ? awi_member_of(member, in) : NULL;

    return value ? *value : AWI_STR_NULL;
}

int s3_config_open(struct awi_req *req, const void *in, struct s3_bucket *ret)
{
    const struct awi_shape *shape = awi_operation(req)->input;
    int r = s3_bucket_open(req,
                           s3_config_text(shape, in, "Bucket"),
                           s3_config_text(shape, in, "ExpectedBucketOwner"),
                           ret);

    return r == 0 && s3_config_document_member(shape) ? s3_checksum_document(req) : r;
}

int s3_config_object(struct awi_req *req,
                     const void *in,
                     struct s3_bucket *ret_bucket,
                     struct s3_ObjectRecord *ret)
{
    const struct awi_shape *shape = awi_operation(req)->input;
    int r = s3_config_open(req, in, ret_bucket);

    return r == 0 ? s3_object_open(req,
                                   ret_bucket,
                                   s3_config_text(shape, in, "Key"),
                                   s3_config_text(shape, in, "VersionId"),
                                   ret)
                  : r;
}

int s3_config_malformed(struct awi_req *req)
{
    return awi_fail(req,
                    &s3_error_MalformedXML,
                    "The XML you provided was not well-formed or did not validate against our "
                    "published schema");
}

int s3_config_document(struct awi_req *req, const void *in, const void **ret)
{
    const struct awi_member *member = s3_config_document_member(awi_operation(req)->input);
    struct awi_str message;
    int r;

    *ret = member ? awi_member_of(member, in) : NULL;
    if (!*ret) {
        return s3_config_malformed(req);
    }
    r = awi_shape_validate(awi_arena(req), member->shape, *ret, NULL, &message);
    return r > 0 ? s3_config_malformed(req) : r;
}

int s3_config_open_document(struct awi_req *req,
                            const void *in,
                            struct s3_bucket *ret,
                            const void **ret_document)
{
    int r = s3_config_open(req, in, ret);

    return r == 0 ? s3_config_document(req, in, ret_document) : r;
}

int s3_config_put(struct awi_req *req, const void *in)
{
    const struct awi_member *member = s3_config_document_member(awi_operation(req)->input);
    const struct s3_config_kind *kind = kind_of(awi_operation(req)->name);
    struct s3_bucket bucket;
    const void *document;
    int r = s3_config_open_document(req, in, &bucket, &document);

    if (r != 0) {
        return r;
    }
    struct awi_str key = config_key(req, &bucket, kind);
    return key.ptr ? awi_record_put(
                         &bucket.home, "config", key, awi_arena(req), member->shape, document)
                   : -ENOMEM;
}

int s3_config_read(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   const char *name,
                   const struct awi_shape *shape,
                   void *ret)
{
    struct awi_str key =
        awi_arena_printf(awi_arena(req), "%.*s/%s", AWI_STR_FMT(bucket->name), name);

    return key.ptr ? awi_record_get(&bucket->home, "config", key, awi_arena(req), shape, ret)
                   : -ENOMEM;
}

int s3_config_write(struct awi_req *req,
                    const struct s3_bucket *bucket,
                    const char *name,
                    const struct awi_shape *shape,
                    const void *value)
{
    struct awi_str key =
        awi_arena_printf(awi_arena(req), "%.*s/%s", AWI_STR_FMT(bucket->name), name);

    return key.ptr ? awi_record_put(&bucket->home, "config", key, awi_arena(req), shape, value)
                   : -ENOMEM;
}

int s3_config_get(struct awi_req *req, const void *in, void *out)
{
    const struct awi_shape *shape = awi_operation(req)->output;
    const struct awi_member *member = s3_config_document_member(shape);
    const struct s3_config_kind *kind = kind_of(awi_operation(req)->name);
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    if (r != 0) {
        return r;
    }
    if (member) {
        void *document = awi_arena_calloc(awi_arena(req), 1, member->shape->size);

        r = document ? s3_config_read(req, &bucket, kind->name, member->shape, document) : -ENOMEM;
        if (r == 0) {
            memcpy((char *)out + member->offset, &document, sizeof(document));
        }
    } else {
        r = s3_config_read(req, &bucket, kind->name, shape, out);
    }
    if (r == -ENOENT && kind->missing) {
        struct s3_BucketError body = {.BucketName = bucket.name};

        return awi_fail_with(req, kind->missing, &body, "%s", kind->message);
    }
    return r == -ENOENT ? 0 : r;
}

int s3_config_delete(struct awi_req *req, const void *in)
{
    const struct s3_config_kind *kind = kind_of(awi_operation(req)->name);
    struct s3_bucket bucket;
    struct awi_str key;
    int r = s3_config_open(req, in, &bucket);

    if (r != 0) {
        return r;
    }
    key = config_key(req, &bucket, kind);
    r = key.ptr ? awi_delete(&bucket.home, "config", key) : -ENOMEM;
    return r == -ENOENT ? 0 : r;
}

int s3_config_forget(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct awi_str prefix = awi_arena_printf(awi_arena(req), "%.*s/", AWI_STR_FMT(bucket->name));

    return prefix.ptr ? awi_delete_prefix(&bucket->home, "config", prefix) : -ENOMEM;
}
