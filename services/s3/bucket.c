/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding buckets, and the operations on buckets besides their creation.
 */
#include "services/s3/s3.h"

#include "services/s3/config.h"
#include "services/s3/multipart.h"

#include "core/identity/account.h"
#include "core/util/base64.h"

#include <errno.h>

struct awi_str s3_owner_id(struct awi_req *req, struct awi_str account)
{
    return awi_account_canonical_id(awi_arena(req), account);
}

struct awi_str s3_bucket_arn(struct awi_req *req, struct awi_str bucket)
{
    return awi_arena_printf(
        awi_arena(req), "arn:%.*s:s3:::%.*s", AWI_STR_FMT(awi_partition(req)), AWI_STR_FMT(bucket));
}

/* --- Finding --------------------------------------------------------------------------------- */

/* Is the host a global endpoint with the bucket in front (BUCKET.s3.amazonaws.com)? DNS leads such
 * a request to the bucket's region, whatever it was signed for. */
static bool host_is_global(struct awi_req *req, struct awi_str bucket)
{
    struct awi_str host = awi_host(req);

    return awi_str_starts_nocase(host, bucket) &&
           awi_str_is_nocase(awi_str_skip(host, bucket.len), ".s3.amazonaws.com");
}

static int fail_scope(struct awi_req *req, struct awi_str expected)
{
    struct s3_RegionError body = {.Region = expected};

    return awi_fail_with(req,
                         &s3_error_AuthorizationHeaderMalformed,
                         &body,
                         "The authorization header is malformed; the region '%.*s' is wrong; "
                         "expecting '%.*s'",
                         AWI_STR_FMT(awi_region(req)),
                         AWI_STR_FMT(expected));
}

int s3_check_scope(struct awi_req *req)
{
    struct awi_str host = awi_host(req), home = AWI_STR("us-east-1");
    bool global = awi_str_is_nocase(host, "s3.amazonaws.com") ||
                  awi_str_ends_nocase(host, AWI_STR(".s3.amazonaws.com"));

    return !global || awi_str_eq(awi_region(req), home) ? 0 : fail_scope(req, home);
}

/* The request was sent to, or signed for, another region than the bucket's. */
static int wrong_region(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct s3_RedirectError redirect = {.Bucket = bucket->name};
    struct awi_str suffix = AWI_STR("amazonaws.com");

    if (host_is_global(req, bucket->name)) {
        return awi_principal(req)->type == AWI_PRINCIPAL_ANONYMOUS
                   ? 0
                   : fail_scope(req, bucket->region);
    }
    if (awi_str_is(awi_partition(req), "aws-cn")) {
        suffix = AWI_STR("amazonaws.com.cn");
    }
    redirect.Endpoint = awi_arena_printf(awi_arena(req),
                                         "%.*s.s3.%.*s.%.*s",
                                         AWI_STR_FMT(bucket->name),
                                         AWI_STR_FMT(bucket->region),
                                         AWI_STR_FMT(suffix));
    return awi_fail_with(req,
                         &s3_error_PermanentRedirect,
                         &redirect,
                         "The bucket you are attempting to access must be addressed using the "
                         "specified endpoint. Please send all future requests to this endpoint.");
}

static struct awi_str name_key(struct awi_req *req, struct awi_str name)
{
    return awi_arena_printf(
        awi_arena(req), "%.*s/%.*s", AWI_STR_FMT(awi_partition(req)), AWI_STR_FMT(name));
}

static int find_name(struct awi_req *req, struct awi_str name, struct s3_NameRecord *ret)
{
    struct awi_scope scope = awi_scope_of(req, AWI_STR(""), AWI_STR(""));
    struct awi_str key = name_key(req, name);

    return !key.ptr
               ? -ENOMEM
               : awi_record_get(&scope, "name", key, awi_arena(req), &s3_NameRecord_shape, ret);
}

int s3_bucket_find(struct awi_req *req, struct awi_str name, struct s3_bucket *ret)
{
    struct s3_NameRecord found;
    int r = find_name(req, name, &found);

    if (r < 0) {
        return r;
    }
    ret->name = name;
    ret->owner = found.Account;
    ret->region = found.Region;
    ret->home = awi_scope_of(req, ret->owner, AWI_STR(""));
    ret->content = awi_scope_of(req, ret->owner, ret->region);
    return awi_record_get(
        &ret->home, "bucket", name, awi_arena(req), &s3_BucketRecord_shape, &ret->record);
}

int s3_bucket_here(struct awi_req *req, const struct s3_bucket *bucket)
{
    bool here = awi_str_eq(bucket->region, awi_region(req));
    int r = 0;

    if (!here || !awi_str_eq(bucket->owner, awi_account(req))) {
        r = awi_answer_header(req, AWI_STR("x-amz-bucket-region"), bucket->region);
    }
    return r < 0 || here ? r : wrong_region(req, bucket);
}

int s3_bucket_open(struct awi_req *req,
                   struct awi_str name,
                   struct awi_str expected_owner,
                   struct s3_bucket *ret)
{
    int r = s3_bucket_find(req, name, ret);

    if (r == -ENOENT) {
        return s3_fail_bucket(req, &s3_error_NoSuchBucket, name);
    }
    if (r == 0 && awi_str_is_set(expected_owner) && !awi_str_eq(ret->owner, expected_owner)) {
        return awi_fail(req, &s3_error_AccessDenied, "Access Denied");
    }
    return r;
}

int s3_bucket_save(struct awi_req *req, const struct s3_bucket *bucket)
{
    return awi_record_put(&bucket->home,
                          "bucket",
                          bucket->name,
                          awi_arena(req),
                          &s3_BucketRecord_shape,
                          &bucket->record);
}

/* --- Listing --------------------------------------------------------------------------------- */

#define LIST_BUCKETS_MAX 10000

struct bucket_list {
    struct s3_Bucket *items;
    size_t n;
    size_t room;
};

static struct s3_Bucket *add_bucket(struct awi_arena *arena, struct bucket_list *list)
{
    if (list->n == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        struct s3_Bucket *items = awi_arena_array(arena, struct s3_Bucket, room);

        if (!items) {
            return NULL;
        }
        if (list->n > 0) {
            memcpy(items, list->items, list->n * sizeof(*items));
        }
        list->items = items;
        list->room = room;
    }
    return &list->items[list->n++];
}

static int collect_buckets(struct awi_req *req,
                           const struct s3_ListBucketsRequest *in,
                           struct awi_str after,
                           struct bucket_list *list,
                           bool *ret_more)
{
    struct awi_scope scope = awi_scope_of(req, awi_account(req), AWI_STR(""));
    struct awi_str prefix = awi_str_is_set(in->Prefix) ? in->Prefix : AWI_STR("");
    struct awi_str from = awi_str_cmp(after, prefix) > 0 ? after : prefix, key, value;
    size_t most = in->MaxBuckets.set ? (size_t)in->MaxBuckets.v : LIST_BUCKETS_MAX;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = awi_cursor_open(&scope, "bucket", prefix, from, AWI_FORWARD, &cursor);

    *ret_more = false;
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct s3_BucketRecord record;
        struct s3_Bucket *bucket;

        if (awi_str_eq(key, after)) {
            continue;
        }
        r = awi_record_decode(value, awi_arena(req), &s3_BucketRecord_shape, &record);
        if (r < 0) {
            return r;
        }
        if (awi_str_is_set(in->BucketRegion) && !awi_str_eq(in->BucketRegion, record.Region)) {
            continue;
        }
        if (list->n == most) {
            *ret_more = true;
            return 0;
        }
        bucket = add_bucket(awi_arena(req), list);
        if (!bucket) {
            return -ENOMEM;
        }
        bucket->Name = record.Name;
        bucket->CreationDate = record.CreationDate;
        bucket->BucketRegion = record.Region;
        bucket->BucketArn = s3_bucket_arn(req, record.Name);
    }
    return r == -ENOENT ? 0 : r;
}

int s3_list_buckets(struct awi_req *req,
                    const struct s3_ListBucketsRequest *in,
                    struct s3_ListBucketsOutput *out)
{
    struct bucket_list list = {0};
    struct awi_str after = AWI_STR("");
    bool more;
    int r;

    if (in->MaxBuckets.set && (in->MaxBuckets.v < 1 || in->MaxBuckets.v > LIST_BUCKETS_MAX)) {
        return s3_fail_argument(req,
                                "Argument max-buckets must be an integer between 1 and 10000",
                                "max-buckets",
                                awi_arena_printf(awi_arena(req), "%d", in->MaxBuckets.v));
    }
    if (awi_str_is_set(in->ContinuationToken)) {
        r = awi_base64_decode(awi_arena(req), in->ContinuationToken, &after);
        if (r == -EINVAL || (r == 0 && after.len == 0)) {
            return s3_fail_argument(req,
                                    "The continuation token provided is incorrect",
                                    "continuation-token",
                                    in->ContinuationToken);
        }
        if (r < 0) {
            return r;
        }
    }
    r = collect_buckets(req, in, after, &list, &more);
    if (r < 0) {
        return r;
    }
    out->Buckets.items = list.items;
    out->Buckets.n = list.n;
    out->Buckets.set = true;
    out->Prefix = in->Prefix;
    if (more) {
        out->ContinuationToken = awi_base64(awi_arena(req), list.items[list.n - 1].Name);
    }
    out->Owner = awi_arena_new(awi_arena(req), struct s3_Owner);
    if (!out->Owner) {
        return -ENOMEM;
    }
    out->Owner->ID = s3_owner_id(req, awi_account(req));
    return 0;
}

/* --- The others ------------------------------------------------------------------------------ */

int s3_head_bucket(struct awi_req *req,
                   const struct s3_HeadBucketRequest *in,
                   struct s3_HeadBucketOutput *out)
{
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r != 0) {
        return r;
    }
    out->BucketArn = s3_bucket_arn(req, in->Bucket);
    out->BucketRegion = bucket.region;
    out->AccessPointAlias = AWI_SOME_BOOL(false);
    return 0;
}

int s3_get_bucket_location(struct awi_req *req,
                           const struct s3_GetBucketLocationRequest *in,
                           struct s3_GetBucketLocationOutput *out)
{
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r != 0) {
        return r;
    }
    /* Buckets in us-east-1 have an empty constraint, for ever. */
    if (!awi_str_is(bucket.region, "us-east-1")) {
        out->LocationConstraint = bucket.region;
    }
    return 0;
}

/* -ENOENT: none. */
static int first_of(const struct s3_bucket *bucket, const char *table, struct awi_str prefix)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(&bucket->content, table, prefix, prefix, AWI_FORWARD, &cursor);

    return r < 0 ? r : awi_cursor_next(cursor, &key, &value);
}

static int fail_not_empty(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct s3_BucketError body = {.BucketName = bucket->name};

    return awi_fail_with(req,
                         &s3_error_BucketNotEmpty,
                         &body,
                         "The bucket you tried to delete is not empty%s",
                         awi_str_is_set(bucket->record.Versioning)
                             ? ". You must delete all versions in the bucket."
                             : "");
}

int s3_delete_bucket(struct awi_req *req, const struct s3_DeleteBucketRequest *in, void *out)
{
    struct awi_scope names = awi_scope_of(req, AWI_STR(""), AWI_STR(""));
    struct awi_str key = name_key(req, in->Bucket), prefix, versions;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r != 0) {
        return r;
    }
    prefix = s3_object_key(req, &bucket, AWI_STR(""));
    versions = AWI_KEY(awi_arena(req), bucket.name);
    if (!key.ptr || !prefix.ptr || !versions.ptr) {
        return -ENOMEM;
    }
    r = first_of(&bucket, "object", prefix);
    if (r == -ENOENT) {
        r = first_of(&bucket, "version", versions);
    }
    if (r == 0) {
        return fail_not_empty(req, &bucket);
    }
    if (r != -ENOENT) {
        return r;
    }
    r = s3_config_forget(req, &bucket);
    if (r == 0) {
        r = s3_uploads_forget(req, &bucket);
    }
    if (r == 0) {
        r = awi_delete(&names, "name", key);
    }
    return r < 0 ? r : awi_delete(&bucket.home, "bucket", in->Bucket);
}
