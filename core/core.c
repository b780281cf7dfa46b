/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"

#include "core/policy/policy.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Compiled policies that are kept. */
#define POLICIES_MOST 1024

void awi_core_init_state(struct awi_core *core,
                         const struct awi_service *const *services,
                         const struct awi_shim_api *shim)
{
    *core = (struct awi_core){
        .services = services,
        .shim = shim,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .random = AWI_RANDOM_SYSTEM,
        .pid = getpid(),
    };
    awi_unique_begin(&core->request_ids);
}

void awi_core_deinit(struct awi_core *core)
{
    if (core->store) {
        awi_store_close(core->store);
    }
    if (core->config) {
        awi_config_deinit(core->config);
        free(core->config);
    }
    awi_policy_cache_free(core->policies);
    pthread_mutex_destroy(&core->lock);
}

static struct awi_config *load_config(struct awi_core *core)
{
    struct awi_config *config = core->config;

    if (!config) {
        config = calloc(1, sizeof(*config));
        if (config && awi_config_load(config) < 0) {
            awi_config_deinit(config);
            free(config);
            config = NULL;
        }
        __atomic_store_n(&core->config, config, __ATOMIC_RELEASE);
    }
    return config;
}

const struct awi_config *awi_core_config(struct awi_core *core)
{
    struct awi_config *config = __atomic_load_n(&core->config, __ATOMIC_ACQUIRE);

    if (!config) {
        pthread_mutex_lock(&core->lock);
        config = load_config(core);
        pthread_mutex_unlock(&core->lock);
    }
    return config;
}

static int open_store(struct awi_core *core, char **why)
{
    struct awi_config *config = load_config(core);
    struct awi_store *store = NULL;

    if (core->store) {
        return 0;
    }
    if (!config) {
        return -ENOMEM;
    }
    int r = awi_store_open(config->state.ptr, &store, why);
    if (r < 0) {
        return r;
    }
    __atomic_store_n(&core->store, store, __ATOMIC_RELEASE);
    return 0;
}

int awi_core_store(struct awi_core *core,
                   struct awi_arena *arena,
                   struct awi_store **ret,
                   struct awi_str *why)
{
    AWI_AUTO(free) char *text = NULL;
    int r = 0;

    *ret = __atomic_load_n(&core->store, __ATOMIC_ACQUIRE);
    if (*ret) {
        return 0;
    }
    pthread_mutex_lock(&core->lock);
    r = open_store(core, &text);
    *ret = core->store;
    pthread_mutex_unlock(&core->lock);
    if (r < 0) {
        *why = awi_arena_str(arena, awi_str_from(text ? text : "out of memory"));
    }
    return r;
}

struct awi_journal *awi_core_journal(struct awi_core *core)
{
    struct awi_store *store = __atomic_load_n(&core->store, __ATOMIC_ACQUIRE);

    /* Without a journal calls are answered all the same; they are merely not listed. */
    return store ? awi_store_journal(store) : NULL;
}

struct awi_policy_cache *awi_core_policies(struct awi_core *core)
{
    struct awi_policy_cache *cache = __atomic_load_n(&core->policies, __ATOMIC_ACQUIRE);

    if (!cache) {
        pthread_mutex_lock(&core->lock);
        if (!core->policies && awi_policy_cache_new(POLICIES_MOST, &cache) == 0) {
            __atomic_store_n(&core->policies, cache, __ATOMIC_RELEASE);
        }
        cache = core->policies;
        pthread_mutex_unlock(&core->lock);
    }
    return cache;
}

int awi_core_reset(struct awi_core *core)
{
    struct awi_arena arena;
    struct awi_store *store;
    struct awi_str why;

    awi_arena_init(&arena, 4096);
    int r = awi_core_store(core, &arena, &store, &why);
    awi_arena_deinit(&arena);
    if (r < 0) {
        return r;
    }
    return awi_store_reset(store);
}

void awi_core_fork_prepare(struct awi_core *core)
{
    pthread_mutex_lock(&core->lock);
}

void awi_core_fork_parent(struct awi_core *core)
{
    pthread_mutex_unlock(&core->lock);
}

void awi_core_fork_child(struct awi_core *core)
{
    pthread_mutex_init(&core->lock, NULL);
    core->pid = getpid();
    awi_unique_begin(&core->request_ids);
    if (core->store) {
        awi_store_fork_child(core->store);
    }
}
