/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making accounts (identity.md 7.6-7.8). AWS does it while the caller waits; here the account is
 * there when the first answer is, which says IN_PROGRESS as AWS does and names the account already.
 * Asked again, it is SUCCEEDED or FAILED.
 */
#include "services/organizations/organizations.h"

#include "core/identity/key.h"
#include "core/identity/principal.h"

#include <errno.h>

#define DEFAULT_ROLE AWI_STR("OrganizationAccountAccessRole")
#define NO_REASON    AWI_STR_NULL

/* --- The account ----------------------------------------------------------------------------- */

struct search {
    struct awi_str email;
    bool found;
};

static int look_for_email(void *arg, const struct core_AccountRecord *record)
{
    struct search *search = arg;

    search->found |= awi_str_eq_nocase(record->Email, search->email);
    return 0;
}

/* AWS's rules for addresses, as the API reference of CreateAccount gives them. */
static bool is_address(struct awi_str email)
{
    ptrdiff_t at = awi_str_find(email, '@');
    struct awi_str local, domain;

    if (at < 1 || awi_str_rfind(email, '@') != at) {
        return false;
    }
    local = awi_str_head(email, (size_t)at);
    domain = awi_str_skip(email, (size_t)at + 1);
    for (size_t i = 0; i < local.len; i++) {
        if (local.ptr[i] <= ' ' || local.ptr[i] > '~' ||
            strchr("\"'()<>[]:;,\\|%&", local.ptr[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < domain.len; i++) {
        char c = domain.ptr[i];
        bool edge = i == 0 || i + 1 == domain.len;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (edge || (c != '-' && c != '.'))) {
            return false;
        }
    }
    return local.ptr[0] != '.' && awi_str_find(domain, '.') > 0;
}

/* An id that no account has. While accounts are open every id is one: then it is one of which
 * nothing is known yet. */
static int new_id(struct awi_req *req, const struct org *org, struct awi_str *ret)
{
    bool open = org->dir.config->accounts_mode == AWI_ACCOUNTS_OPEN;

    for (;;) {
        struct core_AccountRecord record;
        struct awi_str id = awi_random_id(req, "0123456789", 12);
        int r = id.ptr ? awi_account_get(&org->dir, id, &record) : -ENOMEM;
        if (r == -ENOENT ||
            (r == 0 && open && !record.Created.set && !awi_str_is_set(record.OrganizationId) &&
             !awi_str_eq(id, org->dir.config->account_id))) {
            *ret = id;
            return 0;
        }
        if (r) {
            return r;
        }
    }
}

/* The role by which the management account gets in. */
static int make_role(struct awi_req *req,
                     const struct org *org,
                     struct awi_str partition,
                     struct awi_str account,
                     struct awi_str name)
{
    struct awi_arena *arena = awi_arena(req);
    struct core_NamedPolicy everything = {
        .Name = AWI_STR("AdministratorAccess"),
        .Document = AWI_STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                            "\"Action\":\"*\",\"Resource\":\"*\"}]}"),
    };
    char id[AWI_ENTITY_LEN + 1];
    struct core_RoleRecord role = {
        .RoleName = name,
        .Path = AWI_STR("/"),
        .Arn = awi_arena_printf(arena,
                                "arn:%.*s:iam::%.*s:role/%.*s",
                                AWI_STR_FMT(partition),
                                AWI_STR_FMT(account),
                                AWI_STR_FMT(name)),
        .Created = AWI_SOME_TIME(awi_now(req)),
        .MaxSessionDuration = AWI_SOME_I32(3600),
        .TrustPolicy = awi_arena_printf(
            arena,
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
            "\"AWS\":\"arn:%.*s:iam::%.*s:root\"},\"Action\":\"sts:AssumeRole\"}]}",
            AWI_STR_FMT(partition),
            AWI_STR_FMT(org->record.ManagementAccount)),
        .InlinePolicies = {.items = &everything, .n = 1, .set = true},
    };

    awi_entity_make(awi_request_random(req), "AROA", id);
    role.RoleId = awi_arena_str(arena, awi_str_from(id));
    if (!role.Arn.ptr || !role.TrustPolicy.ptr || !role.RoleId.ptr) {
        return -ENOMEM;
    }
    return awi_role_put(org->dir.txn, arena, account, &role);
}

/* Why the account cannot be made; absent: it can. */
static int find_obstacle(const struct org *org, struct awi_str email, struct awi_str *ret)
{
    struct search search = {.email = email};
    int r = 0;

    if (!awi_str_is_set(email)) {
        return 0;
    }
    if (!is_address(email)) {
        *ret = AWI_STR("INVALID_EMAIL");
        return 0;
    }
    r = awi_account_each(&org->dir, look_for_email, &search);
    if (r == 0 && search.found) {
        *ret = AWI_STR("EMAIL_ALREADY_EXISTS");
    }
    return r;
}

static struct awi_str role_of(const struct organizations_CreateAccountRequest *in)
{
    return awi_str_is_set(in->RoleName) ? in->RoleName : DEFAULT_ROLE;
}

static int make_account(struct awi_req *req,
                        const struct org *org,
                        const struct organizations_CreateAccountRequest *in,
                        struct awi_str *ret_id)
{
    struct core_AccountRecord account = {
        .Name = in->AccountName,
        .Email = in->Email,
        .State = AWI_STR("ACTIVE"),
        .JoinedMethod = AWI_STR("CREATED"),
        .Joined = AWI_SOME_TIME(awi_now(req)),
        .Created = AWI_SOME_TIME(awi_now(req)),
    };
    int r = org_take_tags(req, &in->Tags, &account.Tags);

    r = r ? r : new_id(req, org, ret_id);
    if (r) {
        return r;
    }
    account.Id = *ret_id;
    if (!awi_str_is_set(account.Email)) {
        account.Email =
            awi_arena_printf(awi_arena(req), "account-%.*s@example.com", AWI_STR_FMT(account.Id));
    }
    r = account.Email.ptr ? org_join(org, org->record.RootId, &account) : -ENOMEM;
    return r ? r : make_role(req, org, awi_partition(req), account.Id, role_of(in));
}

/*
 * The account's pair in AWS GovCloud, which belongs to no organization there. The management
 * account's own pair is taken to have its number.
 */
static int make_gov_cloud_account(struct awi_req *req,
                                  const struct org *org,
                                  const struct organizations_CreateAccountRequest *in,
                                  struct awi_str *ret_id)
{
    struct core_AccountRecord account = {
        .Name = in->AccountName,
        .State = AWI_STR("ACTIVE"),
        .Created = AWI_SOME_TIME(awi_now(req)),
    };
    int r = new_id(req, org, ret_id);

    account.Id = *ret_id;
    r = r ? r : awi_account_put(&org->dir, &account);
    return r ? r : make_role(req, org, AWI_STR("aws-us-gov"), account.Id, role_of(in));
}

/* --- Its status ------------------------------------------------------------------------------ */

static struct organizations_CreateAccountStatus
show_status(const struct organizations_CreateAccountRecord *record)
{
    return (struct organizations_CreateAccountStatus){
        .Id = record->Id,
        .AccountName = record->AccountName,
        .State = record->State,
        .RequestedTimestamp = record->Requested,
        .CompletedTimestamp = record->Completed,
        .AccountId = record->AccountId,
        .GovCloudAccountId = record->GovCloudAccountId,
        .FailureReason = record->FailureReason,
    };
}

static int start(struct awi_req *req,
                 const struct organizations_CreateAccountRequest *in,
                 bool gov_cloud,
                 struct organizations_CreateAccountStatus **ret)
{
    struct organizations_CreateAccountRecord record = {
        .AccountName = in->AccountName,
        .Requested = AWI_SOME_TIME(awi_now(req)),
        .Completed = AWI_SOME_TIME(awi_now(req)),
    };
    struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 32);
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : find_obstacle(&org, in->Email, &record.FailureReason);
    if (r == 0 && !awi_str_is_set(record.FailureReason)) {
        r = make_account(req, &org, in, &record.AccountId);
        r = r || !gov_cloud ? r : make_gov_cloud_account(req, &org, in, &record.GovCloudAccountId);
    }
    record.Id = awi_arena_printf(awi_arena(req), "car-%.*s", AWI_STR_FMT(id));
    record.State = awi_str_is_set(record.FailureReason) ? AWI_STR("FAILED") : AWI_STR("SUCCEEDED");
    *ret = awi_arena_new(awi_arena(req), struct organizations_CreateAccountStatus);
    if (r || !id.ptr || !record.Id.ptr || !*ret) {
        return r ? r : -ENOMEM;
    }
    **ret = show_status(&record);
    (*ret)->State = AWI_STR("IN_PROGRESS");
    (*ret)->FailureReason = NO_REASON;
    (*ret)->CompletedTimestamp.set = false;
    return awi_record_put(&org.scope,
                          ORG_CREATES,
                          record.Id,
                          awi_arena(req),
                          &organizations_CreateAccountRecord_shape,
                          &record);
}

int org_create_account(struct awi_req *req,
                       const struct organizations_CreateAccountRequest *in,
                       struct organizations_CreateAccountResponse *out)
{
    return start(req, in, false, &out->CreateAccountStatus);
}

int org_create_gov_cloud_account(struct awi_req *req,
                                 const struct organizations_CreateGovCloudAccountRequest *in,
                                 struct organizations_CreateGovCloudAccountResponse *out)
{
    struct organizations_CreateAccountRequest same = {
        .Email = in->Email,
        .AccountName = in->AccountName,
        .RoleName = in->RoleName,
        .IamUserAccessToBilling = in->IamUserAccessToBilling,
        .Tags = in->Tags,
    };

    return start(req, &same, true, &out->CreateAccountStatus);
}

int org_describe_create_account_status(
    struct awi_req *req,
    const struct organizations_DescribeCreateAccountStatusRequest *in,
    struct organizations_DescribeCreateAccountStatusResponse *out)
{
    struct organizations_CreateAccountRecord record;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r
          : awi_record_get(&org.scope,
                           ORG_CREATES,
                           in->CreateAccountRequestId,
                           awi_arena(req),
                           &organizations_CreateAccountRecord_shape,
                           &record);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &organizations_CreateAccountStatusNotFoundException_error,
                        "You specified a create account request that doesn't exist.");
    }
    out->CreateAccountStatus =
        awi_arena_new(awi_arena(req), struct organizations_CreateAccountStatus);
    if (r || !out->CreateAccountStatus) {
        return r ? r : -ENOMEM;
    }
    *out->CreateAccountStatus = show_status(&record);
    return 0;
}

struct listing {
    struct awi_req *req;
    const struct organizations_CreateAccountStates *states;
    struct organizations_CreateAccountStatus *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct organizations_CreateAccountRecord record;
    bool wanted = list->states->n == 0;
    int r = awi_record_decode(
        value, awi_arena(list->req), &organizations_CreateAccountRecord_shape, &record);

    for (size_t i = 0; r == 0 && i < list->states->n; i++) {
        wanted |= awi_str_eq(list->states->items[i], record.State);
    }
    if (r || !wanted) {
        return r ? r : ORG_SKIPPED;
    }
    list->items[list->n++] = show_status(&record);
    return ORG_TAKEN;
}

int org_list_create_account_status(struct awi_req *req,
                                   const struct organizations_ListCreateAccountStatusRequest *in,
                                   struct organizations_ListCreateAccountStatusResponse *out)
{
    struct listing list = {
        .req = req,
        .states = &in->States,
        .items =
            awi_arena_array(awi_arena(req), struct organizations_CreateAccountStatus, ORG_PAGE),
    };
    struct org_page page = {.table = ORG_CREATES,
                            .prefix = AWI_STR(""),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take,
                            .arg = &list};
    struct org org;
    int r = org_open_managed(req, &org);

    if (r || !list.items) {
        return r ? r : -ENOMEM;
    }
    r = org_page(req, &org, &page, &out->NextToken);
    out->CreateAccountStatuses.items = list.items;
    out->CreateAccountStatuses.n = list.n;
    out->CreateAccountStatuses.set = true;
    return r;
}
