/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets of closing and duplicating descriptors, and of what children do with them.
 */
#include "snippet.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int close_once(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && close(fd) == 0);
    return 0;
}

static int close_twice(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && close(fd) == 0);
    CHECK(close(fd) == -1 && errno == EBADF);
    CHECK(write(fd, "x", 1) == -1 && errno == EBADF);
    return 0;
}

/* A number is taken over by a file: nothing of the connection may stick to it. */
static int number_reused(void)
{
    char path[] = "/tmp/awi-snippet-XXXXXX";
    char buf[8] = "";
    int fd = t_connect();
    CHECK(fd >= 0 && close(fd) == 0);
    int file = mkstemp(path);
    CHECK(file == fd && unlink(path) == 0);
    CHECK(write(file, "stranger", 8) == 8 && pread(file, buf, 8, 0) == 8);
    CHECK(!memcmp(buf, "stranger", 8));
    close(file);
    return 0;
}

/* The same behind the hooks' back. */
static int number_reused_raw(void)
{
    char path[] = "/tmp/awi-snippet-XXXXXX";
    char buf[8] = "";
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/raw") == 0);
    CHECK(syscall(SYS_close, fd) == 0);
    int file = mkstemp(path);
    CHECK(file == fd && unlink(path) == 0);
    CHECK(write(file, "stranger", 8) == 8 && pread(file, buf, 8, 0) == 8);
    CHECK(!memcmp(buf, "stranger", 8));
    close(file);
    fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/again") == 0);
    close(fd);
    return 0;
}

static int through_copy(int copy, int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof(addr);
    CHECK(copy >= 0 && copy != fd);
    CHECK(t_exchange(copy, "/copy") == 0 && t_exchange(fd, "/first") == 0);
    CHECK(getpeername(copy, (struct sockaddr *)&addr, &len) == 0 && addr.ss_family == AF_INET);
    CHECK(close(fd) == 0);
    CHECK(t_exchange(copy, "/alone") == 0);
    CHECK(close(copy) == 0);
    return 0;
}

static int dup_plain(void)
{
    int fd = t_connect();
    return through_copy(dup(fd), fd);
}

static int dup2_onto(void)
{
    int to = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = t_connect();
    CHECK(to >= 0 && fd >= 0 && dup2(fd, fd) == fd && dup2(fd, to) == to);
    return through_copy(to, fd);
}

static int dup3_onto(void)
{
    int to = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = t_connect();
    CHECK(dup3(fd, fd, 0) == -1 && errno == EINVAL && dup3(fd, to, O_CLOEXEC) == to);
    return through_copy(to, fd);
}

static int dup_by_fcntl(void)
{
    int fd = t_connect();
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 50);
    CHECK(copy >= 50 && fcntl(copy, F_GETFD) == FD_CLOEXEC);
    return through_copy(copy, fd);
}

/* A diverted number is overwritten: the connection ends, the number is the other file's. */
static int overwritten(void)
{
    int fd = t_connect();
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0 && null >= 0 && dup2(null, fd) == fd);
    CHECK(write(fd, "x", 1) == 1);
    close(fd);
    close(null);
    return 0;
}

/* No descriptor of ours can be seen to close: all numbers but the connection's are EBADF or its. */
static int close_all_in_loop(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/before") == 0);
    for (int other = 3; other < 1024; other++) {
        if (other != fd) {
            close(other);
        }
    }
    CHECK(t_exchange(fd, "/after") == 0);
    close(fd);
    return 0;
}

static int close_all_by_range(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/before") == 0);
    if (fd > 3) {
        CHECK(close_range(3, (unsigned int)fd - 1, 0) == 0);
    }
    CHECK(close_range((unsigned int)fd + 1, ~0U, 0) == 0);
    CHECK(t_exchange(fd, "/after") == 0);
    CHECK(close_range((unsigned int)fd, ~0U, 0) == 0);
    CHECK(write(fd, "x", 1) == -1 && errno == EBADF);
    return 0;
}

static int close_all_from(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/before") == 0);
    closefrom(fd + 1);
    CHECK(t_exchange(fd, "/after") == 0);
    closefrom(fd);
    CHECK(write(fd, "x", 1) == -1 && errno == EBADF);
    fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/again") == 0);
    close(fd);
    return 0;
}

static int wait_child(pid_t pid)
{
    int status = -1;
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 0;
}

static int child_inherits(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/parent") == 0);
    pid_t pid = fork();
    if (pid == 0) {
        int r = t_exchange(fd, "/child");
        close(fd);
        _exit(r ? 1 : 0);
    }
    CHECK(wait_child(pid) == 0);
    CHECK(t_exchange(fd, "/parent") == 0);
    close(fd);
    return 0;
}

/* The child closes what it inherited; the parent's connection goes on. */
static int child_closes(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/parent") == 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int other = 3; other < 1024; other++) {
            close(other);
        }
        _exit(0);
    }
    CHECK(wait_child(pid) == 0);
    CHECK(t_exchange(fd, "/parent") == 0);
    close(fd);
    return 0;
}

/* In a vfork() child the parent's memory must not be touched. */
static int vfork_child_closes(void)
{
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/parent") == 0);
    pid_t pid = vfork();
    if (pid == 0) {
        for (int other = 3; other < 1024; other++) {
            close(other);
        }
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    CHECK(wait_child(pid) == 0);
    CHECK(t_exchange(fd, "/parent") == 0);
    close(fd);
    return 0;
}

/* A program that is handed the connection as its standard output, and reads from it too: it gets an
 * answer, or learns that there is none. */
static int program_inherits(void)
{
    static const char program[] =
        "trap '' PIPE; printf 'GET /program HTTP/1.1\\r\\n\\r\\n' 2>/dev/null;"
        "head -c 1 <&1 >/dev/null; exit 0";
    int fd = t_connect();
    CHECK(fd >= 0 && t_exchange(fd, "/parent") == 0);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fd, 1);
        execl("/bin/sh", "sh", "-c", program, (char *)NULL);
        _exit(1);
    }
    CHECK(wait_child(pid) == 0);
    close(fd);
    return 0;
}

const struct snippet fd_snippets[] = {
    {"close", close_once, ANYWHERE},
    {"close_twice", close_twice, ALONE},
    {"number_reused", number_reused, ALONE},
    {"number_reused_raw", number_reused_raw, ALONE},
    {"dup", dup_plain, ANYWHERE},
    {"dup2", dup2_onto, ANYWHERE},
    {"dup3", dup3_onto, ANYWHERE},
    {"fcntl_dupfd", dup_by_fcntl, ANYWHERE},
    {"overwritten", overwritten, ANYWHERE},
    {"close_all_in_loop", close_all_in_loop, ALONE},
    {"close_range", close_all_by_range, ALONE},
    {"closefrom", close_all_from, ALONE},
    {"child_inherits", child_inherits, ANYWHERE},
    {"child_closes", child_closes, ANYWHERE},
    {"vfork_child_closes", vfork_child_closes, ANYWHERE},
    {"program_inherits", program_inherits, ANYWHERE},
    {NULL, NULL, 0},
};
