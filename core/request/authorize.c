/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/authorize.h"

#include "core/core.h"
#include "core/request/access.h"
#include "core/request/denied.h"
#include "core/request/encoded.h"
#include "core/request/keys.h"
#include "core/request/layers.h"
#include "core/request/refuse.h"
#include "core/request/req.h"

#include "gen/core.h"
#include "gen/log.h"

#include <errno.h>

#define MESSAGE_MOST 4096
#define MISSING_MOST 4

static const struct awi_denied *denial_of(const struct awi_req *req)
{
    return awi_request_denied(req->protocol, req->model->signing_name);
}

/* Callers of another organization, and unsigned ones, get no reason (identity.md 8.6). */
static bool is_stranger(const struct awi_layers *l, const struct awi_policy_decision *decision)
{
    bool same_organization = awi_str_is_set(l->caller_organization) &&
                             awi_str_eq(l->caller_organization, l->owner_organization);

    return l->caller.type == AWI_CALLER_ANONYMOUS ||
           (decision->cross_account && !same_organization);
}

static struct awi_str message_of(struct awi_req *req,
                                 const struct awi_layers *l,
                                 const struct awi_policy_request *asked,
                                 const struct awi_policy_decision *decision)
{
    struct awi_buf text = AWI_BUF_INIT(MESSAGE_MOST);
    const struct awi_denied *denied = denial_of(req);
    if (asked->caller.type == AWI_CALLER_PROVIDER) {
        return awi_arena_printf(
            req->arena, "Not authorized to perform %.*s", AWI_STR_FMT(asked->action));
    }
    bool stranger = is_stranger(l, decision);

    if (stranger && denied->stranger.len) {
        return denied->stranger;
    }
    /* STS does not tell what a trust policy lacks, nor whether there is one (6.6). */
    bool untold = l->layers.kind == AWI_RESOURCE_ROLE && decision->layer == AWI_LAYER_RESOURCE &&
                  decision->verdict == AWI_IMPLICIT_DENY;
    awi_policy_message(&l->layers,
                       asked,
                       decision,
                       (req->config->policy_arn_in_refusals ? AWI_MESSAGE_POLICY_ARN : 0) |
                           (stranger || untold ? AWI_MESSAGE_NO_REASON : 0),
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

/* The sts:ExternalId that a role was asked for with. */
static struct awi_str external_id(const struct awi_access *access)
{
    for (size_t i = 0; i < access->n_context; i++) {
        if (awi_str_is(access->context[i].key, "sts:ExternalId")) {
            return access->context[i].values[0];
        }
    }
    return AWI_STR_NULL;
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
        .ExternalId = external_id(access),
        .Provider = access->provider,
        .Message = message,
    };
}

/* The root user in its own account, where nothing limits it: no organization, no policy of the
 * resource. */
static bool is_plain_root(const struct awi_layers *l, const struct awi_access *access)
{
    return l->caller.type == AWI_CALLER_ROOT && !l->layers.session_binds &&
           !awi_str_is_set(access->policy) && !(access->flags & AWI_ACCESS_POLICY_DECIDES) &&
           awi_str_eq(l->layers.owner, l->caller.account) && l->layers.n_scp == 0 &&
           l->layers.n_rcp == 0 && l->layers.kind == AWI_RESOURCE_ORDINARY;
}

static enum awi_iam_mode mode_of(const struct awi_req *req, struct awi_str account)
{
    return awi_config_iam(req->config, account);
}

/* Another account's resource, which only its policy opens. */
static bool is_boundary(const struct awi_req *req, const struct awi_access *access)
{
    return (access->flags & AWI_ACCESS_BOUNDARY) && awi_str_is_set(access->owner) &&
           !awi_str_eq(access->owner, awi_account(req));
}

/* --- What a decision means for the request --------------------------------------------------- */

/* NOTED: AWS would have refused, and the call goes on. */
enum { ALLOWED, NOTED, REFUSED };

static int meaning_of(enum awi_iam_mode mode)
{
    return mode == AWI_IAM_OFF ? ALLOWED : mode == AWI_IAM_AUDIT ? NOTED : REFUSED;
}

/*
 * The resource's account decides, which within an account is the caller's; callers without one have
 * no say. Across accounts each account's mode counts for what its own layers say. What is enforced
 * comes before what is only noted, and *decision becomes the decision of the layers that count.
 */
static int
weigh_sides(const struct awi_req *req, struct awi_str owner, struct awi_policy_decision *decision)
{
    int other = meaning_of(mode_of(req, owner));
    int caller = decision->cross_account ? meaning_of(mode_of(req, req->identity.account)) : other;
    struct awi_policy_decision alone;

    if (caller == other && caller > ALLOWED) {
        return caller;
    }
    for (int meaning = REFUSED; meaning > ALLOWED; meaning--) {
        unsigned layers =
            (caller == meaning ? AWI_LAYERS_CALLER : 0) | (other == meaning ? AWI_LAYERS_OWNER : 0);
        if (layers && awi_policy_refused_by(decision, layers, &alone)) {
            *decision = alone;
            return meaning;
        }
    }
    decision->verdict = AWI_ALLOWED;
    decision->layer = AWI_LAYER_NONE;
    decision->policy = NULL;
    return ALLOWED;
}

static int weigh(const struct awi_req *req,
                 const struct awi_access *access,
                 struct awi_str owner,
                 struct awi_policy_decision *decision)
{
    const struct awi_policy_finding *policy = &decision->layers[AWI_LAYER_RESOURCE];
    struct awi_policy_decision alone;

    if (decision->verdict == AWI_ALLOWED) {
        return ALLOWED;
    }
    if (is_boundary(req, access) && (!policy->applies || !policy->allows || policy->deny)) {
        bool enforced = meaning_of(mode_of(req, owner)) == REFUSED ||
                        meaning_of(mode_of(req, req->identity.account)) == REFUSED;
        if (!enforced && awi_policy_refused_by(decision, 1u << AWI_LAYER_RESOURCE, &alone)) {
            *decision = alone;
        }
        return REFUSED;
    }
    return weigh_sides(req, owner, decision);
}

/* What the caller is told of a refusal. */
struct refusal {
    struct awi_str message;
    struct awi_str details; /* JSON; absent: AWS tells none */
};

/* ALLOWED, NOTED, REFUSED, with what the caller would be told; -errno. */
static int
decide(struct awi_req *req, struct awi_layers *l, struct awi_access *access, struct refusal *ret)
{
    struct awi_policy_request asked = {.action = access->action, .resource = access->resource};
    struct awi_policy_decision decision = {.verdict = AWI_ALLOWED, .layer = AWI_LAYER_NONE};

    *ret = (struct refusal){.message = AWI_STR_NULL};
    int r = awi_layers_resource(l, access);
    if (r < 0) {
        return r;
    }
    asked.caller = l->caller;
    if (awi_str_is_set(access->provider)) {
        asked.caller =
            (struct awi_policy_caller){.type = AWI_CALLER_PROVIDER, .arn = access->provider};
    }
    if (is_plain_root(l, access)) {
        decision.layer = AWI_LAYER_ROOT;
    } else if (!(access->flags & AWI_ACCESS_FREE)) {
        r = awi_request_access_context(req, access);
        r = r < 0 ? r : awi_request_keys(l, access, &asked.context, &asked.n_context);
        if (r < 0) {
            return r;
        }
        awi_policy_evaluate(&l->layers, &asked, &decision);
    }
    int meaning = weigh(req, access, l->layers.owner, &decision);
    if (decision.verdict != AWI_ALLOWED) {
        ret->message = message_of(req, l, &asked, &decision);
        r = awi_request_tells_details(req)
                ? awi_request_details(req, &asked, &decision, &ret->details)
                : 0;
    }
    note(req, access, l, &asked, &decision, ret->message);
    return r < 0 ? r : meaning;
}

/* --- Parts of a request ---------------------------------------------------------------------- */

struct awi_access_refused {
    struct awi_access_refused *next;
    struct awi_str action, resource, message;
};

static int refuse_part(struct awi_req *req, const struct awi_access *access, struct awi_str message)
{
    struct awi_access_refused *part = awi_arena_new(req->arena, struct awi_access_refused);

    if (!part) {
        return -ENOMEM;
    }
    *part = (struct awi_access_refused){req->refused, access->action, access->resource, message};
    req->refused = part;
    return ALLOWED;
}

struct awi_str
awi_access_refusal(const struct awi_req *req, struct awi_str action, struct awi_str resource)
{
    for (const struct awi_access_refused *part = req->refused; part; part = part->next) {
        if (awi_str_eq(part->action, action) && awi_str_eq(part->resource, resource)) {
            return part->message;
        }
    }
    return AWI_STR_NULL;
}

/* --- All of a request ------------------------------------------------------------------------ */

static int refuse(struct awi_req *req, const struct refusal *refusal)
{
    const struct awi_error_type *type = &denial_of(req)->error;
    struct awi_str sealed = AWI_STR_NULL;
    int r = refusal->details.ptr ? awi_request_seal_details(req, refusal->details, &sealed) : 0;

    if (r < 0) {
        return r;
    }
    return req->protocol != AWI_PROTO_EC2
               ? awi_fail(req, type, "%.*s", AWI_STR_FMT(refusal->message))
               : awi_fail(req,
                          type,
                          "You are not authorized to perform this operation. %.*s%s%.*s",
                          AWI_STR_FMT(refusal->message),
                          sealed.ptr ? ". Encoded authorization failure message: " : "",
                          AWI_STR_FMT(sealed));
}

static int decide_all(struct awi_req *req, const struct awi_access_list *list)
{
    struct refusal refusal, first = {.message = AWI_STR_NULL};
    int worst = ALLOWED;
    struct awi_layers l;
    int r = awi_layers_begin(req, &l);

    req->access = awi_arena_array(req->arena, struct log_Access, list->n);
    if (!req->access) {
        r = -ENOMEM;
    }
    for (size_t i = 0; r >= 0 && i < list->n; i++) {
        r = decide(req, &l, &list->items[i], &refusal);
        if (r == REFUSED && (list->items[i].flags & AWI_ACCESS_PART)) {
            r = refuse_part(req, &list->items[i], refusal.message);
        }
        if (r > worst) {
            worst = r;
            first = refusal;
        }
    }
    awi_layers_end(&l);
    if (r < 0 || worst < REFUSED) {
        return r < 0 ? r : 0;
    }
    return refuse(req, &first);
}

/* Where nothing is enforced nor recorded the boundaries between accounts remain, and what accounts
 * with another mode own. */
static void keep_boundaries(const struct awi_req *req, struct awi_access_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++) {
        const struct awi_access *access = &list->items[i];
        if (is_boundary(req, access) ||
            (awi_str_is_set(access->owner) && mode_of(req, access->owner) != AWI_IAM_OFF)) {
            list->items[n++] = list->items[i];
        }
    }
    list->n = n;
}

/* What nobody can forbid is only noted: no policy is gathered. */
static int note_free(struct awi_req *req, const struct awi_access *access)
{
    req->access = awi_arena_new(req->arena, struct log_Access);
    if (!req->access) {
        return -ENOMEM;
    }
    req->n_access = 1;
    req->access[0] = (struct log_Access){
        .Action = access->action,
        .Resource = access->resource,
        .Owner = req->identity.account,
        .Decision = awi_str_from(awi_policy_verdict_name(AWI_ALLOWED)),
        .Layer = awi_str_from(awi_policy_layer_name(AWI_LAYER_NONE)),
    };
    return 0;
}

int awi_request_authorize(struct awi_req *req)
{
    struct awi_access_list list = {0};
    bool off = mode_of(req, req->identity.account) == AWI_IAM_OFF;

    if (off && !req->service->access) {
        return 0;
    }
    int r = off ? AWI_UNREFUSED : awi_refuse_kind(req);
    if (r != AWI_UNREFUSED) {
        return r;
    }
    r = awi_request_access(req, &list);
    if (r != 0) {
        return r;
    }
    if (off) {
        keep_boundaries(req, &list);
    } else if (!list.items) {
        return awi_request_is_handled(req->service, req->operation) ? awi_refuse_unmapped(req) : 0;
    }
    if (list.n == 1 && list.items[0].flags & AWI_ACCESS_FREE) {
        return note_free(req, &list.items[0]);
    }
    return list.n ? decide_all(req, &list) : 0;
}
