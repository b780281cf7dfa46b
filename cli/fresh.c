/* SPDX-License-Identifier: Apache-2.0 */
/* A private state directory for one run: made, and removed whole. */
#include "cli/fresh.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OPEN_DIRECTORIES 16

char *awi_cli_fresh_make(void)
{
    const char *const places[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char *path;
        if (!places[i] || places[i][0] != '/') {
            continue;
        }
        if (asprintf(&path, "%s/awsintercept-fresh-XXXXXX", places[i]) < 0) {
            return NULL;
        }
        if (mkdtemp(path)) {
            return path;
        }
        free(path);
    }
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    remove(path);
    return 0;
}

void awi_cli_fresh_remove(const char *path)
{
    nftw(path, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
}
