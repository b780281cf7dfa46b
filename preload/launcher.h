/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which programs must be started through the launcher, and how. Safe in a child of vfork(): no
 * heap, no locks, nothing is kept.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for the launcher's own arguments in front of the program's. */
#define AWI_LAUNCHER_ARGS 6

/*
 * Is this file a program that the preload cannot reach (static, built by Go, of another word size
 * or machine), to be started with this environment under interception? launcher: PATH_MAX bytes,
 * filled when the answer is yes. No, when the launcher is not installed, the environment does not
 * preload us, or it is supervised already.
 */
bool awi_launcher_wanted(const char *file, char *const *env, char *launcher);

/* Is this process's own program built by Go? Reads memory only. */
bool awi_launcher_runs_go(void);

/* The file that execvp() would run: name itself if it has a slash, else the first executable in
 * PATH. buf: PATH_MAX bytes. NULL: none. */
const char *awi_launcher_find(const char *name, char *buf);

/* Fills argv (room for n + AWI_LAUNCHER_ARGS) with the launcher's call of file with args. */
void awi_launcher_fill(
    const char **argv, const char *launcher, const char *file, char *const *args, size_t n);
