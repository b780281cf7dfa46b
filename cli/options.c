/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(const char *command, const char *option, const char *what)
{
    char next[96];

    snprintf(next, sizeof(next), "`awsintercept %s --help` lists the options", command);
    awi_cli_error(next, "%s: %s %s", command, option, what);
    return 2;
}

/* The option that a word names; *ret_value is what stands behind "=", or NULL. */
static const struct awi_cli_option *
find(const struct awi_cli_option *options, const char *word, const char **ret_value)
{
    size_t len = strcspn(word, "=");

    *ret_value = word[len] ? word + len + 1 : NULL;
    for (; options->name; options++) {
        if (strlen(options->name) == len && strncmp(options->name, word, len) == 0) {
            return options;
        }
    }
    return NULL;
}

static int take(const struct awi_cli_option *option, const char *value)
{
    if (option->kind == AWI_CLI_ACCOUNT && !awi_cli_is_account(value)) {
        return 2;
    }
    const char **text = option->value;
    *text = value;
    return 0;
}

int awi_cli_options(int argc,
                    char **argv,
                    const char *command,
                    const char *help,
                    const struct awi_cli_option *options)
{
    const char *state = NULL;
    const struct awi_cli_option common[] = {{"--state", AWI_CLI_TEXT, &state}, {0}};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
        const char *value;
        const struct awi_cli_option *option = find(options, argv[i], &value);
        option = option ? option : find(common, argv[i], &value);
        if (!option) {
            return wrong(command, argv[i], "is not understood");
        }
        if (option->kind == AWI_CLI_FLAG) {
            if (value) {
                return wrong(command, option->name, "takes no value");
            }
            *(bool *)option->value = true;
            continue;
        }
        value = value || i + 1 == argc ? value : argv[++i];
        if (!value || !*value) {
            return wrong(command, option->name, "needs a value");
        }
        if (take(option, value) != 0) {
            return 2;
        }
    }
    if (state && setenv("AWSINTERCEPT_STATE", state, 1) < 0) {
        return 1;
    }
    return AWI_CLI_GO;
}
