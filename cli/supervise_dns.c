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
#include <unistd.h>

#define DNS_PORT 53
#define ASKED    64

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
    char message[AWI_MESSAGE_MAX];
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

int awi_dns_send(struct awi_dns *dns,
                 struct awi_call *call,
                 const struct awi_message *message,
                 int64_t *ret_value)
{
    union awi_address to;
    int r = 0;

    AWI_AUTO(fd) int copy = awi_call_socket(call);
    if (copy < 0 || call->type != SOCK_DGRAM) {
        return copy < 0 ? copy : 0;
    }
    const struct asked *known = relay_for(dns, call, copy, &r);
    ssize_t n = known ? awi_message_read(call, message, dns->message) : r;
    if (n < 0) {
        return (int)n;
    }
    socklen_t to_len = awi_loopback_address(&to, call->domain, known->ours);
    n = sendto(copy, dns->message, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL, &to.any, to_len);
    return n < 0 ? -errno : awi_message_sent(call, message, (size_t)n, ret_value);
}

int awi_dns_pass(struct awi_dns *dns,
                 struct awi_call *call,
                 const struct awi_message *message,
                 int64_t *ret_value)
{
    AWI_AUTO(fd) int copy = awi_call_socket(call);
    ssize_t n = copy < 0 ? copy : awi_message_read(call, message, dns->message);

    if (n < 0) {
        return (int)n;
    }
    int flags = (int)message->flags | MSG_DONTWAIT | MSG_NOSIGNAL;
    n = sendto(copy, dns->message, (size_t)n, flags, &call->to.any, call->len);
    return n < 0 ? -errno : awi_message_sent(call, message, (size_t)n, ret_value);
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

int awi_dns_receive(struct awi_dns *dns, struct awi_call *call, int64_t *ret_value)
{
    struct awi_message message;
    union awi_address from;
    socklen_t len = sizeof(from);

    if (dns->next == 0) {
        return 0;
    }
    AWI_AUTO(fd) int copy = awi_call_socket(call);
    ino_t socket = copy < 0 ? 0 : inode(copy);
    if (copy < 0 || call->type != SOCK_DGRAM || !find(dns, socket, awi_port_of(copy)) ||
        awi_message_to_receive(call, &message) <= 0) {
        return 0;
    }
    ssize_t n =
        recvfrom(copy, dns->message, message.size, message.flags | MSG_DONTWAIT, &from.any, &len);
    if (n < 0) {
        bool waits = !(call->status & O_NONBLOCK) && !(message.flags & MSG_DONTWAIT);
        return errno == EAGAIN && waits ? 0 : -errno;
    }
    rename_sender(dns, socket, &from, &len);
    size_t there = (size_t)n < message.size ? (size_t)n : message.size;
    int r = awi_message_write(call, &message, dns->message, there, &from, len);
    *ret_value = n;
    return r < 0 ? r : 1;
}
