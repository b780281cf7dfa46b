/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The standard streams as the core's libraries see them (scripts/link-core renames theirs): they
 * lead nowhere, since nothing of ours may print in a host process. No descriptor is held.
 */
#include <stdio.h>

extern FILE *awi_core_stdin, *awi_core_stdout, *awi_core_stderr;
FILE *awi_core_stdin, *awi_core_stdout, *awi_core_stderr;

static ssize_t swallow(void *cookie, const char *data, size_t len)
{
    (void)cookie;
    (void)data;
    return (ssize_t)len;
}

__attribute__((constructor)) static void open_nothing(void)
{
    static const cookie_io_functions_t nowhere = {.write = swallow};

    awi_core_stdin = fopencookie(NULL, "r", nowhere);
    awi_core_stdout = fopencookie(NULL, "w", nowhere);
    awi_core_stderr = fopencookie(NULL, "w", nowhere);
}
