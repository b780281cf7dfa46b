/* SPDX-License-Identifier: Apache-2.0 */
/* What an executable file is, as far as preloading is concerned. */
#pragma once

#include <limits.h>
#include <stdbool.h>

enum awi_exec_kind {
    AWI_EXEC_DYNAMIC, /* the dynamic loader runs: LD_PRELOAD works */
    AWI_EXEC_STATIC,  /* LD_PRELOAD cannot reach it: no program interpreter, or foreign */
    AWI_EXEC_SCRIPT,  /* "#!": interpreter says who runs it */
    AWI_EXEC_OTHER,   /* neither ELF nor a script */
};

struct awi_exec {
    enum awi_exec_kind kind;
    char interpreter[PATH_MAX]; /* of a script, or the ELF program interpreter */
    char argument[PATH_MAX];    /* of a script's first line, after the interpreter; may be "" */
    bool go;                    /* built by Go: makes its system calls itself */
    bool musl;                  /* loaded by musl's loader */
    bool foreign;               /* another machine or word size than ours */
    bool setid;                 /* set-user-ID or set-group-ID for others than us */
    bool capable;               /* file capabilities */
    bool privileged;            /* so that we, as we are, would be given more by it than we have */
};

/* Looks at the head of the file. 0, or -errno. */
int awi_exec_look(const char *path, struct awi_exec *ret);

/* Does it need libasan first? Reads the whole file. */
bool awi_exec_is_asan(const char *path);
