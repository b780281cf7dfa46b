/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the EC2 service share. Of most operations only the name is known
 * (operations.txt): they are authorized as AWS does it, and then answer NotImplemented.
 */
#pragma once

#include "core/service.h"

#include "gen/ec2.h"

/* --- places.c -------------------------------------------------------------------------------- */
int ec2_describe_regions(struct awi_req *req,
                         const struct ec2_DescribeRegionsRequest *in,
                         struct ec2_DescribeRegionsResult *out);
int ec2_describe_availability_zones(struct awi_req *req,
                                    const struct ec2_DescribeAvailabilityZonesRequest *in,
                                    struct ec2_DescribeAvailabilityZonesResult *out);

/* --- attributes.c ---------------------------------------------------------------------------- */
int ec2_describe_account_attributes(struct awi_req *req,
                                    const struct ec2_DescribeAccountAttributesRequest *in,
                                    struct ec2_DescribeAccountAttributesResult *out);

/* --- filter.c -------------------------------------------------------------------------------- */

/* What a filter may look at, by its name. */
struct ec2_field {
    const char *filter;
    struct awi_str value; /* absent: matches nothing */
};

/* Does what the fields say pass all filters? A filter's values are alternatives and may hold '*'
 * and '?'. fields end with filter NULL. >0: a filter that is none of them. */
int ec2_filter(struct awi_req *req,
               const struct ec2_FilterList *filters,
               const struct ec2_field *fields,
               bool *ret);

/* DryRun: the request stops here, having been authorized (>0). */
int ec2_dry_run(struct awi_req *req, struct awi_opt_bool dry);

/* --- access.c -------------------------------------------------------------------------------- */
int ec2_access(struct awi_req *req, const void *in, struct awi_access_list *ret);
