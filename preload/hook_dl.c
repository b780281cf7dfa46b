/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dlopen() without RTLD_DEEPBIND. A library opened with that flag (PHP's extensions) binds to libc
 * past every preloaded object, so its traffic would reach the network.
 *
 * libc takes the caller's own search path and name space from the return address, so the hook must
 * not stand between the two: it clears the flag and jumps.
 */
#include <dlfcn.h>

#include "preload/real.h"

/* Called from the assembly below. */
__attribute__((visibility("hidden"), used)) void *awi_dlopen_real(void);

void *awi_dlopen_real(void)
{
    return (void *)AWI_REAL(dlopen);
}

_Static_assert(RTLD_DEEPBIND == 8, "the mask below");

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl dlopen\n"
        ".type dlopen, @function\n"
        "dlopen:\n"
        "    endbr64\n"
        "    pushq %rdi\n"
        "    pushq %rsi\n"
        "    subq $8, %rsp\n"
        "    call awi_dlopen_real\n"
        "    addq $8, %rsp\n"
        "    popq %rsi\n"
        "    popq %rdi\n"
        "    andl $~8, %esi\n"
        "    jmp *%rax\n"
        ".size dlopen, . - dlopen\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".globl dlopen\n"
        ".type dlopen, %function\n"
        "dlopen:\n"
        "    stp x29, x30, [sp, #-32]!\n"
        "    stp x0, x1, [sp, #16]\n"
        "    bl awi_dlopen_real\n"
        "    mov x16, x0\n"
        "    ldp x0, x1, [sp, #16]\n"
        "    ldp x29, x30, [sp], #32\n"
        "    and w1, w1, #0xfffffff7\n"
        "    br x16\n"
        ".size dlopen, . - dlopen\n");
#else
#error "dlopen: write the jump for this processor"
#endif
