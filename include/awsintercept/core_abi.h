/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boundary between the preloaded shim and the core.
 *
 * libawsintercept.so (preload/) holds the hooks and needs libc only. At the first AWS-bound call it
 * loads libawsintercept-core.so from its own directory and calls awi_core_init(). Everything that
 * passes between the two passes through the two structs below; nothing else is exported.
 *
 * The core is sans-I/O: a connection is fed the client's bytes and offers the answer's bytes. Who
 * carries them (a hook on the caller's thread, the core's own loop, the launcher's supervisor) is
 * not its business.
 *
 * Rules for every function of the core:
 *  - It returns 0 or a count, or a negative errno; it never exits, prints, raises or longjmps.
 *  - It may change errno; the shim saves and restores it.
 *  - Calls about one connection must be serialised by the caller; different connections may be
 *    driven from different threads at once.
 *  - It may call libc functions that the shim hooks. The shim keeps a per-thread guard raised while
 *    the core runs, so these go straight to the real functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Raised whenever a struct or a rule of this file changes. The shim refuses any other number. */
#define AWI_CORE_ABI 2

struct awi_conn;

/* What the shim offers to the core. */
struct awi_shim_api {
    uint32_t abi;

    /*
     * Takes a descriptor that the core keeps for longer than one call out of the host's way: moves
     * it to a high number, sets CLOEXEC, and hides it (the host's close() of that number answers
     * EBADF, close_range() goes around it). Returns the new number; the old one is closed. On
     * failure -errno, and the old one is still open.
     */
    int (*fd_hide)(int fd);

    /* Closes a descriptor that fd_hide() returned. */
    void (*fd_close)(int fd);
};

/* Who is at the other end of a connection, as far as the carrier knows. */
struct awi_peer {
    /* Where the client meant to connect to: a reserved address, IMDS, an endpoint of the
     * configuration. Copied. */
    const struct sockaddr *addr;
    socklen_t addr_len;
    /* The client's own address, for aws:SourceIp; NULL: loopback. Copied. */
    const struct sockaddr *source;
    socklen_t source_len;
    /* Process id of the client for the call log; 0: this process. */
    pid_t pid;
    /* The account that the client's environment names, where the client is another process (the
     * supervisor of static programs). NULL: this process's environment is read at each request. */
    const char *account;
    /* The name that a reserved address was last given for. Where it is AWS's, a request with a Host
     * that is not (a name of the user's own that led there) means it. NULL: not known. Copied. */
    const char *name;
};

enum {
    /* Once the pending output is gone the carrier closes the stream (shutdown, then close). */
    AWI_CONN_CLOSING = 1 << 0,
    /* An answer is being waited for (long polling): the carrier hands the connection to the loop.
     */
    AWI_CONN_WAITING = 1 << 1,
};

struct awi_core_api {
    uint32_t abi;

    /* A new connection. NULL when out of memory. Nothing else can fail here: an unreadable
     * configuration or state directory is answered to the client when its request comes. */
    struct awi_conn *(*conn_open)(const struct awi_peer *peer);

    /*
     * The client wrote these bytes. All are consumed. Runs the requests they complete. Returns 0,
     * or -errno when the connection is beyond use (the carrier then answers ECONNRESET).
     */
    int (*conn_feed)(struct awi_conn *conn, const void *data, size_t len);

    /* The client has shut its writing side down. */
    int (*conn_finish)(struct awi_conn *conn);

    /*
     * The next bytes of the answer, at most some 64 KiB at a time: *data stays valid until the next
     * call about this connection. Returns their number, 0 when there are none now. A body that is
     * larger is read from where it lies as the carrier takes it, so memory stays bounded.
     */
    size_t (*conn_pending)(struct awi_conn *conn, const void **data);

    /* The carrier has delivered the first n bytes of what conn_pending() showed. */
    void (*conn_sent)(struct awi_conn *conn, size_t n);

    /* AWI_CONN_* */
    unsigned (*conn_state)(const struct awi_conn *conn);

    void (*conn_close)(struct awi_conn *conn);

    /*
     * Gives a connection and the stream socket behind which its client sits to the core's loop, a
     * thread that is started now if it does not run. For what bypasses the hooks and for answers
     * that must wait. The loop owns both from here on, also on failure (-errno).
     */
    int (*loop_adopt)(struct awi_conn *conn, int fd);

    /* Is host (a name or an address in text form, any case, no trailing dot) with this port (0: any
     * port) an endpoint that the configuration or AWSINTERCEPT_ENDPOINTS adds? The names that are
     * always intercepted are known to the shim itself. */
    bool (*is_endpoint)(const char *host, uint16_t port);

    /* Does this name, which is one of AWS's by its suffix, name a service? What a resolver makes of
     * a short name and a domain of its list need not. */
    bool (*is_service)(const char *host);

    /*
     * A CA file with our certificate added. fd is the opened original (read from its start, not
     * closed), or -1 for a file of our certificate alone. The kind (PEM bundle, JKS, PKCS12) is
     * told from the content. Returns a new descriptor (a sealed memfd, offset 0, CLOEXEC), -ENODATA
     * when the content is no certificate store, or another -errno.
     */
    int (*trust_file)(int fd);

    /* Our CA certificate: DER and PEM. Made at first use; valid for the life of the process. */
    int (*trust_ca)(const void **der, size_t *der_len, const char **pem, size_t *pem_len);

    /* The name under which an OpenSSL CApath looks our CA up: 8 hex digits. */
    int (*trust_hash)(char hash[9]);

    /*
     * Was this leaf certificate (DER) issued by our CA, valid now, and for this host? host NULL:
     * any. 1 yes, 0 no, or -errno.
     */
    int (*trust_leaf)(const void *der, size_t len, const char *host);

    /*
     * The reserved host's interface for harness code in the same process: one request, without a
     * connection. *reply is malloc()ed for the caller. Returns the HTTP status or -errno.
     */
    int (*control)(const char *method,
                   const char *path,
                   const char *body,
                   size_t body_len,
                   char **reply,
                   size_t *reply_len);

    /* The three steps of pthread_atfork(). Between prepare and parent/child no thread is inside
     * the core: the shim's gate sees to that. */
    void (*fork_prepare)(void);
    void (*fork_parent)(void);
    void (*fork_child)(void);
};

/*
 * The one symbol of the core. abi is the shim's AWI_CORE_ABI. Returns NULL when the numbers differ
 * or the core cannot work here; *why then says so in a static string. Called once a process.
 */
typedef const struct awi_core_api *
awi_core_init_fn(const struct awi_shim_api *shim, uint32_t abi, const char **why);
#define AWI_CORE_INIT_SYMBOL "awi_core_init"
#define AWI_CORE_FILE        "libawsintercept-core.so"
