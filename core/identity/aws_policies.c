/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The managed policies that AWS offers in every account, as far as landing zones name them. Sorted
 * by name. A document allows what the name promises, mostly by wildcards; only AdministratorAccess
 * says the same as AWS's. The unique ids are our own, but for AdministratorAccess's.
 */
#include "core/identity/managed.h"

#define DOCUMENT(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define ALLOW(actions)       "{\"Effect\":\"Allow\",\"Action\":" actions ",\"Resource\":\"*\"}"

#define POLICY(Name, Path, Id, Description, Document)                                              \
    {                                                                                              \
        .name = AWI_STR_INIT(Name), .path = AWI_STR_INIT(Path), .id = AWI_STR_INIT(Id),            \
        .description = AWI_STR_INIT(Description), .document = AWI_STR_INIT(Document),              \
    }

const struct awi_aws_policy awi_aws_policies[] = {
/* In the order of names. */
#include "core/identity/aws_policies_aws.def"

#include "core/identity/aws_policies_amazon.def"

#include "core/identity/aws_policies_other.def"
};

const size_t awi_n_aws_policies = sizeof(awi_aws_policies) / sizeof(awi_aws_policies[0]);
