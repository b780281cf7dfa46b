/* SPDX-License-Identifier: Apache-2.0 */
/* Access control lists of buckets and objects: what puts and reads them. */
#include "services/s3/acl.h"

#include "services/s3/config.h"
#include "services/s3/settings.h"
#include "services/s3/version.h"

#include <errno.h>

#define HEADERS(in)                                                                                \
    {                                                                                              \
        .canned = (in)->ACL,                                                                       \
        .grants = {(in)->GrantFullControl,                                                         \
                   (in)->GrantRead,                                                                \
                   (in)->GrantReadACP,                                                             \
                   (in)->GrantWrite,                                                               \
                   (in)->GrantWriteACP},                                                           \
    }

int s3_get_bucket_acl(struct awi_req *req,
                      const struct s3_GetBucketAclRequest *in,
                      struct s3_GetBucketAclOutput *out)
{
    struct s3_AccessControlPolicy list;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r != 0) {
        return r;
    }
    r = s3_config_read(req, &bucket, "BucketAcl", &s3_AccessControlPolicy_shape, &list);
    if (r == -ENOENT) {
        r = s3_acl_owner_only(req, &bucket, &list);
    }
    if (r == 0) {
        out->Owner = list.Owner;
        out->Grants = list.Grants;
    }
    return r;
}

int s3_get_object_acl(struct awi_req *req,
                      const struct s3_GetObjectAclRequest *in,
                      struct s3_GetObjectAclOutput *out)
{
    struct s3_AccessControlPolicy list;
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_config_object(req, in, &bucket, &record);

    if (r != 0) {
        return r;
    }
    if (record.Acl && !s3_acl_is_enforced(&bucket)) {
        list = *record.Acl;
    } else {
        r = s3_acl_owner_only(req, &bucket, &list);
    }
    if (r == 0) {
        out->Owner = list.Owner;
        out->Grants = list.Grants;
    }
    return r;
}

int s3_put_bucket_acl(struct awi_req *req, const struct s3_PutBucketAclRequest *in, void *out)
{
    const struct s3_acl acl = HEADERS(in);
    struct s3_AccessControlPolicy wanted;
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    (void)out;
    if (r == 0 && s3_acl_is_enforced(&bucket)) {
        return s3_acl_not_supported(req);
    }
    if (r == 0) {
        r = s3_acl_wanted(req, in, &bucket, &acl, &s3_BucketCannedACL_shape, &wanted);
    }
    return r != 0
               ? r
               : s3_config_write(req, &bucket, "BucketAcl", &s3_AccessControlPolicy_shape, &wanted);
}

int s3_put_object_acl(struct awi_req *req,
                      const struct s3_PutObjectAclRequest *in,
                      struct s3_PutObjectAclOutput *out)
{
    const struct s3_acl acl = HEADERS(in);
    struct s3_AccessControlPolicy wanted;
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_config_object(req, in, &bucket, &record);

    if (r == 0 && s3_acl_is_enforced(&bucket)) {
        return awi_str_is(in->ACL, "bucket-owner-full-control") ? 0 : s3_acl_not_supported(req);
    }
    if (r == 0) {
        r = s3_acl_wanted(req, in, &bucket, &acl, &s3_ObjectCannedACL_shape, &wanted);
    }
    if (r != 0) {
        return r;
    }
    if (awi_str_is_set(in->RequestPayer)) {
        out->RequestCharged = AWI_STR("requester");
    }
    record.Acl = &wanted;
    return s3_version_rewrite(req, &bucket, in->Key, &record);
}
