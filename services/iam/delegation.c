/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delegation requests (access_policies-temporary-delegation): somebody asks for permissions in an
 * account, an identity there takes the request, and it is accepted or rejected. AWS keeps policy
 * templates of partners; here a managed policy of the requester stands for one, in which
 * "@{name}" is replaced by the parameter's value.
 *
 * Tables: "delegation" of all accounts: struct iam_DelegationRequest under its id; "workflow" of
 * the requester: its workflow id; "delegated" of the owner's account: the ids it owns.
 */
#include "services/iam/iam.h"

#include "core/identity/managed.h"
#include "core/util/buf.h"

#include <errno.h>

#define REQUESTS  "delegation"
#define WORKFLOWS "workflow"
#define OWNED     "delegated"
#define KEPT_MS   (INT64_C(7) * 86400 * 1000)
#define LONGEST   (256u << 10) /* of a policy with its parameters */

#define invalid(req, ...) awi_fail((req), &iam_InvalidInputException_error, __VA_ARGS__)

static struct awi_scope everybody(struct awi_req *req)
{
    return awi_scope_of(req, AWI_STR(""), AWI_STR(""));
}

static int get(struct awi_req *req, struct awi_str id, struct iam_DelegationRequest *ret)
{
    struct awi_scope scope = everybody(req);
    int r = awi_record_get(&scope, REQUESTS, id, awi_arena(req), &iam_DelegationRequest_shape, ret);

    if (r == 0 && ret->ExpirationTime.ms <= awi_now(req)) {
        ret->State = AWI_STR("EXPIRED");
    }
    return r;
}

static int put(struct awi_req *req, struct iam_DelegationRequest *request)
{
    struct awi_scope scope = everybody(req);

    request->UpdatedTime = iam_now(req);
    return awi_record_put(&scope,
                          REQUESTS,
                          request->DelegationRequestId,
                          awi_arena(req),
                          &iam_DelegationRequest_shape,
                          request);
}

/* One that the caller's account may know of: anybody's while it has no owner account. */
static int open_request(struct awi_req *req, struct awi_str id, struct iam_DelegationRequest *ret)
{
    int r = get(req, id, ret);

    if (r == -ENOENT || (r == 0 && awi_str_is_set(ret->OwnerAccountId) &&
                         !awi_str_eq(ret->OwnerAccountId, awi_account(req)))) {
        return iam_missing(
            req, "Delegation request with id %.*s cannot be found.", AWI_STR_FMT(id));
    }
    return r;
}

bool iam_delegation_is_owner(struct awi_req *req, struct awi_str id)
{
    struct iam_DelegationRequest request;

    return get(req, id, &request) == 0 && awi_str_is_set(request.OwnerId) &&
           awi_str_eq(request.OwnerId, awi_principal(req)->arn);
}

/* >0 InvalidInput when the request is in none of the states. */
static int check_state(struct awi_req *req,
                       const struct iam_DelegationRequest *request,
                       const char *const *states)
{
    for (; *states; states++) {
        if (awi_str_is(request->State, *states)) {
            return 0;
        }
    }
    return invalid(req,
                   "Delegation request %.*s is in state %.*s.",
                   AWI_STR_FMT(request->DelegationRequestId),
                   AWI_STR_FMT(request->State));
}

/* --- Permissions -------------------------------------------------------------------------------
 */

static void add_value(struct awi_buf *out, struct awi_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"' || value.ptr[i] == '\\') {
            awi_buf_char(out, '\\');
        }
        awi_buf_char(out, value.ptr[i]);
    }
}

/* Several values stand as several strings of a list. */
static bool add_parameter(struct awi_buf *out,
                          const struct iam_policyParameterListType *parameters,
                          struct awi_str name)
{
    for (size_t i = 0; i < parameters->n; i++) {
        const struct iam_PolicyParameter *parameter = &parameters->items[i];
        if (!awi_str_eq(parameter->Name, name)) {
            continue;
        }
        for (size_t v = 0; v < parameter->Values.n; v++) {
            awi_buf_strz(out, v ? "\",\"" : "");
            add_value(out, parameter->Values.items[v]);
        }
        return true;
    }
    return false;
}

static int fill(struct awi_req *req,
                struct awi_str document,
                const struct iam_policyParameterListType *parameters,
                struct awi_str *ret)
{
    struct awi_buf out = AWI_BUF_INIT(LONGEST);
    struct awi_str rest = document;
    int r = 0;

    for (ptrdiff_t at; r == 0 && (at = awi_str_search(rest, AWI_STR("@{"))) >= 0;) {
        struct awi_str name = awi_str_skip(rest, (size_t)at + 2);
        ptrdiff_t end = awi_str_find(name, '}');
        name = awi_str_head(name, end < 0 ? 0 : (size_t)end);
        awi_buf_str(&out, awi_str_head(rest, (size_t)at));
        if (end < 0 || !add_parameter(&out, parameters, name)) {
            r = invalid(req, "Policy parameter %.*s is not given.", AWI_STR_FMT(name));
        }
        rest = awi_str_skip(rest, (size_t)at + 3 + name.len);
    }
    awi_buf_str(&out, rest);
    r = r ? r : out.error;
    *ret = r ? AWI_STR_NULL : awi_arena_str(awi_arena(req), awi_buf_view(&out));
    awi_buf_deinit(&out);
    return r ? r : ret->ptr ? iam_document_check(req, *ret) : -ENOMEM;
}

static int read_permissions(struct awi_req *req,
                            const struct iam_DelegationPermission *permissions,
                            struct awi_str *ret)
{
    struct awi_str arn = permissions->PolicyTemplateArn, document;
    struct awi_iam_arn parts;
    bool own = awi_iam_arn_parse(arn, &parts) == 0 && awi_str_is(parts.kind, "policy") &&
               awi_str_eq(parts.account, awi_account(req));
    int r = own || awi_aws_policy(arn)
                ? awi_managed_document(awi_request_txn(req), awi_arena(req), arn, &document)
                : -ENOENT;

    if (r == -ENOENT) {
        return invalid(req,
                       "Policy template %.*s cannot be found.",
                       AWI_STR_FMT(awi_str_is_set(arn) ? arn : AWI_STR("")));
    }
    return r ? r : fill(req, document, &permissions->Parameters, ret);
}

/* --- Operations --------------------------------------------------------------------------------
 */

int iam_create_delegation(struct awi_req *req,
                          const struct iam_CreateDelegationRequestRequest *in,
                          struct iam_CreateDelegationRequestResponse *out)
{
    struct awi_scope own = awi_scope(req);
    struct awi_directory dir = awi_request_directory(req);
    struct core_AccountRecord requestor;
    struct iam_DelegationRequest request = {
        .DelegationRequestId = awi_uuid(req),
        .OwnerAccountId = in->OwnerAccountId,
        .Description = in->Description,
        .RequestMessage = in->RequestMessage,
        .Permissions = in->Permissions,
        .State = AWI_STR("UNASSIGNED"),
        .ExpirationTime = AWI_SOME_TIME(iam_now(req).ms + KEPT_MS),
        .RequestorId = awi_account(req),
        .CreateDate = iam_now(req),
        .SessionDuration = in->SessionDuration,
        .RedirectUrl = in->RedirectUrl,
        .OnlySendByOwner = AWI_SOME_BOOL(in->OnlySendByOwner.v),
    };
    int r = awi_account_get(&dir, awi_account(req), &requestor);

    request.RequestorName = r == 0 ? awi_str_head(requestor.Name, 30) : AWI_STR_NULL;
    r = r == -ENOENT ? 0 : r;
    r = r ? r : read_permissions(req, in->Permissions, &request.PermissionPolicy);
    r = r ? r : awi_insert(&own, WORKFLOWS, in->RequestorWorkflowId, request.DelegationRequestId);
    if (r == -EEXIST) {
        return iam_exists(req,
                          "A delegation request with workflow id %.*s already exists.",
                          AWI_STR_FMT(in->RequestorWorkflowId));
    }
    r = r ? r : put(req, &request);
    out->DelegationRequestId = request.DelegationRequestId;
    out->ConsoleDeepLink =
        awi_arena_printf(awi_arena(req),
                         "https://console.aws.amazon.com/iam/home#/delegation-requests/%.*s",
                         AWI_STR_FMT(request.DelegationRequestId));
    return r ? r : out->ConsoleDeepLink.ptr ? 0 : -ENOMEM;
}

int iam_associate_delegation(struct awi_req *req,
                             const struct iam_AssociateDelegationRequestRequest *in,
                             void *out)
{
    static const char *const states[] = {"UNASSIGNED", NULL};
    struct awi_scope own = awi_scope(req);
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    request.OwnerAccountId = awi_account(req);
    request.OwnerId = awi_principal(req)->arn;
    request.State = AWI_STR("ASSIGNED");
    r = r ? r : awi_put(&own, OWNED, in->DelegationRequestId, AWI_STR(""));
    return r ? r : put(req, &request);
}

int iam_update_delegation(struct awi_req *req,
                          const struct iam_UpdateDelegationRequestRequest *in,
                          void *out)
{
    static const char *const states[] = {"ASSIGNED", "PENDING_APPROVAL", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    request.State = AWI_STR("PENDING_APPROVAL");
    request.Notes = awi_str_is_set(in->Notes) ? in->Notes : request.Notes;
    return r ? r : put(req, &request);
}

int iam_accept_delegation(struct awi_req *req,
                          const struct iam_AcceptDelegationRequestRequest *in,
                          void *out)
{
    static const char *const states[] = {"ASSIGNED", "PENDING_APPROVAL", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    request.State = AWI_STR("ACCEPTED");
    request.ApproverId = awi_principal(req)->arn;
    return r ? r : put(req, &request);
}

int iam_reject_delegation(struct awi_req *req,
                          const struct iam_RejectDelegationRequestRequest *in,
                          void *out)
{
    static const char *const states[] = {"ASSIGNED", "PENDING_APPROVAL", "ACCEPTED", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    request.State = AWI_STR("REJECTED");
    request.RejectionReason = in->Notes;
    request.ExpirationTime = AWI_SOME_TIME(iam_now(req).ms + KEPT_MS);
    return r ? r : put(req, &request);
}

int iam_get_delegation(struct awi_req *req,
                       const struct iam_GetDelegationRequestRequest *in,
                       struct iam_GetDelegationRequestResponse *out)
{
    out->DelegationRequest = awi_arena_new(awi_arena(req), struct iam_DelegationRequest);
    int r = out->DelegationRequest
                ? open_request(req, in->DelegationRequestId, out->DelegationRequest)
                : -ENOMEM;

    if (r == 0 && in->DelegationPermissionCheck.v) {
        /* AWS's own answer is an approximation, which may be this. */
        out->PermissionCheckStatus = AWI_STR("COMPLETE");
        out->PermissionCheckResult = AWI_STR("UNSURE");
    }
    return r;
}

struct listing {
    struct awi_req *req;
    struct awi_str owner; /* absent: any */
    struct iam_DelegationRequest *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct iam_DelegationRequest *item = &l->items[l->n];
    int r = get(l->req, key, item);

    if (r || (awi_str_is_set(l->owner) && !awi_str_eq(l->owner, item->OwnerId))) {
        return r ? r : IAM_SKIPPED;
    }
    l->n++;
    return IAM_TAKEN;
}

int iam_list_delegations(struct awi_req *req,
                         const struct iam_ListDelegationRequestsRequest *in,
                         struct iam_ListDelegationRequestsResponse *out)
{
    struct listing l = {.req = req, .owner = in->OwnerId};
    struct awi_scope scope = awi_scope(req);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    /* One more than fits: an item is read before it is known whether it is taken. */
    l.items = awi_arena_array(awi_arena(req), struct iam_DelegationRequest, page.max + 1);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(req, &scope, OWNED, AWI_STR(""), &page, take, &l);
    out->DelegationRequests.items = l.items;
    out->DelegationRequests.n = l.n;
    out->DelegationRequests.set = true;
    out->isTruncated = AWI_SOME_BOOL(awi_str_is_set(page.next));
    out->Marker = page.next;
    return r;
}

int iam_get_summary(struct awi_req *req,
                    const struct iam_GetHumanReadableSummaryRequest *in,
                    struct iam_GetHumanReadableSummaryResponse *out)
{
    struct awi_str locale = awi_str_is_set(in->Locale) ? in->Locale : AWI_STR("en");
    struct iam_DelegationRequest request;
    struct awi_iam_arn parts;

    if (awi_iam_arn_parse(in->EntityArn, &parts) || !awi_str_is(parts.kind, "delegation-request")) {
        return invalid(req, "Only delegation requests can be summarized.");
    }
    int r = open_request(req, parts.name, &request);
    if (r) {
        return r;
    }
    out->Locale = locale;
    out->SummaryState = AWI_STR("NOT_SUPPORTED");
    if (!awi_str_starts(locale, AWI_STR("en"))) {
        return 0;
    }
    out->SummaryState = AWI_STR("AVAILABLE");
    out->SummaryContent =
        awi_arena_printf(awi_arena(req),
                         "Account %.*s asks for access for %d seconds: %.*s. It would be allowed: "
                         "%.*s",
                         AWI_STR_FMT(request.RequestorId),
                         request.SessionDuration.v,
                         AWI_STR_FMT(request.Description),
                         AWI_STR_FMT(awi_str_head(request.PermissionPolicy, 8000)));
    return out->SummaryContent.ptr ? 0 : -ENOMEM;
}
