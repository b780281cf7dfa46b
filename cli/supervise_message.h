/* SPDX-License-Identifier: Apache-2.0 */
/* Where a target has the message that it sends, or wants the one that it receives. */
#pragma once

#include "cli/supervise_target.h"

#define AWI_MESSAGE_MAX   65535 /* bytes: no datagram is longer */
#define AWI_MESSAGE_PARTS 16

struct awi_message {
    struct awi_message_part {
        uint64_t at;
        size_t len;
    } parts[AWI_MESSAGE_PARTS];
    size_t n;
    size_t size;             /* of all parts; above AWI_MESSAGE_MAX it cannot be moved */
    uint64_t name, name_len; /* of the address; where its length stands, an int */
    uint32_t room;           /* for the address */
    uint32_t flags;
    bool control;  /* it has more than bytes */
    uint64_t sent; /* where a sendmmsg() wants the length that was sent; 0: nowhere */
};

/*
 * sendto(), sendmsg(), or the message of this number of a sendmmsg(). 1: call->to is where it goes,
 * an address of the internet; 0: it goes elsewhere, or has none; -errno for the target.
 */
int awi_message_to_send(struct awi_call *call, size_t number, struct awi_message *ret);
/* How many a sendmmsg() has, as far as the kernel looks; else 1. */
size_t awi_message_count(const struct awi_call *call);

/* recvfrom() or recvmsg(), with room for the sender's address. 1; 0: else; -errno for the target.
 */
int awi_message_to_receive(struct awi_call *call, struct awi_message *ret);

/* The message as it lies in the target's memory; data: AWI_MESSAGE_MAX bytes. Its length or -errno.
 */
ssize_t
awi_message_read(const struct awi_call *call, const struct awi_message *message, char *data);

/* Tells the target that n bytes were sent; *ret: what its call returns. 1 or -errno. */
int awi_message_sent(const struct awi_call *call,
                     const struct awi_message *message,
                     size_t n,
                     int64_t *ret);

/* Bytes, sender and the sender's length into the target's memory. 0 or -errno. */
int awi_message_write(const struct awi_call *call,
                      const struct awi_message *message,
                      const char *data,
                      size_t len,
                      const union awi_address *from,
                      uint32_t from_len);
