/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept doctor: whether and how a command can be intercepted, and why not. */
#include "awsintercept/bypass.h"
#include "cli/cli.h"
#include "cli/exec_file.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEEPEST_SCRIPT 4

static void help(FILE *to)
{
    fputs("usage: awsintercept doctor COMMAND\n"
          "\n"
          "Tells whether COMMAND's calls to AWS can be answered in its process, how, and if not,\n"
          "why. Exit status: 0 yes, 1 no.\n"
          "\n"
          "    awsintercept doctor aws\n",
          to);
}

static bool no(const char *why, const char *next)
{
    printf("  no: %s\n", why);
    if (next) {
        printf("      %s\n", next);
    }
    return false;
}

/* The filter demands it of an ordinary user. */
static void say_privileges(void)
{
    if (geteuid() != 0) {
        printf(
            "      no_new_privs is set: set-user-ID programs that it starts have no privilege\n");
    }
}

static bool judge_elf(const char *path, const struct awi_exec *exec)
{
    bool supervised = exec->kind == AWI_EXEC_STATIC || exec->go;
    if (supervised && exec->privileged) {
        return no("it is set-user-ID, set-group-ID or has file capabilities, which a supervised "
                  "program is not given",
                  "run it as the user it switches to");
    }
    if (!supervised && (exec->setid || exec->capable)) {
        return no("it is set-user-ID, set-group-ID or has file capabilities, and the loader then "
                  "ignores LD_PRELOAD",
                  "run it as the user it switches to");
    }
    if (supervised) {
        printf("  yes, under the launcher: %s, so a supervisor answers for it\n"
               "      awsintercept run -- COMMAND\n",
               exec->foreign ? "it is of another word size or processor than the library"
               : exec->go    ? "Go makes its system calls past the C library"
                             : "the dynamic loader never runs");
        say_privileges();
        return true;
    }
    if (exec->musl) {
        return no("it is loaded by musl; the library needs glibc", "run a build for glibc");
    }
    if (awi_exec_is_asan(path)) {
        printf("  yes, with the sanitizer's runtime in front:\n"
               "      LD_PRELOAD=$(cc -print-file-name=libasan.so):$(awsintercept libpath)\n");
        return true;
    }
    printf("  yes: the dynamic loader %s honours LD_PRELOAD\n", exec->interpreter);
    return true;
}

static bool judge(const char *path, int depth)
{
    struct awi_exec exec;
    int r = awi_exec_look(path, &exec);

    printf("%s\n", path);
    if (r < 0) {
        return no(strerror(-r), "it must be readable to be judged");
    }
    if (exec.kind == AWI_EXEC_OTHER) {
        return no("it is neither an ELF program nor a script", NULL);
    }
    if (exec.kind != AWI_EXEC_SCRIPT) {
        return judge_elf(path, &exec);
    }
    printf("  is a script, run by\n");
    const char *name = exec.interpreter;
    if (depth == DEEPEST_SCRIPT) {
        return no("scripts run scripts without end", NULL);
    }
    /* "#!/usr/bin/env python3": PATH finds the interpreter. */
    size_t len = strlen(name);
    if (len > 4 && strcmp(name + len - 4, "/env") == 0 && exec.argument[0] != '-') {
        name = exec.argument;
    }
    AWI_AUTO(free) char *interpreter = awi_cli_find_command(name);
    if (!interpreter) {
        return no("its interpreter is not there", name);
    }
    return judge(interpreter, depth + 1);
}

static const char *variable(const char *name)
{
    return getenv(name);
}

static bool judge_surroundings(void)
{
    AWI_AUTO(free) char *library = awi_cli_find_library(NULL);
    const char *disabled = getenv("AWSINTERCEPT_DISABLE");

    printf("library: %s\n", library ? library : "not found; build it with `ninja`");
    bool fine = library != NULL;
    if (disabled && strcmp(disabled, "1") == 0) {
        printf("AWSINTERCEPT_DISABLE=1: nothing is intercepted; unset it\n");
        fine = false;
    }
    const char *proxy = awi_bypass_proxy(variable);
    if (proxy) {
        printf(
            "%s names a proxy that is spoken to in TLS, which nobody can look into: NO_PROXY is\n"
            "  extended by AWS's names for programs that heed it; others tell it what they want\n",
            proxy);
    }
    return awi_cli_can_start() && fine;
}

int awi_cli_doctor(int argc, char **argv)
{
    bool asked = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);

    if (argc != 2 || asked) {
        help(asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    AWI_AUTO(free) char *path = awi_cli_find_command(argv[1]);
    if (!path) {
        awi_cli_error(
            "name a file, or a command that PATH finds", "there is no command '%s'", argv[1]);
        return 1;
    }
    bool fine = judge(path, 0);
    return judge_surroundings() && fine ? 0 : 1;
}
