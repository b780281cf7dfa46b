/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Switches that other services ask for: centralized root access of an organization, outbound web
 * identity federation and the version of STS tokens of an account. core/identity keeps the first
 * two (organization.h, federation.h).
 */
#include "services/iam/iam.h"

#include "core/identity/federation.h"
#include "core/identity/organization.h"

#include <errno.h>

#define IAM_PRINCIPAL "iam.amazonaws.com"

/* --- Centralized root access ------------------------------------------------------------------ */

/* May the caller's account manage root access in this organization? */
static int check_administrator(struct awi_req *req,
                               const struct awi_directory *dir,
                               const struct core_OrganizationRecord *organization,
                               bool management_only)
{
    struct awi_str account = awi_account(req);

    if (awi_str_eq(account, organization->ManagementAccount)) {
        return 0;
    }
    int r = awi_organization_delegated(dir, organization, account, IAM_PRINCIPAL);
    if (r == -ENOENT) {
        return awi_fail(req,
                        &iam_AccountNotManagementOrDelegatedAdministratorException_error,
                        "Account %.*s is not the management account or a delegated administrator "
                        "for IAM.",
                        AWI_STR_FMT(account));
    }
    return r == 0 && management_only
               ? awi_fail(req,
                          &iam_CallerIsNotManagementAccountException_error,
                          "Account %.*s is not the management account of the organization.",
                          AWI_STR_FMT(account))
               : r;
}

static int
open_organization(struct awi_req *req, bool management_only, struct core_OrganizationRecord *ret)
{
    struct awi_directory dir = awi_request_directory(req);
    int r = awi_organization_of(&dir, awi_account(req), ret);

    if (r == -ENOENT) {
        return awi_fail(req,
                        &iam_OrganizationNotFoundException_error,
                        "No organization is associated with account %.*s.",
                        AWI_STR_FMT(awi_account(req)));
    }
    if (r == 0 && !awi_str_is(ret->FeatureSet, "ALL")) {
        return awi_fail(req,
                        &iam_OrganizationNotInAllFeaturesModeException_error,
                        "The organization does not have all features enabled.");
    }
    r = r ? r : check_administrator(req, &dir, ret, management_only);
    r = r ? r : awi_organization_trusts(&dir, ret, IAM_PRINCIPAL);
    return r != -ENOENT ? r
                        : awi_fail(req,
                                   &iam_ServiceAccessNotEnabledException_error,
                                   "Trusted access is not enabled for IAM in Organizations.");
}

/* The answers of all five have the same members. */
#define SHOW(record, out)                                                                          \
    do {                                                                                           \
        (out)->OrganizationId = (record)->Id;                                                      \
        (out)->EnabledFeatures.items = (record)->RootFeatures.items;                               \
        (out)->EnabledFeatures.n = (record)->RootFeatures.n;                                       \
        (out)->EnabledFeatures.set = true;                                                         \
    } while (0)

static int switch_feature(struct awi_req *req,
                          const char *feature,
                          bool on,
                          struct core_OrganizationRecord *record)
{
    struct awi_directory dir = awi_request_directory(req);
    int r = open_organization(req, on, record);

    if (r) {
        return r;
    }
    r = on ? iam_texts_add(req, &record->RootFeatures, awi_str_from(feature))
           : iam_texts_remove(&record->RootFeatures, awi_str_from(feature));
    if (r == -EEXIST || r == -ENOENT) {
        return 0;
    }
    return r ? r : awi_organization_put(&dir, record);
}

#define DEFINE(function, Operation, FEATURE, on)                                                   \
    int iam_##function(struct awi_req *req,                                                        \
                       const struct iam_##Operation##Request *in,                                  \
                       struct iam_##Operation##Response *out)                                      \
    {                                                                                              \
        struct core_OrganizationRecord record;                                                     \
        int r = switch_feature(req, FEATURE, on, &record);                                         \
        if (r == 0) {                                                                              \
            SHOW(&record, out);                                                                    \
        }                                                                                          \
        return r;                                                                                  \
    }

DEFINE(enable_root_credentials,
       EnableOrganizationsRootCredentialsManagement,
       AWI_ROOT_CREDENTIALS,
       true)
DEFINE(disable_root_credentials,
       DisableOrganizationsRootCredentialsManagement,
       AWI_ROOT_CREDENTIALS,
       false)
DEFINE(enable_root_sessions, EnableOrganizationsRootSessions, AWI_ROOT_SESSIONS, true)
DEFINE(disable_root_sessions, DisableOrganizationsRootSessions, AWI_ROOT_SESSIONS, false)

int iam_list_organizations_features(struct awi_req *req,
                                    const struct iam_ListOrganizationsFeaturesRequest *in,
                                    struct iam_ListOrganizationsFeaturesResponse *out)
{
    struct core_OrganizationRecord record;
    int r = open_organization(req, false, &record);

    if (r == 0) {
        SHOW(&record, out);
    }
    return r;
}

/* --- Outbound web identity federation --------------------------------------------------------- */

static int is_disabled(struct awi_req *req)
{
    return awi_fail(req,
                    &iam_FeatureDisabledException_error,
                    "Outbound web identity federation is disabled for account %.*s.",
                    AWI_STR_FMT(awi_account(req)));
}

static int switch_federation(struct awi_req *req, bool on, struct core_FederationRecord *ret)
{
    return awi_federation_set(
        awi_request_txn(req), awi_arena(req), awi_request_random(req), awi_account(req), on, ret);
}

int iam_enable_outbound_federation(struct awi_req *req,
                                   const void *in,
                                   struct iam_EnableOutboundWebIdentityFederationResponse *out)
{
    struct core_FederationRecord record;
    int r = switch_federation(req, true, &record);

    if (r == -EALREADY) {
        return awi_fail(req,
                        &iam_FeatureEnabledException_error,
                        "Outbound web identity federation is already enabled for account %.*s.",
                        AWI_STR_FMT(awi_account(req)));
    }
    out->IssuerIdentifier = r ? AWI_STR_NULL : record.Issuer;
    return r;
}

int iam_disable_outbound_federation(struct awi_req *req, const void *in, void *out)
{
    struct core_FederationRecord record;
    int r = switch_federation(req, false, &record);

    return r == -EALREADY ? is_disabled(req) : r;
}

int iam_get_outbound_federation(struct awi_req *req,
                                const void *in,
                                struct iam_GetOutboundWebIdentityFederationInfoResponse *out)
{
    struct core_FederationRecord record;
    int r = awi_federation_get(awi_request_txn(req), awi_arena(req), awi_account(req), &record);

    if (r == -ENOENT || (r == 0 && !record.Enabled.v)) {
        return is_disabled(req);
    }
    if (r == 0) {
        out->IssuerIdentifier = record.Issuer;
        out->JwtVendingEnabled = record.Enabled;
    }
    return r;
}

/* --- STS -------------------------------------------------------------------------------------- */

int iam_set_sts_preferences(struct awi_req *req,
                            const struct iam_SetSecurityTokenServicePreferencesRequest *in,
                            void *out)
{
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);

    settings.TokenVersion = in->GlobalEndpointTokenVersion;
    return r ? r : iam_settings_put(req, &settings);
}
