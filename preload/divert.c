/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diversion of stream sockets, and the carriage of bytes.
 */
#include "preload/divert.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>

#include "preload/guard.h"
#include "preload/names.h"
#include "preload/pair.h"
#include "preload/real.h"
#include "preload/shim.h"

static atomic_bool beside_hooks;

static int
check_socket(int fd, const struct sockaddr *addr, socklen_t len, struct awi_address *remote)
{
    int value = 0;
    socklen_t size = sizeof(value);
    if (AWI_REAL(getsockopt)(fd, SOL_SOCKET, SO_DOMAIN, &value, &size) < 0) {
        return -errno;
    }
    if (value == AF_UNIX) {
        return awi_pair_is_ours(fd) ? -EISCONN : -EINVAL;
    }
    socklen_t need =
        addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (len < need) {
        return -EINVAL;
    }
    if (value != addr->sa_family) {
        return addr->sa_family == AF_INET6 && value == AF_INET ? -EAFNOSUPPORT : -EINVAL;
    }
    memset(remote, 0, sizeof(*remote));
    memcpy(&remote->addr, addr, need);
    remote->len = need;
    return 0;
}

static int open_pair(int pair[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        return -errno;
    }
    return 0;
}

/* A locked link with its connection of the core; that may be missing. */
static struct awi_link *open_link(const struct awi_core_api *core,
                                  int hidden,
                                  const struct awi_address *remote,
                                  const struct awi_client *client)
{
    char name[AWI_NAMES_LONGEST + 1];
    const struct sockaddr *addr = (const struct sockaddr *)&remote->addr;
    bool named = awi_names_lookup(addr, remote->len, name, sizeof(name));
    struct awi_peer peer = {
        .addr = addr,
        .addr_len = remote->len,
        .pid = client ? client->pid : 0,
        .account = client ? client->account : NULL,
        .name = named ? name : NULL,
    };
    struct awi_link *link = awi_link_new(AWI_LINK_CONN);
    if (link) {
        link->peer = hidden;
        link->conn = core->conn_open(&peer);
        link->remote = remote->addr;
        link->remote_len = remote->len;
    }
    return link;
}

int awi_divert(int fd, const struct sockaddr *addr, socklen_t len, const struct awi_client *client)
{
    const struct awi_core_api *core = awi_core();
    struct awi_address remote;
    int pair[2];

    int r = check_socket(fd, addr, len, &remote);
    if (r < 0) {
        return r;
    }
    if (!core) {
        return -ECONNREFUSED;
    }
    r = open_pair(pair);
    if (r < 0) {
        return r;
    }
    awi_pair_copy_settings(fd, pair[0]);
    struct awi_pair_id id = awi_pair_name_ends(pair, fd, &remote);

    int hidden = awi_fd_hide(pair[1]);
    if (hidden < 0) {
        AWI_REAL(close)(pair[0]);
        AWI_REAL(close)(pair[1]);
        return hidden;
    }
    struct awi_link *link = open_link(core, hidden, &remote, client);
    r = link && link->conn ? 0 : -ENOBUFS;
    if (r == 0) {
        link->pair = id;
        awi_fd_forget(fd);
        r = awi_pair_lay_over(pair[0], fd);
    }
    if (r < 0) {
        AWI_REAL(close)(pair[0]);
        if (link) {
            awi_link_drop(link);
        } else {
            awi_fd_hidden_close(hidden);
        }
        return r;
    }
    r = awi_link_publish(link, fd);
    if (r < 0 || AWI_UNLIKELY(atomic_load_explicit(&beside_hooks, memory_order_relaxed))) {
        /* Without a place in the table, or past the hooks, the loop serves it: slower, not wrong.
         */
        awi_divert_demote_locked(link);
    } else {
        awi_link_release(link);
    }
    return 0;
}

/*
 * Bytes
 */

/* Sends what the core holds until it is gone or the host's end is full. 0 or -errno. */
static int flush(const struct awi_core_api *core, struct awi_link *link)
{
    for (;;) {
        const void *data;
        size_t len = core->conn_pending(link->conn, &data);
        if (!len) {
            atomic_store(&link->more, false);
            return 0;
        }
        ssize_t n = AWI_REAL(send)(link->peer, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            bool full = errno == EAGAIN || errno == ENOBUFS;
            atomic_store(&link->more, full);
            return full ? 0 : -errno;
        }
        core->conn_sent(link->conn, (size_t)n);
        if ((size_t)n < len) {
            atomic_store(&link->more, true);
            return 0;
        }
    }
}

/* After the core has run: carries its output and acts on its state. Unlocks. */
static void settle(const struct awi_core_api *core, struct awi_link *link)
{
    int r = flush(core, link);
    if (r < 0) {
        awi_link_drop(link);
        return;
    }
    unsigned int state = core->conn_state(link->conn);
    if (AWI_UNLIKELY(state & AWI_CONN_CLOSING)) {
        if (!atomic_load(&link->more) && !link->closing) {
            link->closing = true;
            AWI_REAL(shutdown)(link->peer, SHUT_WR);
        }
    } else if (AWI_UNLIKELY(state & AWI_CONN_WAITING)) {
        awi_divert_demote_locked(link);
        return;
    }
    awi_link_release(link);
}

ssize_t awi_divert_write(struct awi_link *link, const struct iovec *iov, size_t count)
{
    const struct awi_core_api *core = awi_core_loaded();
    size_t total = 0;

    if (link->finished) {
        awi_link_release(link);
        return -EPIPE;
    }
    for (size_t i = 0; i < count; i++) {
        size_t room = SSIZE_MAX - total;
        size_t len = iov[i].iov_len < room ? iov[i].iov_len : room;
        /* A server that has closed is sent the rest of a request too; TCP would take it as well. */
        int r = len && !link->closing ? core->conn_feed(link->conn, iov[i].iov_base, len) : 0;
        if (r < 0) {
            awi_link_drop(link);
            return -ECONNRESET;
        }
        total += len;
    }
    if (link->closing) {
        awi_link_release(link);
    } else {
        settle(core, link);
    }
    return (ssize_t)total;
}

void awi_divert_pump(struct awi_link *link)
{
    settle(awi_core_loaded(), link);
}

void awi_divert_finish(struct awi_link *link)
{
    const struct awi_core_api *core = awi_core_loaded();
    if (link->finished || link->closing) {
        awi_link_release(link);
        return;
    }
    link->finished = true;
    if (core->conn_finish(link->conn) < 0) {
        awi_link_drop(link);
        return;
    }
    settle(core, link);
}

void awi_divert_demote_locked(struct awi_link *link)
{
    const struct awi_core_api *core = awi_core_loaded();
    struct awi_conn *conn = link->conn;
    int peer = link->peer;
    link->conn = NULL;
    link->peer = -1;
    awi_link_drop(link);
    core->loop_adopt(conn, peer);
}

void awi_divert_demote(int fd)
{
    struct awi_link *link = awi_link_take(fd);
    if (!link) {
        return;
    }
    if (atomic_load(&link->kind) == AWI_LINK_CONN) {
        awi_divert_demote_locked(link);
    } else {
        awi_link_release(link);
    }
}

void awi_divert_share(int fd)
{
    struct awi_link *link = awi_fd_link(fd);
    if (AWI_LIKELY(!link) || !awi_own_process()) {
        return;
    }
    if (awi_inside()) {
        awi_fd_late_mark(link, false);
        return;
    }
    struct awi_entry entry;
    awi_enter(&entry);
    awi_divert_demote(fd);
    awi_leave(&entry);
}

static void share_each(int fd, struct awi_link *entry, void *arg)
{
    if (entry != AWI_FD_HIDDEN) {
        awi_divert_share(fd);
    }
}

void awi_divert_beside_hooks(void)
{
    if (!atomic_exchange(&beside_hooks, true)) {
        awi_fd_each(0, UINT_MAX, share_each, NULL);
    }
}
