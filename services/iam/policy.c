/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed policies: those of the account, and those that AWS offers. Their versions are in
 * version.c.
 */
#include "services/iam/policy.h"

#include "core/policy/policy.h"
#include "core/util/base64.h"
#include "core/util/cleanup.h"

#include <errno.h>

#define AWS_TIME INT64_C(1423248000000) /* all of AWS's are from 2015-02-06, as most really are */
#define NAMES    "name"

int iam_policy_get(struct awi_req *req, struct awi_str arn, struct core_ManagedPolicyRecord *ret)
{
    struct awi_scope scope = iam_core_scope(req);

    return awi_record_get(
        &scope, AWI_POLICY_TABLE, arn, awi_arena(req), &core_ManagedPolicyRecord_shape, ret);
}

int iam_policy_put(struct awi_req *req, const struct core_ManagedPolicyRecord *record)
{
    struct awi_scope scope = iam_core_scope(req);

    return awi_record_put(&scope,
                          AWI_POLICY_TABLE,
                          record->Arn,
                          awi_arena(req),
                          &core_ManagedPolicyRecord_shape,
                          record);
}

/* One of AWS's as a record. */
static int from_aws(struct awi_req *req,
                    const struct awi_aws_policy *aws,
                    struct awi_str arn,
                    struct core_ManagedPolicyRecord *ret)
{
    struct core_PolicyVersion *version = awi_arena_new(awi_arena(req), struct core_PolicyVersion);

    if (!version) {
        return -ENOMEM;
    }
    *version = (struct core_PolicyVersion){
        .VersionId = AWI_STR("v1"),
        .Document = aws->document,
        .Created = AWI_SOME_TIME(AWS_TIME),
    };
    *ret = (struct core_ManagedPolicyRecord){
        .PolicyName = aws->name,
        .PolicyId = aws->id,
        .Path = aws->path,
        .Arn = arn,
        .Description = aws->description,
        .Created = AWI_SOME_TIME(AWS_TIME),
        .Updated = AWI_SOME_TIME(AWS_TIME),
        .DefaultVersionId = AWI_STR("v1"),
        .Versions = {.items = version, .n = 1, .set = true},
    };
    return 0;
}

int iam_policy_open(struct awi_req *req, struct awi_str arn, struct core_ManagedPolicyRecord *ret)
{
    const struct awi_aws_policy *aws = awi_aws_policy(arn);
    struct awi_iam_arn parts;

    if (aws) {
        return from_aws(req, aws, arn, ret);
    }
    if (awi_iam_arn_parse(arn, &parts) && awi_str_search(arn, AWI_STR(":iam::aws:policy/")) < 0) {
        return iam_invalid(req, "ARN %.*s is not valid.", AWI_STR_FMT(arn));
    }
    int r = iam_policy_get(req, arn, ret);
    return r != -ENOENT ? r : iam_missing(req, "Policy %.*s was not found.", AWI_STR_FMT(arn));
}

int iam_policy_open_own(struct awi_req *req,
                        struct awi_str arn,
                        struct core_ManagedPolicyRecord *ret)
{
    if (awi_aws_policy(arn)) {
        return awi_fail(req, &awi_error_AccessDenied, "Policy is outside your own account.");
    }
    return iam_policy_open(req, arn, ret);
}

int iam_policy_check_document(struct awi_req *req, struct awi_str document)
{
    int r = iam_document_check(req, document);

    return r || awi_policy_size(document) <= IAM_MOST_POLICY
               ? r
               : iam_limit(req, "Cannot exceed quota for PolicySize: %d", IAM_MOST_POLICY);
}

static int show(struct awi_req *req,
                const struct core_ManagedPolicyRecord *record,
                bool whole,
                struct iam_Policy *ret)
{
    int32_t attached, boundary;
    int r = iam_use_count(req, record->Arn, &attached, &boundary);

    *ret = (struct iam_Policy){
        IAM_POLICY_SHOWN(record),
        .AttachmentCount = AWI_SOME_I32(attached),
        .PermissionsBoundaryUsageCount = AWI_SOME_I32(boundary),
    };
    if (whole) {
        ret->Description = record->Description;
        r = r ? r : iam_tags_show(req, &record->Tags, &ret->Tags);
    }
    return r;
}

/* Names are unique in the account whatever their path and case. */
static int claim_name(struct awi_req *req, const struct core_ManagedPolicyRecord *record)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str key = iam_lower(req, record->PolicyName);
    int r = key.ptr ? awi_insert(&scope, NAMES, key, record->Arn) : -ENOMEM;

    return r == -EEXIST ? iam_exists(req,
                                     "A policy called %.*s already exists. Duplicate names are "
                                     "not allowed.",
                                     AWI_STR_FMT(record->PolicyName))
                        : r;
}

int iam_create_policy(struct awi_req *req,
                      const struct iam_CreatePolicyRequest *in,
                      struct iam_CreatePolicyResponse *out)
{
    struct core_PolicyVersion version = {
        .VersionId = AWI_STR("v1"),
        .Document = in->PolicyDocument,
        .Created = iam_now(req),
    };
    struct core_ManagedPolicyRecord record = {
        .PolicyName = in->PolicyName,
        .PolicyId = iam_unique_id(req, "ANPA"),
        .Path = iam_path(in->Path),
        .Arn = iam_arn(req, "policy", iam_path(in->Path), in->PolicyName),
        .Description = in->Description,
        .Created = iam_now(req),
        .Updated = iam_now(req),
        .DefaultVersionId = AWI_STR("v1"),
        .NextVersion = AWI_SOME_I32(2),
        .Versions = {.items = &version, .n = 1, .set = true},
    };
    int r = record.PolicyId.ptr && record.Arn.ptr ? 0 : -ENOMEM;

    r = r ? r : iam_policy_check_document(req, in->PolicyDocument);
    r = r ? r : iam_tags_take(req, &in->Tags, &record.Tags);
    r = r ? r : claim_name(req, &record);
    r = r ? r : iam_policy_put(req, &record);
    r = r ? r : iam_quota_take(req, AWI_POLICY_TABLE);
    out->Policy = awi_arena_new(awi_arena(req), struct iam_Policy);
    r = r ? r : out->Policy ? show(req, &record, record.Tags.n > 0, out->Policy) : -ENOMEM;
    return r;
}

int iam_get_policy(struct awi_req *req,
                   const struct iam_GetPolicyRequest *in,
                   struct iam_GetPolicyResponse *out)
{
    struct core_ManagedPolicyRecord record;
    int r = iam_policy_open(req, in->PolicyArn, &record);

    out->Policy = awi_arena_new(awi_arena(req), struct iam_Policy);
    return r ? r : out->Policy ? show(req, &record, true, out->Policy) : -ENOMEM;
}

int iam_delete_policy(struct awi_req *req, const struct iam_DeletePolicyRequest *in, void *out)
{
    struct awi_scope scope = iam_core_scope(req), own = awi_scope(req);
    struct core_ManagedPolicyRecord record;
    int32_t attached = 0, boundary = 0;
    int r = iam_policy_open_own(req, in->PolicyArn, &record);

    r = r ? r : iam_use_count(req, record.Arn, &attached, &boundary);
    if (r) {
        return r;
    }
    if (attached || boundary) {
        return iam_conflict(req, "Cannot delete a policy attached to entities.");
    }
    if (record.Versions.n > 1) {
        return iam_conflict(req,
                            "This policy has more than one version. Before you delete a policy, "
                            "you must delete the policy's versions. The default version is deleted "
                            "with the policy.");
    }
    struct awi_str name = iam_lower(req, record.PolicyName);
    r = name.ptr ? awi_delete(&own, NAMES, name) : -ENOMEM;
    r = r ? r : awi_delete(&scope, AWI_POLICY_TABLE, record.Arn);
    return r ? r : iam_quota_give(req, AWI_POLICY_TABLE);
}

/* --- Listing ---------------------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    const struct iam_ListPoliciesRequest *in;
    struct iam_Policy *items;
    size_t n;
};

static int take_record(struct listing *l, const struct core_ManagedPolicyRecord *record)
{
    struct iam_Policy *item = &l->items[l->n];
    bool as_boundary = awi_str_is(l->in->PolicyUsageFilter, "PermissionsBoundary");
    bool as_policy = awi_str_is(l->in->PolicyUsageFilter, "PermissionsPolicy");

    if (!awi_str_starts(record->Path, iam_path(l->in->PathPrefix))) {
        return IAM_SKIPPED;
    }
    int r = show(l->req, record, false, item);
    if (r) {
        return r;
    }
    if ((l->in->OnlyAttached.v && !item->AttachmentCount.v) ||
        (as_policy && !item->AttachmentCount.v) ||
        (as_boundary && !item->PermissionsBoundaryUsageCount.v)) {
        return IAM_SKIPPED;
    }
    l->n++;
    return IAM_TAKEN;
}

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_ManagedPolicyRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &core_ManagedPolicyRecord_shape, &record);

    return r ? r : take_record(l, &record);
}

#define AWS_MARK "aws:" /* and the number of the policy in AWS's table */

static int list_aws(struct listing *l, struct iam_page *page)
{
    struct awi_req *req = l->req;
    uint64_t at = 0;
    int r = 0;

    if (awi_str_is_set(page->from) &&
        awi_str_to_u64(awi_str_skip(page->from, strlen(AWS_MARK)), &at)) {
        return iam_invalid(req, "Invalid Marker: it belongs to another list");
    }
    for (; r == 0 && at < awi_n_aws_policies; at++) {
        const struct awi_aws_policy *aws = &awi_aws_policies[at];
        struct core_ManagedPolicyRecord record;
        struct awi_str arn = iam_aws_policy_arn(req, aws);
        if (l->n == page->max) {
            struct awi_str next =
                awi_arena_printf(awi_arena(req), AWS_MARK "%llu", (unsigned long long)at);
            page->next = next.ptr ? awi_base64(awi_arena(req), next) : next;
            return page->next.ptr ? 0 : -ENOMEM;
        }
        r = arn.ptr ? from_aws(req, aws, arn, &record) : -ENOMEM;
        r = r ? r : take_record(l, &record);
        r = r == IAM_SKIPPED ? 0 : r;
    }
    return r;
}

struct awi_str iam_aws_policy_arn(struct awi_req *req, const struct awi_aws_policy *aws)
{
    return awi_arena_printf(awi_arena(req),
                            "arn:aws:iam::aws:policy%.*s%.*s",
                            AWI_STR_FMT(aws->path),
                            AWI_STR_FMT(aws->name));
}

int iam_list_policies(struct awi_req *req,
                      const struct iam_ListPoliciesRequest *in,
                      struct iam_ListPoliciesResponse *out)
{
    struct listing l = {.req = req, .in = in};
    struct awi_scope scope = iam_core_scope(req);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);
    bool in_aws = awi_str_is_set(page.from) && awi_str_starts(page.from, AWI_STR(AWS_MARK));

    /* One more than fits: an item is written before it is known whether it is taken. */
    l.items = awi_arena_array(awi_arena(req), struct iam_Policy, page.max + 1);
    r = r ? r : l.items ? 0 : -ENOMEM;
    if (r == 0 && !in_aws && !awi_str_is(in->Scope, "AWS")) {
        r = iam_page_walk(req, &scope, AWI_POLICY_TABLE, AWI_STR(""), &page, take, &l);
        page.from = AWI_STR_NULL;
    }
    if (r == 0 && !awi_str_is_set(page.next) && !awi_str_is(in->Scope, "Local")) {
        r = list_aws(&l, &page);
    }
    out->Policies = (struct iam_policyListType){.items = l.items, .n = l.n, .set = true};
    IAM_PAGE_END(out, &page);
    return r;
}
