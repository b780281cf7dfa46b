/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition root: joins the core, the services and the connections into the one core of a
 * host process, and is the only symbol that leaves the library.
 */
#include "awsintercept/core_abi.h"
#include "core/control/control.h"
#include "core/core.h"
#include "core/endpoint/endpoint.h"
#include "core/net/ca.h"
#include "core/net/conn.h"
#include "core/net/loop.h"
#include "core/net/tls.h"
#include "core/net/trust.h"
#include "core/request/req.h"
#include "core/request/spool.h"
#include "core/store/store.h"

#include <errno.h>
#include <stdlib.h>

#define CONTROL_ARENA (256u << 20)

static struct {
    struct awi_core core;
    struct awi_http_handler handler;
    struct awi_ca *ca;
    struct awi_tls_server *tls;
    struct awi_loop *loop;
} host;

static struct awi_conn *conn_open(const struct awi_peer *peer)
{
    return awi_conn_open(peer, &host.handler, host.tls);
}

static int loop_adopt(struct awi_conn *conn, int fd)
{
    return awi_loop_adopt(host.loop, conn, fd);
}

static bool is_endpoint(const char *name, uint16_t port)
{
    const struct awi_config *config = awi_core_config(&host.core);

    return config && awi_config_is_endpoint(config, awi_str_from(name), port);
}

static bool is_service(const char *name)
{
    return awi_endpoint_is_service(awi_str_from(name));
}

static int trust_file(int fd)
{
    return awi_trust_file(host.ca, fd);
}

static int trust_ca(const void **der, size_t *der_len, const char **pem, size_t *pem_len)
{
    return awi_trust_ca(host.ca, der, der_len, pem, pem_len);
}

static int trust_hash(char hash[9])
{
    return awi_trust_hash(host.ca, hash);
}

static int trust_leaf(const void *der, size_t len, const char *name)
{
    return awi_trust_leaf(host.ca, der, len, name);
}

static int control(const char *method,
                   const char *path,
                   const char *body,
                   size_t body_len,
                   char **reply,
                   size_t *reply_len)
{
    struct awi_control_answer answer = {0};
    struct awi_arena arena;

    awi_arena_init(&arena, CONTROL_ARENA);
    int r = awi_control_run(&host.core,
                            &arena,
                            awi_str_from(method),
                            awi_str_from(path),
                            body ? awi_str_of(body, body_len) : AWI_STR(""),
                            &answer);
    if (r == 0) {
        *reply = strndup(answer.body.ptr, answer.body.len);
        *reply_len = answer.body.len;
        r = *reply ? answer.status : -ENOMEM;
    }
    awi_arena_deinit(&arena);
    return r;
}

static void fork_prepare(void)
{
    /* The loop first: its thread takes the core's lock while it holds its own. */
    awi_loop_fork_prepare(host.loop);
    awi_core_fork_prepare(&host.core);
}

static void fork_parent(void)
{
    awi_core_fork_parent(&host.core);
    awi_loop_fork_parent(host.loop);
}

static void fork_child(void)
{
    awi_core_fork_child(&host.core);
    awi_loop_fork_child(host.loop);
}

static const struct awi_core_api api = {
    .abi = AWI_CORE_ABI,
    .conn_open = conn_open,
    .conn_feed = awi_conn_feed,
    .conn_finish = awi_conn_finish,
    .conn_pending = awi_conn_pending,
    .conn_sent = awi_conn_sent,
    .conn_state = awi_conn_state,
    .conn_close = awi_conn_close,
    .loop_adopt = loop_adopt,
    .is_endpoint = is_endpoint,
    .is_service = is_service,
    .trust_file = trust_file,
    .trust_ca = trust_ca,
    .trust_hash = trust_hash,
    .trust_leaf = trust_leaf,
    .control = control,
    .fork_prepare = fork_prepare,
    .fork_parent = fork_parent,
    .fork_child = fork_child,
};

/* The CA may speak for the hosts of the configuration too. */
static struct awi_ca *make_ca(void)
{
    const struct awi_config *config = awi_core_config(&host.core);
    size_t n = config ? config->endpoints.n : 0;
    struct awi_str *names = calloc(n ? n : 1, sizeof(*names));
    struct awi_ca *ca = NULL;

    if (names) {
        for (size_t i = 0; i < n; i++) {
            names[i] = config->endpoints.items[i].host;
        }
        ca = awi_ca_new(names, n);
    }
    free(names);
    return ca;
}

__attribute__((visibility("default"))) awi_core_init_fn awi_core_init;

const struct awi_core_api *
awi_core_init(const struct awi_shim_api *shim, uint32_t abi, const char **why)
{
    if (abi != AWI_CORE_ABI) {
        *why = "the preload library and the core are of different versions";
        return NULL;
    }
    awi_store_set_fd_hide(shim->fd_hide, shim->fd_close);
    awi_core_init_state(&host.core, awi_services, shim);
    host.handler = (struct awi_http_handler){
        .ctx = &host.core,
        .run = awi_request_run,
        .spool = awi_request_spool,
    };
    const struct awi_loop_host carrier = {.fd_hide = shim->fd_hide, .fd_close = shim->fd_close};
    host.ca = make_ca();
    host.tls = host.ca ? awi_tls_server_new(host.ca) : NULL;
    host.loop = awi_loop_new(&carrier);
    if (!host.tls || !host.loop) {
        *why = "out of memory";
        return NULL;
    }
    return &api;
}
