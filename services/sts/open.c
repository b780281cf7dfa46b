/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AssumeRole and its relatives have in common: the role, what may be asked for, and the
 * session that comes of it (identity.md 6.7-6.16). Whether the caller may is authorization's to
 * decide (access.c).
 */
#include "services/sts/sts.h"

#include "core/identity/principal.h"

#include <errno.h>

#define HOUR 3600

/* --- The role -------------------------------------------------------------------------------- */

/* A role that nobody created, as its ARN tells. */
static int make_up(struct awi_req *req, const struct awi_iam_arn *arn, struct sts_role *role)
{
    char id[22];

    awi_role_made_up_id(role->account, arn->name, id);
    role->record.RoleName = arn->name;
    role->record.Path = arn->path;
    role->record.Arn = role->arn;
    role->record.RoleId = awi_arena_str(awi_arena(req), awi_str_of(id, 21));
    return role->record.RoleId.ptr ? 0 : -ENOMEM;
}

int sts_role_find(struct awi_req *req, struct awi_str arn, struct sts_role *ret, bool *refused)
{
    const struct awi_config *config = awi_request_config(req);
    struct awi_directory dir = awi_request_directory(req);
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;
    struct awi_iam_arn parts;
    int r;

    *ret = (struct sts_role){.exists = false};
    *refused = false;
    if (awi_iam_arn_parse(arn, &parts) || !awi_str_is(parts.kind, "role") ||
        !awi_str_is_set(parts.name)) {
        return awi_fail(req,
                        &awi_error_ValidationError,
                        "%.*s is invalid",
                        AWI_STR_FMT(awi_str_head(arn, 200)));
    }
    ret->account = awi_account_acting(config, parts.account);
    ret->arn = awi_arena_printf(awi_arena(req),
                                "arn:%.*s:iam::%.*s:role%.*s%.*s",
                                AWI_STR_FMT(parts.partition),
                                AWI_STR_FMT(ret->account),
                                AWI_STR_FMT(parts.path),
                                AWI_STR_FMT(parts.name));
    r = ret->arn.ptr ? awi_account_state(&dir, ret->account, &state) : -ENOMEM;
    if (r || state != AWI_ACCOUNT_ACTIVE) {
        *refused = true;
        return r;
    }
    r = awi_role_get(awi_request_txn(req), awi_arena(req), ret->account, parts.name, &ret->record);
    if (r == 0 && awi_str_eq(ret->record.Path, parts.path)) {
        ret->exists = true;
        return 0;
    }
    *refused = r == 0 || awi_config_iam(config, ret->account) == AWI_IAM_ENFORCE;
    return r && r != -ENOENT ? r : make_up(req, &parts, ret);
}

/* --- What the caller may ask for ------------------------------------------------------------- */

int sts_refuse(struct awi_req *req, const char *action, struct awi_str role_arn)
{
    return awi_fail(req,
                    &awi_error_AccessDenied,
                    "User: %.*s is not authorized to perform: sts:%s on resource: %.*s",
                    AWI_STR_FMT(awi_principal(req)->arn),
                    action,
                    AWI_STR_FMT(role_arn));
}

static int check_duration(struct awi_req *req, const struct sts_role *role, int32_t seconds)
{
    int32_t most = role->exists && role->record.MaxSessionDuration.set
                       ? role->record.MaxSessionDuration.v
                   : role->exists ? HOUR
                                  : 12 * HOUR;

    if (seconds > most) {
        return awi_fail(
            req,
            &awi_error_ValidationError,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    if (awi_principal(req)->temporary && seconds > HOUR) {
        return awi_fail(req,
                        &awi_error_ValidationError,
                        "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                        "assumed by role chaining.");
    }
    return 0;
}

static int take_source_identity(struct awi_req *req,
                                struct awi_str wanted,
                                struct awi_str role_arn,
                                struct core_SessionRecord *session)
{
    const struct core_SessionRecord *from = sts_session(req);
    struct awi_str held = from ? from->SourceIdentity : AWI_STR_NULL;

    if (awi_str_is_set(wanted) && awi_str_is_set(held) && !awi_str_eq(wanted, held)) {
        return sts_refuse(req, "SetSourceIdentity", role_arn);
    }
    if (awi_str_is_set(wanted) && awi_str_starts_nocase(wanted, AWI_STR("aws:"))) {
        return awi_fail(req,
                        &awi_error_ValidationError,
                        "1 validation error detected: Value '%.*s' at 'sourceIdentity' failed to "
                        "satisfy constraint: Member must not begin with aws:",
                        AWI_STR_FMT(wanted));
    }
    session->SourceIdentity = awi_str_is_set(wanted) ? wanted : held;
    return 0;
}

/* Who will act, and as what. */
static int name_session(struct awi_req *req,
                        const struct sts_role *role,
                        struct awi_str session_name,
                        struct core_SessionRecord *session)
{
    struct awi_arena *arena = awi_arena(req);
    const struct core_RoleRecord *record = &role->record;

    session->Account = role->account;
    session->Kind = AWI_STR(AWI_SESSION_ROLE);
    session->Name = record->RoleName;
    session->SessionName = session_name;
    session->IssuerArn = record->Arn;
    session->Arn = awi_arena_printf(arena,
                                    "arn:%.*s:sts::%.*s:assumed-role/%.*s/%.*s",
                                    AWI_STR_FMT(awi_partition(req)),
                                    AWI_STR_FMT(role->account),
                                    AWI_STR_FMT(record->RoleName),
                                    AWI_STR_FMT(session_name));
    session->UserId = awi_arena_printf(
        arena, "%.*s:%.*s", AWI_STR_FMT(record->RoleId), AWI_STR_FMT(session_name));
    session->Administrator = AWI_SOME_BOOL(!role->exists);
    session->Chained = AWI_SOME_BOOL(awi_principal(req)->temporary);
    return session->Arn.ptr && session->UserId.ptr ? 0 : -ENOMEM;
}

/* --- The session ----------------------------------------------------------------------------- */

int sts_session_open(struct awi_req *req,
                     const struct sts_wish *wish,
                     struct core_SessionRecord *session,
                     struct sts_opened *ret)
{
    const struct sts_role *role = wish->role;
    int32_t seconds = wish->seconds.set ? wish->seconds.v : HOUR;
    int r = check_duration(req, role, seconds);

    r = r ? r : sts_take_policies(req, role->account, wish->policy, wish->policy_arns, session);
    r = r ? r : sts_take_tags(req, wish->tags, wish->transitive, session);
    r = r ? r
          : sts_packed_size(req, wish->policy, wish->policy_arns, wish->tags, &ret->packed_size);
    r = r ? r : take_source_identity(req, wish->source_identity, role->arn, session);
    r = r ? r : name_session(req, role, wish->session_name, session);
    r = r ? r : sts_issue(req, session, seconds, &ret->keys);
    if (r) {
        return r;
    }
    ret->who = awi_arena_new(awi_arena(req), struct sts_AssumedRoleUser);
    if (!ret->who) {
        return -ENOMEM;
    }
    ret->who->Arn = session->Arn;
    ret->who->AssumedRoleId = session->UserId;
    return 0;
}
