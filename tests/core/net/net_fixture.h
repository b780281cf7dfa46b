/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection with a handler that tests look into: it keeps a text of each request it saw and
 * answers what the test asked for. Shared by the tests of core/net.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/net/conn.h"
#include "core/util/buf.h"

struct t_net {
    struct awi_http_handler handler;
    struct awi_conn *conn;
    struct awi_buf seen; /* one text a request */
    struct awi_buf got;  /* output of the connection */
    unsigned n_runs;
    unsigned n_done;

    /* What the next answers are. */
    int status;
    const char *body;
    const struct awi_body_source *body_source;
    void *body_self;
    uint64_t body_size;
    unsigned waits; /* so many times AWI_HTTP_WAIT first */
    int fail;
    bool close;
    int64_t head_length; /* content_length of the answer; -1 */

    /* The spool: counts and checks a pattern rather than keeping bytes. */
    int spool_error; /* of opening */
    int write_error; /* after the first piece */
    uint64_t spooled;
    uint64_t spool_sum;
    unsigned n_released;
    bool show_chunks;
    bool show_where;
};

void t_net_open(struct t_net *t);
void t_net_close(struct t_net *t);
/* Feeds text in pieces of at most piece bytes (0: whole), delivering output meanwhile. */
int t_net_feed(struct t_net *t, const void *data, size_t len, size_t piece);
/* Takes all output into got. */
void t_net_drain(struct t_net *t);
/* feed + drain, and what came back; Date is replaced by "Date: D". */
const char *t_net_talk(struct t_net *t, const char *input);
/* Sum over bytes by position: differs for lost, doubled and swapped pieces. */
uint64_t t_net_sum(uint64_t sum, uint64_t offset, const void *data, size_t len);
