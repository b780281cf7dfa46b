/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service-linked roles: AWSServiceRoleFor<Service> under /aws-service-role/<service>/, which only
 * the service can assume and nobody may change.
 */
#include "services/iam/iam.h"

#include <errno.h>

/* Names of roles that are not made of the service's own by capitals. */
static const struct {
    const char *service;
    const char *name;
} names[] = {
    {"autoscaling", "AutoScaling"},
    {"config", "Config"},
    {"access-analyzer", "AccessAnalyzer"},
    {"ecs", "ECS"},
    {"eks", "AmazonEKS"},
    {"eks-nodegroup", "AmazonEKSNodegroup"},
    {"elasticache", "ElastiCache"},
    {"elasticloadbalancing", "ElasticLoadBalancing"},
    {"guardduty", "AmazonGuardDuty"},
    {"opensearchservice", "AmazonOpenSearchService"},
    {"organizations", "Organizations"},
    {"rds", "RDS"},
    {"securityhub", "SecurityHub"},
    {"spot", "EC2Spot"},
    {"sso", "SSO"},
    {"ssm", "AmazonSSM"},
    {"support", "Support"},
    {"trustedadvisor", "TrustedAdvisor"},
};

static struct awi_str role_name(struct awi_req *req, struct awi_str service, struct awi_str suffix)
{
    struct awi_str rest = service, word;
    const char *name = NULL;

    awi_str_cut(&rest, '.', &word);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (awi_str_is(word, names[i].service)) {
            name = names[i].name;
        }
    }
    char *own = awi_arena_strz(awi_arena(req), word);
    if (own && own[0] >= 'a' && own[0] <= 'z') {
        own[0] = (char)(own[0] - 'a' + 'A');
    }
    return own ? awi_arena_printf(awi_arena(req),
                                  "AWSServiceRoleFor%s%s%.*s",
                                  name ? name : own,
                                  suffix.len ? "_" : "",
                                  AWI_STR_FMT(suffix))
               : AWI_STR_NULL;
}

static int make(struct awi_req *req,
                const struct iam_CreateServiceLinkedRoleRequest *in,
                struct awi_str name,
                struct iam_entity *e)
{
    struct awi_arena *arena = awi_arena(req);
    struct core_RoleRecord *role = &e->role;

    memset(e, 0, sizeof(*e));
    e->kind = IAM_ROLE;
    e->name = role->RoleName = name;
    role->Path =
        awi_arena_printf(arena, "/aws-service-role/%.*s/", AWI_STR_FMT(in->AWSServiceName));
    role->Arn = iam_arn(req, "role", role->Path, name);
    role->RoleId = iam_unique_id(req, "AROA");
    role->Created = iam_now(req);
    role->Description = in->Description;
    role->MaxSessionDuration = AWI_SOME_I32(3600);
    role->TrustPolicy = awi_arena_printf(
        arena,
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
        "\"Service\":\"%.*s\"},\"Action\":\"sts:AssumeRole\"}]}",
        AWI_STR_FMT(in->AWSServiceName));
    return role->Path.ptr && role->Arn.ptr && role->RoleId.ptr && role->TrustPolicy.ptr ? 0
                                                                                        : -ENOMEM;
}

int iam_create_service_linked_role(struct awi_req *req,
                                   const struct iam_CreateServiceLinkedRoleRequest *in,
                                   struct iam_CreateServiceLinkedRoleResponse *out)
{
    struct awi_str name = role_name(req, in->AWSServiceName, in->CustomSuffix);
    struct iam_entity *e = awi_arena_new(awi_arena(req), struct iam_entity);
    int r = name.ptr && e ? 0 : -ENOMEM;

    if (r == 0 && !awi_str_ends(in->AWSServiceName, AWI_STR(".amazonaws.com"))) {
        return awi_fail(req,
                        &iam_InvalidInputException_error,
                        "%.*s is not a valid AWS service name.",
                        AWI_STR_FMT(in->AWSServiceName));
    }
    r = r ? r : iam_entity_find(req, IAM_ROLE, name, e);
    if (r == 0) {
        return awi_fail(req,
                        &iam_InvalidInputException_error,
                        "Service role name %.*s has been taken in this account, please try a "
                        "different suffix.",
                        AWI_STR_FMT(name));
    }
    r = r == -ENOENT ? make(req, in, name, e) : r;
    r = r ? r : iam_entity_save(req, e);
    r = r ? r : iam_quota_take(req, AWI_ROLE_TABLE);
    out->Role = awi_arena_new(awi_arena(req), struct iam_Role);
    return r ? r : out->Role ? iam_role_show(req, &e->role, false, out->Role) : -ENOMEM;
}

int iam_delete_service_linked_role(struct awi_req *req,
                                   const struct iam_DeleteServiceLinkedRoleRequest *in,
                                   struct iam_DeleteServiceLinkedRoleResponse *out)
{
    struct iam_entity e;
    int r = iam_entity_open(req, IAM_ROLE, in->RoleName, &e);

    if (r == 0 && !awi_str_starts(e.path, AWI_STR("/aws-service-role/"))) {
        return iam_missing(
            req, "The role with name %.*s cannot be found.", AWI_STR_FMT(in->RoleName));
    }
    if (r) {
        return r;
    }
    struct awi_str id = awi_uuid(req);
    out->DeletionTaskId = awi_arena_printf(awi_arena(req),
                                           "task%.*s%.*s/%.*s",
                                           AWI_STR_FMT(e.path),
                                           AWI_STR_FMT(e.name),
                                           AWI_STR_FMT(id));
    r = out->DeletionTaskId.ptr
            ? awi_role_delete(awi_request_txn(req), awi_arena(req), awi_account(req), e.name)
            : -ENOMEM;
    return r ? r : iam_quota_give(req, AWI_ROLE_TABLE);
}

/* Deletion is done at once, so a task is over unless the role is there, which it is not when the
 * task was ever given. */
int iam_get_service_linked_role_deletion_status(
    struct awi_req *req,
    const struct iam_GetServiceLinkedRoleDeletionStatusRequest *in,
    struct iam_GetServiceLinkedRoleDeletionStatusResponse *out)
{
    if (!awi_str_starts(in->DeletionTaskId, AWI_STR("task/aws-service-role/"))) {
        return iam_missing(
            req, "Deletion task %.*s cannot be found.", AWI_STR_FMT(in->DeletionTaskId));
    }
    out->Status = AWI_STR("SUCCEEDED");
    return 0;
}
