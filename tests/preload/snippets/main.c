/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs snippets: `snippets --list`, or `snippets NAME plain|constructor|fork|threads [nonblock]`.
 */
#include "snippet.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { THREADS = 8 };

static const struct snippet *const tables[] = {
    resolve_snippets,
    dns_snippets,
    socket_snippets,
    io_snippets,
    fd_snippets,
    file_snippets,
    trap_snippets,
    flag_snippets,
    wait_snippets,
    thread_snippets,
};

bool t_nonblock;

bool t_is_reserved_v4(const void *addr)
{
    const unsigned char *ip = addr;
    return ip[0] == 127 && ip[1] == 97;
}

bool t_is_reserved_v6(const void *addr)
{
    const unsigned char *ip = addr;
    return ip[0] == 1 && ip[1] == 0 && t_is_reserved_v4(ip + 12);
}

socklen_t t_address(struct sockaddr_storage *out)
{
    const char *port = getenv("SNIPPET_SERVER");
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    memset(out, 0, sizeof(*out));
    in->sin_family = AF_INET;
    if (port) {
        in->sin_port = htons((uint16_t)strtoul(port, NULL, 10));
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return sizeof(*in);
    }
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    if (getaddrinfo(T_HOST, "80", &hints, &list) == 0) {
        memcpy(out, list->ai_addr, list->ai_addrlen);
        freeaddrinfo(list);
    }
    return sizeof(*in);
}

int t_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | (t_nonblock ? SOCK_NONBLOCK : 0), 0);
}

static int wait_for(int fd, short events)
{
    struct pollfd pollfd = {.fd = fd, .events = events};
    return poll(&pollfd, 1, 20000) == 1 ? 0 : -1;
}

int t_connect(void)
{
    struct sockaddr_storage addr;
    socklen_t len = t_address(&addr);
    int fd = t_socket(AF_INET);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, len) < 0) {
        int error = 0;
        socklen_t size = sizeof(error);
        if (errno != EINPROGRESS || wait_for(fd, POLLOUT) < 0 ||
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error) {
            close(fd);
            return -1;
        }
    }
    return fd;
}

int t_send(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (wait_for(fd, POLLOUT) < 0) {
                return -1;
            }
            continue;
        }
        if (n <= 0) {
            return -1;
        }
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

ssize_t t_recv(int fd, void *buf, size_t len)
{
    for (;;) {
        ssize_t n = recv(fd, buf, len, 0);
        if (n >= 0 || errno != EAGAIN || wait_for(fd, POLLIN) < 0) {
            return n;
        }
    }
}

int t_request(int fd, const char *path)
{
    char text[512];
    int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    return t_send(fd, text, (size_t)n);
}

long t_answer(int fd, char *body, size_t size)
{
    char head[1024];
    size_t used = 0;
    while (used < sizeof(head) - 1) {
        if (t_recv(fd, head + used, 1) != 1) {
            return -1;
        }
        head[++used] = '\0';
        if (used >= 4 && !strcmp(head + used - 4, "\r\n\r\n")) {
            break;
        }
    }
    const char *length = strstr(head, "Content-Length: ");
    if (strncmp(head, "HTTP/1.1 200 ", 13) || !length) {
        return -1;
    }
    long want = strtol(length + 16, NULL, 10);
    char rest[65536];
    long got = 0;
    while (got < want) {
        size_t ask = (size_t)(want - got) < sizeof(rest) ? (size_t)(want - got) : sizeof(rest);
        ssize_t n = t_recv(fd, rest, ask);
        if (n <= 0) {
            return -1;
        }
        for (ssize_t i = 0; i < n && body && (size_t)(got + i) < size - 1; i++) {
            body[got + i] = rest[i];
            body[got + i + 1] = '\0';
        }
        got += n;
    }
    return got;
}

int t_exchange(int fd, const char *path)
{
    char body[512] = "";
    char want[256];
    snprintf(want, sizeof(want), "GET %s 0 ", path);
    CHECK(t_request(fd, path) == 0);
    CHECK(t_answer(fd, body, sizeof(body)) > 0);
    CHECK(!strncmp(body, want, strlen(want)));
    return 0;
}

static const struct snippet *find(const char *name)
{
    for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
        for (const struct snippet *s = tables[t]; s->name; s++) {
            if (!strcmp(s->name, name)) {
                return s;
            }
        }
    }
    return NULL;
}

static void *thread_main(void *arg)
{
    const struct snippet *snippet = arg;
    for (int i = 0; i < 5; i++) {
        if (snippet->run()) {
            return arg;
        }
    }
    return NULL;
}

static int run_threads(const struct snippet *snippet)
{
    pthread_t threads[THREADS];
    int failed = 0;
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, thread_main, (void *)(size_t)snippet) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        failed |= result != NULL;
    }
    return failed;
}

/* Before and after: the parent has used the hooks, then the child does, then the parent again. */
static int run_fork(const struct snippet *snippet)
{
    CHECK(snippet->run() == 0);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(snippet->run() ? 1 : 0);
    }
    int status = 0;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
    return snippet->flags & ALONE ? 0 : snippet->run();
}

static int constructor_result = -1;

/* The arguments of main() are glibc's to give to a constructor. */
__attribute__((constructor)) static void in_constructor(int argc, char **argv)
{
    if (argc >= 3 && !strcmp(argv[2], "constructor")) {
        const struct snippet *snippet = find(argv[1]);
        t_nonblock = argc > 3;
        constructor_result = snippet ? snippet->run() : 1;
    }
}

static int list(void)
{
    for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
        for (const struct snippet *s = tables[t]; s->name; s++) {
            printf("%s %d\n", s->name, s->flags);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return list();
    }
    const struct snippet *snippet = find(argv[1]);
    t_nonblock = argc > 3;
    if (!snippet) {
        return 2;
    }
    if (!strcmp(argv[2], "constructor")) {
        return constructor_result ? 1 : 0;
    }
    if (!strcmp(argv[2], "fork")) {
        return run_fork(snippet) ? 1 : 0;
    }
    if (!strcmp(argv[2], "threads")) {
        return run_threads(snippet) ? 1 : 0;
    }
    return snippet->run() ? 1 : 0;
}
