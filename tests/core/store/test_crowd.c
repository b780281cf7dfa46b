/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads at once, and a map that grows under them in a process with little address space.
 */
#include "tests/core/store/store_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct crowd {
    struct awi_store *store;
    unsigned number;
    int error;
};

static void *one_of_many(void *arg)
{
    struct crowd *me = arg;
    char account[16];
    char value[3000];

    snprintf(account, sizeof(account), "%012u", me->number);
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = 0;
    for (unsigned i = 0; i < 60 && me->error == 0; i++) {
        char key[16];
        struct awi_txn *txn;
        struct awi_str found;
        snprintf(key, sizeof(key), "%u", i);
        me->error = t_put(me->store, account, key, value);
        for (unsigned j = 0; j < 20 && me->error == 0; j++) {
            me->error = awi_txn_begin(me->store, false, &txn);
            struct awi_scope scope = t_scope(txn, account, "test");
            if (me->error == 0) {
                me->error = awi_get(&scope, "t", awi_str_from(key), &found);
                me->error = me->error == 0 && found.ptr[2998] != 'v' ? -EIO : me->error;
                awi_txn_abort(txn);
            }
        }
    }
    return NULL;
}

static int crowd(struct awi_store *store, unsigned many)
{
    enum { MANY = 16 };
    pthread_t threads[MANY];
    struct crowd members[MANY];

    for (unsigned i = 0; i < many; i++) {
        members[i] = (struct crowd){store, i, 0};
        pthread_create(&threads[i], NULL, one_of_many, &members[i]);
    }
    int r = 0;
    for (unsigned i = 0; i < many; i++) {
        char account[16];
        pthread_join(threads[i], NULL);
        snprintf(account, sizeof(account), "%012u", i);
        r = members[i].error ? members[i].error : r;
        r = r == 0 && t_count(store, account) != 60 ? -EIO : r;
    }
    return r;
}

static void test_threads(void **fixture)
{
    assert_int_equal(crowd(((struct t_store *)*fixture)->store, 16), 0);
}

static int small_process(void *arg)
{
    struct t_store *t = arg;
    struct rlimit limit = {(rlim_t)512 << 20, (rlim_t)512 << 20};
    struct awi_store *store;
    struct awi_txn *txn;
    char *value = malloc(6 << 20);
    int r = 0;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    setrlimit(RLIMIT_AS, &limit);
#endif
    (void)limit;
    awi_store_close(t->store);
    t->store = NULL;
    char *why = NULL;
    if (awi_store_open(t->state, &store, &why) < 0) {
        print_error("%s\n", why);
        return 1;
    }
    memset(value, 's', 6 << 20);
    for (unsigned i = 0; r == 0 && i < 20; i++) {
        r = awi_txn_begin(store, true, &txn);
        if (r == 0) {
            struct awi_scope scope = t_scope(txn, B, "test");
            r = awi_put(&scope, "t", awi_str_of(&i, sizeof(i)), awi_str_of(value, 6 << 20));
            int end = awi_txn_commit(txn);
            r = r ? r : end;
        }
    }
    if (r == 0) {
        r = crowd(store, 3); /* each takes 128 MiB of address space */
    }
    if (r < 0) {
        print_error("in 512 MiB: %d\n", r);
    }
    r = r ? r : (int)t_count(store, B) - 20;
    if (r) {
        print_error("%d of 20\n", r);
    }
    awi_store_close(store);
    free(value);
    return r != 0;
}

/* 120 MiB of data through a process whose first map is smaller than that. */
static void test_map_grows(void **fixture)
{
    struct t_store *t = *fixture;
    /* The child opens anew, as a process of its own would. */
    assert_int_equal(t_put(t->store, A, "before", "x"), 0);
    awi_store_close(t->store);
    t->store = NULL;
    assert_int_equal(t_fork(small_process, t), 0);
    assert_int_equal(awi_store_open(t->state, &t->store, NULL), 0);
    assert_int_equal(t_count(t->store, B), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, before threads have left the address space that their heaps reserve. */
        T_DIR(test_map_grows),
        T_BOTH(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
