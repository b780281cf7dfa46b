/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls, and in which account: the environment, the header, the access key, the default
 * account, in this order.
 */
#include "core/identity/identity.h"
#include "core/identity/key.h"
#include "core/identity/principal.h"
#include "core/identity/session.h"

#include "gen/core.h"

#include <errno.h>

/* What the access key said, before an account named otherwise is considered. */
struct caller {
    bool nobody; /* the request is not signed */
    bool issued; /* the principal below is a key's that was issued here */
    struct awi_principal principal;
    struct awi_str secret;
    struct awi_str account; /* of a key that nobody issued; absent: it names none */
};

struct awi_str awi_identify_header(const struct awi_http_request *request)
{
    struct awi_str value = awi_http_header(request, "x-moto-account-id");

    return awi_str_is_set(value) ? value : awi_http_header(request, "x-awsintercept-account-id");
}

int awi_principal_root(struct awi_arena *arena,
                       struct awi_str partition,
                       struct awi_str account,
                       struct awi_principal *ret)
{
    const struct awi_str parts[] = {
        AWI_STR("arn:"), partition, AWI_STR(":iam::"), account, AWI_STR(":root")};
    struct awi_str arn = awi_arena_join(arena, parts, sizeof(parts) / sizeof(*parts));
    struct awi_str id = awi_arena_str(arena, account);

    if (!arn.ptr || !id.ptr) {
        return -ENOMEM;
    }
    *ret = (struct awi_principal){
        .type = AWI_PRINCIPAL_ROOT,
        .account = id,
        .arn = arn,
        .user_id = id,
        .issuer_arn = arn,
        .name = AWI_STR("root"),
    };
    return 0;
}

static int refuse(const struct awi_identify *in,
                  struct awi_identity *ret,
                  enum awi_refusal refusal,
                  struct awi_str why)
{
    ret->refusal = refusal;
    ret->why = why;
    return awi_str_is_set(why) ? 1 : -ENOMEM;
}

static struct awi_str say_key(const struct awi_identify *in, const char *what)
{
    return awi_arena_printf(in->dir.arena,
                            "access key %.*s %s",
                            AWI_STR_FMT(awi_str_head(in->auth->access_key_id, 64)),
                            what);
}

/* --- Keys issued here ------------------------------------------------------------------------ */

static enum awi_principal_type type_of(struct awi_str kind)
{
    return awi_str_is(kind, AWI_SESSION_ROLE)        ? AWI_PRINCIPAL_ROLE
           : awi_str_is(kind, AWI_SESSION_USER)      ? AWI_PRINCIPAL_USER
           : awi_str_is(kind, AWI_SESSION_FEDERATED) ? AWI_PRINCIPAL_FEDERATED
                                                     : AWI_PRINCIPAL_ROOT;
}

/* Is the role or the user whose session it is still there? A session of a role that was never
 * created has none to lose. 0; 1: refused. */
static int check_entity(const struct awi_identify *in,
                        struct awi_identity *ret,
                        const struct core_SessionRecord *session)
{
    bool of_role = awi_str_is(session->Kind, AWI_SESSION_ROLE);
    struct awi_str id = session->UserId, head, arn;

    if (session->Administrator.v || !(of_role || awi_str_is(session->Kind, AWI_SESSION_USER))) {
        return 0;
    }
    awi_str_cut(&id, ':', &head);
    int r = awi_unique_id_arn(in->dir.txn, in->dir.arena, head, &arn);
    return r != -ENOENT ? r
                        : refuse(in,
                                 ret,
                                 AWI_REFUSE_UNKNOWN_KEY,
                                 say_key(in,
                                         of_role ? "belongs to a session of a role that was deleted"
                                                 : "belongs to a session of a deleted user"));
}

/* 0: *caller is filled; 1: refused; -ENOENT: no session of this state. */
static int
find_session(const struct awi_identify *in, struct awi_identity *ret, struct caller *caller)
{
    struct core_SessionRecord *session = awi_arena_new(in->dir.arena, struct core_SessionRecord);
    int r;

    if (!session) {
        return -ENOMEM;
    }
    r = awi_session_get(in->dir.txn, in->dir.arena, in->auth->access_key_id, session);
    if (r) {
        return r;
    }
    if (!awi_session_token_is(session, in->auth->token)) {
        bool given = awi_str_is_set(in->auth->token);
        return refuse(in,
                      ret,
                      given ? AWI_REFUSE_BAD_TOKEN : AWI_REFUSE_UNKNOWN_KEY,
                      say_key(in,
                              given ? "came with a session token that is not its own"
                                    : "is a session's and came without its session token"));
    }
    if (session->Expires.ms <= in->now_ms) {
        return refuse(in,
                      ret,
                      AWI_REFUSE_EXPIRED_TOKEN,
                      say_key(in, "belongs to a session that has expired"));
    }
    r = check_entity(in, ret, session);
    if (r) {
        return r;
    }
    caller->issued = true;
    caller->secret = session->SecretAccessKey;
    caller->principal = (struct awi_principal){
        .type = type_of(session->Kind),
        .account = session->Account,
        .arn = session->Arn,
        .user_id = session->UserId,
        .issuer_arn = session->IssuerArn,
        .name = session->Name,
        .session_name = session->SessionName,
        .temporary = true,
        .session = session,
    };
    return 0;
}

/* The same for an IAM user's key. */
static int
find_access_key(const struct awi_identify *in, struct awi_identity *ret, struct caller *caller)
{
    struct core_AccessKeyRecord key;
    int r = awi_access_key_get(in->dir.txn, in->dir.arena, in->auth->access_key_id, &key);

    if (r) {
        return r;
    }
    if (!awi_str_is(key.Status, "Active")) {
        return refuse(in, ret, AWI_REFUSE_UNKNOWN_KEY, say_key(in, "is inactive"));
    }
    if (awi_str_is_set(in->auth->token)) {
        return refuse(in,
                      ret,
                      AWI_REFUSE_BAD_TOKEN,
                      say_key(in, "is a user's and came with a session token"));
    }
    caller->issued = true;
    caller->secret = key.SecretAccessKey;
    if (!awi_str_is_set(key.UserName)) {
        return awi_principal_root(in->dir.arena, in->partition, key.Account, &caller->principal);
    }
    caller->principal = (struct awi_principal){
        .type = AWI_PRINCIPAL_USER,
        .account = key.Account,
        .arn = key.UserArn,
        .user_id = key.UserId,
        .issuer_arn = key.UserArn,
        .name = key.UserName,
    };
    return 0;
}

/* --- Keys that nobody issued ----------------------------------------------------------------- */

static bool unknown_is_refused(const struct awi_identify *in, struct awi_str account)
{
    enum awi_key_form form = awi_key_form(in->auth->access_key_id);

    if (form == AWI_KEY_ACCOUNT) {
        return false;
    }
    return awi_config_credentials(in->dir.config, account) != AWI_CREDENTIALS_ANY ||
           (awi_config_iam(in->dir.config, account) == AWI_IAM_ENFORCE && form != AWI_KEY_FREE);
}

/* Must signatures of keys issued here be right in this account? */
static bool is_verified(const struct awi_config *config, struct awi_str account)
{
    return awi_config_credentials(config, account) == AWI_CREDENTIALS_SIGNED ||
           awi_config_iam(config, account) == AWI_IAM_ENFORCE;
}

static int take_unknown(const struct awi_identify *in,
                        struct awi_identity *ret,
                        enum awi_key_form form,
                        struct caller *caller)
{
    struct awi_str id = in->auth->access_key_id;
    char account[13];

    if (awi_token_is_ours(awi_str_is_set(in->auth->token) ? in->auth->token : AWI_STR(""))) {
        return refuse(in,
                      ret,
                      AWI_REFUSE_UNKNOWN_KEY,
                      say_key(in,
                              "came with a session token of a session that is not in this "
                              "state: forged, of another state directory, or from before a "
                              "reset"));
    }
    if (form == AWI_KEY_ACCOUNT) {
        caller->account = id;
    } else if (form != AWI_KEY_FREE && awi_key_account(id, account) == 0) {
        caller->account = awi_arena_str(in->dir.arena, awi_str_of(account, 12));
        return caller->account.ptr ? 0 : -ENOMEM;
    }
    return 0;
}

static int
find_caller(const struct awi_identify *in, struct awi_identity *ret, struct caller *caller)
{
    enum awi_key_form form = awi_key_form(in->auth->access_key_id);
    int r = form == AWI_KEY_TEMPORARY   ? find_session(in, ret, caller)
            : form == AWI_KEY_LONG_TERM ? find_access_key(in, ret, caller)
                                        : -ENOENT;

    return r == -ENOENT ? take_unknown(in, ret, form, caller) : r;
}

/* --- The account ----------------------------------------------------------------------------- */

static int
check_account(const struct awi_identify *in, struct awi_identity *ret, struct awi_str account)
{
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;
    int r = awi_account_state(&in->dir, account, &state);

    if (r || state == AWI_ACCOUNT_ACTIVE) {
        return r;
    }
    return refuse(in,
                  ret,
                  AWI_REFUSE_UNKNOWN_KEY,
                  awi_arena_printf(in->dir.arena,
                                   "account %.*s (named by the %s) %s",
                                   AWI_STR_FMT(awi_str_head(account, 32)),
                                   ret->from,
                                   state == AWI_ACCOUNT_CLOSED
                                       ? "is closed"
                                       : "does not exist: it is not in the configuration, and "
                                         "Organizations has not made it"));
}

/* Ways 1 to 4 in their order. */
static struct awi_str
choose_account(const struct awi_identify *in, const struct caller *caller, struct awi_identity *ret)
{
    if (awi_str_is_set(in->env_account)) {
        ret->from = "environment";
        return in->env_account;
    }
    if (awi_str_is_set(in->header_account)) {
        ret->from = "header";
        return in->header_account;
    }
    if (caller->issued || awi_str_is_set(caller->account)) {
        ret->from = "key";
        return caller->issued ? caller->principal.account : caller->account;
    }
    ret->from = "default";
    return in->dir.config->account_id;
}

static int
settle(const struct awi_identify *in, const struct caller *caller, struct awi_identity *ret)
{
    struct awi_str account = awi_account_acting(in->dir.config, choose_account(in, caller, ret));
    bool own = caller->issued && awi_str_eq(account, caller->principal.account);
    int r = own ? 0 : check_account(in, ret, account);

    if (r) {
        return r;
    }
    if (!caller->issued && !caller->nobody && unknown_is_refused(in, account)) {
        return refuse(in, ret, AWI_REFUSE_UNKNOWN_KEY, say_key(in, "was not issued here"));
    }
    ret->account = account;
    if (caller->issued) {
        ret->secret = caller->secret;
        ret->verify = is_verified(in->dir.config, account) ||
                      is_verified(in->dir.config, caller->principal.account);
    }
    if (own) {
        ret->principal = caller->principal;
        return 0;
    }
    return awi_principal_root(in->dir.arena, in->partition, account, &ret->principal);
}

static int settle_anonymous(const struct awi_identify *in, struct awi_identity *ret)
{
    const struct awi_config *config = in->dir.config;
    struct caller nobody = {.nobody = true};
    int r = settle(in, &nobody, ret);

    if (r == 0 && !in->anonymous_ok &&
        (awi_config_credentials(config, ret->account) != AWI_CREDENTIALS_ANY ||
         awi_config_iam(config, ret->account) == AWI_IAM_ENFORCE)) {
        return refuse(in, ret, AWI_REFUSE_MISSING, AWI_STR("the request is not signed"));
    }
    if (r == 0) {
        ret->principal = (struct awi_principal){
            .type = AWI_PRINCIPAL_ANONYMOUS,
            .account = ret->account,
            .arn = AWI_STR("anonymous"),
            .user_id = AWI_STR("anonymous"),
            .issuer_arn = AWI_STR("anonymous"),
        };
    }
    return r;
}

int awi_identify(const struct awi_identify *given, struct awi_identity *ret)
{
    struct awi_identify in = *given;
    struct caller caller = {.issued = false};
    int r;

    *ret = (struct awi_identity){.from = "default"};
    if (!awi_str_is_set(in.partition)) {
        in.partition = AWI_STR("aws");
    }
    if (in.auth->kind == AWI_SIGV4_NONE || in.auth->kind == AWI_SIGV4_BEARER) {
        return settle_anonymous(&in, ret);
    }
    r = find_caller(&in, ret, &caller);
    r = r ? r : settle(&in, &caller, ret);
    if (r == 0) {
        ret->principal.access_key_id = in.auth->access_key_id;
    }
    return r;
}
