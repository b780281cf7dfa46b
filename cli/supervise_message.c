/* SPDX-License-Identifier: Apache-2.0 */
/* Reads msghdr and what it points to, in the layout of the target's word size. */
#include "cli/supervise_message.h"

#include <errno.h>
#include <sys/uio.h>

#define MOST 1024 /* messages of a sendmmsg(): the kernel looks at no more */

/* The same of 32-bit programs. */
struct narrow_head {
    uint32_t name;
    uint32_t name_len;
    uint32_t parts;
    uint32_t n;
    uint32_t control;
    uint32_t control_len;
    uint32_t flags;
};

struct narrow_part {
    uint32_t at;
    uint32_t len;
};

/* Reads exactly so much. 1, 0, or -EACCES as of awi_call_address(). */
static int read_all(const struct awi_call *call, uint64_t at, void *data, size_t len)
{
    ssize_t n = awi_call_read(call, at, data, len);

    return n == -EPERM ? -EACCES : n == (ssize_t)len;
}

static void add_part(struct awi_message *message, uint64_t at, uint64_t len)
{
    size_t room = SIZE_MAX - message->size;

    message->parts[message->n++] = (struct awi_message_part){.at = at, .len = (size_t)len};
    message->size += len < room ? (size_t)len : room;
}

static int read_parts(const struct awi_call *call, uint64_t at, size_t n, struct awi_message *ret)
{
    struct iovec wide[AWI_MESSAGE_PARTS];
    struct narrow_part narrow[AWI_MESSAGE_PARTS];

    if (n > AWI_MESSAGE_PARTS) {
        ret->size = SIZE_MAX;
        return 1;
    }
    int r = call->narrow ? read_all(call, at, narrow, n * sizeof(narrow[0]))
                         : read_all(call, at, wide, n * sizeof(wide[0]));
    for (size_t i = 0; r > 0 && i < n; i++) {
        if (call->narrow) {
            add_part(ret, narrow[i].at, narrow[i].len);
        } else {
            add_part(ret, (uint64_t)(uintptr_t)wide[i].iov_base, wide[i].iov_len);
        }
    }
    return r;
}

/* The msghdr at `at`: 0 too if it names no address. */
static int read_head(const struct awi_call *call, uint64_t at, struct awi_message *ret)
{
    struct msghdr wide = {.msg_name = NULL};
    struct narrow_head narrow = {.name = 0};
    int r = call->narrow ? read_all(call, at, &narrow, sizeof(narrow))
                         : read_all(call, at, &wide, sizeof(wide));

    ret->name = call->narrow ? narrow.name : (uint64_t)(uintptr_t)wide.msg_name;
    if (r <= 0 || !ret->name) {
        return r < 0 ? r : 0;
    }
    ret->control = (call->narrow ? narrow.control_len : wide.msg_controllen) != 0;
    ret->room = call->narrow ? narrow.name_len : wide.msg_namelen;
    ret->name_len = at + (call->narrow ? offsetof(struct narrow_head, name_len)
                                       : offsetof(struct msghdr, msg_namelen));
    return call->narrow ? read_parts(call, narrow.parts, narrow.n, ret)
                        : read_parts(call, (uint64_t)(uintptr_t)wide.msg_iov, wide.msg_iovlen, ret);
}

size_t awi_message_count(const struct awi_call *call)
{
    uint32_t n = (uint32_t)call->args[2];

    return call->ask != AWI_ASK_SENDMMSG ? 1 : n > MOST ? MOST : n;
}

int awi_message_to_send(struct awi_call *call, size_t number, struct awi_message *ret)
{
    bool several = call->ask == AWI_ASK_SENDMMSG;
    uint64_t at = call->args[1];
    int r = 1;

    *ret = (struct awi_message){.flags = (uint32_t)call->args[several ? 3 : 2]};
    if (call->ask == AWI_ASK_SENDTO) {
        add_part(ret, at, call->args[2]);
        ret->flags = (uint32_t)call->args[3];
        ret->name = call->args[4];
        ret->room = (uint32_t)call->args[5];
    } else {
        size_t head = call->narrow ? sizeof(struct narrow_head) : sizeof(struct msghdr);
        size_t each = call->narrow ? head + sizeof(uint32_t) : sizeof(struct mmsghdr);
        at += several ? number * each : 0;
        ret->sent = several ? at + head : 0;
        r = read_head(call, at, ret);
    }
    return r > 0 ? awi_call_address(call, ret->name, ret->room) : r;
}

int awi_message_to_receive(struct awi_call *call, struct awi_message *ret)
{
    int r;

    *ret = (struct awi_message){.n = 0};
    if (call->ask == AWI_ASK_RECVFROM) {
        add_part(ret, call->args[1], call->args[2]);
        ret->flags = (uint32_t)call->args[3];
        ret->name = call->args[4];
        ret->name_len = call->args[5];
        r = read_all(call, ret->name_len, &ret->room, sizeof(ret->room));
    } else {
        ret->flags = (uint32_t)call->args[2];
        r = read_head(call, call->args[1], ret);
    }
    if (r > 0 && ret->n == 0) {
        return 0;
    }
    ret->size = ret->size > AWI_MESSAGE_MAX ? AWI_MESSAGE_MAX : ret->size;
    return r;
}

ssize_t awi_message_read(const struct awi_call *call, const struct awi_message *message, char *data)
{
    size_t len = 0;

    if (message->size > AWI_MESSAGE_MAX) {
        return -EMSGSIZE;
    }
    for (size_t i = 0; i < message->n; i++) {
        const struct awi_message_part *part = &message->parts[i];
        ssize_t n = part->len ? awi_call_read(call, part->at, data + len, part->len) : 0;
        if (n < 0) {
            return n;
        }
        len += (size_t)n;
    }
    return (ssize_t)len;
}

int awi_message_sent(const struct awi_call *call,
                     const struct awi_message *message,
                     size_t n,
                     int64_t *ret)
{
    uint32_t len = (uint32_t)n;

    *ret = message->sent ? 1 : (int64_t)n;
    return message->sent && awi_call_write(call, message->sent, &len, sizeof(len)) < 0 ? -EFAULT
                                                                                       : 1;
}

int awi_message_write(const struct awi_call *call,
                      const struct awi_message *message,
                      const char *data,
                      size_t len,
                      const union awi_address *from,
                      uint32_t from_len)
{
    size_t room = message->room < from_len ? message->room : from_len;
    int r = 0;

    for (size_t i = 0; i < message->n && len && r >= 0; i++) {
        const struct awi_message_part *part = &message->parts[i];
        size_t n = len < part->len ? len : part->len;
        r = (int)awi_call_write(call, part->at, data, n);
        data += n;
        len -= n;
    }
    r = r < 0 ? r : (int)awi_call_write(call, message->name, from, room);
    r = r < 0 ? r : (int)awi_call_write(call, message->name_len, &from_len, sizeof(from_len));
    return r < 0 ? r : 0;
}
