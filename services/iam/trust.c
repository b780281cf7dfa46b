/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust policies. When one is saved, the users and roles it names must exist, and their ARNs become
 * unique ids; when it is shown, the ids of those who are still there become ARNs again (identity.md
 * 4.7). So an entity that is deleted and made anew is not the one that was trusted.
 */
#include "services/iam/iam.h"

#include "core/policy/policy.h"

#include <errno.h>

/* --- Saving ----------------------------------------------------------------------------------- */

static int refuse(struct awi_req *req, struct awi_str principal)
{
    return awi_fail(req,
                    &iam_MalformedPolicyDocumentException_error,
                    "Invalid principal in policy: \"AWS\":\"%.*s\"",
                    AWI_STR_FMT(principal));
}

/* May a role be trusted that nobody created? It may be assumed then, too. */
static bool may_be_made_up(struct awi_req *req)
{
    const struct awi_config *config = awi_request_config(req);

    return config->accounts_mode == AWI_ACCOUNTS_OPEN &&
           awi_config_iam(config, awi_account(req)) != AWI_IAM_ENFORCE;
}

static int check_account(struct awi_req *req, struct awi_str principal, struct awi_str account)
{
    struct awi_directory dir = awi_request_directory(req);
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;
    int r = awi_account_state(&dir, awi_account_acting(awi_request_config(req), account), &state);

    return r ? r : state == AWI_ACCOUNT_UNKNOWN ? refuse(req, principal) : 0;
}

static int to_id(void *arg, struct awi_str principal, struct awi_str *ret)
{
    struct awi_req *req = arg;
    struct awi_iam_arn arn;
    struct awi_str known;

    if (awi_str_is_account(principal)) {
        *ret = awi_arena_printf(awi_arena(req),
                                "arn:%.*s:iam::%.*s:root",
                                AWI_STR_FMT(awi_partition(req)),
                                AWI_STR_FMT(principal));
        return ret->ptr ? check_account(req, principal, principal) : -ENOMEM;
    }
    if (awi_str_is(principal, "*")) {
        return 0;
    }
    if (awi_str_find(principal, ':') < 0) {
        int r = awi_unique_id_arn(awi_request_txn(req), awi_arena(req), principal, &known);
        return r == -ENOENT ? refuse(req, principal) : r;
    }
    if (awi_iam_arn_parse(principal, &arn)) {
        return awi_str_search(principal, AWI_STR(":sts::")) >= 0 ? 0 : refuse(req, principal);
    }
    if (awi_str_is(arn.kind, "root")) {
        return check_account(req, principal, arn.account);
    }
    if (!awi_str_is(arn.kind, "role") && !awi_str_is(arn.kind, "user")) {
        return refuse(req, principal);
    }
    int r = awi_principal_id(awi_request_txn(req),
                             awi_arena(req),
                             awi_account_acting(awi_request_config(req), arn.account),
                             &arn,
                             ret);
    if (r == -ENOENT) {
        *ret = AWI_STR_NULL;
        return awi_str_is(arn.kind, "role") && may_be_made_up(req) ? 0 : refuse(req, principal);
    }
    return r;
}

int iam_trust_set(struct awi_req *req, struct awi_str document, struct core_RoleRecord *role)
{
    struct awi_str reason;
    int r = awi_policy_validate(awi_arena(req), AWI_POLICY_TRUST, document, &reason);

    if (r > 0) {
        return awi_fail(
            req, &iam_MalformedPolicyDocumentException_error, "%.*s", AWI_STR_FMT(reason));
    }
    if (r == 0 && awi_policy_size(document) > IAM_MOST_TRUST) {
        return iam_limit(req, "Cannot exceed quota for ACLSizePerRole: %d", IAM_MOST_TRUST);
    }
    return r ? r
             : awi_policy_map_principals(awi_arena(req), document, to_id, req, &role->TrustPolicy);
}

/* --- Showing ---------------------------------------------------------------------------------- */

static int to_arn(void *arg, struct awi_str principal, struct awi_str *ret)
{
    struct awi_req *req = arg;

    if (awi_str_find(principal, ':') >= 0 || awi_str_is(principal, "*")) {
        return 0;
    }
    int r = awi_unique_id_arn(awi_request_txn(req), awi_arena(req), principal, ret);
    return r == -ENOENT ? 0 : r;
}

int iam_trust_show(struct awi_req *req, const struct core_RoleRecord *role, struct awi_str *ret)
{
    struct awi_str document;
    int r = awi_policy_map_principals(awi_arena(req), role->TrustPolicy, to_arn, req, &document);

    *ret = r ? AWI_STR_NULL : iam_url(req, document);
    return r ? r : ret->ptr ? 0 : -ENOMEM;
}
