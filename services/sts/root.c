/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoot: sessions of a member account's root user for one task (STS API; IAM user guide:
 * id_root-user-privileged-task). The caller is of the management account, or of the one that
 * administers IAM for the organization.
 */
#include "services/sts/sts.h"

#include "core/identity/organization.h"
#include "core/identity/principal.h"

#include <errno.h>

#define IAM_PRINCIPAL "iam.amazonaws.com"
#define TASKS         "arn:aws:iam::aws:policy/root-task/"
#define MOST_SECONDS  900

/* Which feature of centralized root access a task belongs to. */
static const struct {
    const char *name;
    const char *feature;
} tasks[] = {
    {"IAMAuditRootUserCredentials", AWI_ROOT_CREDENTIALS},
    {"IAMCreateRootUserPassword", AWI_ROOT_CREDENTIALS},
    {"IAMDeleteRootUserCredentials", AWI_ROOT_CREDENTIALS},
    {"S3UnlockBucketPolicy", AWI_ROOT_SESSIONS},
    {"SQSUnlockQueuePolicy", AWI_ROOT_SESSIONS},
};

static int find_task(struct awi_req *req, struct awi_str arn, const char **ret_feature)
{
    struct awi_str head = AWI_STR(TASKS);

    for (size_t i = 0; i < sizeof(tasks) / sizeof(*tasks); i++) {
        if (awi_str_starts(arn, head) && awi_str_is(awi_str_skip(arn, head.len), tasks[i].name)) {
            *ret_feature = tasks[i].feature;
            return 0;
        }
    }
    return awi_fail(req,
                    &awi_error_ValidationError,
                    "%.*s is not a policy for tasks of the root user",
                    AWI_STR_FMT(awi_str_head(arn, 200)));
}

int sts_root_target(struct awi_req *req, struct awi_str named, struct awi_str *ret_account)
{
    struct awi_iam_arn parts;

    if (awi_str_is_account(named)) {
        *ret_account = named;
        return 0;
    }
    if (awi_iam_arn_parse(named, &parts) == 0 && awi_str_is(parts.kind, "root")) {
        *ret_account = parts.account;
        return 0;
    }
    return awi_fail(req,
                    &awi_error_ValidationError,
                    "%.*s is neither an account nor the ARN of a root user",
                    AWI_STR_FMT(awi_str_head(named, 200)));
}

/* May the caller's account act on this member at all? -EACCES: no. */
static int check_organization(struct awi_req *req, struct awi_str account, const char *feature)
{
    struct awi_directory dir = awi_request_directory(req);
    struct awi_str caller = awi_principal(req)->account;
    struct core_OrganizationRecord organization, member;
    int r = awi_organization_of(&dir, caller, &organization);

    if (r == 0 && !awi_str_eq(caller, organization.ManagementAccount)) {
        r = awi_organization_delegated(&dir, &organization, caller, IAM_PRINCIPAL);
    }
    r = r ? r : awi_organization_of(&dir, account, &member);
    if (r == 0 && (!awi_str_eq(organization.Id, member.Id) ||
                   awi_str_eq(account, organization.ManagementAccount) ||
                   !awi_organization_root_feature(&organization, feature))) {
        r = -ENOENT;
    }
    return r == -ENOENT ? -EACCES : r;
}

static int check_caller(struct awi_req *req, struct awi_str account, const char *feature)
{
    enum awi_account_state state = AWI_ACCOUNT_UNKNOWN;
    struct awi_directory dir = awi_request_directory(req);
    bool real_root = false;
    int r = sts_is_real_root(req, &real_root);

    r = r ? r : awi_account_state(&dir, account, &state);
    if (r == 0) {
        r = real_root || state != AWI_ACCOUNT_ACTIVE ? -EACCES
                                                     : check_organization(req, account, feature);
    }
    return r != -EACCES ? r
                        : awi_fail(req,
                                   &awi_error_AccessDenied,
                                   "User: %.*s is not authorized to perform: sts:AssumeRoot on "
                                   "resource: arn:%.*s:iam::%.*s:root",
                                   AWI_STR_FMT(awi_principal(req)->arn),
                                   AWI_STR_FMT(awi_partition(req)),
                                   AWI_STR_FMT(account));
}

int sts_assume_root(struct awi_req *req,
                    const struct sts_AssumeRootRequest *in,
                    struct sts_AssumeRootResponse *out)
{
    struct awi_str task = in->TaskPolicyArn ? in->TaskPolicyArn->arn : AWI_STR_NULL;
    const struct core_SessionRecord *from = sts_session(req);
    struct core_SessionRecord session = {.Kind = AWI_STR(AWI_SESSION_TASK)};
    const char *feature = NULL;
    int r = sts_root_target(req, in->TargetPrincipal, &session.Account);

    r = r ? r : find_task(req, task, &feature);
    r = r ? r : check_caller(req, session.Account, feature);
    if (r) {
        return r;
    }
    session.Arn = awi_arena_printf(awi_arena(req),
                                   "arn:%.*s:iam::%.*s:root",
                                   AWI_STR_FMT(awi_partition(req)),
                                   AWI_STR_FMT(session.Account));
    session.UserId = session.Account;
    session.IssuerArn = session.Arn;
    session.Name = AWI_STR("root");
    session.PolicyArns.items = &task;
    session.PolicyArns.n = 1;
    session.PolicyArns.set = true;
    session.SourceIdentity = from ? from->SourceIdentity : AWI_STR_NULL;
    out->SourceIdentity = session.SourceIdentity;
    return session.Arn.ptr
               ? sts_issue(req,
                           &session,
                           in->DurationSeconds.set ? in->DurationSeconds.v : MOST_SECONDS,
                           &out->Credentials)
               : -ENOMEM;
}
