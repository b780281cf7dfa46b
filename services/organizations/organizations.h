/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the Organizations service share. What authorization needs of an organization is
 * core/identity/organization.h's; beside it this service keeps, in the management account:
 *     "member"  under an account id: nothing; which accounts are in the organization
 *     "child"   under AWI_KEY(parent, kind, id): nothing; kind is "account" or "unit"
 *     "create"  struct organizations_CreateAccountRecord under car-...
 *     "service" struct organizations_EnabledServicePrincipal under the service's principal
 *     "delegated" struct organizations_DelegatedService under AWI_KEY(account, principal)
 *     "delegate" the same of the first service, under the account
 *     "resourcepolicy" struct core_OrganizationPolicyRecord under ""
 */
#pragma once

#include "core/identity/identity.h"
#include "core/identity/organization.h"
#include "core/service.h"
#include "core/store/record.h"

#include "gen/core.h"
#include "gen/organizations.h"

#define ORG_MEMBERS  "member"
#define ORG_CHILDREN "child"
#define ORG_CREATES  "create"
#define ORG_ACCOUNT  "account"
#define ORG_UNIT     "unit"

#define ORG_SERVICES        AWI_TRUSTED_TABLE
#define ORG_DELEGATED       AWI_DELEGATED_TABLE
#define ORG_DELEGATES_TABLE "delegate"
#define ORG_RESOURCE_POLICY "resourcepolicy"

/* The organization a request is about, and the caller's place in it. */
struct org {
    struct awi_directory dir;
    struct core_OrganizationRecord record;
    struct awi_scope scope;
    bool is_management; /* the caller is the management account */
};

/* --- organization.c -------------------------------------------------------------------------- */

/* The caller's organization: >0 AWSOrganizationsNotInUseException. */
int org_open(struct awi_req *req, struct org *ret);
/* The same from an account that may call this operation (access.h): >0 AccessDeniedException. What
 * the resource policy gives to members has been decided before the handler runs. In access.c. */
int org_open_managed(struct awi_req *req, struct org *ret);
/* "arn:aws:organizations::MGMT:kind/o-.../id" */
struct awi_str
org_arn(struct awi_req *req, const struct org *org, const char *kind, struct awi_str id);
/* A ConstraintViolationException, an InvalidInputException with a Reason of the model. */
int org_constraint(struct awi_req *req, const char *reason, const char *message);
int org_invalid(struct awi_req *req, const char *reason, const char *message);
/* The InvalidInputException of a value that the model does not allow. */
int org_fault(struct awi_req *req, const struct awi_fault *fault);
/* An AccountNotFoundException. */
int org_no_account(struct awi_req *req);

/* --- tree.c ---------------------------------------------------------------------------------- */
int org_unit_get(const struct org *org, struct awi_str id, struct core_UnitRecord *ret);
int org_unit_put(const struct org *org, const struct core_UnitRecord *unit);
/* Notes or forgets that id (ORG_ACCOUNT, ORG_UNIT) hangs below parent. */
int org_child_add(const struct org *org,
                  struct awi_str parent,
                  const char *kind,
                  struct awi_str id);
int org_child_remove(const struct org *org,
                     struct awi_str parent,
                     const char *kind,
                     struct awi_str id);
/* -ENOENT when nothing hangs there. */
int org_has_children(const struct org *org, struct awi_str parent);
/* Makes an account a member below parent, with the policies every account has, and writes its
 * record. */
int org_join(const struct org *org, struct awi_str parent, struct core_AccountRecord *account);
/* Takes it out again. */
int org_leave(const struct org *org, struct core_AccountRecord *account);
/* A member by its id. -ENOENT: no member. */
int org_member(const struct org *org, struct awi_str id, struct core_AccountRecord *ret);

/* --- attach.c -------------------------------------------------------------------------------- */
/* Attaches the AWS managed policies of the enabled types to a new target. */
int org_attach_full(const struct org *org, struct awi_str target);
int org_detach_all(const struct org *org, struct awi_str target);
/* Is the policy attached anywhere? 0 yes, -ENOENT no. */
int org_is_attached(const struct org *org, struct awi_str policy);

/* --- trusted.c ------------------------------------------------------------------------------- */
/* Is the account a delegated administrator of any service? 0 yes, -ENOENT no. */
int org_is_delegate(const struct org *org, struct awi_str account);

/* --- resource_policy.c ----------------------------------------------------------------------- */
/* -ENOENT: there is none. */
int org_resource_policy(const struct org *org, struct core_OrganizationPolicyRecord *ret);
int org_resource_policy_put(const struct org *org,
                            const struct core_OrganizationPolicyRecord *record);

/* --- types.c --------------------------------------------------------------------------------- */
/* Enables a type of policy and attaches its AWS managed policy everywhere. Writes org->record. */
int org_policy_type_on(struct org *org, struct awi_str type);

/* --- handshake.c ----------------------------------------------------------------------------- */
/* "*" when there is no such handshake. */
struct awi_str org_handshake_arn(struct awi_req *req, struct awi_str id);
/* Cancels all that are open. */
int org_handshakes_cancel(struct awi_req *req, const struct org *org);

/* --- transfer.c ------------------------------------------------------------------------------ */
/* Its ARN as this organization sees it; "*" when it has no part in such a transfer. */
struct awi_str org_transfer_arn(struct awi_req *req, const struct org *org, struct awi_str id);
/* A transfer in which the caller's account has a part. -ENOENT. */
int org_transfer_get(struct awi_req *req,
                     struct awi_str id,
                     struct organizations_TransferRecord *ret);
int org_transfer_put(struct awi_req *req, const struct organizations_TransferRecord *record);
/* Has the account a part in a transfer that was accepted and has not ended? */
int org_transfer_is_active(struct awi_req *req, struct awi_str account, bool *ret);

/* --- page.c ---------------------------------------------------------------------------------- */
#define ORG_PAGE 20
enum { ORG_TAKEN = 0, ORG_SKIPPED = 1 };

/* One page of a table, at most max items (absent: 20). take() gets each record and answers
 * ORG_TAKEN, ORG_SKIPPED or -errno. *ret_next is the token of the next page, absent at the end. */
struct org_page {
    const char *table;
    struct awi_str prefix;
    struct awi_str token;
    struct awi_opt_i32 max;
    int (*take)(void *arg, struct awi_str key, struct awi_str value);
    void *arg;
};
int org_page(struct awi_req *req,
             const struct org *org,
             const struct org_page *page,
             struct awi_str *ret_next);

/* --- What the answers are made of ------------------------------------------------------------ */
int org_show_account(struct awi_req *req,
                     const struct org *org,
                     const struct core_AccountRecord *record,
                     struct organizations_Account *ret);
int org_show_policy(struct awi_req *req,
                    const struct org *org,
                    const struct core_OrganizationPolicyRecord *record,
                    struct organizations_PolicySummary *ret);
int org_show_root(struct awi_req *req, const struct org *org, struct organizations_Root *ret);

/* --- tags.c ---------------------------------------------------------------------------------- */
int org_take_tags(struct awi_req *req,
                  const struct organizations_Tags *tags,
                  struct core_Tags *ret);
/* Those of a resource. -ENOENT: it is not there. */
int org_tags_of(struct awi_req *req,
                const struct org *org,
                struct awi_str id,
                const struct core_Tags **ret);

/* --- Handlers -------------------------------------------------------------------------------- */
#define ORG_HANDLER(name, Operation)                                                               \
    int org_##name(struct awi_req *req,                                                            \
                   const struct organizations_##Operation##Request *in,                            \
                   struct organizations_##Operation##Response *out);
#define ORG_SILENT(name, Operation)                                                                \
    int org_##name(                                                                                \
        struct awi_req *req, const struct organizations_##Operation##Request *in, void *out);

ORG_HANDLER(create_organization, CreateOrganization)
int org_describe_organization(struct awi_req *req,
                              const void *in,
                              struct organizations_DescribeOrganizationResponse *out);
int org_delete_organization(struct awi_req *req, const void *in, void *out);
ORG_HANDLER(list_roots, ListRoots)

ORG_HANDLER(create_account, CreateAccount)
ORG_HANDLER(create_gov_cloud_account, CreateGovCloudAccount)
ORG_HANDLER(describe_create_account_status, DescribeCreateAccountStatus)
ORG_HANDLER(list_create_account_status, ListCreateAccountStatus)
ORG_HANDLER(describe_account, DescribeAccount)
ORG_HANDLER(list_accounts, ListAccounts)
ORG_HANDLER(list_accounts_for_parent, ListAccountsForParent)
ORG_SILENT(close_account, CloseAccount)
ORG_SILENT(remove_account, RemoveAccountFromOrganization)
int org_leave_organization(struct awi_req *req, const void *in, void *out);
ORG_SILENT(move_account, MoveAccount)

ORG_HANDLER(create_ou, CreateOrganizationalUnit)
ORG_HANDLER(update_ou, UpdateOrganizationalUnit)
ORG_HANDLER(describe_ou, DescribeOrganizationalUnit)
ORG_SILENT(delete_ou, DeleteOrganizationalUnit)
ORG_HANDLER(list_ous, ListOrganizationalUnitsForParent)
ORG_HANDLER(list_parents, ListParents)
ORG_HANDLER(list_children, ListChildren)

ORG_HANDLER(create_policy, CreatePolicy)
ORG_HANDLER(update_policy, UpdatePolicy)
ORG_HANDLER(describe_policy, DescribePolicy)
ORG_SILENT(delete_policy, DeletePolicy)
ORG_HANDLER(list_policies, ListPolicies)
ORG_SILENT(attach_policy, AttachPolicy)
ORG_SILENT(detach_policy, DetachPolicy)
ORG_HANDLER(list_policies_for_target, ListPoliciesForTarget)
ORG_HANDLER(list_targets_for_policy, ListTargetsForPolicy)
ORG_HANDLER(enable_policy_type, EnablePolicyType)
ORG_HANDLER(disable_policy_type, DisablePolicyType)

ORG_HANDLER(describe_effective_policy, DescribeEffectivePolicy)
ORG_HANDLER(list_invalid_accounts, ListAccountsWithInvalidEffectivePolicy)
ORG_HANDLER(list_effective_errors, ListEffectivePolicyValidationErrors)

ORG_SILENT(enable_service, EnableAWSServiceAccess)
ORG_SILENT(disable_service, DisableAWSServiceAccess)
ORG_HANDLER(list_services, ListAWSServiceAccessForOrganization)
ORG_SILENT(register_delegate, RegisterDelegatedAdministrator)
ORG_SILENT(deregister_delegate, DeregisterDelegatedAdministrator)
ORG_HANDLER(list_delegates, ListDelegatedAdministrators)
ORG_HANDLER(list_delegated, ListDelegatedServicesForAccount)

ORG_HANDLER(put_resource_policy, PutResourcePolicy)
int org_describe_resource_policy(struct awi_req *req,
                                 const void *in,
                                 struct organizations_DescribeResourcePolicyResponse *out);
int org_delete_resource_policy(struct awi_req *req, const void *in, void *out);

ORG_HANDLER(invite, InviteAccountToOrganization)
ORG_HANDLER(describe_handshake, DescribeHandshake)
ORG_HANDLER(accept_handshake, AcceptHandshake)
ORG_HANDLER(decline_handshake, DeclineHandshake)
ORG_HANDLER(cancel_handshake, CancelHandshake)
ORG_HANDLER(list_handshakes_for_account, ListHandshakesForAccount)
ORG_HANDLER(list_handshakes_for_organization, ListHandshakesForOrganization)
ORG_HANDLER(enable_all_features, EnableAllFeatures)

ORG_HANDLER(invite_to_transfer, InviteOrganizationToTransferResponsibility)
ORG_HANDLER(describe_transfer, DescribeResponsibilityTransfer)
ORG_HANDLER(list_inbound_transfers, ListInboundResponsibilityTransfers)
ORG_HANDLER(list_outbound_transfers, ListOutboundResponsibilityTransfers)
ORG_HANDLER(terminate_transfer, TerminateResponsibilityTransfer)
ORG_HANDLER(update_transfer, UpdateResponsibilityTransfer)

ORG_SILENT(tag_resource, TagResource)
ORG_SILENT(untag_resource, UntagResource)
ORG_HANDLER(list_tags, ListTagsForResource)
