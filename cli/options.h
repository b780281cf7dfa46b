/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of the subcommands that look at a state directory. All of them take --state DIR and
 * --help; a value stands behind its option or behind "=".
 */
#pragma once

#include <stdbool.h>

enum awi_cli_kind {
    AWI_CLI_FLAG,    /* value: bool * */
    AWI_CLI_TEXT,    /* value: const char ** */
    AWI_CLI_ACCOUNT, /* the same, 12 digits */
};

struct awi_cli_option {
    const char *name; /* "--json"; NULL ends the table */
    enum awi_cli_kind kind;
    void *value;
};

#define AWI_CLI_GO (-1)

/*
 * Reads argv (argv[0] is not looked at) and sets AWSINTERCEPT_STATE to what --state says. command:
 * how messages call it, "log". AWI_CLI_GO, or the exit status after help or a message was printed.
 */
int awi_cli_options(int argc,
                    char **argv,
                    const char *command,
                    const char *help,
                    const struct awi_cli_option *options);
