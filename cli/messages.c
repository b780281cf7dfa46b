/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept messages: what AWS would have sent to somewhere outside of the emulation. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/state.h"
#include "core/control/control.h"
#include "core/identity/outbox.h"
#include "core/util/json.h"

#include "gen/core.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: awsintercept messages [--json] [--state DIR]\n"
    "\n"
    "Lists the messages that AWS would have sent, oldest first: time, sender's account and\n"
    "service, channel (the ARN of an SNS topic), text.\n";

static int print_line(void *arg, const struct core_MessageRecord *record)
{
    char time[AWI_TIME_TEXT];

    (void)arg;
    awi_clock_text(record->Time.ms, time);
    printf("%s  %.*s  %-8.*s  ", time, AWI_STR_FMT(record->Account), AWI_STR_FMT(record->Service));
    awi_cli_plain(record->Channel, stdout);
    fputs("  ", stdout);
    awi_cli_plain(record->Body, stdout);
    putchar('\n');
    return 0;
}

static int add_json(void *all, const struct core_MessageRecord *record)
{
    return json_array_append_new(all, awi_control_message(record));
}

static int list(struct awi_cli_state *state, bool json)
{
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(json) json_t *all = json_array();
    int r = awi_txn_begin(state->store, false, &txn);

    r = r ? r : awi_outbox_each(txn, &state->arena, json ? add_json : print_line, all);
    if (r >= 0 && json) {
        json_dumpf(all, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    return awi_cli_state_status(state, r);
}

int awi_cli_messages(int argc, char **argv)
{
    bool json = false;
    const struct awi_cli_option options[] = {{"--json", AWI_CLI_FLAG, &json}, {0}};
    int r = awi_cli_options(argc, argv, "messages", help, options);

    if (r != AWI_CLI_GO) {
        return r;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    return r != 0 ? r : list(&state, json);
}
