/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What access.c and access_resource.c share: a row of access.def, and what is found out for it.
 */
#pragma once

#include "services/iam/iam.h"

/* What an operation works on. */
enum iam_target {
    ON_ACCOUNT, /* "*" */
    ON_ROLE,
    ON_USER, /* UserName, or who calls */
    ON_GROUP,
    ON_POLICY,
    ON_PROFILE,
    ON_MFA,
    ON_OIDC,
    ON_SAML,
    ON_CERT,
    ON_LINKED,     /* a role that a service will have */
    ON_SOURCE,     /* PolicySourceArn */
    ON_ARN,        /* Arn */
    ON_KEY,        /* whose AccessKeyId it is */
    ON_REPORT,     /* EntityPath of an organization */
    ON_TASK,       /* the role of a DeletionTaskId */
    ON_DELEGATION, /* DelegationRequestId */
    ON_ENTITY,     /* EntityArn */
};

enum {
    LISTS = 1 << 0,    /* all there are: the ARN ends with the path that is asked for */
    PASSES = 1 << 1,   /* a role is passed to a service */
    HAS_TAGS = 1 << 2, /* with Tags also iam:Tag... */
    OWNERS = 1 << 4,   /* who owns the delegation request needs no permission */
    RENAMES = 1 << 3,  /* the permission is needed on what comes out, too */
};

struct iam_access_row {
    const char *operation;
    enum iam_target target;
    unsigned flags;
    const char *tagging; /* HAS_TAGS */
};

struct iam_asking {
    struct awi_req *req;
    const void *in;
    const struct iam_access_row *row;
    struct awi_str arn;
    const struct core_Tags *tags; /* of the resource, if it is there */
    struct awi_str boundary;      /* likewise */
    struct awi_context_entry *context;
    size_t n, room;
};

/* The bare value of a member of the input (core/shape/value.h); NULL: there is none. */
const void *iam_access_member(struct awi_req *req, const void *in, const char *name);
/* One that is text; absent likewise. */
struct awi_str iam_access_text(struct awi_req *req, const void *in, const char *name);

/* Fills arn, tags and boundary. 0 or -errno. */
int iam_access_resource(struct iam_asking *a);
/* The same of a role, user or group that a member names. */
int iam_access_entity(struct iam_asking *a, enum iam_kind kind, const char *name_member);
/* The ARN of what an update makes of the resource; absent: it stays. */
int iam_access_renamed(struct iam_asking *a, struct awi_str *ret);
