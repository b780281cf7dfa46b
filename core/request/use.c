/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/use.h"

#include "core/core.h"
#include "core/identity/key.h"
#include "core/identity/use.h"

#include "gen/log.h"

/* One number that stands for caller, operation, region and minute. */
static uint64_t mark_of(const struct awi_req *req)
{
    struct awi_str texts[] = {
        req->identity.principal.access_key_id, req->identity.account, req->endpoint.region};
    uint64_t mark = (uint64_t)(req->now / AWI_USE_MS) ^ (uint64_t)(uintptr_t)req->operation;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (size_t at = 0; at < texts[i].len; at += 8) {
            uint64_t piece = 0;
            size_t left = texts[i].len - at;
            memcpy(&piece, texts[i].ptr + at, left < 8 ? left : 8);
            mark = (mark ^ piece) * UINT64_C(0x9e3779b97f4a7c15);
            mark ^= mark >> 32;
        }
    }
    return mark ? mark : 1;
}

/* Absent: callers whose use is nobody's question. */
static struct awi_str principal_id(const struct awi_principal *principal)
{
    struct awi_str rest = principal->user_id, id;

    switch (principal->type) {
    case AWI_PRINCIPAL_ROOT:
    case AWI_PRINCIPAL_USER:
        return principal->user_id;
    case AWI_PRINCIPAL_ROLE:
        return awi_str_cut(&rest, ':', &id) ? id : principal->user_id;
    default:
        return AWI_STR_NULL;
    }
}

/* The action as policies name it, which is not always the operation (s3:ListAllMyBuckets). */
static struct awi_str action_of(const struct awi_req *req)
{
    struct awi_str rest = req->n_access ? req->access[0].Action : AWI_STR(""), service;

    return awi_str_cut(&rest, ':', &service) && awi_str_eq(service, req->model->signing_name)
               ? rest
               : req->operation->name;
}

static int note(struct awi_req *req, const struct awi_use *use)
{
    struct awi_txn *txn;
    int r = awi_txn_begin(req->store, false, &txn);

    if (r == 0) {
        r = awi_use_is_noted(txn, req->arena, use);
        awi_txn_abort(txn);
    }
    if (r) {
        return r < 0 ? r : 0;
    }
    r = awi_txn_try(req->store, &txn);
    if (r < 0) {
        return r;
    }
    r = awi_use_note(txn, req->arena, use);
    if (r < 0) {
        awi_txn_abort(txn);
        return r;
    }
    return awi_txn_commit(txn);
}

void awi_request_note_use(struct awi_req *req)
{
    const struct awi_principal *principal = &req->identity.principal;
    struct awi_use use = {
        .account = principal->account,
        .principal = principal_id(principal),
        .service = req->model->signing_name,
        .region = req->endpoint.region,
        .now_ms = req->now,
    };

    if (!req->authenticated || !awi_str_is_set(use.principal)) {
        return;
    }
    uint64_t mark = mark_of(req);
    uint64_t *slot = &req->core->uses[mark % AWI_CORE_USES];
    if (__atomic_load_n(slot, __ATOMIC_RELAXED) == mark) {
        return;
    }
    use.operation = action_of(req);
    if (awi_str_is_set(req->identity.secret) && !principal->temporary &&
        awi_key_form(principal->access_key_id) == AWI_KEY_LONG_TERM) {
        use.key = principal->access_key_id;
    }
    if (note(req, &use) == 0) {
        __atomic_store_n(slot, mark, __ATOMIC_RELAXED);
    }
}
