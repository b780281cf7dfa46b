/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRole (identity.md 6.3-6.17). Whether the trust policy admits the caller is authorization's
 * to decide (access.c).
 */
#include "services/sts/sts.h"

static int check_caller(struct awi_req *req)
{
    bool real_root = false;
    int r;

    if (awi_principal(req)->type == AWI_PRINCIPAL_ANONYMOUS) {
        return awi_fail(
            req, &awi_error_MissingAuthenticationToken, "Request is missing Authentication Token");
    }
    r = sts_is_real_root(req, &real_root);
    if (r == 0 && real_root) {
        return awi_fail(req, &awi_error_AccessDenied, "Roles may not be assumed by root accounts.");
    }
    return r;
}

static int take_mfa(struct awi_req *req,
                    const struct sts_AssumeRoleRequest *in,
                    struct core_SessionRecord *session)
{
    bool present = false;
    int r = sts_check_mfa(req, in->SerialNumber, in->TokenCode, &present);

    if (r == 0 && present) {
        session->MfaTime = AWI_SOME_TIME(awi_now(req));
    }
    return r;
}

int sts_assume_role(struct awi_req *req,
                    const struct sts_AssumeRoleRequest *in,
                    struct sts_AssumeRoleResponse *out)
{
    struct core_SessionRecord session = {.Kind = AWI_STR_NULL};
    struct sts_opened opened = {.keys = NULL};
    struct sts_role role;
    const struct sts_wish wish = {
        .role = &role,
        .session_name = in->RoleSessionName,
        .seconds = in->DurationSeconds,
        .policy = in->Policy,
        .policy_arns = &in->PolicyArns,
        .tags = &in->Tags,
        .transitive = &in->TransitiveTagKeys,
        .source_identity = in->SourceIdentity,
    };
    bool refused;
    int r = check_caller(req);

    r = r ? r : sts_role_find(req, in->RoleArn, &role, &refused);
    if (r) {
        return r;
    }
    if (refused) {
        return sts_refuse(req, "AssumeRole", in->RoleArn);
    }
    r = take_mfa(req, in, &session);
    r = r ? r : sts_session_open(req, &wish, &session, &opened);
    out->Credentials = opened.keys;
    out->AssumedRoleUser = opened.who;
    out->PackedPolicySize = opened.packed_size;
    out->SourceIdentity = session.SourceIdentity;
    return r;
}
