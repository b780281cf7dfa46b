/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches connections to the proxies that the environment names, and TCP connections to name
 * servers. A proxy is recognised by its port: a connection to the same port elsewhere is watched
 * for one write and then left alone.
 */
#include "preload/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "preload/divert.h"
#include "preload/dns.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/real.h"
#include "preload/shim.h"

enum { LONGEST_START = 512 };

static uint16_t scheme_port(const char *scheme, size_t len)
{
    if (len == 5 && !strncasecmp(scheme, "https", 5)) {
        return 443;
    }
    return len >= 5 && !strncasecmp(scheme, "socks", 5) ? 1080 : 80;
}

/* The port of "[scheme://][user@]host[:port][/]". curl takes 1080 where a port is missing and the
 * others 80, so a value without one counts for both. */
static bool names_port(const char *value, uint16_t port)
{
    const char *scheme_end = strstr(value, "://");
    const char *host = scheme_end ? scheme_end + 3 : value;
    size_t len = strcspn(host, "/?#");
    for (size_t i = 0; i < len; i++) {
        if (host[i] == '@') {
            host += i + 1;
            len -= i + 1;
            i = (size_t)-1;
        }
    }
    size_t colon = len;
    while (colon > 0 && host[colon - 1] >= '0' && host[colon - 1] <= '9') {
        colon--;
    }
    if (colon > 0 && colon < len && host[colon - 1] == ':') {
        return strtoul(host + colon, NULL, 10) == port;
    }
    uint16_t usual = scheme_end ? scheme_port(value, (size_t)(scheme_end - value)) : 80;
    return port == usual || port == 1080;
}

/* Libraries that are preloaded with us and lead every connection through a proxy of their own: any
 * port may be its. */
static bool is_tunnelled(void)
{
    static const char *const names[] = {"libproxychains", "libtsocks", "libtorsocks", "libdsocks"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (awi_preloads(names[i])) {
            return true;
        }
    }
    return false;
}

static bool is_proxy_port(uint16_t port)
{
    static const char *const names[] = {
        "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *value = awi_environ(names[i]);
        if (value && *value && names_port(value, port)) {
            return true;
        }
    }
    return false;
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return AWI_REAL(getsockopt)(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

void awi_proxy_connected(int fd, const struct sockaddr *addr, socklen_t len)
{
    if ((addr->sa_family != AF_INET && addr->sa_family != AF_INET6) ||
        len < sizeof(struct sockaddr_in)) {
        return;
    }
    bool to_name_server = awi_dns_port(addr, len);
    if (to_name_server
            ? !is_stream(fd)
            : !is_tunnelled() && !is_proxy_port(ntohs(
                                     ((const struct sockaddr_in *)(const void *)addr)->sin_port))) {
        return;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    awi_fd_forget(fd);
    struct awi_link *link = awi_link_new(AWI_LINK_PROXY);
    if (link) {
        memcpy(&link->remote, addr, len < sizeof(link->remote) ? len : sizeof(link->remote));
        link->remote_len = len;
        if (awi_link_publish(link, fd) < 0) {
            awi_link_drop(link);
        } else {
            awi_link_release(link);
        }
    }
    awi_leave(&entry);
}

/* The host in "CONNECT host:port" or "METHOD http[s]://host[:port]/", as a string in text. */
static bool first_host(char *text, char **host, uint16_t *port)
{
    char *space = strchr(text, ' ');
    if (!space || space == text) {
        return false;
    }
    bool connect_form = (size_t)(space - text) == 7 && !strncmp(text, "CONNECT", 7);
    char *target = space + 1;
    bool secure = connect_form || !strncasecmp(target, "https://", 8);
    if (!connect_form) {
        if (!secure && strncasecmp(target, "http://", 7)) {
            return false;
        }
        target += secure ? 8 : 7;
    }
    size_t len = strcspn(target, "/? \r\n");
    if (!target[len]) {
        return false;
    }
    target[len] = '\0';
    *port = secure ? 443 : 80;
    char *colon = strrchr(target, ':');
    if (colon && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
        *port = (uint16_t)strtoul(colon + 1, NULL, 10);
        *colon = '\0';
    }
    *host = target;
    return true;
}

bool awi_proxy_asks_for_ours(const void *data, size_t len)
{
    char start[LONGEST_START];
    char *host;
    uint16_t port;
    if (awi_inside() || awi_disabled()) {
        return false;
    }
    len = len < sizeof(start) - 1 ? len : sizeof(start) - 1;
    memcpy(start, data, len);
    start[len] = '\0';
    return first_host(start, &host, &port) && awi_match_target(host, port);
}

static size_t gather(char *out, size_t size, const struct iovec *iov, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count && used < size - 1; i++) {
        size_t n = iov[i].iov_len < size - 1 - used ? iov[i].iov_len : size - 1 - used;
        memcpy(out + used, iov[i].iov_base, n);
        used += n;
    }
    out[used] = '\0';
    return used;
}

/* Turns fd, whose link is gone, into a connection of ours to host. 0 or -errno. */
static int divert_to(int fd, const char *host, uint16_t port)
{
    struct sockaddr_storage to;
    socklen_t len = sizeof(to);
    struct in_addr v4;
    struct in6_addr v6;
    memset(&to, 0, sizeof(to));
    if (AWI_REAL(getsockname)(fd, (struct sockaddr *)&to, &len) < 0) {
        return -errno;
    }
    awi_names_assign(host, &v4, &v6);
    if (to.ss_family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)&to;
        in->sin_addr = v4;
        in->sin_port = htons(port);
        len = sizeof(*in);
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&to;
        in6->sin6_addr = v6;
        in6->sin6_port = htons(port);
        len = sizeof(*in6);
    }
    return awi_divert(fd, (struct sockaddr *)&to, len, NULL);
}

/*
 * SOCKS (RFC 1928, and version 4 with its extension 4a). A request names the host; before one of
 * version 5 come a greeting and perhaps a log-in, which the proxy answers.
 */
enum {
    SOCKS4 = 4,
    SOCKS5 = 5,
    SOCKS_LOGIN = 1,
    SOCKS_CONNECT = 1,
    BY_V4 = 1,
    BY_NAME = 3,
    BY_V6 = 4
};

struct socks_target {
    char host[256];
    uint16_t port;
};

static uint16_t port_at(const unsigned char *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static bool socks5_target(const unsigned char *msg, size_t len, struct socks_target *ret)
{
    size_t name = len > 4 ? msg[4] : 0;
    if (len < 10 || msg[1] != SOCKS_CONNECT) {
        return false;
    }
    switch (msg[3]) {
    case BY_V4:
        ret->port = port_at(msg + 8);
        return inet_ntop(AF_INET, msg + 4, ret->host, sizeof(ret->host)) != NULL;
    case BY_V6:
        ret->port = len < 22 ? 0 : port_at(msg + 20);
        return len >= 22 && inet_ntop(AF_INET6, msg + 4, ret->host, sizeof(ret->host)) != NULL;
    case BY_NAME:
        if (len < 7 + name) {
            return false;
        }
        memcpy(ret->host, msg + 5, name);
        ret->host[name] = '\0';
        ret->port = port_at(msg + 5 + name);
        return true;
    default:
        return false;
    }
}

/* 4, command, port, address, user, 0, and where the address is 0.0.0.x a name, 0. */
static bool socks4_target(const unsigned char *msg, size_t len, struct socks_target *ret)
{
    const unsigned char *end = len > 8 ? memchr(msg + 8, 0, len - 8) : NULL;
    if (!end || msg[1] != SOCKS_CONNECT) {
        return false;
    }
    ret->port = port_at(msg + 2);
    if (msg[4] || msg[5] || msg[6] || !msg[7]) {
        return inet_ntop(AF_INET, msg + 4, ret->host, sizeof(ret->host)) != NULL;
    }
    const unsigned char *name = end + 1;
    end = memchr(name, 0, len - (size_t)(name - msg));
    if (!end || (size_t)(end - name) >= sizeof(ret->host)) {
        return false;
    }
    memcpy(ret->host, name, (size_t)(end - name) + 1);
    return true;
}

/* The proxy's yes, in its place. */
static int grant(int fd, unsigned char version)
{
    static const unsigned char five[] = {SOCKS5, 0, 0, BY_V4, 0, 0, 0, 0, 0, 0};
    static const unsigned char four[] = {0, 90, 0, 0, 0, 0, 0, 0};
    struct awi_link *link = awi_link_take(fd);
    if (!link) {
        return -ECONNRESET;
    }
    ssize_t n = version == SOCKS5
                    ? AWI_REAL(send)(link->peer, five, sizeof(five), MSG_DONTWAIT | MSG_NOSIGNAL)
                    : AWI_REAL(send)(link->peer, four, sizeof(four), MSG_DONTWAIT | MSG_NOSIGNAL);
    int r = n < 0 ? -errno : 0;
    awi_link_release(link);
    return r;
}

static int socks_write(struct awi_link *link, int fd, const unsigned char *msg, size_t len)
{
    struct socks_target target;
    bool in_version5 = link->spoken;
    if (!in_version5 && len >= 3 && msg[0] == SOCKS5 && len == 2u + msg[1]) {
        link->spoken = true;
        awi_link_release(link);
        return 0;
    }
    if (in_version5 && msg[0] == SOCKS_LOGIN) {
        awi_link_release(link);
        return 0;
    }
    awi_link_drop(link);
    if (!(msg[0] == SOCKS4 ? socks4_target(msg, len, &target)
                           : in_version5 && socks5_target(msg, len, &target)) ||
        !awi_match_target(target.host, target.port)) {
        return 0;
    }
    int r = divert_to(fd, target.host, target.port);
    r = r < 0 ? r : grant(fd, msg[0]);
    return r < 0 ? r : AWI_PROXY_TAKEN + (int)len;
}

/* Queries over TCP, each behind its length. For a name of ours there is no answer on this way. */
static int query_write(struct awi_link *link, const unsigned char *msg, size_t len)
{
    unsigned char answer[LONGEST_START + 64];
    size_t skip = len > 2 && port_at(msg) == len - 2 ? 2 : 0;
    bool ours = awi_dns_answer(msg + skip, len - skip, answer, sizeof(answer)) > 0;
    awi_link_release(link);
    return ours ? -ECONNRESET : 0;
}

int awi_proxy_first_write(struct awi_link *link, int fd, const struct iovec *iov, size_t count)
{
    char start[LONGEST_START];
    char *host;
    uint16_t port;

    size_t len = gather(start, sizeof(start), iov, count);
    if (awi_dns_port((struct sockaddr *)&link->remote, link->remote_len)) {
        return query_write(link, (const unsigned char *)start, len);
    }
    if (len && (link->spoken || start[0] == SOCKS4 || start[0] == SOCKS5)) {
        return socks_write(link, fd, (const unsigned char *)start, len);
    }
    awi_link_drop(link);
    if (!first_host(start, &host, &port) || !awi_match_target(host, port)) {
        return 0;
    }
    int r = divert_to(fd, host, port);
    return r < 0 ? r : AWI_PROXY_DIVERTED;
}
