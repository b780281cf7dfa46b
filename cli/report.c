/* SPDX-License-Identifier: Apache-2.0 */
/* What was called in which account, how often, and what failed: the end of `run --report`. */
#include "cli/cli.h"
#include "cli/state.h"
#include "core/request/call.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    char *text; /* "222222222222  s3  CreateBucket" and what it was answered with */
    size_t calls;
};

struct summary {
    struct line *lines;
    size_t n;
};

static int count(void *arg, const struct log_Call *call)
{
    struct summary *summary = arg;
    struct awi_str code = awi_str_is_set(call->ErrorCode) ? call->ErrorCode : AWI_STR("ok");
    char *text;

    if (asprintf(&text,
                 "%.*s  %.*s  %.*s  %.*s",
                 AWI_STR_FMT(call->Account),
                 AWI_STR_FMT(call->Service),
                 AWI_STR_FMT(call->Operation),
                 AWI_STR_FMT(code)) < 0) {
        return 0;
    }
    for (size_t i = 0; i < summary->n; i++) {
        if (strcmp(summary->lines[i].text, text) == 0) {
            summary->lines[i].calls++;
            free(text);
            return 0;
        }
    }
    struct line *lines = realloc(summary->lines, (summary->n + 1) * sizeof(*lines));
    if (!lines) {
        free(text);
        return 0;
    }
    summary->lines = lines;
    lines[summary->n++] = (struct line){text, 1};
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->text, ((const struct line *)b)->text);
}

void awi_cli_report_summary(void)
{
    AWI_AUTO(state) struct awi_cli_state state;
    struct summary summary = {0};
    char *no_arguments[] = {NULL};
    uint64_t position = 0;
    int argc = 0;

    if (awi_cli_state_open(&state, &argc, no_arguments) != 0) {
        return;
    }
    awi_call_each(awi_core_journal(&state.core), &position, count, &summary);
    fprintf(stderr, "awsintercept: calls by account, service, operation and outcome\n");
    qsort(summary.lines, summary.n, sizeof(*summary.lines), by_text);
    for (size_t i = 0; i < summary.n; i++) {
        fprintf(stderr, "%8zu  %s\n", summary.lines[i].calls, summary.lines[i].text);
        free(summary.lines[i].text);
    }
    if (summary.n == 0) {
        fprintf(stderr, "          none; `awsintercept doctor COMMAND` may tell why\n");
    }
    free(summary.lines);
}
