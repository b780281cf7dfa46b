/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test code that shares its process with what it tests: all of include/awsintercept.h against the
 * real core, with unsigned requests to S3 as the code under test. Prints TAP.
 *
 * usage: harness all | harness race NAME ROUNDS
 */
#include "awsintercept.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int number;
static int failures;

static void expect(const char *what, int ok)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++number, what);
    failures += !ok;
}

/* The status of a request to S3, on a connection of its own or on fd; the answer's bytes in reply.
 */
static int ask(int fd, const char *method, const char *path, char *reply, size_t room)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *found = NULL;
    char text[512];
    size_t have = 0;

    if (fd < 0) {
        if (getaddrinfo("s3.us-east-1.amazonaws.com", "80", &hints, &found)) {
            return -1;
        }
        fd = socket(AF_INET, SOCK_STREAM, 0);
        int failed = connect(fd, found->ai_addr, found->ai_addrlen);
        freeaddrinfo(found);
        if (failed) {
            close(fd);
            return -1;
        }
    }
    int len = snprintf(text,
                       sizeof(text),
                       "%s %s HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n"
                       "Content-Length: 0\r\nConnection: close\r\n\r\n",
                       method,
                       path);
    ssize_t n = send(fd, text, (size_t)len, 0);
    while (n > 0 && have + 1 < room) {
        n = recv(fd, reply + have, room - have - 1, 0);
        have += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    reply[have] = '\0';
    return have > 12 ? (int)strtol(reply + 9, NULL, 10) : -1;
}

static int s3(const char *method, const char *path)
{
    char reply[65536];

    return ask(-1, method, path, reply, sizeof(reply));
}

static int is_in(const char *path, const char *word)
{
    char *reply = NULL;
    int found = awsintercept_request("GET", path, NULL, &reply) == 200 && strstr(reply, word);

    free(reply);
    return found;
}

static void snapshots(void)
{
    expect("a bucket", s3("PUT", "/base-bucket") == 200);
    expect("snapshot", awsintercept_snapshot("base") == 0);
    expect("its name", is_in("/snapshots", "\"base\""));
    expect("the bucket goes", s3("DELETE", "/base-bucket") == 204);
    expect("another comes", s3("PUT", "/later-bucket") == 200);
    expect("and the clock moves",
           awsintercept_set_clock("2037-01-01T00:00:00Z") == 0 &&
               is_in("/clock", "\"2037-01-01T00:0"));
    for (int i = 0; i < 2; i++) {
        expect("restore", awsintercept_restore("base") == 0);
        expect("the bucket is back", s3("HEAD", "/base-bucket") == 200);
        expect("the other is gone", s3("HEAD", "/later-bucket") == 404);
        expect("so is the clock's move", is_in("/clock", "\"moved_ms\":0"));
        s3("PUT", "/later-bucket");
    }
    expect("the log went on", is_in("/calls?operation=DeleteBucket", "DeleteBucket"));
    expect("no such snapshot", awsintercept_restore("none") == -EINVAL);
    expect("no name",
           awsintercept_snapshot("a b") == -EINVAL && awsintercept_snapshot("a/b") == -EINVAL &&
               awsintercept_snapshot("") == -EINVAL);
    expect("a reset", awsintercept_reset() == 0 && s3("HEAD", "/base-bucket") == 404);
    expect("forgets it", awsintercept_restore("base") == -EINVAL);
}

static void accounts(void)
{
    char *reply = NULL;

    expect("the account", awsintercept_set_account("222222222222") == 0);
    expect("a bucket there", s3("PUT", "/their-bucket") == 200);
    expect("no account", awsintercept_set_account("2222") == -EINVAL);
    expect("cleared", awsintercept_clear_account() == 0 && s3("GET", "/their-bucket") == 403);
    expect("its calls",
           awsintercept_calls("account=222222222222&operation=CreateBucket", &reply) == 0 &&
               strstr(reply, "222222222222") && !strstr(reply, "123456789012"));
    free(reply);
    expect("no calls of none",
           awsintercept_calls("service=nothing", &reply) == 0 &&
               strcmp(reply, "{\"calls\":[]}") == 0);
    free(reply);
    expect("accounts", is_in("/accounts", "\"id\":\"123456789012\""));
    expect("no such page", awsintercept_request("GET", "/nothing", NULL, NULL) == 404);
    expect("another method", awsintercept_request("GET", "/reset", NULL, NULL) == 405);
    expect("what there is", is_in("/", "POST /restore"));
}

static void clocks(void)
{
    expect("advance",
           awsintercept_advance_clock("+90s") == 0 && is_in("/clock", "\"moved_ms\":90000"));
    expect("and more",
           awsintercept_advance_clock("+1h") == 0 && is_in("/clock", "\"moved_ms\":3690000"));
    expect("no span", awsintercept_advance_clock("soon") == -EINVAL);
    expect("no time", awsintercept_set_clock("2030") == -EINVAL);
}

static void connections(void)
{
    struct sockaddr_in ours = {.sin_family = AF_INET, .sin_port = htons(80)}, other = ours;
    char reply[65536], pid[32];

    inet_pton(AF_INET, "169.254.169.254", &ours.sin_addr);
    inet_pton(AF_INET, "192.0.2.1", &other.sin_addr);
    expect("intercepted", awsintercept_is_intercepted((struct sockaddr *)&ours, sizeof(ours)) == 1);
    expect("not intercepted",
           awsintercept_is_intercepted((struct sockaddr *)&other, sizeof(other)) == 0);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET}, *found = NULL;
    getaddrinfo("s3.us-east-1.amazonaws.com", "80", &hints, &found);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    expect("for another process",
           found &&
               awsintercept_connect_as(
                   fd, found->ai_addr, found->ai_addrlen, 4242, "333333333333") == 0 &&
               ask(fd, "GET", "/", reply, sizeof(reply)) == 200);
    freeaddrinfo(found);
    snprintf(pid, sizeof(pid), "\"pid\":%d", 4242);
    expect("in its name", is_in("/calls?account=333333333333", pid));
    fd = socket(AF_INET, SOCK_STREAM, 0);
    expect("not there",
           awsintercept_connect_as(fd, (struct sockaddr *)&other, sizeof(other), 1, NULL) ==
               -EINVAL);
    close(fd);
}

/* Others save, restore and write at the same time: every call succeeds, one's own restore too. */
static void race(const char *name, int rounds)
{
    char path[64];
    int good = 1;

    snprintf(path, sizeof(path), "/%s-bucket", name);
    for (int i = 0; i < rounds; i++) {
        int put = s3("PUT", path), saved = awsintercept_snapshot(name),
            back = awsintercept_restore(name);
        good &= put == 200 && saved == 0 && back == 0;
    }
    expect(name, good);
}

int main(int argc, char **argv)
{
    if (!awsintercept_reset) {
        return 77;
    }
    if (argc == 4 && strcmp(argv[1], "race") == 0) {
        race(argv[2], (int)strtol(argv[3], NULL, 10));
        return failures != 0;
    }
    expect("reset", awsintercept_reset() == 0);
    snapshots();
    accounts();
    clocks();
    connections();
    printf("1..%d\n", number);
    return failures != 0;
}
