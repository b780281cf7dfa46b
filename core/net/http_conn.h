/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP half of a connection, private to core/net: plain bytes in, plain bytes out. conn.c puts
 * TLS around it. http_parse.c turns bytes into a request, http_conn.c runs exchanges in order,
 * http_answer.c writes answers, http_target.c finds whom a request addresses.
 */
#pragma once

#include "core/net/chunked.h"
#include "core/net/http.h"
#include "core/util/buf.h"

#include <llhttp.h>

/* How much of a body is shown or read at a time; a smaller one is copied behind its head. */
#define AWI_HTTP_PIECE (64u << 10)

/* Header lines while they arrive: where they stand in text, which moves as it grows. */
struct awi_http_lines {
    struct awi_buf text;
    struct awi_http_line {
        uint32_t name, name_len, value, value_len;
    } * line;
    uint32_t n;
    uint32_t room;
    bool open; /* the last line is not complete */
};

enum awi_http_phase {
    AWI_HTTP_HEAD,    /* between requests or in a head */
    AWI_HTTP_BODY,    /* the head is complete */
    AWI_HTTP_WAITING, /* run() said AWI_HTTP_WAIT */
    AWI_HTTP_SENDING, /* an answer that is too long to be copied is under way */
    AWI_HTTP_TUNNEL,  /* CONNECT was answered: what follows is a new stream, in backlog */
    AWI_HTTP_CLOSED,  /* nothing is read any more */
};

struct awi_http {
    const struct awi_http_handler *handler;
    const struct awi_http_peer *peer;
    struct awi_str sni; /* set by conn.c */
    char *tunnel;       /* authority of an earlier CONNECT, or NULL */
    bool tls;

    llhttp_t parser;
    enum awi_http_phase phase;
    int refuse; /* status that a callback wants to refuse with */
    bool eof;   /* the client has shut its writing side down */
    bool begun; /* done() is owed for the exchange */
    bool keep;  /* the connection stays open after this exchange */

    /* The request under way. */
    struct awi_arena arena;
    struct awi_http_exchange x;
    struct awi_http_lines head; /* its text begins with the target */
    struct awi_http_lines tail;
    uint32_t target_len;
    struct awi_buf body;
    const struct awi_body_source *source;
    void *source_self;
    uint64_t body_size;
    struct awi_chunked chunked;
    int64_t decoded_length; /* x-amz-decoded-content-length; -1 */
    size_t room_chunks;

    /* Output. */
    struct awi_buf out;
    size_t out_at;
    struct awi_body *sending;
    uint64_t sending_at;
    int64_t date_s;
    char date[32];

    struct awi_buf backlog; /* input that arrived too early */
};

void awi_http_init(struct awi_http *http,
                   const struct awi_http_handler *handler,
                   const struct awi_http_peer *peer);
void awi_http_deinit(struct awi_http *http);

/* Leaves the tunnel phase: a new stream begins, whose requests go where CONNECT said. The backlog
 * is the caller's from here on. */
void awi_http_restart(struct awi_http *http);

/* Like the functions of conn.h. */
int awi_http_feed(struct awi_http *http, const void *data, size_t len);
int awi_http_finish(struct awi_http *http);
size_t awi_http_pending(struct awi_http *http, const void **data);
int awi_http_sent(struct awi_http *http, size_t n);
unsigned awi_http_state(const struct awi_http *http);
int awi_http_poll(struct awi_http *http, int64_t now_ms);

/* --- http_parse.c */
void awi_http_parse_init(struct awi_http *http);
/* Parses up to the end of one message: bytes consumed. *complete: a request is there; http->refuse:
 * it must be refused. -errno */
ssize_t awi_http_parse(struct awi_http *http, const char *data, size_t len, bool *complete);
/* Makes ready for the next request. */
void awi_http_parse_reset(struct awi_http *http);

/* A trailer that the coding of the body held. 0, or -1 with http->refuse set. */
int awi_http_trailer(struct awi_http *http, struct awi_str name, struct awi_str value);

/* --- http_body.c */
/* The head is complete: answers an expectation, finds out about the coding. 0, an HTTP status to
 * refuse with, or -errno. */
int awi_http_body_begin(struct awi_http *http, bool has_body);
/* 0, or -1 with http->refuse set. */
int awi_http_body_write(struct awi_http *http, const void *data, size_t len);
/* The body is complete: makes it what the handler sees. 0 or -ENOMEM */
int awi_http_body_end(struct awi_http *http);

/* --- http_target.c: fills target, path, query, host and port. 0; 400: malformed; -ENOMEM */
int awi_http_target(struct awi_http *http, struct awi_str target);

/* --- http_answer.c: writes the answer's head and, where it is short, its body. *held: the body is
 * long and has to be streamed. 0 or -errno */
int awi_http_write_answer(struct awi_http *http, bool *held);
/* A refusal of our own. */
int awi_http_write_refusal(struct awi_http *http, int status, const char *reason);
