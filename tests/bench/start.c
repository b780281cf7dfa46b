/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long programs take from fork to end, with and without the preload, in turn.
 *
 *     start REPETITIONS LIBRARY -- COMMAND...
 *
 * Prints the medians in microseconds: without, with.
 */
#include "timing.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t once(const char *library, char **argv)
{
    int64_t start = now_ns();
    pid_t child = vfork();

    if (child == 0) {
        char preload[4096];
        snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", library ? library : "");
        char *environment[] = {preload, NULL};
        if (!library) {
            environment[0] = NULL;
        }
        execve(argv[0], argv, environment);
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "start: %s failed\n", argv[0]);
        exit(1);
    }
    return now_ns() - start;
}

int main(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[3], "--") != 0) {
        fprintf(stderr, "usage: start REPETITIONS LIBRARY -- COMMAND...\n");
        return 2;
    }
    size_t n = strtoul(argv[1], NULL, 10);
    int64_t *without = calloc(n, sizeof(*without)), *with = calloc(n, sizeof(*with));
    for (size_t i = 0; i < n; i++) {
        without[i] = once(NULL, argv + 4);
        with[i] = once(argv[2], argv + 4);
    }
    print_times(without, n);
    print_times(with, n);
    return 0;
}
