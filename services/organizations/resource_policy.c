/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The organization's resource policy, by which the management account lets members manage policies
 * in its place. access.c asks for it.
 */
#include "services/organizations/access.h"
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

/* An action by its full name can be delegated or not; what a wildcard stands for is cut down to
 * what can. */
static bool is_supported(const struct awi_json *action)
{
    struct awi_str name = action->text;

    if (!awi_str_starts_nocase(name, AWI_STR("organizations:"))) {
        return awi_str_is(name, "*");
    }
    if (awi_str_find(name, '*') >= 0 || awi_str_find(name, '?') >= 0) {
        return true;
    }
    return org_may_delegate(awi_str_skip(name, strlen("organizations:")));
}

static bool are_supported(const struct awi_json *actions)
{
    if (!actions || actions->type == AWI_JSON_STRING) {
        return !actions || is_supported(actions);
    }
    for (const struct awi_json *at = actions->first; at; at = at->next) {
        if (!is_supported(at)) {
            return false;
        }
    }
    return true;
}

/* 1: some action cannot be delegated. The document has been validated. */
static int check_actions(struct awi_req *req, struct awi_str content)
{
    struct awi_json_error error;
    const struct awi_json *tree, *statements;
    int r = awi_json_read(awi_arena(req), content, &tree, &error);

    if (r) {
        return r;
    }
    statements = awi_json_get(tree, "Statement");
    if (statements->type == AWI_JSON_OBJECT) {
        return !are_supported(awi_json_get(statements, "Action"));
    }
    for (const struct awi_json *at = statements->first; at; at = at->next) {
        if (!are_supported(awi_json_get(at, "Action"))) {
            return 1;
        }
    }
    return 0;
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
    if (r) {
        return r > 0 ? org_invalid(req,
                                   "INVALID_RESOURCE_POLICY_JSON",
                                   "You provided an invalid resource policy document.")
                     : r;
    }
    r = check_actions(req, content);
    if (r > 0) {
        return org_invalid(req,
                           "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
                           "You provided a resource policy with an action that can't be "
                           "delegated.");
    }
    r = r ? r : awi_policy_principals(req, content, &reason);
    return r > 0 ? org_invalid(req,
                               "INVALID_PRINCIPAL",
                               "You specified an invalid principal element in the policy.")
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
