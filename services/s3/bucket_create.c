/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CreateBucket: names, locations, ownership (S3 API reference, CreateBucket).
 */
#include "services/s3/s3.h"

#include "services/s3/lock.h"
#include "services/s3/name.h"
#include "services/s3/settings.h"

#include <errno.h>

#define BUCKETS_MAX 10000 /* the default quota of an account */

/* --- The name -------------------------------------------------------------------------------- */

static int check_name(struct awi_req *req, const struct s3_CreateBucketRequest *in)
{
    enum s3_name_kind kind = s3_bucket_name_kind(in->Bucket);
    bool regional = awi_str_is(in->BucketNamespace, "account-regional");

    if (kind == S3_NAME_INVALID) {
        return s3_fail_bucket(req, &s3_error_InvalidBucketName, in->Bucket);
    }
    if (kind == S3_NAME_DIRECTORY) {
        return awi_fail(
            req, &awi_error_NotImplemented, "s3:CreateBucket of directory buckets is not emulated");
    }
    if (regional && (kind != S3_NAME_REGIONAL ||
                     !s3_bucket_name_belongs(in->Bucket, awi_account(req), awi_region(req)))) {
        return awi_fail(req,
                        &s3_error_InvalidNamespaceHeader,
                        "The requested bucket name did not include the account-regional namespace "
                        "suffix, but the provided x-amz-bucket-namespace header value is "
                        "account-regional.");
    }
    if (!regional && kind == S3_NAME_REGIONAL) {
        return s3_fail_bucket(req, &s3_error_InvalidBucketName, in->Bucket);
    }
    if (awi_str_is_set(in->BucketNamespace) && !regional &&
        !awi_str_is(in->BucketNamespace, "global")) {
        return s3_fail_argument(
            req, "Invalid bucket namespace", "x-amz-bucket-namespace", in->BucketNamespace);
    }
    return 0;
}

/* --- The location ---------------------------------------------------------------------------- */

static bool is_location(struct awi_str name)
{
    const struct awi_shape *shape = &s3_BucketLocationConstraint_shape;

    for (size_t i = 0; i < shape->n_enum_values; i++) {
        if (awi_str_eq(name, shape->enum_values[i])) {
            return true;
        }
    }
    return false;
}

static int
choose_region(struct awi_req *req, const struct s3_CreateBucketRequest *in, struct awi_str *ret)
{
    struct awi_str here = awi_region(req), wanted = AWI_STR_NULL;

    if (in->CreateBucketConfiguration) {
        wanted = in->CreateBucketConfiguration->LocationConstraint;
    }
    if (wanted.len == 0) {
        if (!awi_str_is(here, "us-east-1")) {
            return awi_fail(req,
                            &s3_error_IllegalLocationConstraintException,
                            "The unspecified location constraint is incompatible for the region "
                            "specific endpoint this request was sent to.");
        }
        *ret = here;
        return 0;
    }
    if (!is_location(wanted)) {
        struct s3_LocationError body = {.LocationConstraint = wanted};

        return awi_fail_with(req,
                             &s3_error_InvalidLocationConstraint,
                             &body,
                             "The specified location-constraint is not valid");
    }
    *ret = awi_str_is(wanted, "EU") ? AWI_STR("eu-west-1") : wanted;
    /* The endpoint of us-east-1 was once the only one and creates buckets anywhere. */
    if (!awi_str_eq(*ret, here) && !awi_str_is(here, "us-east-1")) {
        return awi_fail(req,
                        &s3_error_IllegalLocationConstraintException,
                        "The %.*s location constraint is incompatible for the region specific "
                        "endpoint this request was sent to.",
                        AWI_STR_FMT(wanted));
    }
    return 0;
}

/* --- Access ---------------------------------------------------------------------------------- */

static bool is_one_of(struct awi_str value, const struct awi_shape *shape)
{
    for (size_t i = 0; i < shape->n_enum_values; i++) {
        if (awi_str_eq(value, shape->enum_values[i])) {
            return true;
        }
    }
    return false;
}

static int check_access(struct awi_req *req, const struct s3_CreateBucketRequest *in)
{
    const struct awi_str grants[] = {
        in->GrantFullControl, in->GrantRead, in->GrantReadACP, in->GrantWrite, in->GrantWriteACP};
    bool granted = false, enforced = !awi_str_is_set(in->ObjectOwnership) ||
                                     awi_str_is(in->ObjectOwnership, "BucketOwnerEnforced");

    for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++) {
        granted |= awi_str_is_set(grants[i]);
    }
    if (awi_str_is_set(in->ACL) && !is_one_of(in->ACL, &s3_BucketCannedACL_shape)) {
        return s3_fail_argument(req, "", "x-amz-acl", in->ACL);
    }
    if (awi_str_is_set(in->ObjectOwnership) &&
        !is_one_of(in->ObjectOwnership, &s3_ObjectOwnership_shape)) {
        return s3_fail_argument(req,
                                "Invalid x-amz-object-ownership header: value must be one of "
                                "BucketOwnerPreferred, ObjectWriter, BucketOwnerEnforced",
                                "x-amz-object-ownership",
                                in->ObjectOwnership);
    }
    if (awi_str_is_set(in->ACL) && granted) {
        return s3_fail_request(req, "Specifying both Canned ACLs and Header Grants is not allowed");
    }
    if (granted || (awi_str_is_set(in->ACL) && !awi_str_is(in->ACL, "private"))) {
        if (enforced) {
            return awi_fail(req,
                            &s3_error_InvalidBucketAclWithObjectOwnership,
                            "Bucket cannot have ACLs set with ObjectOwnership's "
                            "BucketOwnerEnforced setting");
        }
        return awi_fail(req,
                        &s3_error_InvalidBucketAclWithBlockPublicAccessError,
                        "Bucket cannot have public ACLs set with BlockPublicAccess enabled");
    }
    return 0;
}

/* --- Creation -------------------------------------------------------------------------------- */

static int check_request(struct awi_req *req,
                         const struct s3_CreateBucketRequest *in,
                         struct awi_str *ret_region)
{
    const struct s3_CreateBucketConfiguration *config = in->CreateBucketConfiguration;
    int r = check_name(req, in);

    if (r == 0 && config && (config->Bucket || config->Location)) {
        return awi_fail(
            req, &awi_error_NotImplemented, "s3:CreateBucket of directory buckets is not emulated");
    }
    if (r == 0) {
        r = choose_region(req, in, ret_region);
    }
    if (r == 0) {
        r = check_access(req, in);
    }
    if (r == 0 && config) {
        r = s3_check_bucket_tags(req, &config->Tags);
    }
    return r;
}

/* Whose the name is: 0 nobody's; 1 the caller's, and nothing is to be done (*done); an error. */
static int claim(struct awi_req *req, struct awi_str name, struct awi_str region, bool *done)
{
    struct awi_scope scope = awi_scope_of(req, AWI_STR(""), AWI_STR(""));
    struct s3_NameRecord found, record = {.Account = awi_account(req), .Region = region};
    struct awi_str key = awi_arena_printf(
        awi_arena(req), "%.*s/%.*s", AWI_STR_FMT(awi_partition(req)), AWI_STR_FMT(name));
    int r;

    *done = false;
    if (!key.ptr) {
        return -ENOMEM;
    }
    r = awi_record_get(&scope, "name", key, awi_arena(req), &s3_NameRecord_shape, &found);
    if (r == -ENOENT) {
        return awi_record_put(&scope, "name", key, awi_arena(req), &s3_NameRecord_shape, &record);
    }
    if (r < 0) {
        return r;
    }
    if (!awi_str_eq(found.Account, awi_account(req))) {
        return s3_fail_bucket(req, &s3_error_BucketAlreadyExists, name);
    }
    /* In us-east-1 creating one's own bucket again succeeds, for legacy reasons. */
    if (awi_str_is(region, "us-east-1") && awi_str_eq(found.Region, region)) {
        *done = true;
        return 0;
    }
    return s3_fail_bucket(req, &s3_error_BucketAlreadyOwnedByYou, name);
}

static int check_quota(struct awi_req *req, const struct awi_scope *scope)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    size_t n = 0;
    int r = awi_cursor_open(scope, "bucket", AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (++n == BUCKETS_MAX) {
            return awi_fail(req,
                            &s3_error_TooManyBuckets,
                            "You have attempted to create more buckets than allowed");
        }
    }
    return r == -ENOENT ? 0 : r;
}

int s3_create_bucket(struct awi_req *req,
                     const struct s3_CreateBucketRequest *in,
                     struct s3_CreateBucketOutput *out)
{
    struct awi_scope scope = awi_scope_of(req, awi_account(req), AWI_STR(""));
    struct s3_BucketRecord record = {.Name = in->Bucket};
    bool done;
    int r = check_request(req, in, &record.Region);

    if (r == 0) {
        r = claim(req, in->Bucket, record.Region, &done);
    }
    if (r != 0) {
        return r;
    }
    out->BucketArn = s3_bucket_arn(req, in->Bucket);
    out->Location = awi_str_is(record.Region, "us-east-1")
                        ? awi_arena_printf(awi_arena(req), "/%.*s", AWI_STR_FMT(in->Bucket))
                        : awi_arena_printf(awi_arena(req),
                                           "http://%.*s.s3.amazonaws.com/",
                                           AWI_STR_FMT(in->Bucket));
    if (!out->BucketArn.ptr || !out->Location.ptr) {
        return -ENOMEM;
    }
    if (done) {
        return 0;
    }
    r = check_quota(req, &scope);
    if (r != 0) {
        return r;
    }
    record.CreationDate = AWI_SOME_TIME(awi_now(req) / 1000 * 1000);
    record.ObjectOwnership =
        awi_str_is_set(in->ObjectOwnership) ? in->ObjectOwnership : AWI_STR("BucketOwnerEnforced");
    record.BucketNamespace = in->BucketNamespace;
    record.Versioning = in->ObjectLockEnabledForBucket.v ? AWI_STR("Enabled") : AWI_STR_NULL;
    r = awi_record_put(
        &scope, "bucket", in->Bucket, awi_arena(req), &s3_BucketRecord_shape, &record);
    if (r < 0) {
        return r;
    }
    struct s3_bucket bucket = {.name = in->Bucket, .home = scope, .record = record};
    static const struct s3_TagSet no_tags;
    if (in->ObjectLockEnabledForBucket.v) {
        r = s3_lock_begin(req, &bucket);
    }
    return r < 0 ? r
                 : s3_settings_begin(req,
                                     &bucket,
                                     in->CreateBucketConfiguration
                                         ? &in->CreateBucketConfiguration->Tags
                                         : &no_tags);
}
