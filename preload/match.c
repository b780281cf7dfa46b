/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hosts that are ours without being asked for: the partitions' suffixes, the metadata services,
 * the customary emulator port. Everything that a configuration adds is known to the core.
 */
#include "preload/match.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "preload/guard.h"
#include "preload/names.h"
#include "preload/real.h"
#include "preload/shim.h"

/* Suffixes stand for themselves and every name below, names for themselves alone. */
static const struct {
    const char *text;
    size_t len;
    bool below;
} hosts[] = {
#define AWI_HOST_SUFFIX(text, partition, dualstack) {text, sizeof(text) - 1, true},
#define AWI_HOST_NAME(text)                         {text, sizeof(text) - 1, false},
#include "awsintercept/hosts.def"
};

enum { EMULATOR_PORT = 4566 };

/* Instance metadata, ECS task credentials and metadata, EKS Pod Identity. */
static const uint32_t metadata_v4[] = {
#define AWI_HOST_ADDR4(text, a, b, c, d) (uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d),
#include "awsintercept/hosts.def"
};
#define HALVES(group) (unsigned char)((group) >> 8), (unsigned char)(group)
static const unsigned char metadata_v6[][16] = {
#define AWI_HOST_ADDR6(text, a, b, c, d, e, f, g, h)                                               \
    {HALVES(a), HALVES(b), HALVES(c), HALVES(d), HALVES(e), HALVES(f), HALVES(g), HALVES(h)},
#include "awsintercept/hosts.def"
};

static bool is_listed(const char *host, size_t len)
{
    if (len && host[len - 1] == '.') {
        len--;
    }
    if (len < 6 || len > 253) {
        return false;
    }
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        size_t known = hosts[i].len;
        if (len < known || (host[len - 1] | 0x20) != hosts[i].text[known - 1]) {
            continue;
        }
        if (strncasecmp(host + len - known, hosts[i].text, known) == 0 &&
            (len == known || (hosts[i].below && host[len - known - 1] == '.'))) {
            return true;
        }
    }
    return false;
}

/* Resolvers read "\DDD" as the byte of that decimal number and "\c" as c (RFC 1035, 5.1). */
static size_t unescape(const char *host, size_t len, char *ret)
{
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned int digit[3] = {10, 10, 10};
        for (size_t d = 0; host[i] == '\\' && d < 3 && i + 1 + d < len; d++) {
            digit[d] = (unsigned char)host[i + 1 + d] - (unsigned int)'0';
        }
        if (digit[0] < 10 && digit[1] < 10 && digit[2] < 10) {
            ret[used++] = (char)(digit[0] * 100 + digit[1] * 10 + digit[2]);
            i += 3;
        } else {
            i += host[i] == '\\' && i + 1 < len;
            ret[used++] = host[i];
        }
    }
    return used;
}

bool awi_match_aws(const char *host, size_t len)
{
    char plain[1024];
    if (AWI_LIKELY(!memchr(host, '\\', len))) {
        return is_listed(host, len);
    }
    return len <= sizeof(plain) && is_listed(plain, unescape(host, len, plain));
}

static bool is_tenant_label(const char *label, size_t len)
{
    static const char *const tenants[] = {
#define AWI_HOST_TENANT(text) text,
#include "awsintercept/hosts.def"
    };
    for (size_t i = 0; i < sizeof(tenants) / sizeof(*tenants); i++) {
        size_t known = strcspn(tenants[i], "*");
        if ((tenants[i][known] ? len >= known : len == known) &&
            strncasecmp(label, tenants[i], known) == 0) {
            return true;
        }
    }
    return false;
}

bool awi_match_service(const char *host, size_t len)
{
    if (!awi_match_aws(host, len)) {
        return false;
    }
    for (size_t at = 0, end; at < len; at = end + 1) {
        const char *dot = memchr(host + at, '.', len - at);
        end = dot ? (size_t)(dot - host) : len;
        if (is_tenant_label(host + at, end - at)) {
            return false;
        }
    }
    return true;
}

bool awi_match_below_localhost(const char *host)
{
    static const char tail[] = ".localhost";
    size_t len = strlen(host);
    if (len && host[len - 1] == '.') {
        len--;
    }
    return len > sizeof(tail) - 1 && len <= 253 &&
           strncasecmp(host + len - (sizeof(tail) - 1), tail, sizeof(tail) - 1) == 0;
}

/* Is there anything that could add endpoints? */
static bool configured(void)
{
    static atomic_int cached;
    int state = atomic_load_explicit(&cached, memory_order_relaxed);
    if (!state) {
        struct awi_entry entry;
        awi_enter(&entry);
        const char *list = awi_environ("AWSINTERCEPT_ENDPOINTS");
        const char *file = awi_environ("AWSINTERCEPT_CONFIG");
        bool any = (list && *list) || (file && *file) ||
                   AWI_REAL(access)("awsintercept.yml", F_OK) == 0 ||
                   AWI_REAL(access)("cloudmock.yml", F_OK) == 0;
        awi_leave(&entry);
        state = any ? 2 : 1;
        atomic_store_explicit(&cached, state, memory_order_relaxed);
    }
    return state == 2;
}

static bool ask_core(const char *host, uint16_t port)
{
    struct awi_entry entry;
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core();
    bool ours = core && core->is_endpoint(host, port);
    awi_leave(&entry);
    return ours;
}

/* localhost is known by its address; its name must go on meaning this machine. */
static bool is_localhost(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || awi_match_below_localhost(host);
}

bool awi_match_name(const char *host, uint16_t port)
{
    size_t len = strlen(host);
    if (awi_match_aws(host, len)) {
        return true;
    }
    if (AWI_LIKELY(!configured()) || !len || len > 254 || is_localhost(host)) {
        return false;
    }
    char name[256];
    memcpy(name, host, len + 1);
    if (name[len - 1] == '.') {
        name[len - 1] = '\0';
    }
    return ask_core(name, port);
}

bool awi_match_v4(const struct sockaddr *addr, socklen_t len, uint32_t *ip)
{
    if (addr->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        *ip = ntohl(((const struct sockaddr_in *)(const void *)addr)->sin_addr.s_addr);
        return true;
    }
    if (addr->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(in6)) {
            uint32_t net;
            memcpy(&net, (const char *)in6 + 12, sizeof(net));
            *ip = ntohl(net);
            return true;
        }
    }
    return false;
}

static bool match_v6(const struct in6_addr *in6, bool *loopback)
{
    for (size_t i = 0; i < sizeof(metadata_v6) / sizeof(*metadata_v6); i++) {
        if (!memcmp(in6, metadata_v6[i], sizeof(metadata_v6[i]))) {
            return true;
        }
    }
    *loopback = IN6_IS_ADDR_LOOPBACK(in6);
    return false;
}

static bool ask_core_addr(const void *ip, int family, bool loopback, uint16_t port)
{
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(family, ip, text, sizeof(text))) {
        return false;
    }
    return ask_core(text, port) || (loopback && ask_core("localhost", port));
}

bool awi_match_addr(const struct sockaddr *addr, socklen_t len)
{
    uint32_t ip = 0;
    bool loopback = false;
    if (len < sizeof(struct sockaddr_in) ||
        (addr->sa_family != AF_INET && addr->sa_family != AF_INET6)) {
        return false;
    }
    /* The port stands in the same place in both. */
    uint16_t port = ntohs(((const struct sockaddr_in *)(const void *)addr)->sin_port);
    const void *raw = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    int family = AF_INET;

    if (awi_match_v4(addr, len, &ip)) {
        for (size_t i = 0; i < sizeof(metadata_v4) / sizeof(*metadata_v4); i++) {
            if (ip == metadata_v4[i]) {
                return true;
            }
        }
        loopback = ip >> 24 == 127;
        if (addr->sa_family == AF_INET6) {
            raw = (const char *)&((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr + 12;
        }
    } else if (len >= sizeof(struct sockaddr_in6)) {
        raw = &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
        family = AF_INET6;
        if (match_v6(raw, &loopback)) {
            return true;
        }
    } else {
        return false;
    }
    if (awi_names_reserved(addr, len) || (loopback && port == EMULATOR_PORT)) {
        return true;
    }
    return configured() && ask_core_addr(raw, family, loopback, port);
}

bool awi_match_target(const char *host, uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
        return awi_match_addr((struct sockaddr *)&in, sizeof(in));
    }
    if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
        return awi_match_addr((struct sockaddr *)&in6, sizeof(in6));
    }
    if (is_localhost(host)) {
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return awi_match_addr((struct sockaddr *)&in, sizeof(in));
    }
    return awi_match_name(host, port);
}
