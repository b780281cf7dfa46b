/* SPDX-License-Identifier: Apache-2.0 */
/* Why: the statements that made a decision, and the condition keys that were wanting. A second walk
 * over the layers, done only when somebody asks. */
#include "core/policy/internal.h"

typedef void (*policy_visitor)(void *user,
                               enum awi_policy_layer layer,
                               size_t level,
                               const struct awi_policy_ref *policy);

static void visit_set(const struct awi_policy_set *set,
                      enum awi_policy_layer layer,
                      size_t level,
                      policy_visitor visit,
                      void *user)
{
    for (size_t i = 0; i < set->n; i++) {
        visit(user, layer, level, &set->items[i]);
    }
}

/* Every policy of a layer, of all its levels. */
static void visit_layer(const struct awi_policy_layers *layers,
                        enum awi_policy_layer layer,
                        policy_visitor visit,
                        void *user)
{
    bool rcp = layer == AWI_LAYER_RCP;
    const struct awi_policy_level *levels = rcp ? layers->rcp : layers->scp;
    size_t n = rcp ? layers->n_rcp : layers->n_scp;

    switch (layer) {
    case AWI_LAYER_RCP:
    case AWI_LAYER_SCP:
        for (size_t i = 0; i < n; i++) {
            visit_set(&levels[i].policies, layer, i, visit, user);
        }
        break;
    case AWI_LAYER_RESOURCE:
        visit_set(&(struct awi_policy_set){layers->resource, layers->resource ? 1 : 0},
                  layer,
                  0,
                  visit,
                  user);
        break;
    case AWI_LAYER_IDENTITY:
        visit_set(&layers->identity, layer, 0, visit, user);
        break;
    case AWI_LAYER_BOUNDARY:
        visit_set(&(struct awi_policy_set){layers->boundary, layers->boundary ? 1 : 0},
                  layer,
                  0,
                  visit,
                  user);
        break;
    case AWI_LAYER_SESSION:
        visit_set(&layers->session, layer, 0, visit, user);
        visit_set(&(struct awi_policy_set){layers->delegated, layers->delegated != NULL},
                  layer,
                  0,
                  visit,
                  user);
        break;
    case AWI_LAYER_ROOT:
    case AWI_LAYER_NONE:
        break;
    }
}

/* --- Statements that decided -------------------------------------------------------------------
 */

struct collector {
    const struct question *question;
    enum effect effect;
    struct awi_policy_match *ret;
    size_t max;
    size_t n;
};

static void collect_matches(void *user,
                            enum awi_policy_layer layer,
                            size_t level,
                            const struct awi_policy_ref *ref)
{
    struct collector *c = user;

    for (size_t i = 0; i < ref->policy->n; i++) {
        const struct statement *statement = &ref->policy->statements[i];
        if (statement->effect != c->effect ||
            !awi_policy_statement_applies(
                statement, c->question, awi_policy_layer_principal_rule(layer))) {
            continue;
        }
        if (c->n < c->max) {
            c->ret[c->n] = (struct awi_policy_match){layer, ref, i, level};
        }
        c->n++;
    }
}

/* Did this layer's allow count in the decision? */
static bool contributes(const struct awi_policy_decision *decision,
                        enum awi_policy_resource_kind kind,
                        enum awi_policy_layer layer)
{
    if (layer == AWI_LAYER_RESOURCE && decision->layer != AWI_LAYER_NONE) {
        return decision->layer == layer || decision->cross_account || kind != AWI_RESOURCE_ORDINARY;
    }
    return decision->layer == layer;
}

size_t awi_policy_matches(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          const struct awi_policy_decision *decision,
                          struct awi_policy_match *ret,
                          size_t max)
{
    struct question question;
    struct arn room;
    struct collector c = {.question = &question, .ret = ret, .max = max};

    awi_policy_question_init(&question, layers, request, &room);
    if (decision->verdict == AWI_EXPLICIT_DENY) {
        c.effect = EFFECT_DENY;
        visit_layer(layers, decision->layer, collect_matches, &c);
    }
    if (decision->verdict == AWI_ALLOWED) {
        c.effect = EFFECT_ALLOW;
        for (enum awi_policy_layer i = AWI_LAYER_RESOURCE; i <= AWI_LAYER_IDENTITY; i++) {
            if (contributes(decision, layers->kind, i)) {
                visit_layer(layers, i, collect_matches, &c);
            }
        }
    }
    return c.n;
}

/* --- Keys that were wanting --------------------------------------------------------------------
 */

struct wanted {
    const struct question *question;
    struct awi_str *ret;
    size_t max;
    size_t n;
};

static void want_key(struct wanted *w, struct awi_str key)
{
    if (awi_policy_context_find(w->question->request, key)) {
        return;
    }
    for (size_t i = 0; i < w->n && i < w->max; i++) {
        if (awi_str_eq_nocase(w->ret[i], key)) {
            return;
        }
    }
    if (w->n < w->max) {
        w->ret[w->n] = key;
    }
    w->n++;
}

static void want_variables(struct wanted *w, const struct glob *glob)
{
    for (unsigned i = 0; glob && glob->variables && i < glob->n; i++) {
        if (glob->pieces[i].kind == PIECE_VAR) {
            want_key(w, glob->pieces[i].key);
        }
    }
}

static void
want_statement(struct wanted *w, const struct statement *statement, enum principal_rule rule)
{
    struct statement anywhere = *statement;

    /* The action alone first: a variable that has no value makes a resource match nothing. */
    anywhere.has_resource = false;
    if (!awi_policy_statement_covers(&anywhere, w->question, PRINCIPAL_REQUIRED)) {
        return;
    }
    for (size_t i = 0; i < statement->n_resources; i++) {
        want_variables(w, &statement->resources[i].part[ARN_PARTS - 1]);
    }
    if (!awi_policy_statement_covers(statement, w->question, rule)) {
        return;
    }
    for (size_t i = 0; i < statement->n_conditions; i++) {
        const struct condition *condition = &statement->conditions[i];
        if (condition->op) {
            want_key(w, condition->key);
        }
        for (size_t j = 0; condition->op && j < condition->n; j++) {
            want_variables(w, awi_policy_condition_pattern(condition, j));
        }
    }
}

static void collect_wanted(void *user,
                           enum awi_policy_layer layer,
                           size_t level,
                           const struct awi_policy_ref *ref)
{
    for (size_t i = 0; i < ref->policy->n; i++) {
        want_statement(user, &ref->policy->statements[i], awi_policy_layer_principal_rule(layer));
    }
}

size_t awi_policy_missing(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          struct awi_str *ret,
                          size_t max)
{
    struct question question;
    struct arn room;
    struct wanted w = {.question = &question, .ret = ret, .max = max};

    awi_policy_question_init(&question, layers, request, &room);
    for (enum awi_policy_layer i = 0; i < AWI_LAYERS; i++) {
        if (awi_policy_layer_applies(&question, i)) {
            visit_layer(layers, i, collect_wanted, &w);
        }
    }
    return w.n;
}
