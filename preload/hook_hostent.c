/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name resolution by the older functions, which fill the caller's structures here, and the way back
 * from an address to a name.
 */
#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "preload/alias.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/real.h"
#include "preload/resolve.h"
#include "preload/search.h"
#include "preload/shim.h"

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
    if (!awi_resolve_assign(name, &v4, &v6)) {
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

static bool is_other(const char *name, int family)
{
    return name && (family == AF_INET || family == AF_INET6) && !awi_inside() && !awi_disabled();
}

/* The name of ours to which another has led, after libc's look-up. found: its answer or NULL. */
static bool led(struct awi_search *search, const struct hostent *found, char name[256])
{
    awi_search_end(search);
    if (found) {
        return awi_alias_of_host(found, name);
    }
    memcpy(name, search->name, strlen(search->name) + 1);
    return *name;
}

static struct hostent *other_by_name(const char *name, int family, bool plain)
{
    struct awi_search search;
    char to[256];
    if (!is_other(name, family)) {
        return plain ? AWI_REAL(gethostbyname)(name) : AWI_REAL(gethostbyname2)(name, family);
    }
    awi_search_begin(&search, name, NULL);
    struct hostent *host =
        plain ? AWI_REAL(gethostbyname)(name) : AWI_REAL(gethostbyname2)(name, family);
    return AWI_UNLIKELY(led(&search, host, to)) ? static_by_name(to, family) : host;
}

struct hostent *hook_gethostbyname(const char *name)
{
    return ours_by_name(name, AF_INET) ? static_by_name(name, AF_INET)
                                       : other_by_name(name, AF_INET, true);
}

struct hostent *hook_gethostbyname2(const char *name, int family)
{
    return ours_by_name(name, family) ? static_by_name(name, family)
                                      : other_by_name(name, family, false);
}

/* As gethostbyname2_r(), or (family AF_UNSPEC) as gethostbyname_r(). */
static int other_by_name_r(const char *name,
                           int family,
                           struct hostent *ret,
                           char *buf,
                           size_t len,
                           struct hostent **result,
                           int *h_err)
{
    struct awi_search search;
    char to[256];
    bool other = is_other(name, family == AF_UNSPEC ? AF_INET : family);
    if (other) {
        awi_search_begin(&search, name, NULL);
    }
    int r = family == AF_UNSPEC
                ? AWI_REAL(gethostbyname_r)(name, ret, buf, len, result, h_err)
                : AWI_REAL(gethostbyname2_r)(name, family, ret, buf, len, result, h_err);
    if (other && AWI_UNLIKELY(led(&search, r == 0 ? *result : NULL, to)) && r != ERANGE) {
        return host_by_name(
            to, family == AF_UNSPEC ? AF_INET : family, ret, buf, len, result, h_err);
    }
    return r;
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
               : other_by_name_r(name, AF_UNSPEC, ret, buf, len, result, h_err);
}

int hook_gethostbyname2_r(const char *name,
                          int family,
                          struct hostent *ret,
                          char *buf,
                          size_t len,
                          struct hostent **result,
                          int *h_err)
{
    return ours_by_name(name, family) ? host_by_name(name, family, ret, buf, len, result, h_err)
                                      : other_by_name_r(name, family, ret, buf, len, result, h_err);
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
