/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real functions behind the hooks. Each is looked up at its first call, so nothing happens at
 * load time and a function that a libc lacks costs nothing. AWI_REAL(close)(fd) calls the real one
 * and is the only way the shim may call a function that it hooks.
 */
#pragma once

#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#define AWI_EXPORT      __attribute__((visibility("default")))
#define AWI_LIKELY(x)   __builtin_expect(!!(x), 1)
#define AWI_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The ids, the types of the real functions, and the hooks themselves: hook_x is exported as x. */
#define AWI_HOOK_LIB AWI_HOOK
#define AWI_HOOK_API(result, name, params)
enum awi_hook_id {
#define AWI_HOOK(result, name, params) AWI_ID_##name,
#include "preload/hooks.def"
#undef AWI_HOOK
    AWI_ID_COUNT
};

#define AWI_HOOK(result, name, params) typedef result(*awi_fn_##name) params;
#include "preload/hooks.def"
#undef AWI_HOOK

#define AWI_HOOK(result, name, params) AWI_EXPORT result hook_##name params __asm__(#name);
#include "preload/hooks.def"
#undef AWI_HOOK
#undef AWI_HOOK_LIB
#undef AWI_HOOK_API

extern void *awi_real_table[AWI_ID_COUNT];

/* Looks a libc function up and keeps it. Never NULL: a function that does not exist is replaced by
 * one that answers -1 with ENOSYS. Keeps errno. */
void *awi_real_bind(enum awi_hook_id id);

/* The function of that name in the library that the code at `caller` is linked to, found through
 * that object's own dependencies, else the next one in search order; NULL when there is none.
 * Remembered per object. */
void *awi_real_for(enum awi_hook_id id, const void *caller);

/* A symbol of the object that holds `address`, or of what that object is linked to. */
void *awi_real_symbol(const void *address, const char *name);

static inline void *awi_real_get(enum awi_hook_id id)
{
    void *real = __atomic_load_n(&awi_real_table[id], __ATOMIC_RELAXED);
    return AWI_LIKELY(real) ? real : awi_real_bind(id);
}

#define AWI_REAL(name)             ((awi_fn_##name)awi_real_get(AWI_ID_##name))
#define AWI_REAL_FOR(name, caller) ((awi_fn_##name)awi_real_for(AWI_ID_##name, caller))
