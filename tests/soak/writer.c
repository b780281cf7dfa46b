/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the soak in C: writes and reads back its own keys over plain sockets, forks, and
 * drops connections until standard input ends. Built dynamically, for the preload library, and
 * statically, for the launcher. soaklib.py says what values and journals look like.
 *
 *     writer DIR NAME ACCOUNT SEED
 */
#include "tests/soak/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const kinds[] = {"ddb", "s3"};

static uint64_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static unsigned below(struct writer *w, unsigned n)
{
    w->seed = w->seed * 1103515245u + 12345u;
    return (w->seed >> 16) % n;
}

void note(struct writer *w, const char *format, ...)
{
    char line[1024];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    len = len < (int)sizeof(line) - 2 ? len : (int)sizeof(line) - 2;
    for (int i = 0; i < len; i++) {
        line[i] = line[i] == '\n' || line[i] == '\r' ? ' ' : line[i];
    }
    line[len++] = '\n';
    if (write(w->journal, line, (size_t)len) != len) {
        _exit(3);
    }
}

static void key_name(const struct writer *w, unsigned at, char *ret, size_t room)
{
    snprintf(ret, room, "%s-c-%u", w->name, at);
}

/* --- values ---------------------------------------------------------------------------------- */

static size_t content(char *out, enum kind kind, const char *key, uint64_t version)
{
    static const size_t of_items[] = {60, 900, 5000, 30000};
    static const size_t of_objects[] = {100, 2000, 30000, 40000, 150000, 1400000};
    size_t size = kind == DDB ? of_items[version / 64 % 4] : of_objects[version / 64 % 6];
    char line[200];
    size_t len = (size_t)snprintf(
        line, sizeof(line), "%s %s %llu;", kinds[kind], key, (unsigned long long)version);

    if (size > 1000000 && version / 4096 % 8) {
        size = 3000;
    }
    size = size < len ? len : size;
    for (size_t at = 0; at < size; at += len) {
        memcpy(out + at, line, len < size - at ? len : size - at);
    }
    return size;
}

/* The version that was read, or 0 when it is none. */
static uint64_t
version_of(struct writer *w, enum kind kind, const char *key, const char *text, size_t len)
{
    char head[200];
    int head_len = snprintf(head, sizeof(head), "%s %s ", kinds[kind], key);

    if (len <= (size_t)head_len || memcmp(text, head, (size_t)head_len) != 0) {
        return 0;
    }
    uint64_t version = strtoull(text + head_len, NULL, 10);
    return content(w->value, kind, key, version) == len && memcmp(w->value, text, len) == 0
               ? version
               : 0;
}

/* Did a reset end after this moment, or does one run? */
static bool reset_since(const struct writer *w, uint64_t moment)
{
    char path[4096], word[16];
    unsigned long long at;
    bool found = false, runs = false;

    snprintf(path, sizeof(path), "%s/resets", w->dir);
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%15s %llu", word, &at) == 2) {
        runs = strcmp(word, "begin") == 0;
        found |= !runs && at >= moment;
    }
    if (file) {
        fclose(file);
    }
    return found || runs;
}

static void make_place(struct writer *w, enum kind kind)
{
    static const char table[] =
        "{\"TableName\":\"soak\",\"BillingMode\":\"PAY_PER_REQUEST\","
        "\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
        "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"}]}";
    char path[64], *body;
    size_t len;

    snprintf(path, sizeof(path), "/soak-%s", w->account);
    if (kind == DDB) {
        ask(w, DDB, "POST", "/", "CreateTable", table, sizeof(table) - 1, &body, &len);
    } else {
        ask(w, S3, "PUT", path, NULL, "", 0, &body, &len);
    }
}

/* --- steps ----------------------------------------------------------------------------------- */

static void put(struct writer *w, enum kind kind, unsigned at)
{
    char key[64], path[128], *body;
    size_t len, head;
    uint64_t version = now();
    int status;

    key_name(w, at, key, sizeof(key));
    w->known[kind][at] = 0;
    note(w, "try %s %s %llu", kinds[kind], key, (unsigned long long)version);
    if (kind == DDB) {
        head = (size_t)snprintf(
            w->value,
            256,
            "{\"TableName\":\"soak\",\"Item\":{\"k\":{\"S\":\"%s\"},\"v\":{\"S\":\"",
            key);
        len = head + content(w->value + head, kind, key, version);
        memcpy(w->value + len, "\"}}}", 4);
        status = ask(w, DDB, "POST", "/", "PutItem", w->value, len + 4, &body, &len);
    } else {
        len = content(w->value, kind, key, version);
        snprintf(path, sizeof(path), "/soak-%s/%s", w->account, key);
        status = ask(w, S3, "PUT", path, NULL, w->value, len, &body, &len);
    }
    if (status == 200) {
        note(w,
             "ack %s %s %llu %llu",
             kinds[kind],
             key,
             (unsigned long long)version,
             (unsigned long long)now());
        w->known[kind][at] = version;
    } else if (status > 0) {
        note(w,
             "no %s %s %llu %llu %d %.300s",
             kinds[kind],
             key,
             (unsigned long long)version,
             (unsigned long long)now(),
             status,
             body);
        if (strstr(body, "ResourceNotFound") || strstr(body, "NoSuchBucket")) {
            make_place(w, kind);
        }
    }
}

/* true: answered; *text is NULL when there is no such thing. */
static bool read_value(struct writer *w, enum kind kind, const char *key, char **text, size_t *len)
{
    char path[256], *body;
    int status;

    *text = NULL;
    if (kind == S3) {
        snprintf(path, sizeof(path), "/soak-%s/%s", w->account, key);
        status = ask(w, S3, "GET", path, NULL, "", 0, &body, len);
        *text = status == 200 ? body : NULL;
        return status == 200 || status == 404;
    }
    int n = snprintf(
        path, sizeof(path), "{\"TableName\":\"soak\",\"Key\":{\"k\":{\"S\":\"%s\"}}}", key);
    status = ask(w, DDB, "POST", "/", "GetItem", path, (size_t)n, &body, len);
    if (status != 200) {
        return status == 400 && strstr(body, "ResourceNotFound");
    }
    char *found = strstr(body, "\"v\":{\"S\":\"");
    if (found) {
        *text = found + 10;
        *len = strcspn(*text, "\"");
    }
    return true;
}

static void get(struct writer *w, enum kind kind, unsigned at)
{
    char key[64], *text;
    size_t len;
    uint64_t *known = &w->known[kind][at];

    key_name(w, at, key, sizeof(key));
    if (!read_value(w, kind, key, &text, &len)) {
        note(w, "read %s %s is not answered", kinds[kind], key);
        return;
    }
    uint64_t version = text ? version_of(w, kind, key, text, len) : 0;
    if (text && version == 0) {
        note(w, "bad torn %s %s: %zu bytes: %.60s", kinds[kind], key, len, text);
    }
    if (*known && version != *known) {
        if (!reset_since(w, *known)) {
            note(w,
                 "bad read %s %s: wants %llu, finds %llu",
                 kinds[kind],
                 key,
                 (unsigned long long)*known,
                 (unsigned long long)version);
        }
        *known = 0;
    }
}

/* A child that reads over a connection of its own. */
static void fork_reads(struct writer *w, enum kind kind, unsigned at)
{
    char key[64], *text;
    size_t len;
    int status = 0;

    key_name(w, at, key, sizeof(key));
    pid_t pid = fork();
    if (pid == 0) {
        w->fd[kind] = -1;
        bool good =
            !read_value(w, kind, key, &text, &len) || !text || version_of(w, kind, key, text, len);
        _exit(good ? 0 : 1);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status) {
        note(w, "bad fork: status %d", status);
    }
}

/* Half a write, then a reset: nothing of it may be seen. */
static void drop(struct writer *w, unsigned at)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    char key[64], path[128];
    int fd = dial("s3.us-east-1.amazonaws.com");

    key_name(w, at, key, sizeof(key));
    snprintf(path, sizeof(path), "/soak-%s/%s", w->account, key);
    size_t len = content(w->value, S3, key, now());
    size_t head = make_request(w, S3, "PUT", path, NULL, len);
    if (fd >= 0) {
        send_all(fd, w->request, head);
        send_all(fd, w->value, len - 1);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        close(fd);
    }
}

static void step(struct writer *w)
{
    unsigned dice = below(w, 100), at = below(w, KEYS);
    enum kind kind = below(w, 3) ? DDB : S3;

    if (dice < 55) {
        put(w, kind, at);
    } else if (dice < 94) {
        get(w, kind, at);
    } else if (dice < 96) {
        fork_reads(w, kind, at);
    } else if (dice < 98) {
        drop(w, at);
    } else if (w->fd[kind] >= 0) {
        close(w->fd[kind]);
        w->fd[kind] = -1;
    }
}

int main(int argc, char **argv)
{
    struct writer w = {.fd = {-1, -1}};
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char path[4096];

    if (argc != 5) {
        return 2;
    }
    w.dir = argv[1];
    w.name = argv[2];
    w.account = argv[3];
    w.seed = (unsigned)strtoul(argv[4], NULL, 10);
    w.value = malloc(ROOM);
    w.request = malloc(ROOM);
    w.answer = malloc(ROOM);
    snprintf(path, sizeof(path), "%s/journal/%s", w.dir, w.name);
    w.journal = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (w.journal < 0 || !w.value || !w.request || !w.answer) {
        return 2;
    }
    note(&w, " ");
    while (poll(&input, 1, (int)below(&w, 20)) == 0) {
        step(&w);
    }
    return 0;
}
