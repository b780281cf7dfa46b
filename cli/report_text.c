/* SPDX-License-Identifier: Apache-2.0 */
/* The report in columns, and refusals one by one. */
#include "cli/report.h"

#include "core/util/buf.h"

#include <string.h>

#define VALUE_MOST 65536

struct page {
    FILE *to;
    bool colour;
};

static const char *text(const json_t *entry, const char *name)
{
    const char *value = json_string_value(json_object_get(entry, name));

    return value ? value : "-";
}

static long long number(const json_t *entry, const char *name)
{
    return (long long)json_integer_value(json_object_get(entry, name));
}

/* Names come from programs: what a terminal would obey is written out, in place. */
static void make_plain(json_t *value)
{
    json_t *member;
    const char *key;
    size_t i;

    json_array_foreach(value, i, member)
    {
        make_plain(member);
    }
    json_object_foreach(value, key, member)
    {
        make_plain(member);
    }
    if (json_is_string(value)) {
        struct awi_buf plain = AWI_BUF_INIT(VALUE_MOST);
        awi_buf_plain(&plain, awi_str_from(json_string_value(value)));
        json_string_setn(value, awi_buf_view(&plain).ptr, plain.len);
        awi_buf_deinit(&plain);
    }
}

static void title(const struct page *page, const char *words)
{
    fprintf(page->to, page->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", words);
}

/* How wide a column has to be. */
static int width(const json_t *list, const char *name)
{
    size_t most = 0, i;
    json_t *entry;

    json_array_foreach(list, i, entry)
    {
        size_t n = strlen(text(entry, name));
        most = n > most ? n : most;
    }
    return (int)(most < 60 ? most : 60);
}

static void calls(const struct page *page, const json_t *list)
{
    int service = width(list, "service"), operation = width(list, "operation");
    const char *account = "";
    json_t *entry;
    size_t i;

    title(page, "Calls by account");
    json_array_foreach(list, i, entry)
    {
        if (strcmp(account, text(entry, "account")) != 0) {
            account = text(entry, "account");
            fprintf(page->to, "  %s\n", account);
        }
        fprintf(page->to,
                "  %8lld  %-*s  %-*s  %s\n",
                number(entry, "calls"),
                service,
                text(entry, "service"),
                operation,
                text(entry, "operation"),
                text(entry, "outcome"));
    }
    if (json_array_size(list) == 0) {
        fprintf(page->to, "  none; `awsintercept doctor COMMAND` may tell why\n");
    }
}

static void roles(const struct page *page, const json_t *list)
{
    int principal = width(list, "principal"), role = width(list, "role");
    json_t *entry;
    size_t i;

    if (json_array_size(list) == 0) {
        return;
    }
    title(page, "Roles assumed");
    json_array_foreach(list, i, entry)
    {
        fprintf(page->to,
                "  %8lld  %-*s  ->  %-*s  %s\n",
                number(entry, "calls"),
                principal,
                text(entry, "principal"),
                role,
                text(entry, "role"),
                text(entry, "outcome"));
    }
}

static const char *why(const char *decision)
{
    return strcmp(decision, "explicitDeny") == 0      ? "an explicit deny"
           : strcmp(decision, "unmapped") == 0        ? "nobody knows its permissions"
           : strcmp(decision, "unauthenticated") == 0 ? "who calls is not proven"
                                                      : "nothing allows it";
}

static void refusal(const struct page *page, const json_t *entry)
{
    bool made = json_is_true(json_object_get(entry, "refused"));
    const char *verdict = made ? "refused" : "AWS would refuse";
    bool policy = json_object_get(entry, "policy"), key = json_object_get(entry, "missing_key");

    fprintf(page->to,
            page->colour ? "  %8lld  \033[31m%s\033[0m  %s %s in %s\n"
                         : "  %8lld  %s  %s %s in %s\n",
            number(entry, "calls"),
            verdict,
            text(entry, "service"),
            text(entry, "operation"),
            text(entry, "account"));
    fprintf(page->to, "            %s\n", text(entry, "message"));
    fprintf(page->to, "            caller      %s\n", text(entry, "principal"));
    fprintf(page->to,
            "            permission  %s on %s\n",
            text(entry, "action"),
            text(entry, "resource"));
    fprintf(page->to,
            "            decided by  %s: %s\n",
            text(entry, "layer"),
            why(text(entry, "decision")));
    if (policy) {
        fprintf(page->to,
                "            policy      %s, statement %s\n",
                text(entry, "policy"),
                text(entry, "statement"));
    }
    if (key) {
        fprintf(page->to, "            missing     condition key %s\n", text(entry, "missing_key"));
    }
}

static void refusals(const struct page *page, const json_t *list)
{
    json_t *entry;
    size_t i;

    title(page, "Refusals");
    json_array_foreach(list, i, entry)
    {
        refusal(page, entry);
    }
    if (json_array_size(list) == 0) {
        fprintf(page->to, "  none\n");
    }
}

static void not_implemented(const struct page *page, const json_t *list)
{
    json_t *entry;
    size_t i;

    if (json_array_size(list) == 0) {
        return;
    }
    title(page, "Not implemented by awsintercept");
    json_array_foreach(list, i, entry)
    {
        fprintf(page->to,
                "  %8lld  %s  %s\n",
                number(entry, "calls"),
                text(entry, "service"),
                text(entry, "operation"));
    }
}

void awi_cli_report_text(json_t *report, bool colour, FILE *to)
{
    const struct page page = {to, colour};

    make_plain(report);
    fprintf(to, "awsintercept: %lld calls\n", number(report, "n_calls"));
    calls(&page, json_object_get(report, "calls"));
    roles(&page, json_object_get(report, "roles"));
    refusals(&page, json_object_get(report, "refusals"));
    not_implemented(&page, json_object_get(report, "not_implemented"));
}
