/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awsintercept report: what the journal says of accounts, calls, roles that were assumed, and
 * refusals with their reasons. Gathered as one JSON tree, which is the output or what the text is
 * written from (report_text.c).
 */
#include "cli/report.h"

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/state.h"
#include "core/request/call.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY_MOST 16384

/* Each an object: the entry under the text that it is told from others by. */
struct gathered {
    const char *account; /* NULL: all */
    json_t *calls;
    json_t *roles;
    json_t *refusals;
    json_t *missing;
    json_int_t n;
};

static struct awi_str or_dash(struct awi_str s)
{
    return s.len ? s : AWI_STR("-");
}

static void set_text(json_t *entry, const char *name, struct awi_str value)
{
    if (awi_str_is_set(value)) {
        json_object_set_new(entry, name, awi_json_text(value));
    }
}

static void count_up(json_t *entry, const char *name)
{
    json_object_set_new(
        entry, name, json_integer(json_integer_value(json_object_get(entry, name)) + 1));
}

/* The entry under the words joined, made when it is new; *ret_new says so. NULL: no memory. */
static json_t *entry_of(json_t *map, const struct awi_str *words, size_t n, bool *ret_new)
{
    struct awi_buf key = AWI_BUF_INIT(KEY_MOST);
    json_t *entry = NULL;

    for (size_t i = 0; i < n; i++) {
        awi_buf_str(&key, or_dash(words[i]));
        awi_buf_char(&key, '\t');
    }
    if (!awi_buf_failed(&key) && key.ptr) {
        entry = json_object_get(map, key.ptr);
        *ret_new = !entry;
        if (!entry) {
            entry = json_object();
            json_object_set_new(map, key.ptr, entry);
        }
        count_up(entry, "calls");
    }
    awi_buf_deinit(&key);
    return entry;
}

static struct awi_str outcome_of(const struct log_Call *call)
{
    return awi_str_is_set(call->ErrorCode) ? call->ErrorCode : AWI_STR("ok");
}

static void take_call(struct gathered *g, const struct log_Call *call)
{
    const struct awi_str words[] = {
        call->Account, call->Service, call->Operation, outcome_of(call)};
    bool fresh;
    json_t *entry = entry_of(g->calls, words, 4, &fresh);

    if (entry && fresh) {
        set_text(entry, "account", or_dash(call->Account));
        set_text(entry, "service", call->Service);
        set_text(entry, "operation", or_dash(call->Operation));
        set_text(entry, "outcome", words[3]);
    }
    if (awi_str_is(call->ErrorCode, "NotImplemented")) {
        entry = entry_of(g->missing, &words[1], 2, &fresh);
        if (entry && fresh) {
            set_text(entry, "service", call->Service);
            set_text(entry, "operation", or_dash(call->Operation));
        }
    }
}

/* Who asks; for an unsigned caller who federates, the provider that speaks for it. */
static struct awi_str asker(const struct log_Call *call, const struct log_Access *access)
{
    return awi_str_is_set(access->Provider) ? access->Provider : call->Principal;
}

static void
take_role(struct gathered *g, const struct log_Call *call, const struct log_Access *access)
{
    const struct awi_str words[] = {asker(call, access), access->Resource, outcome_of(call)};
    bool fresh;
    json_t *entry = entry_of(g->roles, words, 3, &fresh);

    if (entry && fresh) {
        set_text(entry, "principal", words[0]);
        set_text(entry, "role", access->Resource);
        set_text(entry, "outcome", words[2]);
    }
}

/* One refusal, or one that AWS would have made. */
static void
take_refusal(struct gathered *g, const struct log_Call *call, const struct log_Access *access)
{
    bool made = awi_str_is_set(call->ErrorMessage) && awi_str_is_set(access->Message) &&
                awi_str_starts(call->ErrorMessage, access->Message);
    const struct awi_str words[] = {call->Account,
                                    call->Service,
                                    call->Operation,
                                    asker(call, access),
                                    access->Action,
                                    access->Resource,
                                    access->Layer,
                                    access->Policy,
                                    access->Statement,
                                    made ? AWI_STR("made") : AWI_STR("noted")};
    bool fresh;
    json_t *entry = entry_of(g->refusals, words, sizeof(words) / sizeof(words[0]), &fresh);

    if (!entry || !fresh) {
        return;
    }
    json_object_set_new(entry, "refused", json_boolean(made));
    set_text(entry, "account", call->Account);
    set_text(entry, "region", call->Region);
    set_text(entry, "service", call->Service);
    set_text(entry, "operation", call->Operation);
    set_text(entry, "principal", asker(call, access));
    set_text(entry, "action", access->Action);
    set_text(entry, "resource", access->Resource);
    set_text(entry, "decision", access->Decision);
    set_text(entry, "layer", access->Layer);
    set_text(entry, "policy", access->Policy);
    set_text(entry, "statement", access->Statement);
    set_text(entry, "missing_key", access->MissingKey);
    set_text(entry, "message", access->Message);
}

static int take(void *arg, const struct log_Call *call)
{
    struct gathered *g = arg;

    if (g->account && !awi_str_is(call->Account, g->account)) {
        return 0;
    }
    g->n++;
    take_call(g, call);
    for (size_t i = 0; i < call->Access.n; i++) {
        const struct log_Access *access = &call->Access.items[i];
        if (awi_str_starts(access->Action, AWI_STR("sts:AssumeRole")) &&
            !awi_str_is(access->Layer, "credentials")) {
            take_role(g, call, access);
        }
        if (!awi_str_is(access->Decision, "allowed")) {
            take_refusal(g, call, access);
        }
    }
    return 0;
}

/* --- In order -------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The values of an object in the order of their keys; the object is given up. */
static json_t *in_order(json_t *map)
{
    size_t n = json_object_size(map), i = 0;
    const char **keys = calloc(n + 1, sizeof(*keys));
    json_t *list = json_array(), *value;
    const char *key;

    json_object_foreach(map, key, value)
    {
        if (keys) {
            keys[i++] = key;
        }
    }
    if (keys) {
        qsort(keys, i, sizeof(*keys), by_text);
    }
    for (size_t k = 0; k < i; k++) {
        json_array_append(list, json_object_get(map, keys[k]));
    }
    free(keys);
    json_decref(map);
    return list;
}

struct asked {
    const char *account;
    const char *after; /* what --position printed */
    bool json;
    bool position;
};

static json_t *gather(struct awi_cli_state *state, const struct asked *asked, int *ret)
{
    struct gathered g = {
        asked->account, json_object(), json_object(), json_object(), json_object(), 0};
    uint64_t position = asked->after ? strtoull(asked->after, NULL, 10) : 0;
    json_t *report = json_object();

    *ret = awi_call_each(awi_core_journal(&state->core), &position, take, &g);
    json_object_set_new(report, "n_calls", json_integer(g.n));
    json_object_set_new(report, "calls", in_order(g.calls));
    json_object_set_new(report, "roles", in_order(g.roles));
    json_object_set_new(report, "refusals", in_order(g.refusals));
    json_object_set_new(report, "not_implemented", in_order(g.missing));
    return report;
}

/* --- The command ----------------------------------------------------------------------------- */

static const char help[] =
    "usage: awsintercept report [--json] [--account ID] [--after POSITION] [--state DIR]\n"
    "       awsintercept report --position [--state DIR]\n"
    "\n"
    "Sums up the AWS calls that programs made: how often what was called in which account,\n"
    "who assumed which role, what was refused or would have been, with the layer, the\n"
    "policy and the statement that decided, and what is not implemented.\n"
    "\n"
    "    --json             one JSON object\n"
    "    --account ID       only calls that acted in this account\n"
    "    --position         print where the log of calls ends now, a number\n"
    "    --after POSITION   only calls that were made since then\n";

static int pass_over(void *arg, const struct log_Call *call)
{
    (void)arg;
    (void)call;
    return 0;
}

static int show(struct awi_cli_state *state, const struct asked *asked, FILE *to)
{
    uint64_t position = 0;
    int r;

    if (asked->position) {
        r = awi_call_each(awi_core_journal(&state->core), &position, pass_over, NULL);
        fprintf(to, "%llu\n", (unsigned long long)position);
    } else {
        AWI_AUTO(json) json_t *report = gather(state, asked, &r);
        if (asked->json) {
            json_dumpf(report, to, JSON_INDENT(2));
            fputc('\n', to);
        } else {
            awi_cli_report_text(report, isatty(fileno(to)), to);
        }
    }
    if (r < 0) {
        awi_cli_error("`awsintercept reset` starts a new one", "the log: %s", strerror(-r));
    }
    return r < 0;
}

int awi_cli_report(int argc, char **argv)
{
    struct asked asked = {0};
    const struct awi_cli_option options[] = {
        {"--json", AWI_CLI_FLAG, &asked.json},
        {"--account", AWI_CLI_ACCOUNT, &asked.account},
        {"--position", AWI_CLI_FLAG, &asked.position},
        {"--after", AWI_CLI_TEXT, &asked.after},
        {0},
    };
    int r = awi_cli_options(argc, argv, "report", help, options);

    if (r != AWI_CLI_GO) {
        return r;
    }
    if (asked.after && asked.after[strspn(asked.after, "0123456789")]) {
        awi_cli_error("`awsintercept report --position` prints one",
                      "--after: '%s' is not a position of the log",
                      asked.after);
        return 2;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    return r != 0 ? r : show(&state, &asked, stdout);
}
