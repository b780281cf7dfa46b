/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may call what of Organizations, and which permission it needs (service authorization
 * reference, "Actions, resources, and condition keys for AWS Organizations"): one row an operation.
 */
#pragma once

#include "core/service.h"

/* From which accounts an operation can be called at all, whatever policies say. */
enum org_who {
    ORG_ANYONE,      /* accounts outside of any organization too */
    ORG_MEMBERS_TOO, /* every account of the organization */
    ORG_MANAGEMENT,
    ORG_DELEGATES, /* the management account and delegated administrators of any service */
    ORG_OWN,       /* of other accounts as ORG_DELEGATES, of itself every account */
};

enum {
    ORG_DELEGABLE = 1 << 0, /* the organization's resource policy may give it to members */
    ORG_TYPED = 1 << 1,     /* organizations:PolicyType from PolicyType, Type or Filter */
    ORG_TAGGING = 1 << 2,   /* with Tags also organizations:TagResource */
};

#define ORG_RESOURCES 3

struct org_row {
    const char *operation;
    enum org_who who;
    unsigned flags;
    const char *on[ORG_RESOURCES]; /* members of the input that name resources; none: "*" */
};

/* NULL: no row. */
const struct org_row *org_row_of(struct awi_str operation);

/* May the resource policy give this operation to members, or have they got it? Names have no case.
 */
bool org_may_delegate(struct awi_str operation);

int org_access(struct awi_req *req, const void *in, struct awi_access_list *ret);
