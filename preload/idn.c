/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full-width letters and ideographic dots can spell a name of ours, which libc would ask the
 * network for. glibc loads libidn2 at the first such name; nothing is loaded before.
 */
#include "preload/idn.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

#include "preload/guard.h"
#include "preload/real.h"

typedef int (*convert_fn)(const char *name, char **ret, int flags);
typedef void (*free_fn)(void *memory);

static bool is_ascii(const char *name)
{
    while (*name && (unsigned char)*name < 0x80) {
        name++;
    }
    return !*name;
}

static void *library(void)
{
    static _Atomic(void *) loaded;
    void *handle = atomic_load(&loaded);
    if (!handle) {
        /* Never closed; two threads at once load it twice, which counts one more use. */
        handle = AWI_REAL(dlopen)("libidn2.so.0", RTLD_LAZY | RTLD_LOCAL);
        atomic_store(&loaded, handle);
    }
    return handle;
}

bool awi_idn_convert(const char *name, char *ret, size_t size)
{
    convert_fn convert = NULL;
    free_fn release = NULL;
    char *ascii = NULL;
    bool done = false;

    if (is_ascii(name)) {
        return false;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    void *handle = library();
    if (handle) {
        *(void **)&convert = dlsym(handle, "idn2_lookup_ul");
        *(void **)&release = dlsym(handle, "idn2_free");
    }
    if (convert && release && convert(name, &ascii, 0) == 0 && ascii) {
        size_t len = strlen(ascii);
        done = len < size;
        if (done) {
            memcpy(ret, ascii, len + 1);
        }
        release(ascii);
    }
    awi_leave(&entry);
    return done;
}
