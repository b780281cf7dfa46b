/* SPDX-License-Identifier: Apache-2.0 */
/* The commands under `awsintercept policy`: argv from the command's own name on, exit status back:
 * 0 done, 1 failed, 2 wrong usage. */
#pragma once

#include "core/util/buf.h"

int awi_cli_policy_generate(int argc, char **argv);
int awi_cli_policy_simulate(int argc, char **argv);

/* Answers JSON lines from files ("-": standard input), or from standard input when there are none.
 * The exit status. */
int awi_cli_policy_lines(int n_files, char **files);

/* The options of `aws iam simulate-custom-policy` as one JSON case. The exit status. */
int awi_cli_policy_options(int argc, char **argv, struct awi_buf *ret);

/* Reads a whole file ("-": standard input) to the end of ret. 0 or -errno. */
int awi_cli_read_file(const char *path, struct awi_buf *ret);
