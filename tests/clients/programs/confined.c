/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that have little: usage: confined WAY [ARGUMENT]. Each way makes a request or more to
 * STS in plain text and exits with 0, or says on standard error which line was not as expected.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%d: %s (%s)\n", __LINE__, #condition, strerror(errno));               \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

#define HOST "sts.us-east-1.amazonaws.com"

static int dial(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    if (getaddrinfo(HOST, "80", &hints, &list) != 0) {
        return -1;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, list->ai_addr, list->ai_addrlen) < 0) {
        int error = errno;
        close(fd);
        fd = -1;
        errno = error;
    }
    freeaddrinfo(list);
    return fd;
}

/* 0 where STS has answered as to a caller of account 222222222222. */
static int exchange(int fd)
{
    static const char request[] =
        "POST / HTTP/1.1\r\nHost: " HOST "\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=222222222222/20260101/us-east-1/sts/"
        "aws4_request, SignedHeaders=host;x-amz-date, Signature=00\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nContent-Length: 43\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        "Action=GetCallerIdentity&Version=2011-06-15";
    char answer[4096] = "";
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    CHECK(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) == sizeof(request) - 1);
    CHECK(poll(&pollfd, 1, 60000) == 1);
    CHECK(recv(fd, answer, sizeof(answer) - 1, 0) > 0);
    CHECK(strstr(answer, "HTTP/1.1 200") && strstr(answer, "<Account>222222222222<"));
    return 0;
}

static int ask(void)
{
    int fd = dial();
    CHECK(fd >= 0 && exchange(fd) == 0 && close(fd) == 0);
    return 0;
}

static int limit(int what, rlim_t soft)
{
    struct rlimit it = {soft, soft};
    return setrlimit(what, &it);
}

/* A filter that answers EPERM to each of these calls. */
static int forbid(const long *calls, size_t count)
{
    struct sock_filter code[64];
    size_t n = 0;
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < count; i++) {
        code[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)n, code};
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    return 0;
}

#define FORBID(...)                                                                                \
    forbid((const long[]){__VA_ARGS__}, sizeof((const long[]){__VA_ARGS__}) / sizeof(long))

static int no_new_privs(const char *arg)
{
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    return ask();
}

/* A program that locks itself in after its first call: it opens nothing more. */
static int filter_files(const char *arg)
{
    int live = dial();
    CHECK(live >= 0 && exchange(live) == 0);
    CHECK(FORBID(SYS_openat, SYS_unlinkat, SYS_mkdirat, SYS_renameat2, SYS_memfd_create) == 0);
    CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC) == -1 && errno == EPERM);
    CHECK(exchange(live) == 0 && ask() == 0);
    return 0;
}

static int filter_processes(const char *arg)
{
    CHECK(FORBID(SYS_clone, SYS_clone3, SYS_execve, SYS_ptrace, SYS_kill, SYS_prlimit64) == 0);
    return ask();
}

/* Without a pair there is no connection, and the caller is told why. */
static int filter_pairs(const char *arg)
{
    CHECK(FORBID(SYS_socketpair) == 0);
    CHECK(dial() == -1 && errno == EPERM);
    return 0;
}

static int filter_names(const char *arg)
{
    CHECK(FORBID(SYS_bind) == 0);
    return ask();
}

static int few_descriptors(const char *arg)
{
    CHECK(limit(RLIMIT_NOFILE, 20) == 0);
    CHECK(ask() == 0);
    int live = dial();
    CHECK(live >= 0 && live < 15 && exchange(live) == 0 && exchange(live) == 0);
    CHECK(ask() == 0);
    return 0;
}

/* As high as the limit goes, beyond the table of descriptors too. */
static int many_descriptors(const char *arg)
{
    struct rlimit now;
    CHECK(getrlimit(RLIMIT_NOFILE, &now) == 0);
    rlim_t most = strtoul(arg, NULL, 10);
    if (limit(RLIMIT_NOFILE, most) < 0) {
        CHECK(limit(RLIMIT_NOFILE, now.rlim_max) == 0);
        most = now.rlim_max;
    }
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    CHECK(getaddrinfo(HOST, "80", &hints, &list) == 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int high = dup2(fd, (int)most - 1);
    CHECK(high == (int)most - 1 && close(fd) == 0);
    CHECK(connect(high, list->ai_addr, list->ai_addrlen) == 0);
    CHECK(exchange(high) == 0 && exchange(high) == 0 && close(high) == 0);
    freeaddrinfo(list);
    for (int each = 3; each < (int)(most < 100000 ? most : 100000); each++) {
        close(each);
    }
    return ask();
}

static int become_nobody(void)
{
    return getuid() == 0 ? setgroups(0, NULL) || setresgid(65534, 65534, 65534) ||
                               setresuid(65534, 65534, 65534)
                         : 0;
}

/* No thread can be made: what needs one ends the connection, the rest works. */
static int no_threads(const char *arg)
{
    char byte;
    /* Before: another user might not be able to read our files. */
    CHECK(ask() == 0);
    CHECK(become_nobody() == 0 && limit(RLIMIT_NPROC, 0) == 0);
    CHECK(ask() == 0);
    int fd = dial();
    CHECK(fd >= 0);
    int copy = dup(fd);
    CHECK(copy >= 0);
    CHECK(recv(copy, &byte, 1, 0) <= 0);
    return ask();
}

static int half_a_gigabyte(const char *arg)
{
    CHECK(limit(RLIMIT_AS, 512 << 20) == 0);
    return ask();
}

/* No file may grow: our copy of a CA bundle cannot be made, and nobody is killed for it. */
static int small_files(const char *arg)
{
    CHECK(ask() == 0 && limit(RLIMIT_FSIZE, 0) == 0);
    CHECK(open("/etc/ssl/certs/ca-certificates.crt", O_RDONLY | O_CLOEXEC) >= 0);
    CHECK(signal(SIGXFSZ, SIG_DFL) == SIG_DFL);
    return 0;
}

/* The place has none of our files: names do not resolve, and addresses refuse. */
static int shut_in_before(const char *arg)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    CHECK(chroot(arg) == 0 && chdir("/") == 0);
    CHECK(getaddrinfo(HOST, "80", &hints, &list) == EAI_FAIL);
    in.sin_addr.s_addr = htonl(0x7f610101);
    CHECK(connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&in, sizeof(in)) == -1);
    CHECK(errno == ECONNREFUSED);
    in.sin_addr.s_addr = htonl(0xa9fea9fe);
    CHECK(connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&in, sizeof(in)) == -1);
    CHECK(errno == ECONNREFUSED);
    return 0;
}

static int shut_in_after(const char *arg)
{
    CHECK(ask() == 0);
    CHECK(chroot(arg) == 0 && chdir("/") == 0 && become_nobody() == 0);
    CHECK(ask() == 0 && ask() == 0);
    return 0;
}

/* daemon(3), with a connection that was opened before it. */
static int as_daemon(const char *arg)
{
    int ends[2];
    char good = 0;
    CHECK(pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        int live = dial();
        if (live < 0 || exchange(live) || daemon(0, 0) < 0) {
            _exit(1);
        }
        good = exchange(live) == 0 && ask() == 0 ? 'y' : 'n';
        _exit(write(ends[1], &good, 1) != 1);
    }
    close(ends[1]);
    int status;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    CHECK(read(ends[0], &good, 1) == 1 && good == 'y');
    return 0;
}

static void *ask_in_thread(void *arg)
{
    pthread_barrier_wait(arg);
    return ask() ? arg : NULL;
}

/* 64 threads of 64 KiB that connect at once. */
static int small_threads(const char *arg)
{
    enum { COUNT = 64, STACK = 64 << 10 };
    pthread_t threads[COUNT];
    pthread_barrier_t start;
    pthread_attr_t attr;
    int bad = 0;
    CHECK(pthread_barrier_init(&start, NULL, COUNT) == 0 && pthread_attr_init(&attr) == 0);
    CHECK(pthread_attr_setstacksize(&attr, STACK) == 0);
    for (int i = 0; i < COUNT; i++) {
        CHECK(pthread_create(&threads[i], &attr, ask_in_thread, &start) == 0);
    }
    for (int i = 0; i < COUNT; i++) {
        void *result;
        CHECK(pthread_join(threads[i], &result) == 0);
        bad += result != NULL;
    }
    CHECK(bad == 0);
    return 0;
}

static int plainly(const char *arg)
{
    int live = dial();
    CHECK(live >= 0 && exchange(live) == 0 && ask() == 0 && exchange(live) == 0);
    return close(live);
}

static const struct {
    const char *name;
    int (*run)(const char *arg);
} ways[] = {
    {"plainly", plainly},
    {"no_new_privs", no_new_privs},
    {"filter_files", filter_files},
    {"filter_processes", filter_processes},
    {"filter_pairs", filter_pairs},
    {"filter_names", filter_names},
    {"few_descriptors", few_descriptors},
    {"many_descriptors", many_descriptors},
    {"no_threads", no_threads},
    {"half_a_gigabyte", half_a_gigabyte},
    {"small_files", small_files},
    {"shut_in_before", shut_in_before},
    {"shut_in_after", shut_in_after},
    {"as_daemon", as_daemon},
    {"small_threads", small_threads},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(*ways); i++) {
        if (strcmp(ways[i].name, argv[1]) == 0) {
            return ways[i].run(argc > 2 ? argv[2] : NULL);
        }
    }
    return 2;
}
