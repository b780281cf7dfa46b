/* SPDX-License-Identifier: Apache-2.0 */
/* Answering a case, as a line or as the AWS CLI prints it (case.h). */
#include "core/policy/case.h"

#include <errno.h>

/* Statements and keys that an answer names; the rest is left out. */
#define MOST_MATCHES 64
#define MOST_KEYS    64

/* What SimulateCustomPolicy calls where a statement came from. */
static const char *source_type(enum awi_policy_layer layer)
{
    switch (layer) {
    case AWI_LAYER_RESOURCE:
        return "Resource Policy";
    case AWI_LAYER_SCP:
        return "Service Control Policy";
    case AWI_LAYER_RCP:
        return "Resource Control Policy";
    case AWI_LAYER_BOUNDARY:
        return "IAM Permissions Boundary Policy";
    case AWI_LAYER_SESSION:
        return "Session Policy";
    default:
        return "IAM Policy";
    }
}

static void member(struct awi_buf *out, const char *name, struct awi_str text)
{
    awi_buf_char(out, '"');
    awi_buf_strz(out, name);
    awi_buf_strz(out, "\":");
    awi_json_quote(out, text);
}

/* --- A line ------------------------------------------------------------------------------------
 */

static void write_match(const struct awi_policy_layers *layers,
                        const struct awi_policy_match *match,
                        struct awi_buf *out)
{
    struct awi_policy_statement_view statement;
    bool levels = match->layer == AWI_LAYER_SCP || match->layer == AWI_LAYER_RCP;

    awi_policy_statement(match->policy->policy, match->statement, &statement);
    awi_buf_char(out, '{');
    member(out, "SourcePolicyId", match->policy->id);
    awi_buf_char(out, ',');
    member(out, "SourcePolicyType", awi_str_from(source_type(match->layer)));
    awi_buf_strz(out, ",\"Statement\":");
    if (awi_str_is_set(statement.sid)) {
        awi_json_quote(out, statement.sid);
    } else {
        awi_buf_printf(out, "%zu", statement.index);
    }
    awi_buf_char(out, ',');
    member(out, "Layer", awi_str_from(awi_policy_layer_name(match->layer)));
    if (levels) {
        const struct awi_policy_level *level =
            match->layer == AWI_LAYER_SCP ? &layers->scp[match->level] : &layers->rcp[match->level];
        if (awi_str_is_set(level->target)) {
            awi_buf_char(out, ',');
            member(out, "TargetId", level->target);
        }
    }
    awi_buf_char(out, '}');
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void write_matches(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          const struct awi_policy_decision *decision,
                          struct awi_buf *out)
{
    struct awi_policy_match matches[MOST_MATCHES];
    size_t n = awi_policy_matches(layers, request, decision, matches, MOST_MATCHES);

    awi_buf_strz(out, ",\"MatchedStatements\":[");
    for (size_t i = 0; i < least(n, MOST_MATCHES); i++) {
        awi_buf_strz(out, i ? "," : "");
        write_match(layers, &matches[i], out);
    }
    awi_buf_char(out, ']');
}

static void write_missing(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          struct awi_buf *out)
{
    struct awi_str keys[MOST_KEYS];
    size_t n = awi_policy_missing(layers, request, keys, MOST_KEYS);

    if (n == 0) {
        return;
    }
    awi_buf_strz(out, ",\"MissingContextValues\":[");
    for (size_t i = 0; i < least(n, MOST_KEYS); i++) {
        awi_buf_strz(out, i ? "," : "");
        awi_json_quote(out, keys[i]);
    }
    awi_buf_char(out, ']');
}

static int write_message(const struct awi_policy_case *the_case,
                         const struct awi_policy_layers *layers,
                         const struct awi_policy_request *request,
                         const struct awi_policy_decision *decision,
                         struct awi_buf *out)
{
    bool stranger = decision->cross_account && !the_case->organization;
    unsigned flags = AWI_MESSAGE_POLICY_ARN | (stranger ? AWI_MESSAGE_NO_REASON : 0);
    struct awi_buf text = AWI_BUF_INIT(1024 * 1024);

    int r = awi_policy_message(layers, request, decision, flags, &text);
    if (r == 0 && text.len) {
        awi_buf_char(out, ',');
        member(out, "AccessDeniedMessage", awi_buf_view(&text));
    }
    awi_buf_deinit(&text);
    return r;
}

static int write_result(const struct awi_policy_case *the_case,
                        struct awi_str action,
                        struct awi_str resource,
                        struct awi_buf *out)
{
    struct awi_policy_layers layers;
    struct awi_policy_request request;
    struct awi_policy_decision decision;

    awi_policy_case_ask(the_case, action, resource, &layers, &request, &decision);
    awi_buf_char(out, '{');
    member(out, "EvalActionName", action);
    awi_buf_char(out, ',');
    member(out, "EvalResourceName", resource);
    awi_buf_char(out, ',');
    member(out, "EvalDecision", awi_str_from(awi_policy_verdict_name(decision.verdict)));
    awi_buf_char(out, ',');
    member(out, "DecidingLayer", awi_str_from(awi_policy_layer_name(decision.layer)));
    write_matches(&layers, &request, &decision, out);
    write_missing(&layers, &request, out);
    int r = decision.verdict == AWI_ALLOWED
                ? 0
                : write_message(the_case, &layers, &request, &decision, out);
    awi_buf_char(out, '}');
    return r;
}

static int write_results(const struct awi_policy_case *the_case, struct awi_buf *out)
{
    awi_buf_strz(out, ",\"EvaluationResults\":[");
    for (size_t i = 0; i < the_case->n_actions; i++) {
        for (size_t j = 0; j < the_case->n_resources; j++) {
            awi_buf_strz(out, i || j ? "," : "");
            int r = write_result(the_case, the_case->actions[i], the_case->resources[j], out);
            if (r < 0) {
                return r;
            }
        }
    }
    return awi_buf_char(out, ']');
}

int awi_policy_case_answer(struct awi_arena *arena, struct awi_str line, struct awi_buf *out)
{
    const struct awi_json *tree = NULL;
    struct awi_json_error error = {0};
    struct awi_policy_case the_case;
    struct awi_str reason = AWI_STR_NULL;

    int r = awi_json_read(arena, line, &tree, &error);
    if (r == -EINVAL) {
        reason = awi_arena_printf(arena, "not JSON: %s, at byte %zu", error.reason, error.at);
        tree = NULL;
    } else if (r == 0) {
        r = awi_policy_case_read(arena, line, tree, &the_case, &reason);
    }
    if (r == -ENOMEM) {
        reason = AWI_STR("the line takes more memory than one may");
    } else if (r < 0 && r != -EINVAL) {
        return r;
    }
    const struct awi_json *id = tree ? awi_json_get(tree, "CaseId") : NULL;
    awi_buf_strz(out, "{\"CaseId\":");
    if (id) {
        awi_buf_add(out, line.ptr + id->start, id->end - id->start);
    } else {
        awi_buf_strz(out, "null");
    }
    if (r == 0) {
        r = write_results(&the_case, out);
    } else {
        awi_buf_char(out, ',');
        member(out, "Error", reason);
        r = 0;
    }
    awi_buf_strz(out, "}\n");
    return awi_buf_failed(out) ? out->error : r;
}

/* --- As the AWS CLI prints ---------------------------------------------------------------------
 */

static struct awi_str text_of(const struct awi_policy_case *the_case,
                              const struct awi_policy *policy)
{
    for (size_t i = 0; i < the_case->n_sources; i++) {
        if (the_case->sources[i].policy == policy) {
            return the_case->sources[i].text;
        }
    }
    return AWI_STR_NULL;
}

static void print_position(struct awi_buf *out, const char *name, struct awi_str text, size_t at)
{
    size_t line, column;

    awi_json_position(text, at, &line, &column);
    awi_buf_printf(out,
                   ",\n                    \"%s\": {\n"
                   "                        \"Line\": %zu,\n"
                   "                        \"Column\": %zu\n"
                   "                    }",
                   name,
                   line,
                   column);
}

static void print_matches(const struct awi_policy_case *the_case,
                          const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          const struct awi_policy_decision *decision,
                          struct awi_buf *out)
{
    struct awi_policy_match matches[MOST_MATCHES];
    size_t n =
        least(awi_policy_matches(layers, request, decision, matches, MOST_MATCHES), MOST_MATCHES);

    awi_buf_strz(out, ",\n            \"MatchedStatements\": [");
    for (size_t i = 0; i < n; i++) {
        struct awi_policy_statement_view statement;
        const struct awi_policy *policy = matches[i].policy->policy;
        awi_policy_statement(policy, matches[i].statement, &statement);
        awi_buf_strz(out, i ? ",\n                {\n" : "\n                {\n");
        awi_buf_strz(out, "                    \"SourcePolicyId\": ");
        awi_json_quote(out, matches[i].policy->id);
        awi_buf_printf(out,
                       ",\n                    \"SourcePolicyType\": \"%s\"",
                       source_type(matches[i].layer));
        print_position(out, "StartPosition", text_of(the_case, policy), statement.start);
        print_position(out, "EndPosition", text_of(the_case, policy), statement.end);
        awi_buf_strz(out, "\n                }");
    }
    awi_buf_strz(out, n ? "\n            ]" : "]");
}

static void print_missing(const struct awi_policy_layers *layers,
                          const struct awi_policy_request *request,
                          struct awi_buf *out)
{
    struct awi_str keys[MOST_KEYS];
    size_t n = least(awi_policy_missing(layers, request, keys, MOST_KEYS), MOST_KEYS);

    awi_buf_strz(out, ",\n            \"MissingContextValues\": [");
    for (size_t i = 0; i < n; i++) {
        awi_buf_strz(out, i ? ",\n                " : "\n                ");
        awi_json_quote(out, keys[i]);
    }
    awi_buf_strz(out, n ? "\n            ]" : "]");
}

static void print_result(const struct awi_policy_case *the_case,
                         struct awi_str action,
                         struct awi_str resource,
                         struct awi_buf *out)
{
    struct awi_policy_layers layers;
    struct awi_policy_request request;
    struct awi_policy_decision decision;

    awi_policy_case_ask(the_case, action, resource, &layers, &request, &decision);
    if (!layers.resource && layers.kind != AWI_RESOURCE_ORDINARY) {
        layers.kind = AWI_RESOURCE_ORDINARY;
        awi_policy_evaluate(&layers, &request, &decision);
    }
    awi_buf_strz(out, "        {\n            \"EvalActionName\": ");
    awi_json_quote(out, action);
    awi_buf_strz(out, ",\n            \"EvalResourceName\": ");
    awi_json_quote(out, resource);
    awi_buf_printf(
        out, ",\n            \"EvalDecision\": \"%s\"", awi_policy_verdict_name(decision.verdict));
    print_matches(the_case, &layers, &request, &decision, out);
    print_missing(&layers, &request, out);
    const struct awi_policy_finding *boundary = &decision.layers[AWI_LAYER_BOUNDARY];
    if (boundary->applies) {
        awi_buf_printf(out,
                       ",\n            \"PermissionsBoundaryDecisionDetail\": {\n"
                       "                \"AllowedByPermissionsBoundary\": %s\n            }",
                       boundary->allows && !boundary->deny ? "true" : "false");
    }
    awi_buf_strz(out, "\n        }");
}

int awi_policy_case_print(const struct awi_policy_case *the_case, struct awi_buf *out)
{
    awi_buf_strz(out, "{\n    \"EvaluationResults\": [\n");
    for (size_t i = 0; i < the_case->n_actions; i++) {
        for (size_t j = 0; j < the_case->n_resources; j++) {
            awi_buf_strz(out, i || j ? ",\n" : "");
            print_result(the_case, the_case->actions[i], the_case->resources[j], out);
        }
    }
    awi_buf_strz(out, "\n    ],\n    \"IsTruncated\": false\n}\n");
    return awi_buf_failed(out) ? out->error : 0;
}
