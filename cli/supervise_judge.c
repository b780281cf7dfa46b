/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/supervise_judge.h"

#include "cli/filter.h"
#include "cli/supervise_dns.h"
#include "cli/supervise_message.h"
#include "cli/supervise_pair.h"
#include "core/util/cleanup.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG     64
#define MADE        16
#define SOCKET_KEPT (SOCK_CLOEXEC | SOCK_NONBLOCK)

typedef int is_ours_fn(const struct sockaddr *addr, socklen_t len);
typedef int
connect_as_fn(int fd, const struct sockaddr *addr, socklen_t len, pid_t pid, const char *account);

/* A call that connected a socket. */
struct made {
    ino_t socket;
    uint32_t thread;
    uint64_t at; /* the instruction */
};

struct awi_judge {
    int accepter; /* listens on loopback for the targets' sockets */
    /* Where the kernel lets a signal interrupt a call that is being answered, the same call comes
     * again: the last ones that were. */
    bool interrupted;
    struct made made[MADE];
    size_t next_made;
    struct awi_relays *relays;
    struct awi_dns *dns;
    is_ours_fn *is_ours;
    connect_as_fn *connect_as;
};

struct awi_judge *awi_judge_new(struct awi_relays *relays)
{
    struct awi_judge *judge = relays ? calloc(1, sizeof(*judge)) : NULL;

    if (!judge) {
        return NULL;
    }
    *(void **)&judge->is_ours = dlsym(RTLD_DEFAULT, "awsintercept_is_intercepted");
    *(void **)&judge->connect_as = dlsym(RTLD_DEFAULT, "awsintercept_connect_as");
    judge->interrupted = !awi_filter_waits();
    judge->accepter = awi_loopback(SOCK_STREAM);
    judge->relays = relays;
    judge->dns = awi_dns_new(relays);
    if (!judge->is_ours || !judge->connect_as || judge->accepter < 0 ||
        listen(judge->accepter, BACKLOG) < 0 || !judge->dns) {
        free(judge);
        return NULL;
    }
    return judge;
}

/* --- The socket that goes where the target wanted to ------------------------------------------ */

/* The preload library answers it, as the target that it stands for; at a name server, it answers
 * for names of ours. */
static int dial_through(const struct awi_judge *judge, const struct awi_call *call, bool ours)
{
    AWI_AUTO(fd) int fd = socket(call->to.any.sa_family, call->type | SOCKET_KEPT, 0);
    char account[AWI_CALL_ACCOUNT];
    int r = 0;

    if (fd < 0) {
        return -errno;
    }
    if (ours) {
        awi_call_account(call, account);
        r = judge->connect_as(fd, &call->to.any, call->len, call->pid, account);
    } else if (connect(fd, &call->to.any, call->len) < 0 && errno != EINPROGRESS) {
        r = -errno;
    }
    return r < 0 ? r : AWI_STEAL(fd, -1);
}

static int divert(struct awi_judge *judge, const struct awi_call *call, int theirs, bool is_ours)
{
    bool datagrams = call->type == SOCK_DGRAM;
    AWI_AUTO(fd) int ours = -1;
    AWI_AUTO(fd) int through = dial_through(judge, call, is_ours);
    if (through < 0) {
        return through;
    }
    int r = datagrams ? awi_datagram_pair(theirs, call, &ours)
                      : awi_stream_pair(judge->accepter, theirs, call, &ours);

    if (r < 0) {
        return r;
    }
    return awi_relays_add(judge->relays, AWI_STEAL(ours, -1), AWI_STEAL(through, -1), datagrams);
}

/* --- The calls -------------------------------------------------------------------------------- */

static struct made made_by(const struct awi_call *call, int theirs)
{
    struct stat st;

    return (struct made){.socket = fstat(theirs, &st) < 0 ? 0 : st.st_ino,
                         .thread = (uint32_t)call->thread,
                         .at = call->at};
}

/* Has this call been answered, and perhaps did not live to hear of it? That may happen to it many
 * times. */
static bool was_made(const struct awi_judge *judge, const struct made *call)
{
    for (size_t i = 0; judge->interrupted && i < MADE; i++) {
        if (judge->made[i].socket == call->socket && judge->made[i].thread == call->thread &&
            judge->made[i].at == call->at) {
            return true;
        }
    }
    return false;
}

/* connect(): as awi_judge(). */
static int judge_connect(struct awi_judge *judge, int listener, struct awi_call *call)
{
    int r = awi_call_address(call, call->args[1], call->args[2]);

    if (r <= 0) {
        return r;
    }
    bool ours = judge->is_ours(&call->to.any, call->len), server = awi_dns_is_server(call);
    if (!ours && !server) {
        return 0;
    }
    AWI_AUTO(fd) int theirs = awi_call_socket(call);
    if (theirs < 0) {
        return theirs;
    }
    /* Nobody else has this number now: what was looked at is the caller's. */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) < 0) {
        return -ESRCH;
    }
    if ((call->domain != AF_INET && call->domain != AF_INET6) ||
        (call->type == SOCK_DGRAM ? !server : call->type != SOCK_STREAM)) {
        return 0;
    }
    if (call->domain != call->to.any.sa_family) {
        return call->domain == AF_INET ? -EAFNOSUPPORT : -EINVAL;
    }
    r = divert(judge, call, theirs, ours && call->type == SOCK_STREAM);
    struct made made = made_by(call, theirs);
    if (r == -EISCONN && was_made(judge, &made)) {
        return 1;
    }
    if (r == 0) {
        judge->made[judge->next_made++ % MADE] = made;
    }
    return r < 0 ? r : 1;
}

/* What a sendmmsg() has in front of a query would take it along: the first goes alone, and the
 * target calls again. */
static int judge_first(struct awi_judge *judge, struct awi_call *call, int64_t *ret_value)
{
    struct awi_message first;
    int r = awi_message_to_send(call, 0, &first);

    return r > 0 && !first.control ? awi_dns_pass(judge->dns, call, &first, ret_value) : -ENOBUFS;
}

/* Messages to an address. */
static int judge_send(struct awi_judge *judge, struct awi_call *call, int64_t *ret_value)
{
    struct awi_message message;
    size_t count = awi_message_count(call);

    for (size_t i = 0; i < count; i++) {
        int r = awi_message_to_send(call, i, &message);
        bool server = r > 0 && awi_dns_is_server(call);
        if (r < 0) {
            return r;
        }
        if (r > 0 && (message.flags & MSG_FASTOPEN) &&
            (server || judge->is_ours(&call->to.any, call->len))) {
            return -EOPNOTSUPP; /* programs then connect first */
        }
        if (server) {
            return i ? judge_first(judge, call, ret_value)
                     : awi_dns_send(judge->dns, call, &message, ret_value);
        }
    }
    return 0;
}

int awi_judge(struct awi_judge *judge,
              int listener,
              const struct seccomp_notif *asked,
              int64_t *ret_value)
{
    struct awi_call call;
    int r = awi_call_begin(&call, asked);

    if (r <= 0) {
        return r;
    }
    switch (call.ask) {
    case AWI_ASK_CONNECT:
        return judge_connect(judge, listener, &call);
    case AWI_ASK_RECVFROM:
    case AWI_ASK_RECVMSG:
        return awi_dns_receive(judge->dns, &call, ret_value);
    default:
        return judge_send(judge, &call, ret_value);
    }
}
