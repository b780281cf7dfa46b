/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The awsintercept command: one file a subcommand, one row each in awsintercept.c. A subcommand
 * gets argv from its own name on and returns the exit status: 0 done, 1 failed, 2 wrong usage.
 */
#pragma once

#include "core/util/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

int awi_cli_run(int argc, char **argv);
int awi_cli_accounts(int argc, char **argv);
int awi_cli_log(int argc, char **argv);
int awi_cli_messages(int argc, char **argv);
int awi_cli_report(int argc, char **argv);
int awi_cli_reset(int argc, char **argv);
int awi_cli_snapshot(int argc, char **argv);
int awi_cli_doctor(int argc, char **argv);
int awi_cli_libpath(int argc, char **argv);
int awi_cli_policy(int argc, char **argv);

/* Prints "awsintercept: ..." and a second line that says what to do next; next may be NULL. */
void awi_cli_error(const char *next, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Is this an account id? Says so if it is not: the value of --account. */
bool awi_cli_is_account(const char *id);

/* Text from elsewhere, without the control characters that a terminal would obey. */
void awi_cli_plain(struct awi_str text, FILE *to);

/*
 * The preload library of this installation or build directory: an absolute path in malloc()ed
 * memory. NULL when it is not found; *ret_tried, if not NULL, then lists where it was looked for.
 */
char *awi_cli_find_library(char **ret_tried);

/* The library as LD_PRELOAD can name it, to be freed; NULL: it says on standard error why not. The
 * loader takes spaces and colons for the end of a path and puts something else for a dollar: the
 * program would run without us. */
char *awi_cli_preload_path(void);

/* The program that has the subcommands which look into a state directory; the same. */
char *awi_cli_find_tools(char **ret_tried);

/* The file that a command names, as a shell would find it: an absolute path in malloc()ed memory;
 * NULL when there is none. */
char *awi_cli_find_command(const char *command);

/* Is the configuration that programs started from here would get in order? Says so if it is not. */
bool awi_cli_config_is_good(void);

/* The same, and the account that the environment names, the state directory and the log file: what
 * every call of a program started from here would be refused for. */
bool awi_cli_can_start(void);
