/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awsintercept-tools: the subcommands that need the core and its libraries. The command itself
 * becomes this program for them, so that nobody pays for the core who only starts a program.
 */
#include "cli/cli.h"

#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} tools[] = {
    {"accounts", awi_cli_accounts},
    {"log", awi_cli_log},
    {"messages", awi_cli_messages},
    {"report", awi_cli_report},
    {"reset", awi_cli_reset},
    {"snapshot", awi_cli_snapshot},
    {"policy", awi_cli_policy},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof(tools) / sizeof(tools[0]); i++) {
        if (strcmp(argv[1], tools[i].name) == 0) {
            return tools[i].run(argc - 1, argv + 1);
        }
    }
    awi_cli_error("`awsintercept --help` lists the commands",
                  "awsintercept-tools is not for people");
    return 2;
}
