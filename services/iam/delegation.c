/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delegation requests (access_policies-temporary-delegation): somebody asks for permissions in an
 * account, an identity there takes the request, it is accepted or rejected, and the token is sent.
 *
 * Tables: "delegation" of all accounts: struct iam_DelegationRequest under its id; "workflow" of
 * the requester: its workflow id; "delegated" of the owner's account: the ids it owns.
 */
#include "services/iam/iam.h"

#include "core/identity/delegation.h"

#include <errno.h>

#define REQUESTS  "delegation"
#define WORKFLOWS "workflow"
#define OWNED     "delegated"

/* How long a request waits for the next step: a day for somebody who takes it, then a week. */
#define DAY_MS  (INT64_C(86400) * 1000)
#define KEPT_MS (7 * DAY_MS)

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

/* The next state, from which it expires anew; the requestor is told. */
static int move(struct awi_req *req, struct iam_DelegationRequest *request, const char *state)
{
    request->State = awi_str_from(state);
    request->ExpirationTime = AWI_SOME_TIME(iam_now(req).ms + KEPT_MS);
    int r = put(req, request);
    return r ? r : iam_delegation_tell_state(req, request);
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

/* --- Operations --------------------------------------------------------------------------------
 */

/* The ARN of an SNS topic. */
static int check_channel(struct awi_req *req, struct awi_str channel)
{
    static const char *const wanted[] = {"arn", NULL, "sns", NULL, NULL};
    struct awi_str rest = channel, part;

    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
        if (!awi_str_cut(&rest, ':', &part) || !awi_str_is_set(rest) || part.len == 0 ||
            (wanted[i] && !awi_str_is(part, wanted[i]))) {
            return invalid(req,
                           "Notification channel %.*s is not the ARN of an SNS topic.",
                           AWI_STR_FMT(channel));
        }
    }
    return 0;
}

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
        .ExpirationTime = AWI_SOME_TIME(iam_now(req).ms + DAY_MS),
        .RequestorId = awi_account(req),
        .CreateDate = iam_now(req),
        .SessionDuration = in->SessionDuration,
        .RedirectUrl = in->RedirectUrl,
        .OnlySendByOwner = AWI_SOME_BOOL(in->OnlySendByOwner.v),
    };
    int r = awi_account_get(&dir, awi_account(req), &requestor);

    struct core_DelegationRecord grant = {
        .RequestId = request.DelegationRequestId,
        .Requestor = request.RequestorId,
        .Channel = in->NotificationChannel,
        .WorkflowId = in->RequestorWorkflowId,
    };

    request.RequestorName = r == 0 ? awi_str_head(requestor.Name, 30) : AWI_STR_NULL;
    r = r == -ENOENT ? 0 : r;
    r = r ? r : check_channel(req, in->NotificationChannel);
    r = r ? r : iam_delegation_policy(req, in->Permissions, &request.PermissionPolicy);
    r = r ? r : awi_insert(&own, WORKFLOWS, in->RequestorWorkflowId, request.DelegationRequestId);
    if (r == -EEXIST) {
        return iam_exists(req,
                          "A delegation request with workflow id %.*s already exists.",
                          AWI_STR_FMT(in->RequestorWorkflowId));
    }
    r = r ? r : put(req, &request);
    r = r ? r : awi_delegation_put(awi_request_txn(req), awi_arena(req), &grant);
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
    r = r ? r : awi_put(&own, OWNED, in->DelegationRequestId, AWI_STR(""));
    return r ? r : move(req, &request, "ASSIGNED");
}

int iam_update_delegation(struct awi_req *req,
                          const struct iam_UpdateDelegationRequestRequest *in,
                          void *out)
{
    static const char *const states[] = {"ASSIGNED", "PENDING_APPROVAL", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    request.Notes = awi_str_is_set(in->Notes) ? in->Notes : request.Notes;
    return r ? r : move(req, &request, "PENDING_APPROVAL");
}

int iam_accept_delegation(struct awi_req *req,
                          const struct iam_AcceptDelegationRequestRequest *in,
                          void *out)
{
    static const char *const states[] = {"ASSIGNED", "PENDING_APPROVAL", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    r = r ? r : iam_delegation_grant(req, &request);
    request.ApproverId = awi_principal(req)->arn;
    return r ? r : move(req, &request, "ACCEPTED");
}

/* Only the owner sends, where the requestor wants it so. */
static int check_sender(struct awi_req *req, const struct iam_DelegationRequest *request)
{
    struct awi_str caller = awi_principal(req)->arn;

    return !request->OnlySendByOwner.v || awi_str_eq(request->OwnerId, caller)
               ? 0
               : awi_fail(req,
                          &awi_error_AccessDenied,
                          "User: %.*s is not authorized to perform: iam:SendDelegationToken on "
                          "resource: arn:%.*s:iam::%.*s:delegation-request/%.*s",
                          AWI_STR_FMT(caller),
                          AWI_STR_FMT(awi_partition(req)),
                          AWI_STR_FMT(awi_account(req)),
                          AWI_STR_FMT(request->DelegationRequestId));
}

int iam_send_delegation(struct awi_req *req,
                        const struct iam_SendDelegationTokenRequest *in,
                        void *out)
{
    static const char *const states[] = {"ACCEPTED", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    r = r ? r : check_sender(req, &request);
    r = r ? r : move(req, &request, "FINALIZED");
    return r ? r : iam_delegation_release(req, &request);
}

int iam_reject_delegation(struct awi_req *req,
                          const struct iam_RejectDelegationRequestRequest *in,
                          void *out)
{
    static const char *const states[] = {"ASSIGNED", "PENDING_APPROVAL", "ACCEPTED", NULL};
    struct iam_DelegationRequest request;
    int r = open_request(req, in->DelegationRequestId, &request);

    r = r ? r : check_state(req, &request, states);
    request.RejectionReason = in->Notes;
    return r ? r : move(req, &request, "REJECTED");
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
