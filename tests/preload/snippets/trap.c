/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong with earlier interposers: signals, forks, threads and one socket, proxies, errno.
 */
#include "snippet.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* The fake core raises SIGUSR1 while it works on "/signal": the handler then runs on top of it. */
static volatile sig_atomic_t handler_fd = -1;
static volatile sig_atomic_t handler_result;

static void write_in_handler(int signo)
{
    static const char text[] = "GET /handler HTTP/1.1\r\n\r\n";
    handler_result = write(handler_fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1;
}

static int signal_writes(void)
{
    char body[128] = "";
    struct sigaction action = {.sa_handler = write_in_handler};
    int busy = t_connect();
    int other = t_connect();
    CHECK(busy >= 0 && other >= 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    handler_fd = other;
    handler_result = 0;
    CHECK(t_exchange(busy, "/signal") == 0);
    CHECK(handler_result == 1);
    CHECK(t_answer(other, body, sizeof(body)) > 0 && !strncmp(body, "GET /handler ", 13));
    CHECK(t_exchange(other, "/after") == 0);
    close(busy);
    close(other);
    return 0;
}

/* On the very connection that the core is working on. */
static int signal_writes_same(void)
{
    char body[128] = "";
    struct sigaction action = {.sa_handler = write_in_handler};
    int fd = t_connect();
    CHECK(fd >= 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    handler_fd = fd;
    CHECK(t_exchange(fd, "/signal") == 0);
    CHECK(t_answer(fd, body, sizeof(body)) > 0 && !strncmp(body, "GET /handler ", 13));
    close(fd);
    return 0;
}

static void close_in_handler(int signo)
{
    handler_result = close(handler_fd) == 0;
}

static int signal_closes(void)
{
    struct sigaction action = {.sa_handler = close_in_handler};
    int busy = t_connect();
    int other = t_connect();
    CHECK(busy >= 0 && other >= 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    handler_fd = other;
    handler_result = 0;
    CHECK(t_exchange(busy, "/signal") == 0 && handler_result == 1);
    CHECK(write(other, "x", 1) == -1 && errno == EBADF);
    CHECK(t_exchange(busy, "/after") == 0);
    close(busy);
    return 0;
}

static void *hammer(void *arg)
{
    volatile sig_atomic_t *stop = arg;
    while (!*stop) {
        int fd = t_connect();
        if (fd < 0 || t_exchange(fd, "/hammer")) {
            return arg;
        }
        close(fd);
    }
    return NULL;
}

/* fork() while other threads are inside the core: the child must be able to use it at once. */
static int fork_under_load(void)
{
    static volatile sig_atomic_t stop;
    pthread_t threads[2];
    stop = 0;
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_create(&threads[i], NULL, hammer, (void *)(size_t)&stop) == 0);
    }
    int bad = 0;
    for (int i = 0; i < 40 && !bad; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(20);
            int fd = t_connect();
            _exit(fd < 0 || t_exchange(fd, "/child") ? 1 : 0);
        }
        int status = -1;
        bad = pid < 0 || waitpid(pid, &status, 0) != pid || status != 0;
    }
    stop = 1;
    for (int i = 0; i < 2; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        bad |= result != NULL;
    }
    CHECK(!bad);
    return 0;
}

static void *read_answers(void *arg)
{
    int fd = *(int *)arg;
    for (int i = 0; i < 100; i++) {
        if (t_answer(fd, NULL, 0) != 40000) {
            return arg;
        }
    }
    return NULL;
}

/* One thread writes requests, another reads the answers, on one socket. */
static int two_threads_one_socket(void)
{
    pthread_t reader;
    void *result = NULL;
    int fd = t_connect();
    CHECK(fd >= 0 && pthread_create(&reader, NULL, read_answers, &fd) == 0);
    for (int i = 0; i < 100; i++) {
        CHECK(t_request(fd, "/size/40000") == 0);
    }
    CHECK(pthread_join(reader, &result) == 0 && !result);
    close(fd);
    return 0;
}

/* run-snippets names 127.0.0.1:SNIPPET_PROXY as the proxy; what reaches it is an error there. */
static int proxy_socket(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    const char *port = getenv("SNIPPET_PROXY");
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in.sin_port = htons((uint16_t)strtoul(port ? port : "0", NULL, 10));
    int fd = t_socket(AF_INET);
    if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0) {
        struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
        CHECK(errno == EINPROGRESS && poll(&pollfd, 1, 10000) == 1);
    }
    return fd;
}

static int proxy_connect(void)
{
    int fd = proxy_socket();
    static const char text[] = "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\n\r\n";
    CHECK(t_send(fd, text, sizeof(text) - 1) == 0);
    CHECK(t_answer(fd, NULL, 0) == 0);
    CHECK(t_exchange(fd, "/tunnelled") == 0);
    close(fd);
    return 0;
}

static int proxy_absolute(void)
{
    char body[256] = "";
    int fd = proxy_socket();
    static const char text[] = "GET http://s3.amazonaws.com/b HTTP/1.1\r\nHost: x\r\n\r\n";
    CHECK(t_send(fd, text, sizeof(text) - 1) == 0);
    CHECK(t_answer(fd, body, sizeof(body)) > 0);
    CHECK(!strncmp(body, "GET http://s3.amazonaws.com/b 0 127.97.", 39));
    close(fd);
    return 0;
}

/* The proxy of run-snippets answers everything with its own word. */
static int proxy_others(void)
{
    char buf[64] = "";
    int fd = proxy_socket();
    static const char text[] = "CONNECT example.org:443 HTTP/1.1\r\n\r\n";
    CHECK(t_send(fd, text, sizeof(text) - 1) == 0);
    CHECK(t_recv(fd, buf, sizeof(buf) - 1) > 0 && !strcmp(buf, "proxy was here"));
    close(fd);
    return 0;
}

static int threads_of_process(void)
{
    char line[256];
    int threads = -1;
    FILE *status = fopen("/proc/self/status", "r");
    CHECK(status);
    while (fgets(line, sizeof(line), status)) {
        if (!strncmp(line, "Threads:", 8)) {
            threads = (int)strtol(line + 8, NULL, 10);
        }
    }
    fclose(status);
    return threads;
}

/* Ordinary requests start no thread in the host, and leave none of its descriptors changed. */
static int no_thread(void)
{
    int before = threads_of_process();
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/x") == 0 && threads_of_process() == before);
    close(fd);
    CHECK(threads_of_process() == before);
    return 0;
}

/* Descriptors do not pile up. */
static int no_leak(void)
{
    int count[2] = {0, 0};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 50; i++) {
            int fd = t_connect();
            CHECK(fd >= 0 && t_exchange(fd, "/leak") == 0);
            close(fd);
        }
        for (int fd = 0; fd < 1024; fd++) {
            count[round] += fcntl(fd, F_GETFD) >= 0;
        }
    }
    CHECK(count[0] == count[1]);
    return 0;
}

const struct snippet trap_snippets[] = {
    {"signal_writes", signal_writes, PRELOAD | ALONE},
    {"signal_writes_same", signal_writes_same, PRELOAD | ALONE},
    {"signal_closes", signal_closes, PRELOAD | ALONE},
    {"fork_under_load", fork_under_load, ALONE},
    {"two_threads_one_socket", two_threads_one_socket, ANYWHERE},
    {"proxy_connect", proxy_connect, PRELOAD},
    {"proxy_absolute", proxy_absolute, PRELOAD},
    {"proxy_others", proxy_others, PRELOAD},
    {"no_thread", no_thread, PRELOAD | ALONE},
    {"no_leak", no_leak, ALONE},
    {NULL, NULL, 0},
};
