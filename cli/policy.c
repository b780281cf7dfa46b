/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept policy: its own subcommands. */
#include "cli/cli.h"
#include "cli/policy_simulate.h"

#include <stdio.h>
#include <string.h>

int awi_cli_policy(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "simulate") == 0) {
        return awi_cli_policy_simulate(argc - 1, argv + 1);
    }
    bool asked = argc > 1 && strcmp(argv[1], "--help") == 0;
    fputs("usage: awsintercept policy simulate ...\n"
          "\n"
          "    simulate   who may do what, and which statement decides\n"
          "\n"
          "`awsintercept policy simulate --help` explains it.\n",
          asked ? stdout : stderr);
    return asked ? 0 : 2;
}
