/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed policies by ARN: those that customers made (struct core_ManagedPolicyRecord) and those
 * that AWS offers in every account (arn:aws:iam::aws:policy/..., a table).
 */
#pragma once

#include "core/store/store.h"
#include "core/util/arena.h"

struct core_ManagedPolicyRecord;

/* One that AWS offers. The documents are our own words where AWS's text may not be copied. */
struct awi_aws_policy {
    struct awi_str name;
    struct awi_str path; /* "/", "/job-function/", "/service-role/", "/aws-service-role/" */
    struct awi_str id;   /* ANPA... */
    struct awi_str description;
    struct awi_str document; /* JSON */
};

extern const struct awi_aws_policy awi_aws_policies[]; /* sorted by name */
extern const size_t awi_n_aws_policies;

/* The one with this ARN, or NULL. */
const struct awi_aws_policy *awi_aws_policy(struct awi_str arn);

/* The document in force (the default version) of either kind. -ENOENT. */
int awi_managed_document(struct awi_txn *txn,
                         struct awi_arena *arena,
                         struct awi_str arn,
                         struct awi_str *ret);
