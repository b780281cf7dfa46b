/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of Organizations need permission for (Service Authorization Reference, AWS
 * Organizations). The rows name ids; the ARNs that stand for them are made here.
 */
#include "services/organizations/organizations.h"

#include <errno.h>

/* One row a line. */
/* clang-format off */
static const struct awi_access_row rows[] = {
    {AWI_STR_INIT("AcceptHandshake"), "organizations:AcceptHandshake", "{HandshakeId}", NULL, NULL, 0},
    {AWI_STR_INIT("AttachPolicy"), "organizations:AttachPolicy", "{PolicyId}", NULL, NULL, 0},
    {AWI_STR_INIT("AttachPolicy"), "organizations:AttachPolicy", "{TargetId}", NULL, NULL, 0},
    {AWI_STR_INIT("CancelHandshake"), "organizations:CancelHandshake", "{HandshakeId}", NULL, NULL, 0},
    {AWI_STR_INIT("CloseAccount"), "organizations:CloseAccount", "{AccountId}", NULL, NULL, 0},
    {AWI_STR_INIT("CreateAccount"), "organizations:CreateAccount", "*", NULL, NULL, 0},
    {AWI_STR_INIT("CreateGovCloudAccount"), "organizations:CreateGovCloudAccount", "*", NULL, NULL, 0},
    {AWI_STR_INIT("CreateOrganization"), "organizations:CreateOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("CreateOrganizationalUnit"), "organizations:CreateOrganizationalUnit", "{ParentId}", NULL, NULL, 0},
    {AWI_STR_INIT("CreatePolicy"), "organizations:CreatePolicy", "*", "organizations:PolicyType=Type", NULL, 0},
    {AWI_STR_INIT("DeclineHandshake"), "organizations:DeclineHandshake", "{HandshakeId}", NULL, NULL, 0},
    {AWI_STR_INIT("DeleteOrganization"), "organizations:DeleteOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DeleteOrganizationalUnit"), "organizations:DeleteOrganizationalUnit", "{OrganizationalUnitId}", NULL, NULL, 0},
    {AWI_STR_INIT("DeletePolicy"), "organizations:DeletePolicy", "{PolicyId}", NULL, NULL, 0},
    {AWI_STR_INIT("DeleteResourcePolicy"), "organizations:DeleteResourcePolicy", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DeregisterDelegatedAdministrator"), "organizations:DeregisterDelegatedAdministrator", "{AccountId}", "organizations:ServicePrincipal=ServicePrincipal", NULL, 0},
    {AWI_STR_INIT("DescribeAccount"), "organizations:DescribeAccount", "{AccountId}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeCreateAccountStatus"), "organizations:DescribeCreateAccountStatus", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeEffectivePolicy"), "organizations:DescribeEffectivePolicy", "{TargetId}", "organizations:PolicyType=PolicyType", NULL, 0},
    {AWI_STR_INIT("DescribeHandshake"), "organizations:DescribeHandshake", "{HandshakeId}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeOrganization"), "organizations:DescribeOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeOrganizationalUnit"), "organizations:DescribeOrganizationalUnit", "{OrganizationalUnitId}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribePolicy"), "organizations:DescribePolicy", "{PolicyId}", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeResourcePolicy"), "organizations:DescribeResourcePolicy", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DescribeResponsibilityTransfer"), "organizations:DescribeResponsibilityTransfer", "*", NULL, NULL, 0},
    {AWI_STR_INIT("DetachPolicy"), "organizations:DetachPolicy", "{PolicyId}", NULL, NULL, 0},
    {AWI_STR_INIT("DetachPolicy"), "organizations:DetachPolicy", "{TargetId}", NULL, NULL, 0},
    {AWI_STR_INIT("DisableAWSServiceAccess"), "organizations:DisableAWSServiceAccess", "*", "organizations:ServicePrincipal=ServicePrincipal", NULL, 0},
    {AWI_STR_INIT("DisablePolicyType"), "organizations:DisablePolicyType", "{RootId}", "organizations:PolicyType=PolicyType", NULL, 0},
    {AWI_STR_INIT("EnableAWSServiceAccess"), "organizations:EnableAWSServiceAccess", "*", "organizations:ServicePrincipal=ServicePrincipal", NULL, 0},
    {AWI_STR_INIT("EnableAllFeatures"), "organizations:EnableAllFeatures", "*", NULL, NULL, 0},
    {AWI_STR_INIT("EnablePolicyType"), "organizations:EnablePolicyType", "{RootId}", "organizations:PolicyType=PolicyType", NULL, 0},
    {AWI_STR_INIT("InviteAccountToOrganization"), "organizations:InviteAccountToOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("InviteOrganizationToTransferResponsibility"), "organizations:InviteOrganizationToTransferResponsibility", "*", NULL, NULL, 0},
    {AWI_STR_INIT("LeaveOrganization"), "organizations:LeaveOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListAWSServiceAccessForOrganization"), "organizations:ListAWSServiceAccessForOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListAccounts"), "organizations:ListAccounts", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListAccountsForParent"), "organizations:ListAccountsForParent", "{ParentId}", NULL, NULL, 0},
    {AWI_STR_INIT("ListAccountsWithInvalidEffectivePolicy"), "organizations:ListAccountsWithInvalidEffectivePolicy", "*", "organizations:PolicyType=PolicyType", NULL, 0},
    {AWI_STR_INIT("ListChildren"), "organizations:ListChildren", "{ParentId}", NULL, NULL, 0},
    {AWI_STR_INIT("ListCreateAccountStatus"), "organizations:ListCreateAccountStatus", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListDelegatedAdministrators"), "organizations:ListDelegatedAdministrators", "*", "organizations:ServicePrincipal=ServicePrincipal", NULL, 0},
    {AWI_STR_INIT("ListDelegatedServicesForAccount"), "organizations:ListDelegatedServicesForAccount", "{AccountId}", NULL, NULL, 0},
    {AWI_STR_INIT("ListEffectivePolicyValidationErrors"), "organizations:ListEffectivePolicyValidationErrors", "{AccountId}", "organizations:PolicyType=PolicyType", NULL, 0},
    {AWI_STR_INIT("ListHandshakesForAccount"), "organizations:ListHandshakesForAccount", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListHandshakesForOrganization"), "organizations:ListHandshakesForOrganization", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListInboundResponsibilityTransfers"), "organizations:ListInboundResponsibilityTransfers", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListOrganizationalUnitsForParent"), "organizations:ListOrganizationalUnitsForParent", "{ParentId}", NULL, NULL, 0},
    {AWI_STR_INIT("ListOutboundResponsibilityTransfers"), "organizations:ListOutboundResponsibilityTransfers", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListParents"), "organizations:ListParents", "{ChildId}", NULL, NULL, 0},
    {AWI_STR_INIT("ListPolicies"), "organizations:ListPolicies", "*", "organizations:PolicyType=Filter", NULL, 0},
    {AWI_STR_INIT("ListPoliciesForTarget"), "organizations:ListPoliciesForTarget", "{TargetId}", "organizations:PolicyType=Filter", NULL, 0},
    {AWI_STR_INIT("ListRoots"), "organizations:ListRoots", "*", NULL, NULL, 0},
    {AWI_STR_INIT("ListTagsForResource"), "organizations:ListTagsForResource", "{ResourceId}", NULL, NULL, 0},
    {AWI_STR_INIT("ListTargetsForPolicy"), "organizations:ListTargetsForPolicy", "{PolicyId}", NULL, NULL, 0},
    {AWI_STR_INIT("MoveAccount"), "organizations:MoveAccount", "{AccountId}", NULL, NULL, 0},
    {AWI_STR_INIT("MoveAccount"), "organizations:MoveAccount", "{SourceParentId}", NULL, NULL, 0},
    {AWI_STR_INIT("MoveAccount"), "organizations:MoveAccount", "{DestinationParentId}", NULL, NULL, 0},
    {AWI_STR_INIT("PutResourcePolicy"), "organizations:PutResourcePolicy", "*", NULL, NULL, 0},
    {AWI_STR_INIT("RegisterDelegatedAdministrator"), "organizations:RegisterDelegatedAdministrator", "{AccountId}", "organizations:ServicePrincipal=ServicePrincipal", NULL, 0},
    {AWI_STR_INIT("RemoveAccountFromOrganization"), "organizations:RemoveAccountFromOrganization", "{AccountId}", NULL, NULL, 0},
    {AWI_STR_INIT("TagResource"), "organizations:TagResource", "{ResourceId}", NULL, NULL, 0},
    {AWI_STR_INIT("TerminateResponsibilityTransfer"), "organizations:TerminateResponsibilityTransfer", "*", NULL, NULL, 0},
    {AWI_STR_INIT("UntagResource"), "organizations:UntagResource", "{ResourceId}", NULL, NULL, 0},
    {AWI_STR_INIT("UpdateOrganizationalUnit"), "organizations:UpdateOrganizationalUnit", "{OrganizationalUnitId}", NULL, NULL, 0},
    {AWI_STR_INIT("UpdatePolicy"), "organizations:UpdatePolicy", "{PolicyId}", NULL, NULL, 0},
    {AWI_STR_INIT("UpdateResponsibilityTransfer"), "organizations:UpdateResponsibilityTransfer", "*", NULL, NULL, 0},
    {.operation = {NULL, 0}},
};
/* clang-format on */

/* root/o-x/r-y, ou/o-x/ou-z, account/o-x/1234, handshake/... under the management account. */
static const char *noun_of(struct awi_str id)
{
    return awi_str_starts(id, AWI_STR("r-"))    ? "root"
           : awi_str_starts(id, AWI_STR("ou-")) ? "ou"
           : awi_str_starts(id, AWI_STR("h-"))  ? "handshake"
                                                : "account";
}

static int arn_of(struct awi_req *req,
                  const struct awi_directory *dir,
                  const struct core_OrganizationRecord *organization,
                  struct awi_str *id)
{
    struct core_OrganizationPolicyRecord policy;
    int r = awi_str_starts(*id, AWI_STR("p-"))
                ? awi_organization_policy(dir, organization, *id, &policy)
                : -ENOENT;

    if (r < 0 && r != -ENOENT) {
        return r;
    }
    *id = r == 0 ? awi_organization_policy_arn(awi_arena(req), organization, &policy)
                 : awi_arena_printf(awi_arena(req),
                                    "arn:%.*s:organizations::%.*s:%s/%.*s/%.*s",
                                    AWI_STR_FMT(awi_partition(req)),
                                    AWI_STR_FMT(organization->ManagementAccount),
                                    noun_of(*id),
                                    AWI_STR_FMT(organization->Id),
                                    AWI_STR_FMT(*id));
    return id->ptr ? 0 : -ENOMEM;
}

int org_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct awi_directory dir = awi_request_directory(req);
    struct core_OrganizationRecord organization;
    int r = awi_access_of_rows(req, rows, in, ret);

    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        struct awi_str *resource = &ret->items[i].resource;
        if (awi_str_is(*resource, "*") || awi_str_starts(*resource, AWI_STR("arn:"))) {
            continue;
        }
        r = awi_organization_of(&dir, awi_account(req), &organization);
        if (r == -ENOENT) {
            /* Outside any organization there is nothing to name. */
            *resource = AWI_STR("*");
            r = 0;
        } else if (r == 0) {
            r = arn_of(req, &dir, &organization, resource);
        }
    }
    return r;
}
