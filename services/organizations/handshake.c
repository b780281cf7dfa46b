/* SPDX-License-Identifier: Apache-2.0 */
#include "services/organizations/handshake.h"

#include "core/clock.h"
#include "core/util/cleanup.h"

#include <errno.h>

#define HANDSHAKES "handshake"
#define PARTIES    "handshakeof"
#define DAY_MS     (24 * 3600 * INT64_C(1000))

struct awi_scope org_handshake_scope(struct awi_req *req)
{
    return awi_organization_scope(awi_request_txn(req), AWI_STR(""));
}

bool org_handshake_is_open(const struct organizations_HandshakeRecord *record)
{
    return awi_str_is(record->State, "OPEN") || awi_str_is(record->State, "REQUESTED");
}

int org_handshake_get(struct awi_req *req,
                      struct awi_str id,
                      struct organizations_HandshakeRecord *ret)
{
    struct awi_scope scope = org_handshake_scope(req);
    int r = awi_record_get(
        &scope, HANDSHAKES, id, awi_arena(req), &organizations_HandshakeRecord_shape, ret);

    if (r == 0 && org_handshake_is_open(ret) && awi_now(req) >= ret->Expires.ms) {
        ret->State = AWI_STR("EXPIRED");
        ret->Closed = ret->Expires;
    }
    return r;
}

static int note_party(struct awi_req *req, struct awi_str party, struct awi_str id)
{
    struct awi_scope scope = org_handshake_scope(req);
    struct awi_str key = AWI_KEY(awi_arena(req), party, id);

    return key.ptr ? awi_put(&scope, PARTIES, key, AWI_STR("")) : -ENOMEM;
}

int org_handshake_put(struct awi_req *req, const struct organizations_HandshakeRecord *record)
{
    struct awi_scope scope = org_handshake_scope(req);
    int r = awi_record_put(&scope,
                           HANDSHAKES,
                           record->Id,
                           awi_arena(req),
                           &organizations_HandshakeRecord_shape,
                           record);

    r = r ? r : note_party(req, record->OrganizationId, record->Id);
    return r || !awi_str_is_set(record->Account) ? r : note_party(req, record->Account, record->Id);
}

int org_handshake_new(struct awi_req *req,
                      const struct org *org,
                      int days,
                      struct organizations_HandshakeRecord *record)
{
    struct awi_str id = awi_random_id(req, AWI_LOWER_DIGITS, 32);
    struct core_AccountRecord management;
    int r = awi_account_get(&org->dir, org->record.ManagementAccount, &management);

    record->Id = awi_arena_printf(awi_arena(req), "h-%.*s", AWI_STR_FMT(id));
    record->OrganizationId = org->record.Id;
    record->FeatureSet = org->record.FeatureSet;
    record->Management = org->record.ManagementAccount;
    record->ManagementEmail = management.Email;
    record->ManagementName = management.Name;
    record->Requested = AWI_SOME_TIME(awi_now(req));
    record->Expires = AWI_SOME_TIME(awi_now(req) + days * DAY_MS);
    return r ? r : id.ptr && record->Id.ptr ? org_handshake_put(req, record) : -ENOMEM;
}

int org_handshake_each(struct awi_req *req,
                       struct awi_str party,
                       int (*seen)(void *arg, struct organizations_HandshakeRecord *record),
                       void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = org_handshake_scope(req);
    struct awi_str prefix = AWI_KEY(awi_arena(req), party), key, value;
    int r = prefix.ptr ? awi_cursor_open(&scope, PARTIES, prefix, prefix, AWI_FORWARD, &cursor)
                       : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct organizations_HandshakeRecord record;
        r = org_handshake_get(req, awi_key_part(awi_arena(req), key, 1), &record);
        r = r ? r : seen(arg, &record);
    }
    return r == -ENOENT ? 0 : r;
}

/* --- How it is shown ------------------------------------------------------------------------- */

static struct awi_str lower(struct awi_req *req, struct awi_str s)
{
    char *text = awi_arena_strz(awi_arena(req), s);

    for (char *c = text; c && *c; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    }
    return text ? awi_str_from(text) : AWI_STR_NULL;
}

struct awi_str org_handshake_arn(struct awi_req *req, struct awi_str id)
{
    struct organizations_HandshakeRecord record;

    if (org_handshake_get(req, id, &record) < 0) {
        return AWI_STR("*");
    }
    return awi_arena_printf(awi_arena(req),
                            "arn:%.*s:organizations::%.*s:handshake/%.*s/%.*s/%.*s",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(record.Management),
                            AWI_STR_FMT(record.OrganizationId),
                            AWI_STR_FMT(lower(req, record.Action)),
                            AWI_STR_FMT(record.Id));
}

static void
say(struct organizations_HandshakeResources *list, const char *type, struct awi_str value)
{
    if (awi_str_is_set(value)) {
        list->items[list->n++] =
            (struct organizations_HandshakeResource){.Type = awi_str_from(type), .Value = value};
        list->set = true;
    }
}

static int show_transfer(struct awi_req *req,
                         const struct organizations_HandshakeRecord *record,
                         struct organizations_HandshakeResources *ret)
{
    struct organizations_HandshakeResources inner = {
        .items = awi_arena_array(awi_arena(req), struct organizations_HandshakeResource, 2)};
    char text[AWI_TIME_TEXT];

    if (!inner.items) {
        return -ENOMEM;
    }
    awi_clock_text(record->Start.ms, text);
    struct awi_str start = awi_arena_str(awi_arena(req), awi_str_from(text));
    say(&inner, "TRANSFER_TYPE", AWI_STR("BILLING"));
    say(&inner, "TRANSFER_START_TIMESTAMP", start);
    say(ret, "RESPONSIBILITY_TRANSFER", record->Transfer);
    ret->items[ret->n - 1].Resources = inner;
    return start.ptr ? 0 : -ENOMEM;
}

static int show_resources(struct awi_req *req,
                          const struct organizations_HandshakeRecord *record,
                          struct organizations_HandshakeResources *ret)
{
    bool transfer = awi_str_is(record->Action, ORG_TRANSFER);
    struct organizations_HandshakeResources inner = {
        .items = awi_arena_array(awi_arena(req), struct organizations_HandshakeResource, 3)};

    ret->items = awi_arena_array(awi_arena(req), struct organizations_HandshakeResource, 5);
    if (!inner.items || !ret->items) {
        return -ENOMEM;
    }
    say(&inner, transfer ? "MANAGEMENT_EMAIL" : "MASTER_EMAIL", record->ManagementEmail);
    say(&inner, transfer ? "MANAGEMENT_NAME" : "MASTER_NAME", record->ManagementName);
    if (transfer) {
        say(&inner, "MANAGEMENT_ACCOUNT", record->Management);
    } else {
        say(&inner, "ORGANIZATION_FEATURE_SET", record->FeatureSet);
    }
    say(ret, "ORGANIZATION", record->OrganizationId);
    ret->items[0].Resources = inner;
    if (awi_str_is(record->PartyType, "EMAIL")) {
        say(ret, "EMAIL", record->Party);
    } else {
        say(ret, "ACCOUNT", record->Party);
    }
    say(ret, "NOTES", record->Notes);
    say(ret, "PARENT_HANDSHAKE", record->Parent);
    return transfer ? show_transfer(req, record, ret) : 0;
}

int org_handshake_show(struct awi_req *req,
                       const struct organizations_HandshakeRecord *record,
                       struct organizations_Handshake *ret)
{
    struct organizations_HandshakeParty *parties =
        awi_arena_array(awi_arena(req), struct organizations_HandshakeParty, 2);

    if (!parties) {
        return -ENOMEM;
    }
    /* AWS leaves the o- out here. */
    parties[0].Id = awi_str_skip(record->OrganizationId, 2);
    parties[0].Type = AWI_STR("ORGANIZATION");
    parties[1].Id = record->Party;
    parties[1].Type = record->PartyType;
    *ret = (struct organizations_Handshake){
        .Id = record->Id,
        .Arn = org_handshake_arn(req, record->Id),
        .State = record->State,
        .Action = record->Action,
        .RequestedTimestamp = record->Requested,
        .ExpirationTimestamp = record->Expires,
        .Parties = {.items = parties, .n = awi_str_is_set(record->Party) ? 2 : 1, .set = true},
    };
    return ret->Arn.ptr ? show_resources(req, record, &ret->Resources) : -ENOMEM;
}

/* --- Looking --------------------------------------------------------------------------------- */

/* Handshakes that ended are listed for thirty days more. */
#define LISTED_DAYS 30

struct listing {
    struct awi_req *req;
    const struct organizations_HandshakeFilter *filter;
    struct organizations_Handshake *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct organizations_HandshakeRecord record;
    int r = org_handshake_get(list->req, awi_key_part(awi_arena(list->req), key, 1), &record);
    const struct organizations_HandshakeFilter *filter = list->filter;

    if (r) {
        return r == -ENOENT ? ORG_SKIPPED : r;
    }
    if ((record.Closed.set && awi_now(list->req) > record.Closed.ms + LISTED_DAYS * DAY_MS) ||
        (filter && awi_str_is_set(filter->ActionType) &&
         !awi_str_eq(filter->ActionType, record.Action)) ||
        (filter && awi_str_is_set(filter->ParentHandshakeId) &&
         !awi_str_eq(filter->ParentHandshakeId, record.Parent))) {
        return ORG_SKIPPED;
    }
    return org_handshake_show(list->req, &record, &list->items[list->n++]);
}

static int list_handshakes(struct awi_req *req,
                           struct awi_str party,
                           const struct organizations_HandshakeFilter *filter,
                           struct org_page page,
                           struct organizations_Handshakes *ret,
                           struct awi_str *ret_next)
{
    struct org all = {.dir = awi_request_directory(req), .scope = org_handshake_scope(req)};
    struct listing list = {
        .req = req,
        .filter = filter,
        .items = awi_arena_array(awi_arena(req), struct organizations_Handshake, ORG_PAGE),
    };

    page.table = PARTIES;
    page.prefix = AWI_KEY(awi_arena(req), party);
    page.take = take;
    page.arg = &list;
    if (!list.items || !page.prefix.ptr) {
        return -ENOMEM;
    }
    int r = org_page(req, &all, &page, ret_next);
    ret->items = list.items;
    ret->n = list.n;
    ret->set = true;
    return r;
}

int org_list_handshakes_for_account(struct awi_req *req,
                                    const struct organizations_ListHandshakesForAccountRequest *in,
                                    struct organizations_ListHandshakesForAccountResponse *out)
{
    struct org_page page = {.token = in->NextToken, .max = in->MaxResults};

    return list_handshakes(
        req, awi_account(req), in->Filter, page, &out->Handshakes, &out->NextToken);
}

int org_list_handshakes_for_organization(
    struct awi_req *req,
    const struct organizations_ListHandshakesForOrganizationRequest *in,
    struct organizations_ListHandshakesForOrganizationResponse *out)
{
    struct org_page page = {.token = in->NextToken, .max = in->MaxResults};
    struct org org;
    int r = org_open_managed(req, &org);

    return r ? r
             : list_handshakes(
                   req, org.record.Id, in->Filter, page, &out->Handshakes, &out->NextToken);
}

/* --- An organization that ends --------------------------------------------------------------- */

struct ending {
    struct awi_req *req;
    int64_t now;
};

static int cancel(void *arg, struct organizations_HandshakeRecord *record)
{
    struct ending *ending = arg;

    if (!org_handshake_is_open(record)) {
        return 0;
    }
    record->State = AWI_STR("CANCELED");
    record->Closed = AWI_SOME_TIME(ending->now);
    return org_handshake_put(ending->req, record);
}

int org_handshakes_cancel(struct awi_req *req, const struct org *org)
{
    struct ending ending = {.req = req, .now = awi_now(req)};

    return org_handshake_each(req, org->record.Id, cancel, &ending);
}
