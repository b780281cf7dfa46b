/* SPDX-License-Identifier: Apache-2.0 */
/* How the command speaks to people: what is wrong, and what to do next. */
#include "cli/cli.h"

#include "core/util/buf.h"
#include "core/util/cleanup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MOST 65536

void awi_cli_plain(struct awi_str text, FILE *to)
{
    struct awi_buf line = AWI_BUF_INIT(LINE_MOST);

    awi_buf_plain(&line, awi_str_head(text, LINE_MOST / 8));
    fwrite(awi_buf_view(&line).ptr, 1, line.len, to);
    awi_buf_deinit(&line);
}

void awi_cli_error(const char *next, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    AWI_AUTO(free) char *text = NULL;
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
    }
    va_end(args);
    fputs("awsintercept: ", stderr);
    awi_cli_plain(awi_str_from(text), stderr);
    fputc('\n', stderr);
    if (next) {
        fprintf(stderr, "              %s\n", next);
    }
}

bool awi_cli_is_account(const char *id)
{
    bool good = awi_str_is_account(awi_str_from(id));

    if (!good) {
        awi_cli_error("for example --account 222222222222",
                      "--account: '%s' is not an account id of 12 digits",
                      id);
    }
    return good;
}
