/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizations as authorization sees them: which one an account belongs to, the path of units from
 * the root to the account, and the policies attached along it. services/organizations is the API
 * over these records; nobody else writes them.
 *
 * An organization's records lie in the scope of its management account:
 *     "organization"  struct core_OrganizationRecord under its id
 *     "unit"          struct core_UnitRecord under ou-... (the root, r-..., too; it has no parent)
 *     "orgpolicy"     struct core_OrganizationPolicyRecord under p-...
 *     "attached"      struct core_AttachedRecord under the target (r-, ou-, account id) and type:
 *                     AWI_KEY(target, type), policies in the order of attachment
 * Which organization an account is in, and its parent there, stands in its core_AccountRecord
 * (OrganizationId, ParentId; ManagementAccount is in the organization's). That an organization has
 * this management account is noted globally: account "", table "organization", under the id, the
 * account.
 *
 * Two more tables there say who may act for services (services/organizations/trusted.c fills them):
 *     "service"       under a service's principal: it has trusted access
 *     "delegated"     under AWI_KEY(account, principal): the account administers the service
 *
 * Types are AWS's: "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", ... The two AWS managed
 * policies (p-FullAWSAccess, p-RCPFullAWSAccess) are no records: awi_organization_policy() knows
 * them.
 */
#pragma once

#include "core/identity/account.h"

struct core_OrganizationRecord;
struct core_UnitRecord;
struct core_OrganizationPolicyRecord;
struct core_AttachedRecord;

#define AWI_ORGANIZATION_TABLE "organization"
#define AWI_UNIT_TABLE         "unit"
#define AWI_ORGPOLICY_TABLE    "orgpolicy"
#define AWI_ATTACHED_TABLE     "attached"
#define AWI_TRUSTED_TABLE      "service"
#define AWI_DELEGATED_TABLE    "delegated"
#define AWI_SCP                "SERVICE_CONTROL_POLICY"
#define AWI_RCP                "RESOURCE_CONTROL_POLICY"

/* The scope of the records above. */
struct awi_scope awi_organization_scope(struct awi_txn *txn, struct awi_str management_account);

/* The organization that the account is in, management account or member. -ENOENT: none. */
int awi_organization_of(const struct awi_directory *dir,
                        struct awi_str account,
                        struct core_OrganizationRecord *ret);
/* Writes it, with the global note. */
int awi_organization_put(const struct awi_directory *dir,
                         const struct core_OrganizationRecord *organization);
/* Deletes it, with the global note; everything below it must be gone. */
int awi_organization_delete(const struct awi_directory *dir,
                            const struct core_OrganizationRecord *organization);

/* A policy by its id, AWS managed ones included. -ENOENT. */
int awi_organization_policy(const struct awi_directory *dir,
                            const struct core_OrganizationRecord *organization,
                            struct awi_str id,
                            struct core_OrganizationPolicyRecord *ret);
/* Its ARN, in the arena. */
struct awi_str awi_organization_policy_arn(struct awi_arena *arena,
                                           const struct core_OrganizationRecord *organization,
                                           const struct core_OrganizationPolicyRecord *policy);

/* Is this type of policy enabled on the root? */
bool awi_organization_enabled(const struct core_OrganizationRecord *organization, const char *type);

/* Has the service (its principal, "iam.amazonaws.com") trusted access to the organization? And does
 * the account administer it in the management account's place? 0 yes; -ENOENT no; other -errno. */
int awi_organization_trusts(const struct awi_directory *dir,
                            const struct core_OrganizationRecord *organization,
                            const char *service);
int awi_organization_delegated(const struct awi_directory *dir,
                               const struct core_OrganizationRecord *organization,
                               struct awi_str account,
                               const char *service);

/*
 * Centralized root access (IAM user guide, id_root-enable-root-access): is the feature on, one of
 * the names below? IAM's Enable... and DisableOrganizationsRoot... set it.
 * AWI_ROOT_CREDENTIALS: sessions of sts:AssumeRoot may delete and make root users' credentials;
 * AWI_ROOT_SESSIONS: they may do the privileged tasks on resources (S3, SQS).
 */
#define AWI_ROOT_CREDENTIALS "RootCredentialsManagement"
#define AWI_ROOT_SESSIONS    "RootSessions"
bool awi_organization_root_feature(const struct core_OrganizationRecord *organization,
                                   const char *feature);

/* One target on the way from the root to an account, and what is attached to it. */
struct awi_organization_level {
    struct awi_str target; /* r-..., ou-..., the account */
    struct core_OrganizationPolicyRecord *policies;
    size_t n;
};

/* The levels from the root down to the account (one of the organization) with the policies of this
 * type. 0, -ENOMEM, -ENOENT when a unit of the path is missing. */
int awi_organization_path(const struct awi_directory *dir,
                          const struct core_OrganizationRecord *organization,
                          struct awi_str account,
                          const char *type,
                          struct awi_organization_level **ret,
                          size_t *ret_n);

/* aws:PrincipalOrgPaths: "o-x/r-y/ou-z/" for the account's parent. */
int awi_organization_path_text(const struct awi_directory *dir,
                               const struct core_OrganizationRecord *organization,
                               struct awi_str account,
                               struct awi_str *ret);
