/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeAccountAttributes: the quotas of a new account, which has no default VPC here. */
#include "services/ec2/ec2.h"

#include <errno.h>

static const struct {
    struct awi_str name;
    struct awi_str value;
} attributes[] = {
    {AWI_STR_INIT("supported-platforms"), AWI_STR_INIT("VPC")},
    {AWI_STR_INIT("default-vpc"), AWI_STR_INIT("none")},
    {AWI_STR_INIT("max-instances"), AWI_STR_INIT("20")},
    {AWI_STR_INIT("vpc-max-security-groups-per-interface"), AWI_STR_INIT("5")},
    {AWI_STR_INIT("max-elastic-ips"), AWI_STR_INIT("5")},
    {AWI_STR_INIT("vpc-max-elastic-ips"), AWI_STR_INIT("5")},
};

#define N (sizeof(attributes) / sizeof(*attributes))

static bool is_asked(const struct ec2_AccountAttributeNameStringList *names, struct awi_str name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (awi_str_eq(names->items[i], name)) {
            return true;
        }
    }
    return names->n == 0;
}

static int check_names(struct awi_req *req, const struct ec2_AccountAttributeNameStringList *names)
{
    for (size_t i = 0; i < names->n; i++) {
        size_t at = 0;
        while (at < N && !awi_str_eq(attributes[at].name, names->items[i])) {
            at++;
        }
        if (at == N) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "Value (%.*s) for parameter attributeName is invalid. Unknown account "
                            "attribute.",
                            AWI_STR_FMT(awi_str_head(names->items[i], 128)));
        }
    }
    return 0;
}

int ec2_describe_account_attributes(struct awi_req *req,
                                    const struct ec2_DescribeAccountAttributesRequest *in,
                                    struct ec2_DescribeAccountAttributesResult *out)
{
    struct ec2_AccountAttribute *items =
        awi_arena_array(awi_arena(req), struct ec2_AccountAttribute, N);
    struct ec2_AccountAttributeValue *values =
        awi_arena_array(awi_arena(req), struct ec2_AccountAttributeValue, N);
    size_t n = 0;
    int r = items && values ? check_names(req, &in->AttributeNames) : -ENOMEM;

    r = r ? r : ec2_dry_run(req, in->DryRun);
    for (size_t i = 0; r == 0 && i < N; i++) {
        if (is_asked(&in->AttributeNames, attributes[i].name)) {
            values[n].AttributeValue = attributes[i].value;
            items[n].AttributeName = attributes[i].name;
            items[n].AttributeValues.items = &values[n];
            items[n].AttributeValues.n = 1;
            items[n].AttributeValues.set = true;
            n++;
        }
    }
    out->AccountAttributes.items = items;
    out->AccountAttributes.n = n;
    out->AccountAttributes.set = true;
    return r;
}
