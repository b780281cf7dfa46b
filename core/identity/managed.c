/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/managed.h"

#include "core/identity/principal.h"
#include "core/store/record.h"

#include "gen/core.h"

#include <errno.h>

#define AWS_PREFIX "arn:aws:iam::aws:policy/"

const struct awi_aws_policy *awi_aws_policy(struct awi_str arn)
{
    struct awi_str head = AWI_STR(AWS_PREFIX);

    if (!awi_str_starts(arn, head)) {
        return NULL;
    }
    ptrdiff_t slash = awi_str_rfind(arn, '/');
    struct awi_str name = awi_str_skip(arn, (size_t)slash + 1);
    struct awi_str path = awi_str_skip(awi_str_head(arn, (size_t)slash + 1), head.len - 1);
    size_t low = 0, high = awi_n_aws_policies;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = awi_str_cmp(awi_aws_policies[middle].name, name);
        if (order == 0) {
            return awi_str_eq(awi_aws_policies[middle].path, path) ? &awi_aws_policies[middle]
                                                                   : NULL;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

int awi_managed_document(struct awi_txn *txn,
                         struct awi_arena *arena,
                         struct awi_str arn,
                         struct awi_str *ret)
{
    const struct awi_aws_policy *aws = awi_aws_policy(arn);
    struct core_ManagedPolicyRecord record;
    struct awi_iam_arn parts;

    if (aws) {
        *ret = aws->document;
        return 0;
    }
    int r = awi_iam_arn_parse(arn, &parts);
    if (r < 0) {
        return -ENOENT;
    }
    struct awi_scope scope = awi_principal_scope(txn, parts.account);
    r = awi_record_get(
        &scope, AWI_POLICY_TABLE, arn, arena, &core_ManagedPolicyRecord_shape, &record);
    for (size_t i = 0; r == 0 && i < record.Versions.n; i++) {
        if (awi_str_eq(record.Versions.items[i].VersionId, record.DefaultVersionId)) {
            *ret = record.Versions.items[i].Document;
            return 0;
        }
    }
    return r < 0 ? r : -ENOENT;
}
