/* SPDX-License-Identifier: Apache-2.0 */
/* Does a statement apply to a request: action, resource, principal, conditions (4.1). */
#include "core/policy/internal.h"

static bool action_listed(const struct statement *statement, const struct question *question)
{
    for (size_t i = 0; i < statement->n_actions; i++) {
        if (awi_policy_glob_match(&statement->actions[i], question->request->action, true, NULL)) {
            return true;
        }
    }
    return false;
}

static bool resource_listed(const struct statement *statement, const struct question *question)
{
    for (size_t i = 0; i < statement->n_resources; i++) {
        if (awi_policy_arn_glob_match_resource(&statement->resources[i],
                                               question->request->resource,
                                               question->resource,
                                               question->request)) {
            return true;
        }
    }
    return false;
}

/* Trust policies name no resource (4.9); identity policies must. */
static bool covers_resource(const struct statement *statement,
                            const struct question *question,
                            enum principal_rule rule)
{
    if (!statement->has_resource) {
        return rule != PRINCIPAL_IGNORED;
    }
    return resource_listed(statement, question) != statement->not_resource;
}

bool awi_policy_statement_covers(const struct statement *statement,
                                 const struct question *question,
                                 enum principal_rule rule)
{
    return statement->effect != EFFECT_NEITHER && statement->n_actions &&
           action_listed(statement, question) != statement->not_action &&
           covers_resource(statement, question, rule);
}

static enum naming names_caller(const struct statement *statement,
                                const struct question *question,
                                enum principal_rule rule)
{
    const struct awi_policy_caller *caller = &question->request->caller;

    if (rule == PRINCIPAL_IGNORED || (rule == PRINCIPAL_OPTIONAL && !statement->has_principal)) {
        return NAMED_DIRECTLY;
    }
    if (!statement->not_principal) {
        return awi_policy_principal_names(statement->principals, statement->n_principals, caller);
    }
    if (statement->effect != EFFECT_DENY) {
        return NAMED_NOT;
    }
    bool spared = !question->bounded && awi_policy_principal_spares(
                                            statement->principals, statement->n_principals, caller);
    return spared ? NAMED_NOT : NAMED_DIRECTLY;
}

enum naming awi_policy_statement_applies(const struct statement *statement,
                                         const struct question *question,
                                         enum principal_rule rule)
{
    if (!awi_policy_statement_covers(statement, question, rule)) {
        return NAMED_NOT;
    }
    enum naming naming = names_caller(statement, question, rule);
    for (size_t i = 0; naming && i < statement->n_conditions; i++) {
        if (!awi_policy_condition_holds(&statement->conditions[i], question->request)) {
            return NAMED_NOT;
        }
    }
    return naming;
}
