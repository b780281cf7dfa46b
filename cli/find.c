/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a command is, as a shell would find it. */
#include "cli/cli.h"
#include "core/util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *awi_cli_find_command(const char *command)
{
    const char *path = getenv("PATH");

    if (strchr(command, '/')) {
        if (access(command, X_OK) != 0) {
            return NULL;
        }
        char *real = realpath(command, NULL);
        return real ? real : strdup(command); /* a descriptor's file may have no name */
    }
    for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
        size_t len = strcspn(at, ":");
        AWI_AUTO(free) char *file = NULL;
        if (asprintf(&file, "%.*s/%s", (int)len, len ? at : ".", command) < 0) {
            file = NULL;
            return NULL;
        }
        if (access(file, X_OK) == 0) {
            return realpath(file, NULL);
        }
        at += len + (at[len] == ':');
    }
    return NULL;
}
