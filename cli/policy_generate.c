/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awsintercept policy generate: from the permissions that calls asked for, the smallest identity
 * policy and trust policy that allow them. Every permission stands in one statement only, so none
 * can be left out.
 */
#include "cli/policy.h"

#include "cli/cli.h"
#include "cli/state.h"
#include "core/request/call.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 65536
#define VERSION   "2012-10-17"

struct asked {
    const char *account;
    const char *role;
    const char *user;
    const char *only; /* "policy", "trust"; NULL: both */
};

struct seen {
    const struct asked *asked;
    json_t *resources; /* resource -> {action: true}: what the identity side needs */
    json_t *callers;   /* principal -> {action: true}: who assumed the role */
    size_t unmapped;
};

static void help(FILE *to)
{
    fputs("usage: awsintercept policy generate [--account ID] [--role NAME | --user NAME]\n"
          "                                    [--policy | --trust] [--state DIR]\n"
          "\n"
          "Prints the smallest identity policy that allows the calls that were seen, and for a\n"
          "role the trust policy that lets those in who assumed it.\n"
          "\n"
          "    --account ID   calls of this account's principals\n"
          "    --role NAME    calls of this role's sessions\n"
          "    --user NAME    calls of this user\n"
          "    --policy       only the identity policy\n"
          "    --trust        only the trust policy\n",
          to);
}

static int parse(int argc, char **argv, struct asked *asked)
{
    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--account") == 0 ? &asked->account
                             : strcmp(argv[i], "--role") == 0  ? &asked->role
                             : strcmp(argv[i], "--user") == 0  ? &asked->user
                                                               : NULL;
        if (value && i + 1 < argc) {
            *value = argv[++i];
        } else if (strcmp(argv[i], "--policy") == 0 || strcmp(argv[i], "--trust") == 0) {
            asked->only = argv[i] + 2;
        } else {
            bool wanted = strcmp(argv[i], "--help") == 0;
            help(wanted ? stdout : stderr);
            return wanted ? 0 : 2;
        }
    }
    if (asked->only && strcmp(asked->only, "trust") == 0 && !asked->role) {
        awi_cli_error("name it with --role", "a trust policy belongs to a role");
        return 2;
    }
    return -1;
}

/* --- Whose call it is ------------------------------------------------------------------------ */

/* The parts of "arn:aws:sts::222222222222:assumed-role/NAME/SESSION": account, kind, the rest. */
static void split(struct awi_str arn, struct awi_str *account, struct awi_str *kind)
{
    struct awi_str part;

    for (int i = 0; i < 4; i++) {
        awi_str_cut(&arn, ':', &part);
    }
    awi_str_cut(&arn, ':', account);
    awi_str_cut(&arn, '/', kind);
}

static struct awi_str segment(struct awi_str arn, bool last)
{
    struct awi_str word = AWI_STR_NULL, rest = arn;

    awi_str_cut(&rest, '/', &word);
    while (awi_str_cut(&rest, '/', &word) && last) {
    }
    return word;
}

static bool is_wanted(const struct asked *asked, struct awi_str principal)
{
    struct awi_str account, kind;

    split(principal, &account, &kind);
    if (asked->account && !awi_str_is(account, asked->account)) {
        return false;
    }
    if (asked->role) {
        return awi_str_is(kind, "assumed-role") &&
               awi_str_is(segment(principal, false), asked->role);
    }
    if (asked->user) {
        return awi_str_is(kind, "user") && awi_str_is(segment(principal, true), asked->user);
    }
    return true;
}

/* Is this the role that is asked for? */
static bool is_the_role(const struct asked *asked, struct awi_str arn)
{
    struct awi_str account, kind;

    split(arn, &account, &kind);
    return asked->role && awi_str_is(kind, "role") && awi_str_is(segment(arn, true), asked->role) &&
           (!asked->account || awi_str_is(account, asked->account));
}

/* --- Taking it in ---------------------------------------------------------------------------- */

/* map[key][member] = true */
static void put(json_t *map, const char *key, struct awi_str member)
{
    json_t *set = json_object_get(map, key);
    char *name = strndup(member.ptr, member.len);

    if (!set) {
        set = json_object();
        json_object_set_new(map, key, set);
    }
    if (name) {
        json_object_set_new(set, name, json_true());
    }
    free(name);
}

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

/* A session's role; others stand for themselves. */
static void caller(struct awi_buf *out, struct awi_str principal)
{
    struct awi_str account, kind, role = segment(principal, false);

    split(principal, &account, &kind);
    if (awi_str_is(kind, "assumed-role")) {
        struct awi_str rest = principal, arn, partition;
        awi_str_cut(&rest, ':', &arn);
        awi_str_cut(&rest, ':', &partition);
        awi_buf_printf(out,
                       "arn:%.*s:iam::%.*s:role/%.*s",
                       AWI_STR_FMT(partition),
                       AWI_STR_FMT(account),
                       AWI_STR_FMT(role));
    } else {
        awi_buf_str(out, principal);
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
        put(map, key.ptr, member);
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
            put_text(seen->callers, caller, call->Principal, access->Action);
        }
    }
    return 0;
}

/* --- Writing it down ------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys in order, in malloc()ed memory; they live with the object. */
static const char **keys_of(json_t *object, size_t *ret_n)
{
    const char **keys = calloc(json_object_size(object) + 1, sizeof(*keys));
    const char *key;
    json_t *value;

    *ret_n = 0;
    json_object_foreach(object, key, value)
    {
        if (keys) {
            keys[(*ret_n)++] = key;
        }
    }
    if (keys) {
        qsort(keys, *ret_n, sizeof(*keys), by_text);
    }
    return keys;
}

static json_t *list_of(json_t *set)
{
    size_t n;
    AWI_AUTO(free) const char **keys = keys_of(set, &n);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, json_string(keys[i]));
    }
    return list;
}

/* One statement for all that share a set of actions: {set of actions as text: {what: true}}. */
static json_t *grouped(json_t *by_what)
{
    json_t *groups = json_object(), *actions;
    const char *what;

    json_object_foreach(by_what, what, actions)
    {
        AWI_AUTO(json) json_t *list = list_of(actions);
        AWI_AUTO(free) char *text = json_dumps(list, JSON_COMPACT);
        if (text) {
            put(groups, text, awi_str_from(what));
        }
    }
    return groups;
}

static json_t *document(json_t *by_what, bool trust)
{
    AWI_AUTO(json) json_t *groups = grouped(by_what);
    size_t n;
    AWI_AUTO(free) const char **keys = keys_of(groups, &n);
    json_t *statements = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *statement = json_object(), *whom = list_of(json_object_get(groups, keys[i]));
        json_object_set_new(statement, "Effect", json_string("Allow"));
        if (trust) {
            json_object_set_new(statement, "Principal", json_pack("{s:o}", "AWS", whom));
        }
        json_object_set_new(statement, "Action", json_loads(keys[i], 0, NULL));
        if (!trust) {
            json_object_set_new(statement, "Resource", whom);
        }
        json_array_append_new(statements, statement);
    }
    return json_pack("{s:s,s:o}", "Version", VERSION, "Statement", statements);
}

static void print(const struct asked *asked, const struct seen *seen)
{
    AWI_AUTO(json) json_t *policy = document(seen->resources, false);
    AWI_AUTO(json) json_t *trust = document(seen->callers, true);
    AWI_AUTO(json) json_t *both = json_pack("{s:O}", "Policy", policy);

    if (asked->role) {
        json_object_set(both, "TrustPolicy", trust);
    }
    const json_t *wanted = !asked->only ? both : strcmp(asked->only, "trust") == 0 ? trust : policy;
    json_dumpf(wanted, stdout, JSON_INDENT(2));
    putchar('\n');
}

int awi_cli_policy_generate(int argc, char **argv)
{
    AWI_AUTO(state) struct awi_cli_state state;
    struct asked asked = {0};
    uint64_t position = 0;
    int opened = awi_cli_state_open(&state, &argc, argv);
    int r = parse(argc, argv, &asked);

    if (r >= 0 || opened != 0) {
        return r >= 0 ? r : opened;
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
