/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long programs take from fork to end, plainly and with us, in turn.
 *
 *     start REPETITIONS LIBRARY.so -- COMMAND...     with us: preloaded
 *     start REPETITIONS LAUNCHER -- COMMAND...       with us: LAUNCHER run -- COMMAND...
 *
 * Prints the medians in microseconds: plainly, with us.
 */
#include "timing.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char run[] = "run", end_of_options[] = "--", state[] = "AWSINTERCEPT_STATE=memory";

static int64_t once(char **environment, char **argv)
{
    int64_t start = now_ns();
    pid_t child = vfork();

    if (child == 0) {
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

/* argv behind "LAUNCHER run --"; its words are not copied. */
static char **launched(char *launcher, char **argv, int n)
{
    char **all = calloc((size_t)n + 4, sizeof(*all));

    all[0] = launcher;
    all[1] = run;
    all[2] = end_of_options;
    memcpy(all + 3, argv, (size_t)n * sizeof(*argv));
    return all;
}

int main(int argc, char **argv)
{
    if (argc < 5 || strcmp(argv[3], "--") != 0) {
        fprintf(stderr, "usage: start REPETITIONS LIBRARY.so|LAUNCHER -- COMMAND...\n");
        return 2;
    }
    size_t n = strtoul(argv[1], NULL, 10);
    int64_t *without = calloc(n, sizeof(*without)), *with = calloc(n, sizeof(*with));
    bool preload = strcmp(argv[2] + strlen(argv[2]) - strlen(".so"), ".so") == 0;
    char **ours = preload ? argv + 4 : launched(argv[2], argv + 4, argc - 4);
    char variable[4096];
    snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", argv[2]);
    char *bare[] = {state, NULL}, *preloaded[] = {state, variable, NULL};
    for (size_t i = 0; i < n; i++) {
        without[i] = once(bare, argv + 4);
        with[i] = once(preload ? preloaded : bare, ours);
    }
    print_times(without, n);
    print_times(with, n);
    return 0;
}
