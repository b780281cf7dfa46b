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
#include "core/util/cleanup.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DNS_PORT    53
#define EVENTS      64
#define SYSTEM_CAS  "/etc/ssl/certs/ca-certificates.crt"
#define SOCKET_KEPT (SOCK_CLOEXEC | SOCK_NONBLOCK)

struct supervisor {
    int control;
    int notify;   /* the filter's listener */
    int accepter; /* listens on loopback for the sockets that targets get */
    int epoll_fd;
    struct awi_relays *relays;
    bool (*is_ours)(const struct sockaddr *addr, socklen_t len);
    char *directory; /* holds the CA file while targets live */
};

/* One connect() of a target. */
struct call {
    uint64_t id;
    pid_t pid; /* of the process, not the thread */
    int fd;
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_storage storage;
    } to;
    socklen_t len;
    int type; /* of the target's socket */
    int domain;
    int status; /* its O_ flags */
    bool cloexec;
};

/* --- What the target is doing ---------------------------------------------------------------- */

static pid_t process_of(pid_t thread)
{
    char path[64], line[256];
    pid_t pid = -1;

    snprintf(path, sizeof(path), "/proc/%d/status", thread);
    AWI_AUTO(file) FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "Tgid:", 5) == 0) {
            pid = (pid_t)strtol(line + 5, NULL, 10);
        }
    }
    return pid;
}

static bool is_cloexec(pid_t pid, int fd)
{
    char path[64], line[256];
    unsigned long flags = 0;

    snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
    AWI_AUTO(file) FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "flags:", 6) == 0) {
            flags = strtoul(line + 6, NULL, 8);
        }
    }
    return flags & O_CLOEXEC;
}

static bool read_address(const struct seccomp_notif *asked, struct call *call)
{
    struct iovec here = {.iov_base = &call->to, .iov_len = asked->data.args[2]};
    struct iovec there = {.iov_base = (void *)(uintptr_t)asked->data.args[1]};

    if (here.iov_len > sizeof(call->to.storage)) {
        here.iov_len = sizeof(call->to.storage);
    }
    there.iov_len = here.iov_len;
    ssize_t n = process_vm_readv((pid_t)asked->pid, &here, 1, &there, 1, 0);
    call->len = n > 0 ? (socklen_t)n : 0;
    return n >= (ssize_t)sizeof(struct sockaddr_in) &&
           (call->to.any.sa_family == AF_INET ||
            (call->to.any.sa_family == AF_INET6 && n >= (ssize_t)sizeof(struct sockaddr_in6)));
}

static bool is_name_server(const struct call *call)
{
    return call->to.in.sin_port == htons(DNS_PORT);
}

/* Looks at the target's socket through a copy of its descriptor. */
static int look_at_socket(struct call *call)
{
    socklen_t len = sizeof(int);
    AWI_AUTO(fd) int pidfd = (int)syscall(SYS_pidfd_open, call->pid, 0);
    AWI_AUTO(fd) int copy = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, call->fd, 0);

    if (copy < 0) {
        return -errno;
    }
    call->status = fcntl(copy, F_GETFL);
    call->cloexec = is_cloexec(call->pid, call->fd);
    if (call->status < 0 || getsockopt(copy, SOL_SOCKET, SO_TYPE, &call->type, &len) < 0 ||
        getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &call->domain, &len) < 0) {
        return -errno;
    }
    return 0;
}

/* --- The socket that takes its place --------------------------------------------------------- */

/* A socket of the target's kind, connected over loopback to `to`, an IPv4 address. */
static int dial(const struct call *call, const struct sockaddr_in *to)
{
    AWI_AUTO(fd) int fd = socket(call->domain, call->type | SOCK_CLOEXEC, 0);
    int off = 0;

    if (fd < 0) {
        return -errno;
    }
    if (call->domain == AF_INET6) {
        struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = to->sin_port};
        mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
        memcpy(&mapped.sin6_addr.s6_addr[12], &to->sin_addr, 4);
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
        if (connect(fd, (struct sockaddr *)&mapped, sizeof(mapped)) < 0) {
            return -errno;
        }
    } else if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0) {
        return -errno;
    }
    return AWI_STEAL(fd, -1);
}

static uint16_t port_of(int fd, bool of_peer)
{
    struct sockaddr_in6 addr = {0};
    socklen_t len = sizeof(addr);
    int r = of_peer ? getpeername(fd, (struct sockaddr *)&addr, &len)
                    : getsockname(fd, (struct sockaddr *)&addr, &len);

    return r < 0 ? 0 : addr.sin6_port; /* sin_port lies at the same place */
}

static int loopback(int type)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type | SOCKET_KEPT, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The two ends of a TCP connection; a stranger who dials the port meanwhile is turned away. */
static int
stream_pair(struct supervisor *s, const struct call *call, int *ret_theirs, int *ret_ours)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = port_of(s->accepter, false),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    AWI_AUTO(fd) int theirs = dial(call, &addr);

    if (theirs < 0) {
        return theirs;
    }
    for (;;) {
        AWI_AUTO(fd) int ours = accept4(s->accepter, NULL, NULL, SOCKET_KEPT);
        if (ours < 0) {
            return -errno;
        }
        if (port_of(ours, true) == port_of(theirs, false)) {
            setsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            setsockopt(theirs, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            *ret_ours = AWI_STEAL(ours, -1);
            *ret_theirs = AWI_STEAL(theirs, -1);
            return 0;
        }
    }
}

static int datagram_pair(const struct call *call, int *ret_theirs, int *ret_ours)
{
    AWI_AUTO(fd) int ours = loopback(SOCK_DGRAM);
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    if (ours < 0) {
        return -errno;
    }
    addr.sin_port = port_of(ours, false);
    AWI_AUTO(fd) int theirs = dial(call, &addr);
    if (theirs < 0) {
        return theirs;
    }
    addr.sin_port = port_of(theirs, false);
    if (connect(ours, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        return -errno;
    }
    *ret_ours = AWI_STEAL(ours, -1);
    *ret_theirs = AWI_STEAL(theirs, -1);
    return 0;
}

/* Puts fd where the target's socket was. */
static int inject(struct supervisor *s, const struct call *call, int fd)
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
static int dial_through(const struct call *call)
{
    AWI_AUTO(fd) int fd = socket(call->to.any.sa_family, call->type | SOCKET_KEPT, 0);

    if (fd < 0 || (connect(fd, &call->to.any, call->len) < 0 && errno != EINPROGRESS)) {
        return -errno;
    }
    return AWI_STEAL(fd, -1);
}

static int divert(struct supervisor *s, const struct call *call)
{
    bool datagrams = call->type == SOCK_DGRAM;
    AWI_AUTO(fd) int theirs = -1;
    AWI_AUTO(fd) int ours = -1;
    int r = datagrams ? datagram_pair(call, &theirs, &ours) : stream_pair(s, call, &theirs, &ours);

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

/* 0: the call goes on as it is; 1: it was answered; -errno for the target. */
static int judge(struct supervisor *s, const struct seccomp_notif *asked, struct call *call)
{
    call->id = asked->id;
    call->fd = (int)asked->data.args[0];
    if (!read_address(asked, call) ||
        (!s->is_ours(&call->to.any, call->len) && !is_name_server(call))) {
        return 0;
    }
    call->pid = process_of((pid_t)asked->pid);
    int r = call->pid < 0 ? -ESRCH : look_at_socket(call);
    if (r < 0) {
        return r;
    }
    if (call->type == SOCK_DGRAM ? !is_name_server(call) : !s->is_ours(&call->to.any, call->len)) {
        return 0;
    }
    r = divert(s, call);
    return r < 0 ? r : 1;
}

static void answer_one(struct supervisor *s)
{
    struct seccomp_notif asked;
    struct call call = {0};

    memset(&asked, 0, sizeof(asked));
    if (ioctl(s->notify, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) {
        return;
    }
    int r = judge(s, &asked, &call);
    struct seccomp_notif_resp answer = {.id = asked.id, .error = r < 0 ? r : 0};
    if (r == 0) {
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    ioctl(s->notify, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

static void loop(struct supervisor *s)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int n = epoll_wait(s->epoll_fd, events, EVENTS, -1);
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
static int write_ca_file(struct supervisor *s, const char *original)
{
    char buffer[65536];
    AWI_AUTO(free) char *path = NULL;
    ssize_t n;

    if (asprintf(&path, "%s/ca.pem", s->directory) < 0) {
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

static int prepare(struct supervisor *s)
{
    const char *original = getenv("SSL_CERT_FILE");
    char place[] = "/tmp/awsintercept-ca-XXXXXX";
    void *symbol = dlsym(RTLD_DEFAULT, "awsintercept_is_intercepted");

    *(void **)&s->is_ours = symbol;
    s->accepter = loopback(SOCK_STREAM);
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    s->relays = awi_relays_new(s->epoll_fd);
    if (!symbol || s->accepter < 0 || listen(s->accepter, EVENTS) < 0 || s->epoll_fd < 0 ||
        !s->relays) {
        return -ENOSYS;
    }
    s->directory = mkdtemp(place) ? strdup(place) : NULL;
    if (!s->directory || chmod(s->directory, 0755) < 0) {
        return -errno;
    }
    return write_ca_file(s, original && *original ? original : SYSTEM_CAS);
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
        AWI_AUTO(free) char *path = NULL;
        if (asprintf(&path, "%s/ca.pem", s.directory) >= 0) {
            unlink(path);
        }
        rmdir(s.directory);
    }
    return r < 0;
}
