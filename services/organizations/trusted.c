/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS services that may work in all accounts of the organization, and the members that administer
 * one in place of the management account. Both are only noted: what a service then does is its own.
 */
#include "services/organizations/organizations.h"

#include "core/util/cleanup.h"

#include <errno.h>

/* --- Service access -------------------------------------------------------------------------- */

static int open_all_features(struct awi_req *req, struct awi_str principal, struct org *org)
{
    int r = org_open_managed(req, org);

    if (r == 0 && !awi_str_is(org->record.FeatureSet, "ALL")) {
        return org_constraint(req,
                              "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE",
                              "This operation requires the organization to have all features "
                              "enabled.");
    }
    if (r == 0 && !awi_str_ends(principal, AWI_STR(".amazonaws.com"))) {
        return org_invalid(req,
                           "UNRECOGNIZED_SERVICE_PRINCIPAL",
                           "You specified an unrecognized service principal.");
    }
    return r;
}

int org_enable_service(struct awi_req *req,
                       const struct organizations_EnableAWSServiceAccessRequest *in,
                       void *out)
{
    struct organizations_EnabledServicePrincipal record = {
        .ServicePrincipal = in->ServicePrincipal,
        .DateEnabled = AWI_SOME_TIME(awi_now(req)),
    };
    struct org org;
    int r = open_all_features(req, in->ServicePrincipal, &org);

    r = r ? r
          : awi_record_insert(&org.scope,
                              ORG_SERVICES,
                              record.ServicePrincipal,
                              awi_arena(req),
                              &organizations_EnabledServicePrincipal_shape,
                              &record);
    return r == -EEXIST ? 0 : r;
}

/* Does any member administer the service? 0 yes, -ENOENT no. */
static int has_delegate(const struct org *org, struct awi_str principal)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r =
        awi_cursor_open(&org->scope, ORG_DELEGATED, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (awi_str_eq(awi_key_part(org->dir.arena, key, 1), principal)) {
            return 0;
        }
    }
    return r;
}

int org_disable_service(struct awi_req *req,
                        const struct organizations_DisableAWSServiceAccessRequest *in,
                        void *out)
{
    struct org org;
    int r = open_all_features(req, in->ServicePrincipal, &org);

    r = r ? r : has_delegate(&org, in->ServicePrincipal);
    if (r == 0) {
        return org_constraint(req,
                              "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
                              "You attempted to disable service access while a delegated "
                              "administrator is registered for the service.");
    }
    r = r == -ENOENT ? awi_delete(&org.scope, ORG_SERVICES, in->ServicePrincipal) : r;
    return r == -ENOENT ? 0 : r;
}

struct listing {
    struct awi_req *req;
    const struct org *org;
    struct awi_str service; /* absent: all */
    struct organizations_EnabledServicePrincipal *services;
    struct organizations_DelegatedAdministrator *administrators;
    struct organizations_DelegatedService *delegated;
    size_t n;
};

static int take_service(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;

    return awi_record_decode(value,
                             awi_arena(list->req),
                             &organizations_EnabledServicePrincipal_shape,
                             &list->services[list->n++]);
}

int org_list_services(struct awi_req *req,
                      const struct organizations_ListAWSServiceAccessForOrganizationRequest *in,
                      struct organizations_ListAWSServiceAccessForOrganizationResponse *out)
{
    struct listing list = {
        .req = req,
        .services =
            awi_arena_array(awi_arena(req), struct organizations_EnabledServicePrincipal, ORG_PAGE),
    };
    struct org_page page = {.table = ORG_SERVICES,
                            .prefix = AWI_STR(""),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take_service,
                            .arg = &list};
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : list.services ? org_page(req, &org, &page, &out->NextToken) : -ENOMEM;
    out->EnabledServicePrincipals.items = list.services;
    out->EnabledServicePrincipals.n = list.n;
    out->EnabledServicePrincipals.set = true;
    return r;
}

/* --- Delegated administrators ---------------------------------------------------------------- */

int org_is_delegate(const struct org *org, struct awi_str account)
{
    struct awi_str value;

    return awi_get(&org->scope, ORG_DELEGATES_TABLE, account, &value);
}

static int find_delegated(const struct org *org,
                          struct awi_str account,
                          struct awi_str principal,
                          struct organizations_DelegatedService *ret)
{
    struct awi_str key = AWI_KEY(org->dir.arena, account, principal);

    return key.ptr ? awi_record_get(&org->scope,
                                    ORG_DELEGATED,
                                    key,
                                    org->dir.arena,
                                    &organizations_DelegatedService_shape,
                                    ret)
                   : -ENOMEM;
}

static int check_candidate(struct awi_req *req,
                           const struct org *org,
                           const struct organizations_RegisterDelegatedAdministratorRequest *in)
{
    struct core_AccountRecord account;
    struct awi_str value;
    int r = org_member(org, in->AccountId, &account);

    if (r) {
        return r == -ENOENT ? org_no_account(req) : r;
    }
    if (awi_str_eq(in->AccountId, org->record.ManagementAccount)) {
        return org_constraint(req,
                              "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
                              "You cannot register the management account as a delegated "
                              "administrator for an AWS service integrated with Organizations.");
    }
    if (!awi_str_is(account.State, "ACTIVE")) {
        return org_constraint(req,
                              "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
                              "You cannot register a suspended account as a delegated "
                              "administrator.");
    }
    r = awi_get(&org->scope, ORG_SERVICES, in->ServicePrincipal, &value);
    return r == -ENOENT ? org_constraint(req,
                                         "SERVICE_ACCESS_NOT_ENABLED",
                                         "You must enable service access for the service before "
                                         "you register a delegated administrator for it.")
                        : r;
}

int org_register_delegate(struct awi_req *req,
                          const struct organizations_RegisterDelegatedAdministratorRequest *in,
                          void *out)
{
    struct organizations_DelegatedService record = {
        .ServicePrincipal = in->ServicePrincipal,
        .DelegationEnabledDate = AWI_SOME_TIME(awi_now(req)),
    };
    struct awi_str key = AWI_KEY(awi_arena(req), in->AccountId, in->ServicePrincipal);
    struct org org;
    int r = open_all_features(req, in->ServicePrincipal, &org);

    r = r ? r : check_candidate(req, &org, in);
    if (r || !key.ptr) {
        return r ? r : -ENOMEM;
    }
    r = awi_record_insert(&org.scope,
                          ORG_DELEGATED,
                          key,
                          awi_arena(req),
                          &organizations_DelegatedService_shape,
                          &record);
    if (r == -EEXIST) {
        return awi_fail(req,
                        &organizations_AccountAlreadyRegisteredException_error,
                        "The specified account is already a delegated administrator for this AWS "
                        "service.");
    }
    r = r ? r
          : awi_record_insert(&org.scope,
                              ORG_DELEGATES_TABLE,
                              in->AccountId,
                              awi_arena(req),
                              &organizations_DelegatedService_shape,
                              &record);
    return r == -EEXIST ? 0 : r;
}

static int not_registered(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_AccountNotRegisteredException_error,
                    "The specified account is not a delegated administrator for this AWS service.");
}

/* The account administers nothing any more. */
static int forget_if_last(const struct org *org, struct awi_str account)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str prefix = AWI_KEY(org->dir.arena, account), key, value;
    int r = prefix.ptr
                ? awi_cursor_open(&org->scope, ORG_DELEGATED, prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    r = r ? r : awi_cursor_next(cursor, &key, &value);
    return r == -ENOENT ? awi_delete(&org->scope, ORG_DELEGATES_TABLE, account) : r;
}

int org_deregister_delegate(struct awi_req *req,
                            const struct organizations_DeregisterDelegatedAdministratorRequest *in,
                            void *out)
{
    struct awi_str key = AWI_KEY(awi_arena(req), in->AccountId, in->ServicePrincipal);
    struct core_AccountRecord account;
    struct org org;
    int r = open_all_features(req, in->ServicePrincipal, &org);

    r = r ? r : org_member(&org, in->AccountId, &account);
    if (r || !key.ptr) {
        return r == -ENOENT ? org_no_account(req) : r ? r : -ENOMEM;
    }
    r = awi_delete(&org.scope, ORG_DELEGATED, key);
    return r == -ENOENT ? not_registered(req) : r ? r : forget_if_last(&org, in->AccountId);
}

static int take_administrator(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct organizations_DelegatedAdministrator *shown = &list->administrators[list->n];
    struct organizations_DelegatedService record;
    struct organizations_Account account = {.Id = AWI_STR_NULL};
    struct core_AccountRecord member;
    struct awi_arena *arena = awi_arena(list->req);
    int r = awi_record_decode(value, arena, &organizations_DelegatedService_shape, &record);
    struct awi_str id = awi_arena_str(arena, key);

    if (r == 0 && awi_str_is_set(list->service)) {
        r = find_delegated(list->org, id, list->service, &record);
    }
    if (r) {
        return r == -ENOENT ? ORG_SKIPPED : r;
    }
    r = org_member(list->org, id, &member);
    r = r ? r : org_show_account(list->req, list->org, &member, &account);
    *shown = (struct organizations_DelegatedAdministrator){
        .Id = account.Id,
        .Arn = account.Arn,
        .Email = account.Email,
        .Name = account.Name,
        .Status = account.Status,
        .State = account.State,
        .JoinedMethod = account.JoinedMethod,
        .JoinedTimestamp = account.JoinedTimestamp,
        .DelegationEnabledDate = record.DelegationEnabledDate,
    };
    list->n++;
    return r;
}

int org_list_delegates(struct awi_req *req,
                       const struct organizations_ListDelegatedAdministratorsRequest *in,
                       struct organizations_ListDelegatedAdministratorsResponse *out)
{
    struct org org;
    struct listing list = {
        .req = req,
        .org = &org,
        .service = in->ServicePrincipal,
        .administrators =
            awi_arena_array(awi_arena(req), struct organizations_DelegatedAdministrator, ORG_PAGE),
    };
    struct org_page page = {.table = ORG_DELEGATES_TABLE,
                            .prefix = AWI_STR(""),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take_administrator,
                            .arg = &list};
    int r = org_open_managed(req, &org);

    r = r ? r : list.administrators ? org_page(req, &org, &page, &out->NextToken) : -ENOMEM;
    out->DelegatedAdministrators.items = list.administrators;
    out->DelegatedAdministrators.n = list.n;
    out->DelegatedAdministrators.set = true;
    return r;
}

static int take_delegated(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;

    return awi_record_decode(value,
                             awi_arena(list->req),
                             &organizations_DelegatedService_shape,
                             &list->delegated[list->n++]);
}

int org_list_delegated(struct awi_req *req,
                       const struct organizations_ListDelegatedServicesForAccountRequest *in,
                       struct organizations_ListDelegatedServicesForAccountResponse *out)
{
    struct listing list = {
        .req = req,
        .delegated =
            awi_arena_array(awi_arena(req), struct organizations_DelegatedService, ORG_PAGE),
    };
    struct org_page page = {.table = ORG_DELEGATED,
                            .prefix = AWI_KEY(awi_arena(req), in->AccountId),
                            .token = in->NextToken,
                            .max = in->MaxResults,
                            .take = take_delegated,
                            .arg = &list};
    struct core_AccountRecord account;
    struct org org;
    int r = org_open_managed(req, &org);

    r = r ? r : org_member(&org, in->AccountId, &account);
    if (r || !list.delegated || !page.prefix.ptr) {
        return r == -ENOENT ? org_no_account(req) : r ? r : -ENOMEM;
    }
    r = org_is_delegate(&org, in->AccountId);
    r = r == -ENOENT ? not_registered(req) : r ? r : org_page(req, &org, &page, &out->NextToken);
    out->DelegatedServices.items = list.delegated;
    out->DelegatedServices.n = list.n;
    out->DelegatedServices.set = true;
    return r;
}
