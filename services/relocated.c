/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Once the core is loaded nobody reads its relocations any more: 1.2 MiB of pages that each calling
 * process would hold. (The packed form, DT_RELR, would be loadable by glibc 2.36 and newer only.)
 */
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

__attribute__((constructor)) static void give_back(void)
{
    uintptr_t base = (uintptr_t)__ehdr_start;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = 0, size = 0;

    for (const ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_RELA) {
            start = entry->d_un.d_ptr;
        } else if (entry->d_tag == DT_RELASZ) {
            size = entry->d_un.d_val;
        }
    }
    /* Some libcs leave the address as it is in the file. */
    start += start < base ? base : 0;
    uintptr_t from = (start + page - 1) & ~(page - 1);
    uintptr_t to = (start + size) & ~(page - 1);
    if (from < to) {
        madvise((void *)from, to - from, MADV_DONTNEED);
    }
}
