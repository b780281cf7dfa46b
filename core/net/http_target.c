/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a request addresses: host and port from the target, the Host header, the tunnel, SNI or the
 * peer's address; and the target in origin form.
 */
#include "core/net/http_conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

static bool is_host_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static bool is_v6_byte(char c)
{
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.' || c == '%';
}

/* "host", "host:port", "[v6]:port". 0, 400 or -ENOMEM */
static int split_authority(struct awi_http *http, struct awi_str authority)
{
    struct awi_http_request *request = &http->x.request;
    struct awi_str host = authority;
    struct awi_str port = AWI_STR_NULL;
    bool v6 = authority.len && authority.ptr[0] == '[';
    uint64_t number = 0;

    if (v6) {
        ptrdiff_t end = awi_str_find(authority, ']');
        if (end < 0) {
            return 400;
        }
        host = awi_str_of(authority.ptr + 1, (size_t)end - 1);
        port = awi_str_skip(authority, (size_t)end + 1);
        if (port.len && port.ptr[0] != ':') {
            return 400;
        }
        port = port.len ? awi_str_skip(port, 1) : AWI_STR_NULL;
    } else {
        port = authority;
        awi_str_cut(&port, ':', &host);
    }
    if (port.len && (awi_str_to_u64(port, &number) < 0 || number > UINT16_MAX)) {
        return 400;
    }
    if (!v6 && host.len > 1 && host.ptr[host.len - 1] == '.') {
        host.len--;
    }
    if (host.len > 255) {
        return 400;
    }
    char *lower = awi_arena_alloc(&http->arena, host.len + 1);
    if (!lower) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        if (v6 ? !is_v6_byte(c) : !is_host_byte(c)) {
            return 400;
        }
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    lower[host.len] = '\0';
    request->host = awi_str_of(lower, host.len);
    request->port = (uint16_t)number;
    return 0;
}

static int host_of_peer(struct awi_http *http)
{
    const struct sockaddr_storage *addr = &http->peer->addr;
    struct awi_http_request *request = &http->x.request;
    char *text = awi_arena_alloc(&http->arena, INET6_ADDRSTRLEN);

    if (!text) {
        return -ENOMEM;
    }
    text[0] = '\0';
    if (addr->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
        inet_ntop(AF_INET, &in->sin_addr, text, INET6_ADDRSTRLEN);
        request->port = ntohs(in->sin_port);
    } else if (addr->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
        inet_ntop(AF_INET6, &in6->sin6_addr, text, INET6_ADDRSTRLEN);
        request->port = ntohs(in6->sin6_port);
    }
    request->host = awi_str_from(text);
    return 0;
}

/* The one Host header; 400 when there are several, or none in HTTP/1.1. */
static int host_header(struct awi_http *http, struct awi_str *ret)
{
    const struct awi_http_request *request = &http->x.request;
    int found = 0;

    *ret = AWI_STR_NULL;
    for (size_t i = 0; i < request->n_headers; i++) {
        if (request->headers[i].name.len == 4 &&
            awi_str_is_nocase(request->headers[i].name, "host")) {
            *ret = request->headers[i].value;
            found++;
        }
    }
    return found > 1 || (found == 0 && request->minor > 0) ? 400 : 0;
}

/* "http://host:port/path" to authority and "/path"; ret_authority absent for other forms. */
static int origin_form(struct awi_http *http, struct awi_str target, struct awi_str *ret_authority)
{
    struct awi_http_request *request = &http->x.request;
    size_t start;

    *ret_authority = AWI_STR_NULL;
    request->target = target;
    if (awi_str_starts_nocase(target, AWI_STR("http://"))) {
        start = 7;
    } else if (awi_str_starts_nocase(target, AWI_STR("https://"))) {
        start = 8;
    } else {
        bool known = target.len && (target.ptr[0] == '/' || awi_str_is(target, "*"));
        return known ? 0 : 400;
    }
    size_t end = start;
    while (end < target.len && target.ptr[end] != '/' && target.ptr[end] != '?') {
        if (target.ptr[end++] == '@') {
            start = end;
        }
    }
    *ret_authority = awi_str_of(target.ptr + start, end - start);
    if (end < target.len && target.ptr[end] == '/') {
        request->target = awi_str_skip(target, end);
        return 0;
    }
    request->target =
        awi_arena_printf(&http->arena, "/%.*s", (int)(target.len - end), target.ptr + end);
    return awi_str_is_set(request->target) ? 0 : -ENOMEM;
}

int awi_http_target(struct awi_http *http, struct awi_str target)
{
    struct awi_http_request *request = &http->x.request;
    struct awi_str authority;
    struct awi_str host;

    int r = host_header(http, &host);
    if (r != 0) {
        return r;
    }
    if (http->parser.method == HTTP_CONNECT) {
        request->target = request->path = target;
        return split_authority(http, target);
    }
    r = origin_form(http, target, &authority);
    if (r != 0) {
        return r;
    }
    request->query = request->target;
    awi_str_cut(&request->query, '?', &request->path);
    if (authority.len) {
        return split_authority(http, authority);
    }
    if (host.len) {
        return split_authority(http, host);
    }
    if (http->tunnel) {
        return split_authority(http, awi_str_from(http->tunnel));
    }
    if (http->sni.len) {
        return split_authority(http, http->sni);
    }
    return host_of_peer(http);
}
