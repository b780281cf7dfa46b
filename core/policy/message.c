/* SPDX-License-Identifier: Apache-2.0 */
/* The sentence with which AWS refuses (8.1-8.6; user guide: troubleshoot_access-denied). */
#include "core/policy/internal.h"

/* "no ... allows" and "explicit deny in ...". */
static const struct {
    const char *lacking;
    const char *denying;
} layer_types[AWI_LAYERS] = {
    [AWI_LAYER_RCP] = {NULL, "a resource control policy"},
    [AWI_LAYER_SCP] = {"service control policy", "a service control policy"},
    [AWI_LAYER_RESOURCE] = {"resource-based policy", "a resource-based policy"},
    [AWI_LAYER_IDENTITY] = {"identity-based policy", "an identity-based policy"},
    [AWI_LAYER_BOUNDARY] = {"permissions boundary", "a permissions boundary"},
    [AWI_LAYER_SESSION] = {"session policy", "a session policy"},
};

static void add_resource(const struct awi_policy_request *request, struct awi_buf *out)
{
    struct awi_str resource = request->resource;
    bool none = awi_str_is(resource, "*");
    bool silent = awi_str_is_nocase(request->action, "s3:ListAllMyBuckets") ||
                  awi_str_starts_nocase(request->action, AWI_STR("ec2:Describe"));

    if (!awi_str_is_set(resource) || (none && silent)) {
        return;
    }
    bool quoted = awi_str_starts_nocase(request->action, AWI_STR("s3:"));
    awi_buf_strz(out, quoted ? " on resource: \"" : " on resource: ");
    awi_buf_str(out, resource);
    awi_buf_strz(out, quoted ? "\"" : "");
}

static void add_deny(enum awi_policy_layer layer,
                     bool trust,
                     const struct awi_policy_decision *decision,
                     unsigned flags,
                     struct awi_buf *out)
{
    awi_buf_strz(out, " with an explicit deny in ");
    awi_buf_strz(out, trust ? "the role trust policy" : layer_types[layer].denying);
    if (flags & AWI_MESSAGE_POLICY_ARN && layer != AWI_LAYER_RESOURCE && decision->policy &&
        awi_str_is_set(decision->policy->arn)) {
        awi_buf_strz(out, ": ");
        awi_buf_str(out, decision->policy->arn);
    }
}

static void
add_lack(enum awi_policy_layer layer, bool trust, struct awi_str action, struct awi_buf *out)
{
    const char *type = trust ? "role trust policy" : layer_types[layer].lacking;

    if (type) {
        awi_buf_printf(out, " because no %s allows the ", type);
        awi_buf_str(out, action);
        awi_buf_strz(out, " action");
    }
}

int awi_policy_message(const struct awi_policy_layers *layers,
                       const struct awi_policy_request *request,
                       const struct awi_policy_decision *decision,
                       unsigned flags,
                       struct awi_buf *out)
{
    enum awi_policy_layer layer = decision->layer;
    bool trust = layer == AWI_LAYER_RESOURCE && layers->kind == AWI_RESOURCE_ROLE;

    if (decision->verdict == AWI_ALLOWED || layer >= AWI_LAYERS) {
        return 0;
    }
    awi_buf_strz(out, "User: ");
    if (request->caller.type == AWI_CALLER_ANONYMOUS) {
        awi_buf_strz(out, "anonymous");
    } else {
        awi_buf_str(out, request->caller.arn);
    }
    awi_buf_strz(out, " is not authorized to perform: ");
    awi_buf_str(out, request->action);
    add_resource(request, out);
    if (!(flags & AWI_MESSAGE_NO_REASON)) {
        if (decision->verdict == AWI_EXPLICIT_DENY) {
            add_deny(layer, trust, decision, flags, out);
        } else {
            add_lack(layer, trust, request->action, out);
        }
    }
    return awi_buf_failed(out) ? out->error : 0;
}
