/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many of a kind an account may have. A count is kept beside the table, so that making one does
 * not walk all others; where the count says that there are too many (what was deleted elsewhere is
 * not taken off it) they are really counted.
 */
#include "services/iam/iam.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define COUNTS "count" /* name of a table -> how many */

static const struct quota {
    const char *table;
    const char *name; /* as IAM's refusals call it */
    uint64_t most;
} quotas[] = {
    {AWI_USER_TABLE, "UsersPerAccount", IAM_MOST_USERS},
    {AWI_GROUP_TABLE, "GroupsPerAccount", IAM_MOST_GROUPS},
    {AWI_ROLE_TABLE, "RolesPerAccount", IAM_MOST_ROLES},
    {AWI_POLICY_TABLE, "PoliciesPerAccount", IAM_MOST_POLICIES},
    {AWI_PROFILE_TABLE, "InstanceProfilesPerAccount", IAM_MOST_PROFILES},
    {AWI_CERT_TABLE, "ServerCertificatesPerAccount", IAM_MOST_CERTIFICATES},
    {AWI_OIDC_TABLE, "OpenIdConnectProvidersPerAccount", IAM_MOST_PROVIDERS},
    {AWI_SAML_TABLE, "SAMLProvidersPerAccount", IAM_MOST_PROVIDERS},
};

static const struct quota *find(const char *table)
{
    for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
        if (strcmp(quotas[i].table, table) == 0) {
            return &quotas[i];
        }
    }
    return NULL;
}

int iam_count(const struct awi_scope *scope, const char *table, uint64_t *ret)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(scope, table, AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);

    *ret = 0;
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        ++*ret;
    }
    return r == -ENOENT ? 0 : r;
}

/* -ENOENT: nobody has counted yet. */
static int kept(struct awi_req *req, const char *table, uint64_t *ret)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str text;
    int r = awi_get(&scope, COUNTS, awi_str_from(table), &text);

    return r || awi_str_to_u64(text, ret) == 0 ? r : -ENOENT;
}

static int keep(struct awi_req *req, const char *table, uint64_t n)
{
    struct awi_scope scope = awi_scope(req);
    struct awi_str text = awi_arena_printf(awi_arena(req), "%llu", (unsigned long long)n);

    return text.ptr ? awi_put(&scope, COUNTS, awi_str_from(table), text) : -ENOMEM;
}

int iam_quota_take(struct awi_req *req, const char *table)
{
    const struct quota *quota = find(table);
    struct awi_scope scope = iam_core_scope(req);
    uint64_t n = 0;
    int r = quota ? kept(req, table, &n) : -EINVAL;

    n++;
    if (r == -ENOENT || (r == 0 && n > quota->most)) {
        r = iam_count(&scope, table, &n);
    }
    if (r == 0 && n > quota->most) {
        return iam_limit(
            req, "Cannot exceed quota for %s: %llu", quota->name, (unsigned long long)quota->most);
    }
    return r ? r : keep(req, table, n);
}

int iam_quota_give(struct awi_req *req, const char *table)
{
    uint64_t n = 0;
    int r = kept(req, table, &n);

    return r == -ENOENT || (r == 0 && n == 0) ? 0 : r ? r : keep(req, table, n - 1);
}
