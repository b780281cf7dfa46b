/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Elastic Compute Cloud: what landing zones ask of it, and who may. Every other operation is
 * authorized and answers NotImplemented.
 */
#include "services/ec2/ec2.h"

static const struct ec2_handlers handlers = {
    .DescribeAccountAttributes = ec2_describe_account_attributes,
    .DescribeAvailabilityZones = ec2_describe_availability_zones,
    .DescribeRegions = ec2_describe_regions,
};

const struct awi_service awi_service_ec2 = {
    .model = &ec2_model,
    .handlers = &handlers,
    .access = ec2_access,
};
