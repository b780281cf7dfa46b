/* SPDX-License-Identifier: Apache-2.0 */
/* Queries on unconnected sockets. Who asked whom is kept in a small ring: a resolver that lost its
 * place asks again. */
#include "cli/supervise_dns.h"

#include "cli/supervise_pair.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DNS_PORT 53
#define ASKED    64
#define MESSAGE  65535
#define PARTS    16 /* of a recvmsg() */

/* One socket of a target that asked one server. */
struct asked {
    ino_t socket;
    uint16_t port; /* the target's */
    uint16_t ours; /* our end of the relay */
    union awi_address server;
    socklen_t len;
};

struct awi_dns {
    struct awi_relays *relays;
    size_t next;
    struct asked asked[ASKED];
    /* A message, or the heads of the messages of one sendmmsg(), of which the kernel takes 1024. */
    _Alignas(struct mmsghdr) char message[MESSAGE + 1];
};

struct awi_dns *awi_dns_new(struct awi_relays *relays)
{
    struct awi_dns *dns = relays ? calloc(1, sizeof(*dns)) : NULL;

    if (dns) {
        dns->relays = relays;
    }
    return dns;
}

bool awi_dns_is_server(const struct awi_call *call)
{
    return call->to.in.sin_port == htons(DNS_PORT);
}

static ino_t inode(int fd)
{
    struct stat st;

    return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* The target's socket gets the port that sending would have given it. */
static uint16_t bound_port(int copy, const struct awi_call *call)
{
    union awi_address any = {.any.sa_family = (sa_family_t)call->domain};

    if (awi_port_of(copy) == 0) {
        bind(copy, &any.any, call->domain == AF_INET6 ? sizeof(any.in6) : sizeof(any.in));
    }
    return awi_port_of(copy);
}

/* A relay between the target's port and the server. */
static int begin(struct awi_dns *dns, const struct awi_call *call, struct asked *entry)
{
    union awi_address target;
    AWI_AUTO(fd) int ours = awi_loopback(SOCK_DGRAM);
    AWI_AUTO(fd)
    int through = socket(call->to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t len = awi_loopback_address(&target, AF_INET, entry->port);

    if (ours < 0 || through < 0 || connect(ours, &target.any, len) < 0 ||
        connect(through, &call->to.any, call->len) < 0) {
        return -errno;
    }
    entry->ours = awi_port_of(ours);
    return awi_relays_add(dns->relays, AWI_STEAL(ours, -1), AWI_STEAL(through, -1), true);
}

static struct asked *find(struct awi_dns *dns, ino_t socket, uint16_t port)
{
    for (size_t i = 0; i < ASKED; i++) {
        if (dns->asked[i].socket == socket && dns->asked[i].port == port) {
            return &dns->asked[i];
        }
    }
    return NULL;
}

static struct asked *find_server(struct awi_dns *dns, const struct asked *wanted)
{
    for (size_t i = 0; i < ASKED; i++) {
        struct asked *entry = &dns->asked[i];
        if (entry->socket == wanted->socket && entry->port == wanted->port &&
            entry->len == wanted->len &&
            memcmp(&entry->server, &wanted->server, wanted->len) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* Where a call has what it sends, or wants what it receives. */
struct wanted {
    struct iovec parts[PARTS];
    size_t n;
    size_t size;
    uint64_t name, name_len; /* of the address; where its length stands, an int */
    uint32_t room;           /* for the address */
    int flags;
};

static void want_to(const struct seccomp_notif *asked, struct wanted *ret)
{
    ret->n = 1;
    ret->size = (size_t)asked->data.args[2];
    ret->parts[0].iov_base = (void *)(uintptr_t)asked->data.args[1];
    ret->parts[0].iov_len = ret->size;
    ret->name = asked->data.args[4];
    ret->room = (uint32_t)asked->data.args[5];
}

static int want_from(const struct seccomp_notif *asked, struct awi_call *call, struct wanted *ret)
{
    ret->n = 1;
    ret->size = asked->data.args[2] > MESSAGE ? MESSAGE : (size_t)asked->data.args[2];
    ret->parts[0].iov_base = (void *)(uintptr_t)asked->data.args[1];
    ret->parts[0].iov_len = ret->size;
    ret->flags = (int)asked->data.args[3];
    ret->name = asked->data.args[4];
    ret->name_len = asked->data.args[5];
    return awi_call_read(call, ret->name_len, &ret->room, sizeof(ret->room)) ==
           (ssize_t)sizeof(ret->room);
}

static int
want_message(const struct seccomp_notif *asked, struct awi_call *call, struct wanted *ret)
{
    uint64_t at = asked->data.args[1];
    struct msghdr message;

    ssize_t got = awi_call_read(call, at, &message, sizeof(message));
    if (got == -EPERM) {
        return -EACCES; /* as awi_call_address() */
    }
    if (got != (ssize_t)sizeof(message) || !message.msg_name || message.msg_iovlen == 0 ||
        message.msg_iovlen > PARTS) {
        return 0;
    }
    ret->n = message.msg_iovlen;
    size_t bytes = ret->n * sizeof(struct iovec);
    if (awi_call_read(call, (uint64_t)(uintptr_t)message.msg_iov, ret->parts, bytes) !=
        (ssize_t)bytes) {
        return 0;
    }
    for (size_t i = 0; i < ret->n; i++) {
        size_t room = MESSAGE - ret->size;
        ret->parts[i].iov_len = ret->parts[i].iov_len > room ? room : ret->parts[i].iov_len;
        ret->size += ret->parts[i].iov_len;
    }
    ret->flags = (int)asked->data.args[2];
    ret->name = (uint64_t)(uintptr_t)message.msg_name;
    ret->name_len = at + offsetof(struct msghdr, msg_namelen);
    ret->room = message.msg_namelen;
    return 1;
}

/* The message as it lies in the target's memory. Its length or -errno. */
static ssize_t gather(struct awi_dns *dns, const struct awi_call *call, const struct wanted *wanted)
{
    size_t len = 0;

    for (size_t i = 0; i < wanted->n; i++) {
        uint64_t at = (uint64_t)(uintptr_t)wanted->parts[i].iov_base;
        ssize_t n = awi_call_read(call, at, dns->message + len, wanted->parts[i].iov_len);
        if (n < 0) {
            return n;
        }
        len += (size_t)n;
    }
    return (ssize_t)len;
}

/* The relay to this server for the target's socket; NULL and *ret_r: -errno. */
static struct asked *
relay_for(struct awi_dns *dns, const struct awi_call *call, int copy, int *ret_r)
{
    struct asked entry = {.socket = inode(copy), .server = call->to, .len = call->len};

    entry.port = bound_port(copy, call);
    struct asked *known = find_server(dns, &entry);
    if (known) {
        return known;
    }
    *ret_r = begin(dns, call, &entry);
    if (*ret_r < 0) {
        return NULL;
    }
    known = &dns->asked[dns->next++ % ASKED];
    *known = entry;
    return known;
}

/* What the call returns: bytes, or for several messages how many were sent. */
static int result(const struct seccomp_notif *asked, struct awi_call *call, ssize_t n, int64_t *ret)
{
    uint32_t len = (uint32_t)n;
    uint64_t at = asked->data.args[1] + offsetof(struct mmsghdr, msg_len);

    *ret = n;
    if (asked->data.nr == SYS_sendmmsg) {
        *ret = 1;
        return awi_call_write(call, at, &len, sizeof(len)) < 0 ? -EFAULT : 1;
    }
    return 1;
}

/* Does a message of this sendmmsg() behind the first go to a name server? The kernel would send it
 * with the first. 1, 0, or -ENOBUFS: so it does, and the first cannot be sent alone. */
static int asks_later(struct awi_dns *dns, const struct seccomp_notif *asked, struct awi_call *call)
{
    const struct mmsghdr *heads = (const struct mmsghdr *)(const void *)dns->message;
    size_t most = sizeof(dns->message) / sizeof(*heads);
    size_t n = asked->data.args[2] < most ? (size_t)asked->data.args[2] : most;

    if (asked->data.nr != SYS_sendmmsg || n < 2) {
        return 0;
    }
    ssize_t got = awi_call_read(call, asked->data.args[1], dns->message, n * sizeof(*heads));
    n = got < 0 ? 0 : (size_t)got / sizeof(*heads);
    for (size_t i = 1; i < n; i++) {
        const struct msghdr *head = &heads[i].msg_hdr;
        struct awi_call later = *call;
        uint64_t name = (uint64_t)(uintptr_t)head->msg_name;
        if (awi_call_address(&later, name, head->msg_namelen) > 0 && awi_dns_is_server(&later)) {
            const struct msghdr *first = &heads[0].msg_hdr;
            return !first->msg_name || first->msg_controllen ? -ENOBUFS : 1;
        }
    }
    return 0;
}

/* Sends the first message, which is for nobody we know, alone; the target calls again. */
static int send_first(struct awi_dns *dns,
                      const struct seccomp_notif *asked,
                      struct awi_call *call,
                      const struct wanted *wanted,
                      int64_t *ret_value)
{
    AWI_AUTO(fd) int copy = awi_call_socket(call);
    ssize_t n = copy < 0 ? copy : gather(dns, call, wanted);

    if (n < 0) {
        return (int)n;
    }
    int flags = (int)asked->data.args[3] | MSG_DONTWAIT | MSG_NOSIGNAL;
    n = sendto(copy, dns->message, (size_t)n, flags, &call->to.any, call->len);
    return n < 0 ? -errno : result(asked, call, n, ret_value);
}

int awi_dns_send(struct awi_dns *dns,
                 const struct seccomp_notif *asked,
                 struct awi_call *call,
                 int64_t *ret_value)
{
    struct wanted wanted = {.n = 0};
    union awi_address to;
    int r = 1;

    if (asked->data.nr == SYS_sendto) {
        want_to(asked, &wanted);
    } else {
        r = want_message(asked, call, &wanted);
    }
    r = r > 0 ? awi_call_address(call, wanted.name, wanted.room) : r;
    if (r >= 0 && !(r && awi_dns_is_server(call))) {
        int later = asks_later(dns, asked, call);
        if (later) {
            return later > 0 && r ? send_first(dns, asked, call, &wanted, ret_value) : -ENOBUFS;
        }
    }
    if (r <= 0 || !awi_dns_is_server(call) || wanted.size > MESSAGE) {
        return r < 0 ? r : 0;
    }
    AWI_AUTO(fd) int copy = awi_call_socket(call);
    if (copy < 0 || call->type != SOCK_DGRAM) {
        return copy < 0 ? copy : 0;
    }
    const struct asked *known = relay_for(dns, call, copy, &r);
    ssize_t n = known ? gather(dns, call, &wanted) : r;
    if (n < 0) {
        return (int)n;
    }
    socklen_t to_len = awi_loopback_address(&to, call->domain, known->ours);
    n = sendto(copy, dns->message, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL, &to.any, to_len);
    return n < 0 ? -errno : result(asked, call, n, ret_value);
}

/* The server that this answer stands for. */
static void
rename_sender(struct awi_dns *dns, ino_t socket, union awi_address *from, socklen_t *len)
{
    for (size_t i = 0; i < ASKED; i++) {
        if (dns->asked[i].socket == socket && dns->asked[i].ours == from->in.sin_port) {
            *from = dns->asked[i].server;
            *len = dns->asked[i].len;
            return;
        }
    }
}

/* Bytes, sender and the sender's length into the target's memory. */
static int hand_over(struct awi_call *call,
                     const struct wanted *wanted,
                     const char *data,
                     size_t len,
                     const union awi_address *from,
                     uint32_t from_len)
{
    size_t room = wanted->room < from_len ? wanted->room : from_len;
    int r = 0;

    for (size_t i = 0; i < wanted->n && len && r >= 0; i++) {
        size_t n = len < wanted->parts[i].iov_len ? len : wanted->parts[i].iov_len;
        r = (int)awi_call_write(call, (uint64_t)(uintptr_t)wanted->parts[i].iov_base, data, n);
        data += n;
        len -= n;
    }
    r = r < 0 ? r : (int)awi_call_write(call, wanted->name, from, room);
    return r < 0 ? r : (int)awi_call_write(call, wanted->name_len, &from_len, sizeof(from_len));
}

int awi_dns_receive(struct awi_dns *dns,
                    const struct seccomp_notif *asked,
                    struct awi_call *call,
                    int64_t *ret_value)
{
    struct wanted wanted = {.n = 0};
    union awi_address from;
    socklen_t len = sizeof(from);

    if (dns->next == 0) {
        return 0;
    }
    AWI_AUTO(fd) int copy = awi_call_socket(call);
    ino_t socket = copy < 0 ? 0 : inode(copy);
    if (copy < 0 || call->type != SOCK_DGRAM || !find(dns, socket, awi_port_of(copy)) ||
        (asked->data.nr == SYS_recvmsg ? want_message(asked, call, &wanted)
                                       : want_from(asked, call, &wanted)) <= 0) {
        return 0;
    }
    ssize_t n =
        recvfrom(copy, dns->message, wanted.size, wanted.flags | MSG_DONTWAIT, &from.any, &len);
    if (n < 0) {
        bool waits = !(call->status & O_NONBLOCK) && !(wanted.flags & MSG_DONTWAIT);
        return errno == EAGAIN && waits ? 0 : -errno;
    }
    rename_sender(dns, socket, &from, &len);
    size_t there = (size_t)n < wanted.size ? (size_t)n : wanted.size;
    int r = hand_over(call, &wanted, dns->message, there, &from, len);
    *ret_value = n;
    return r < 0 ? r : 1;
}
