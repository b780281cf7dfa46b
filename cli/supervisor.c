/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor of programs that cannot be preloaded. It is told of each connect() they make; one
 * to an address of ours, or to a name server, gets a loopback socket in its place, whose other end
 * is relayed to a socket of the supervisor's own. That one is under the preload library, which
 * answers.
 *
 * It ends when the last process under the filter is gone.
 */
#include "cli/cli.h"
#include "cli/supervise.h"
#include "cli/supervise_dns.h"
#include "cli/supervise_pair.h"
#include "core/util/cleanup.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENTS      64
#define SYSTEM_CAS  "/etc/ssl/certs/ca-certificates.crt"
#define SOCKET_KEPT (SOCK_CLOEXEC | SOCK_NONBLOCK)

struct supervisor {
    int control;
    int notify;   /* the filter's listener */
    int accepter; /* listens on loopback for the sockets that targets get */
    int epoll_fd;
    struct awi_relays *relays;
    struct awi_dns *dns;
    bool (*is_ours)(const struct sockaddr *addr, socklen_t len);
    char *directory; /* holds the CA file while targets live */
};

/* --- The socket that takes its place --------------------------------------------------------- */

/* Puts fd where the target's socket was. */
static int inject(struct supervisor *s, const struct awi_call *call, int fd)
{
    struct seccomp_notif_addfd add = {
        .id = call->id,
        .flags = SECCOMP_ADDFD_FLAG_SETFD,
        .srcfd = (uint32_t)fd,
        .newfd = (uint32_t)call->fd,
        .newfd_flags = call->cloexec ? O_CLOEXEC : 0,
    };

    if (fcntl(fd, F_SETFL, call->status) < 0 ||
        ioctl(s->notify, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0) {
        return -errno;
    }
    return 0;
}

/* Our own socket to where the target wanted to go: the preload library answers it, or (a name
 * server) its answers for names of ours. */
static int dial_through(const struct awi_call *call)
{
    AWI_AUTO(fd) int fd = socket(call->to.any.sa_family, call->type | SOCKET_KEPT, 0);

    if (fd < 0 || (connect(fd, &call->to.any, call->len) < 0 && errno != EINPROGRESS)) {
        return -errno;
    }
    return AWI_STEAL(fd, -1);
}

static int divert(struct supervisor *s, const struct awi_call *call)
{
    bool datagrams = call->type == SOCK_DGRAM;
    AWI_AUTO(fd) int theirs = -1;
    AWI_AUTO(fd) int ours = -1;
    int r = datagrams ? awi_datagram_pair(call, &theirs, &ours)
                      : awi_stream_pair(s->accepter, call, &theirs, &ours);

    if (r < 0) {
        return r;
    }
    AWI_AUTO(fd) int through = dial_through(call);
    if (through < 0) {
        return through;
    }
    r = inject(s, call, theirs);
    if (r < 0) {
        return r;
    }
    return awi_relays_add(s->relays, AWI_STEAL(ours, -1), AWI_STEAL(through, -1), datagrams);
}

/* --- The loop -------------------------------------------------------------------------------- */

/* connect(): 0: it goes on as it is; 1: it was answered; -errno for the target. */
static int judge(struct supervisor *s, const struct seccomp_notif *asked, struct awi_call *call)
{
    if (!awi_call_address(call, asked->data.args[1], asked->data.args[2]) ||
        (!s->is_ours(&call->to.any, call->len) && !awi_dns_is_server(call))) {
        return 0;
    }
    AWI_AUTO(fd) int copy = awi_call_socket(call);
    if (copy < 0) {
        return copy;
    }
    if (call->type == SOCK_DGRAM ? !awi_dns_is_server(call)
                                 : !s->is_ours(&call->to.any, call->len)) {
        return 0;
    }
    int r = divert(s, call);
    return r < 0 ? r : 1;
}

static void answer_one(struct supervisor *s)
{
    struct seccomp_notif asked;
    struct seccomp_notif_resp answer = {0};
    struct awi_call call;
    int64_t value = 0;
    int r;

    memset(&asked, 0, sizeof(asked));
    if (ioctl(s->notify, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) {
        return;
    }
    awi_call_begin(&call, &asked);
    if (asked.data.nr == SYS_connect) {
        r = judge(s, &asked, &call);
    } else if (asked.data.nr == SYS_sendto) {
        r = awi_dns_send(s->dns, &asked, &call, &value);
    } else {
        r = awi_dns_receive(s->dns, &asked, &call, &value);
    }
    answer.id = asked.id;
    answer.error = r < 0 ? r : 0;
    answer.val = r > 0 ? value : 0;
    if (r == 0) {
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    ioctl(s->notify, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

static void loop(struct supervisor *s)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int n = epoll_wait(s->epoll_fd, events, EVENTS, awi_relays_patience(s->relays));
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr != NULL) {
                awi_relays_event(s->relays, events[i].data.ptr, events[i].events);
            } else if (events[i].events & EPOLLIN) {
                answer_one(s);
            } else if (events[i].events & (EPOLLHUP | EPOLLERR)) {
                return; /* nobody is left under the filter */
            }
        }
        awi_relays_sweep(s->relays);
    }
}

/* --- Beginning and end ----------------------------------------------------------------------- */

/*
 * The system's certificates with ours: the hooks add it when the file is opened. Programs that read
 * CA files by themselves are pointed to the copy.
 */
static int write_ca_file(struct supervisor *s, const char *original, const char *name)
{
    char buffer[65536];
    AWI_AUTO(free) char *path = NULL;
    ssize_t n;

    if (asprintf(&path, "%s/%s", s->directory, name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    AWI_AUTO(fd) int from = open(original, O_RDONLY | O_CLOEXEC);
    AWI_AUTO(fd) int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (from < 0 || to < 0) {
        return -errno;
    }
    while ((n = read(from, buffer, sizeof(buffer))) > 0) {
        if (write(to, buffer, (size_t)n) != n) {
            return -EIO;
        }
    }
    return n < 0 ? -errno : 0;
}

/* A user's file that is not there is not there for the target either. */
static int write_ca_files(struct supervisor *s)
{
    const char *original = getenv("SSL_CERT_FILE"), *bundle = getenv("AWS_CA_BUNDLE");
    int r = write_ca_file(s, original && *original ? original : SYSTEM_CAS, AWI_SUPERVISED_CA);

    if (r == 0 && bundle && *bundle) {
        r = write_ca_file(s, bundle, AWI_SUPERVISED_BUNDLE);
    }
    return r == -ENOENT ? 0 : r;
}

static void remove_ca_files(const struct supervisor *s)
{
    static const char *const names[] = {AWI_SUPERVISED_CA, AWI_SUPERVISED_BUNDLE};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        AWI_AUTO(free) char *path = NULL;
        if (asprintf(&path, "%s/%s", s->directory, names[i]) >= 0) {
            unlink(path);
        }
    }
    rmdir(s->directory);
}

static int receive_listener(int control)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    int fd = -1;

    if (recvmsg(control, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message)) {
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    }
    return fd;
}

/* Nothing of the terminal or of pipes that others wait on is held. */
static void detach(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    for (int fd = 0; null >= 0 && fd < 3; fd++) {
        dup2(null, fd);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

/* Each connection of a target takes three descriptors here. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int prepare(struct supervisor *s)
{
    char place[] = "/tmp/awsintercept-ca-XXXXXX";
    void *symbol = dlsym(RTLD_DEFAULT, "awsintercept_is_intercepted");

    *(void **)&s->is_ours = symbol;
    s->accepter = awi_loopback(SOCK_STREAM);
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    s->relays = awi_relays_new(s->epoll_fd);
    s->dns = awi_dns_new(s->relays);
    if (!symbol || s->accepter < 0 || listen(s->accepter, EVENTS) < 0 || s->epoll_fd < 0 ||
        !s->relays || !s->dns) {
        return -ENOSYS;
    }
    raise_limit();
    s->directory = mkdtemp(place) ? strdup(place) : NULL;
    if (!s->directory || chmod(s->directory, 0755) < 0) {
        return -errno;
    }
    return write_ca_files(s);
}

/* Sends the directory, takes the listener, and says that it is there. */
static int meet(struct supervisor *s)
{
    struct epoll_event event = {.events = EPOLLIN};

    if (send(s->control, s->directory, strlen(s->directory), MSG_NOSIGNAL) < 0) {
        return -errno;
    }
    s->notify = receive_listener(s->control);
    if (s->notify < 0 || epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->notify, &event) < 0 ||
        send(s->control, "", 1, MSG_NOSIGNAL) < 0) {
        return -EPIPE;
    }
    close(s->control);
    return 0;
}

int awi_cli_supervisor(int argc, char **argv)
{
    struct supervisor s = {.control = argc == 2 ? (int)strtol(argv[1], NULL, 10) : -1};

    if (s.control < 3 || fcntl(s.control, F_SETFD, FD_CLOEXEC) < 0) {
        awi_cli_error("use `awsintercept run`", "supervise is not for people");
        return 2;
    }
    detach();
    int r = prepare(&s);
    if (r == 0) {
        r = meet(&s);
    }
    if (r == 0) {
        loop(&s);
    }
    if (s.directory) {
        remove_ca_files(&s);
    }
    return r < 0;
}
