/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of users. Only a salted hash is kept; the account's password policy is applied.
 */
#include "services/iam/iam.h"

#include "core/util/digest.h"

#include <errno.h>

#define SALT 16

static int hash(struct awi_str salt, struct awi_str password, unsigned char ret[32])
{
    return awi_hmac(AWI_SHA256, salt, password, ret);
}

static bool holds(struct awi_str password, bool (*is)(char c))
{
    for (size_t i = 0; i < password.len; i++) {
        if (is(password.ptr[i])) {
            return true;
        }
    }
    return false;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_symbol(char c)
{
    return c && strchr("!@#$%^&*()_+-=[]{}|'", c);
}

static int check(struct awi_req *req, struct awi_str password)
{
    /* Without a policy: at least 8 characters (id_credentials_passwords_account-policy). */
    static const struct iam_PasswordPolicy usual = {.MinimumPasswordLength = {true, 8}};
    struct iam_SettingsRecord settings;
    int r = iam_settings_get(req, &settings);
    const struct iam_PasswordPolicy *policy =
        r == 0 && settings.PasswordPolicy ? settings.PasswordPolicy : &usual;

    if (r) {
        return r;
    }
    if (password.len < (size_t)policy->MinimumPasswordLength.v) {
        return awi_fail(req,
                        &iam_PasswordPolicyViolationException_error,
                        "Password should have a minimum length of %d",
                        (int)policy->MinimumPasswordLength.v);
    }
    const char *lacks =
        policy->RequireUppercaseCharacters.v && !holds(password, is_upper)   ? "uppercase letter"
        : policy->RequireLowercaseCharacters.v && !holds(password, is_lower) ? "lowercase letter"
        : policy->RequireNumbers.v && !holds(password, is_digit)             ? "number"
        : policy->RequireSymbols.v && !holds(password, is_symbol)            ? "symbol"
                                                                             : NULL;
    return lacks ? awi_fail(req,
                            &iam_PasswordPolicyViolationException_error,
                            "Password should have at least one %s",
                            lacks)
                 : 0;
}

static int set(struct awi_req *req, struct awi_str password, struct core_LoginRecord *login)
{
    char *salt = awi_arena_alloc(awi_arena(req), SALT);
    unsigned char *digest = awi_arena_alloc(awi_arena(req), 32);
    int r = check(req, password);

    if (r || !salt || !digest) {
        return r ? r : -ENOMEM;
    }
    awi_random_fill(awi_request_random(req), salt, SALT);
    login->Salt = awi_str_of(salt, SALT);
    login->Hash = awi_str_of(digest, 32);
    login->Changed = iam_now(req);
    return hash(login->Salt, password, digest);
}

static int open_user(struct awi_req *req, struct awi_str given, struct iam_entity *ret)
{
    struct awi_str name;
    int r = iam_user_named(req, given, &name);

    return r ? r : iam_entity_open(req, IAM_USER, name, ret);
}

static int open_login(struct awi_req *req, struct awi_str given, struct iam_entity *ret)
{
    int r = open_user(req, given, ret);

    return r || ret->user.Login ? r
                                : iam_missing(req,
                                              "Login Profile for User %.*s cannot be found.",
                                              AWI_STR_FMT(ret->name));
}

static int show(struct awi_req *req, const struct iam_entity *e, struct iam_LoginProfile **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct iam_LoginProfile);
    if (!*ret) {
        return -ENOMEM;
    }
    (*ret)->UserName = e->name;
    (*ret)->CreateDate = e->user.Login->Created;
    (*ret)->PasswordResetRequired = AWI_SOME_BOOL(e->user.Login->ResetRequired.v);
    return 0;
}

int iam_create_login_profile(struct awi_req *req,
                             const struct iam_CreateLoginProfileRequest *in,
                             struct iam_CreateLoginProfileResponse *out)
{
    struct core_LoginRecord login = {.Created = iam_now(req)};
    struct iam_entity e;

    if (iam_is_root(req, in->UserName)) {
        return iam_root_login_create(req, &out->LoginProfile);
    }
    int r = open_user(req, in->UserName, &e);

    if (r == 0 && e.user.Login) {
        return iam_exists(req, "Login Profile for user %.*s already exists.", AWI_STR_FMT(e.name));
    }
    login.ResetRequired = AWI_SOME_BOOL(in->PasswordResetRequired.v);
    r = r ? r : set(req, in->Password, &login);
    e.user.Login = &login;
    r = r ? r : iam_entity_save(req, &e);
    return r ? r : show(req, &e, &out->LoginProfile);
}

int iam_get_login_profile(struct awi_req *req,
                          const struct iam_GetLoginProfileRequest *in,
                          struct iam_GetLoginProfileResponse *out)
{
    struct iam_entity e;

    if (iam_is_root(req, in->UserName)) {
        return iam_root_login_show(req, &out->LoginProfile);
    }
    int r = open_login(req, in->UserName, &e);
    return r ? r : show(req, &e, &out->LoginProfile);
}

int iam_update_login_profile(struct awi_req *req,
                             const struct iam_UpdateLoginProfileRequest *in,
                             void *out)
{
    struct iam_entity e;
    int r = open_login(req, in->UserName, &e);

    if (r == 0 && awi_str_is_set(in->Password)) {
        r = set(req, in->Password, e.user.Login);
    }
    if (r == 0 && in->PasswordResetRequired.set) {
        e.user.Login->ResetRequired = in->PasswordResetRequired;
    }
    return r ? r : iam_entity_save(req, &e);
}

int iam_delete_login_profile(struct awi_req *req,
                             const struct iam_DeleteLoginProfileRequest *in,
                             void *out)
{
    struct iam_entity e;

    if (iam_is_root(req, in->UserName)) {
        return iam_root_login_delete(req);
    }
    int r = open_login(req, in->UserName, &e);
    e.user.Login = NULL;
    return r ? r : iam_entity_save(req, &e);
}

int iam_change_password(struct awi_req *req, const struct iam_ChangePasswordRequest *in, void *out)
{
    unsigned char digest[32];
    struct iam_entity e;
    int r = open_login(req, AWI_STR_NULL, &e);

    r = r ? r : hash(e.user.Login->Salt, in->OldPassword, digest);
    if (r) {
        return r;
    }
    if (!awi_str_eq(e.user.Login->Hash, awi_str_of(digest, sizeof(digest)))) {
        return awi_fail(req, &awi_error_AccessDenied, "The old password was incorrect.");
    }
    r = set(req, in->NewPassword, e.user.Login);
    e.user.Login->ResetRequired = AWI_SOME_BOOL(false);
    return r ? r : iam_entity_save(req, &e);
}
