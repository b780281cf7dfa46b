/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name resolution. A name of ours is answered without any DNS traffic.
 *
 * getaddrinfo() asks the real function for the reserved addresses in text form, so that hints,
 * services, errors and the memory that freeaddrinfo() frees are libc's own. The older functions
 * fill the caller's structures here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "preload/guard.h"
#include "preload/idn.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/real.h"
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

/* The addresses of a name of ours. False: the core cannot be had, so the name must not resolve. */
static bool assign(const char *node, struct in_addr *v4, struct in6_addr *v6)
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
    if (!assign(node, &v4, &v6)) {
        return EAI_FAIL;
    }
    inet_ntop(AF_INET, &v4, text.v4, sizeof(text.v4));
    inet_ntop(AF_INET6, &v6, text.v6, sizeof(text.v6));
    return resolve_as(node, &text, service, hints, res);
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
    int r = AWI_REAL(getaddrinfo)(node, service, hints, res);
    if (AWI_UNLIKELY(r != 0) && awi_match_below_localhost(node) &&
        (r == EAI_NONAME || r == EAI_AGAIN || r == EAI_FAIL || r == EAI_NODATA)) {
        static const struct text_addresses loopback = {"127.0.0.1", "::1"};
        return resolve_as(node, &loopback, service, hints, res);
    }
    return r;
}

/*
 * struct hostent
 */
struct hostent_room {
    char *aliases[1];
    char *addrs[2];
    char addr[16];
    char name[];
};

/* Fills ret within buf. 0, ERANGE if it is too small. */
static int fill_hostent(
    struct hostent *ret, char *buf, size_t len, const char *name, int family, const void *addr)
{
    size_t pad = (size_t)(-(uintptr_t)buf) & (sizeof(void *) - 1);
    size_t name_len = strlen(name) + 1;
    if (len < pad || len - pad < sizeof(struct hostent_room) + name_len) {
        return ERANGE;
    }
    struct hostent_room *room = (struct hostent_room *)(void *)(buf + pad);
    size_t size = family == AF_INET6 ? 16 : 4;
    memcpy(room->addr, addr, size);
    memcpy(room->name, name, name_len);
    room->aliases[0] = NULL;
    room->addrs[0] = room->addr;
    room->addrs[1] = NULL;
    ret->h_name = room->name;
    ret->h_aliases = room->aliases;
    ret->h_addrtype = family;
    ret->h_length = (int)size;
    ret->h_addr_list = room->addrs;
    return 0;
}

/* Answers a name of ours as the _r functions do. */
static int host_by_name(const char *name,
                        int family,
                        struct hostent *ret,
                        char *buf,
                        size_t len,
                        struct hostent **result,
                        int *h_err)
{
    struct in_addr v4;
    struct in6_addr v6;
    *result = NULL;
    if (!assign(name, &v4, &v6)) {
        *h_err = NO_RECOVERY;
        return 0;
    }
    int r = fill_hostent(
        ret, buf, len, name, family, family == AF_INET6 ? (const void *)&v6 : (const void *)&v4);
    if (r) {
        *h_err = NETDB_INTERNAL;
        errno = r;
        return r;
    }
    *result = ret;
    return 0;
}

static bool ours_by_name(const char *name, int family)
{
    return name && (family == AF_INET || family == AF_INET6) && !awi_inside() && !awi_disabled() &&
           awi_match_name(name, 0);
}

/* What the functions without _r return points here. */
static __thread struct hostent static_host __attribute__((tls_model("initial-exec")));
static __thread char static_buf[384] __attribute__((tls_model("initial-exec")));

static struct hostent *static_by_name(const char *name, int family)
{
    struct hostent *result = NULL;
    int h_err = 0;
    if (host_by_name(name, family, &static_host, static_buf, sizeof(static_buf), &result, &h_err) !=
            0 ||
        !result) {
        h_errno = h_err;
    }
    return result;
}

struct hostent *hook_gethostbyname(const char *name)
{
    return ours_by_name(name, AF_INET) ? static_by_name(name, AF_INET)
                                       : AWI_REAL(gethostbyname)(name);
}

struct hostent *hook_gethostbyname2(const char *name, int family)
{
    return ours_by_name(name, family) ? static_by_name(name, family)
                                      : AWI_REAL(gethostbyname2)(name, family);
}

int hook_gethostbyname_r(const char *name,
                         struct hostent *ret,
                         char *buf,
                         size_t len,
                         struct hostent **result,
                         int *h_err)
{
    return ours_by_name(name, AF_INET)
               ? host_by_name(name, AF_INET, ret, buf, len, result, h_err)
               : AWI_REAL(gethostbyname_r)(name, ret, buf, len, result, h_err);
}

int hook_gethostbyname2_r(const char *name,
                          int family,
                          struct hostent *ret,
                          char *buf,
                          size_t len,
                          struct hostent **result,
                          int *h_err)
{
    return ours_by_name(name, family)
               ? host_by_name(name, family, ret, buf, len, result, h_err)
               : AWI_REAL(gethostbyname2_r)(name, family, ret, buf, len, result, h_err);
}

/*
 * Backwards
 */

/* The remembered name of a raw address. */
static bool name_of(const void *addr, socklen_t len, int family, char *name, size_t size)
{
    struct sockaddr_storage full;
    memset(&full, 0, sizeof(full));
    full.ss_family = (sa_family_t)family;
    if (family == AF_INET && len == 4) {
        memcpy(&((struct sockaddr_in *)&full)->sin_addr, addr, len);
    } else if (family == AF_INET6 && len == 16) {
        memcpy(&((struct sockaddr_in6 *)&full)->sin6_addr, addr, len);
    } else {
        return false;
    }
    struct awi_entry entry;
    if (awi_inside() || !awi_names_reserved((struct sockaddr *)&full, sizeof(full))) {
        return false;
    }
    awi_enter(&entry);
    bool found = awi_names_lookup((struct sockaddr *)&full, sizeof(full), name, size);
    awi_leave(&entry);
    return found;
}

struct hostent *hook_gethostbyaddr(const void *addr, socklen_t len, int family)
{
    char name[256];
    if (!addr || !name_of(addr, len, family, name, sizeof(name))) {
        return AWI_REAL(gethostbyaddr)(addr, len, family);
    }
    fill_hostent(&static_host, static_buf, sizeof(static_buf), name, family, addr);
    return &static_host;
}

int hook_gethostbyaddr_r(const void *addr,
                         socklen_t len,
                         int family,
                         struct hostent *ret,
                         char *buf,
                         size_t size,
                         struct hostent **result,
                         int *h_err)
{
    char name[256];
    if (!addr || !name_of(addr, len, family, name, sizeof(name))) {
        return AWI_REAL(gethostbyaddr_r)(addr, len, family, ret, buf, size, result, h_err);
    }
    int r = fill_hostent(ret, buf, size, name, family, addr);
    *result = r ? NULL : ret;
    if (r) {
        *h_err = NETDB_INTERNAL;
        errno = r;
    }
    return r;
}

int hook_getnameinfo(const struct sockaddr *addr,
                     socklen_t len,
                     char *host,
                     socklen_t host_len,
                     char *service,
                     socklen_t service_len,
                     int flags)
{
    char name[256];
    bool ours = false;
    if (addr && host && host_len && !(flags & NI_NUMERICHOST) && !awi_inside() &&
        awi_names_reserved(addr, len)) {
        struct awi_entry entry;
        awi_enter(&entry);
        ours = awi_names_lookup(addr, len, name, sizeof(name));
        awi_leave(&entry);
    }
    if (!ours) {
        return AWI_REAL(getnameinfo)(addr, len, host, host_len, service, service_len, flags);
    }
    if (strlen(name) >= host_len) {
        return EAI_OVERFLOW;
    }
    if (service && service_len) {
        int r =
            AWI_REAL(getnameinfo)(addr, len, NULL, 0, service, service_len, flags & ~NI_NAMEREQD);
        if (r != 0) {
            return r;
        }
    }
    memcpy(host, name, strlen(name) + 1);
    return 0;
}
