/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namespace PLUGIN: opens a library by dlmopen() in name spaces of their own and in the program's,
 * and lets it ask AWS from each in turn. Prints TAP.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "namespace_ask.h"

static int number, failed;

static void check(int good, const char *what, const char *detail)
{
    failed += !good;
    printf("%sok %d - %s\n", good ? "" : "not ", ++number, what);
    if (!good) {
        printf("# %s\n", detail ? detail : "?");
    }
}

static ask_fn *open_there(const char *plugin, Lmid_t *space)
{
    ask_fn *ask = NULL;
    void *handle = dlmopen(*space, plugin, RTLD_NOW);
    check(handle && dlinfo(handle, RTLD_DI_LMID, space) == 0, "dlmopen", dlerror());
    if (handle) {
        *(void **)&ask = dlsym(handle, "ask_there");
    }
    return ask;
}

int main(int argc, char **argv)
{
    Lmid_t first = LM_ID_NEWLM, second = LM_ID_NEWLM, base = LM_ID_BASE;
    char said[256];

    if (argc < 2) {
        return 2;
    }
    ask_fn *there = open_there(argv[1], &first);
    ask_fn *elsewhere = open_there(argv[1], &second);
    ask_fn *here = open_there(argv[1], &base);
    if (!there || !elsewhere || !here) {
        return 1;
    }
    check(first != second && first != base, "name spaces of their own", NULL);
    for (int round = 0; round < 3; round++) {
        check(there(said, sizeof(said)) == 0, "in a name space of its own", said);
        check(elsewhere(said, sizeof(said)) == 0, "in another", said);
        check(here(said, sizeof(said)) == 0, "in the program's", said);
    }
    check(!dlmopen(LM_ID_NEWLM, "/no/such/library.so", RTLD_NOW) && strstr(dlerror(), "/no/such"),
          "the error of a library that is not there",
          NULL);
    printf("1..%d\n", number);
    return failed != 0;
}
