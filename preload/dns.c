/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages (RFC 1035) for names of ours, and the exchange of sockets that carries them.
 */
#include "preload/dns.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "preload/divert.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/names.h"
#include "preload/pair.h"
#include "preload/real.h"

enum {
    HEADER_LEN = 12,
    LONGEST_QUERY = 512,
    LONGEST_ANSWER = LONGEST_QUERY + 64,
    TIME_TO_LIVE = 60,
    POINTER_TO_QUESTION = 0xc000 | HEADER_LEN,
};

static unsigned char *put16(unsigned char *p, unsigned int value)
{
    p[0] = (unsigned char)(value >> 8);
    p[1] = (unsigned char)value;
    return p + 2;
}

/* Reads the one question. Returns the offset behind it, 0 if this is no plain query. */
static size_t question(const unsigned char *msg, size_t len, char name[256], unsigned int *type)
{
    size_t at = HEADER_LEN;
    size_t used = 0;
    if (len < HEADER_LEN + 5 || (msg[2] & 0xf8) || awi_dns_get16(msg + 4) != 1 ||
        awi_dns_get16(msg + 6)) {
        return 0;
    }
    while (at < len && msg[at]) {
        size_t label = msg[at];
        if (label > 63 || at + 1 + label >= len || used + label + 1 > 254) {
            return 0;
        }
        if (used) {
            name[used++] = '.';
        }
        memcpy(name + used, msg + at + 1, label);
        used += label;
        at += 1 + label;
    }
    if (at + 5 > len || memchr(name, 0, used) || awi_dns_get16(msg + at + 3) != ns_c_in) {
        return 0;
    }
    name[used] = '\0';
    *type = awi_dns_get16(msg + at + 1);
    return at + 5;
}

static unsigned char *record(unsigned char *p, unsigned int type, const void *data, size_t len)
{
    p = put16(p, POINTER_TO_QUESTION);
    p = put16(p, type);
    p = put16(p, ns_c_in);
    p = put16(p, 0);
    p = put16(p, TIME_TO_LIVE);
    p = put16(p, (unsigned int)len);
    memcpy(p, data, len);
    return p + len;
}

size_t awi_dns_answer(const unsigned char *query, size_t len, unsigned char *out, size_t size)
{
    char name[256];
    unsigned int type = 0;
    size_t end = question(query, len, name, &type);
    if (!end || end + 64 > size || !awi_match_name(name, 0)) {
        return 0;
    }
    struct in_addr v4;
    struct in6_addr v6;
    awi_names_assign(name, &v4, &v6);

    memcpy(out, query, end);
    out[2] = (unsigned char)(0x80 | (query[2] & 0x01)); /* a response; recursion as asked */
    out[3] = 0x80;                                      /* recursion available, no error */
    memset(out + 6, 0, 6);
    unsigned char *p = out + end;
    if (type == ns_t_a || type == ns_t_any) {
        p = record(p, ns_t_a, &v4, sizeof(v4));
        out[7]++;
    }
    if (type == ns_t_aaaa || type == ns_t_any) {
        p = record(p, ns_t_aaaa, &v6, sizeof(v6));
        out[7]++;
    }
    return (size_t)(p - out);
}

bool awi_dns_port(const struct sockaddr *addr, socklen_t len)
{
    return addr && len >= sizeof(struct sockaddr_in) &&
           (addr->sa_family == AF_INET || addr->sa_family == AF_INET6) &&
           ((const struct sockaddr_in *)(const void *)addr)->sin_port == htons(53);
}

static bool is_datagram(int fd)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return AWI_REAL(getsockopt)(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM;
}

static struct awi_link *watch(int fd, const struct sockaddr *addr, socklen_t len)
{
    awi_fd_forget(fd);
    struct awi_link *link = awi_link_new(AWI_LINK_DNS);
    if (!link) {
        return NULL;
    }
    memset(&link->remote, 0, sizeof(link->remote));
    memcpy(&link->remote, addr, len < sizeof(link->remote) ? len : sizeof(link->remote));
    link->remote_len = addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : len;
    if (awi_link_publish(link, fd) < 0) {
        awi_link_drop(link);
        return NULL;
    }
    return link;
}

void awi_dns_connected(int fd, const struct sockaddr *addr, socklen_t len)
{
    if (AWI_LIKELY(!awi_dns_port(addr, len)) || !is_datagram(fd)) {
        return;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    struct awi_link *link = watch(fd, addr, len);
    if (link) {
        awi_link_release(link);
    }
    awi_leave(&entry);
}

/* The pair goes over the real socket, which is kept. */
static int overlay(struct awi_link *link, int fd)
{
    int pair[2];
    struct awi_address remote = {.addr = link->remote, .len = link->remote_len};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return -errno;
    }
    awi_pair_copy_settings(fd, pair[0]);
    awi_pair_name_ends(pair, fd, &remote);
    int copy = AWI_REAL(dup)(fd);
    int spare = copy < 0 ? -errno : awi_fd_hide(copy);
    int peer = spare < 0 ? spare : awi_fd_hide(pair[1]);
    if (peer >= 0 && awi_pair_lay_over(pair[0], fd) == 0) {
        link->spare = spare;
        link->peer = peer;
        atomic_store(&link->kind, AWI_LINK_DNS_PAIR);
        return awi_link_publish(link, fd);
    }
    AWI_REAL(close)(pair[0]);
    if (peer >= 0) {
        awi_fd_hidden_close(peer);
    } else {
        AWI_REAL(close)(pair[1]);
    }
    if (spare >= 0) {
        awi_fd_hidden_close(spare);
    } else if (copy >= 0) {
        AWI_REAL(close)(copy);
    }
    return -ENOBUFS;
}

/* The real socket comes back. */
static int underlay(struct awi_link *link, int fd)
{
    int copy = AWI_REAL(dup)(link->spare);
    if (copy < 0) {
        return -errno;
    }
    int r = awi_pair_lay_over(copy, fd);
    if (r < 0) {
        AWI_REAL(close)(copy);
        return r;
    }
    awi_fd_hidden_close(link->spare);
    awi_fd_hidden_close(link->peer);
    link->spare = -1;
    link->peer = -1;
    atomic_store(&link->kind, AWI_LINK_DNS);
    return awi_link_publish(link, fd);
}

static size_t gather(unsigned char *out, size_t size, const struct iovec *iov, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (iov[i].iov_len > size - used) {
            return 0;
        }
        memcpy(out + used, iov[i].iov_base, iov[i].iov_len);
        used += iov[i].iov_len;
    }
    return used;
}

ssize_t awi_dns_write(struct awi_link *link,
                      int fd,
                      const struct sockaddr *to,
                      socklen_t to_len,
                      const struct iovec *iov,
                      size_t count)
{
    unsigned char query[LONGEST_QUERY];
    unsigned char answer[LONGEST_ANSWER];
    size_t len = gather(query, sizeof(query), iov, count);
    size_t answer_len = len ? awi_dns_answer(query, len, answer, sizeof(answer)) : 0;
    int r = 0;

    if (!answer_len) {
        if (link && atomic_load(&link->kind) == AWI_LINK_DNS_PAIR) {
            r = underlay(link, fd);
        } else if (!link && len && is_datagram(fd)) {
            link = watch(fd, to, to_len); /* its answers are looked at */
        }
        if (link) {
            awi_link_release(link);
        }
        return r;
    }
    if (!link) {
        link = is_datagram(fd) ? watch(fd, to, to_len) : NULL;
        if (!link) {
            return -ENETUNREACH;
        }
    }
    if (to && to_len <= sizeof(link->remote)) {
        memcpy(&link->remote, to, to_len);
        link->remote_len = to->sa_family == AF_INET ? sizeof(struct sockaddr_in) : to_len;
    }
    if (atomic_load(&link->kind) == AWI_LINK_DNS) {
        r = overlay(link, fd);
    }
    if (r == 0 && AWI_REAL(send)(link->peer, answer, answer_len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        r = -errno;
    }
    awi_link_release(link);
    return r < 0 ? r : (ssize_t)len;
}
