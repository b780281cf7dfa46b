/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organization's resource policy, by which the management account lets members manage policies
 * in its place. access.c asks for it.
 */
#include "services/organizations/organizations.h"

#include "core/policy/policy.h"

#include <errno.h>

#define LONGEST 40000

int org_resource_policy(const struct org *org, struct core_OrganizationPolicyRecord *ret)
{
    return awi_record_get(&org->scope,
                          ORG_RESOURCE_POLICY,
                          AWI_STR(""),
                          org->dir.arena,
                          &core_OrganizationPolicyRecord_shape,
                          ret);
}

int org_resource_policy_put(const struct org *org,
                            const struct core_OrganizationPolicyRecord *record)
{
    return awi_record_put(&org->scope,
                          ORG_RESOURCE_POLICY,
                          AWI_STR(""),
                          org->dir.arena,
                          &core_OrganizationPolicyRecord_shape,
                          record);
}

static int show(struct awi_req *req,
                const struct org *org,
                const struct core_OrganizationPolicyRecord *record,
                struct organizations_ResourcePolicy **ret)
{
    struct organizations_ResourcePolicy *policy =
        awi_arena_new(awi_arena(req), struct organizations_ResourcePolicy);
    struct organizations_ResourcePolicySummary *summary =
        awi_arena_new(awi_arena(req), struct organizations_ResourcePolicySummary);

    if (!policy || !summary) {
        return -ENOMEM;
    }
    summary->Id = record->Id;
    summary->Arn = org_arn(req, org, "resourcepolicy", record->Id);
    policy->ResourcePolicySummary = summary;
    policy->Content = record->Content;
    *ret = policy;
    return summary->Arn.ptr ? 0 : -ENOMEM;
}

static int check(struct awi_req *req, struct awi_str content)
{
    struct awi_str reason = AWI_STR_NULL;
    int r;

    if (awi_policy_size_all(content) > LONGEST) {
        return org_constraint(
            req, "POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.");
    }
    r = awi_policy_validate(awi_arena(req), AWI_POLICY_RESOURCE, content, &reason);
    return r > 0 ? org_invalid(req,
                               "INVALID_RESOURCE_POLICY_JSON",
                               "You provided an invalid resource policy document.")
                 : r;
}

int org_put_resource_policy(struct awi_req *req,
                            const struct organizations_PutResourcePolicyRequest *in,
                            struct organizations_PutResourcePolicyResponse *out)
{
    struct core_OrganizationPolicyRecord record;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : check(req, in->Content);
    r = r ? r : org_resource_policy(&org, &record);
    if (r == 0 && in->Tags.n) {
        return org_invalid(req,
                           "NON_TAGGABLE_RESOURCE_POLICY",
                           "Tags can be passed only when the resource policy is created.");
    }
    if (r == -ENOENT) {
        struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 8);
        record = (struct core_OrganizationPolicyRecord){
            .Id = awi_arena_printf(awi_arena(req), "rp-%.*s", AWI_STR_FMT(id)),
            .Created = AWI_SOME_TIME(awi_now(req)),
        };
        r = id.ptr && record.Id.ptr ? org_take_tags(req, &in->Tags, &record.Tags) : -ENOMEM;
    }
    record.Content = in->Content;
    record.Updated = AWI_SOME_TIME(awi_now(req));
    r = r ? r : org_resource_policy_put(&org, &record);
    return r ? r : show(req, &org, &record, &out->ResourcePolicy);
}

static int not_found(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_ResourcePolicyNotFoundException_error,
                    "We can't find a resource policy request with the parameter that you "
                    "specified.");
}

int org_describe_resource_policy(struct awi_req *req,
                                 const void *in,
                                 struct organizations_DescribeResourcePolicyResponse *out)
{
    struct core_OrganizationPolicyRecord record;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_resource_policy(&org, &record);
    return r == -ENOENT ? not_found(req) : r ? r : show(req, &org, &record, &out->ResourcePolicy);
}

int org_delete_resource_policy(struct awi_req *req, const void *in, void *out)
{
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : awi_delete(&org.scope, ORG_RESOURCE_POLICY, AWI_STR(""));
    return r == -ENOENT ? not_found(req) : r;
}
