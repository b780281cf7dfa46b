/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awsintercept run: sets the environment and becomes the command. Only with --fresh or --report
 * does a parent stay behind, which passes signals on and gives the command's end back as its own.
 */
#include "awsintercept/bypass.h"
#include "cli/cli.h"
#include "cli/fresh.h"
#include "cli/stay.h"
#include "cli/supervise.h"
#include "core/util/buf.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
    const char *word;  /* the option that is being read */
    const char *argv0; /* what the command sees as its own name; NULL: as it is called */
    bool state;
    bool fresh;
    bool report;
    struct awi_buf endpoints;
};

static void help(FILE *to)
{
    fputs(
        "usage: awsintercept run [OPTIONS] [--] COMMAND [ARGUMENT...]\n"
        "\n"
        "Runs COMMAND with its calls to AWS answered inside its own process. Its exit status is\n"
        "given back, signals are passed on.\n"
        "\n"
        "    --state DIR            keep the accounts' state in DIR ('memory': in the process "
        "alone)\n"
        "    --fresh                private, empty state, removed when COMMAND ends\n"
        "    --config FILE          accounts, region and modes; default ./awsintercept.yml\n"
        "    --account ID           every request acts in this account\n"
        "    --iam off|audit|enforce   whether AWS's authorization is ignored, recorded, enforced\n"
        "    --endpoint HOST:PORT   answer this endpoint too; may be repeated\n"
        "    --log FILE             append a line for every call to FILE\n"
        "    --report               say at the end what was called in which account\n"
        "\n"
        "    awsintercept run --fresh -- pytest tests/\n"
        "    awsintercept run --account 222222222222 -- aws s3 ls\n",
        to);
}

/* Relative paths are meant from here, not from where the command may go. */
static int set_path(const char *name, const char *path)
{
    AWI_AUTO(free) char *absolute = NULL;

    if (path[0] != '/') {
        AWI_AUTO(free) char *here = getcwd(NULL, 0);
        if (!here || asprintf(&absolute, "%s/%s", here, path) < 0) {
            absolute = NULL;
        }
    }
    return setenv(name, absolute ? absolute : path, 1);
}

/* What the environment names relatively, and the configuration that lies here, are those of the
 * whole run: the command may go elsewhere, and start others there. */
static int pin_paths(void)
{
    static const char *const names[] = {
        "AWSINTERCEPT_STATE", "AWSINTERCEPT_LOG", "AWSINTERCEPT_CONFIG"};
    static const char *const usual[] = {"awsintercept.yml", "cloudmock.yml"};
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value && *value && *value != '/' && strcmp(value, "memory") != 0) {
            r = set_path(names[i], value);
        }
    }
    const char *config = getenv("AWSINTERCEPT_CONFIG");
    for (size_t i = 0; r == 0 && (!config || !*config) && i < sizeof(usual) / sizeof(usual[0]);
         i++) {
        if (access(usual[i], F_OK) == 0) {
            return set_path("AWSINTERCEPT_CONFIG", usual[i]);
        }
    }
    return r;
}

static int one_option(int letter, const char *value, struct options *options)
{
    static const char *const modes[] = {"off", "audit", "enforce"};

    if (value && !*value && letter != '0') {
        awi_cli_error("`awsintercept run --help` lists the options",
                      "run: an option's value is empty");
        return -EINVAL;
    }
    switch (letter) {
    case 's':
        options->state = true;
        return strcmp(value, "memory") == 0 ? setenv("AWSINTERCEPT_STATE", value, 1)
                                            : set_path("AWSINTERCEPT_STATE", value);
    case 'f':
        options->fresh = true;
        return 0;
    case 'c':
        return set_path("AWSINTERCEPT_CONFIG", value);
    case 'a':
        return awi_cli_is_account(value) ? setenv("AWSINTERCEPT_ACCOUNT_ID", value, 1) : -EINVAL;
    case 'i':
        for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
            if (strcmp(value, modes[i]) == 0) {
                return setenv("AWSINTERCEPT_IAM", value, 1);
            }
        }
        awi_cli_error("choose off, audit or enforce", "--iam: there is no mode '%s'", value);
        return -EINVAL;
    case 'e':
        return awi_buf_printf(
            &options->endpoints, "%s%s", options->endpoints.len ? "," : "", value);
    case 'l':
        return set_path("AWSINTERCEPT_LOG", value);
    case 'r':
        options->report = true;
        return 0;
    case '0':
        options->argv0 = value;
        return 0;
    default:
        /* ':' when a value is missing, else '?'; getopt() is told not to speak itself. */
        awi_cli_error("`awsintercept run --help` lists the options",
                      letter == ':' ? "run: %s needs a value" : "run: %s is not understood",
                      options->word);
        return -EINVAL;
    }
}

static int parse(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"state", required_argument, NULL, 's'},
        {"fresh", no_argument, NULL, 'f'},
        {"config", required_argument, NULL, 'c'},
        {"account", required_argument, NULL, 'a'},
        {"iam", required_argument, NULL, 'i'},
        {"endpoint", required_argument, NULL, 'e'},
        {"log", required_argument, NULL, 'l'},
        {"report", no_argument, NULL, 'r'},
        {"argv0", required_argument, NULL, '0'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int letter;

    optind = 1;
    for (;;) {
        options->word = optind < argc ? argv[optind] : "";
        letter = getopt_long(argc, argv, "+:h", table, NULL);
        if (letter == -1) {
            break;
        }
        if (letter == 'h') {
            help(stdout);
            return 1;
        }
        if (one_option(letter, optarg, options) < 0) {
            return -EINVAL;
        }
    }
    if (optind == argc) {
        awi_cli_error("for example `awsintercept run -- aws sts get-caller-identity`",
                      "run: which command?");
        return -EINVAL;
    }
    if (options->fresh && options->state) {
        awi_cli_error("leave one of them out", "run: --fresh and --state exclude each other");
        return -EINVAL;
    }
    if (options->endpoints.len) {
        return setenv("AWSINTERCEPT_ENDPOINTS", options->endpoints.ptr, 1);
    }
    return 0;
}

/* The library goes in front of what the user preloads, unless it is there already. */
static int set_preload(void)
{
    AWI_AUTO(free) char *library = awi_cli_preload_path();
    AWI_AUTO(free) char *joined = NULL;
    const char *before = getenv("LD_PRELOAD");

    if (!library) {
        return -ENOENT;
    }
    if (!before || !*before) {
        return setenv("LD_PRELOAD", library, 1);
    }
    if (strstr(before, library)) {
        return 0;
    }
    if (asprintf(&joined, "%s:%s", library, before) < 0) {
        joined = NULL;
        return -ENOMEM;
    }
    return setenv("LD_PRELOAD", joined, 1);
}

static const char *variable(const char *name)
{
    return getenv(name);
}

static int become(char **argv, const char *argv0)
{
    AWI_AUTO(free) char *file = awi_cli_find_command(argv[0]);
    const char *name = argv[0];

    if (argv0) {
        argv[0] = (char *)(uintptr_t)argv0;
    }
    if (file && awi_cli_needs_supervisor(file)) {
        return awi_cli_supervise(file, argv);
    }
    execvp(file && argv0 ? file : name, argv);
    int error = errno;
    awi_cli_error(NULL, "%s: %s", name, strerror(error));
    return error == ENOENT ? 127 : 126;
}

/* Runs `awsintercept report` with two words more, its output going to fd. */
static void run_report(const char *word, const char *value, int fd)
{
    AWI_AUTO(free) char *tools = awi_cli_find_tools(NULL);
    pid_t child = tools ? fork() : -1;

    if (child == 0) {
        dup2(fd, STDOUT_FILENO);
        execl(tools, "awsintercept", "report", word, value, (char *)NULL);
        _exit(127);
    }
    if (child > 0) {
        waitpid(child, NULL, 0);
    }
}

/* Where the log of calls ends before the command begins, as text; the log may be older. */
static void note_position(char *text, size_t size)
{
    int ends[2];

    snprintf(text, size, "0");
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return;
    }
    run_report("--position", NULL, ends[1]);
    close(ends[1]);
    ssize_t n = read(ends[0], text, size - 1);
    text[n > 0 ? n : 1] = '\0';
    text[strspn(text, "0123456789")] = '\0';
    close(ends[0]);
}

static int stay_behind(char **argv, const struct options *options)
{
    AWI_AUTO(free) char *fresh = NULL;
    struct awi_stay stay = {.reports = -1};
    pid_t self = getpid();

    awi_stay_begin(&stay);
    if (options->fresh) {
        fresh = awi_cli_fresh_make();
        if (!fresh || setenv("AWSINTERCEPT_STATE", fresh, 1) < 0) {
            awi_cli_error("set TMPDIR to a directory that can be written",
                          "no private state directory: %s",
                          strerror(errno));
            return 1;
        }
    }
    char position[32] = "0";
    if (options->report) {
        note_position(position, sizeof(position));
    }
    stay.command = fork();
    if (stay.command == 0) {
        awi_stay_enter(&stay, self);
        _exit(become(argv, options->argv0));
    }
    if (stay.command < 0) {
        awi_cli_error(NULL, "fork: %s", strerror(errno));
    }
    int status = stay.command < 0 ? W_EXITCODE(1, 0) : awi_stay_wait(&stay);
    if (options->report) {
        /* Where the command's own errors went. */
        run_report("--after", position, STDERR_FILENO);
    }
    if (fresh) {
        awi_cli_fresh_remove(fresh);
    }
    return awi_stay_end(status);
}

int awi_cli_run(int argc, char **argv)
{
    struct options options = {.endpoints = AWI_BUF_INIT(65536)};
    int r = parse(argc, argv, &options);

    awi_buf_deinit(&options.endpoints);
    if (r != 0) {
        return r > 0 ? 0 : 2;
    }
    awi_bypass_set(variable);
    if (set_preload() < 0 || !awi_cli_can_start() || pin_paths() < 0) {
        return 1;
    }
    return options.fresh || options.report ? stay_behind(argv + optind, &options)
                                           : become(argv + optind, options.argv0);
}
