/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the real functions: libc's by RTLD_NEXT, other libraries' through the object that calls.
 * The second way matters where a library was opened with RTLD_LOCAL (Python's _ssl, PHP's curl),
 * and where one process holds two builds of it (libcurl.so.4 and libcurl-gnutls.so.4): the next
 * object in search order may then be the wrong one or none at all.
 */
#include "preload/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>

void *awi_real_table[AWI_ID_COUNT];

static const char *const hook_names[AWI_ID_COUNT] = {
#define AWI_HOOK_LIB AWI_HOOK
#define AWI_HOOK_API(result, name, params)
#define AWI_HOOK(result, name, params) #name,
#include "preload/hooks.def"
#undef AWI_HOOK
#undef AWI_HOOK_LIB
#undef AWI_HOOK_API
};

static void *const hook_bodies[AWI_ID_COUNT] = {
#define AWI_HOOK_LIB AWI_HOOK
#define AWI_HOOK_API(result, name, params)
#define AWI_HOOK(result, name, params) (void *)hook_##name,
#include "preload/hooks.def"
#undef AWI_HOOK
#undef AWI_HOOK_LIB
#undef AWI_HOOK_API
};

static long missing(void)
{
    errno = ENOSYS;
    return -1;
}

void *awi_real_bind(enum awi_hook_id id)
{
    int err = errno;
    void *real = dlsym(RTLD_NEXT, hook_names[id]);
    if (!real) {
        dlerror();
        real = (void *)missing;
    }
    __atomic_store_n(&awi_real_table[id], real, __ATOMIC_RELAXED);
    errno = err;
    return real;
}

/*
 * Other libraries' functions
 */
enum { REMEMBERED = 32 };

static pthread_mutex_t found_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const void *base;
    enum awi_hook_id id;
    void *real;
} found[REMEMBERED];
static unsigned int found_count;

/* The object's dynamic section; its string table is an address in glibc and an offset in musl. */
static void *from_dependencies(const struct link_map *map, const char *name, const void *not_this)
{
    const char *strings = NULL;
    for (const ElfW(Dyn) *dyn = map->l_ld; dyn && dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag == DT_STRTAB) {
            ElfW(Addr) at = dyn->d_un.d_ptr;
            strings = (const char *)(at < map->l_addr ? at + map->l_addr : at);
        }
    }
    if (!strings) {
        return NULL;
    }
    for (const ElfW(Dyn) *dyn = map->l_ld; dyn->d_tag != DT_NULL; dyn++) {
        if (dyn->d_tag != DT_NEEDED) {
            continue;
        }
        void *library = AWI_REAL(dlopen)(strings + dyn->d_un.d_val, RTLD_LAZY | RTLD_NOLOAD);
        void *symbol = library ? dlsym(library, name) : NULL;
        if (library) {
            dlclose(library);
        }
        if (symbol && symbol != not_this) {
            return symbol;
        }
    }
    return NULL;
}

static void *from_object(const Dl_info *info, const char *name, const void *not_this)
{
    struct link_map *map = NULL;
    void *symbol = NULL;
    void *object = AWI_REAL(dlopen)(info->dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (!object) {
        /* The program itself has no name that dlopen() knows. */
        object = AWI_REAL(dlopen)(NULL, RTLD_LAZY);
    }
    if (!object) {
        return NULL;
    }
    if (dlinfo(object, RTLD_DI_LINKMAP, &map) == 0 && map) {
        symbol = from_dependencies(map, name, not_this);
    }
    if (!symbol) {
        symbol = dlsym(object, name);
        symbol = symbol == not_this ? NULL : symbol;
    }
    dlclose(object);
    return symbol;
}

void *awi_real_symbol(const void *address, const char *name)
{
    Dl_info info;
    if (!dladdr(address, &info) || !info.dli_fname) {
        return NULL;
    }
    void *symbol = from_object(&info, name, NULL);
    dlerror();
    return symbol;
}

static bool recall(const void *base, enum awi_hook_id id, void **real)
{
    bool hit = false;
    pthread_mutex_lock(&found_lock);
    for (unsigned int i = 0; i < found_count && !hit; i++) {
        if (found[i].base == base && found[i].id == id) {
            *real = found[i].real;
            hit = true;
        }
    }
    pthread_mutex_unlock(&found_lock);
    return hit;
}

static void remember(const void *base, enum awi_hook_id id, void *real)
{
    pthread_mutex_lock(&found_lock);
    if (found_count < REMEMBERED) {
        found[found_count].base = base;
        found[found_count].id = id;
        found[found_count].real = real;
        found_count++;
    }
    pthread_mutex_unlock(&found_lock);
}

/* The last callers of this thread, by hook. */
enum { RECENT = 8 };
static __thread struct {
    const void *caller;
    enum awi_hook_id id;
    void *real;
} recent[RECENT] __attribute__((tls_model("initial-exec")));

static void *find_for(enum awi_hook_id id, const void *caller)
{
    Dl_info info;
    void *real = NULL;
    int err = errno;
    if (!dladdr(caller, &info) || !info.dli_fname) {
        real = dlsym(RTLD_NEXT, hook_names[id]);
    } else if (!recall(info.dli_fbase, id, &real)) {
        real = from_object(&info, hook_names[id], hook_bodies[id]);
        if (!real) {
            real = dlsym(RTLD_NEXT, hook_names[id]);
        }
        dlerror();
        remember(info.dli_fbase, id, real);
    }
    errno = err;
    return real;
}

void *awi_real_for(enum awi_hook_id id, const void *caller)
{
    unsigned int slot = id % RECENT;
    if (AWI_LIKELY(recent[slot].caller == caller && recent[slot].id == id)) {
        return recent[slot].real;
    }
    void *real = find_for(id, caller);
    recent[slot].caller = caller;
    recent[slot].id = id;
    recent[slot].real = real;
    return real;
}
