/* SPDX-License-Identifier: Apache-2.0 */
/* How the command speaks to people: what is wrong, and what to do next. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

void awi_cli_error(const char *next, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("awsintercept: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    if (next) {
        fprintf(stderr, "              %s\n", next);
    }
}
