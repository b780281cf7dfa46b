/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which account a request acts: the four ways and their order, in open, single and closed
 * accounts, told by GetCallerIdentity.
 */
#include "tests/support/world.h"

#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define CLOSED "account_id: '111111111111'\naccounts:\n- id: '222222222222'\n"

static struct t_world world;

static int setup(void **state)
{
    unsetenv("MOTO_ACCOUNT_ID");
    unsetenv("AWSINTERCEPT_ACCOUNT_ID");
    return 0;
}

static int teardown(void **state)
{
    t_close(&world);
    return setup(state);
}

static struct t_error ask(const struct t_keys *keys, struct sts_GetCallerIdentityResponse *out)
{
    struct sts_GetCallerIdentityRequest in = {0};

    return t_call(&world, keys, "sts", "GetCallerIdentity", &in, out);
}

static void is_root_of(const char *id, const char *account)
{
    struct t_keys keys = {.id = id};
    struct sts_GetCallerIdentityResponse out;
    struct t_error error = ask(&keys, &out);

    if (error.code.ptr) {
        fail_msg("%s: %.*s", id, AWI_STR_FMT(error.code));
    }
    struct awi_str arn = awi_arena_printf(&world.arena, "arn:aws:iam::%s:root", account);
    assert_string_equal(out.Account.ptr, account);
    assert_string_equal(out.UserId.ptr, account);
    assert_string_equal(out.Arn.ptr, arn.ptr);
}

static void is_refused(const char *id, const char *token, const char *code)
{
    struct t_keys keys = {.id = id, .token = token};
    struct sts_GetCallerIdentityResponse out;
    struct t_error error = ask(&keys, &out);

    assert_true(awi_str_is(error.code, code));
    assert_int_equal(error.status, 403);
}

static void test_open(void **state)
{
    t_open(&world, NULL);
    is_root_of("test", "123456789012");
    is_root_of("222222222222", "222222222222");
    is_root_of("ASIAQNZGKIQY56JQ7WML", "029608264753");
    is_root_of("AKIARZPUZDIKGB2VALC4", "123456789012");
    is_root_of("AKIAIOSFODNN7EXAMPLE", "123456789012");
}

static void test_order(void **state)
{
    t_open(&world, NULL);
    world.account_header = "333344445555";
    is_root_of("222222222222", "333344445555");
    setenv("MOTO_ACCOUNT_ID", "444444444444", 1);
    is_root_of("222222222222", "444444444444");
    setenv("AWSINTERCEPT_ACCOUNT_ID", "555555555555", 1);
    is_root_of("222222222222", "555555555555");
    unsetenv("AWSINTERCEPT_ACCOUNT_ID");
    unsetenv("MOTO_ACCOUNT_ID");
    is_root_of("222222222222", "333344445555");
    world.account_header = NULL;
    is_root_of("222222222222", "222222222222");
    is_root_of("test", "123456789012");
}

static void test_single(void **state)
{
    t_open(&world, "account_id: '111111111111'\n");
    is_root_of("test", "111111111111");
    is_root_of("222222222222", "111111111111");
    world.account_header = "333344445555";
    is_root_of("222222222222", "111111111111");
}

static void test_closed(void **state)
{
    t_open(&world, CLOSED);
    is_root_of("test", "111111111111");
    is_root_of("111111111111", "111111111111");
    is_root_of("222222222222", "222222222222");
    is_refused("333333333333", NULL, "InvalidClientTokenId");
    is_refused("ASIAQNZGKIQY56JQ7WML", NULL, "InvalidClientTokenId");
    world.account_header = "333333333333";
    is_refused("222222222222", NULL, "InvalidClientTokenId");
    world.account_header = "nonsense";
    is_refused("222222222222", NULL, "InvalidClientTokenId");
    world.account_header = NULL;
    setenv("AWSINTERCEPT_ACCOUNT_ID", "333333333333", 1);
    is_refused("222222222222", NULL, "InvalidClientTokenId");
    setenv("AWSINTERCEPT_ACCOUNT_ID", "222222222222", 1);
    is_root_of("test", "222222222222");
}

static void test_known(void **state)
{
    t_open(&world, "credentials: known\naccounts:\n- id: '222222222222'\n");
    is_root_of("222222222222", "222222222222");
    is_refused("test", NULL, "InvalidClientTokenId");
    is_refused("AKIARZPUZDIKGB2VALC4", NULL, "InvalidClientTokenId");
}

static void test_enforce_keeps_free_keys(void **state)
{
    t_open(&world, "iam: enforce\naccounts:\n- id: '222222222222'\n");
    is_root_of("test", "123456789012");
    is_root_of("222222222222", "222222222222");
    is_refused("AKIARZPUZDIKGB2VALC4", NULL, "InvalidClientTokenId");
}

static void test_unsigned(void **state)
{
    struct sts_GetCallerIdentityResponse out;

    t_open(&world, NULL);
    struct t_error error = ask(NULL, &out);
    assert_true(awi_str_is(error.code, "MissingAuthenticationToken"));
    assert_int_equal(error.status, 403);
}

static void test_access_key_info(void **state)
{
    struct t_keys keys = {.id = "test"};
    struct sts_GetAccessKeyInfoRequest in = {.AccessKeyId = AWI_STR("ASIAY34FZKBOKMUTVV7A")};
    struct sts_GetAccessKeyInfoResponse out;

    t_open(&world, NULL);
    struct t_error error = t_call(&world, &keys, "sts", "GetAccessKeyInfo", &in, &out);
    assert_null(error.code.ptr);
    assert_string_equal(out.Account.ptr, "609629065308");
    in.AccessKeyId = AWI_STR("AKIAIOSFODNN7EXAMPLE");
    error = t_call(&world, &keys, "sts", "GetAccessKeyInfo", &in, &out);
    assert_true(awi_str_is(error.code, "ValidationError"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_single, setup, teardown),
        cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_known, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enforce_keeps_free_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unsigned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_access_key_info, setup, teardown),
    };

    return cmocka_run_group_tests_name("sts-accounts", tests, NULL, NULL);
}
