/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private state directory for one run: made, and removed whole, by the launcher or, when it is
 * killed, by a process that waits for that.
 */
#include "cli/fresh.h"

#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_DIRECTORIES 16

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

/* A process whose only work is to notice the launcher's end. Nothing else holds the pipe. */
static void watch(const char *path)
{
    int ends[2];
    char byte;

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return;
    }
    /* Not one of the standard descriptors, if the user has closed them. */
    close(AWI_STEAL(ends[1], fcntl(ends[1], F_DUPFD_CLOEXEC, 3)));
    if (fork() == 0) {
        setsid();
        if (ends[0] != STDIN_FILENO) {
            dup2(ends[0], STDIN_FILENO);
        }
        syscall(SYS_close_range, 1U, ~0U, 0U);
        while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) {
            continue;
        }
        awi_cli_fresh_remove(path);
        _exit(0);
    }
    close(ends[0]);
}

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
            watch(path);
            return path;
        }
        free(path);
    }
    return NULL;
}
