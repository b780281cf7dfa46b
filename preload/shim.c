/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the core once, keeps the per-thread guard and the fork gate, and reads the switch
 * AWSINTERCEPT_DISABLE. Nothing happens before the first AWS-bound call; the only
 * constructor (hook_exec.c) looks whether the program is one of Go.
 */
#include "preload/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#include "preload/fds.h"
#include "preload/guard.h"
#include "preload/real.h"

enum { CORE_UNKNOWN, CORE_READY, CORE_REFUSED };
enum { FORK_UNKNOWN, FORK_REGISTERING, FORK_REGISTERED };

__thread int awi_guard __attribute__((tls_model("initial-exec")));

/* Held for reading wherever our code runs, for writing across fork(). Writers first: a process
 * whose threads hammer AWS must still be able to fork. */
static pthread_rwlock_t gate = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t load_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int fork_state;
static atomic_int own_pid;
static atomic_int core_state;
static const struct awi_core_api *core_api;

extern char **environ;

const char *awi_environ(const char *name)
{
    size_t len = strlen(name);
    for (char **entry = environ; entry && *entry; entry++) {
        if (!strncmp(*entry, name, len) && (*entry)[len] == '=') {
            return *entry + len + 1;
        }
    }
    return NULL;
}

bool awi_preloads(const char *library)
{
    const char *list = awi_environ("LD_PRELOAD");
    return list && strstr(list, library);
}

bool awi_disabled(void)
{
    static atomic_int cached;
    int state = atomic_load_explicit(&cached, memory_order_relaxed);
    if (!state) {
        const char *value = awi_environ("AWSINTERCEPT_DISABLE");
        /* Nothing but 1: a word that was meant otherwise must not let calls out. */
        state = value && strcmp(value, "1") == 0 ? 2 : 1;
        atomic_store_explicit(&cached, state, memory_order_relaxed);
    }
    return state == 2;
}

bool awi_own_process(void)
{
    int pid = atomic_load_explicit(&own_pid, memory_order_relaxed);
    return !pid || pid == getpid();
}

/*
 * fork()
 *
 * The guard stays raised in the forking thread from prepare to parent or child, so that other
 * libraries' handlers that run meanwhile on this thread do not wait for the gate it holds.
 */
static void fork_prepare(void)
{
    int err = errno;
    if (!awi_guard) {
        pthread_rwlock_wrlock(&gate);
        if (core_api) {
            core_api->fork_prepare();
        }
    }
    awi_guard++;
    errno = err;
}

static void fork_parent(void)
{
    int err = errno;
    if (--awi_guard == 0) {
        if (core_api) {
            core_api->fork_parent();
        }
        pthread_rwlock_unlock(&gate);
    }
    errno = err;
}

static void fork_child(void)
{
    int err = errno;
    atomic_store_explicit(&own_pid, getpid(), memory_order_relaxed);
    if (--awi_guard == 0) {
        static const pthread_rwlock_t fresh = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
        /* Not unlocked: the lock remembers the parent's thread id. */
#ifdef __SANITIZE_THREAD__
        __tsan_mutex_pre_unlock(&gate, 0);
        __tsan_mutex_post_unlock(&gate, 0);
#endif
        gate = fresh;
        if (core_api) {
            core_api->fork_child();
        }
    }
    errno = err;
}

/* glibc keeps pthread_atfork() in a static archive that names the version of its own libc; asking
 * by name keeps the shim loadable by every libc. */
static void fork_register_now(void)
{
    int (*with_handle)(void (*)(void), void (*)(void), void (*)(void), void *) = NULL;
    int (*plain)(void (*)(void), void (*)(void), void (*)(void)) = NULL;

    *(void **)&with_handle = dlsym(RTLD_DEFAULT, "__register_atfork");
    if (with_handle) {
        with_handle(fork_prepare, fork_parent, fork_child, NULL);
        return;
    }
    *(void **)&plain = dlsym(RTLD_DEFAULT, "pthread_atfork");
    if (plain) {
        plain(fork_prepare, fork_parent, fork_child);
    }
}

/* Before the gate is taken for the first time. A child that was forked while another thread stood
 * in the middle of this would wait for ever: it takes over when the pid is not its own. */
static void fork_register(void)
{
    for (;;) {
        int expected = FORK_UNKNOWN;
        if (atomic_compare_exchange_strong(&fork_state, &expected, FORK_REGISTERING)) {
            atomic_store(&own_pid, getpid());
            fork_register_now();
            atomic_store(&fork_state, FORK_REGISTERED);
            return;
        }
        if (expected == FORK_REGISTERED) {
            return;
        }
        int pid = atomic_load(&own_pid);
        if (pid && pid != getpid()) {
            atomic_compare_exchange_strong(&fork_state, &expected, FORK_UNKNOWN);
        }
        sched_yield();
    }
}

/* The order counts: a handler that jumps away, or a cancellation that ends the thread, must find
 * nothing taken on the way in, and nothing left on the way out. An asynchronous cancellation that
 * was decided before it was disabled still ends the thread when its signal comes (glibc), and each
 * point of cancellation waits for that signal: so there is one while nothing is taken. */
void awi_enter(struct awi_entry *entry)
{
    entry->err = errno;
    if (awi_guard) {
        awi_guard++;
        return;
    }
    bool first = atomic_load_explicit(&fork_state, memory_order_acquire) != FORK_REGISTERED;
    if (AWI_UNLIKELY(first)) {
        awi_mask_look_at_limit();
    }
    entry->mask.reasons = 0;
    if (AWI_UNLIKELY(atomic_load_explicit(&awi_mask_reasons, memory_order_relaxed))) {
        awi_mask_raise(&entry->mask);
    }
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &entry->cancel_type);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &entry->cancel_state);
    if (AWI_UNLIKELY(entry->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)) {
        AWI_REAL(close)(-1);
    }
    awi_guard = 1;
    if (AWI_UNLIKELY(first)) {
        fork_register();
    }
    pthread_rwlock_rdlock(&gate);
}

void awi_leave(struct awi_entry *entry)
{
    if (awi_guard > 1) {
        awi_guard--;
        errno = entry->err;
        return;
    }
    for (;;) {
        if (AWI_UNLIKELY(awi_fd_late())) {
            awi_fd_late_run();
        }
        pthread_rwlock_unlock(&gate);
        awi_guard = 0;
        /* A handler may have run between the two. */
        if (AWI_LIKELY(!awi_fd_late())) {
            break;
        }
        awi_guard = 1;
        pthread_rwlock_rdlock(&gate);
    }
    pthread_setcancelstate(entry->cancel_state, NULL);
    if (AWI_UNLIKELY(entry->cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS)) {
        pthread_setcanceltype(entry->cancel_type, NULL);
    }
    if (AWI_UNLIKELY(entry->mask.reasons)) {
        awi_mask_lower(&entry->mask);
    }
    errno = entry->err;
}

/*
 * The core
 */
static int api_fd_hide(int fd)
{
    return awi_fd_hide(fd);
}

static void api_fd_close(int fd)
{
    awi_fd_hidden_close(fd);
}

static const struct awi_shim_api shim_api = {
    .abi = AWI_CORE_ABI,
    .fd_hide = api_fd_hide,
    .fd_close = api_fd_close,
};

static void *core_open(const char *dir, size_t dir_len, const char *below)
{
    char path[PATH_MAX];
    size_t below_len = strlen(below);
    if (dir_len + below_len + sizeof(AWI_CORE_FILE) > sizeof(path)) {
        return NULL;
    }
    memcpy(path, dir, dir_len);
    memcpy(path + dir_len, below, below_len);
    memcpy(path + dir_len + below_len, AWI_CORE_FILE, sizeof(AWI_CORE_FILE));
    return AWI_REAL(dlopen)(path, RTLD_NOW | RTLD_LOCAL);
}

/* Beside the shim, or in a build directory, where preload/ and services/ are neighbours. dlopen()
 * runs outside load_lock: a thread that already is in the dynamic linker may be waiting for us. */
static awi_core_init_fn *core_find(void)
{
    Dl_info info;
    awi_core_init_fn *init = NULL;
    if (!dladdr((void *)awi_core, &info) || !info.dli_fname) {
        return NULL;
    }
    const char *slash = strrchr(info.dli_fname, '/');
    const char *dir = slash ? info.dli_fname : "./";
    size_t len = slash ? (size_t)(slash - info.dli_fname) + 1 : 2;

    void *handle = core_open(dir, len, "");
    if (!handle) {
        handle = core_open(dir, len, "../services/");
    }
    if (!handle) {
        dlerror();
        return NULL;
    }
    *(void **)&init = dlsym(handle, AWI_CORE_INIT_SYMBOL);
    return init;
}

const struct awi_core_api *awi_core(void)
{
    int state = atomic_load_explicit(&core_state, memory_order_acquire);
    if (AWI_LIKELY(state == CORE_READY)) {
        return core_api;
    }
    if (state == CORE_REFUSED) {
        return NULL;
    }

    awi_core_init_fn *init = core_find();
    pthread_mutex_lock(&load_lock);
    if (atomic_load(&core_state) == CORE_UNKNOWN) {
        const char *why = NULL;
        const struct awi_core_api *api = init ? init(&shim_api, AWI_CORE_ABI, &why) : NULL;
        if (api && api->abi == AWI_CORE_ABI) {
            core_api = api;
        }
        atomic_store_explicit(
            &core_state, core_api ? CORE_READY : CORE_REFUSED, memory_order_release);
    }
    pthread_mutex_unlock(&load_lock);
    return core_api;
}

const struct awi_core_api *awi_core_loaded(void)
{
    return atomic_load_explicit(&core_state, memory_order_acquire) == CORE_READY ? core_api : NULL;
}
