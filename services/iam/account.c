/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an account has once: its alias, its summary, its password policy.
 */
#include "services/iam/iam.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define SETTINGS "settings"
#define ALIASES  "alias" /* of all accounts: alias -> account */

int iam_settings_get(struct awi_req *req, struct iam_SettingsRecord *ret)
{
    struct awi_scope scope = awi_scope(req);

    *ret = (struct iam_SettingsRecord){.Alias = AWI_STR_NULL};
    int r = awi_record_get(
        &scope, SETTINGS, AWI_STR(SETTINGS), awi_arena(req), &iam_SettingsRecord_shape, ret);
    return r == -ENOENT ? 0 : r;
}

int iam_settings_put(struct awi_req *req, const struct iam_SettingsRecord *record)
{
    struct awi_scope scope = awi_scope(req);

    return awi_record_put(
        &scope, SETTINGS, AWI_STR(SETTINGS), awi_arena(req), &iam_SettingsRecord_shape, record);
}

/* --- Alias ------------------------------------------------------------------------------------ */

int iam_create_account_alias(struct awi_req *req,
                             const struct iam_CreateAccountAliasRequest *in,
                             void *out)
{
    struct awi_scope all = awi_scope_of(req, AWI_STR(""), AWI_STR(""));
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);

    if (r || awi_str_eq(settings.Alias, in->AccountAlias)) {
        return r;
    }
    r = awi_insert(&all, ALIASES, in->AccountAlias, awi_account(req));
    if (r == -EEXIST) {
        return iam_exists(
            req, "The account alias %.*s already exists.", AWI_STR_FMT(in->AccountAlias));
    }
    /* An account has one alias; a new one takes the old one's place. */
    if (r == 0 && settings.Alias.len) {
        r = awi_delete(&all, ALIASES, settings.Alias);
    }
    settings.Alias = in->AccountAlias;
    return r ? r : iam_settings_put(req, &settings);
}

int iam_delete_account_alias(struct awi_req *req,
                             const struct iam_DeleteAccountAliasRequest *in,
                             void *out)
{
    struct awi_scope all = awi_scope_of(req, AWI_STR(""), AWI_STR(""));
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);

    if (r == 0 && !awi_str_eq(settings.Alias, in->AccountAlias)) {
        return iam_missing(
            req, "The account alias %.*s cannot be found.", AWI_STR_FMT(in->AccountAlias));
    }
    r = r ? r : awi_delete(&all, ALIASES, settings.Alias);
    settings.Alias = AWI_STR_NULL;
    return r ? r : iam_settings_put(req, &settings);
}

int iam_list_account_aliases(struct awi_req *req,
                             const struct iam_ListAccountAliasesRequest *in,
                             struct iam_ListAccountAliasesResponse *out)
{
    struct iam_SettingsRecord settings;
    struct awi_str *items = awi_arena_new(awi_arena(req), struct awi_str);
    int r = items ? iam_settings_get(req, &settings) : -ENOMEM;

    if (r == 0 && settings.Alias.len) {
        *items = settings.Alias;
        out->AccountAliases.n = 1;
    }
    out->AccountAliases.items = items;
    out->AccountAliases.set = true;
    out->IsTruncated = AWI_SOME_BOOL(false);
    return r;
}

/* --- Summary ---------------------------------------------------------------------------------- */

static int count(const struct awi_scope *scope, const char *table, int32_t *ret)
{
    uint64_t n = 0;
    int r = iam_count(scope, table, &n);

    *ret = (int32_t)n;
    return r;
}

static int count_mfa_in_use(struct awi_req *req, const struct awi_scope *scope, int32_t *ret)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(scope, AWI_MFA_TABLE, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    *ret = 0;
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct core_MfaDeviceRecord record;
        r = awi_record_decode(value, awi_arena(req), &core_MfaDeviceRecord_shape, &record);
        *ret += r == 0 && record.Enabled.set;
    }
    return r == -ENOENT ? 0 : r;
}

/* What IAM allows at most (reference_iam-quotas), under the names of the summary. */
static const struct {
    struct awi_str name;
    int32_t value;
} quotas[] = {
    {AWI_STR_INIT("AccessKeysPerUserQuota"), IAM_MOST_ACCESS_KEYS},
    {AWI_STR_INIT("AssumeRolePolicySizeQuota"), IAM_MOST_TRUST},
    {AWI_STR_INIT("AttachedPoliciesPerGroupQuota"), IAM_MOST_ATTACHED},
    {AWI_STR_INIT("AttachedPoliciesPerRoleQuota"), IAM_MOST_ATTACHED},
    {AWI_STR_INIT("AttachedPoliciesPerUserQuota"), IAM_MOST_ATTACHED},
    {AWI_STR_INIT("GroupPolicySizeQuota"), IAM_MOST_GROUP_INLINE},
    {AWI_STR_INIT("GroupsPerUserQuota"), IAM_MOST_MEMBERSHIPS},
    {AWI_STR_INIT("GroupsQuota"), IAM_MOST_GROUPS},
    {AWI_STR_INIT("InstanceProfilesQuota"), IAM_MOST_PROFILES},
    {AWI_STR_INIT("PoliciesQuota"), IAM_MOST_POLICIES},
    {AWI_STR_INIT("PolicySizeQuota"), IAM_MOST_POLICY},
    {AWI_STR_INIT("PolicyVersionsInUseQuota"), 10000},
    {AWI_STR_INIT("RolePolicySizeQuota"), IAM_MOST_ROLE_INLINE},
    {AWI_STR_INIT("RolesQuota"), IAM_MOST_ROLES},
    {AWI_STR_INIT("ServerCertificatesQuota"), IAM_MOST_CERTIFICATES},
    {AWI_STR_INIT("SigningCertificatesPerUserQuota"), IAM_MOST_SIGNING},
    {AWI_STR_INIT("UserPolicySizeQuota"), IAM_MOST_USER_INLINE},
    {AWI_STR_INIT("UsersQuota"), IAM_MOST_USERS},
    {AWI_STR_INIT("VersionsPerPolicyQuota"), IAM_MOST_VERSIONS},
};

#define N_QUOTAS (sizeof(quotas) / sizeof(quotas[0]))
#define N_COUNTS 16

struct summary {
    struct iam_summaryMapType_entry *items;
    size_t n;
};

static void say(struct summary *s, struct awi_str name, int32_t value)
{
    s->items[s->n++] = (struct iam_summaryMapType_entry){.key = name, .value = value};
}

int iam_get_account_summary(struct awi_req *req,
                            const void *in,
                            struct iam_GetAccountSummaryResponse *out)
{
    static const struct {
        struct awi_str name;
        const char *table;
    } tables[] = {
        {AWI_STR_INIT("Users"), AWI_USER_TABLE},
        {AWI_STR_INIT("Groups"), AWI_GROUP_TABLE},
        {AWI_STR_INIT("Roles"), AWI_ROLE_TABLE},
        {AWI_STR_INIT("Policies"), AWI_POLICY_TABLE},
        {AWI_STR_INIT("InstanceProfiles"), AWI_PROFILE_TABLE},
        {AWI_STR_INIT("ServerCertificates"), AWI_CERT_TABLE},
        {AWI_STR_INIT("MFADevices"), AWI_MFA_TABLE},
    };
    struct awi_scope scope = iam_core_scope(req);
    struct iam_SettingsRecord settings;
    int32_t n = 0, oidc = 0, saml = 0;
    struct summary s = {.n = 0};
    struct awi_opt_time since;
    int r = iam_root_login(req, &since);
    bool has_password = r == 0;

    r = r == -ENOENT || r == 0 ? iam_settings_get(req, &settings) : r;
    s.items = awi_arena_array(awi_arena(req), struct iam_summaryMapType_entry, N_QUOTAS + N_COUNTS);
    r = r ? r : s.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {
        r = count(&scope, tables[i].table, &n);
        say(&s, tables[i].name, n);
    }
    r = r ? r : count_mfa_in_use(req, &scope, &n);
    r = r ? r : count(&scope, AWI_OIDC_TABLE, &oidc);
    r = r ? r : count(&scope, AWI_SAML_TABLE, &saml);
    if (r) {
        return r;
    }
    say(&s, AWI_STR("MFADevicesInUse"), n);
    say(&s, AWI_STR("Providers"), oidc + saml);
    say(&s, AWI_STR("AccountAccessKeysPresent"), settings.RootAccessKeys.n > 0);
    say(&s, AWI_STR("AccountPasswordPresent"), has_password);
    say(&s, AWI_STR("AccountMFAEnabled"), 0);
    say(&s, AWI_STR("AccountSigningCertificatesPresent"), 0);
    say(&s,
        AWI_STR("GlobalEndpointTokenVersion"),
        awi_str_is(settings.TokenVersion, "v2Token") ? 2 : 1);
    for (size_t i = 0; i < N_QUOTAS; i++) {
        say(&s, quotas[i].name, quotas[i].value);
    }
    out->SummaryMap.items = s.items;
    out->SummaryMap.n = s.n;
    out->SummaryMap.set = true;
    return 0;
}

/* --- Password policy -------------------------------------------------------------------------- */

static struct awi_opt_bool or_false(struct awi_opt_bool given)
{
    return AWI_SOME_BOOL(given.set && given.v);
}

int iam_update_account_password_policy(struct awi_req *req,
                                       const struct iam_UpdateAccountPasswordPolicyRequest *in,
                                       void *out)
{
    struct iam_SettingsRecord settings;
    /* What is not given goes back to its default (UpdateAccountPasswordPolicy). */
    struct iam_PasswordPolicy policy = {
        .MinimumPasswordLength =
            AWI_SOME_I32(in->MinimumPasswordLength.set ? in->MinimumPasswordLength.v : 6),
        .RequireSymbols = or_false(in->RequireSymbols),
        .RequireNumbers = or_false(in->RequireNumbers),
        .RequireUppercaseCharacters = or_false(in->RequireUppercaseCharacters),
        .RequireLowercaseCharacters = or_false(in->RequireLowercaseCharacters),
        .AllowUsersToChangePassword = or_false(in->AllowUsersToChangePassword),
        .ExpirePasswords = AWI_SOME_BOOL(in->MaxPasswordAge.set && in->MaxPasswordAge.v > 0),
        .MaxPasswordAge = in->MaxPasswordAge,
        .PasswordReusePrevention = in->PasswordReusePrevention,
        .HardExpiry = in->HardExpiry,
    };
    int r = iam_settings_get(req, &settings);

    settings.PasswordPolicy = &policy;
    return r ? r : iam_settings_put(req, &settings);
}

static int no_policy(struct awi_req *req)
{
    return iam_missing(req,
                       "The Password Policy with domain name %.*s cannot be found.",
                       AWI_STR_FMT(awi_account(req)));
}

int iam_get_account_password_policy(struct awi_req *req,
                                    const void *in,
                                    struct iam_GetAccountPasswordPolicyResponse *out)
{
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);

    out->PasswordPolicy = settings.PasswordPolicy;
    return r ? r : out->PasswordPolicy ? 0 : no_policy(req);
}

int iam_delete_account_password_policy(struct awi_req *req, const void *in, void *out)
{
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);

    if (r == 0 && !settings.PasswordPolicy) {
        return no_policy(req);
    }
    settings.PasswordPolicy = NULL;
    return r ? r : iam_settings_put(req, &settings);
}
