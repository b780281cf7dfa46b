/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name resolution. A name of ours is answered without any DNS traffic.
 *
 * getaddrinfo() asks the real function for the reserved addresses in text form, so that hints,
 * services, errors and the memory that freeaddrinfo() frees are libc's own. Other names are libc's
 * to resolve, and may turn out to lead to AWS (search.h, alias.h).
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/alias.h"
#include "preload/guard.h"
#include "preload/idn.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/real.h"
#include "preload/resolve.h"
#include "preload/search.h"
#include "preload/shim.h"

struct text_addresses {
    char v4[INET_ADDRSTRLEN];
    char v6[INET6_ADDRSTRLEN];
};

/* A service in digits, 0 for a name or none. */
static uint16_t service_port(const char *service)
{
    unsigned long port = 0;
    for (const char *p = service; p && *p; p++) {
        if (*p < '0' || *p > '9' || port > 65535) {
            return 0;
        }
        port = port * 10 + (unsigned long)(*p - '0');
    }
    return port <= 65535 ? (uint16_t)port : 0;
}

bool awi_resolve_assign(const char *node, struct in_addr *v4, struct in6_addr *v6)
{
    struct awi_entry entry;
    awi_enter(&entry);
    bool usable = awi_core() != NULL;
    if (usable) {
        awi_names_assign(node, v4, v6);
    }
    awi_leave(&entry);
    return usable;
}

/* The canonical name is what was asked for, not the number that stood in for it. Only where it is
 * wanted: another preload's getaddrinfo() may give one that is not to be freed alone. */
static int set_canonical(struct addrinfo *list, const char *node, int flags)
{
    if (!list || !list->ai_canonname || !(flags & AI_CANONNAME)) {
        return 0;
    }
    char *name = strdup(node);
    if (!name) {
        return EAI_MEMORY;
    }
    free(list->ai_canonname);
    list->ai_canonname = name;
    return 0;
}

/* The answer to node as if it were these addresses: IPv4 first, then IPv6, as hints want it. */
static int resolve_as(const char *node,
                      const struct text_addresses *text,
                      const char *service,
                      const struct addrinfo *hints,
                      struct addrinfo **res)
{
    struct addrinfo want = {0};
    if (hints) {
        want = *hints;
    }
    int family = want.ai_family;
    want.ai_flags &= ~(AI_ADDRCONFIG | AI_V4MAPPED | AI_ALL | AI_IDN | AI_CANONIDN);
    want.ai_flags |= AI_NUMERICHOST;

    struct addrinfo *first = NULL;
    int r = 0;
    if (family != AF_INET6) {
        r = AWI_REAL(getaddrinfo)(text->v4, service, &want, &first);
        if (r == 0) {
            r = set_canonical(first, node, want.ai_flags);
        }
    }
    if (r == 0 && (family == AF_INET6 || family == AF_UNSPEC)) {
        struct addrinfo *second = NULL;
        if (first) {
            want.ai_flags &= ~AI_CANONNAME;
        }
        r = AWI_REAL(getaddrinfo)(text->v6, service, &want, &second);
        if (r == 0 && !first) {
            r = set_canonical(second, node, want.ai_flags);
        }
        struct addrinfo **tail = &first;
        while (*tail) {
            tail = &(*tail)->ai_next;
        }
        *tail = second;
    }
    if (r != 0) {
        if (first) {
            freeaddrinfo(first);
        }
        return r;
    }
    *res = first;
    return 0;
}

static int resolve_reserved(const char *node,
                            const char *service,
                            const struct addrinfo *hints,
                            struct addrinfo **res)
{
    struct in_addr v4;
    struct in6_addr v6;
    struct text_addresses text;
    if (!awi_resolve_assign(node, &v4, &v6)) {
        return EAI_FAIL;
    }
    inet_ntop(AF_INET, &v4, text.v4, sizeof(text.v4));
    inet_ntop(AF_INET6, &v6, text.v6, sizeof(text.v6));
    return resolve_as(node, &text, service, hints, res);
}

/* Another preload's getaddrinfo(), and another libc's, may give a canonical name that is not to be
 * freed alone. */
static bool real_is_glibc(void)
{
    static atomic_int cached;
    int state = atomic_load_explicit(&cached, memory_order_relaxed);
    if (!state) {
        Dl_info real;
        Dl_info libc;
        void *of_glibc = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
        bool same = of_glibc && dladdr(of_glibc, &libc) &&
                    dladdr((void *)AWI_REAL(getaddrinfo), &real) &&
                    real.dli_fbase == libc.dli_fbase;
        state = same ? 2 : 1;
        atomic_store_explicit(&cached, state, memory_order_relaxed);
    }
    return state == 2;
}

/* libc's answer with its canonical name, which the caller may not have asked for. */
static int ask(const char *node,
               const char *service,
               const struct addrinfo *hints,
               struct addrinfo **res,
               char canonical[256])
{
    struct addrinfo want = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    *canonical = '\0';
    if (!real_is_glibc()) {
        return AWI_REAL(getaddrinfo)(node, service, hints, res);
    }
    if (hints) {
        want = *hints;
    }
    bool wanted = want.ai_flags & AI_CANONNAME;
    want.ai_flags |= AI_CANONNAME;
    int r = AWI_REAL(getaddrinfo)(node, service, &want, res);
    char *name = r == 0 ? (*res)->ai_canonname : NULL;
    if (name) {
        snprintf(canonical, 256, "%s", name);
    }
    if (name && !wanted) {
        free(name);
        (*res)->ai_canonname = NULL;
    }
    return r;
}

/* A name that is not ours, but may lead to one: in a place of the search list that libc must not
 * ask about, or by what it has found. */
static int resolve_other(const char *node,
                         const char *service,
                         const struct addrinfo *hints,
                         struct addrinfo **res)
{
    struct awi_search search;
    char canonical[256];
    char name[256];

    awi_search_begin(&search, node, NULL);
    int r = ask(node, service, hints, res, canonical);
    awi_search_end(&search);
    if (r == 0 && AWI_UNLIKELY(awi_alias_of_canonical(
                      node, canonical, hints ? hints->ai_family : AF_UNSPEC, name))) {
        freeaddrinfo(*res);
        return resolve_reserved(name, service, hints, res);
    }
    if (AWI_UNLIKELY(r == EAI_NONAME || r == EAI_AGAIN || r == EAI_FAIL || r == EAI_NODATA)) {
        static const struct text_addresses loopback = {"127.0.0.1", "::1"};
        if (*search.name) {
            return resolve_reserved(search.name, service, hints, res);
        }
        if (awi_match_below_localhost(node)) {
            return resolve_as(node, &loopback, service, hints, res);
        }
    }
    return r;
}

int hook_getaddrinfo(const char *node,
                     const char *service,
                     const struct addrinfo *hints,
                     struct addrinfo **res)
{
    if (!node || awi_inside() || awi_disabled() || (hints && (hints->ai_flags & AI_NUMERICHOST))) {
        return AWI_REAL(getaddrinfo)(node, service, hints, res);
    }
    if (awi_match_name(node, service_port(service))) {
        return resolve_reserved(node, service, hints, res);
    }
    char ascii[256];
    if (hints && (hints->ai_flags & AI_IDN) && awi_idn_convert(node, ascii, sizeof(ascii)) &&
        awi_match_name(ascii, service_port(service))) {
        return resolve_reserved(ascii, service, hints, res);
    }
    return resolve_other(node, service, hints, res);
}
