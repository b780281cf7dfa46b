/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision (1.1-1.12, 2.1-2.5, 3.1-3.3): every layer that has a say is asked what it denies and
 * allows; then denies are looked for, and allows found missing, in the layers' order.
 */
#include "core/policy/internal.h"

/* 6.1: no permission needed, and no policy can forbid. */
static bool is_free(struct awi_str action)
{
    return awi_str_is_nocase(action, "sts:GetCallerIdentity") ||
           awi_str_is_nocase(action, "sts:GetSessionToken");
}

/* --- What a layer says -------------------------------------------------------------------------
 */

static void ask_policy(const struct question *question,
                       const struct awi_policy_ref *ref,
                       enum principal_rule rule,
                       struct awi_policy_finding *ret,
                       enum naming *ret_naming)
{
    const struct awi_policy *policy = ref->policy;

    if (policy->allows_all && rule != PRINCIPAL_REQUIRED) {
        ret->allow = ret->allow ? ret->allow : ref;
        *ret_naming = NAMED_DIRECTLY;
        return;
    }
    for (size_t i = 0; i < policy->n && !ret->deny; i++) {
        const struct statement *statement = &policy->statements[i];
        if (statement->effect == EFFECT_ALLOW && *ret_naming == NAMED_DIRECTLY) {
            continue;
        }
        enum naming naming = awi_policy_statement_applies(statement, question, rule);
        if (naming && statement->effect == EFFECT_DENY) {
            ret->deny = ref;
            ret->deny_statement = i;
        } else if (naming > *ret_naming) {
            *ret_naming = naming;
            ret->allow = ref;
            ret->allow_statement = i;
        }
    }
}

static void ask_set(const struct question *question,
                    const struct awi_policy_set *set,
                    struct awi_policy_finding *ret)
{
    enum naming naming = NAMED_NOT;

    for (size_t i = 0; i < set->n && !ret->deny; i++) {
        ask_policy(question, &set->items[i], PRINCIPAL_IGNORED, ret, &naming);
    }
    ret->allows = naming != NAMED_NOT;
}

/* Every level must allow (1.4, 1.5). */
static void ask_levels(const struct question *question,
                       const struct awi_policy_level *levels,
                       size_t n,
                       enum principal_rule rule,
                       struct awi_policy_finding *ret)
{
    ret->allows = true;
    for (size_t i = 0; i < n && !ret->deny; i++) {
        enum naming naming = NAMED_NOT;
        for (size_t j = 0; j < levels[i].policies.n && !ret->deny; j++) {
            ask_policy(question, &levels[i].policies.items[j], rule, ret, &naming);
        }
        if (ret->deny) {
            ret->deny_level = i;
        }
        if (ret->allows && !naming) {
            ret->allows = false;
            ret->missing_level = i;
        }
    }
}

/* Session policies, and beside them what somebody delegated. */
static void ask_session(const struct question *question, struct awi_policy_finding *ret)
{
    const struct awi_policy_layers *layers = question->layers;
    bool passed = layers->session_passed || !layers->delegated;

    ret->allows = true;
    if (passed) {
        ask_set(question, &layers->session, ret);
    }
    if (layers->delegated && ret->allows && !ret->deny) {
        ask_set(question, &(struct awi_policy_set){layers->delegated, 1}, ret);
    }
}

static void ask_layer(const struct question *question,
                      enum awi_policy_layer layer,
                      struct awi_policy_finding *ret,
                      enum naming *ret_naming)
{
    const struct awi_policy_layers *layers = question->layers;

    switch (layer) {
    case AWI_LAYER_RCP:
        ask_levels(question, layers->rcp, layers->n_rcp, PRINCIPAL_OPTIONAL, ret);
        break;
    case AWI_LAYER_SCP:
        ask_levels(question, layers->scp, layers->n_scp, PRINCIPAL_IGNORED, ret);
        break;
    case AWI_LAYER_RESOURCE:
        ask_policy(question, layers->resource, PRINCIPAL_REQUIRED, ret, ret_naming);
        ret->allows = *ret_naming != NAMED_NOT;
        break;
    case AWI_LAYER_IDENTITY:
        ask_set(question, &layers->identity, ret);
        break;
    case AWI_LAYER_BOUNDARY:
        ask_set(question, &(struct awi_policy_set){layers->boundary, 1}, ret);
        break;
    case AWI_LAYER_SESSION:
        ask_session(question, ret);
        break;
    case AWI_LAYER_ROOT:
    case AWI_LAYER_NONE:
        break;
    }
}

/* --- The decision ------------------------------------------------------------------------------
 */

static void allow(struct awi_policy_decision *decision, enum awi_policy_layer layer)
{
    decision->verdict = AWI_ALLOWED;
    decision->layer = layer;
    if (layer < AWI_LAYERS) {
        decision->policy = decision->layers[layer].allow;
        decision->statement = decision->layers[layer].allow_statement;
    }
}

static void lack(struct awi_policy_decision *decision, enum awi_policy_layer layer)
{
    decision->verdict = AWI_IMPLICIT_DENY;
    decision->layer = layer;
}

static bool find_deny(struct awi_policy_decision *decision)
{
    for (enum awi_policy_layer i = 0; i < AWI_LAYERS; i++) {
        const struct awi_policy_finding *finding = &decision->layers[i];
        if (finding->deny) {
            decision->verdict = AWI_EXPLICIT_DENY;
            decision->layer = i;
            decision->policy = finding->deny;
            decision->statement = finding->deny_statement;
            return true;
        }
    }
    return false;
}

/* What needs no allow of the session's, but where its policies limit everything. */
static void within_session(const struct question *question,
                           struct awi_policy_decision *decision,
                           enum awi_policy_layer layer)
{
    if (question->layers->session_binds && !decision->layers[AWI_LAYER_SESSION].allows) {
        lack(decision, AWI_LAYER_SESSION);
    } else {
        allow(decision, layer);
    }
}

/* Whether the resource's side settles it, and if not whether the identity side must allow. */
static bool settle_by_resource(const struct question *question,
                               enum naming naming,
                               struct awi_policy_decision *decision,
                               bool *ret_identity)
{
    const struct awi_policy_caller *caller = &question->request->caller;
    bool outside = !awi_policy_caller_has_identity(caller) && caller->type != AWI_CALLER_ROOT;
    bool must = question->layers->kind != AWI_RESOURCE_ORDINARY;

    *ret_identity = true;
    if (naming == NAMED_NOT && (outside || must || decision->cross_account)) {
        lack(decision, AWI_LAYER_RESOURCE);
        return true;
    }
    if (outside) {
        allow(decision, AWI_LAYER_RESOURCE);
        return true;
    }
    if (decision->cross_account) {
        return false;
    }
    if (caller->type == AWI_CALLER_ROOT && !must) {
        within_session(question, decision, AWI_LAYER_ROOT);
        return true;
    }
    if (naming == NAMED_DIRECTLY) {
        within_session(question, decision, AWI_LAYER_RESOURCE);
        return true;
    }
    *ret_identity = naming != NAMED_ISSUER;
    return false;
}

static void
decide(const struct question *question, enum naming naming, struct awi_policy_decision *decision)
{
    const struct awi_policy_finding *layers = decision->layers;
    bool root = question->request->caller.type == AWI_CALLER_ROOT;
    bool identity;

    if (find_deny(decision)) {
        return;
    }
    if (!layers[AWI_LAYER_RCP].allows) {
        lack(decision, AWI_LAYER_RCP);
        return;
    }
    if (!layers[AWI_LAYER_SCP].allows) {
        lack(decision, AWI_LAYER_SCP);
        return;
    }
    if (settle_by_resource(question, naming, decision, &identity)) {
        return;
    }
    if (identity && !layers[AWI_LAYER_IDENTITY].allows) {
        lack(decision, AWI_LAYER_IDENTITY);
    } else if (!layers[AWI_LAYER_BOUNDARY].allows) {
        lack(decision, AWI_LAYER_BOUNDARY);
    } else if (!layers[AWI_LAYER_SESSION].allows) {
        lack(decision, AWI_LAYER_SESSION);
    } else if (root) {
        allow(decision, AWI_LAYER_ROOT);
    } else {
        allow(decision, identity ? AWI_LAYER_IDENTITY : AWI_LAYER_RESOURCE);
    }
}

void awi_policy_evaluate(const struct awi_policy_layers *layers,
                         const struct awi_policy_request *request,
                         struct awi_policy_decision *ret)
{
    struct question question;
    struct arn room;
    enum naming naming = NAMED_NOT;

    *ret = (struct awi_policy_decision){0};
    if (is_free(request->action)) {
        allow(ret, AWI_LAYER_NONE);
        return;
    }
    awi_policy_question_init(&question, layers, request, &room);
    ret->cross_account = awi_policy_caller_is_cross_account(layers, &request->caller);
    for (enum awi_policy_layer i = 0; i < AWI_LAYERS; i++) {
        struct awi_policy_finding *finding = &ret->layers[i];
        finding->applies = awi_policy_layer_applies(&question, i);
        finding->allows = !finding->applies && i != AWI_LAYER_RESOURCE;
        if (finding->applies) {
            ask_layer(&question, i, finding, &naming);
        }
    }
    decide(&question, naming, ret);
}

bool awi_policy_refused_by(const struct awi_policy_decision *decision,
                           unsigned layers,
                           struct awi_policy_decision *ret)
{
    *ret = *decision;
    ret->policy = NULL;
    for (enum awi_policy_layer i = 0; i < AWI_LAYERS; i++) {
        if (!(layers & (1u << i))) {
            ret->layers[i].deny = NULL;
            ret->layers[i].allows = true;
        }
    }
    if (find_deny(ret)) {
        return true;
    }
    for (enum awi_policy_layer i = 0; i < AWI_LAYERS; i++) {
        if (!ret->layers[i].allows) {
            lack(ret, i);
            return true;
        }
    }
    return false;
}
