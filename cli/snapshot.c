/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept snapshot: the state of one moment, kept under a name beside the state. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/state.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: awsintercept snapshot save|restore|delete NAME [--state DIR]\n"
    "       awsintercept snapshot list [--state DIR]\n"
    "\n"
    "Keeps all accounts with everything in them, and the moved clock, under NAME, and brings that\n"
    "back for all programs that use the state, any number of times. Programs may run meanwhile.\n"
    "The log of calls goes on. `awsintercept reset` forgets snapshots.\n"
    "\n"
    "    awsintercept snapshot save landing-zone\n"
    "    awsintercept snapshot restore landing-zone\n";

static const struct {
    const char *name;
    int (*run)(struct awi_store *store, struct awi_str name);
} verbs[] = {
    {"save", awi_snapshot_save},
    {"restore", awi_snapshot_restore},
    {"delete", awi_snapshot_delete},
};

static int print_name(void *arg, struct awi_str name)
{
    (void)arg;
    printf("%.*s\n", AWI_STR_FMT(name));
    return 0;
}

static int list(struct awi_store *store)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    int r = awi_txn_begin(store, false, &txn);

    return r ? r : awi_snapshot_each(txn, print_name, NULL);
}

static int finish(struct awi_cli_state *state, const char *name, int r)
{
    if (r == -EINVAL) {
        awi_cli_error("for example landing-zone",
                      "'%s' is no name of 1 to 64 letters, digits and . _ -",
                      name);
        return 2;
    }
    if (r == -ENOENT) {
        awi_cli_error(
            "`awsintercept snapshot list` has the names", "there is no snapshot %s", name);
    } else if (r == -EMFILE) {
        awi_cli_error("`awsintercept snapshot delete NAME` makes room",
                      "there are %d snapshots",
                      AWI_SNAPSHOTS_MOST);
    } else {
        return awi_cli_state_status(state, r);
    }
    return 1;
}

int awi_cli_snapshot(int argc, char **argv)
{
    const struct awi_cli_option options[] = {{0}};
    const char *verb = argc > 1 ? argv[1] : "";
    int words = strcmp(verb, "list") == 0 ? 2 : 3;
    size_t i = 0;

    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
        fputs(help, stdout);
        return 0;
    }
    while (i < sizeof(verbs) / sizeof(verbs[0]) && strcmp(verb, verbs[i].name) != 0) {
        i++;
    }
    if (argc < words || (words == 3 && i == sizeof(verbs) / sizeof(verbs[0]))) {
        fputs(help, stderr);
        return 2;
    }
    int r = awi_cli_options(argc - words + 1, argv + words - 1, "snapshot", help, options);
    if (r != AWI_CLI_GO) {
        return r;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    if (r != 0) {
        return r;
    }
    const char *name = words == 3 ? argv[2] : "";
    r = words == 2 ? list(state.store) : verbs[i].run(state.store, awi_str_from(name));
    return finish(&state, name, r);
}
