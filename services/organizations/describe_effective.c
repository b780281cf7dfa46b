/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the policies on an account's path come to for it, and where that is no good.
 */
#include "services/organizations/effective.h"

#include "core/util/base64.h"

#include <errno.h>

/* The effective policy of one account and type. */
struct effect {
    struct org_setting *root;
    struct awi_str path; /* "o-.../r-.../111122223333/" */
    int64_t updated_ms;
};

static int not_found(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_EffectivePolicyNotFoundException_error,
                    "The account doesn't have an effective policy of this type, or the policy type "
                    "is not enabled.");
}

static int check_type(struct awi_req *req, const struct org *org, struct awi_str type)
{
    char *name = awi_arena_strz(awi_arena(req), type);

    if (!name) {
        return -ENOMEM;
    }
    if (!org_is_management_type(type)) {
        return org_invalid(
            req, "INVALID_ENUM_POLICY_TYPE", "You specified an invalid value for the policy type.");
    }
    return awi_organization_enabled(&org->record, name) ? 0 : not_found(req);
}

/* -ENOENT: no policy applies. */
static int take_effect(struct awi_req *req,
                       const struct org *org,
                       struct awi_str account,
                       struct awi_str type,
                       struct effect *ret)
{
    struct awi_organization_level *levels;
    size_t n, n_policies;
    char *name = awi_arena_strz(awi_arena(req), type);
    int r =
        name ? awi_organization_path(&org->dir, &org->record, account, name, &levels, &n) : -ENOMEM;

    *ret = (struct effect){.updated_ms = 0};
    r = r ? r : org_effective_merge(awi_arena(req), type, levels, n, &ret->root, &n_policies);
    if (r || n_policies == 0) {
        return r ? r : -ENOENT;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < levels[i].n; j++) {
            int64_t updated_ms = levels[i].policies[j].Updated.ms;
            ret->updated_ms = updated_ms > ret->updated_ms ? updated_ms : ret->updated_ms;
        }
    }
    r = awi_organization_path_text(&org->dir, &org->record, account, &ret->path);
    ret->path =
        awi_arena_printf(awi_arena(req), "%.*s%.*s/", AWI_STR_FMT(ret->path), AWI_STR_FMT(account));
    return r ? r : ret->path.ptr ? 0 : -ENOMEM;
}

static int check_target(struct awi_req *req, const struct org *org, struct awi_str target)
{
    struct core_AccountRecord account;

    if (!awi_str_is_account(target)) {
        return org_invalid(req,
                           "TARGET_NOT_SUPPORTED",
                           "Effective policies are those of accounts: a root or an organizational "
                           "unit is not supported as target.");
    }
    int r = org_member(org, target, &account);
    return r == -ENOENT ? awi_fail(req,
                                   &organizations_TargetNotFoundException_error,
                                   "You specified a target that doesn't exist.")
                        : r;
}

int org_describe_effective_policy(struct awi_req *req,
                                  const struct organizations_DescribeEffectivePolicyRequest *in,
                                  struct organizations_DescribeEffectivePolicyResponse *out)
{
    struct awi_str target = awi_str_is_set(in->TargetId) ? in->TargetId : awi_account(req);
    struct effect effect;
    struct org org;
    /* Members may ask about themselves, others as access.h has it. */
    bool own = awi_str_eq(target, awi_account(req));
    int r = own ? org_open(req, &org) : org_open_managed(req, &org);

    r = r ? r : check_target(req, &org, target);
    r = r ? r : check_type(req, &org, in->PolicyType);
    r = r ? r : take_effect(req, &org, target, in->PolicyType, &effect);
    if (r) {
        return r == -ENOENT ? not_found(req) : r;
    }
    out->EffectivePolicy = awi_arena_new(awi_arena(req), struct organizations_EffectivePolicy);
    if (!out->EffectivePolicy) {
        return -ENOMEM;
    }
    out->EffectivePolicy->LastUpdatedTimestamp = AWI_SOME_TIME(effect.updated_ms);
    out->EffectivePolicy->TargetId = target;
    out->EffectivePolicy->PolicyType = in->PolicyType;
    return org_effective_text(awi_arena(req), effect.root, &out->EffectivePolicy->PolicyContent);
}

/* --- Where it is no good --------------------------------------------------------------------- */

struct listing {
    struct awi_req *req;
    const struct org *org;
    struct awi_str type;
    struct organizations_Account *items;
    size_t n;
};

static int take_invalid(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct organizations_EffectivePolicyValidationErrors errors = {.n = 0};
    struct core_AccountRecord account;
    struct awi_str id = awi_arena_str(awi_arena(list->req), key);
    struct effect effect;
    int r = id.ptr ? take_effect(list->req, list->org, id, list->type, &effect) : -ENOMEM;

    r = r ? r : org_effective_errors(awi_arena(list->req), list->type, effect.root, &errors);
    if (r || errors.n == 0) {
        return r && r != -ENOENT ? r : ORG_SKIPPED;
    }
    r = org_member(list->org, id, &account);
    return r ? r : org_show_account(list->req, list->org, &account, &list->items[list->n++]);
}

int org_list_invalid_accounts(
    struct awi_req *req,
    const struct organizations_ListAccountsWithInvalidEffectivePolicyRequest *in,
    struct organizations_ListAccountsWithInvalidEffectivePolicyResponse *out)
{
    struct org org;
    struct listing list = {
        .req = req,
        .org = &org,
        .type = in->PolicyType,
        .items = awi_arena_array(awi_arena(req), struct organizations_Account, ORG_PAGE),
    };
    struct org_page page = {.table = ORG_MEMBERS,
                            .prefix = AWI_STR(""),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take_invalid,
                            .arg = &list};
    int r = org_open_managed(req, &org);

    r = r ? r : check_type(req, &org, in->PolicyType);
    r = r ? r : list.items ? org_page(req, &org, &page, &out->NextToken) : -ENOMEM;
    out->PolicyType = in->PolicyType;
    out->Accounts.items = list.items;
    out->Accounts.n = list.n;
    out->Accounts.set = true;
    return r;
}

/* The errors are no records: a token is the number of those that were given. */
static int cut_page(struct awi_req *req,
                    const struct organizations_ListEffectivePolicyValidationErrorsRequest *in,
                    struct organizations_EffectivePolicyValidationErrors *errors,
                    struct awi_str *ret_next)
{
    size_t most =
        in->MaxResults.set && in->MaxResults.v < ORG_PAGE ? (size_t)in->MaxResults.v : ORG_PAGE;
    struct awi_str text;
    uint64_t from = 0;
    int r = 0;

    if (awi_str_is_set(in->NextToken)) {
        r = awi_base64_decode(awi_arena(req), in->NextToken, &text);
        r = r == 0 && (awi_str_to_u64(text, &from) || from > errors->n) ? -EINVAL : r;
    }
    if (r) {
        return r == -EINVAL ? org_invalid(req,
                                          "INVALID_NEXT_TOKEN",
                                          "You specified an invalid value for the NextToken.")
                            : r;
    }
    errors->items += from;
    errors->n -= from;
    if (errors->n <= most) {
        return 0;
    }
    errors->n = most;
    text = awi_arena_printf(awi_arena(req), "%zu", (size_t)from + most);
    *ret_next = text.ptr ? awi_base64(awi_arena(req), text) : AWI_STR_NULL;
    return ret_next->ptr ? 0 : -ENOMEM;
}

int org_list_effective_errors(
    struct awi_req *req,
    const struct organizations_ListEffectivePolicyValidationErrorsRequest *in,
    struct organizations_ListEffectivePolicyValidationErrorsResponse *out)
{
    struct organizations_EffectivePolicyValidationErrors *errors =
        &out->EffectivePolicyValidationErrors;
    struct core_AccountRecord account;
    struct effect effect;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_member(&org, in->AccountId, &account);
    if (r) {
        return r == -ENOENT ? org_no_account(req) : r;
    }
    r = check_type(req, &org, in->PolicyType);
    r = r ? r : take_effect(req, &org, in->AccountId, in->PolicyType, &effect);
    if (r) {
        return r == -ENOENT ? not_found(req) : r;
    }
    out->AccountId = in->AccountId;
    out->PolicyType = in->PolicyType;
    out->Path = effect.path;
    out->EvaluationTimestamp = AWI_SOME_TIME(effect.updated_ms);
    r = org_effective_errors(awi_arena(req), in->PolicyType, effect.root, errors);
    return r ? r : cut_page(req, in, errors, &out->NextToken);
}
