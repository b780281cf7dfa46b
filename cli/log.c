/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept log: the calls that programs made, as they are in the journal. */
#include "cli/cli.h"
#include "cli/state.h"
#include "core/request/call.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_MOST      16384
#define FOLLOW_STEP_NS 100000000

struct asked {
    bool json;
    bool follow;
    const char *account;
};

static void help(FILE *to)
{
    fputs("usage: awsintercept log [--follow] [--json] [--account ID] [--state DIR]\n"
          "\n"
          "Shows the AWS calls that programs made, oldest first: time (UTC), account, service,\n"
          "operation, HTTP status, caller, error.\n"
          "\n"
          "    --follow       go on showing calls of running programs\n"
          "    --json         one JSON object a line, with everything that is known\n"
          "    --account ID   only calls that acted in this account\n",
          to);
}

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

static int parse(int argc, char **argv, struct asked *asked)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            asked->json = true;
        } else if (strcmp(argv[i], "--follow") == 0 || strcmp(argv[i], "-f") == 0) {
            asked->follow = true;
        } else if (strcmp(argv[i], "--account") == 0 && i + 1 < argc) {
            asked->account = argv[++i];
        } else {
            bool wanted = strcmp(argv[i], "--help") == 0;
            help(wanted ? stdout : stderr);
            return wanted ? 0 : 2;
        }
    }
    return -1;
}

int awi_cli_log(int argc, char **argv)
{
    AWI_AUTO(state) struct awi_cli_state state;
    struct asked asked = {0};
    uint64_t position = 0;
    int opened = awi_cli_state_open(&state, &argc, argv);
    int r = parse(argc, argv, &asked);

    if (r >= 0 || opened != 0) {
        return r >= 0 ? r : opened;
    }
    for (;;) {
        r = awi_call_each(awi_core_journal(&state.core), &position, show, &asked);
        if (r < 0 || !asked.follow || fflush(stdout) != 0) {
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = FOLLOW_STEP_NS}, NULL);
    }
    if (r < 0) {
        awi_cli_error("`awsintercept reset` starts a new one", "the log: %s", strerror(-r));
    }
    return r < 0;
}
