/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Organizations: which operations there are. An operation that is not here answers
 * NotImplemented.
 */
#include "services/organizations/organizations.h"

#include "services/organizations/access.h"

static const struct organizations_handlers handlers = {
    .AcceptHandshake = org_accept_handshake,
    .AttachPolicy = org_attach_policy,
    .CancelHandshake = org_cancel_handshake,
    .CloseAccount = org_close_account,
    .CreateAccount = org_create_account,
    .CreateOrganization = org_create_organization,
    .CreateOrganizationalUnit = org_create_ou,
    .CreatePolicy = org_create_policy,
    .DeclineHandshake = org_decline_handshake,
    .DeleteOrganization = org_delete_organization,
    .DeleteOrganizationalUnit = org_delete_ou,
    .DeletePolicy = org_delete_policy,
    .DeleteResourcePolicy = org_delete_resource_policy,
    .DeregisterDelegatedAdministrator = org_deregister_delegate,
    .DescribeAccount = org_describe_account,
    .DescribeCreateAccountStatus = org_describe_create_account_status,
    .DescribeEffectivePolicy = org_describe_effective_policy,
    .DescribeHandshake = org_describe_handshake,
    .DescribeOrganization = org_describe_organization,
    .DescribeOrganizationalUnit = org_describe_ou,
    .DescribePolicy = org_describe_policy,
    .DescribeResourcePolicy = org_describe_resource_policy,
    .DetachPolicy = org_detach_policy,
    .DisableAWSServiceAccess = org_disable_service,
    .DisablePolicyType = org_disable_policy_type,
    .EnableAWSServiceAccess = org_enable_service,
    .EnableAllFeatures = org_enable_all_features,
    .EnablePolicyType = org_enable_policy_type,
    .InviteAccountToOrganization = org_invite,
    .LeaveOrganization = org_leave_organization,
    .ListAWSServiceAccessForOrganization = org_list_services,
    .ListAccounts = org_list_accounts,
    .ListAccountsForParent = org_list_accounts_for_parent,
    .ListAccountsWithInvalidEffectivePolicy = org_list_invalid_accounts,
    .ListChildren = org_list_children,
    .ListCreateAccountStatus = org_list_create_account_status,
    .ListDelegatedAdministrators = org_list_delegates,
    .ListDelegatedServicesForAccount = org_list_delegated,
    .ListEffectivePolicyValidationErrors = org_list_effective_errors,
    .ListHandshakesForAccount = org_list_handshakes_for_account,
    .ListHandshakesForOrganization = org_list_handshakes_for_organization,
    .ListOrganizationalUnitsForParent = org_list_ous,
    .ListParents = org_list_parents,
    .ListPolicies = org_list_policies,
    .ListPoliciesForTarget = org_list_policies_for_target,
    .ListRoots = org_list_roots,
    .ListTagsForResource = org_list_tags,
    .ListTargetsForPolicy = org_list_targets_for_policy,
    .MoveAccount = org_move_account,
    .PutResourcePolicy = org_put_resource_policy,
    .RegisterDelegatedAdministrator = org_register_delegate,
    .RemoveAccountFromOrganization = org_remove_account,
    .TagResource = org_tag_resource,
    .UntagResource = org_untag_resource,
    .UpdateOrganizationalUnit = org_update_ou,
    .UpdatePolicy = org_update_policy,
};

const struct awi_service awi_service_organizations = {
    .model = &organizations_model,
    .handlers = &handlers,
    .access = org_access,
};
