/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core of one process: builds and owns the configuration, the store, the call journal and the
 * services, each at its first use, and gives them to the request pipeline. There is one in a host
 * process (services/entry.c); tests make their own.
 */
#pragma once

#include "core/clock.h"
#include "core/config/config.h"
#include "core/ids.h"
#include "core/net/http.h"
#include "core/service.h"
#include "core/store/journal.h"
#include "core/store/store.h"

#include <pthread.h>

struct awi_policy_cache;

struct awi_core {
    const struct awi_service *const *services; /* NULL-terminated */
    const struct awi_shim_api *shim;           /* NULL: no host (tests, the command) */

    pthread_mutex_t lock; /* held while the members below are made; each is constant once made */
    struct awi_config *config;
    struct awi_store *store;
    struct awi_policy_cache *policies;
    struct awi_random random;
    uint64_t request_ids; /* stream of unique names, ids.h */
    pid_t pid;            /* of this process */

#define AWI_CORE_USES 256
    uint64_t uses[AWI_CORE_USES]; /* what request/use.c noted lately; atomic */
};

/* Takes nothing and opens nothing yet. */
void awi_core_init_state(struct awi_core *core,
                         const struct awi_service *const *services,
                         const struct awi_shim_api *shim);
/* For tests: the host's core is never taken down. */
void awi_core_deinit(struct awi_core *core);

/*
 * The configuration. Never NULL but for lack of memory; its ->problem says what is wrong with it,
 * and then no request may be served.
 */
const struct awi_config *awi_core_config(struct awi_core *core);

/*
 * The store, opened at first use; a directory that could not be opened is tried again at the next
 * call. 0, or -errno, and *why (in the arena) for people.
 */
int awi_core_store(struct awi_core *core,
                   struct awi_arena *arena,
                   struct awi_store **ret,
                   struct awi_str *why);

/* The journal, NULL where there is none (no store). */
struct awi_journal *awi_core_journal(struct awi_core *core);

/* Compiled policies, shared by all requests. NULL only for lack of memory. */
struct awi_policy_cache *awi_core_policies(struct awi_core *core);

/* Empties the state for all processes: POST /reset. 0 or -errno. */
int awi_core_reset(struct awi_core *core);

void awi_core_fork_prepare(struct awi_core *core);
void awi_core_fork_parent(struct awi_core *core);
void awi_core_fork_child(struct awi_core *core);
