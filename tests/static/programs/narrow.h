/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls of 32-bit programs, made by a 64-bit one: what they point to must lie in the first
 * 4 GiB, where a static program has its own data.
 */
#pragma once

#include <errno.h>
#include <stdint.h>

#define NARROW_SOCKETCALL 102
#define NARROW_SENDMMSG   345
#define NARROW_CONNECT    362
#define NARROW_SENDTO     369
#define NARROW_SENDMSG    370

struct narrow_part {
    uint32_t at;
    uint32_t len;
};

struct narrow_message {
    uint32_t name;
    uint32_t name_len;
    uint32_t parts;
    uint32_t n;
    uint32_t control[3];
    uint32_t sent; /* a sendmmsg()'s */
};

static uint32_t narrow(const void *at)
{
    return (uint32_t)(uintptr_t)at;
}

/* -1 with errno. */
static long
narrow_call(long nr, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e, uint32_t f)
{
#if defined(__x86_64__)
    long r = nr;
    uint64_t sixth = f;

    __asm__ volatile("pushq %%rbp\n\t"
                     "movq %[sixth], %%rbp\n\t"
                     "int $0x80\n\t"
                     "popq %%rbp"
                     : "+a"(r)
                     : "b"((uint64_t)a),
                       "c"((uint64_t)b),
                       "d"((uint64_t)c),
                       "S"((uint64_t)d),
                       "D"((uint64_t)e),
                       [sixth] "r"(sixth)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    r = (int)r;
#else
    long r = -ENOSYS;
#endif
    if (r < 0) {
        errno = (int)-r;
        return -1;
    }
    return r;
}
