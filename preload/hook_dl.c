/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dlopen() and dlmopen() without RTLD_DEEPBIND. A library opened with that flag (PHP's extensions)
 * binds to libc past every preloaded object, so its traffic would reach the network.
 *
 * libc takes the caller's own search path and name space from the return address, so the hook must
 * not stand between the two: it clears the flag and jumps.
 *
 * A name space of its own begins with another libc and without what is preloaded. Its first object
 * is searched first for every symbol: we load ourselves there before the caller's library.
 */
#include <dlfcn.h>
#include <errno.h>

#include "preload/guard.h"
#include "preload/real.h"
#include "preload/shim.h"

/* Called from the assembly below. */
__attribute__((visibility("hidden"), used)) void *awi_dlopen_real(void);
__attribute__((visibility("hidden"), used)) void *awi_dlmopen_real(Lmid_t *space);

void *awi_dlopen_real(void)
{
    return (void *)AWI_REAL(dlopen);
}

/* Where there is no room for us the caller goes there alone. */
void *awi_dlmopen_real(Lmid_t *space)
{
    Dl_info self;
    int err = errno;
    if (*space == LM_ID_NEWLM && !awi_inside() && !awi_disabled() &&
        dladdr((void *)awi_dlmopen_real, &self)) {
        void *handle = AWI_REAL(dlmopen)(LM_ID_NEWLM, self.dli_fname, RTLD_NOW);
        if (!handle || dlinfo(handle, RTLD_DI_LMID, space) < 0) {
            dlerror();
        }
    }
    errno = err;
    return (void *)AWI_REAL(dlmopen);
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
        ".size dlopen, . - dlopen\n"
        ".globl dlmopen\n"
        ".type dlmopen, @function\n"
        "dlmopen:\n"
        "    endbr64\n"
        "    pushq %rdi\n"
        "    pushq %rsi\n"
        "    pushq %rdx\n"
        "    leaq 16(%rsp), %rdi\n"
        "    call awi_dlmopen_real\n"
        "    popq %rdx\n"
        "    popq %rsi\n"
        "    popq %rdi\n"
        "    andl $~8, %edx\n"
        "    jmp *%rax\n"
        ".size dlmopen, . - dlmopen\n");
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
        ".size dlopen, . - dlopen\n"
        ".globl dlmopen\n"
        ".type dlmopen, %function\n"
        "dlmopen:\n"
        "    stp x29, x30, [sp, #-48]!\n"
        "    stp x0, x1, [sp, #16]\n"
        "    str x2, [sp, #32]\n"
        "    add x0, sp, #16\n"
        "    bl awi_dlmopen_real\n"
        "    mov x16, x0\n"
        "    ldp x0, x1, [sp, #16]\n"
        "    ldr x2, [sp, #32]\n"
        "    ldp x29, x30, [sp], #48\n"
        "    and w2, w2, #0xfffffff7\n"
        "    br x16\n"
        ".size dlmopen, . - dlmopen\n");
#else
#error "dlopen: write the jump for this processor"
#endif
