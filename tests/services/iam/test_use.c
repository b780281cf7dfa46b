/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a key was last used, as the clock goes on: written at most once a minute for the same use,
 * at once for another, and never while another writer is at work.
 */
#include "tests/support/world.h"

#include "core/identity/use.h"

#include "gen/core.h"
#include "gen/iam.h"
#include "gen/sts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct t_world world;
static const struct t_keys root = {.id = "111111111111"};
static struct t_keys keys;

static void pass(int64_t ms)
{
    struct awi_config *config = (struct awi_config *)(uintptr_t)awi_core_config(&world.core);

    config->clock.shift_ms += ms;
    world.now_ms += ms;
}

static int setup(void **state)
{
    struct iam_CreateUserRequest user = {.UserName = AWI_STR("u")};
    struct iam_CreateUserResponse made;
    struct iam_CreateAccessKeyRequest in = {.UserName = AWI_STR("u")};
    struct iam_CreateAccessKeyResponse out;

    t_open(&world, NULL);
    t_call(&world, &root, "iam", "CreateUser", &user, &made);
    t_call(&world, &root, "iam", "CreateAccessKey", &in, &out);
    keys = (struct t_keys){.id = out.AccessKey->AccessKeyId.ptr,
                           .secret = out.AccessKey->SecretAccessKey.ptr};
    return 0;
}

static int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static void call(void)
{
    struct sts_GetCallerIdentityRequest in = {0};
    struct sts_GetCallerIdentityResponse out;

    assert_false(awi_str_is_set(t_call(&world, &keys, "sts", "GetCallerIdentity", &in, &out).code));
}

/* Seconds since the epoch; 0: never. */
static int64_t last_used(void)
{
    struct iam_GetAccessKeyLastUsedRequest in = {.AccessKeyId = awi_str_from(keys.id)};
    struct iam_GetAccessKeyLastUsedResponse out;

    assert_false(
        awi_str_is_set(t_call(&world, &root, "iam", "GetAccessKeyLastUsed", &in, &out).code));
    return out.AccessKeyLastUsed->LastUsedDate.ms / 1000;
}

static uint64_t generation(void)
{
    return awi_store_generation(world.core.store);
}

static void test_once_a_minute(void **state)
{
    assert_int_equal(last_used(), 0);
    call();
    int64_t first = last_used();
    assert_in_range(world.now_ms / 1000 - first, 0, 60);
    uint64_t before = generation();
    for (int i = 0; i < 50; i++) {
        call();
    }
    /* The minute may have ended in between. */
    assert_in_range(generation() - before, 0, 1);
    pass(INT64_C(3600000));
    call();
    assert_in_range(last_used() - first, 3600, 3660);
}

static void test_reading_writes_nothing(void **state)
{
    call();
    last_used();
    uint64_t before = generation();
    for (int i = 0; i < 50; i++) {
        last_used();
    }
    assert_in_range(generation() - before, 0, 1);
}

static void test_another_writer_is_not_waited_for(void **state)
{
    struct awi_txn *txn = NULL;

    pass(INT64_C(7200000));
    assert_int_equal(awi_txn_begin(world.core.store, true, &txn), 0);
    struct awi_txn *none = NULL;
    assert_int_equal(awi_txn_try(world.core.store, &none), -EBUSY);
    call();
    awi_txn_abort(txn);
    assert_int_equal(last_used(), 0);
    call();
    assert_in_range(world.now_ms / 1000 - last_used(), 0, 60);
}

static void test_what_is_deleted_is_forgotten(void **state)
{
    struct iam_DeleteAccessKeyRequest key = {.UserName = AWI_STR("u"),
                                             .AccessKeyId = awi_str_from(keys.id)};
    struct iam_DeleteUserRequest user = {.UserName = AWI_STR("u")};
    struct core_UseRecord record;
    struct awi_txn *txn = NULL;

    call();
    assert_false(awi_str_is_set(t_call(&world, &root, "iam", "DeleteAccessKey", &key, NULL).code));
    assert_false(awi_str_is_set(t_call(&world, &root, "iam", "DeleteUser", &user, NULL).code));
    assert_int_equal(awi_txn_begin(world.core.store, false, &txn), 0);
    assert_int_equal(
        awi_use_of_key(txn, &world.arena, AWI_STR("111111111111"), key.AccessKeyId, &record),
        -ENOENT);
    awi_txn_abort(txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_once_a_minute, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reading_writes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_writer_is_not_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_deleted_is_forgotten, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
