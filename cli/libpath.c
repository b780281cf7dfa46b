/* SPDX-License-Identifier: Apache-2.0 */
/* Where our other files are: beside the command in a build directory, else where they were
 * installed. */
#include "cli/cli.h"
#include "core/util/cleanup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "libawsintercept.so"
#define TOOLS   "awsintercept-tools"

/* The first of these that exists; places are relative to the command's folder and end with NULL. */
static char *find(const char *const *places, char **ret_tried)
{
    char self[PATH_MAX];
    char *tried = NULL;
    size_t tried_len = 0;
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    self[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash) {
        slash[1] = '\0';
    }
    AWI_AUTO(file) FILE *list = open_memstream(&tried, &tried_len);
    for (size_t i = 0; slash && places[i]; i++) {
        AWI_AUTO(free) char *path = NULL;
        if (asprintf(&path, "%s%s", self, places[i]) < 0) {
            path = NULL;
            break;
        }
        char *found = realpath(path, NULL);
        if (found) {
            fclose(AWI_STEAL(list, NULL));
            free(tried);
            return found;
        }
        fprintf(list, "%s%s", i ? ", " : "", path);
    }
    fclose(AWI_STEAL(list, NULL));
    if (ret_tried) {
        *ret_tried = tried;
    } else {
        free(tried);
    }
    return NULL;
}

char *awi_cli_find_library(char **ret_tried)
{
    static const char *const places[] = {
        "../preload/" LIBRARY,                     /* build directory: cli/ and preload/ */
        "../" AWI_LIBDIR "/awsintercept/" LIBRARY, /* prefix/bin and prefix/lib */
        "../lib/awsintercept/" LIBRARY,
        NULL,
    };

    return find(places, ret_tried);
}

char *awi_cli_preload_path(void)
{
    AWI_AUTO(free) char *tried = NULL;
    AWI_AUTO(free) char *path = awi_cli_find_library(&tried);

    if (!path) {
        awi_cli_error("build it with `ninja`, or install with `meson install`",
                      "the preload library is in none of: %s",
                      tried ? tried : "(no /proc)");
        return NULL;
    }
    if (path[strcspn(path, " :$")]) {
        awi_cli_error("move it to a folder without such a character",
                      "LD_PRELOAD cannot name a path with a space, a colon or a dollar: %s",
                      path);
        return NULL;
    }
    return AWI_STEAL(path, NULL);
}

char *awi_cli_find_tools(char **ret_tried)
{
    static const char *const places[] = {
        TOOLS,
        "../" AWI_LIBDIR "/awsintercept/" TOOLS,
        "../lib/awsintercept/" TOOLS,
        NULL,
    };

    return find(places, ret_tried);
}

int awi_cli_libpath(int argc, char **argv)
{
    if (argc > 1) {
        bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
        fprintf(help ? stdout : stderr,
                "usage: awsintercept libpath\n\n"
                "Prints the path of the preload library, to be used as\n"
                "    LD_PRELOAD=$(awsintercept libpath) ./app\n");
        return help ? 0 : 2;
    }
    AWI_AUTO(free) char *path = awi_cli_preload_path();
    if (!path) {
        return 1;
    }
    puts(path);
    return 0;
}
