/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a program in one of the ways that C offers: exec_family WAY FILE ARG... (at most two). */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int status_of(pid_t child)
{
    int status;

    if (child < 0 || waitpid(child, &status, 0) != child) {
        return 125;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int by_vfork(const char *file, char **argv)
{
    pid_t child = vfork();

    if (child == 0) {
        execve(file, argv, environ);
        _exit(124);
    }
    return status_of(child);
}

static int by_spawn(const char *file, char **argv, int search)
{
    pid_t child;
    int r = search ? posix_spawnp(&child, file, NULL, NULL, argv, environ)
                   : posix_spawn(&child, file, NULL, NULL, argv, environ);

    return r ? 123 : status_of(child);
}

/* fexecve() of a file that has no name. */
static void by_memfd(const char *file, char **argv)
{
    int from = open(file, O_RDONLY | O_CLOEXEC);
    int to = memfd_create("program", MFD_CLOEXEC);

    while (sendfile(to, from, NULL, 1 << 20) > 0) {
        continue;
    }
    fexecve(to, argv, environ);
}

int main(int argc, char **argv)
{
    const char *way = argc > 2 ? argv[1] : "";
    const char *file = argc > 2 ? argv[2] : "";
    const char *one = argc > 3 ? argv[3] : NULL, *two = argc > 4 ? argv[4] : NULL;

    if (strcmp(way, "vfork") == 0) {
        return by_vfork(file, argv + 2);
    }
    if (strcmp(way, "posix_spawn") == 0 || strcmp(way, "posix_spawnp") == 0) {
        return by_spawn(file, argv + 2, way[11] == 'p');
    }
    if (strcmp(way, "execve") == 0) {
        execve(file, argv + 2, environ);
    } else if (strcmp(way, "execv") == 0) {
        execv(file, argv + 2);
    } else if (strcmp(way, "execvp") == 0) {
        execvp(file, argv + 2);
    } else if (strcmp(way, "execvpe") == 0) {
        execvpe(file, argv + 2, environ);
    } else if (strcmp(way, "execl") == 0) {
        execl(file, file, one, two, (char *)NULL);
    } else if (strcmp(way, "execlp") == 0) {
        execlp(file, file, one, two, (char *)NULL);
    } else if (strcmp(way, "execle") == 0) {
        execle(file, file, one, two, (char *)NULL, environ);
    } else if (strcmp(way, "fexecve") == 0) {
        fexecve(open(file, O_RDONLY | O_CLOEXEC), argv + 2, environ);
    } else if (strcmp(way, "memfd") == 0) {
        by_memfd(file, argv + 2);
    } else if (strcmp(way, "execveat") == 0) {
        execveat(AT_FDCWD, file, argv + 2, environ, 0);
    }
    fprintf(stderr, "%s: %s\n", way, strerror(errno));
    return 122;
}
