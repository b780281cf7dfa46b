/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled policies by their text (policy.h). A hash table of entries, each with everything it owns
 * in one arena of its own; what was used longest ago and is not held makes room.
 */
#include "core/policy/internal.h"

#include <errno.h>
#include <pthread.h>

/* Enough for the longest document and what it compiles to. */
#define LARGEST_ENTRY (16 * 1024 * 1024)

struct awi_policy_held {
    struct awi_arena arena; /* owns this entry too */
    struct awi_policy_held *next;
    struct awi_str text;
    uint64_t hash;
    const struct awi_policy *policy;
    size_t holders;
    uint64_t used;
};

struct awi_policy_cache {
    struct awi_arena arena; /* owns this */
    pthread_mutex_t lock;
    struct awi_policy_held **buckets;
    size_t n_buckets; /* a power of two */
    size_t n;
    size_t max;
    uint64_t clock;
};

static uint64_t hash_of(struct awi_str text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
    }
    return hash ^ hash >> 32;
}

int awi_policy_cache_new(size_t max, struct awi_policy_cache **ret)
{
    struct awi_arena arena;
    size_t buckets = 16;

    while (buckets < max && buckets < SIZE_MAX / 4) {
        buckets *= 2;
    }
    awi_arena_init(&arena, SIZE_MAX);
    struct awi_policy_cache *cache = awi_arena_new(&arena, struct awi_policy_cache);
    if (cache) {
        cache->buckets = awi_arena_array(&arena, struct awi_policy_held *, buckets);
    }
    if (!cache || !cache->buckets) {
        awi_arena_deinit(&arena);
        return -ENOMEM;
    }
    pthread_mutex_init(&cache->lock, NULL);
    cache->n_buckets = buckets;
    cache->max = max ? max : 1;
    cache->arena = arena;
    *ret = cache;
    return 0;
}

static void entry_free(struct awi_policy_held *entry)
{
    struct awi_arena arena = entry->arena;

    awi_arena_deinit(&arena);
}

struct awi_policy_cache *awi_policy_cache_free(struct awi_policy_cache *cache)
{
    if (!cache) {
        return NULL;
    }
    for (size_t i = 0; i < cache->n_buckets; i++) {
        while (cache->buckets[i]) {
            struct awi_policy_held *entry = cache->buckets[i];
            cache->buckets[i] = entry->next;
            entry_free(entry);
        }
    }
    pthread_mutex_destroy(&cache->lock);
    struct awi_arena arena = cache->arena;
    awi_arena_deinit(&arena);
    return NULL;
}

static struct awi_policy_held *
find(struct awi_policy_cache *cache, uint64_t hash, struct awi_str text)
{
    struct awi_policy_held *entry = cache->buckets[hash & (cache->n_buckets - 1)];

    while (entry && (entry->hash != hash || !awi_str_eq(entry->text, text))) {
        entry = entry->next;
    }
    if (entry) {
        entry->holders++;
        entry->used = ++cache->clock;
    }
    return entry;
}

/* Takes out what was used longest ago, unless all are held. */
static void make_room(struct awi_policy_cache *cache)
{
    struct awi_policy_held **oldest = NULL;

    for (size_t i = 0; i < cache->n_buckets; i++) {
        for (struct awi_policy_held **at = &cache->buckets[i]; *at; at = &(*at)->next) {
            if (!(*at)->holders && (!oldest || (*at)->used < (*oldest)->used)) {
                oldest = at;
            }
        }
    }
    if (oldest) {
        struct awi_policy_held *entry = *oldest;
        *oldest = entry->next;
        cache->n--;
        entry_free(entry);
    }
}

static int entry_new(uint64_t hash,
                     struct awi_str text,
                     struct awi_policy_held **ret,
                     struct awi_policy_error *ret_error)
{
    struct awi_arena arena;

    awi_arena_init(&arena, LARGEST_ENTRY);
    struct awi_policy_held *entry = awi_arena_new(&arena, struct awi_policy_held);
    struct awi_str copy = awi_arena_str(&arena, text);
    int r = entry && awi_str_is_set(copy) ? 0 : -ENOMEM;
    if (r == 0) {
        r = awi_policy_compile(&arena, copy, &entry->policy, ret_error);
    }
    if (r < 0) {
        awi_arena_deinit(&arena);
        return r;
    }
    entry->hash = hash;
    entry->text = copy;
    entry->arena = arena;
    *ret = entry;
    return 0;
}

/* Puts entry in, or drops it for one that another thread put in meanwhile. */
static struct awi_policy_held *insert(struct awi_policy_cache *cache, struct awi_policy_held *entry)
{
    struct awi_policy_held *other = find(cache, entry->hash, entry->text);

    if (other) {
        entry_free(entry);
        return other;
    }
    if (cache->n >= cache->max) {
        make_room(cache);
    }
    struct awi_policy_held **bucket = &cache->buckets[entry->hash & (cache->n_buckets - 1)];
    entry->holders = 1;
    entry->used = ++cache->clock;
    entry->next = *bucket;
    *bucket = entry;
    cache->n++;
    return entry;
}

int awi_policy_cache_get(struct awi_policy_cache *cache,
                         struct awi_str text,
                         const struct awi_policy **ret,
                         struct awi_policy_held **ret_held,
                         struct awi_policy_error *ret_error)
{
    uint64_t hash = hash_of(text);

    pthread_mutex_lock(&cache->lock);
    struct awi_policy_held *entry = find(cache, hash, text);
    pthread_mutex_unlock(&cache->lock);
    if (!entry) {
        int r = entry_new(hash, text, &entry, ret_error);
        if (r < 0) {
            return r;
        }
        pthread_mutex_lock(&cache->lock);
        entry = insert(cache, entry);
        pthread_mutex_unlock(&cache->lock);
    }
    *ret = entry->policy;
    *ret_held = entry;
    return 0;
}

void awi_policy_cache_let_go(struct awi_policy_cache *cache, struct awi_policy_held *held)
{
    pthread_mutex_lock(&cache->lock);
    held->holders--;
    pthread_mutex_unlock(&cache->lock);
}
