/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services a user, a role, a group or the holders of a policy may use, and when they last
 * did (access_policies_last-accessed). A report is made when it is asked for, and kept: a job is
 * complete as soon as it has its id.
 */
#include "services/iam/party.h"

#include "core/identity/namespace.h"
#include "core/identity/use.h"

#include <errno.h>

#define TABLE  "job"
#define ACTION "ACTION_LEVEL"

/* --- The report --------------------------------------------------------------------------------
 */

struct report {
    struct awi_req *req;
    bool actions;
    const struct iam_party *party;
    struct iam_ServiceLastAccessed *services; /* sorted by namespace */
    size_t n;
};

static struct iam_ServiceLastAccessed *find(struct report *report, struct awi_str namespace)
{
    for (size_t i = 0; i < report->n; i++) {
        if (awi_str_eq(report->services[i].ServiceNamespace, namespace)) {
            return &report->services[i];
        }
    }
    return NULL;
}

static int note_action(struct report *report,
                       const struct core_UseRecord *use,
                       struct iam_TrackedActionsLastAccessed *list)
{
    struct iam_TrackedActionLastAccessed *items = list->items;
    size_t at = 0;

    while (at < list->n && !awi_str_eq(items[at].ActionName, use->Operation)) {
        at++;
    }
    if (at == list->n) {
        items = awi_arena_array(
            awi_arena(report->req), struct iam_TrackedActionLastAccessed, list->n + 1);
        if (!items) {
            return -ENOMEM;
        }
        if (list->n) {
            memcpy(items, list->items, list->n * sizeof(*items));
        }
        list->items = items;
        list->n++;
        list->set = true;
    }
    if (!items[at].LastAccessedTime.set || items[at].LastAccessedTime.ms < use->Time.ms) {
        items[at] = (struct iam_TrackedActionLastAccessed){
            .ActionName = use->Operation,
            .LastAccessedEntity = report->party->arn,
            .LastAccessedTime = use->Time,
            .LastAccessedRegion = use->Region,
        };
    }
    return 0;
}

static int note(void *arg, const struct core_UseRecord *use)
{
    struct report *report = arg;
    struct iam_ServiceLastAccessed *service = find(report, use->Service);

    if (!service) {
        return 0;
    }
    if (!service->LastAuthenticated.set || service->LastAuthenticated.ms < use->Time.ms) {
        service->LastAuthenticated = use->Time;
        service->LastAuthenticatedEntity = report->party->arn;
        service->LastAuthenticatedRegion = use->Region;
    }
    return report->actions ? note_action(report, use, &service->TrackedActionsLastAccessed) : 0;
}

struct seeking {
    struct awi_str service;
    struct awi_opt_time last;
};

static int seek(void *arg, const struct core_UseRecord *use)
{
    struct seeking *seeking = arg;

    if (awi_str_eq(use->Service, seeking->service) &&
        (!seeking->last.set || seeking->last.ms < use->Time.ms)) {
        seeking->last = use->Time;
    }
    return 0;
}

/* When the party last used the service; absent: never. */
static int last_use(struct awi_req *req,
                    const struct iam_party *party,
                    struct awi_str service,
                    struct awi_opt_time *ret)
{
    struct seeking seeking = {.service = service};
    int r = awi_use_each(
        awi_request_txn(req), awi_arena(req), awi_account(req), party->id, seek, &seeking);

    *ret = seeking.last;
    return r;
}

/* How many of the parties used each service that was used at all. */
static int count_parties(struct report *report, const struct iam_parties *parties)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < report->n; i++) {
        struct iam_ServiceLastAccessed *service = &report->services[i];
        int32_t n = 0;
        for (size_t p = 0; r == 0 && service->LastAuthenticated.set && p < parties->n; p++) {
            struct awi_opt_time last;
            r = last_use(report->req, &parties->items[p], service->ServiceNamespace, &last);
            n += last.set;
        }
        service->TotalAuthenticatedEntities = AWI_SOME_I32(n);
    }
    return r;
}

/* The services that the policies reach. */
static int list_services(struct awi_req *req, const struct iam_book *book, struct report *ret)
{
    struct awi_policy_set set = {.items = book->refs, .n = book->n};
    struct awi_namespace *all;
    size_t n;
    int r = awi_namespaces(awi_arena(req), &all, &n);

    ret->services = r ? NULL : awi_arena_array(awi_arena(req), struct iam_ServiceLastAccessed, n);
    for (size_t i = 0; ret->services && i < n; i++) {
        if (awi_policy_reaches_service(&set, all[i].prefix)) {
            ret->services[ret->n++] = (struct iam_ServiceLastAccessed){
                .ServiceName = all[i].name, .ServiceNamespace = all[i].prefix};
        }
    }
    return r ? r : ret->services ? 0 : -ENOMEM;
}

int iam_generate_last_accessed(struct awi_req *req,
                               const struct iam_GenerateServiceLastAccessedDetailsRequest *in,
                               struct iam_GenerateServiceLastAccessedDetailsResponse *out)
{
    struct report report = {.req = req, .actions = awi_str_is(in->Granularity, ACTION)};
    struct awi_scope scope = awi_scope(req);
    struct iam_parties parties;
    struct iam_book book;
    int r = iam_parties_of(req, in->Arn, &parties, &book);

    r = r ? r : list_services(req, &book, &report);
    for (size_t i = 0; r == 0 && i < parties.n; i++) {
        report.party = &parties.items[i];
        r = awi_use_each(awi_request_txn(req),
                         awi_arena(req),
                         awi_account(req),
                         report.party->id,
                         note,
                         &report);
    }
    r = r ? r : count_parties(&report, &parties);
    struct iam_AccessJobRecord record = {
        .Arn = in->Arn,
        .Granularity = report.actions ? AWI_STR(ACTION) : AWI_STR("SERVICE_LEVEL"),
        .Created = iam_now(req),
        .Services = {.items = report.services, .n = report.n, .set = true},
    };
    out->JobId = awi_uuid(req);
    return r                 ? r
           : !out->JobId.ptr ? -ENOMEM
                             : awi_record_put(&scope,
                                              TABLE,
                                              out->JobId,
                                              awi_arena(req),
                                              &iam_AccessJobRecord_shape,
                                              &record);
}

/* --- Its answers -------------------------------------------------------------------------------
 */

static int open_job(struct awi_req *req, struct awi_str id, struct iam_AccessJobRecord *ret)
{
    struct awi_scope scope = awi_scope(req);
    int r = awi_record_get(&scope, TABLE, id, awi_arena(req), &iam_AccessJobRecord_shape, ret);

    return r == -ENOENT ? iam_missing(req, "Job with id %.*s cannot be found.", AWI_STR_FMT(id))
                        : r;
}

int iam_get_last_accessed(struct awi_req *req,
                          const struct iam_GetServiceLastAccessedDetailsRequest *in,
                          struct iam_GetServiceLastAccessedDetailsResponse *out)
{
    struct iam_AccessJobRecord job;
    struct iam_page page;
    size_t first = 0, count = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r : open_job(req, in->JobId, &job);
    r = r ? r : iam_page_slice(req, &page, job.Services.n, &first, &count);
    if (r) {
        return r;
    }
    out->JobStatus = AWI_STR("COMPLETED");
    out->JobType = job.Granularity;
    out->JobCreationDate = job.Created;
    out->JobCompletionDate = job.Created;
    out->ServicesLastAccessed.items = job.Services.items + first;
    out->ServicesLastAccessed.n = count;
    out->ServicesLastAccessed.set = true;
    IAM_PAGE_END(out, &page);
    return 0;
}

static int
show_party(struct awi_req *req, const struct iam_party *party, struct iam_EntityDetails *ret)
{
    ret->EntityInfo = awi_arena_new(awi_arena(req), struct iam_EntityInfo);
    if (!ret->EntityInfo) {
        return -ENOMEM;
    }
    *ret->EntityInfo = (struct iam_EntityInfo){
        .Arn = party->arn,
        .Name = party->name,
        .Type = party->kind == IAM_USER ? AWI_STR("USER") : AWI_STR("ROLE"),
        .Id = party->id,
        .Path = party->path,
    };
    return 0;
}

int iam_get_last_accessed_entities(
    struct awi_req *req,
    const struct iam_GetServiceLastAccessedDetailsWithEntitiesRequest *in,
    struct iam_GetServiceLastAccessedDetailsWithEntitiesResponse *out)
{
    struct iam_AccessJobRecord job;
    struct iam_parties parties = {.n = 0};
    struct iam_book book;
    struct iam_page page;
    size_t first = 0, count = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    r = r ? r : open_job(req, in->JobId, &job);
    r = r ? r : iam_parties_of(req, job.Arn, &parties, &book);
    r = r ? r : iam_page_slice(req, &page, parties.n, &first, &count);
    out->EntityDetailsList.items = awi_arena_array(awi_arena(req), struct iam_EntityDetails, count);
    r = r ? r : out->EntityDetailsList.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct iam_EntityDetails *item = &out->EntityDetailsList.items[i];
        r = show_party(req, &parties.items[first + i], item);
        r = r ? r
              : last_use(
                    req, &parties.items[first + i], in->ServiceNamespace, &item->LastAuthenticated);
    }
    if (r) {
        return r;
    }
    out->JobStatus = AWI_STR("COMPLETED");
    out->JobCreationDate = job.Created;
    out->JobCompletionDate = job.Created;
    out->EntityDetailsList.n = count;
    out->EntityDetailsList.set = true;
    IAM_PAGE_END(out, &page);
    return 0;
}
