/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the evaluator as JSON: the parameters of IAM's SimulateCustomPolicy, with additions
 * for what it cannot express, as docs/policy.md lists them. What `awsintercept policy simulate`
 * reads and writes.
 */
#pragma once

#include "core/policy/policy.h"

struct awi_policy_source {
    const struct awi_policy *policy;
    struct awi_str text; /* what its statements' offsets count in */
};

struct awi_policy_case {
    struct awi_policy_caller caller;
    struct awi_policy_layers layers; /* owner and kind: see awi_policy_case_ask() */
    struct awi_str owner;            /* of resources whose ARN has no account; may be absent */
    bool organization;               /* one was given: caller and owner belong to it */
    const struct awi_str *actions;
    size_t n_actions;
    const struct awi_str *resources;
    size_t n_resources;
    const struct awi_policy_key *context;
    size_t n_context;
    const struct awi_policy_source *sources;
    size_t n_sources;
};

/* Reads a case out of the tree of text; what it makes lives in the arena and views the text. 0,
 * -EINVAL with *ret_reason a sentence, -ENOMEM. */
int awi_policy_case_read(struct awi_arena *arena,
                         struct awi_str text,
                         const struct awi_json *tree,
                         struct awi_policy_case *ret,
                         struct awi_str *ret_reason);

/* One action on one resource: fills all three. */
void awi_policy_case_ask(const struct awi_policy_case *the_case,
                         struct awi_str action,
                         struct awi_str resource,
                         struct awi_policy_layers *ret_layers,
                         struct awi_policy_request *ret_request,
                         struct awi_policy_decision *ret);

/*
 * Answers one line with one line, its newline included: results, or {"CaseId":...,"Error":"..."}
 * for what cannot be read. 0, -ENOMEM or the buffer's error.
 */
int awi_policy_case_answer(struct awi_arena *arena, struct awi_str line, struct awi_buf *out);

/* Answers a case as the AWS CLI prints SimulateCustomPolicy's result, indented by four. An ordinary
 * resource is taken for trust and key policies where the case has no resource policy, as AWS's
 * simulator does. 0 or as above. */
int awi_policy_case_print(const struct awi_policy_case *the_case, struct awi_buf *out);
