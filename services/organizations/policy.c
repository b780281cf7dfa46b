/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of an organization: their documents (identity.md 7.2-7.5). Where they are attached is
 * attach.c's.
 */
#include "services/organizations/effective.h"

#include "core/policy/policy.h"
#include "core/util/cleanup.h"

#include <errno.h>

static const char *const types[] = {AWI_SCP,
                                    AWI_RCP,
                                    "TAG_POLICY",
                                    "BACKUP_POLICY",
                                    "AISERVICES_OPT_OUT_POLICY",
                                    "CHATBOT_POLICY",
                                    "DECLARATIVE_POLICY_EC2",
                                    "SECURITYHUB_POLICY",
                                    "INSPECTOR_POLICY",
                                    "UPGRADE_ROLLOUT_POLICY",
                                    "BEDROCK_POLICY",
                                    "S3_POLICY",
                                    "NETWORK_SECURITY_DIRECTOR_POLICY",
                                    NULL};

/* Characters that a document may have: SCPs 10,240 since 2025, RCPs 5,120, opting out of AI
 * services 2,500, the others 10,000. */
static size_t longest(struct awi_req *req, struct awi_str type)
{
    bool old = awi_request_config(req)->scp_limits == AWI_LIMITS_OLD;

    return awi_str_is(type, AWI_RCP) || (old && awi_str_is(type, AWI_SCP)) ? 5120
           : awi_str_is(type, AWI_SCP)                                     ? 10240
           : awi_str_is(type, "AISERVICES_OPT_OUT_POLICY")                 ? 2500
                                                                           : 10000;
}

static int check_type(struct awi_req *req, struct awi_str type)
{
    for (size_t i = 0; types[i]; i++) {
        if (awi_str_is(type, types[i])) {
            return 0;
        }
    }
    return org_invalid(
        req, "INVALID_ENUM_POLICY_TYPE", "You specified an invalid value for the policy type.");
}

static int check_content(struct awi_req *req, struct awi_str type, struct awi_str content)
{
    struct awi_str reason = AWI_STR_NULL;
    int r;

    if (awi_policy_size_all(content) > longest(req, type)) {
        return org_constraint(
            req, "POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.");
    }
    if (awi_str_is(type, AWI_SCP) || awi_str_is(type, AWI_RCP)) {
        r = awi_policy_validate(awi_arena(req),
                                awi_str_is(type, AWI_SCP) ? AWI_POLICY_SCP : AWI_POLICY_RCP,
                                content,
                                &reason);
    } else {
        r = org_effective_check(awi_arena(req), type, content);
        reason = AWI_STR("The provided policy document does not meet the requirements of the "
                         "specified policy type.");
    }
    return r > 0 ? awi_fail(req,
                            &organizations_MalformedPolicyDocumentException_error,
                            "%.*s",
                            AWI_STR_FMT(reason))
                 : r;
}

static bool is_aws_managed(struct awi_str id)
{
    return awi_str_is(id, "p-FullAWSAccess") || awi_str_is(id, "p-RCPFullAWSAccess");
}

int org_show_policy(struct awi_req *req,
                    const struct org *org,
                    const struct core_OrganizationPolicyRecord *record,
                    struct organizations_PolicySummary *ret)
{
    ret->Id = record->Id;
    ret->Arn = awi_organization_policy_arn(awi_arena(req), &org->record, record);
    ret->Name = record->Name;
    ret->Description = awi_str_is_set(record->Description) ? record->Description : AWI_STR("");
    ret->Type = record->Type;
    ret->AwsManaged = AWI_SOME_BOOL(is_aws_managed(record->Id));
    return ret->Arn.ptr ? 0 : -ENOMEM;
}

static int show(struct awi_req *req,
                const struct org *org,
                const struct core_OrganizationPolicyRecord *record,
                struct organizations_Policy **ret)
{
    struct organizations_Policy *policy =
        awi_arena_new(awi_arena(req), struct organizations_Policy);
    struct organizations_PolicySummary *summary =
        awi_arena_new(awi_arena(req), struct organizations_PolicySummary);

    if (!policy || !summary) {
        return -ENOMEM;
    }
    policy->PolicySummary = summary;
    policy->Content = record->Content;
    *ret = policy;
    return org_show_policy(req, org, record, summary);
}

/* How many policies of a type an organization may have (orgs_reference_limits). */
static size_t most(struct awi_str type)
{
    return awi_str_is(type, AWI_RCP) ? 2000 : 10000;
}

/* Another policy of this type with this name: 0 there is one, -ENOENT none, and *ret_n are of the
 * type. */
static int find_name(const struct org *org,
                     struct awi_str type,
                     struct awi_str name,
                     struct awi_str besides,
                     size_t *ret_n)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(
        &org->scope, AWI_ORGPOLICY_TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_OrganizationPolicyRecord record;
        r = awi_record_decode(value, org->dir.arena, &core_OrganizationPolicyRecord_shape, &record);
        *ret_n += r == 0 && awi_str_eq(record.Type, type);
        if (r == 0 && awi_str_eq(record.Name, name) && awi_str_eq(record.Type, type) &&
            !awi_str_eq(record.Id, besides)) {
            return 0;
        }
    }
    return r;
}

static int check_name(struct awi_req *req,
                      const struct org *org,
                      struct awi_str type,
                      struct awi_str name,
                      struct awi_str besides)
{
    size_t n = 0;
    int r = find_name(org, type, name, besides, &n);

    if (r == -ENOENT && !awi_str_is_set(besides) && n >= most(type)) {
        return org_constraint(
            req,
            "POLICY_NUMBER_LIMIT_EXCEEDED",
            "You have exceeded the number of policies that you can have in an organization.");
    }
    if (r == 0) {
        return awi_fail(req,
                        &organizations_DuplicatePolicyException_error,
                        "A policy with the same name already exists.");
    }
    return r == -ENOENT ? 0 : r;
}

static int put(const struct org *org, const struct core_OrganizationPolicyRecord *record)
{
    return awi_record_put(&org->scope,
                          AWI_ORGPOLICY_TABLE,
                          record->Id,
                          org->dir.arena,
                          &core_OrganizationPolicyRecord_shape,
                          record);
}

int org_create_policy(struct awi_req *req,
                      const struct organizations_CreatePolicyRequest *in,
                      struct organizations_CreatePolicyResponse *out)
{
    struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 8);
    struct core_OrganizationPolicyRecord record = {
        .Name = in->Name,
        .Type = in->Type,
        .Description = in->Description,
        .Content = in->Content,
        .Created = AWI_SOME_TIME(awi_now(req)),
        .Updated = AWI_SOME_TIME(awi_now(req)),
    };
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : check_type(req, in->Type);
    if (r == 0 && !awi_str_is(org.record.FeatureSet, "ALL")) {
        return awi_fail(req,
                        &organizations_PolicyTypeNotAvailableForOrganizationException_error,
                        "This operation can be performed only for organizations with all features "
                        "enabled.");
    }
    r = r ? r : check_content(req, in->Type, in->Content);
    r = r ? r : check_name(req, &org, in->Type, in->Name, AWI_STR_NULL);
    r = r ? r : org_take_tags(req, &in->Tags, &record.Tags);
    if (r) {
        return r;
    }
    record.Id = awi_arena_printf(awi_arena(req), "p-%.*s", AWI_STR_FMT(id));
    r = id.ptr && record.Id.ptr ? put(&org, &record) : -ENOMEM;
    return r ? r : show(req, &org, &record, &out->Policy);
}

static int find(struct awi_req *req,
                struct awi_str id,
                struct org *org,
                struct core_OrganizationPolicyRecord *ret)
{
    int r = org_open_managed(req, org);

    r = r ? r : awi_organization_policy(&org->dir, &org->record, id, ret);
    return r == -ENOENT ? awi_fail(req,
                                   &organizations_PolicyNotFoundException_error,
                                   "You specified a policy that doesn't exist.")
                        : r;
}

static int immutable(struct awi_req *req)
{
    return org_invalid(
        req, "IMMUTABLE_POLICY", "You can't modify or delete a policy that AWS manages.");
}

int org_update_policy(struct awi_req *req,
                      const struct organizations_UpdatePolicyRequest *in,
                      struct organizations_UpdatePolicyResponse *out)
{
    struct core_OrganizationPolicyRecord record;
    struct org org;
    int r = find(req, in->PolicyId, &org, &record);

    if (r == 0 && is_aws_managed(record.Id)) {
        return immutable(req);
    }
    if (r == 0 && awi_str_is_set(in->Name)) {
        r = check_name(req, &org, record.Type, in->Name, record.Id);
        record.Name = in->Name;
    }
    if (r == 0 && awi_str_is_set(in->Content)) {
        r = check_content(req, record.Type, in->Content);
        record.Content = in->Content;
    }
    if (awi_str_is_set(in->Description)) {
        record.Description = in->Description;
    }
    record.Updated = AWI_SOME_TIME(awi_now(req));
    r = r ? r : put(&org, &record);
    return r ? r : show(req, &org, &record, &out->Policy);
}

int org_describe_policy(struct awi_req *req,
                        const struct organizations_DescribePolicyRequest *in,
                        struct organizations_DescribePolicyResponse *out)
{
    struct core_OrganizationPolicyRecord record;
    struct org org;
    int r = find(req, in->PolicyId, &org, &record);

    return r ? r : show(req, &org, &record, &out->Policy);
}

int org_delete_policy(struct awi_req *req,
                      const struct organizations_DeletePolicyRequest *in,
                      void *out)
{
    struct core_OrganizationPolicyRecord record;
    struct org org;
    int r = find(req, in->PolicyId, &org, &record);

    if (r == 0 && is_aws_managed(record.Id)) {
        return immutable(req);
    }
    r = r ? r : org_is_attached(&org, record.Id);
    if (r == 0) {
        return awi_fail(req,
                        &organizations_PolicyInUseException_error,
                        "The policy is attached to one or more entities. You must detach it from "
                        "all roots, OUs, and accounts before performing this operation.");
    }
    return r == -ENOENT ? awi_delete(&org.scope, AWI_ORGPOLICY_TABLE, record.Id) : r;
}

/* --- Lists ----------------------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    const struct org *org;
    struct awi_str type;
    struct organizations_PolicySummary *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct core_OrganizationPolicyRecord record;
    int r = awi_record_decode(
        value, awi_arena(list->req), &core_OrganizationPolicyRecord_shape, &record);

    if (r || !awi_str_eq(record.Type, list->type)) {
        return r ? r : ORG_SKIPPED;
    }
    return org_show_policy(list->req, list->org, &record, &list->items[list->n++]);
}

/* The AWS managed policy of a type stands on the first page. */
static int take_managed(struct listing *list)
{
    struct awi_str id = awi_str_is(list->type, AWI_SCP)   ? AWI_STR("p-FullAWSAccess")
                        : awi_str_is(list->type, AWI_RCP) ? AWI_STR("p-RCPFullAWSAccess")
                                                          : AWI_STR("");
    struct core_OrganizationPolicyRecord record;
    int r = awi_organization_policy(&list->org->dir, &list->org->record, id, &record);

    if (r) {
        return r == -ENOENT ? 0 : r;
    }
    return org_show_policy(list->req, list->org, &record, &list->items[list->n++]);
}

int org_list_policies(struct awi_req *req,
                      const struct organizations_ListPoliciesRequest *in,
                      struct organizations_ListPoliciesResponse *out)
{
    struct org org;
    struct listing list = {
        .req = req,
        .org = &org,
        .type = in->Filter,
        .items = awi_arena_array(awi_arena(req), struct organizations_PolicySummary, ORG_PAGE + 1),
    };
    struct org_page page = {.table = AWI_ORGPOLICY_TABLE,
                            .prefix = AWI_STR(""),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take,
                            .arg = &list};
    int r = org_open_managed(req, &org);

    r = r ? r : list.items ? check_type(req, in->Filter) : -ENOMEM;
    if (r == 0 && !awi_str_is_set(in->NextToken)) {
        r = take_managed(&list);
        /* It is one of the page. */
        int32_t most = page.max.set && page.max.v < ORG_PAGE ? page.max.v : ORG_PAGE;
        page.max.set = true;
        page.max.v = most - (int32_t)list.n;
    }
    r = r ? r : org_page(req, &org, &page, &out->NextToken);
    out->Policies.items = list.items;
    out->Policies.n = list.n;
    out->Policies.set = true;
    return r;
}
