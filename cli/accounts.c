/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept accounts: which accounts there are. */
#include "cli/cli.h"
#include "cli/state.h"
#include "core/control/control.h"
#include "core/identity/account.h"
#include "core/util/json.h"

#include "gen/core.h"

#include <stdio.h>
#include <string.h>

static void help(FILE *to)
{
    fputs("usage: awsintercept accounts [--json] [--state DIR]\n"
          "\n"
          "Lists the default account, those of the configuration, and those that Organizations "
          "made.\n"
          "Without a configuration file every account that a program names exists as well.\n",
          to);
}

static int print_line(void *arg, const struct core_AccountRecord *record)
{
    (void)arg;
    printf("%-12.*s  %-10.*s  %-32.*s  %.*s\n",
           AWI_STR_FMT(record->Id),
           AWI_STR_FMT(record->State),
           AWI_STR_FMT(record->Name),
           AWI_STR_FMT(record->Email));
    return 0;
}

static int add_json(void *all, const struct core_AccountRecord *record)
{
    return json_array_append_new(all, awi_control_account(record));
}

static int list(struct awi_cli_state *state, bool json)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(json) json_t *all = json_array();
    int r = awi_txn_begin(state->store, false, &txn);

    if (r == 0) {
        struct awi_directory dir = {awi_core_config(&state->core), txn, &state->arena};
        r = awi_account_each(&dir, json ? add_json : print_line, all);
    }
    if (r < 0) {
        struct awi_str why = awi_store_why(state->store, &state->arena, r);
        awi_cli_error(NULL, "%.*s", AWI_STR_FMT(why));
        return 1;
    }
    if (json) {
        json_dumpf(all, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    return 0;
}

int awi_cli_accounts(int argc, char **argv)
{
    AWI_AUTO(state) struct awi_cli_state state;
    int r = awi_cli_state_open(&state, &argc, argv);
    bool json = argc == 2 && strcmp(argv[1], "--json") == 0;

    if (argc > 1 && !json) {
        bool asked = strcmp(argv[1], "--help") == 0;
        help(asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    return r != 0 ? r : list(&state, json);
}
