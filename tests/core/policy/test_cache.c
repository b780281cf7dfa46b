/* SPDX-License-Identifier: Apache-2.0 */
/* The cache: one compilation a text, a bound that holds, threads. */
#include "tests/core/policy/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static struct awi_str numbered(char *room, size_t size, unsigned i)
{
    int len = snprintf(room,
                       size,
                       "{\"Statement\":{\"Sid\":\"s%u\",\"Effect\":\"Allow\",\"Action\":\"*\","
                       "\"Resource\":\"*\"}}",
                       i);
    return awi_str_of(room, (size_t)len);
}

static void test_get_same_text_is_compiled_once(void **state)
{
    struct awi_policy_cache *cache;
    struct awi_policy_held *held[2];
    const struct awi_policy *policies[2];
    struct awi_policy_error error;
    char room[2][200];

    assert_int_equal(awi_policy_cache_new(4, &cache), 0);
    for (int i = 0; i < 2; i++) {
        struct awi_str text = numbered(room[i], sizeof(room[i]), 7);
        assert_int_equal(awi_policy_cache_get(cache, text, &policies[i], &held[i], &error), 0);
    }
    assert_ptr_equal(policies[0], policies[1]);
    assert_int_equal(awi_policy_cache_get(cache, AWI_STR("{"), &policies[0], &held[0], &error),
                     -EINVAL);
    awi_policy_cache_let_go(cache, held[1]);
    awi_policy_cache_let_go(cache, held[1]);
    awi_policy_cache_free(cache);
}

static void test_get_beyond_the_bound_keeps_what_is_held(void **state)
{
    struct awi_policy_cache *cache;
    struct awi_policy_held *first;
    const struct awi_policy *policy;
    struct awi_policy_error error;
    char room[200];

    assert_int_equal(awi_policy_cache_new(3, &cache), 0);
    struct awi_str text = numbered(room, sizeof(room), 0);
    assert_int_equal(awi_policy_cache_get(cache, text, &policy, &first, &error), 0);
    for (unsigned i = 1; i < 50; i++) {
        struct awi_policy_held *held;
        const struct awi_policy *other;
        text = numbered(room, sizeof(room), i);
        assert_int_equal(awi_policy_cache_get(cache, text, &other, &held, &error), 0);
        awi_policy_cache_let_go(cache, held);
    }
    struct awi_policy_statement_view view;
    awi_policy_statement(policy, 0, &view);
    t_equal(view.sid, "s0");
    awi_policy_cache_let_go(cache, first);
    awi_policy_cache_free(cache);
}

static void *work(void *cache)
{
    for (unsigned i = 0; i < 2000; i++) {
        struct awi_policy_held *held;
        const struct awi_policy *policy;
        struct awi_policy_error error;
        struct awi_policy_statement_view view;
        char room[200];
        char sid[20];
        if (awi_policy_cache_get(
                cache, numbered(room, sizeof(room), i % 9), &policy, &held, &error) < 0) {
            return cache;
        }
        awi_policy_statement(policy, 0, &view);
        snprintf(sid, sizeof(sid), "s%u", i % 9);
        bool same = awi_str_is(view.sid, sid);
        awi_policy_cache_let_go(cache, held);
        if (!same) {
            return cache;
        }
    }
    return NULL;
}

static void test_get_by_several_threads(void **state)
{
    struct awi_policy_cache *cache;
    pthread_t threads[4];

    assert_int_equal(awi_policy_cache_new(4, &cache), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, cache), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    awi_policy_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_same_text_is_compiled_once),
        cmocka_unit_test(test_get_beyond_the_bound_keeps_what_is_held),
        cmocka_unit_test(test_get_by_several_threads),
    };
    return cmocka_run_group_tests_name("policy/cache", tests, NULL, NULL);
}
