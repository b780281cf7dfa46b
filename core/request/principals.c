/* SPDX-License-Identifier: Apache-2.0 */
/* Whether those whom a resource's policy names are there (docs/policy.md, 4.7). */
#include "core/identity/principal.h"
#include "core/policy/policy.h"
#include "core/request/req.h"

#include "gen/core.h"

#include <errno.h>

struct naming {
    struct awi_req *req;
    struct awi_str wrong;
};

static int seen(void *arg, struct awi_str account, struct awi_str region)
{
    (void)arg;
    (void)account;
    (void)region;
    return 1;
}

/* Can the state say of this account who is in it, and does it have to? While accounts are open one
 * that nobody has used may be anybody's outside of the emulation. 1 or 0 or -errno. */
static int is_known(struct awi_req *req, struct awi_str account)
{
    struct awi_directory dir = awi_request_directory(req);
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;

    if (awi_config_iam(req->config, account) != AWI_IAM_ENFORCE) {
        return 0;
    }
    int r = awi_account_state(&dir, account, &state);
    if (r || state != AWI_ACCOUNT_ACTIVE || req->config->accounts_mode != AWI_ACCOUNTS_OPEN) {
        return r ? r : state == AWI_ACCOUNT_ACTIVE;
    }
    return awi_scopes_each(req->txn, AWI_STR("core"), account, seen, NULL);
}

/* A bare id; those of roles that nobody created stand for themselves. */
static int check_id(struct awi_req *req, struct awi_str id)
{
    struct awi_str arn;
    int r = awi_config_iam(req->config, awi_account(req)) == AWI_IAM_ENFORCE
                ? awi_unique_id_arn(req->txn, req->arena, id, &arn)
                : 0;

    return r == -ENOENT ? 1 : r;
}

static int check(void *arg, struct awi_str principal, struct awi_str *ret)
{
    struct naming *naming = arg;
    struct awi_req *req = naming->req;
    struct awi_iam_arn arn;
    struct awi_str id;
    int r;

    (void)ret;
    if (awi_str_is(principal, "*") || awi_str_is_account(principal)) {
        return 0;
    }
    if (awi_str_find(principal, ':') < 0) {
        r = check_id(req, principal);
    } else if (awi_iam_arn_parse(principal, &arn) ||
               (!awi_str_is(arn.kind, "user") && !awi_str_is(arn.kind, "role"))) {
        return 0;
    } else {
        struct awi_str account = awi_account_acting(req->config, arn.account);
        r = is_known(req, account);
        r = r == 1 ? awi_principal_id(req->txn, req->arena, account, &arn, &id) : r;
        r = r == -ENOENT ? 1 : r;
    }
    naming->wrong = r == 1 ? principal : naming->wrong;
    return r;
}

int awi_policy_principals(struct awi_req *req, struct awi_str policy, struct awi_str *ret_wrong)
{
    struct naming naming = {.req = req};
    struct awi_str same;
    int r = awi_policy_map_principals(req->arena, policy, check, &naming, &same);

    *ret_wrong = naming.wrong;
    return r;
}
