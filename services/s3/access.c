/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to the permissions it needs: the table of permission.c, the bucket's owner and
 * policy, and the condition keys of access_keys.c.
 */
#include "services/s3/access.h"

#include "services/s3/access_keys.h"
#include "services/s3/cors.h"
#include "services/s3/settings.h"
#include "services/s3/version.h"

#include "core/shape/value.h"

#include <errno.h>

#define OBJECTS_MAX 1000
#define MOST        (2 * OBJECTS_MAX)
#define BYPASS      AWI_STR("s3:BypassGovernanceRetention")

struct asking {
    struct awi_req *req;
    const struct s3_permission *permission;
    const struct awi_shape *shape; /* of the input */
    const void *in;
    struct s3_bucket bucket;
    bool found; /* the bucket is there */
    struct awi_access_list *list;
    size_t room;
};

/* A text member of the input by name; absent when there is none. */
static struct awi_str text_member(const struct asking *asking, const char *name)
{
    for (size_t i = 0; asking->shape && i < asking->shape->n_members; i++) {
        const struct awi_member *member = &asking->shape->members[i];

        if (member->shape->type == AWI_TYPE_STRING && awi_str_is(member->name, name)) {
            const struct awi_str *text = awi_member_of(member, asking->in);

            return text ? *text : AWI_STR_NULL;
        }
    }
    return AWI_STR_NULL;
}

static struct awi_str
object_arn(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    struct awi_str arn = s3_bucket_arn(req, bucket->name);

    return arn.ptr
               ? awi_arena_printf(awi_arena(req), "%.*s/%.*s", AWI_STR_FMT(arn), AWI_STR_FMT(key))
               : arn;
}

/*
 * The bucket's policy as it counts for this caller. Block Public Access's RestrictPublicBuckets
 * closes a bucket with a public policy to everybody outside of its account; and no policy locks the
 * owner's root user out of repairing it.
 */
static int
policy_for(const struct asking *asking, const struct s3_bucket *bucket, struct awi_str *ret)
{
    const struct awi_principal *who = awi_principal(asking->req);
    bool owner = awi_str_eq(who->account, bucket->owner) && who->type != AWI_PRINCIPAL_ANONYMOUS;
    struct s3_PublicAccessBlockConfiguration block;
    int r = 0;

    *ret = bucket->record.Policy;
    if (owner && who->type == AWI_PRINCIPAL_ROOT && (asking->permission->flags & S3_OF_ROOT)) {
        *ret = AWI_STR_NULL;
    } else if (!owner && bucket->record.PolicyIsPublic.v) {
        r = s3_public_access_block(asking->req, bucket, &block);
        *ret = r == 0 && block.RestrictPublicBuckets.v ? AWI_STR_NULL : *ret;
    }
    return r;
}

/* Adds one permission. object: the key, absent for the bucket itself. */
static int add(struct asking *asking,
               struct awi_str action,
               const struct s3_bucket *bucket,
               struct awi_str object,
               const struct awi_context_entry *context,
               size_t n_context)
{
    struct awi_access *access = &asking->list->items[asking->list->n];
    int r = 0;

    if (asking->list->n == asking->room) {
        return -ENOMEM;
    }
    *access = (struct awi_access){.action = action, .context = context, .n_context = n_context};
    if (!bucket) {
        access->resource = AWI_STR("*");
    } else {
        access->resource = object.ptr ? object_arn(asking->req, bucket, object)
                                      : s3_bucket_arn(asking->req, bucket->name);
        access->owner = bucket->owner;
        access->flags = AWI_ACCESS_BOUNDARY;
        if (asking->permission->target == S3_ON_OBJECTS) {
            access->flags |= AWI_ACCESS_PART;
        }
        r = policy_for(asking, bucket, &access->policy);
    }
    asking->list->n++;
    return r == 0 && !access->resource.ptr ? -ENOMEM : r;
}

/* Deletes protected by Object Lock's governance mode. */
static bool bypasses(const struct awi_req *req)
{
    return awi_str_is_nocase(awi_header(req, "x-amz-bypass-governance-retention"), "true");
}

static const char *delete_action(const struct s3_ObjectIdentifier *object)
{
    return awi_str_is_set(object->VersionId) ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
}

static int add_objects(struct asking *asking)
{
    const struct s3_DeleteObjectsRequest *in = asking->in;
    bool bypass = bypasses(asking->req);
    int r = 0;

    for (size_t i = 0; r == 0 && in->Delete && i < in->Delete->Objects.n && i < OBJECTS_MAX; i++) {
        const struct s3_ObjectIdentifier *object = &in->Delete->Objects.items[i];

        r = add(asking, awi_str_from(delete_action(object)), &asking->bucket, object->Key, NULL, 0);
        if (r == 0 && bypass) {
            r = add(asking, BYPASS, &asking->bucket, object->Key, NULL, 0);
        }
    }
    return r;
}

struct awi_str s3_delete_refusal(struct awi_req *req,
                                 const struct s3_bucket *bucket,
                                 const struct s3_ObjectIdentifier *object)
{
    struct awi_str arn = object_arn(req, bucket, object->Key);
    struct awi_str refusal = awi_access_refusal(req, awi_str_from(delete_action(object)), arn);

    return awi_str_is_set(refusal) ? refusal : awi_access_refusal(req, BYPASS, arn);
}

/* The source of a copy, which may be another account's, and anywhere. */
static int add_source(struct asking *asking)
{
    struct s3_bucket *bucket = awi_arena_new(awi_arena(asking->req), struct s3_bucket);
    struct awi_context_entry *context;
    struct awi_str name, key, version;
    struct s3_ObjectRecord record;
    size_t n;
    int r;

    if (!bucket) {
        return -ENOMEM;
    }
    r = s3_copy_source(asking->req, text_member(asking, "CopySource"), &name, &key, &version);
    if (r != 0) {
        return r;
    }
    r = s3_bucket_find(asking->req, name, bucket);
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    r = s3_version_find(asking->req, bucket, key, version, &record);
    if (r < 0 && r != -ENOENT) {
        return r;
    }
    bool there = r == 0;
    r = s3_source_keys(asking->req, there ? &record : NULL, &context, &n);
    if (r == 0) {
        r = add(asking,
                awi_str_is_set(version) ? AWI_STR("s3:GetObjectVersion") : AWI_STR("s3:GetObject"),
                bucket,
                key,
                context,
                n);
    }
    return r != 0 || there ? r
                           : add(asking, AWI_STR("s3:ListBucket"), bucket, AWI_STR_NULL, NULL, 0);
}

static bool grants(const struct awi_req *req)
{
    static const char *const headers[] = {"x-amz-acl",
                                          "x-amz-grant-full-control",
                                          "x-amz-grant-read",
                                          "x-amz-grant-read-acp",
                                          "x-amz-grant-write",
                                          "x-amz-grant-write-acp"};

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (awi_str_is_set(awi_header(req, headers[i]))) {
            return true;
        }
    }
    return false;
}

static bool tags(const struct awi_req *req)
{
    return awi_str_is_set(awi_header(req, "x-amz-tagging"));
}

static bool retains(const struct awi_req *req)
{
    return awi_str_is_set(awi_header(req, "x-amz-object-lock-mode"));
}

static bool holds(const struct awi_req *req)
{
    return awi_str_is_set(awi_header(req, "x-amz-object-lock-legal-hold"));
}

/* What an operation needs besides, where a header asks for it. */
static const struct {
    unsigned flag;
    bool (*asked)(const struct awi_req *req);
    const char *action;
    const char *bucket_action; /* of an operation on a bucket; NULL: none has the flag */
} also[] = {
    {S3_NEEDS_TAGGING, tags, "s3:PutObjectTagging", NULL},
    {S3_NEEDS_ACL, grants, "s3:PutObjectAcl", "s3:PutBucketAcl"},
    {S3_NEEDS_LOCK, retains, "s3:PutObjectRetention", NULL},
    {S3_NEEDS_LOCK, holds, "s3:PutObjectLegalHold", NULL},
    {S3_NEEDS_BYPASS, bypasses, "s3:BypassGovernanceRetention", NULL},
};

/* What the request's own bucket and object need. */
static int add_target(struct asking *asking)
{
    const struct s3_permission *permission = asking->permission;
    bool of_object = permission->target == S3_ON_OBJECT, there = false;
    struct awi_str key = of_object ? text_member(asking, "Key") : AWI_STR_NULL;
    struct awi_str version = text_member(asking, "VersionId");
    const char *action = permission->version_action && awi_str_is_set(version)
                             ? permission->version_action
                             : permission->action;
    struct awi_context_entry *context = NULL;
    struct s3_ObjectRecord record;
    size_t n = 0;
    int r = 0;

    if (of_object && asking->found) {
        r = s3_version_find(asking->req, &asking->bucket, key, version, &record);
        if (r < 0 && r != -ENOENT) {
            return r;
        }
        there = r == 0;
    }
    r = s3_request_keys(asking->req,
                        asking->shape,
                        asking->in,
                        asking->found ? &asking->bucket : NULL,
                        there ? &record : NULL,
                        &context,
                        &n);
    if (r == 0) {
        r = add(asking, awi_str_from(action), &asking->bucket, key, context, n);
    }
    for (size_t i = 0; r == 0 && i < sizeof(also) / sizeof(also[0]); i++) {
        if ((permission->flags & also[i].flag) && also[i].asked(asking->req)) {
            const char *name = of_object ? also[i].action : also[i].bucket_action;

            r = add(asking, awi_str_from(name), &asking->bucket, key, context, n);
        }
    }
    if (r == 0 && (permission->flags & S3_NEEDS_ATTRIBUTES)) {
        r = add(asking,
                awi_str_is_set(version) ? AWI_STR("s3:GetObjectVersionAttributes")
                                        : AWI_STR("s3:GetObjectAttributes"),
                &asking->bucket,
                key,
                context,
                n);
    }
    if (r == 0 && (permission->flags & S3_NEEDS_KEY) && asking->found && !there) {
        r = add(asking, AWI_STR("s3:ListBucket"), &asking->bucket, AWI_STR_NULL, NULL, 0);
    }
    return r;
}

/* Whose the bucket is. One that is not there is nobody's: the handler says so to those who have the
 * permission. */
static int find_bucket(struct asking *asking)
{
    struct awi_str name = text_member(asking, "Bucket");
    int r = s3_bucket_find(asking->req, name, &asking->bucket);
    bool create = awi_str_is(awi_operation(asking->req)->name, "CreateBucket");

    asking->found = r == 0;
    if (r == -ENOENT || create) {
        asking->bucket = (struct s3_bucket){.name = name};
        asking->found = false;
        return create ? s3_check_scope(asking->req) : 0;
    }
    if (r == 0) {
        r = s3_cors_answer(asking->req, &asking->bucket);
    }
    return r < 0 ? r : s3_bucket_here(asking->req, &asking->bucket);
}

int s3_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct asking asking = {
        .req = req,
        .permission = s3_permission_of(awi_operation(req)->name),
        .shape = awi_operation(req)->input,
        .in = in,
        .list = ret,
    };
    int r = 0;

    if (!asking.permission) {
        return 0; /* has no handler either */
    }
    asking.room = asking.permission->target == S3_ON_OBJECTS ? MOST : 8;
    ret->items = awi_arena_array(awi_arena(req), struct awi_access, asking.room);
    if (!ret->items) {
        return -ENOMEM;
    }
    if (asking.permission->target == S3_ON_ACCOUNT) {
        r = s3_check_scope(req);
        return r ? r
                 : add(&asking,
                       awi_str_from(asking.permission->action),
                       NULL,
                       AWI_STR_NULL,
                       NULL,
                       0);
    }
    r = find_bucket(&asking);
    if (r == 0 && asking.permission->action) {
        r = asking.permission->target == S3_ON_OBJECTS ? add_objects(&asking) : add_target(&asking);
    }
    if (r == 0 && (asking.permission->flags & S3_NEEDS_SOURCE)) {
        r = add_source(&asking);
    }
    return r;
}
