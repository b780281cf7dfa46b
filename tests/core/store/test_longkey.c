/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of every length in exact byte order, against a sorted array: random puts, deletes, prefix
 * deletes, and walks in both directions from random places, over keys that share long beginnings,
 * hold 00 and FF, and lie around the limits of LMDB's own keys.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MOST 1500

struct model {
    struct awi_str keys[KEYS_MOST];
    uint32_t values[KEYS_MOST];
    unsigned count;
};

static int find(const struct model *model, struct awi_str key, unsigned *at)
{
    unsigned low = 0;
    unsigned high = model->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        int r = awi_str_cmp(model->keys[middle], key);
        if (r == 0) {
            *at = middle;
            return 1;
        }
        if (r < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *at = low;
    return 0;
}

static void model_put(struct model *model, struct awi_str key, uint32_t value)
{
    unsigned at;

    if (!find(model, key, &at)) {
        memmove(model->keys + at + 1, model->keys + at, (model->count - at) * sizeof(*model->keys));
        memmove(model->values + at + 1, model->values + at, (model->count - at) * sizeof(uint32_t));
        char *copy = malloc(key.len + 1);
        memcpy(copy, key.ptr, key.len);
        model->keys[at] = awi_str_of(copy, key.len);
        model->count++;
    }
    model->values[at] = value;
}

static void model_remove(struct model *model, unsigned at)
{
    free((char *)(uintptr_t)model->keys[at].ptr);
    model->count--;
    memmove(model->keys + at, model->keys + at + 1, (model->count - at) * sizeof(*model->keys));
    memmove(model->values + at, model->values + at + 1, (model->count - at) * sizeof(uint32_t));
}

/* A key that is often the beginning, the end or the neighbour of another. */
static struct awi_str random_key(const struct model *model, uint64_t *state, char *space)
{
    static const unsigned lengths[] = {0,   1,   3,   300, 450, 455, 460,  465,  470, 475, 480,
                                       485, 490, 495, 500, 501, 502, 503,  505,  509, 510, 511,
                                       512, 600, 900, 970, 980, 985, 1100, 4095, 4096};
    static const char bytes[] = {0, 1, (char)0xff, 'a'};
    size_t len = t_random(state) % 3
                     ? lengths[t_random(state) % (sizeof(lengths) / sizeof(*lengths))]
                     : t_random(state) % 1200;
    size_t shared = 0;

    if (model->count && t_random(state) % 4) {
        struct awi_str other = model->keys[t_random(state) % model->count];
        shared = other.len < len ? other.len : len;
        memcpy(space, other.ptr, shared);
        if (shared && t_random(state) % 2) {
            shared -= t_random(state) % (shared < 20 ? shared : 20);
        }
    }
    bool filled = t_random(state) % 2;
    for (size_t i = shared; i < len; i++) {
        space[i] = filled ? 'a' : bytes[t_random(state) % sizeof(bytes)];
    }
    return awi_str_of(space, len);
}

static void check_walk(const struct model *model,
                       const struct awi_scope *scope,
                       struct awi_str prefix,
                       struct awi_str from,
                       enum awi_direction way)
{
    struct awi_cursor *cursor;
    struct awi_str key;
    struct awi_str value;
    unsigned seen = 0;

    assert_int_equal(awi_cursor_open(scope, "t", prefix, from, way, &cursor), 0);
    for (unsigned n = 0; n < model->count; n++) {
        unsigned i = way == AWI_FORWARD ? n : model->count - 1 - n;
        int side = awi_str_is_set(from) ? awi_str_cmp(model->keys[i], from) : 0;
        if (!awi_str_starts(model->keys[i], prefix) || (way == AWI_FORWARD ? side < 0 : side > 0)) {
            continue;
        }
        assert_int_equal(awi_cursor_next(cursor, &key, &value), 0);
        if (!awi_str_eq(key, model->keys[i])) {
            fail_msg("walk %d: entry %u, length %zu instead of %zu",
                     way,
                     i,
                     key.len,
                     model->keys[i].len);
        }
        assert_int_equal(value.len, sizeof(uint32_t));
        assert_memory_equal(value.ptr, &model->values[i], sizeof(uint32_t));
        seen++;
    }
    assert_int_equal(awi_cursor_next(cursor, &key, &value), -ENOENT);
    awi_cursor_close(cursor);
}

static void check_all(const struct model *model, const struct awi_scope *scope, uint64_t *state)
{
    static char space[AWI_KEY_MAX];
    static char other[AWI_KEY_MAX];

    check_walk(model, scope, AWI_STR(""), AWI_STR_NULL, AWI_FORWARD);
    check_walk(model, scope, AWI_STR(""), AWI_STR_NULL, AWI_BACKWARD);
    for (unsigned i = 0; i < 12; i++) {
        struct awi_str from = random_key(model, state, space);
        struct awi_str prefix = random_key(model, state, other);
        prefix.len = t_random(state) % (prefix.len + 1);
        check_walk(model, scope, AWI_STR(""), from, i % 2);
        check_walk(model, scope, prefix, AWI_STR_NULL, i % 2);
        check_walk(model, scope, prefix, from, i % 2);
    }
}

static void step(struct model *model, const struct awi_scope *scope, uint64_t *state)
{
    static char space[AWI_KEY_MAX];
    struct awi_str key = random_key(model, state, space);
    struct awi_str found;
    unsigned at;
    uint32_t value = (uint32_t)t_random(state);
    unsigned what = t_random(state) % 100;

    if (what < 70 && model->count < KEYS_MOST) {
        model_put(model, key, value);
        assert_int_equal(awi_put(scope, "t", key, awi_str_of(&value, sizeof(value))), 0);
    } else if (what < 98 && model->count) {
        if (t_random(state) % 2) {
            key = model->keys[t_random(state) % model->count];
            memcpy(space, key.ptr, key.len);
            key.ptr = space;
        }
        int r = awi_get(scope, "t", key, &found);
        bool there = find(model, key, &at);
        assert_int_equal(r, there ? 0 : -ENOENT);
        assert_int_equal(awi_delete(scope, "t", key), there ? 0 : -ENOENT);
        if (there) {
            model_remove(model, at);
        }
    } else if (model->count > 20) {
        key.len = key.len / 2 + t_random(state) % (key.len / 2 + 1);
        assert_int_equal(awi_delete_prefix(scope, "t", key), 0);
        for (unsigned i = model->count; i-- > 0;) {
            if (awi_str_starts(model->keys[i], key)) {
                model_remove(model, i);
            }
        }
    }
}

static void test_against_sorted_array(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;

    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct model *model = calloc(1, sizeof(*model));
        uint64_t state = seed;
        for (unsigned round = 0; round < 12; round++) {
            struct awi_txn *txn;
            assert_int_equal(awi_txn_begin(store, true, &txn), 0);
            struct awi_scope scope = t_scope(txn, "111111111111", "test");
            scope.region = awi_str_of("rrrr", (size_t)seed);
            for (unsigned i = 0; i < 120; i++) {
                step(model, &scope, &state);
            }
            if (round % 3 == 0) {
                check_all(model, &scope, &state);
            }
            assert_int_equal(awi_txn_commit(txn), 0);
            assert_int_equal(awi_txn_begin(store, false, &txn), 0);
            scope.txn = txn;
            check_all(model, &scope, &state);
            awi_txn_abort(txn);
        }
        while (model->count) {
            model_remove(model, model->count - 1);
        }
        free(model);
    }
}

/* Deleting everything leaves no chain and no link behind: only the counter of chains. */
static void test_nothing_left(void **fixture)
{
    struct awi_store *store = ((struct t_store *)*fixture)->store;
    static char key[AWI_KEY_MAX];
    struct awi_txn *txn;

    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(awi_txn_begin(store, true, &txn), 0);
        struct awi_scope scope = t_scope(txn, "111111111111", "test");
        for (unsigned i = 0; i < 64; i++) {
            memset(key, 'k', sizeof(key));
            key[i * 60] = (char)i;
            assert_int_equal(awi_put(&scope, "t", awi_str_of(key, sizeof(key) - i), AWI_STR("v")),
                             0);
        }
        for (unsigned i = 0; round == 0 && i < 64; i++) {
            memset(key, 'k', sizeof(key));
            key[i * 60] = (char)i;
            assert_int_equal(awi_delete(&scope, "t", awi_str_of(key, sizeof(key) - i)), 0);
        }
        if (round == 1) {
            assert_int_equal(awi_delete_prefix(&scope, "t", AWI_STR("")), 0);
        }
        assert_int_equal(awi_txn_commit(txn), 0);
        assert_int_equal(t_count(store, "111111111111"), 0);
        assert_int_equal(t_entries(store), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_against_sorted_array, t_memory_setup, t_store_teardown),
        cmocka_unit_test_setup_teardown(test_nothing_left, t_store_setup, t_store_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
