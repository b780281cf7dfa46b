/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of S3 need permission for (Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon S3"; S3 user guide, "Required permissions for Amazon S3
 * API operations").
 */
#pragma once

#include "core/service.h"

struct s3_ObjectIdentifier;
struct s3_bucket;

enum s3_on {
    S3_ON_ACCOUNT, /* no resource */
    S3_ON_BUCKET,
    S3_ON_OBJECT,
    S3_ON_OBJECTS, /* each of DeleteObjects */
};

enum {
    S3_NEEDS_SOURCE = 1 << 0,     /* also s3:GetObject on x-amz-copy-source */
    S3_NEEDS_TAGGING = 1 << 1,    /* also s3:PutObjectTagging where there is x-amz-tagging */
    S3_NEEDS_ACL = 1 << 2,        /* also s3:Put...Acl where there is a header with grants */
    S3_NEEDS_KEY = 1 << 3,        /* reads an object: whether it is there is told to those who may
                                   * list the bucket */
    S3_OF_ROOT = 1 << 4,          /* no policy locks the owner's root user out */
    S3_NEEDS_LOCK = 1 << 5,       /* also s3:PutObjectRetention, s3:PutObjectLegalHold likewise */
    S3_NEEDS_BYPASS = 1 << 6,     /* also s3:BypassGovernanceRetention likewise */
    S3_NEEDS_ATTRIBUTES = 1 << 7, /* also s3:GetObject[Version]Attributes */
};

struct s3_permission {
    const char *operation;
    const char *action;         /* NULL: nothing is needed */
    const char *version_action; /* where the request names a version; NULL: the same */
    enum s3_on target;
    unsigned flags;
};

/* NULL: there is no row for it, and so no handler may be. */
const struct s3_permission *s3_permission_of(struct awi_str operation);

int s3_access(struct awi_req *req, const void *in, struct awi_access_list *ret);

/* Why the caller may not delete this object of DeleteObjects; absent: they may. */
struct awi_str s3_delete_refusal(struct awi_req *req,
                                 const struct s3_bucket *bucket,
                                 const struct s3_ObjectIdentifier *object);
