/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 as a server sees it, without I/O: requests parsed by llhttp (the parser of node, kept
 * and patched by Debian), bodies collected, answers put in the order of the requests. One exchange
 * is under way at a time; what a client sends ahead waits in a backlog of bounded size.
 *
 * The handler is whoever answers: it gets a complete request and fills the answer. All strings of a
 * request live until the exchange is done. Answers refused here without asking the handler: 400
 * malformed, 414 target over AWI_HTTP_TARGET_MAX, 417 unknown expectation, 431 header section over
 * AWI_HTTP_HEAD_MAX; the connection then closes.
 */
#pragma once

#include "core/net/body.h"
#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#define AWI_HTTP_HEAD_MAX    (64u << 10) /* target and header section */
#define AWI_HTTP_TARGET_MAX  (16u << 10)
#define AWI_HTTP_HEADERS_MAX 512         /* number of header lines, of trailer lines */
#define AWI_HTTP_MEMORY_MAX  (1u << 20)  /* a body over this goes to a spool */
#define AWI_HTTP_BACKLOG_MAX (16u << 20) /* bytes a client may send ahead of an unread answer */
#define AWI_HTTP_CHUNKS_MAX  (1u << 18)  /* signed chunks of one aws-chunked body */

/* The other end of a connection; struct awi_peer of core_abi.h, copied. */
struct awi_http_peer {
    struct sockaddr_storage addr;   /* where the client meant to connect to; family 0: unknown */
    struct sockaddr_storage source; /* the client's own; family 0: loopback */
    pid_t pid;
    char account[14]; /* "": this process's environment counts; one more than an id has */
    char name[256];   /* that the address stands for, in lower case; "": unknown */
};

struct awi_http_header {
    struct awi_str name; /* as the client spelt it */
    struct awi_str value;
};

/* One chunk of a signed aws-chunked body, the last empty one included. */
struct awi_http_chunk {
    uint64_t size;
    struct awi_str signature; /* hex, as sent; absent: unsigned */
};

struct awi_http_request {
    struct awi_str method; /* "GET" */
    /* Origin form as on the wire, still percent-encoded: "/path?query". An absolute-form target is
     * cut down to it. "*" stays. */
    struct awi_str target;
    struct awi_str path;  /* target up to the '?' */
    struct awi_str query; /* after the '?'; absent without one */
    /* Whom the client addressed, lower case, without port, brackets and trailing dot: from the
     * absolute target, else Host, else the tunnel's CONNECT, else SNI, else the peer's address. */
    struct awi_str host;
    uint16_t port; /* as sent with it; 0: none was */
    uint8_t minor; /* HTTP/1.minor */

    const struct awi_http_header *headers;
    size_t n_headers;
    /* Of a chunked or aws-chunked body. */
    const struct awi_http_header *trailers;
    size_t n_trailers;

    /* Never NULL; complete; transfer coding and aws-chunked coding removed. */
    struct awi_body *body;
    /* 0; -EBADMSG: the aws-chunked coding is malformed or does not give
     * x-amz-decoded-content-length bytes; or the -errno of the spool that could not take the body
     * (-ENOSPC, -EROFS ...). The body is then incomplete. */
    int body_error;
    bool aws_chunked;
    /* Of an aws-chunked body, for verifying the signatures: the body's bytes lie in this order. */
    const struct awi_http_chunk *chunks;
    size_t n_chunks;

    bool tls;
    struct awi_str sni; /* absent: none */
    const struct awi_http_peer *peer;
};

struct awi_http_answer {
    int status; /* 200 to 599; 0: the handler failed, answered as 500 */
    /* Filled with awi_http_answer_header(). Content-Length, Connection, Date and Transfer-Encoding
     * are not put here: the connection writes them. An answer to HEAD sets content_length. */
    struct awi_http_header *headers;
    size_t n_headers;
    size_t room_headers;
    struct awi_body *body; /* NULL: empty. Released when it is sent */
    /* What HEAD (or a 304) says in Content-Length instead of the body's size; -1: the body's. */
    int64_t content_length;
    int64_t date_ms; /* for the Date header, since the epoch; 0: the machine's clock */
    bool close;      /* close the connection after this answer */
};

struct awi_http_exchange {
    struct awi_arena *arena; /* reset when the exchange is done */
    struct awi_http_request request;
    struct awi_http_answer answer;
    /* The handler's own; NULL at first. */
    void *data;

    /* For an answer that must wait. runs counts the earlier calls of run() for this request. */
    unsigned runs;
    /* Set by the handler with AWI_HTTP_WAIT: CLOCK_MONOTONIC milliseconds, when to run at the
     * latest, and how many milliseconds between looks for news; 0: 20. */
    int64_t wait_until_ms;
    unsigned wait_step_ms;
};

enum {
    AWI_HTTP_DONE = 0, /* the answer is filled */
    AWI_HTTP_WAIT = 1, /* nothing yet: run again after wait_step_ms, or when told */
};

struct awi_http_handler {
    void *ctx;

    /* Answers a complete request: AWI_HTTP_DONE, AWI_HTTP_WAIT, or -errno, answered as 500. */
    int (*run)(void *ctx, struct awi_http_exchange *x);

    /* Somewhere for a request body over AWI_HTTP_MEMORY_MAX: a source that can be written. 0 or
     * -errno, which becomes the request's body_error. The request's head is complete here. */
    int (*spool)(void *ctx,
                 struct awi_http_exchange *x,
                 const struct awi_body_source **ret_source,
                 void **ret_self);

    /* The exchange is over: answered, refused or abandoned. Called once for each exchange for which
     * run() or spool() was called, before its arena is reset. NULL: not wanted. */
    void (*done)(void *ctx, struct awi_http_exchange *x);

    /* Most bytes of the arena of an exchange; 0: 64 MiB. */
    size_t arena_limit;
};

/* The first header of this name (any case); absent when there is none. */
struct awi_str awi_http_header_of(const struct awi_http_request *request, struct awi_str name);

static inline struct awi_str awi_http_header(const struct awi_http_request *request,
                                             const char *name)
{
    return awi_http_header_of(request, awi_str_from(name));
}

/* Adds a header to the answer. Both strings live as long as the exchange (arena, literals); a value
 * with CR, LF or NUL is refused. 0, -EINVAL or -ENOMEM. */
int awi_http_answer_header(struct awi_http_exchange *x, struct awi_str name, struct awi_str value);

/* The reason phrase of a status; "Unknown" for one without. */
const char *awi_http_reason(int status);
