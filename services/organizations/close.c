/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts that end: closed, removed, leaving (identity.md 7.10, 7.11).
 */
#include "services/organizations/organizations.h"

#include "core/identity/session.h"

#include <errno.h>

int org_close_account(struct awi_req *req,
                      const struct organizations_CloseAccountRequest *in,
                      void *out)
{
    struct core_AccountRecord record;
    struct org org;
    int r = org_open_managed(req, &org);

    if (r == 0 && awi_str_eq(in->AccountId, org.record.ManagementAccount)) {
        return org_constraint(req,
                              "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
                              "You cannot close the management account of an organization.");
    }
    r = r ? r : org_member(&org, in->AccountId, &record);
    if (r == -ENOENT) {
        return org_no_account(req);
    }
    if (r == 0 && !awi_str_is(record.State, "ACTIVE")) {
        return awi_fail(req,
                        &organizations_AccountAlreadyClosedException_error,
                        "You attempted to close an account that is already closed.");
    }
    record.State = AWI_STR("CLOSED");
    record.Closed = AWI_SOME_TIME(awi_now(req));
    r = r ? r : awi_account_put(&org.dir, &record);
    return r ? r : awi_keys_revoke(org.dir.txn, record.Id);
}

/* Takes a member out, unless it administers a service for the others. */
static int take_out(struct awi_req *req, const struct org *org, struct core_AccountRecord *record)
{
    int r = org_is_delegate(org, record->Id);

    if (r == 0) {
        return org_constraint(req,
                              "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
                              "You attempted to remove an account that is registered as a "
                              "delegated administrator for a service.");
    }
    return r == -ENOENT ? org_leave(org, record) : r;
}

int org_remove_account(struct awi_req *req,
                       const struct organizations_RemoveAccountFromOrganizationRequest *in,
                       void *out)
{
    struct core_AccountRecord record;
    struct org org;
    int r = org_open_managed(req, &org);

    if (r == 0 && awi_str_eq(in->AccountId, org.record.ManagementAccount)) {
        return awi_fail(req,
                        &organizations_MasterCannotLeaveOrganizationException_error,
                        "You can't remove a management account from an organization.");
    }
    r = r ? r : org_member(&org, in->AccountId, &record);
    if (r == -ENOENT) {
        return org_no_account(req);
    }
    return r ? r : take_out(req, &org, &record);
}

int org_leave_organization(struct awi_req *req, const void *in, void *out)
{
    struct core_AccountRecord record;
    struct org org;
    int r = org_open(req, &org);

    if (r == 0 && org.is_management) {
        return awi_fail(req,
                        &organizations_MasterCannotLeaveOrganizationException_error,
                        "You can't remove a management account from an organization.");
    }
    r = r ? r : org_member(&org, awi_account(req), &record);
    return r ? r : take_out(req, &org, &record);
}
