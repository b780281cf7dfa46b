/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept accounts: which accounts there are. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/state.h"
#include "core/control/control.h"
#include "core/identity/account.h"
#include "core/util/buf.h"
#include "core/util/json.h"
#include "core/util/utf8.h"

#include "gen/core.h"

#include <stdio.h>
#include <string.h>

#define NAME_MOST  1024
#define NAME_WIDTH 32

static const char help[] =
    "usage: awsintercept accounts [--json] [--state DIR]\n"
    "\n"
    "Lists the default account, those of the configuration, and those that Organizations "
    "made.\n"
    "Without a configuration file every account that a program names exists as well.\n";

static int print_line(void *arg, const struct core_AccountRecord *record)
{
    struct awi_buf name = AWI_BUF_INIT(NAME_MOST);

    (void)arg;
    awi_buf_plain(&name, record->Name);
    /* Columns are counted in characters. */
    int gap = NAME_WIDTH - (int)awi_utf8_count(awi_buf_view(&name));
    printf("%-12.*s  %-10.*s  %s%*s  ",
           AWI_STR_FMT(record->Id),
           AWI_STR_FMT(record->State),
           awi_buf_view(&name).ptr,
           gap > 0 ? gap : 0,
           "");
    awi_cli_plain(record->Email, stdout);
    putchar('\n');
    awi_buf_deinit(&name);
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
    if (r >= 0 && json) {
        json_dumpf(all, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    return awi_cli_state_status(state, r);
}

int awi_cli_accounts(int argc, char **argv)
{
    bool json = false;
    const struct awi_cli_option options[] = {{"--json", AWI_CLI_FLAG, &json}, {0}};
    int r = awi_cli_options(argc, argv, "accounts", help, options);

    if (r != AWI_CLI_GO) {
        return r;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    return r != 0 ? r : list(&state, json);
}
