/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the soak's C program share: the writer, and its requests over plain sockets. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS       12
#define VALUE_MOST 1500000
#define ROOM       (VALUE_MOST + 8192)

enum kind { DDB, S3 };

struct writer {
    const char *dir, *name, *account;
    unsigned seed;
    int journal;
    int fd[2]; /* a connection a service, or -1 */
    uint64_t known[2][KEYS];
    char *value, *request, *answer;
    size_t answer_len;
};

/* A line of the journal. */
void note(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A connection to a host's port 80, or -1. */
int dial(const char *host);
bool send_all(int fd, const char *data, size_t len);
/* Puts a request's head into w->request and returns its length; target: of DynamoDB, or NULL. */
size_t make_request(struct writer *w,
                    enum kind kind,
                    const char *method,
                    const char *path,
                    const char *target,
                    size_t body);
/* One request on the kind's connection. The status, and the body within w->answer; -1, and a note
 * of a violation, when the connection ended before the answer did. */
int ask(struct writer *w,
        enum kind kind,
        const char *method,
        const char *path,
        const char *target,
        const char *data,
        size_t len,
        char **body,
        size_t *body_len);
