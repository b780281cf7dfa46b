/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the principals of an account: roles, users, groups, managed policies. Authorization
 * reads them, services/iam is the interface to them. Names differ by more than case: they are found
 * whatever their case, and keep the spelling they were made with.
 */
#pragma once

#include "core/ids.h"
#include "core/store/store.h"

struct core_RoleRecord;
struct core_UserRecord;
struct core_GroupRecord;

/* -ENOENT when there is none. All records are copied into the arena. */
int awi_role_get(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 struct awi_str name,
                 struct core_RoleRecord *ret);
int awi_role_put(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 const struct core_RoleRecord *role);
int awi_role_delete(struct awi_txn *txn,
                    struct awi_arena *arena,
                    struct awi_str account,
                    struct awi_str name);

int awi_user_get(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 struct awi_str name,
                 struct core_UserRecord *ret);
int awi_user_put(struct awi_txn *txn,
                 struct awi_arena *arena,
                 struct awi_str account,
                 const struct core_UserRecord *user);
int awi_user_delete(struct awi_txn *txn,
                    struct awi_arena *arena,
                    struct awi_str account,
                    struct awi_str name);

int awi_group_get(struct awi_txn *txn,
                  struct awi_arena *arena,
                  struct awi_str account,
                  struct awi_str name,
                  struct core_GroupRecord *ret);
int awi_group_put(struct awi_txn *txn,
                  struct awi_arena *arena,
                  struct awi_str account,
                  const struct core_GroupRecord *group);
int awi_group_delete(struct awi_txn *txn,
                     struct awi_arena *arena,
                     struct awi_str account,
                     struct awi_str name);

/* The scope under which an account's principals are stored, and the tables' names, for walking them
 * in the order of their names (lower case). */
struct awi_scope awi_principal_scope(struct awi_txn *txn, struct awi_str account);
#define AWI_ROLE_TABLE    "role"
#define AWI_USER_TABLE    "user"
#define AWI_GROUP_TABLE   "group"
#define AWI_POLICY_TABLE  "policy"     /* struct core_ManagedPolicyRecord by ARN */
#define AWI_MFA_TABLE     "mfa"        /* struct core_MfaDeviceRecord by serial number */
#define AWI_OIDC_TABLE    "oidc"       /* struct core_OidcProviderRecord by ARN */
#define AWI_SAML_TABLE    "saml"       /* struct core_SamlProviderRecord by ARN */
#define AWI_PROFILE_TABLE "profile"    /* struct core_InstanceProfileRecord by lower case name */
#define AWI_CERT_TABLE    "servercert" /* struct core_ServerCertificateRecord by lower case name */

/*
 * Who has a unique id (AROA..., AIDA..., AGPA...): the ARN, in the arena. Kept by the put and
 * delete functions above, over all accounts. -ENOENT: nobody has it, or whoever had it was deleted.
 */
int awi_unique_id_arn(struct awi_txn *txn,
                      struct awi_arena *arena,
                      struct awi_str id,
                      struct awi_str *ret);

/* The parts of an IAM ARN "arn:aws:iam::111122223333:role/path/Name". */
struct awi_iam_arn {
    struct awi_str partition;
    struct awi_str account;
    struct awi_str kind; /* "role", "user", "root", ... */
    struct awi_str path; /* "/" or "/path/" */
    struct awi_str name; /* absent for root */
};

/* -EINVAL when it is no such ARN. */
int awi_iam_arn_parse(struct awi_str arn, struct awi_iam_arn *ret);

/* The unique id of the user or role of an ARN, in this account (awi_account_acting()); path and
 * spelling must be the ARN's. -ENOENT: there is none, or it is no user's or role's ARN. */
int awi_principal_id(struct awi_txn *txn,
                     struct awi_arena *arena,
                     struct awi_str account,
                     const struct awi_iam_arn *arn,
                     struct awi_str *ret);

/* The unique id that stands for a role which was never created: always the same for the same ARN,
 * so that sessions of it have one id. ret: 21 characters and NUL. */
void awi_role_made_up_id(struct awi_str account, struct awi_str name, char ret[22]);
