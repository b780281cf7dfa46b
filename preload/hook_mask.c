/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells us that signals could do harm while our own code runs (mask.h): a place to jump to,
 * and limits that change.
 *
 * setjmp() keeps the return address it finds on the stack, so a hook must not stand between it and
 * its caller: it takes a note and jumps.
 */
#include <setjmp.h>
#include <sys/resource.h>

#include "preload/guard.h"
#include "preload/mask.h"
#include "preload/real.h"

/* Called from the assembly below. Each notes that there will be jumps and gives the real function.
 */
#define REAL_OF(name)                                                                              \
    __attribute__((visibility("hidden"), used)) void *awi_jump_##name(void);                       \
    void *awi_jump_##name(void)                                                                    \
    {                                                                                              \
        if (!awi_inside()) {                                                                       \
            awi_mask_because(AWI_MASK_JUMPS);                                                      \
        }                                                                                          \
        return (void *)AWI_REAL(name);                                                             \
    }

REAL_OF(setjmp)
REAL_OF(_setjmp)
REAL_OF(__sigsetjmp)

#if defined(__x86_64__)
#define JUMP_TO(name)                                                                              \
    __asm__(".text\n"                                                                              \
            ".globl " #name "\n"                                                                   \
            ".type " #name ", @function\n" #name ":\n"                                             \
            "    endbr64\n"                                                                        \
            "    pushq %rdi\n"                                                                     \
            "    pushq %rsi\n"                                                                     \
            "    subq $8, %rsp\n"                                                                  \
            "    call awi_jump_" #name "\n"                                                        \
            "    addq $8, %rsp\n"                                                                  \
            "    popq %rsi\n"                                                                      \
            "    popq %rdi\n"                                                                      \
            "    jmp *%rax\n"                                                                      \
            ".size " #name ", . - " #name "\n")
#elif defined(__aarch64__)
#define JUMP_TO(name)                                                                              \
    __asm__(".text\n"                                                                              \
            ".globl " #name "\n"                                                                   \
            ".type " #name ", %function\n" #name ":\n"                                             \
            "    stp x29, x30, [sp, #-32]!\n"                                                      \
            "    stp x0, x1, [sp, #16]\n"                                                          \
            "    bl awi_jump_" #name "\n"                                                          \
            "    mov x16, x0\n"                                                                    \
            "    ldp x0, x1, [sp, #16]\n"                                                          \
            "    ldp x29, x30, [sp], #32\n"                                                        \
            "    br x16\n"                                                                         \
            ".size " #name ", . - " #name "\n")
#else
#error "setjmp: write the jump for this processor"
#endif

JUMP_TO(setjmp);
JUMP_TO(_setjmp);
JUMP_TO(__sigsetjmp);

static int looked(int r)
{
    if (r == 0) {
        awi_mask_look_at_limit();
    }
    return r;
}

int hook_setrlimit(int resource, const struct rlimit *limit)
{
    return looked(AWI_REAL(setrlimit)(resource, limit));
}

int hook_setrlimit64(int resource, const struct rlimit64 *limit)
{
    return looked(AWI_REAL(setrlimit64)(resource, limit));
}

int hook_prlimit(pid_t pid, int resource, const struct rlimit *limit, struct rlimit *old)
{
    return looked(AWI_REAL(prlimit)(pid, resource, limit, old));
}

int hook_prlimit64(pid_t pid, int resource, const struct rlimit64 *limit, struct rlimit64 *old)
{
    return looked(AWI_REAL(prlimit64)(pid, resource, limit, old));
}
