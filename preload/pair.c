/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UNIX pairs that stand in for Internet sockets: how they are named, what they take over from the
 * socket they replace, and how they get in its place.
 */
#include "preload/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "preload/real.h"
#include "preload/shim.h"
#include "preload/watch.h"

/*
 * Names: "\0awi/PID/SERIAL/HEX", HEX being the bytes of the sockaddr to show.
 */
static const char name_prefix[] = "\0awi/";
enum { PREFIX_LEN = sizeof(name_prefix) - 1 };

static char *put_hex(char *out, uint64_t value)
{
    char digits[16];
    int n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value);
    while (n) {
        *out++ = digits[--n];
    }
    return out;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static socklen_t
encode(struct sockaddr_un *name, uint64_t pid, uint64_t serial, const struct awi_address *shown)
{
    name->sun_family = AF_UNIX;
    char *out = name->sun_path;
    memcpy(out, name_prefix, PREFIX_LEN);
    out = put_hex(out + PREFIX_LEN, pid);
    *out++ = '/';
    out = put_hex(out, serial);
    *out++ = '/';
    const unsigned char *bytes = (const unsigned char *)&shown->addr;
    for (socklen_t i = 0; i < shown->len; i++) {
        *out++ = "0123456789abcdef"[bytes[i] >> 4];
        *out++ = "0123456789abcdef"[bytes[i] & 15];
    }
    return (socklen_t)(out - (char *)name);
}

bool awi_pair_decode(const struct sockaddr *name, socklen_t len, struct awi_address *out)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)name;
    if (len <= offsetof(struct sockaddr_un, sun_path) + PREFIX_LEN || len > sizeof(*un) ||
        un->sun_family != AF_UNIX || memcmp(un->sun_path, name_prefix, PREFIX_LEN)) {
        return false;
    }
    const char *end = (const char *)name + len;
    const char *hex = end;
    while (hex > un->sun_path + PREFIX_LEN && hex[-1] != '/') {
        hex--;
    }
    size_t count = (size_t)(end - hex) / 2;
    if (count != sizeof(struct sockaddr_in) && count != sizeof(struct sockaddr_in6)) {
        return false;
    }
    unsigned char *bytes = (unsigned char *)&out->addr;
    for (size_t i = 0; i < count; i++) {
        int high = hex_value(hex[2 * i]);
        int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    out->len = (socklen_t)count;
    return true;
}

/* A number and the slash behind it. */
static const char *take_hex(const char *at, const char *end, uint64_t *ret)
{
    *ret = 0;
    for (; at < end && hex_value(*at) >= 0; at++) {
        *ret = *ret << 4 | (uint64_t)hex_value(*at);
    }
    return at < end && *at == '/' ? at + 1 : end;
}

bool awi_pair_identify(int fd, struct awi_pair_id *ret)
{
    struct sockaddr_un name;
    socklen_t len = sizeof(name);
    struct awi_address shown;

    if (AWI_REAL(getsockname)(fd, (struct sockaddr *)&name, &len) < 0 ||
        !awi_pair_decode((struct sockaddr *)&name, len, &shown)) {
        return false;
    }
    const char *end = (const char *)&name + len;
    take_hex(take_hex(name.sun_path + PREFIX_LEN, end, &ret->pid), end, &ret->serial);
    ret->serial /= 2;
    return true;
}

bool awi_pair_is_ours(int fd)
{
    struct awi_pair_id id;

    return awi_pair_identify(fd, &id);
}

/* The address of its own that the host will see: what it is bound to, with what connect() would
 * have filled in. */
static void
local_address(int fd, const struct awi_address *remote, uint64_t serial, struct awi_address *out)
{
    in_port_t port = htons((uint16_t)(32768 + serial % 28000));
    memset(out, 0, sizeof(*out));
    out->len = sizeof(out->addr);
    if (AWI_REAL(getsockname)(fd, (struct sockaddr *)&out->addr, &out->len) < 0 ||
        out->addr.ss_family != remote->addr.ss_family) {
        memset(out, 0, sizeof(*out));
        out->addr.ss_family = remote->addr.ss_family;
    }
    out->len = remote->len;
    if (remote->addr.ss_family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)&out->addr;
        in->sin_port = in->sin_port ? in->sin_port : port;
        if (!in->sin_addr.s_addr) {
            in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        }
        return;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->addr;
    const struct sockaddr_in6 *to = (const struct sockaddr_in6 *)&remote->addr;
    in6->sin6_port = in6->sin6_port ? in6->sin6_port : port;
    if (IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr)) {
        in6->sin6_addr = in6addr_loopback;
        if (IN6_IS_ADDR_V4MAPPED(&to->sin6_addr)) {
            static const unsigned char mapped[16] = {
                [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};
            memcpy(&in6->sin6_addr, mapped, sizeof(mapped));
        }
    }
}

/* Both names; a host that may not bind keeps working, only its getpeername() is a UNIX one where
 * the link is not at hand. */
struct awi_pair_id awi_pair_name_ends(const int pair[2], int fd, const struct awi_address *remote)
{
    static atomic_uint_fast64_t counter;
    uint64_t serial = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
    uint64_t pid = (uint64_t)getpid();
    struct awi_address local;
    struct sockaddr_un name;

    local_address(fd, remote, serial, &local);
    socklen_t len = encode(&name, pid, 2 * serial, &local);
    bind(pair[0], (struct sockaddr *)&name, len);
    len = encode(&name, pid, 2 * serial + 1, remote);
    bind(pair[1], (struct sockaddr *)&name, len);
    return (struct awi_pair_id){.pid = pid, .serial = serial};
}

/* What the host has set on its socket before connecting, and can still notice afterwards. */
void awi_pair_copy_settings(int from, int to)
{
    static const int times[] = {SO_RCVTIMEO, SO_SNDTIMEO};
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        struct timeval tv;
        socklen_t len = sizeof(tv);
        if (AWI_REAL(getsockopt)(from, SOL_SOCKET, times[i], &tv, &len) == 0 &&
            (tv.tv_sec || tv.tv_usec)) {
            AWI_REAL(setsockopt)(to, SOL_SOCKET, times[i], &tv, len);
        }
    }
    int flags = AWI_REAL(fcntl)(from, F_GETFL, 0);
    if (flags >= 0 && (flags & (O_NONBLOCK | O_ASYNC))) {
        AWI_REAL(fcntl)(to, F_SETFL, flags & (O_NONBLOCK | O_ASYNC));
    }
}

int awi_pair_lay_over(int end, int fd)
{
    struct awi_watches watches;
    int fd_flags = AWI_REAL(fcntl)(fd, F_GETFD, 0);
    awi_watch_collect(fd, &watches);
    if (AWI_UNLIKELY(awi_preloads("libsocket_wrapper"))) {
        /* It keeps a list of sockets by number, and learns of close() only. */
        AWI_REAL(close)(fd);
    }
    if (AWI_REAL(dup3)(end, fd, fd_flags > 0 && (fd_flags & FD_CLOEXEC) ? O_CLOEXEC : 0) < 0) {
        return -errno;
    }
    awi_watch_restore(fd, &watches);
    AWI_REAL(close)(end);
    return 0;
}
