/* SPDX-License-Identifier: Apache-2.0 */
/* `awsintercept policy`: the table of what can be asked of the policy evaluator. */
#include "cli/policy.h"

#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"generate", awi_cli_policy_generate, "the smallest policy that allows the calls seen"},
    {"simulate", awi_cli_policy_simulate, "decide requests by the policies given, and say why"},
};

static void help(FILE *to)
{
    fputs("usage: awsintercept policy COMMAND [OPTIONS]\n\n", to);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        fprintf(to, "    %-10s%s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n`awsintercept policy COMMAND --help` explains a command.\n", to);
}

int awi_cli_policy(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help(stdout);
        return 0;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr,
            "awsintercept: there is no command 'policy %s'\n"
            "              `awsintercept policy --help` lists them\n",
            argv[1]);
    return 2;
}
