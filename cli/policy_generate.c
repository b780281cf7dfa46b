/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awsintercept policy generate: from the permissions that calls asked for, the smallest identity
 * policy and trust policy that allow them. Every permission stands in one statement only, so none
 * can be left out.
 */
#include "cli/policy.h"

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/policy_sets.h"
#include "cli/policy_trust.h"
#include "cli/state.h"
#include "core/request/call.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 65536

struct asked {
    const char *account;
    const char *role;
    const char *user;
    bool policy, trust; /* only this; neither: both */
};

struct seen {
    const struct asked *asked;
    json_t *resources; /* resource -> {action: true}: what the identity side needs */
    json_t *callers;   /* who assumed the role, as trust.c keeps it */
    size_t unmapped;
};

static const char help[] =
    "usage: awsintercept policy generate [--account ID] [--role NAME | --user NAME]\n"
    "                                    [--policy | --trust] [--state DIR]\n"
    "\n"
    "Prints the smallest identity policy that allows the calls that were seen, and for a\n"
    "role the trust policy that lets those in who assumed it.\n"
    "\n"
    "    --account ID   calls of this account's principals\n"
    "    --role NAME    calls of this role's sessions\n"
    "    --user NAME    calls of this user\n"
    "    --policy       only the identity policy\n"
    "    --trust        only the trust policy\n";

static int parse(int argc, char **argv, struct asked *asked)
{
    const struct awi_cli_option options[] = {
        {"--account", AWI_CLI_ACCOUNT, &asked->account},
        {"--role", AWI_CLI_TEXT, &asked->role},
        {"--user", AWI_CLI_TEXT, &asked->user},
        {"--policy", AWI_CLI_FLAG, &asked->policy},
        {"--trust", AWI_CLI_FLAG, &asked->trust},
        {0},
    };
    int r = awi_cli_options(argc, argv, "policy generate", help, options);

    if (r != AWI_CLI_GO) {
        return r;
    }
    if (asked->trust && !asked->role) {
        awi_cli_error("name it with --role", "a trust policy belongs to a role");
        return 2;
    }
    if ((asked->trust && asked->policy) || (asked->user && asked->role)) {
        awi_cli_error("`awsintercept policy generate --help` lists the options",
                      "policy generate: %s exclude each other",
                      asked->user ? "--user and --role" : "--policy and --trust");
        return 2;
    }
    return AWI_CLI_GO;
}

/* --- Whose call it is ------------------------------------------------------------------------ */

static bool is_wanted(const struct asked *asked, struct awi_str principal)
{
    struct awi_str account, kind;

    awi_cli_arn_split(principal, &account, &kind);
    if (asked->account && !awi_str_is(account, asked->account)) {
        return false;
    }
    if (asked->role) {
        return awi_str_is(kind, "assumed-role") &&
               awi_str_is(awi_cli_arn_segment(principal, false), asked->role);
    }
    if (asked->user) {
        return awi_str_is(kind, "user") &&
               awi_str_is(awi_cli_arn_segment(principal, true), asked->user);
    }
    return true;
}

/* Is this the role that is asked for? */
static bool is_the_role(const struct asked *asked, struct awi_str arn)
{
    struct awi_str account, kind;

    awi_cli_arn_split(arn, &account, &kind);
    return asked->role && awi_str_is(kind, "role") &&
           awi_str_is(awi_cli_arn_segment(arn, true), asked->role) &&
           (!asked->account || awi_str_is(account, asked->account));
}

/* --- Taking it in ---------------------------------------------------------------------------- */

/* A name that holds wildcards is meant literally. */
static void literal(struct awi_buf *out, struct awi_str resource)
{
    bool any = awi_str_is(resource, "*");

    for (size_t i = 0; i < resource.len; i++) {
        char c = resource.ptr[i];
        if (!any && (c == '*' || c == '?' || c == '$')) {
            awi_buf_printf(out, "${%c}", c);
        } else {
            awi_buf_char(out, c);
        }
    }
}

static void put_text(json_t *map,
                     void (*write)(struct awi_buf *out, struct awi_str text),
                     struct awi_str text,
                     struct awi_str member)
{
    struct awi_buf key = AWI_BUF_INIT(TEXT_MOST);

    write(&key, text);
    if (!awi_buf_failed(&key) && key.ptr) {
        awi_cli_set_put(map, key.ptr, member);
    }
    awi_buf_deinit(&key);
}

static int take(void *arg, const struct log_Call *call)
{
    struct seen *seen = arg;
    bool wanted = is_wanted(seen->asked, call->Principal);

    for (size_t i = 0; i < call->Access.n; i++) {
        const struct log_Access *access = &call->Access.items[i];
        bool unmapped = awi_str_is(access->Decision, "unmapped");
        if (wanted && unmapped) {
            seen->unmapped++;
        }
        /* What needs no permission, or what no permission helps. */
        if (unmapped || awi_str_is(access->Layer, "none") ||
            awi_str_is(access->Layer, "credentials")) {
            continue;
        }
        if (wanted) {
            put_text(seen->resources, literal, access->Resource, access->Action);
        }
        if (is_the_role(seen->asked, access->Resource) &&
            awi_str_starts(access->Action, AWI_STR("sts:"))) {
            awi_cli_trust_take(seen->callers, call, access);
        }
    }
    return 0;
}

/* --- Writing it down ------------------------------------------------------------------------- */

/* One statement for all that share a set of actions: {set of actions as text: {what: true}}. */
static json_t *grouped(json_t *by_what)
{
    json_t *groups = json_object(), *actions;
    const char *what;

    json_object_foreach(by_what, what, actions)
    {
        AWI_AUTO(json) json_t *list = awi_cli_set_list(actions);
        AWI_AUTO(free) char *text = json_dumps(list, JSON_COMPACT);
        if (text) {
            awi_cli_set_put(groups, text, awi_str_from(what));
        }
    }
    return groups;
}

static json_t *document(json_t *by_what)
{
    AWI_AUTO(json) json_t *groups = grouped(by_what);
    size_t n;
    AWI_AUTO(free) const char **keys = awi_cli_set_keys(groups, &n);
    json_t *statements = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(statements,
                              json_pack("{s:s,s:o,s:o}",
                                        "Effect",
                                        "Allow",
                                        "Action",
                                        json_loads(keys[i], 0, NULL),
                                        "Resource",
                                        awi_cli_set_list(json_object_get(groups, keys[i]))));
    }
    return json_pack("{s:s,s:o}", "Version", AWI_CLI_POLICY_VERSION, "Statement", statements);
}

static void print(const struct asked *asked, const struct seen *seen)
{
    AWI_AUTO(json) json_t *policy = document(seen->resources);
    AWI_AUTO(json) json_t *trust = awi_cli_trust_document(seen->callers);
    AWI_AUTO(json) json_t *both = json_pack("{s:O}", "Policy", policy);

    if (asked->role) {
        json_object_set(both, "TrustPolicy", trust);
    }
    const json_t *wanted = asked->trust ? trust : asked->policy ? policy : both;
    json_dumpf(wanted, stdout, JSON_INDENT(2));
    putchar('\n');
}

int awi_cli_policy_generate(int argc, char **argv)
{
    struct asked asked = {0};
    uint64_t position = 0;
    int r = parse(argc, argv, &asked);

    if (r != AWI_CLI_GO) {
        return r;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    if (r != 0) {
        return r;
    }
    AWI_AUTO(json) json_t *resources = json_object();
    AWI_AUTO(json) json_t *callers = json_object();
    struct seen seen = {.asked = &asked, .resources = resources, .callers = callers};
    r = awi_call_each(awi_core_journal(&state.core), &position, take, &seen);
    if (r < 0) {
        awi_cli_error("`awsintercept reset` starts a new one", "the log: %s", strerror(-r));
        return 1;
    }
    print(&asked, &seen);
    if (seen.unmapped) {
        awi_cli_error("`awsintercept report` lists them",
                      "%zu calls whose permissions are not known are left out",
                      seen.unmapped);
    }
    return 0;
}
