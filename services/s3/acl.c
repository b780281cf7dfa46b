/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control lists of buckets: kept and answered. They take no part in decisions (policies do);
 * with the settings that new buckets have AWS ignores them, too.
 */
#include "services/s3/settings.h"

#include "services/s3/config.h"
#include "services/s3/version.h"

#include <errno.h>

#define GRANTS_MAX   100
#define GROUPS       "http://acs.amazonaws.com/groups/"
#define ALL_USERS    GROUPS "global/AllUsers"
#define ALL_KNOWN    GROUPS "global/AuthenticatedUsers"
#define LOG_DELIVERY GROUPS "s3/LogDelivery"

struct acl {
    struct s3_Owner owner;
    struct s3_Grant grants[3];
    struct s3_Grantee grantees[3];
    size_t n;
};

static void grant(struct acl *acl, const char *group, const char *permission)
{
    struct s3_Grantee *grantee = &acl->grantees[acl->n];

    *grantee = group ? (struct s3_Grantee){.Type = AWI_STR("Group"), .URI = awi_str_from(group)}
                     : (struct s3_Grantee){.Type = AWI_STR("CanonicalUser"), .ID = acl->owner.ID};
    acl->grants[acl->n++] =
        (struct s3_Grant){.Grantee = grantee, .Permission = awi_str_from(permission)};
}

/* False: no such canned list. */
static bool expand(struct acl *acl, struct awi_str canned)
{
    grant(acl, NULL, "FULL_CONTROL");
    if (awi_str_is(canned, "public-read") || awi_str_is(canned, "public-read-write")) {
        grant(acl, ALL_USERS, "READ");
    }
    if (awi_str_is(canned, "public-read-write")) {
        grant(acl, ALL_USERS, "WRITE");
    }
    if (awi_str_is(canned, "authenticated-read")) {
        grant(acl, ALL_KNOWN, "READ");
    }
    if (awi_str_is(canned, "log-delivery-write")) {
        grant(acl, LOG_DELIVERY, "WRITE");
        grant(acl, LOG_DELIVERY, "READ_ACP");
    }
    return acl->n > 1 || awi_str_is(canned, "private");
}

static int owner_only(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      struct s3_Owner **ret_owner,
                      struct s3_Grants *ret)
{
    struct acl *acl = awi_arena_new(awi_arena(req), struct acl);

    if (!acl) {
        return -ENOMEM;
    }
    acl->owner.ID = s3_owner_id(req, bucket->owner);
    expand(acl, AWI_STR("private"));
    *ret_owner = &acl->owner;
    *ret = (struct s3_Grants){.items = acl->grants, .n = acl->n, .set = true};
    return acl->owner.ID.ptr ? 0 : -ENOMEM;
}

int s3_get_bucket_acl(struct awi_req *req,
                      const struct s3_GetBucketAclRequest *in,
                      struct s3_GetBucketAclOutput *out)
{
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r != 0) {
        return r;
    }
    r = s3_config_read(req, &bucket, "BucketAcl", &s3_GetBucketAclOutput_shape, out);
    return r == -ENOENT ? owner_only(req, &bucket, &out->Owner, &out->Grants) : r;
}

int s3_get_object_acl(struct awi_req *req,
                      const struct s3_GetObjectAclRequest *in,
                      struct s3_GetObjectAclOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_config_object(req, in, &bucket, &record);

    return r != 0 ? r : owner_only(req, &bucket, &out->Owner, &out->Grants);
}

static bool is_public(const struct s3_Grants *grants)
{
    for (size_t i = 0; i < grants->n; i++) {
        const struct s3_Grantee *grantee = grants->items[i].Grantee;

        if (grantee &&
            (awi_str_is(grantee->URI, ALL_USERS) || awi_str_is(grantee->URI, ALL_KNOWN))) {
            return true;
        }
    }
    return false;
}

/* The list that the request asks for, canned or in its body. */
static int wanted_list(struct awi_req *req,
                       const struct s3_PutBucketAclRequest *in,
                       struct acl *acl,
                       struct s3_AccessControlPolicy *ret)
{
    const void *document;
    int r;

    if (awi_str_is_set(in->GrantFullControl) || awi_str_is_set(in->GrantRead) ||
        awi_str_is_set(in->GrantReadACP) || awi_str_is_set(in->GrantWrite) ||
        awi_str_is_set(in->GrantWriteACP)) {
        return s3_fail_header(req, "x-amz-grant-");
    }
    if (awi_str_is_set(in->ACL)) {
        if (!expand(acl, in->ACL)) {
            return s3_fail_argument(req, "", "x-amz-acl", in->ACL);
        }
        ret->Owner = &acl->owner;
        ret->Grants = (struct s3_Grants){.items = acl->grants, .n = acl->n, .set = true};
        return 0;
    }
    r = s3_config_document(req, in, &document);
    if (r != 0) {
        return r;
    }
    *ret = *(const struct s3_AccessControlPolicy *)document;
    return ret->Grants.n > GRANTS_MAX ? s3_config_malformed(req) : 0;
}

int s3_put_bucket_acl(struct awi_req *req, const struct s3_PutBucketAclRequest *in, void *out)
{
    struct acl *acl = awi_arena_new(awi_arena(req), struct acl);
    struct s3_AccessControlPolicy wanted = {0};
    struct s3_bucket bucket;
    int r = acl ? s3_config_open(req, in, &bucket) : -ENOMEM;

    (void)out;
    if (r != 0) {
        return r;
    }
    if (awi_str_is(bucket.record.ObjectOwnership, "BucketOwnerEnforced")) {
        return awi_fail(
            req, &s3_error_AccessControlListNotSupported, "The bucket does not allow ACLs");
    }
    acl->owner.ID = s3_owner_id(req, bucket.owner);
    r = wanted_list(req, in, acl, &wanted);
    if (r == 0 && is_public(&wanted.Grants)) {
        struct s3_PublicAccessBlockConfiguration block;

        r = s3_public_access_block(req, &bucket, &block);
        if (r == 0 && block.BlockPublicAcls.v) {
            return awi_fail(req, &s3_error_AccessDenied, "Access Denied");
        }
    }
    return r != 0
               ? r
               : s3_config_write(req, &bucket, "BucketAcl", &s3_AccessControlPolicy_shape, &wanted);
}
