/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `aws iam simulate-custom-policy`, turned into one JSON case: lists, file:// values
 * and the shorthand of --context-entries as the AWS CLI reads them. */
#include "cli/policy.h"
#include "core/policy/json.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define LARGEST_FILE (16 * 1024 * 1024)

enum option_kind {
    OPTION_TEXT,
    OPTION_LIST,
    OPTION_CONTEXT,
    OPTION_IGNORED, /* of the AWS CLI itself; takes one value */
};

static const struct option_row {
    const char *name;
    const char *member;
    enum option_kind kind;
} options[] = {
    {"--policy-input-list", "PolicyInputList", OPTION_LIST},
    {"--permissions-boundary-policy-input-list", "PermissionsBoundaryPolicyInputList", OPTION_LIST},
    {"--session-policy-input-list", "SessionPolicyInputList", OPTION_LIST},
    {"--action-names", "ActionNames", OPTION_LIST},
    {"--resource-arns", "ResourceArns", OPTION_LIST},
    {"--resource-policy", "ResourcePolicy", OPTION_TEXT},
    {"--resource-owner", "ResourceOwner", OPTION_TEXT},
    {"--caller-arn", "CallerArn", OPTION_TEXT},
    {"--context-entries", "ContextEntries", OPTION_CONTEXT},
    {"--resource-handling-option", "ResourceHandlingOption", OPTION_TEXT},
    {"--output", NULL, OPTION_IGNORED},
    {"--region", NULL, OPTION_IGNORED},
    {"--profile", NULL, OPTION_IGNORED},
    {"--max-items", NULL, OPTION_IGNORED},
    {"--page-size", NULL, OPTION_IGNORED},
};

/* 2, with what is wrong: "before 'what' after". */
static int usage(const char *before, const char *what, const char *after)
{
    fprintf(stderr,
            "awsintercept: %s'%s'%s\n"
            "              `awsintercept policy simulate --help` shows examples\n",
            before,
            what,
            after);
    return 2;
}

int awi_cli_read_file(const char *path, struct awi_buf *ret)
{
    AWI_AUTO(fd) int opened = -1;
    int fd = STDIN_FILENO;

    if (strcmp(path, "-") != 0) {
        fd = opened = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            return -errno;
        }
    }
    for (;;) {
        char *room = awi_buf_room(ret, 65536);
        ssize_t n = room ? read(fd, room, 65536) : -1;
        if (!room) {
            return ret->error;
        }
        if (n <= 0) {
            return n < 0 ? -errno : 0;
        }
        awi_buf_grew(ret, (size_t)n);
    }
}

/* A value, or what is in the file that "file://PATH" names. 0 or the exit status. */
static int load_value(const char *value, struct awi_buf *ret)
{
    static const char scheme[] = "file://";

    if (strncmp(value, scheme, sizeof(scheme) - 1) != 0) {
        return awi_buf_strz(ret, value) < 0;
    }
    int r = awi_cli_read_file(value + sizeof(scheme) - 1, ret);
    if (r < 0) {
        fprintf(stderr, "awsintercept: %s: %s\n", value, strerror(-r));
    }
    return r < 0;
}

/* Adds a loaded value: the members of a JSON list of strings or objects one by one, else itself. */
static void add_list_value(struct awi_str text, bool *first, struct awi_buf *out)
{
    struct awi_arena arena;
    struct awi_json_error error;
    const struct awi_json *tree;

    awi_arena_init(&arena, (size_t)LARGEST_FILE * 16);
    bool list = awi_json_read(&arena, text, &tree, &error) == 0 && tree->type == AWI_JSON_ARRAY;
    for (const struct awi_json *at = list ? tree->first : NULL; at; at = at->next) {
        awi_buf_strz(out, *first ? "" : ",");
        awi_buf_add(out, text.ptr + at->start, at->end - at->start);
        *first = false;
    }
    if (!list) {
        awi_buf_strz(out, *first ? "" : ",");
        awi_json_quote(out, text);
        *first = false;
    }
    awi_arena_deinit(&arena);
}

/* "ContextKeyName=k,ContextKeyValues=v1,v2,ContextKeyType=t": a word without a known name before
 * its
 * "=" is one more value of the member before it. */
static int add_shorthand(struct awi_str text, struct awi_buf *out)
{
    static const char *const names[] = {"ContextKeyName", "ContextKeyValues", "ContextKeyType"};
    struct awi_str word;
    bool values = false;
    bool some = false;

    awi_buf_char(out, '{');
    while (awi_str_cut(&text, ',', &word)) {
        ptrdiff_t equals = awi_str_find(word, '=');
        size_t which = 0;
        while (which < 3 &&
               (equals < 0 || !awi_str_is(awi_str_head(word, (size_t)equals), names[which]))) {
            which++;
        }
        if (which == 3 && !values) {
            return 2;
        }
        if (which == 3) {
            awi_buf_char(out, ',');
            awi_json_quote(out, word);
            continue;
        }
        awi_buf_strz(out, values ? "]" : "");
        values = which == 1;
        awi_buf_printf(out, "%s\"%s\":%s", some ? "," : "", names[which], values ? "[" : "");
        awi_json_quote(out, awi_str_skip(word, (size_t)equals + 1));
        some = true;
    }
    return awi_buf_strz(out, values ? "]}" : "}") < 0;
}

static int add_context(struct awi_str text, bool *first, struct awi_buf *out)
{
    struct awi_str trimmed = awi_str_trim(text);

    if (trimmed.len && trimmed.ptr[0] == '[') {
        add_list_value(trimmed, first, out);
        return 0;
    }
    awi_buf_strz(out, *first ? "" : ",");
    *first = false;
    if (trimmed.len && trimmed.ptr[0] == '{') {
        return awi_buf_str(out, trimmed) < 0;
    }
    return add_shorthand(trimmed, out);
}

static int
add_value(const struct option_row *row, const char *value, bool *first, struct awi_buf *out)
{
    struct awi_buf text = AWI_BUF_INIT(LARGEST_FILE);

    int status = load_value(value, &text);
    if (status == 0 && row->kind == OPTION_TEXT) {
        awi_json_quote(out, awi_buf_view(&text));
    } else if (status == 0 && row->kind == OPTION_LIST) {
        add_list_value(awi_buf_view(&text), first, out);
    } else if (status == 0) {
        status = add_context(awi_buf_view(&text), first, out);
        if (status) {
            usage("", value, " is not ContextKeyName=...,ContextKeyValues=...,ContextKeyType=...");
        }
    }
    awi_buf_deinit(&text);
    return status;
}

static const struct option_row *find_option(const char *name)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static bool is_option(const char *word)
{
    return strncmp(word, "--", 2) == 0;
}

/* One option with its values: how many words were taken, or minus the exit status. */
static int add_option(int argc, char **argv, bool some, struct awi_buf *out)
{
    const struct option_row *row = find_option(argv[0]);
    bool first = true;
    int taken = 1;
    int status = 0;

    if (!row) {
        return -usage("there is no option ", argv[0], "");
    }
    if (argc < 2 || is_option(argv[1])) {
        return -usage("", argv[0], " takes a value");
    }
    if (row->kind == OPTION_IGNORED) {
        return 2;
    }
    awi_buf_printf(
        out, "%s\"%s\":%s", some ? "," : "", row->member, row->kind == OPTION_TEXT ? "" : "[");
    do {
        status = add_value(row, argv[taken++], &first, out);
    } while (status == 0 && row->kind != OPTION_TEXT && taken < argc && !is_option(argv[taken]));
    awi_buf_strz(out, row->kind == OPTION_TEXT ? "" : "]");
    return status ? -status : taken;
}

int awi_cli_policy_options(int argc, char **argv, struct awi_buf *ret)
{
    bool some = false;

    if (argc == 2 && strcmp(argv[0], "--cli-input-json") == 0) {
        return load_value(argv[1], ret);
    }
    awi_buf_char(ret, '{');
    for (int i = 0; i < argc;) {
        int taken = add_option(argc - i, argv + i, some, ret);
        if (taken < 0) {
            return -taken;
        }
        some |= ret->ptr[ret->len - 1] != '{';
        i += taken;
    }
    return awi_buf_char(ret, '}') < 0;
}
