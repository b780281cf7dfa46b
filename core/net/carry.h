/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of the loop and its socket; private to core/net. */
#pragma once

#include "core/net/conn.h"

#include <stdint.h>

#define AWI_CARRY_PIECE (64u << 10)
#define AWI_CARRY_NEVER INT64_MAX

struct awi_carry {
    struct awi_carry *next;
    struct awi_carry **at; /* what points to this one */
    struct awi_conn *conn;
    int fd;
    uint32_t events; /* as registered */
    bool registered;
    bool eof;       /* the client's side is shut */
    bool goodbye;   /* ours is shut: what still comes is thrown away */
    bool gone;      /* to be dropped */
    int64_t due_ms; /* when to call awi_carry_due() (CLOCK_MONOTONIC); AWI_CARRY_NEVER */
};

int64_t awi_carry_now(void);

/*
 * Carries bytes both ways as far as it goes and registers with epoll what to wait for. A client
 * that does not take its answers is not read from, so nothing piles up. buffer has AWI_CARRY_PIECE
 * bytes. Sets gone when the connection is over.
 */
void awi_carry_drive(struct awi_carry *carry, int epoll, char *buffer);
/* due_ms has come: asks for a waiting answer, or hangs up. */
void awi_carry_due(struct awi_carry *carry, int epoll, char *buffer, int64_t now_ms);
