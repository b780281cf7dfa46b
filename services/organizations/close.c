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
        return awi_fail(req,
                        &organizations_AccountNotFoundException_error,
                        "You specified an account that doesn't exist.");
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
        return awi_fail(req,
                        &organizations_AccountNotFoundException_error,
                        "You specified an account that doesn't exist.");
    }
    return r ? r : org_leave(&org, &record);
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
    return r ? r : org_leave(&org, &record);
}
