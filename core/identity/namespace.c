/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/namespace.h"

#include "core/endpoint/aws_services.h"

#include <errno.h>
#include <stdlib.h>

static const struct awi_namespace known[] = {
    {AWI_STR_INIT("dynamodb"), AWI_STR_INIT("Amazon DynamoDB")},
    {AWI_STR_INIT("ec2"), AWI_STR_INIT("Amazon EC2")},
    {AWI_STR_INIT("iam"), AWI_STR_INIT("AWS Identity and Access Management")},
    {AWI_STR_INIT("kms"), AWI_STR_INIT("AWS Key Management Service")},
    {AWI_STR_INIT("lambda"), AWI_STR_INIT("AWS Lambda")},
    {AWI_STR_INIT("organizations"), AWI_STR_INIT("AWS Organizations")},
    {AWI_STR_INIT("s3"), AWI_STR_INIT("Amazon S3")},
    {AWI_STR_INIT("sns"), AWI_STR_INIT("Amazon SNS")},
    {AWI_STR_INIT("sqs"), AWI_STR_INIT("Amazon SQS")},
    {AWI_STR_INIT("sts"), AWI_STR_INIT("AWS Security Token Service")},
};

static int by_prefix(const void *a, const void *b)
{
    const struct awi_namespace *left = a, *right = b;
    int order = awi_str_cmp(left->prefix, right->prefix);

    return order ? order : awi_str_cmp(left->name, right->name);
}

int awi_namespaces(struct awi_arena *arena, struct awi_namespace **ret, size_t *ret_n)
{
    struct awi_namespace *all = awi_arena_array(arena, struct awi_namespace, awi_n_aws_services);
    size_t n = 0;

    if (!all) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < awi_n_aws_services; i++) {
        all[i].prefix = awi_aws_services[i].signing_name;
        all[i].name = awi_aws_services[i].service_id;
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
            if (awi_str_eq(known[k].prefix, all[i].prefix)) {
                all[i].name = known[k].name;
            }
        }
    }
    qsort(all, awi_n_aws_services, sizeof(*all), by_prefix);
    for (size_t i = 0; i < awi_n_aws_services; i++) {
        if (all[i].prefix.len && (n == 0 || !awi_str_eq(all[n - 1].prefix, all[i].prefix))) {
            all[n++] = all[i];
        }
    }
    *ret = all;
    *ret_n = n;
    return 0;
}
