/* SPDX-License-Identifier: Apache-2.0 */
#include "core/control/control.h"

#include "core/identity/account.h"
#include "core/identity/moved.h"
#include "core/identity/outbox.h"
#include "core/request/call.h"
#include "core/util/json.h"

#include "gen/core.h"
#include "gen/log.h"

#include <errno.h>

struct control {
    struct awi_core *core;
    struct awi_arena *arena;
    struct awi_str query;
    struct awi_str body;
    struct awi_control_answer *ret;
};

static int answer(struct control *c, int status, json_t *value)
{
    AWI_AUTO(json) json_t *owned = value;
    AWI_AUTO(free) char *text = owned ? json_dumps(owned, JSON_COMPACT) : NULL;

    c->ret->status = status;
    c->ret->body = awi_arena_str(c->arena, awi_str_from(text));
    return awi_str_is_set(c->ret->body) ? 0 : -ENOMEM;
}

static int refuse(struct control *c, int status, struct awi_str why)
{
    return answer(c, status, json_pack("{s:o}", "error", awi_json_text(why)));
}

static int reset(struct control *c)
{
    int r = awi_core_reset(c->core);

    return r < 0 ? r : answer(c, 200, json_pack("{s:b}", "reset", 1));
}

json_t *awi_control_account(const struct core_AccountRecord *record)
{
    return json_pack("{s:o,s:o,s:o,s:o}",
                     "id",
                     awi_json_text(record->Id),
                     "name",
                     awi_json_text(record->Name),
                     "email",
                     awi_json_text(record->Email),
                     "state",
                     awi_json_text(record->State));
}

static int add_account(void *list, const struct core_AccountRecord *record)
{
    return json_array_append_new(list, awi_control_account(record)) < 0 ? -ENOMEM : 0;
}

static int with_txn(struct control *c, bool write, struct awi_txn **ret)
{
    struct awi_store *store;
    struct awi_str why;
    int r = awi_core_store(c->core, c->arena, &store, &why);

    if (r < 0) {
        refuse(c, 500, why);
        return 1;
    }
    return awi_txn_begin(store, write, ret);
}

static int accounts(struct control *c)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(json) json_t *list = json_array();
    int r = with_txn(c, false, &txn);

    if (r != 0) {
        return r > 0 ? 0 : r;
    }
    struct awi_directory dir = {awi_core_config(c->core), txn, c->arena};
    r = awi_account_each(&dir, add_account, list);
    return r < 0 ? r : answer(c, 200, json_pack("{s:O}", "accounts", list));
}

/* The value of a parameter of the query; absent when it is not there. */
static struct awi_str parameter(struct control *c, const char *name)
{
    struct awi_str rest = c->query, pair, key;

    while (awi_str_cut(&rest, '&', &pair)) {
        awi_str_cut(&pair, '=', &key);
        if (awi_str_is(key, name)) {
            return awi_str_is_set(pair) ? pair : AWI_STR("");
        }
    }
    return AWI_STR_NULL;
}

static bool wanted(struct control *c, const char *name, struct awi_str value)
{
    struct awi_str asked = parameter(c, name);

    return !awi_str_is_set(asked) || awi_str_eq_nocase(asked, value);
}

struct listing {
    struct control *control;
    json_t *list;
};

static int add_call(void *arg, const struct log_Call *call)
{
    struct listing *listing = arg;
    struct control *c = listing->control;

    if (!wanted(c, "account", call->Account) || !wanted(c, "service", call->Service) ||
        !wanted(c, "operation", call->Operation)) {
        return 0;
    }
    return json_array_append_new(listing->list, awi_call_json(call)) < 0 ? -ENOMEM : 0;
}

static int calls(struct control *c)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(json) json_t *list = json_array();
    struct listing listing = {c, list};
    int r = with_txn(c, false, &txn);

    if (r != 0) {
        return r > 0 ? 0 : r;
    }
    uint64_t position = 0;
    r = awi_call_each(awi_core_journal(c->core), &position, add_call, &listing);
    return r < 0 ? r : answer(c, 200, json_pack("{s:O}", "calls", list));
}

json_t *awi_control_message(const struct core_MessageRecord *record)
{
    char time[AWI_TIME_TEXT];

    awi_clock_text(record->Time.ms, time);
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o}",
                     "time",
                     time,
                     "service",
                     awi_json_text(record->Service),
                     "account",
                     awi_json_text(record->Account),
                     "region",
                     awi_json_text(record->Region),
                     "channel",
                     awi_json_text(record->Channel),
                     "subject",
                     awi_json_text(record->Subject),
                     "body",
                     awi_json_text(record->Body));
}

static int add_message(void *arg, const struct core_MessageRecord *record)
{
    struct listing *listing = arg;
    struct control *c = listing->control;

    if (!wanted(c, "account", record->Account) || !wanted(c, "service", record->Service) ||
        !wanted(c, "channel", record->Channel)) {
        return 0;
    }
    return json_array_append_new(listing->list, awi_control_message(record)) < 0 ? -ENOMEM : 0;
}

static int messages(struct control *c)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(json) json_t *list = json_array();
    struct listing listing = {c, list};
    int r = with_txn(c, false, &txn);

    if (r != 0) {
        return r > 0 ? 0 : r;
    }
    r = awi_outbox_each(txn, c->arena, add_message, &listing);
    return r < 0 ? r : answer(c, 200, json_pack("{s:O}", "messages", list));
}

static int clock_page(struct control *c)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    struct awi_moved moved = {0};
    char now[AWI_TIME_TEXT];
    int r = with_txn(c, false, &txn);

    if (r != 0) {
        return r > 0 ? 0 : r;
    }
    r = awi_clock_moved(txn, c->arena, &moved);
    if (r < 0) {
        return r;
    }
    awi_clock_text(awi_clock_now(&awi_core_config(c->core)->clock, moved.ms), now);
    return answer(c, 200, json_pack("{s:s,s:I}", "now", now, "moved_ms", (json_int_t)moved.ms));
}

/* How far the clock stands from where it would be: by {"advance": span} or {"set": moment}. */
static int wanted_clock(struct control *c, const json_t *body, int64_t moved, int64_t *ret)
{
    const char *advance = json_string_value(json_object_get(body, "advance"));
    const char *set = json_string_value(json_object_get(body, "set"));
    int64_t value;

    if (advance && awi_clock_parse_span(awi_str_from(advance), &value) == 0) {
        *ret = moved + value;
        return 0;
    }
    if (set && awi_clock_parse_moment(awi_str_from(set), &value) == 0) {
        *ret = value - awi_clock_now(&awi_core_config(c->core)->clock, 0);
        return 0;
    }
    return -EINVAL;
}

static int move_clock(struct control *c)
{
    AWI_AUTO(json) json_t *body = json_loadb(c->body.ptr, c->body.len, 0, NULL);
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    struct awi_moved moved = {0};
    int r = with_txn(c, true, &txn);

    if (r != 0) {
        return r > 0 ? 0 : r;
    }
    r = awi_clock_moved(txn, c->arena, &moved);
    if (r < 0) {
        return r;
    }
    if (wanted_clock(c, body, moved.ms, &moved.ms) < 0) {
        return refuse(c,
                      400,
                      AWI_STR("the body must be {\"advance\": \"+1h\"} or "
                              "{\"set\": \"2030-01-01T00:00:00Z\"}"));
    }
    r = awi_clock_move(txn, c->arena, moved.ms);
    if (r == 0) {
        r = awi_txn_commit(AWI_STEAL(txn, NULL));
    }
    return r < 0 ? r : clock_page(c);
}

/* --- Snapshots ------------------------------------------------------------------------------- */

static int done(struct control *c, int r, struct awi_str name, const char *what)
{
    struct awi_store *store;
    struct awi_str why;

    switch (r) {
    case 0:
        return answer(c, 200, json_pack("{s:o}", what, awi_json_text(name)));
    case -EINVAL:
        return refuse(c, 400, AWI_STR("a name is 1 to 64 of A-Z a-z 0-9 . _ -, as in ?name=base"));
    case -ENOENT:
        return refuse(c, 404, AWI_STR("there is no snapshot of that name; GET /snapshots"));
    case -EMFILE:
        return refuse(c, 409, AWI_STR("there are 64 snapshots; DELETE /snapshot?name=..."));
    default:
        /* A full disk, for one thing: said as the requests to AWS say it. */
        if (awi_core_store(c->core, c->arena, &store, &why) < 0) {
            return refuse(c, 500, why);
        }
        return refuse(c, 500, awi_store_why(store, c->arena, r));
    }
}

static int with_name(struct control *c,
                     int (*run)(struct awi_store *store, struct awi_str name),
                     const char *what)
{
    struct awi_str name = parameter(c, "name");
    struct awi_store *store;
    struct awi_str why;

    if (!awi_str_is_set(name)) {
        name = AWI_STR("default");
    }
    int r = awi_core_store(c->core, c->arena, &store, &why);
    return r < 0 ? refuse(c, 500, why) : done(c, run(store, name), name, what);
}

static int snapshot(struct control *c)
{
    return with_name(c, awi_snapshot_save, "saved");
}

static int restore(struct control *c)
{
    return with_name(c, awi_snapshot_restore, "restored");
}

static int forget(struct control *c)
{
    return with_name(c, awi_snapshot_delete, "deleted");
}

static int add_name(void *list, struct awi_str name)
{
    return json_array_append_new(list, awi_json_text(name)) < 0 ? -ENOMEM : 0;
}

static int snapshots(struct control *c)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(json) json_t *list = json_array();
    int r = with_txn(c, false, &txn);

    if (r != 0) {
        return r > 0 ? 0 : r;
    }
    r = awi_snapshot_each(txn, add_name, list);
    return r < 0 ? r : answer(c, 200, json_pack("{s:O}", "snapshots", list));
}

/* --- The pages ------------------------------------------------------------------------------- */

static int index_page(struct control *c);

static const struct page {
    const char *method;
    const char *path;
    int (*run)(struct control *c);
} pages[] = {
    {"GET", "/", index_page},
    {"POST", "/reset", reset},
    {"POST", "/moto-api/reset", reset},
    {"GET", "/accounts", accounts},
    {"GET", "/calls", calls},
    {"GET", "/messages", messages},
    {"GET", "/clock", clock_page},
    {"POST", "/clock", move_clock},
    {"POST", "/snapshot", snapshot},
    {"DELETE", "/snapshot", forget},
    {"GET", "/snapshots", snapshots},
    {"POST", "/restore", restore},
};

#define N_PAGES (sizeof(pages) / sizeof(pages[0]))

static int index_page(struct control *c)
{
    AWI_AUTO(json) json_t *list = json_array();

    for (size_t i = 1; i < N_PAGES; i++) {
        json_array_append_new(list, json_sprintf("%s %s", pages[i].method, pages[i].path));
    }
    return answer(c, 200, json_pack("{s:O}", "requests", list));
}

int awi_control_run(struct awi_core *core,
                    struct awi_arena *arena,
                    struct awi_str method,
                    struct awi_str path,
                    struct awi_str body,
                    struct awi_control_answer *ret)
{
    struct control c = {.core = core, .arena = arena, .query = path, .body = body, .ret = ret};
    bool known = false;

    const struct awi_config *config = awi_core_config(core);
    if (!config) {
        return -ENOMEM;
    }
    if (awi_str_is_set(config->problem)) {
        return refuse(&c, 500, config->problem);
    }
    awi_str_cut(&c.query, '?', &path);
    for (size_t i = 0; i < N_PAGES; i++) {
        if (!awi_str_is(path, pages[i].path)) {
            continue;
        }
        known = true;
        if (awi_str_is(method, pages[i].method)) {
            return pages[i].run(&c);
        }
    }
    return known ? refuse(&c, 405, AWI_STR("that path has another method; GET / lists them"))
                 : refuse(&c, 404, AWI_STR("there is no such path; GET / lists what there is"));
}
