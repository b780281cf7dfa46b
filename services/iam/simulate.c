/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SimulateCustomPolicy and SimulatePrincipalPolicy: the evaluator of core/policy asked about
 * policies that are given, or that a user, group or role has.
 */
#include "services/iam/book.h"

#include "core/identity/managed.h"
#include "core/identity/organization.h"

#include <errno.h>

#define MOST_MATCHES 64

struct simulation {
    struct awi_req *req;
    struct awi_policy_layers layers;
    struct awi_policy_caller caller;
    struct iam_book book;
    struct awi_policy_key *context;
    size_t n_context;
    bool organized; /* the principal's account is in an organization */
};

static struct iam_Position *position(struct awi_req *req, struct awi_str text, size_t at)
{
    struct iam_Position *ret = awi_arena_new(awi_arena(req), struct iam_Position);
    size_t line, column;

    if (ret) {
        awi_json_position(text, at, &line, &column);
        ret->Line = AWI_SOME_I32((int32_t)line);
        ret->Column = AWI_SOME_I32((int32_t)column);
    }
    return ret;
}

static int
show_match(struct simulation *s, const struct awi_policy_match *match, struct iam_Statement *ret)
{
    struct awi_policy_statement_view view;
    size_t at = 0;

    while (at < s->book.n && s->book.refs[at].policy != match->policy->policy) {
        at++;
    }
    if (at == s->book.n) {
        return 0;
    }
    awi_policy_statement(match->policy->policy, match->statement, &view);
    ret->SourcePolicyId = match->policy->id;
    ret->SourcePolicyType =
        match->layer == AWI_LAYER_RESOURCE ? AWI_STR("Resource Policy") : AWI_STR("IAM Policy");
    ret->StartPosition = position(s->req, s->book.texts[at], view.start);
    ret->EndPosition = position(s->req, s->book.texts[at], view.end);
    return ret->StartPosition && ret->EndPosition ? 0 : -ENOMEM;
}

static int show_matches(struct simulation *s,
                        const struct awi_policy_request *request,
                        const struct awi_policy_decision *decision,
                        struct iam_EvaluationResult *ret)
{
    struct awi_policy_match matches[MOST_MATCHES];
    size_t n = awi_policy_matches(&s->layers, request, decision, matches, MOST_MATCHES);
    int r = 0;

    n = n < MOST_MATCHES ? n : MOST_MATCHES;
    ret->MatchedStatements.items = awi_arena_array(awi_arena(s->req), struct iam_Statement, n);
    if (!ret->MatchedStatements.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = show_match(s, &matches[i], &ret->MatchedStatements.items[i]);
    }
    ret->MatchedStatements.n = n;
    ret->MatchedStatements.set = true;
    return r;
}

/* What the boundary and the organization say by themselves. */
static int show_limits(struct simulation *s,
                       const struct awi_policy_decision *decision,
                       struct iam_EvaluationResult *ret)
{
    const struct awi_policy_finding *boundary = &decision->layers[AWI_LAYER_BOUNDARY];
    const struct awi_policy_finding *scp = &decision->layers[AWI_LAYER_SCP];

    if (s->layers.boundary) {
        struct iam_PermissionsBoundaryDecisionDetail *detail =
            awi_arena_new(awi_arena(s->req), struct iam_PermissionsBoundaryDecisionDetail);
        if (!detail) {
            return -ENOMEM;
        }
        detail->AllowedByPermissionsBoundary = AWI_SOME_BOOL(boundary->allows && !boundary->deny);
        ret->PermissionsBoundaryDecisionDetail = detail;
    }
    if (s->organized) {
        struct iam_OrganizationsDecisionDetail *detail =
            awi_arena_new(awi_arena(s->req), struct iam_OrganizationsDecisionDetail);
        if (!detail) {
            return -ENOMEM;
        }
        detail->AllowedByOrganizations =
            AWI_SOME_BOOL(!scp->applies || (scp->allows && !scp->deny));
        ret->OrganizationsDecisionDetail = detail;
    }
    return 0;
}

static int evaluate(struct simulation *s,
                    struct awi_str action,
                    struct awi_str resource,
                    struct iam_EvaluationResult *ret)
{
    struct awi_policy_request request = {
        .caller = s->caller,
        .action = action,
        .resource = resource,
        .context = s->context,
        .n_context = s->n_context,
    };
    struct awi_str *missing = awi_arena_array(awi_arena(s->req), struct awi_str, MOST_MATCHES);
    struct awi_policy_decision decision;
    size_t n;

    if (!missing) {
        return -ENOMEM;
    }
    s->layers.kind = awi_policy_kind_of(action, resource);
    awi_policy_evaluate(&s->layers, &request, &decision);
    ret->EvalActionName = action;
    ret->EvalResourceName = resource;
    ret->EvalDecision = awi_str_from(awi_policy_verdict_name(decision.verdict));
    n = awi_policy_missing(&s->layers, &request, missing, MOST_MATCHES);
    ret->MissingContextValues.items = missing;
    ret->MissingContextValues.n = n < MOST_MATCHES ? n : MOST_MATCHES;
    ret->MissingContextValues.set = true;
    int r = show_limits(s, &decision, ret);
    return r ? r : show_matches(s, &request, &decision, ret);
}

/* What both operations are asked, whichever it is. */
struct question {
    const struct iam_SimulationPolicyListType *boundaries;
    const struct iam_ActionNameListType *actions;
    const struct iam_ResourceNameListType *resources;
    const struct iam_ContextEntryListType *context;
    struct awi_str resource_policy, resource_owner, caller;
    struct awi_str marker;
    struct awi_opt_i32 max;
};

#define QUESTION(in)                                                                               \
    {                                                                                              \
        .boundaries = &(in)->PermissionsBoundaryPolicyInputList, .actions = &(in)->ActionNames,    \
        .resources = &(in)->ResourceArns, .context = &(in)->ContextEntries,                        \
        .resource_policy = (in)->ResourcePolicy, .resource_owner = (in)->ResourceOwner,            \
        .caller = (in)->CallerArn, .marker = (in)->Marker, .max = (in)->MaxItems                   \
    }

static int read_context(struct simulation *s, const struct iam_ContextEntryListType *entries)
{
    s->context = awi_arena_array(awi_arena(s->req), struct awi_policy_key, entries->n);
    if (!s->context) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < entries->n; i++) {
        const struct iam_ContextEntry *entry = &entries->items[i];
        s->context[i] = (struct awi_policy_key){
            .name = entry->ContextKeyName,
            .values = entry->ContextKeyValues.items,
            .n = entry->ContextKeyValues.n,
            .multivalued = awi_str_ends(entry->ContextKeyType, AWI_STR("List")),
        };
    }
    s->n_context = awi_policy_context_sort(s->context, entries->n);
    return 0;
}

/* Boundary, resource policy, caller: identity policies are in the book already. */
static int prepare(struct simulation *s, const struct question *q, struct awi_str boundary)
{
    size_t n = s->book.n, at_boundary = n, at_resource;
    struct awi_str owner = q->resource_owner;
    struct awi_str head;
    int r = iam_book_add_list(&s->book, "PermissionsBoundaryPolicyInputList", q->boundaries);

    if (r == 0 && s->book.n == n && boundary.len) {
        struct awi_str text;
        r = awi_managed_document(awi_request_txn(s->req), awi_arena(s->req), boundary, &text);
        r = r ? r : iam_book_add(&s->book, iam_policy_name(boundary), text);
    }
    at_resource = s->book.n;
    if (r == 0 && awi_str_is_set(q->resource_policy)) {
        r = iam_book_add(&s->book, AWI_STR("ResourcePolicy"), q->resource_policy);
    }
    r = r ? r : read_context(s, q->context);
    r = r ? r : awi_policy_caller_read(awi_arena(s->req), q->caller, AWI_STR_NULL, &s->caller);
    if (r == -EINVAL) {
        return awi_fail(s->req,
                        &iam_InvalidInputException_error,
                        "Invalid Caller Arn: %.*s",
                        AWI_STR_FMT(q->caller));
    }
    s->layers.identity = (struct awi_policy_set){.items = s->book.refs, .n = n};
    s->layers.boundary = at_resource > at_boundary ? &s->book.refs[at_boundary] : NULL;
    s->layers.resource = s->book.n > at_resource ? &s->book.refs[at_resource] : NULL;
    if (awi_str_is_set(owner)) {
        /* "arn:aws:iam::111122223333:root", or the account alone */
        for (int i = 0; !awi_str_is_account(owner) && i < 5 && awi_str_cut(&owner, ':', &head);
             i++) {
            if (awi_str_is_account(head)) {
                owner = head;
                break;
            }
        }
        s->layers.owner = owner;
    }
    return r;
}

static int compile_level(struct simulation *s,
                         const struct awi_organization_level *from,
                         struct awi_policy_level *ret)
{
    struct awi_arena *arena = awi_arena(s->req);
    struct awi_policy_ref *refs = awi_arena_array(arena, struct awi_policy_ref, from->n);
    struct awi_policy_error error;
    int r = refs ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < from->n; i++) {
        refs[i].id = from->policies[i].Id;
        r = awi_policy_compile(arena, from->policies[i].Content, &refs[i].policy, &error);
    }
    *ret = (struct awi_policy_level){.target = from->target,
                                     .policies = {.items = refs, .n = from->n}};
    return r;
}

/* The SCPs over the account, as they bind its principals. */
static int add_scps(struct simulation *s)
{
    struct awi_directory dir = awi_request_directory(s->req);
    struct core_OrganizationRecord organization;
    struct awi_organization_level *levels;
    struct awi_policy_level *scp;
    size_t n = 0;
    int r = awi_organization_of(&dir, awi_account(s->req), &organization);

    if (r) {
        return r == -ENOENT ? 0 : r;
    }
    s->organized = true;
    s->layers.management = organization.ManagementAccount;
    if (!awi_organization_enabled(&organization, AWI_SCP)) {
        return 0;
    }
    r = awi_organization_path(&dir, &organization, awi_account(s->req), AWI_SCP, &levels, &n);
    scp = awi_arena_array(awi_arena(s->req), struct awi_policy_level, n);
    r = r ? r : scp ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = compile_level(s, &levels[i], &scp[i]);
    }
    s->layers.scp = scp;
    s->layers.n_scp = n;
    return r;
}

static int
answer(struct simulation *s, const struct question *q, struct iam_SimulatePolicyResponse *out)
{
    static const struct awi_str anything = AWI_STR_INIT("*");
    const struct awi_str *resources = q->resources->n ? q->resources->items : &anything;
    size_t n_resources = q->resources->n ? q->resources->n : 1, first = 0, count = 0;
    struct iam_page page;
    int r = iam_page_begin(s->req, q->marker, q->max, &page);

    r = r ? r : iam_page_slice(s->req, &page, q->actions->n * n_resources, &first, &count);
    out->EvaluationResults.items =
        awi_arena_array(awi_arena(s->req), struct iam_EvaluationResult, count);
    r = r ? r : out->EvaluationResults.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        size_t at = first + i;
        r = evaluate(s,
                     q->actions->items[at / n_resources],
                     resources[at % n_resources],
                     &out->EvaluationResults.items[i]);
    }
    out->EvaluationResults.n = count;
    out->EvaluationResults.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}

int iam_simulate_custom_policy(struct awi_req *req,
                               const struct iam_SimulateCustomPolicyRequest *in,
                               struct iam_SimulatePolicyResponse *out)
{
    struct simulation s = {.req = req, .book = {.req = req}};
    struct question q = QUESTION(in);
    int r = iam_book_add_list(&s.book, "PolicyInputList", &in->PolicyInputList);

    if (!awi_str_is_set(q.caller)) {
        q.caller = iam_arn(req, "user", AWI_STR("/"), AWI_STR("simulated"));
    }
    r = r ? r : prepare(&s, &q, AWI_STR_NULL);
    return r ? r : answer(&s, &q, out);
}

int iam_simulate_principal_policy(struct awi_req *req,
                                  const struct iam_SimulatePrincipalPolicyRequest *in,
                                  struct iam_SimulatePolicyResponse *out)
{
    struct simulation s = {.req = req, .book = {.req = req}};
    struct question q = QUESTION(in);
    struct iam_entity e;
    int r = iam_book_add_principal(&s.book, in->PolicySourceArn, &e);

    r = r ? r : iam_book_add_list(&s.book, "PolicyInputList", &in->PolicyInputList);
    if (r) {
        return r;
    }
    if (!awi_str_is_set(q.caller)) {
        /* A role acts as a session of it, a group as some user. */
        q.caller = e.kind == IAM_ROLE
                       ? awi_arena_printf(awi_arena(req),
                                          "arn:%.*s:sts::%.*s:assumed-role/%.*s/simulated",
                                          AWI_STR_FMT(awi_partition(req)),
                                          AWI_STR_FMT(awi_account(req)),
                                          AWI_STR_FMT(e.name))
                   : e.kind == IAM_USER ? e.arn
                                        : iam_arn(req, "user", AWI_STR("/"), AWI_STR("simulated"));
    }
    r = prepare(&s, &q, e.boundary ? *e.boundary : AWI_STR_NULL);
    r = r ? r : add_scps(&s);
    return r ? r : answer(&s, &q, out);
}
