/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed policies as the files that work on them see them.
 */
#pragma once

#include "services/iam/iam.h"

#include "core/identity/managed.h"

/* A policy of the account or of AWS. >0: no ARN, or no such policy. */
int iam_policy_open(struct awi_req *req, struct awi_str arn, struct core_ManagedPolicyRecord *ret);
/* One that may be changed. >0 also for AWS's. */
int iam_policy_open_own(struct awi_req *req,
                        struct awi_str arn,
                        struct core_ManagedPolicyRecord *ret);
/* >0: malformed, or longer than a managed policy may be. */
int iam_policy_check_document(struct awi_req *req, struct awi_str document);
struct awi_str iam_aws_policy_arn(struct awi_req *req, const struct awi_aws_policy *aws);
