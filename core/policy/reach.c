/* SPDX-License-Identifier: Apache-2.0 */
/* Who is bound by which layer (1.9-1.12, 3.1-3.3), and what a resource is and whose. */
#include "core/policy/internal.h"

#include <stdlib.h>

bool awi_policy_caller_has_identity(const struct awi_policy_caller *caller)
{
    return caller->type <= AWI_CALLER_FEDERATED;
}

bool awi_policy_caller_is_cross_account(const struct awi_policy_layers *layers,
                                        const struct awi_policy_caller *caller)
{
    return awi_str_is_set(caller->account) && awi_str_is_set(layers->owner) &&
           !awi_str_eq(caller->account, layers->owner);
}

/* --- Who is bound by what ----------------------------------------------------------------------
 */

static bool is_service_linked(struct awi_str role_arn)
{
    return awi_str_search(role_arn, AWI_STR(":role/aws-service-role/")) >= 0;
}

static bool is_managed_by(const struct awi_policy_layers *layers, struct awi_str account)
{
    return awi_str_is_set(layers->management) && awi_str_is_set(account) &&
           awi_str_eq(layers->management, account);
}

/* 3.3: services whose resources RCPs guard, by the prefix of their actions; in order. */
static const char *const rcp_services[] = {
#define AWI_RCP_SERVICE(prefix) prefix,
#include "core/policy/rcp_services.def"
#undef AWI_RCP_SERVICE
};

static int cmp_service(const void *wanted, const void *row)
{
    struct awi_str prefix = *(const struct awi_str *)wanted;
    struct awi_str name = awi_str_from(*(const char *const *)row);

    return awi_str_eq_nocase(prefix, name) ? 0 : awi_str_cmp(prefix, name);
}

static bool is_rcp_service(struct awi_str action)
{
    char lower[32];
    ptrdiff_t colon = awi_str_find(action, ':');

    if (colon < 0 || (size_t)colon >= sizeof(lower)) {
        return false;
    }
    for (ptrdiff_t i = 0; i < colon; i++) {
        char c = action.ptr[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    struct awi_str prefix = awi_str_of(lower, (size_t)colon);
    return bsearch(&prefix,
                   rcp_services,
                   sizeof(rcp_services) / sizeof(rcp_services[0]),
                   sizeof(rcp_services[0]),
                   cmp_service) != NULL;
}

static bool rcp_applies(const struct question *question)
{
    const struct awi_policy_layers *layers = question->layers;
    const struct awi_policy_request *request = question->request;
    const struct awi_policy_caller *caller = &request->caller;

    struct awi_str owner = awi_str_is_set(layers->owner) ? layers->owner : caller->account;

    if (layers->n_rcp == 0 || layers->aws_managed_key || is_managed_by(layers, owner)) {
        return false;
    }
    if (caller->type == AWI_CALLER_ROLE && is_service_linked(caller->issuer_arn)) {
        return false;
    }
    if (layers->kind == AWI_RESOURCE_ROLE && is_service_linked(request->resource)) {
        return false;
    }
    return !awi_str_is_nocase(request->action, "kms:RetireGrant") &&
           is_rcp_service(request->action);
}

static bool scp_applies(const struct question *question)
{
    const struct awi_policy_caller *caller = &question->request->caller;
    bool bound = awi_policy_caller_has_identity(caller) || caller->type == AWI_CALLER_ROOT;

    return question->layers->n_scp && bound && !is_managed_by(question->layers, caller->account) &&
           !(caller->type == AWI_CALLER_ROLE && is_service_linked(caller->issuer_arn));
}

bool awi_policy_layer_applies(const struct question *question, enum awi_policy_layer layer)
{
    const struct awi_policy_layers *layers = question->layers;
    const struct awi_policy_caller *caller = &question->request->caller;

    switch (layer) {
    case AWI_LAYER_RCP:
        return rcp_applies(question);
    case AWI_LAYER_SCP:
        return scp_applies(question);
    case AWI_LAYER_RESOURCE:
        return layers->resource != NULL;
    case AWI_LAYER_IDENTITY:
        return awi_policy_caller_has_identity(caller);
    case AWI_LAYER_BOUNDARY:
        return layers->boundary && awi_policy_caller_has_identity(caller);
    case AWI_LAYER_SESSION:
        if (layers->session_binds && caller->type == AWI_CALLER_ROOT) {
            return true;
        }
        return awi_policy_caller_has_identity(caller) &&
               (layers->session_passed || layers->delegated ||
                caller->type == AWI_CALLER_FEDERATED);
    case AWI_LAYER_ROOT:
    case AWI_LAYER_NONE:
        break;
    }
    return false;
}

enum principal_rule awi_policy_layer_principal_rule(enum awi_policy_layer layer)
{
    if (layer == AWI_LAYER_RESOURCE) {
        return PRINCIPAL_REQUIRED;
    }
    return layer == AWI_LAYER_RCP ? PRINCIPAL_OPTIONAL : PRINCIPAL_IGNORED;
}

void awi_policy_question_init(struct question *question,
                              const struct awi_policy_layers *layers,
                              const struct awi_policy_request *request,
                              struct arn *room)
{
    *question = (struct question){.request = request, .layers = layers};
    question->resource = awi_policy_arn_split(request->resource, room) ? room : NULL;
    question->bounded = layers->boundary && awi_policy_caller_has_identity(&request->caller);
}

/* --- What a resource is ------------------------------------------------------------------------
 */

enum awi_policy_resource_kind awi_policy_kind_of(struct awi_str action, struct awi_str resource)
{
    struct arn arn;

    if (!awi_policy_arn_split(resource, &arn)) {
        return AWI_RESOURCE_ORDINARY;
    }
    if (awi_str_is(arn.part[2], "iam") && awi_str_starts(arn.part[5], AWI_STR("role/")) &&
        awi_str_starts_nocase(action, AWI_STR("sts:"))) {
        return AWI_RESOURCE_ROLE;
    }
    if (awi_str_is(arn.part[2], "kms") && awi_str_starts(arn.part[5], AWI_STR("key/")) &&
        awi_str_starts_nocase(action, AWI_STR("kms:"))) {
        return AWI_RESOURCE_KEY;
    }
    return AWI_RESOURCE_ORDINARY;
}

struct awi_str awi_policy_owner_of(struct awi_str resource, struct awi_str fallback)
{
    struct arn arn;

    return awi_policy_arn_split(resource, &arn) && arn.part[4].len ? arn.part[4] : fallback;
}
