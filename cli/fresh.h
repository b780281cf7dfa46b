/* SPDX-License-Identifier: Apache-2.0 */
/* A private state directory for one run. */
#pragma once

/* Makes it under XDG_RUNTIME_DIR, TMPDIR or /tmp, mode 0700; malloc()ed path, NULL with errno. */
char *awi_cli_fresh_make(void);
/* Removes it with all that is in it. */
void awi_cli_fresh_remove(const char *path);
