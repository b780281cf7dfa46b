/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept log: the calls that programs made, as they are in the journal. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/state.h"
#include "core/request/call.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MOST      16384
#define FOLLOW_STEP_MS 100

struct asked {
    bool json;
    bool follow;
    const char *account;
};

static const char help[] =
    "usage: awsintercept log [--follow] [--json] [--account ID] [--state DIR]\n"
    "\n"
    "Shows the AWS calls that programs made, oldest first: time (UTC), account, service,\n"
    "operation, HTTP status, caller, error.\n"
    "\n"
    "    --follow       go on showing calls of running programs\n"
    "    --json         one JSON object a line, with everything that is known\n"
    "    --account ID   only calls that acted in this account\n";

static int show(void *arg, const struct log_Call *call)
{
    const struct asked *asked = arg;

    if (asked->account && !awi_str_is(call->Account, asked->account)) {
        return 0;
    }
    if (asked->json) {
        AWI_AUTO(json) json_t *value = awi_call_json(call);
        json_dumpf(value, stdout, JSON_COMPACT);
        putchar('\n');
        return 0;
    }
    struct awi_buf line = AWI_BUF_INIT(LINE_MOST);
    if (awi_call_line(call, &line) == 0) {
        puts(line.ptr);
    }
    awi_buf_deinit(&line);
    return 0;
}

int awi_cli_log(int argc, char **argv)
{
    struct asked asked = {0};
    uint64_t position = 0;
    const struct awi_cli_option options[] = {
        {"--follow", AWI_CLI_FLAG, &asked.follow},
        {"-f", AWI_CLI_FLAG, &asked.follow},
        {"--json", AWI_CLI_FLAG, &asked.json},
        {"--account", AWI_CLI_ACCOUNT, &asked.account},
        {0},
    };
    int r = awi_cli_options(argc, argv, "log", help, options);

    if (r != AWI_CLI_GO) {
        return r;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    if (r != 0) {
        return r;
    }
    for (;;) {
        r = awi_call_each(awi_core_journal(&state.core), &position, show, &asked);
        if (r < 0 || !asked.follow || fflush(stdout) != 0) {
            break;
        }
        /* Only errors are waited for: a reader that went away is noticed without news, too. */
        struct pollfd out = {.fd = STDOUT_FILENO};
        if (poll(&out, 1, FOLLOW_STEP_MS) > 0) {
            break;
        }
    }
    if (r < 0) {
        awi_cli_error("`awsintercept reset` starts a new one", "the log: %s", strerror(-r));
    }
    return r < 0;
}
