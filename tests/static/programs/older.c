/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command as on a kernel that does not have one of its system calls yet, or does not know
 * one of the flags in its second argument (0: no flag).
 *
 *     older NUMBER FLAG COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))

int main(int argc, char **argv)
{
    unsigned number = argc > 3 ? (unsigned)strtol(argv[1], NULL, 10) : 0;
    unsigned flag = argc > 3 ? (unsigned)strtol(argv[2], NULL, 10) : 0;
    struct sock_filter code[] = {
        FIELD(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 2),
        FIELD(args[1]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flag, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    if (!flag) {
        code[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    }
    if (argc < 4 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        return 2;
    }
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    return 126;
}
