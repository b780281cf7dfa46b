/* SPDX-License-Identifier: Apache-2.0 */
/* The loop over real sockets: answers, waiting, back-pressure, clients that leave, forks. */
#include "tests/core/net/net_fixture.h"

#include "core/net/loop.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 60000

#ifdef __SANITIZE_THREAD__
#define SANITIZER_THREADS 1 /* its own */
#else
#define SANITIZER_THREADS 0
#endif

static struct awi_loop *loop;
static struct t_net t;

static int setup(void **state)
{
    (void)state;
    t_net_open(&t);
    loop = awi_loop_new(NULL);
    return loop ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    awi_loop_free(loop);
    t_net_close(&t);
    return 0;
}

/* A client's socket whose other end the loop has. */
static int connect_client(void)
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(awi_loop_adopt(loop, awi_conn_open(NULL, &t.handler, NULL), fds[1]), 0);
    return fds[0];
}

/* Reads until the text has come, or the end; what was read. */
static const char *read_until(int fd, const char *text)
{
    static char got[8192];
    size_t len = 0;

    got[0] = '\0';
    while (len + 1 < sizeof(got) && !strstr(got, text)) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
        ssize_t n = read(fd, got + len, sizeof(got) - len - 1);
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        got[len] = '\0';
    }
    return got;
}

static void ask(int fd, const char *request)
{
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static size_t threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n - 2;
}

static void wait_for_size(size_t size)
{
    for (int i = 0; i < PATIENCE_MS / 10 && awi_loop_size(loop) != size; i++) {
        usleep(10000);
    }
    assert_int_equal(awi_loop_size(loop), size);
}

static void test_answers_and_ends_with_the_client(void **state)
{
    int a = connect_client();
    int b = connect_client();

    (void)state;
    t.body = "hello";
    ask(a, GET);
    assert_non_null(strstr(read_until(a, "hello"), "200 OK"));
    ask(b, GET);
    assert_non_null(strstr(read_until(b, "hello"), "200 OK"));
    ask(a, GET);
    assert_non_null(strstr(read_until(a, "hello"), "200 OK"));
    assert_int_equal(awi_loop_size(loop), 2);
    close(a);
    wait_for_size(1);
    close(b);
    wait_for_size(0);
}

static void test_closing_answer_ends_the_stream(void **state)
{
    char byte;
    int fd = connect_client();

    (void)state;
    t.close = true;
    ask(fd, GET);
    assert_non_null(strstr(read_until(fd, "never there"), "Connection: close"));
    assert_int_equal(read(fd, &byte, 1), 0);
    close(fd);
    wait_for_size(0);
}

static void test_waiting_answer_comes_by_itself(void **state)
{
    int fd = connect_client();

    (void)state;
    t.waits = 5;
    t.body = "late";
    ask(fd, GET);
    assert_non_null(strstr(read_until(fd, "late"), "200 OK"));
    assert_int_equal(t.n_runs, 6);
    /* One that leaves while it waits is let go. */
    t.waits = 1000000;
    ask(fd, GET);
    shutdown(fd, SHUT_WR);
    close(fd);
    wait_for_size(0);
}

static ssize_t pattern_read(void *self, uint64_t offset, void *data, size_t len)
{
    (void)self;
    for (size_t i = 0; i < len; i++) {
        ((char *)data)[i] = (char)((offset + i) % 251);
    }
    return (ssize_t)len;
}

static const struct awi_body_source PATTERN = {.read = pattern_read};

static void test_slow_reader_of_a_long_answer(void **state)
{
    static char piece[100000];
    uint64_t at = 0;
    int fd = connect_client();
    ssize_t n;

    (void)state;
    t.body_source = &PATTERN;
    t.body_size = 20000000;
    ask(fd, "GET / HTTP/1.0\r\n\r\n");
    /* Through the head by single bytes. */
    const char *end = "\r\n\r\n";
    for (size_t match = 0; match < 4;) {
        char byte;
        assert_int_equal(read(fd, &byte, 1), 1);
        match = byte == end[match] ? match + 1 : byte == '\r';
    }
    while ((n = read(fd, piece, sizeof(piece))) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            assert_int_equal((unsigned char)piece[i], (at + (uint64_t)i) % 251);
        }
        at += (uint64_t)n;
    }
    assert_true(at == t.body_size);
    close(fd);
    wait_for_size(0);
}

static void test_signals_are_not_the_threads(void **state)
{
    sigset_t term;
    int signal;
    int fd = connect_client();

    (void)state;
    t.body = "hello";
    ask(fd, GET);
    read_until(fd, "hello");
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, NULL);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_int_equal(sigwait(&term, &signal), 0);
    assert_int_equal(signal, SIGTERM);
    pthread_sigmask(SIG_UNBLOCK, &term, NULL);
    close(fd);
}

static void test_fork(void **state)
{
    int fd = connect_client();

    (void)state;
    t.body = "hello";
    ask(fd, GET);
    read_until(fd, "hello");
    for (int i = 0; i < 50; i++) {
        awi_loop_fork_prepare(loop);
        pid_t child = fork();
        if (child == 0) {
            awi_loop_fork_child(loop);
            /* None of the parent's, and a loop of its own when it needs one. */
            bool good = awi_loop_size(loop) == 0;
#ifndef __SANITIZE_THREAD__ /* which allows no thread in such a child */
            int own = connect_client();
            ask(own, GET);
            good = good && strstr(read_until(own, "hello"), "200 OK");
#endif
            _exit(good ? 0 : 1);
        }
        awi_loop_fork_parent(loop);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        ask(fd, GET);
        assert_non_null(strstr(read_until(fd, "hello"), "200 OK"));
    }
    close(fd);
    wait_for_size(0);
}

static void wait_for_threads(size_t n)
{
    for (int i = 0; i < PATIENCE_MS / 10 && threads() != n; i++) {
        usleep(10000);
    }
    assert_int_equal(threads(), n);
}

static void test_idle_thread_ends_and_comes_back(void **state)
{
    (void)state;
    /* That of the test before may be on its way out. */
    wait_for_threads(1 + SANITIZER_THREADS);
    t.body = "hello";
    for (int round = 0; round < 2; round++) {
        int fd = connect_client();
        ask(fd, GET);
        read_until(fd, "hello");
        assert_int_equal(threads(), 2 + SANITIZER_THREADS);
        close(fd);
        wait_for_threads(1 + SANITIZER_THREADS);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_answers_and_ends_with_the_client),
        TEST(test_closing_answer_ends_the_stream),
        TEST(test_waiting_answer_comes_by_itself),
        TEST(test_slow_reader_of_a_long_answer),
        TEST(test_signals_are_not_the_threads),
        TEST(test_fork),
        TEST(test_idle_thread_ends_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
