/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root user's password, as sessions of sts:AssumeRoot manage it (id_root-user-privileged-task):
 * whether there is one. Accounts that Organizations made begin without, all others with one.
 */
#include "services/iam/iam.h"

#include <errno.h>

bool iam_is_root(const struct awi_req *req, struct awi_str name)
{
    return !awi_str_is_set(name) && awi_principal(req)->type == AWI_PRINCIPAL_ROOT;
}

int iam_root_login(struct awi_req *req, struct awi_opt_time *ret)
{
    struct awi_directory dir = awi_request_directory(req);
    struct iam_SettingsRecord settings;
    struct core_AccountRecord account;
    int r = iam_settings_get(req, &settings);

    *ret = settings.RootLogin;
    if (r || ret->set || settings.RootLoginGone.v) {
        return r ? r : ret->set ? 0 : -ENOENT;
    }
    r = awi_account_get(&dir, awi_account(req), &account);
    if (r == 0 && awi_str_is(account.JoinedMethod, "CREATED")) {
        return -ENOENT;
    }
    *ret = r == 0 && account.Created.set ? account.Created : AWI_SOME_TIME(0);
    return r;
}

static int set(struct awi_req *req, bool has)
{
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);

    settings.RootLogin = has ? iam_now(req) : (struct awi_opt_time){.set = false};
    settings.RootLoginGone = AWI_SOME_BOOL(!has);
    return r ? r : iam_settings_put(req, &settings);
}

int iam_root_login_show(struct awi_req *req, struct iam_LoginProfile **ret)
{
    struct awi_opt_time created;
    int r = iam_root_login(req, &created);

    if (r == -ENOENT) {
        return iam_missing(req, "Login Profile for User root cannot be found.");
    }
    *ret = awi_arena_new(awi_arena(req), struct iam_LoginProfile);
    if (r || !*ret) {
        return r ? r : -ENOMEM;
    }
    (*ret)->UserName = AWI_STR("root");
    (*ret)->CreateDate = created;
    (*ret)->PasswordResetRequired = AWI_SOME_BOOL(false);
    return 0;
}

int iam_root_login_create(struct awi_req *req, struct iam_LoginProfile **ret)
{
    struct awi_opt_time created;
    int r = iam_root_login(req, &created);

    if (r == 0) {
        return iam_exists(req, "Login Profile for user root already exists.");
    }
    r = r == -ENOENT ? set(req, true) : r;
    return r ? r : iam_root_login_show(req, ret);
}

int iam_root_login_delete(struct awi_req *req)
{
    struct iam_LoginProfile *profile;
    int r = iam_root_login_show(req, &profile);

    return r ? r : set(req, false);
}
