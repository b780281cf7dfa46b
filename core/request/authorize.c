/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/authorize.h"

#include "core/core.h"
#include "core/request/keys.h"
#include "core/request/layers.h"
#include "core/request/req.h"

#include "gen/log.h"

#include <errno.h>

#define MESSAGE_MOST 4096
#define MISSING_MOST 4

/* What the caller is refused with, by protocol (identity.md 8.7, 8.8). */
static const struct awi_error_type rest_json_denied = {
    .code = AWI_STR_INIT("AccessDeniedException"),
    .status = 403,
    .sender = true,
};

static const struct awi_error_type ec2_denied = {
    .code = AWI_STR_INIT("UnauthorizedOperation"),
    .status = 403,
    .sender = true,
};

static const struct awi_error_type *denied(enum awi_protocol protocol)
{
    switch (protocol) {
    case AWI_PROTO_EC2:
        return &ec2_denied;
    case AWI_PROTO_QUERY:
    case AWI_PROTO_REST_XML:
        return &awi_error_AccessDenied;
    case AWI_PROTO_REST_JSON:
        return &rest_json_denied;
    default:
        return &awi_error_AccessDeniedException;
    }
}

/* Where a service says nothing else: <signing name>:<Operation> on everything. */
static int needed(struct awi_req *req, struct awi_access_list *ret)
{
    if (req->service->access) {
        return req->service->access(req, req->in, ret);
    }
    ret->items = awi_arena_new(req->arena, struct awi_access);
    if (!ret->items) {
        return -ENOMEM;
    }
    ret->n = 1;
    ret->items[0] = (struct awi_access){
        .action = awi_arena_printf(req->arena,
                                   "%.*s:%.*s",
                                   AWI_STR_FMT(req->model->signing_name),
                                   AWI_STR_FMT(req->operation->name)),
        .resource = AWI_STR("*"),
    };
    return awi_str_is_set(ret->items[0].action) ? 0 : -ENOMEM;
}

/* S3 quotes the resource in its refusals. */
static struct awi_str message_of(struct awi_req *req,
                                 const struct awi_layers *l,
                                 const struct awi_policy_request *asked,
                                 const struct awi_policy_decision *decision)
{
    struct awi_buf text = AWI_BUF_INIT(MESSAGE_MOST);
    struct awi_policy_request said = *asked;
    bool strangers =
        decision->cross_account && !(awi_str_is_set(l->caller_organization) &&
                                     awi_str_eq(l->caller_organization, l->owner_organization));

    if (awi_str_is(req->model->signing_name, "s3")) {
        if (strangers) {
            return AWI_STR("Access Denied");
        }
        said.resource = awi_arena_printf(req->arena, "\"%.*s\"", AWI_STR_FMT(asked->resource));
    }
    awi_policy_message(&l->layers,
                       &said,
                       decision,
                       AWI_MESSAGE_POLICY_ARN | (strangers ? AWI_MESSAGE_NO_REASON : 0),
                       &text);
    struct awi_str message = awi_arena_str(req->arena, awi_buf_view(&text));
    awi_buf_deinit(&text);
    return message;
}

/* The statement that decided, as the log names it: its Sid, else its place. */
static struct awi_str statement_of(struct awi_req *req, const struct awi_policy_decision *decision)
{
    struct awi_policy_statement_view view;

    if (!decision->policy) {
        return AWI_STR_NULL;
    }
    awi_policy_statement(decision->policy->policy, decision->statement, &view);
    return awi_str_is_set(view.sid) ? view.sid
                                    : awi_arena_printf(req->arena, "%zu", decision->statement);
}

static void note(struct awi_req *req,
                 const struct awi_access *access,
                 const struct awi_layers *l,
                 const struct awi_policy_request *asked,
                 const struct awi_policy_decision *decision,
                 struct awi_str message)
{
    struct awi_str missing[MISSING_MOST];
    bool refused = decision->verdict != AWI_ALLOWED;
    size_t n = refused ? awi_policy_missing(&l->layers, asked, missing, MISSING_MOST) : 0;

    req->access[req->n_access++] = (struct log_Access){
        .Action = access->action,
        .Resource = access->resource,
        .Owner = l->layers.owner,
        .Decision = awi_str_from(awi_policy_verdict_name(decision->verdict)),
        .Layer = awi_str_from(awi_policy_layer_name(decision->layer)),
        .Policy = !decision->policy                       ? AWI_STR_NULL
                  : awi_str_is_set(decision->policy->arn) ? decision->policy->arn
                                                          : decision->policy->id,
        .Statement = statement_of(req, decision),
        .MissingKey = n ? missing[0] : AWI_STR_NULL,
        .Message = message,
    };
}

/* Another account's resource, which only its policy opens. */
static bool is_boundary(const struct awi_req *req, const struct awi_access *access)
{
    return (access->flags & AWI_ACCESS_BOUNDARY) && awi_str_is_set(access->owner) &&
           !awi_str_eq(access->owner, awi_account(req));
}

/* What a decision means for the request. */
enum { ALLOWED, REFUSED, REFUSED_IN_EVERY_MODE };

static int weigh(const struct awi_req *req,
                 const struct awi_access *access,
                 const struct awi_policy_decision *decision)
{
    const struct awi_policy_finding *policy = &decision->layers[AWI_LAYER_RESOURCE];

    if (decision->verdict == AWI_ALLOWED) {
        return ALLOWED;
    }
    return is_boundary(req, access) && (!policy->applies || !policy->allows || policy->deny)
               ? REFUSED_IN_EVERY_MODE
               : REFUSED;
}

/* ALLOWED; REFUSED..., with what the caller would be told; -errno. */
static int decide(struct awi_req *req,
                  struct awi_layers *l,
                  const struct awi_access *access,
                  struct awi_str *ret_message)
{
    struct awi_policy_request asked = {
        .caller = l->caller, .action = access->action, .resource = access->resource};
    struct awi_policy_decision decision = {.verdict = AWI_ALLOWED, .layer = AWI_LAYER_NONE};

    *ret_message = AWI_STR_NULL;
    int r = awi_layers_resource(l, access);
    if (r < 0) {
        return r;
    }
    if (!(access->flags & AWI_ACCESS_FREE)) {
        r = awi_request_keys(l, access, &asked.context, &asked.n_context);
        if (r < 0) {
            return r;
        }
        awi_policy_evaluate(&l->layers, &asked, &decision);
    }
    if (decision.verdict != AWI_ALLOWED) {
        *ret_message = message_of(req, l, &asked, &decision);
    }
    note(req, access, l, &asked, &decision, *ret_message);
    return weigh(req, access, &decision);
}

static int decide_all(struct awi_req *req, const struct awi_access_list *list)
{
    struct awi_str message, first = AWI_STR_NULL;
    int worst = ALLOWED,
        least = req->config->iam == AWI_IAM_ENFORCE ? REFUSED : REFUSED_IN_EVERY_MODE;
    struct awi_layers l;
    int r = awi_layers_begin(req, &l);

    req->access = awi_arena_array(req->arena, struct log_Access, list->n);
    if (!req->access) {
        r = -ENOMEM;
    }
    for (size_t i = 0; r >= 0 && i < list->n; i++) {
        r = decide(req, &l, &list->items[i], &message);
        if (r > worst) {
            worst = r;
            first = worst >= least && !awi_str_is_set(first) ? message : first;
        }
    }
    awi_layers_end(&l);
    if (r < 0 || worst < least) {
        return r < 0 ? r : 0;
    }
    return awi_fail(req, denied(req->protocol), "%.*s", AWI_STR_FMT(first));
}

/* Where nothing is enforced nor recorded the boundaries between accounts remain. */
static void keep_boundaries(const struct awi_req *req, struct awi_access_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++) {
        if (is_boundary(req, &list->items[i])) {
            list->items[n++] = list->items[i];
        }
    }
    list->n = n;
}

int awi_request_authorize(struct awi_req *req)
{
    struct awi_access_list list = {0};
    bool off = req->config->iam == AWI_IAM_OFF;

    if (off && !req->service->access) {
        return 0;
    }
    int r = needed(req, &list);
    if (r == 0 && off) {
        keep_boundaries(req, &list);
    }
    return r != 0 || list.n == 0 ? r : decide_all(req, &list);
}
