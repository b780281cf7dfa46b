/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services the SCPs over a root, a unit or an account (or one SCP) allow, and when any
 * principal below last used them (GenerateOrganizationsAccessReport). For the management account.
 */
#include "services/iam/iam.h"

#include "core/identity/namespace.h"
#include "core/identity/organization.h"
#include "core/identity/use.h"
#include "core/policy/policy.h"

#include <errno.h>
#include <stdlib.h>

#define TABLE "organizationsjob"

struct report {
    struct awi_req *req;
    struct awi_directory dir;
    struct core_OrganizationRecord organization;
    struct awi_str path; /* that is asked about, with a slash at the end */
    struct awi_str policy;

    bool listed; /* the services are known */
    struct iam_AccessDetail *services;
    size_t n;
    struct awi_str entity; /* the account that is looked at, as a path */
    int32_t *counted;      /* the number of the account that a service was last counted for */
    int32_t number;
};

/* --- What SCPs allow ---------------------------------------------------------------------------
 */

static int compile(struct report *report,
                   const struct core_OrganizationPolicyRecord *policies,
                   size_t n,
                   struct awi_policy_set *ret)
{
    struct awi_arena *arena = awi_arena(report->req);
    struct awi_policy_ref *refs = awi_arena_array(arena, struct awi_policy_ref, n);
    struct awi_policy_error error;
    int r = refs ? 0 : -ENOMEM;

    *ret = (struct awi_policy_set){.items = refs};
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = awi_policy_compile(arena, policies[i].Content, &refs[ret->n].policy, &error);
        ret->n += r == 0;
        r = r == -EINVAL ? 0 : r; /* matches nothing */
    }
    return r;
}

/* The sets of policies all of which must reach a service. */
static int
levels_of(struct report *report, struct awi_str account, struct awi_policy_set **ret, size_t *ret_n)
{
    struct awi_arena *arena = awi_arena(report->req);
    struct awi_organization_level *levels = NULL;
    struct core_OrganizationPolicyRecord one;
    struct awi_str rest = report->path, part;
    size_t depth = 0, n = 1;
    int r;

    if (awi_str_is_set(report->policy)) {
        r = awi_organization_policy(&report->dir, &report->organization, report->policy, &one);
        if (r == -ENOENT) {
            return iam_missing(
                report->req, "Policy %.*s cannot be found.", AWI_STR_FMT(report->policy));
        }
        *ret = awi_arena_new(arena, struct awi_policy_set);
        r = r ? r : *ret ? compile(report, &one, 1, *ret) : -ENOMEM;
        *ret_n = 1;
        return r;
    }
    r = awi_organization_path(&report->dir, &report->organization, account, AWI_SCP, &levels, &n);
    awi_str_cut(&rest, '/', &part); /* the organization */
    while (awi_str_cut(&rest, '/', &part) && part.len) {
        depth++;
    }
    n = r || n < depth ? n : depth;
    *ret = r ? NULL : awi_arena_array(arena, struct awi_policy_set, n);
    r = r ? r : *ret ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = compile(report, levels[i].policies, levels[i].n, &(*ret)[i]);
    }
    *ret_n = n;
    return r;
}

static int list_services(struct report *report, struct awi_str account)
{
    struct awi_arena *arena = awi_arena(report->req);
    struct awi_policy_set *levels = NULL;
    struct awi_namespace *all;
    size_t n = 0, n_levels = 0;
    int r = levels_of(report, account, &levels, &n_levels);

    r = r ? r : awi_namespaces(arena, &all, &n);
    report->services = awi_arena_array(arena, struct iam_AccessDetail, n);
    report->counted = awi_arena_array(arena, int32_t, n);
    r = r ? r : report->services && report->counted ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++) {
        size_t level = 0;
        while (level < n_levels && awi_policy_reaches_service(&levels[level], all[i].prefix)) {
            level++;
        }
        if (level == n_levels) {
            report->services[report->n++] = (struct iam_AccessDetail){
                .ServiceName = all[i].name, .ServiceNamespace = all[i].prefix};
        }
    }
    report->listed = true;
    return r;
}

/* --- What was used -----------------------------------------------------------------------------
 */

static int note(void *arg, const struct core_UseRecord *use)
{
    struct report *report = arg;
    size_t at = 0;

    while (at < report->n && !awi_str_eq(report->services[at].ServiceNamespace, use->Service)) {
        at++;
    }
    if (at == report->n) {
        return 0;
    }
    struct iam_AccessDetail *service = &report->services[at];
    if (report->counted[at] != report->number) {
        report->counted[at] = report->number;
        service->TotalAuthenticatedEntities =
            AWI_SOME_I32(service->TotalAuthenticatedEntities.v + 1);
    }
    if (!service->LastAuthenticatedTime.set || service->LastAuthenticatedTime.ms < use->Time.ms) {
        service->LastAuthenticatedTime = use->Time;
        service->Region = use->Region;
        service->EntityPath = report->entity;
    }
    return 0;
}

static int look_at(void *arg, const struct core_AccountRecord *account)
{
    struct report *report = arg;
    struct awi_req *req = report->req;
    struct awi_str above;

    if (!awi_str_eq(account->OrganizationId, report->organization.Id)) {
        return 0;
    }
    int r = awi_organization_path_text(&report->dir, &report->organization, account->Id, &above);
    report->entity =
        r ? AWI_STR_NULL
          : awi_arena_printf(
                awi_arena(req), "%.*s%.*s/", AWI_STR_FMT(above), AWI_STR_FMT(account->Id));
    if (r || !report->entity.ptr || !awi_str_starts(report->entity, report->path)) {
        return r ? r : report->entity.ptr ? 0 : -ENOMEM;
    }
    r = report->listed ? 0 : list_services(report, account->Id);
    report->entity.len--; /* the slash */
    report->number++;
    return r ? r
             : awi_use_each(
                   awi_request_txn(req), awi_arena(req), account->Id, AWI_STR_NULL, note, report);
}

/* --- Operations --------------------------------------------------------------------------------
 */

static int open_report(struct awi_req *req,
                       const struct iam_GenerateOrganizationsAccessReportRequest *in,
                       struct report *ret)
{
    struct awi_str path = in->EntityPath;

    *ret = (struct report){
        .req = req, .dir = awi_request_directory(req), .policy = in->OrganizationsPolicyId};
    if (awi_str_ends(path, AWI_STR("/"))) {
        path.len--;
    }
    ret->path = awi_arena_printf(awi_arena(req), "%.*s/", AWI_STR_FMT(path));
    int r = ret->path.ptr ? awi_organization_of(&ret->dir, awi_account(req), &ret->organization)
                          : -ENOMEM;
    if (r == -ENOENT ||
        (r == 0 && !awi_str_eq(ret->organization.ManagementAccount, awi_account(req)))) {
        return awi_fail(req,
                        &awi_error_AccessDenied,
                        "Only the management account of an organization can generate this "
                        "report.");
    }
    if (r == 0 && !awi_organization_enabled(&ret->organization, AWI_SCP)) {
        return awi_fail(req,
                        &iam_InvalidInputException_error,
                        "Service control policies must be enabled for the organization root.");
    }
    struct awi_str own = r ? AWI_STR_NULL
                           : awi_arena_printf(awi_arena(req),
                                              "%.*s/%.*s/",
                                              AWI_STR_FMT(ret->organization.Id),
                                              AWI_STR_FMT(ret->organization.RootId));
    return r || awi_str_starts(ret->path, own)
               ? r
               : awi_fail(req,
                          &iam_InvalidInputException_error,
                          "The entity path %.*s is not one of the organization.",
                          AWI_STR_FMT(in->EntityPath));
}

int iam_generate_organizations_report(struct awi_req *req,
                                      const struct iam_GenerateOrganizationsAccessReportRequest *in,
                                      struct iam_GenerateOrganizationsAccessReportResponse *out)
{
    struct report *report = awi_arena_new(awi_arena(req), struct report);
    struct awi_scope scope = awi_scope(req);
    int r = report ? open_report(req, in, report) : -ENOMEM;

    r = r ? r : awi_account_each(&report->dir, look_at, report);
    if (r) {
        return r;
    }
    struct iam_OrganizationsJobRecord record = {
        .Created = iam_now(req),
        .Services = {.items = report->services, .n = report->n, .set = true},
    };
    out->JobId = awi_uuid(req);
    return out->JobId.ptr ? awi_record_put(&scope,
                                           TABLE,
                                           out->JobId,
                                           awi_arena(req),
                                           &iam_OrganizationsJobRecord_shape,
                                           &record)
                          : -ENOMEM;
}

static int by_time(const void *a, const void *b)
{
    const struct iam_AccessDetail *left = a, *right = b;
    int64_t x = left->LastAuthenticatedTime.ms, y = right->LastAuthenticatedTime.ms;

    return x < y ? -1 : x > y ? 1 : awi_str_cmp(left->ServiceNamespace, right->ServiceNamespace);
}

static void order(struct awi_str by, struct iam_AccessDetails *list)
{
    if (list->n && awi_str_starts(by, AWI_STR("LAST_"))) {
        qsort(list->items, list->n, sizeof(*list->items), by_time);
    }
    for (size_t i = 0; awi_str_ends(by, AWI_STR("_DESCENDING")) && i < list->n / 2; i++) {
        struct iam_AccessDetail held = list->items[i];
        list->items[i] = list->items[list->n - 1 - i];
        list->items[list->n - 1 - i] = held;
    }
}

int iam_get_organizations_report(struct awi_req *req,
                                 const struct iam_GetOrganizationsAccessReportRequest *in,
                                 struct iam_GetOrganizationsAccessReportResponse *out)
{
    struct awi_scope scope = awi_scope(req);
    struct iam_OrganizationsJobRecord job;
    struct iam_page page;
    size_t first = 0, count = 0;
    int32_t unused = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r
          : awi_record_get(
                &scope, TABLE, in->JobId, awi_arena(req), &iam_OrganizationsJobRecord_shape, &job);
    if (r == -ENOENT) {
        return iam_missing(req, "Job with id %.*s cannot be found.", AWI_STR_FMT(in->JobId));
    }
    r = r ? r : iam_page_slice(req, &page, job.Services.n, &first, &count);
    if (r) {
        return r;
    }
    for (size_t i = 0; i < job.Services.n; i++) {
        unused += !job.Services.items[i].LastAuthenticatedTime.set;
    }
    order(in->SortKey, &job.Services);
    out->JobStatus = AWI_STR("COMPLETED");
    out->JobCreationDate = job.Created;
    out->JobCompletionDate = job.Created;
    out->NumberOfServicesAccessible = AWI_SOME_I32((int32_t)job.Services.n);
    out->NumberOfServicesNotAccessed = AWI_SOME_I32(unused);
    out->AccessDetails.items = job.Services.items + first;
    out->AccessDetails.n = count;
    out->AccessDetails.set = true;
    IAM_PAGE_END(out, &page);
    return 0;
}
