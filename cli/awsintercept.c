/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command's entry: the table of subcommands. This program needs libc only, since it is what
 * every program is started through; the subcommands that look into a state directory are another
 * (tools.c), which it becomes.
 */
#include "cli/cli.h"
#include "cli/supervise.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* NULL: it is one of the tools */
    const char *summary;
};

static const struct command commands[] = {
    {"run", awi_cli_run, "run a command with its AWS calls answered in process"},
    {"accounts", NULL, "list the accounts of a state directory"},
    {"log", NULL, "show the AWS calls that programs made"},
    {"messages", NULL, "list what AWS would have sent to somewhere else"},
    {"report", NULL, "sum up calls, roles assumed, and refusals with their reasons"},
    {"reset", NULL, "empty a state directory"},
    {"snapshot", NULL, "keep the state under a name, and bring it back"},
    {"doctor", awi_cli_doctor, "tell whether and how a command can be intercepted"},
    {"libpath", awi_cli_libpath, "print where the preload library is"},
    {"policy", NULL, "ask the policy evaluator who may do what, and why"},
};

static void help(FILE *to)
{
    fputs("awsintercept: several AWS accounts inside the process under test\n"
          "\n"
          "usage: awsintercept COMMAND [OPTIONS]\n"
          "\n",
          to);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        fprintf(to, "    %-10s%s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n"
          "Try it:\n"
          "    awsintercept run -- aws sts get-caller-identity\n"
          "    awsintercept run --account 222222222222 -- aws s3 mb s3://dev-data\n"
          "    awsintercept log\n"
          "\n"
          "`awsintercept COMMAND --help` explains a command. The same without the command:\n"
          "    LD_PRELOAD=$(awsintercept libpath) aws sts get-caller-identity\n",
          to);
}

static int become_tools(char **argv)
{
    AWI_AUTO(free) char *tried = NULL;
    AWI_AUTO(free) char *file = awi_cli_find_tools(&tried);

    if (!file) {
        awi_cli_error("build it with `ninja`, or install with `meson install`",
                      "awsintercept-tools is in none of: %s",
                      tried ? tried : "(no /proc)");
        return 1;
    }
    execv(file, argv);
    awi_cli_error(NULL, "%s: %s", file, strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("awsintercept " AWI_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run ? commands[i].run(argc - 1, argv + 1) : become_tools(argv);
        }
    }
    if (strcmp(argv[1], "supervise") == 0) {
        return awi_cli_supervisor(argc - 1, argv + 1);
    }
    awi_cli_error("`awsintercept --help` lists the commands", "there is no command '%s'", argv[1]);
    return 2;
}
