/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/organization.h"

#include "core/store/record.h"

#include "gen/core.h"

#include <errno.h>

/* Units nest five deep below the root (identity.md 7.4); the path ends with the account. */
#define DEEPEST 16

static const struct core_OrganizationPolicyRecord managed[] = {
    {
        .Id = AWI_STR_INIT("p-FullAWSAccess"),
        .Type = AWI_STR_INIT(AWI_SCP),
        .Name = AWI_STR_INIT("FullAWSAccess"),
        .Description = AWI_STR_INIT("Allows access to every operation"),
        .Content = AWI_STR_INIT("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                "\"Action\":\"*\",\"Resource\":\"*\"}]}"),
    },
    {
        .Id = AWI_STR_INIT("p-RCPFullAWSAccess"),
        .Type = AWI_STR_INIT(AWI_RCP),
        .Name = AWI_STR_INIT("RCPFullAWSAccess"),
        .Description = AWI_STR_INIT("Allows all principals and actions access through RCP "
                                    "evaluation"),
        .Content = AWI_STR_INIT("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}"),
    },
};

struct awi_scope awi_organization_scope(struct awi_txn *txn, struct awi_str management_account)
{
    return (struct awi_scope){.txn = txn,
                              .account = management_account,
                              .region = AWI_STR(""),
                              .service = AWI_STR("organizations")};
}

static struct awi_scope noted(const struct awi_directory *dir)
{
    return awi_organization_scope(dir->txn, AWI_STR(""));
}

int awi_organization_of(const struct awi_directory *dir,
                        struct awi_str account,
                        struct core_OrganizationRecord *ret)
{
    struct awi_scope notes = noted(dir);
    struct awi_str id, management;
    int r = awi_account_organization(dir, account, &id);

    if (r < 0) {
        return r;
    }
    r = awi_get(&notes, AWI_ORGANIZATION_TABLE, id, &management);
    if (r < 0) {
        return r;
    }
    struct awi_scope scope =
        awi_organization_scope(dir->txn, awi_arena_str(dir->arena, management));
    return awi_record_get(
        &scope, AWI_ORGANIZATION_TABLE, id, dir->arena, &core_OrganizationRecord_shape, ret);
}

int awi_organization_put(const struct awi_directory *dir,
                         const struct core_OrganizationRecord *organization)
{
    struct awi_scope scope = awi_organization_scope(dir->txn, organization->ManagementAccount);
    struct awi_scope notes = noted(dir);
    int r =
        awi_put(&notes, AWI_ORGANIZATION_TABLE, organization->Id, organization->ManagementAccount);

    return r < 0 ? r
                 : awi_record_put(&scope,
                                  AWI_ORGANIZATION_TABLE,
                                  organization->Id,
                                  dir->arena,
                                  &core_OrganizationRecord_shape,
                                  organization);
}

int awi_organization_delete(const struct awi_directory *dir,
                            const struct core_OrganizationRecord *organization)
{
    struct awi_scope scope = awi_organization_scope(dir->txn, organization->ManagementAccount);
    struct awi_scope notes = noted(dir);
    int r = awi_delete(&notes, AWI_ORGANIZATION_TABLE, organization->Id);

    return r < 0 ? r : awi_delete(&scope, AWI_ORGANIZATION_TABLE, organization->Id);
}

int awi_organization_policy(const struct awi_directory *dir,
                            const struct core_OrganizationRecord *organization,
                            struct awi_str id,
                            struct core_OrganizationPolicyRecord *ret)
{
    struct awi_scope scope = awi_organization_scope(dir->txn, organization->ManagementAccount);

    for (size_t i = 0; i < sizeof(managed) / sizeof(managed[0]); i++) {
        if (awi_str_eq(id, managed[i].Id)) {
            *ret = managed[i];
            return 0;
        }
    }
    return awi_record_get(
        &scope, AWI_ORGPOLICY_TABLE, id, dir->arena, &core_OrganizationPolicyRecord_shape, ret);
}

struct awi_str awi_organization_policy_arn(struct awi_arena *arena,
                                           const struct core_OrganizationRecord *organization,
                                           const struct core_OrganizationPolicyRecord *policy)
{
    char type[64];
    size_t len = policy->Type.len < sizeof(type) ? policy->Type.len : sizeof(type);

    for (size_t i = 0; i < len; i++) {
        char c = policy->Type.ptr[i];
        type[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    for (size_t i = 0; i < sizeof(managed) / sizeof(managed[0]); i++) {
        if (awi_str_eq(policy->Id, managed[i].Id)) {
            return awi_arena_printf(arena,
                                    "arn:aws:organizations::aws:policy/%.*s/%.*s",
                                    (int)len,
                                    type,
                                    AWI_STR_FMT(policy->Id));
        }
    }
    return awi_arena_printf(arena,
                            "arn:aws:organizations::%.*s:policy/%.*s/%.*s/%.*s",
                            AWI_STR_FMT(organization->ManagementAccount),
                            AWI_STR_FMT(organization->Id),
                            (int)len,
                            type,
                            AWI_STR_FMT(policy->Id));
}

static bool is_listed(const struct core_Texts *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++) {
        if (awi_str_is(list->items[i], text)) {
            return true;
        }
    }
    return false;
}

bool awi_organization_enabled(const struct core_OrganizationRecord *organization, const char *type)
{
    return is_listed(&organization->EnabledPolicyTypes, type);
}

bool awi_organization_root_feature(const struct core_OrganizationRecord *organization,
                                   const char *feature)
{
    return is_listed(&organization->RootFeatures, feature);
}

static int has(const struct awi_directory *dir,
               const struct core_OrganizationRecord *organization,
               const char *table,
               struct awi_str key)
{
    struct awi_scope scope = awi_organization_scope(dir->txn, organization->ManagementAccount);
    struct awi_str value;

    return key.ptr ? awi_get(&scope, table, key, &value) : -ENOMEM;
}

int awi_organization_trusts(const struct awi_directory *dir,
                            const struct core_OrganizationRecord *organization,
                            const char *service)
{
    return has(dir, organization, AWI_TRUSTED_TABLE, awi_str_from(service));
}

int awi_organization_delegated(const struct awi_directory *dir,
                               const struct core_OrganizationRecord *organization,
                               struct awi_str account,
                               const char *service)
{
    return has(dir,
               organization,
               AWI_DELEGATED_TABLE,
               AWI_KEY(dir->arena, account, awi_str_from(service)));
}

/* The targets from the account up to the root; how many, or -errno. */
static int climb(const struct awi_directory *dir,
                 const struct core_OrganizationRecord *organization,
                 struct awi_str account,
                 struct awi_str targets[DEEPEST])
{
    struct awi_scope scope = awi_organization_scope(dir->txn, organization->ManagementAccount);
    struct core_AccountRecord record;
    int n = 0;
    int r = awi_account_get(dir, account, &record);

    if (r < 0) {
        return r;
    }
    targets[n++] = account;
    struct awi_str at = record.ParentId;
    while (at.len && n < DEEPEST) {
        struct core_UnitRecord unit;
        r = awi_record_get(&scope, AWI_UNIT_TABLE, at, dir->arena, &core_UnitRecord_shape, &unit);
        if (r < 0) {
            return r;
        }
        targets[n++] = at;
        at = unit.ParentId;
    }
    return n;
}

static int fill(const struct awi_directory *dir,
                const struct core_OrganizationRecord *organization,
                const char *type,
                struct awi_organization_level *level)
{
    struct awi_scope scope = awi_organization_scope(dir->txn, organization->ManagementAccount);
    struct awi_str key = AWI_KEY(dir->arena, level->target, awi_str_from(type));
    struct core_AttachedRecord attached;

    if (!awi_str_is_set(key)) {
        return -ENOMEM;
    }
    int r = awi_record_get(
        &scope, AWI_ATTACHED_TABLE, key, dir->arena, &core_AttachedRecord_shape, &attached);
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    level->policies =
        awi_arena_array(dir->arena, struct core_OrganizationPolicyRecord, attached.PolicyIds.n);
    if (!level->policies) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < attached.PolicyIds.n; i++) {
        r = awi_organization_policy(
            dir, organization, attached.PolicyIds.items[i], &level->policies[level->n]);
        if (r < 0 && r != -ENOENT) {
            return r;
        }
        level->n += r == 0;
    }
    return 0;
}

int awi_organization_path(const struct awi_directory *dir,
                          const struct core_OrganizationRecord *organization,
                          struct awi_str account,
                          const char *type,
                          struct awi_organization_level **ret,
                          size_t *ret_n)
{
    struct awi_str targets[DEEPEST];
    int n = climb(dir, organization, account, targets);

    if (n < 0) {
        return n;
    }
    *ret = awi_arena_array(dir->arena, struct awi_organization_level, (size_t)n);
    *ret_n = (size_t)n;
    if (!*ret) {
        return -ENOMEM;
    }
    for (int i = 0; i < n; i++) {
        (*ret)[i].target = targets[n - 1 - i];
        int r = fill(dir, organization, type, &(*ret)[i]);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int awi_organization_path_text(const struct awi_directory *dir,
                               const struct core_OrganizationRecord *organization,
                               struct awi_str account,
                               struct awi_str *ret)
{
    struct awi_str targets[DEEPEST];
    int n = climb(dir, organization, account, targets);

    if (n < 0) {
        return n;
    }
    *ret = awi_arena_printf(dir->arena, "%.*s/", AWI_STR_FMT(organization->Id));
    for (int i = n - 1; i > 0 && awi_str_is_set(*ret); i--) {
        *ret =
            awi_arena_printf(dir->arena, "%.*s%.*s/", AWI_STR_FMT(*ret), AWI_STR_FMT(targets[i]));
    }
    return awi_str_is_set(*ret) ? 0 : -ENOMEM;
}
