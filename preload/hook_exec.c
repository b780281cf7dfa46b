/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting other programs. A dynamic one gets the preload with its environment; one that the
 * preload cannot reach is started through the launcher, which supervises it. Any of these may run
 * in a child of vfork(), so memory is the stack, or pages that are mapped when there are very many
 * arguments.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "awsintercept/bypass.h"
#include "preload/guard.h"
#include "preload/inherit.h"
#include "preload/launcher.h"
#include "preload/real.h"
#include "preload/shim.h"

extern char **environ;

#define ON_STACK 512 /* arguments */

static size_t count(char *const *args)
{
    size_t n = 0;

    while (args && args[n]) {
        n++;
    }
    return n;
}

/* An array for so many arguments: `room` if it is enough, else pages. */
static const char **array(const char **room, size_t n)
{
    if (n <= ON_STACK) {
        return room;
    }
    void *pages =
        mmap(NULL, n * sizeof(char *), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static int launch(const char *launcher, const char *file, char *const *args, char *const *env)
{
    const char *room[ON_STACK];
    struct awi_inherit cut;
    size_t n = count(args);
    const char **argv = array(room, n + AWI_LAUNCHER_ARGS + 1);

    if (!argv) {
        errno = ENOMEM;
        return -1;
    }
    awi_launcher_fill(argv, launcher, file, args, n);
    awi_inherit_cut(&cut);
    return awi_inherit_mend(&cut, AWI_REAL(execve)(launcher, (char *const *)(uintptr_t)argv, env));
}

/* execve() of file, through the launcher where that is needed. */
static int start(const char *file, char *const *args, char *const *env)
{
    char launcher[PATH_MAX];
    struct awi_inherit cut;

    if (awi_disabled() || !awi_launcher_wanted(file, env, launcher)) {
        awi_inherit_cut(&cut);
        return awi_inherit_mend(&cut, AWI_REAL(execve)(file, args, env));
    }
    return launch(launcher, file, args, env);
}

/* The program of this process by its name; where that means another file by now or none, by a
 * descriptor that outlives exec. */
static bool find_self(char file[PATH_MAX])
{
    static const char self[] = "/proc/self/exe";
    struct stat named, own;
    ssize_t n = readlink(self, file, PATH_MAX - 1);

    file[n < 0 ? 0 : n] = '\0';
    if (n > 0 && AWI_REAL(stat)(file, &named) == 0 && AWI_REAL(stat)(self, &own) == 0 &&
        named.st_dev == own.st_dev && named.st_ino == own.st_ino) {
        return true;
    }
    int fd = AWI_REAL(open)(self, O_RDONLY, 0);
    snprintf(file, PATH_MAX, "/proc/self/fd/%d", fd);
    return fd >= 0;
}

/*
 * A dynamically linked Go program that was preloaded by someone whose exec we did not see: it
 * starts again, through the launcher. Any other program pays for a look at its own program headers.
 * What fails here leaves the program to run as it would without us.
 */
__attribute__((constructor)) static void restart_go(int argc, char **argv, char **env)
{
    char file[PATH_MAX], launcher[PATH_MAX];

    if (argc < 1 || !awi_launcher_runs_go() || awi_disabled() || !find_self(file)) {
        return;
    }
    if (awi_launcher_wanted(file, env, launcher)) {
        launch(launcher, file, argv, env);
    }
    if (strncmp(file, "/proc/self/fd/", 14) == 0) {
        AWI_REAL(close)((int)strtol(file + 14, NULL, 10));
    }
}

/* Before the program reads its environment. Nothing is changed where no proxy is spoken to in TLS.
 */
__attribute__((constructor)) static void bypass_proxies(void)
{
    if (AWI_UNLIKELY(awi_bypass_proxy(awi_environ) != NULL) && !awi_disabled()) {
        awi_bypass_set(awi_environ);
    }
}

int hook_execve(const char *file, char *const *args, char *const *env)
{
    return start(file, args, env);
}

int hook_execv(const char *file, char *const *args)
{
    return start(file, args, environ);
}

/* Only what must go through the launcher is looked for here; everything else, errors and scripts
 * without "#!" included, is libc's. */
int hook_execvpe(const char *name, char *const *args, char *const *env)
{
    char found[PATH_MAX], launcher[PATH_MAX];
    struct awi_inherit cut;
    const char *file = awi_disabled() ? NULL : awi_launcher_find(name, found);

    if (file && awi_launcher_wanted(file, env, launcher)) {
        return start(file, args, env);
    }
    awi_inherit_cut(&cut);
    return awi_inherit_mend(&cut, AWI_REAL(execvpe)(name, args, env));
}

int hook_execvp(const char *name, char *const *args)
{
    return hook_execvpe(name, args, environ);
}

/* execve() of an open file through the launcher; 1: it is not for the launcher. The launcher opens
 * the file again, by its own name, or (a file without one) from a descriptor that outlives exec. */
static int start_open(int fd, char *const *args, char *const *env)
{
    char file[64], name[PATH_MAX], launcher[PATH_MAX];

    snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
    if (awi_disabled() || !awi_launcher_wanted(file, env, launcher)) {
        return 1;
    }
    ssize_t n = readlink(file, name, sizeof(name) - 1);
    name[n < 0 ? 0 : n] = '\0';
    if (AWI_REAL(access)(name, X_OK) == 0) {
        return start(name, args, env);
    }
    int flags = AWI_REAL(fcntl)(fd, F_GETFD, 0);
    AWI_REAL(fcntl)(fd, F_SETFD, flags & ~FD_CLOEXEC);
    int r = start(file, args, env);
    AWI_REAL(fcntl)(fd, F_SETFD, flags);
    return r;
}

int hook_execveat(int dir, const char *path, char *const *args, char *const *env, int flags)
{
    struct awi_inherit cut;

    if (path && (*path == '/' || (*path && dir == AT_FDCWD))) {
        char launcher[PATH_MAX];
        if (!awi_disabled() && awi_launcher_wanted(path, env, launcher)) {
            return start(path, args, env);
        }
    } else if (path && !*path && (flags & AT_EMPTY_PATH)) {
        int r = start_open(dir, args, env);
        if (r <= 0) {
            return r;
        }
    }
    awi_inherit_cut(&cut);
    return awi_inherit_mend(&cut, AWI_REAL(execveat)(dir, path, args, env, flags));
}

int hook_fexecve(int fd, char *const *args, char *const *env)
{
    int r = start_open(fd, args, env);
    struct awi_inherit cut;

    if (r <= 0) {
        return r;
    }
    awi_inherit_cut(&cut);
    return awi_inherit_mend(&cut, AWI_REAL(fexecve)(fd, args, env));
}

/* The arguments of an execl() up to the NULL, then (execle) the environment. */
static const char **collect(const char **room, const char *first, va_list list, char *const **env)
{
    va_list again;
    size_t n = 1;

    va_copy(again, list);
    for (const char *arg = first; arg; n++) {
        arg = va_arg(list, const char *);
    }
    const char **args = array(room, n + 1);
    if (!args) {
        va_end(again);
        errno = ENOMEM;
        return NULL;
    }
    args[0] = first;
    for (size_t i = 0; args[i]; i++) {
        args[i + 1] = va_arg(again, const char *);
    }
    if (env) {
        *env = va_arg(again, char *const *);
    }
    va_end(again);
    return args;
}

int hook_execl(const char *file, const char *first, ...)
{
    const char *room[ON_STACK];
    va_list list;

    va_start(list, first);
    const char **args = collect(room, first, list, NULL);
    va_end(list);
    return args ? start(file, (char *const *)(uintptr_t)args, environ) : -1;
}

int hook_execlp(const char *name, const char *first, ...)
{
    const char *room[ON_STACK];
    va_list list;

    va_start(list, first);
    const char **args = collect(room, first, list, NULL);
    va_end(list);
    return args ? hook_execvpe(name, (char *const *)(uintptr_t)args, environ) : -1;
}

int hook_execle(const char *file, const char *first, ...)
{
    const char *room[ON_STACK];
    char *const *env = NULL;
    va_list list;

    va_start(list, first);
    const char **args = collect(room, first, list, &env);
    va_end(list);
    return args ? start(file, (char *const *)(uintptr_t)args, env) : -1;
}

static int spawn(bool search,
                 pid_t *pid,
                 const char *name,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr,
                 char *const *args,
                 char *const *env)
{
    const char *room[ON_STACK];
    char found[PATH_MAX], launcher[PATH_MAX];
    const char *file = search ? awi_launcher_find(name, found) : name;
    size_t n = count(args);

    awi_inherit_share();
    if (awi_disabled() || !file || !awi_launcher_wanted(file, env ? env : environ, launcher)) {
        return search ? AWI_REAL(posix_spawnp)(pid, name, actions, attr, args, env)
                      : AWI_REAL(posix_spawn)(pid, name, actions, attr, args, env);
    }
    const char **argv = array(room, n + AWI_LAUNCHER_ARGS + 1);
    if (!argv) {
        return ENOMEM;
    }
    awi_launcher_fill(argv, launcher, file, args, n);
    return AWI_REAL(posix_spawn)(pid, launcher, actions, attr, (char *const *)(uintptr_t)argv, env);
}

int hook_posix_spawn(pid_t *pid,
                     const char *file,
                     const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *attr,
                     char *const *args,
                     char *const *env)
{
    return spawn(false, pid, file, actions, attr, args, env);
}

int hook_posix_spawnp(pid_t *pid,
                      const char *name,
                      const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attr,
                      char *const *args,
                      char *const *env)
{
    return spawn(true, pid, name, actions, attr, args, env);
}
