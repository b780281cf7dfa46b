/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that opens libcurl long after its start: late local|deep LIBRARY URL. Exit status 0:
 * the answer had the status 403, which is what STS says to whom it does not know.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* Numbers of curl.h, which names them; a program that opens a library may have no header. */
enum { URL = 10002, WRITE_FUNCTION = 20011, RESPONSE_CODE = 0x200002 };

static size_t drop(char *data, size_t size, size_t count, void *arg)
{
    return size * count;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    int deep = strcmp(argv[1], "deep") == 0 ? RTLD_DEEPBIND : 0;
    void *curl = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL | deep);
    if (!curl) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    void *(*init)(void);
    int (*set)(void *easy, int option, ...), (*perform)(void *easy);
    int (*get)(void *easy, int info, ...);
    *(void **)&init = dlsym(curl, "curl_easy_init");
    *(void **)&set = dlsym(curl, "curl_easy_setopt");
    *(void **)&perform = dlsym(curl, "curl_easy_perform");
    *(void **)&get = dlsym(curl, "curl_easy_getinfo");
    long status = 0;
    void *easy = init();
    set(easy, URL, argv[3]);
    set(easy, WRITE_FUNCTION, drop);
    int result = perform(easy);
    get(easy, RESPONSE_CODE, &status);
    printf("%d %ld\n", result, status);
    return result || status != 403;
}
