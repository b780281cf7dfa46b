/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches connections to the proxies that the environment names. A proxy is recognised by its port:
 * a connection to the same port elsewhere is watched for one write and then left alone.
 */
#include "preload/proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "preload/divert.h"
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

void awi_proxy_connected(int fd, const struct sockaddr *addr, socklen_t len)
{
    if ((addr->sa_family != AF_INET && addr->sa_family != AF_INET6) ||
        len < sizeof(struct sockaddr_in) ||
        !is_proxy_port(ntohs(((const struct sockaddr_in *)(const void *)addr)->sin_port))) {
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

/* The host in "CONNECT host:port" or "METHOD http://host[:port]/", as a string in buf. */
static bool first_host(char *text, char **host, uint16_t *port)
{
    char *space = strchr(text, ' ');
    if (!space || space == text) {
        return false;
    }
    bool connect_form = (size_t)(space - text) == 7 && !strncmp(text, "CONNECT", 7);
    char *target = space + 1;
    if (!connect_form) {
        if (strncasecmp(target, "http://", 7)) {
            return false;
        }
        target += 7;
    }
    size_t len = strcspn(target, "/? \r\n");
    if (!target[len]) {
        return false;
    }
    target[len] = '\0';
    *port = connect_form ? 443 : 80;
    char *colon = strrchr(target, ':');
    if (colon && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
        *port = (uint16_t)strtoul(colon + 1, NULL, 10);
        *colon = '\0';
    }
    *host = target;
    return true;
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

int awi_proxy_first_write(struct awi_link *link, int fd, const struct iovec *iov, size_t count)
{
    char start[LONGEST_START];
    char *host;
    uint16_t port;

    awi_link_drop(link);
    gather(start, sizeof(start), iov, count);
    if (!first_host(start, &host, &port) || !awi_match_target(host, port)) {
        return 0;
    }
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
    int r = awi_divert(fd, (struct sockaddr *)&to, len);
    return r < 0 ? r : 1;
}
