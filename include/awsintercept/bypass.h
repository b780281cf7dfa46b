/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxies that are spoken to in TLS. What a client says to one is hidden, so it must not be asked
 * for AWS at all: where the environment names such a proxy, NO_PROXY is extended by everything that
 * is always intercepted. Both halves do so: the shim for the process it is loaded into, the
 * launcher for programs that no shim is loaded into.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Behind a comma each. A name stands for itself, with a dot for those below (most clients take
 * either for both), with a star for patterns (Java). */
static const char awi_bypass_list[] =
#define AWI_HOST_SUFFIX(text, partition, dualstack)  "," text ",." text ",*." text
#define AWI_HOST_NAME(text)                          "," text
#define AWI_HOST_ADDR4(text, a, b, c, d)             "," text
#define AWI_HOST_ADDR6(text, a, b, c, d, e, f, g, h) "," text
#include "awsintercept/hosts.def"
    ;

/* Reads a variable of the environment. */
typedef const char *awi_bypass_get(const char *name);

static inline bool awi_bypass_is_tls(const char *proxy)
{
    return proxy && !strncasecmp(proxy, "https://", 8);
}

/* The variable that names a proxy in TLS; NULL: none does. */
static inline const char *awi_bypass_proxy(awi_bypass_get *get)
{
    static const char *const names[] = {
        "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (awi_bypass_is_tls(get(names[i]))) {
            return names[i];
        }
    }
    return NULL;
}

/* What to put behind a list that is set (NULL or "": none is); NULL: it has all that is needed. */
static inline const char *awi_bypass_rest(const char *set)
{
    if (!set || !*set) {
        return awi_bypass_list + 1;
    }
    return strcmp(set, "*") && !strstr(set, awi_bypass_list + 1) ? awi_bypass_list : NULL;
}

/* Sets both spellings of NO_PROXY in this process's environment, if a proxy makes it necessary. */
static inline void awi_bypass_set(awi_bypass_get *get)
{
    static const char *const names[] = {"no_proxy", "NO_PROXY"};
    const char *before[] = {get(names[0]), get(names[1])};
    if (!awi_bypass_proxy(get)) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        const char *set = before[i] ? before[i] : before[1 - i];
        const char *rest = awi_bypass_rest(set);
        char *entry;
        if (rest && asprintf(&entry, "%s=%s%s", names[i], set ? set : "", rest) >= 0) {
            putenv(entry); /* it belongs to the environment from here on */
        }
    }
}
