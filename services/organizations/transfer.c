/* SPDX-License-Identifier: Apache-2.0 */
#include "services/organizations/transfer.h"

#include "core/util/cleanup.h"

#include <errno.h>

#define TRANSFERS "transfer"
#define PARTIES   "transferof"

/* --- Records --------------------------------------------------------------------------------- */

static bool is_source(const struct organizations_TransferRecord *record, struct awi_str account)
{
    return awi_str_is_set(record->Source) && awi_str_eq(record->Source, account);
}

int org_transfer_get(struct awi_req *req,
                     struct awi_str id,
                     struct organizations_TransferRecord *ret)
{
    struct awi_scope scope = org_handshake_scope(req);
    int r = awi_record_get(
        &scope, TRANSFERS, id, awi_arena(req), &organizations_TransferRecord_shape, ret);

    return r == 0 && !awi_str_eq(ret->Target, awi_account(req)) && !is_source(ret, awi_account(req))
               ? -ENOENT
               : r;
}

static int
note_party(struct awi_req *req, struct awi_str account, const char *direction, struct awi_str id)
{
    struct awi_scope scope = org_handshake_scope(req);
    struct awi_str key = AWI_KEY(awi_arena(req), account, awi_str_from(direction), id);

    return key.ptr ? awi_put(&scope, PARTIES, key, AWI_STR("")) : -ENOMEM;
}

int org_transfer_put(struct awi_req *req, const struct organizations_TransferRecord *record)
{
    struct awi_scope scope = org_handshake_scope(req);
    int r = awi_record_put(
        &scope, TRANSFERS, record->Id, awi_arena(req), &organizations_TransferRecord_shape, record);

    r = r ? r : note_party(req, record->Target, ORG_INBOUND, record->Id);
    return r || !awi_str_is_set(record->Source)
               ? r
               : note_party(req, record->Source, ORG_OUTBOUND, record->Id);
}

int org_transfer_status(struct awi_req *req,
                        const struct organizations_TransferRecord *record,
                        struct awi_str *ret)
{
    struct organizations_HandshakeRecord handshake;
    int r = org_handshake_get(req, record->Handshake, &handshake);

    *ret = record->Withdrawn.v                 ? AWI_STR("WITHDRAWN")
           : org_handshake_is_open(&handshake) ? AWI_STR("REQUESTED")
                                               : handshake.State;
    return r;
}

static int not_found(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_ResponsibilityTransferNotFoundException_error,
                    "We can't find a transfer that you specified.");
}

/* --- How it is shown ------------------------------------------------------------------------- */

struct awi_str org_transfer_arn(struct awi_req *req, const struct org *org, struct awi_str id)
{
    struct organizations_TransferRecord record;

    if (org_transfer_get(req, id, &record) < 0) {
        return AWI_STR("*");
    }
    return awi_arena_printf(awi_arena(req),
                            "arn:%.*s:organizations::%.*s:transfer/%.*s/billing/%s/%.*s",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(org->record.ManagementAccount),
                            AWI_STR_FMT(org->record.Id),
                            is_source(&record, awi_account(req)) ? ORG_OUTBOUND : ORG_INBOUND,
                            AWI_STR_FMT(id));
}

static int show_participant(const struct org *org,
                            struct awi_str account,
                            struct organizations_TransferParticipant **ret)
{
    struct core_AccountRecord record;
    int r;

    if (!awi_str_is_set(account)) {
        return 0;
    }
    *ret = awi_arena_new(org->dir.arena, struct organizations_TransferParticipant);
    r = *ret ? awi_account_get(&org->dir, account, &record) : -ENOMEM;
    if (r == 0) {
        (*ret)->ManagementAccountId = account;
        (*ret)->ManagementAccountEmail = record.Email;
    }
    return r;
}

static int show(struct awi_req *req,
                const struct org *org,
                const struct organizations_TransferRecord *record,
                struct organizations_ResponsibilityTransfer *ret)
{
    int r = org_transfer_status(req, record, &ret->Status);

    ret->Id = record->Id;
    ret->Name = record->Name;
    ret->Type = record->Type;
    ret->StartTimestamp = record->Start;
    ret->EndTimestamp = record->End;
    ret->ActiveHandshakeId =
        awi_str_is(ret->Status, "REQUESTED") ? record->Handshake : AWI_STR_NULL;
    ret->Arn = org_transfer_arn(req, org, record->Id);
    r = r ? r : show_participant(org, record->Source, &ret->Source);
    r = r ? r : show_participant(org, record->Target, &ret->Target);
    return r ? r : ret->Arn.ptr ? 0 : -ENOMEM;
}

int org_transfer_answer(struct awi_req *req,
                        const struct org *org,
                        const struct organizations_TransferRecord *record,
                        struct organizations_ResponsibilityTransfer **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct organizations_ResponsibilityTransfer);
    return *ret ? show(req, org, record, *ret) : -ENOMEM;
}

/* --- Those in force -------------------------------------------------------------------------- */

struct search {
    struct awi_req *req;
    struct awi_str source, besides;
    bool found;
};

static int each_transfer(struct awi_req *req,
                         struct awi_str account,
                         const char *direction,
                         int (*seen)(void *arg, const struct organizations_TransferRecord *record),
                         void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_scope scope = org_handshake_scope(req);
    struct awi_str prefix = AWI_KEY(awi_arena(req), account, awi_str_from(direction)), key, value;
    int r = prefix.ptr ? awi_cursor_open(&scope, PARTIES, prefix, prefix, AWI_FORWARD, &cursor)
                       : -ENOMEM;

    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        struct organizations_TransferRecord record;
        r = awi_record_get(&scope,
                           TRANSFERS,
                           awi_key_part(awi_arena(req), key, 2),
                           awi_arena(req),
                           &organizations_TransferRecord_shape,
                           &record);
        r = r ? r : seen(arg, &record);
    }
    return r == -ENOENT ? 0 : r;
}

static int look_for_active(void *arg, const struct organizations_TransferRecord *record)
{
    struct search *search = arg;
    struct awi_str status;
    int r = org_transfer_status(search->req, record, &status);
    bool over = record->End.set && record->End.ms < awi_now(search->req);

    search->found |= r == 0 && !over && !awi_str_eq(record->Id, search->besides) &&
                     (awi_str_is(status, "ACCEPTED") || awi_str_is(status, "WITHDRAWN")) &&
                     (!awi_str_is_set(search->source) || is_source(record, search->source));
    return r;
}

int org_transfer_find(struct awi_req *req,
                      struct awi_str account,
                      const char *direction,
                      struct awi_str source,
                      struct awi_str besides,
                      bool *ret)
{
    struct search search = {.req = req, .source = source, .besides = besides};
    int r = each_transfer(req, account, direction, look_for_active, &search);

    *ret = search.found;
    return r;
}

int org_transfer_is_active(struct awi_req *req, struct awi_str account, bool *ret)
{
    int r = org_transfer_find(req, account, ORG_INBOUND, AWI_STR_NULL, AWI_STR_NULL, ret);

    return r || *ret
               ? r
               : org_transfer_find(req, account, ORG_OUTBOUND, AWI_STR_NULL, AWI_STR_NULL, ret);
}

int org_transfer_open(struct awi_req *req,
                      struct awi_str id,
                      struct org *org,
                      struct organizations_TransferRecord *ret)
{
    int r = org_open_managed(req, org);

    r = r ? r : org_transfer_get(req, id, ret);
    return r == -ENOENT ? not_found(req) : r;
}

/* --- Looking --------------------------------------------------------------------------------- */

int org_describe_transfer(struct awi_req *req,
                          const struct organizations_DescribeResponsibilityTransferRequest *in,
                          struct organizations_DescribeResponsibilityTransferResponse *out)
{
    struct organizations_TransferRecord record;
    struct org org;
    int r = org_transfer_open(req, in->Id, &org, &record);

    return r ? r : org_transfer_answer(req, &org, &record, &out->ResponsibilityTransfer);
}

struct listing {
    struct awi_req *req;
    const struct org *org;
    struct awi_str only; /* absent: all */
    struct organizations_ResponsibilityTransfer *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *list = arg;
    struct organizations_TransferRecord record;
    struct awi_str id = awi_key_part(awi_arena(list->req), key, 2);
    int r = id.ptr ? 0 : -ENOMEM;

    if (r == 0 && awi_str_is_set(list->only) && !awi_str_eq(id, list->only)) {
        return ORG_SKIPPED;
    }
    r = r ? r : org_transfer_get(list->req, id, &record);
    return r ? r : show(list->req, list->org, &record, &list->items[list->n++]);
}

static int list_transfers(struct awi_req *req,
                          const char *direction,
                          struct awi_str only,
                          struct org_page page,
                          struct organizations_ResponsibilityTransfers *ret,
                          struct awi_str *ret_next)
{
    struct org org;
    struct listing list = {
        .req = req,
        .org = &org,
        .only = only,
        .items =
            awi_arena_array(awi_arena(req), struct organizations_ResponsibilityTransfer, ORG_PAGE),
    };
    int r = org_open_managed(req, &org);

    if (r) {
        return r;
    }
    struct org all = {.dir = org.dir, .scope = org_handshake_scope(req)};
    page.table = PARTIES;
    page.prefix = AWI_KEY(awi_arena(req), awi_account(req), awi_str_from(direction));
    page.take = take;
    page.arg = &list;
    if (!list.items || !page.prefix.ptr) {
        return -ENOMEM;
    }
    r = org_page(req, &all, &page, ret_next);
    ret->items = list.items;
    ret->n = list.n;
    ret->set = true;
    return r == 0 && awi_str_is_set(only) && list.n == 0 ? not_found(req) : r;
}

int org_list_inbound_transfers(
    struct awi_req *req,
    const struct organizations_ListInboundResponsibilityTransfersRequest *in,
    struct organizations_ListInboundResponsibilityTransfersResponse *out)
{
    struct org_page page = {.token = in->NextToken, .max = in->MaxResults};

    return list_transfers(
        req, ORG_INBOUND, in->Id, page, &out->ResponsibilityTransfers, &out->NextToken);
}

int org_list_outbound_transfers(
    struct awi_req *req,
    const struct organizations_ListOutboundResponsibilityTransfersRequest *in,
    struct organizations_ListOutboundResponsibilityTransfersResponse *out)
{
    struct org_page page = {.token = in->NextToken, .max = in->MaxResults};

    return list_transfers(
        req, ORG_OUTBOUND, AWI_STR_NULL, page, &out->ResponsibilityTransfers, &out->NextToken);
}
