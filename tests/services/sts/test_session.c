/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: what GetSessionToken, GetFederationToken and AssumeRole issue works, ends, and cannot
 * be forged (identity.md 6.18-6.20, 8.9).
 */
#include "core/identity/key.h"
#include "core/identity/session.h"
#include "core/util/cleanup.h"
#include "tests/support/world.h"

#include "gen/core.h"
#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct t_world world;
static const struct t_keys root = {.id = "222222222222"};

static int setup(void **state)
{
    t_open(&world, NULL);
    return 0;
}

static int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static struct t_keys keys_of(const struct sts_Credentials *given)
{
    return (struct t_keys){
        .id = given->AccessKeyId.ptr,
        .secret = given->SecretAccessKey.ptr,
        .token = given->SessionToken.ptr,
    };
}

static struct t_error who(const struct t_keys *keys, struct sts_GetCallerIdentityResponse *out)
{
    struct sts_GetCallerIdentityRequest in = {0};

    return t_call(&world, keys, "sts", "GetCallerIdentity", &in, out);
}

static struct t_keys assume(const char *role)
{
    struct sts_AssumeRoleRequest in = {.RoleArn = awi_str_from(role),
                                       .RoleSessionName = AWI_STR("test")};
    struct sts_AssumeRoleResponse out;
    struct t_error error = t_call(&world, &root, "sts", "AssumeRole", &in, &out);

    assert_null(error.code.ptr);
    return keys_of(out.Credentials);
}

static void expect(const struct t_keys *keys, const char *code)
{
    struct sts_GetCallerIdentityResponse out;
    struct t_error error = who(keys, &out);

    if (!awi_str_is(error.code, code)) {
        fail_msg("%s, not %.*s", code, AWI_STR_FMT(error.code));
    }
    assert_int_equal(error.status, 403);
}

static void test_role_session(void **state)
{
    struct t_keys keys = assume("arn:aws:iam::333333333333:role/path/to/Dev");
    struct sts_GetCallerIdentityResponse out;
    char account[13];

    assert_null(who(&keys, &out).code.ptr);
    assert_string_equal(out.Account.ptr, "333333333333");
    assert_string_equal(out.Arn.ptr, "arn:aws:sts::333333333333:assumed-role/Dev/test");
    assert_int_equal(out.UserId.len, 21 + 5);
    assert_memory_equal(out.UserId.ptr, "AROA", 4);
    assert_string_equal(out.UserId.ptr + 21, ":test");
    /* The id alone tells the account. */
    assert_memory_equal(keys.id, "ASIA", 4);
    assert_int_equal(awi_key_account(awi_str_from(keys.id), account), 0);
    assert_string_equal(account, "333333333333");
}

static void test_forgeries(void **state)
{
    struct t_keys keys = assume("arn:aws:iam::333333333333:role/Dev");
    struct t_keys other = assume("arn:aws:iam::333333333333:role/Dev");
    struct t_keys forged = keys;
    char text[AWI_TOKEN_LEN + 1], id[AWI_KEY_ID_LEN + 1];

    forged.token = NULL;
    expect(&forged, "InvalidClientTokenId");
    forged.token = other.token;
    expect(&forged, "InvalidClientTokenId");
    memcpy(text, keys.token, sizeof(text));
    text[100] = text[100] == 'A' ? 'B' : 'A';
    forged.token = text;
    expect(&forged, "InvalidClientTokenId");
    forged = keys;
    memcpy(id, keys.id, sizeof(id));
    id[19] = id[19] == 'A' ? 'B' : 'A';
    forged.id = id;
    expect(&forged, "InvalidClientTokenId");
    forged.id = "test";
    expect(&forged, "InvalidClientTokenId");
    /* The true one still works. */
    struct sts_GetCallerIdentityResponse out;
    assert_null(who(&keys, &out).code.ptr);
}

/* Moves the whole emulation's clock. */
static void move(int64_t ms)
{
    struct awi_config *config = world.core.config;

    config->clock.shift_ms += ms;
    world.now_ms += ms;
}

static void test_expiry(void **state)
{
    struct t_keys keys = assume("arn:aws:iam::333333333333:role/Dev");
    struct sts_GetCallerIdentityResponse out;

    move(3590 * 1000);
    assert_null(who(&keys, &out).code.ptr);
    move(11 * 1000);
    expect(&keys, "ExpiredToken");
}

static int count_sessions(const char *account)
{
    struct awi_store *store;
    struct awi_str why, key, value;
    AWI_AUTO(txn) struct awi_txn *txn = NULL;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int n = 0;

    assert_int_equal(awi_core_store(&world.core, &world.arena, &store, &why), 0);
    assert_int_equal(awi_txn_begin(store, false, &txn), 0);
    struct awi_scope scope = {.txn = txn,
                              .account = awi_str_from(account),
                              .region = AWI_STR(""),
                              .service = AWI_STR("core")};
    assert_int_equal(awi_cursor_open(&scope, "key", AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor),
                     0);
    while (awi_cursor_next(cursor, &key, &value) == 0) {
        n++;
    }
    awi_cursor_close(AWI_STEAL(cursor, NULL));
    return n;
}

static void test_old_sessions_are_swept(void **state)
{
    for (int i = 0; i < 4; i++) {
        assume("arn:aws:iam::333333333333:role/Dev");
    }
    assert_int_equal(count_sessions("333333333333"), 4);
    move(3600 * 1000 + AWI_SESSION_KEPT_MS + 1000);
    assume("arn:aws:iam::444444444444:role/Dev");
    assume("arn:aws:iam::444444444444:role/Dev");
    assert_int_equal(count_sessions("333333333333"), 0);
    assert_int_equal(count_sessions("444444444444"), 2);
}

static void test_session_token(void **state)
{
    struct sts_GetSessionTokenRequest in = {.DurationSeconds = AWI_SOME(7200)};
    struct sts_GetSessionTokenResponse out, again;
    struct sts_GetCallerIdentityResponse me;
    struct t_error error = t_call(&world, &root, "sts", "GetSessionToken", &in, &out);

    assert_null(error.code.ptr);
    /* The root user's last an hour at most. */
    assert_in_range(out.Credentials->Expiration.ms, world.now_ms + 3590000, world.now_ms + 3601000);
    struct t_keys keys = keys_of(out.Credentials);
    assert_null(who(&keys, &me).code.ptr);
    assert_string_equal(me.Arn.ptr, "arn:aws:iam::222222222222:root");

    error = t_call(&world, &keys, "sts", "GetSessionToken", &in, &again);
    assert_true(awi_str_is(error.code, "AccessDenied"));
    assert_true(awi_str_is(error.message, "Cannot call GetSessionToken with session credentials"));

    in.DurationSeconds.v = 899;
    error = t_call(&world, &root, "sts", "GetSessionToken", &in, &again);
    assert_true(awi_str_is(error.code, "ValidationError"));
}

static void test_federation_token(void **state)
{
    struct sts_GetFederationTokenRequest in = {.Name = AWI_STR("alice")};
    struct sts_GetFederationTokenResponse out, again;
    struct sts_GetCallerIdentityResponse me;
    struct t_error error = t_call(&world, &root, "sts", "GetFederationToken", &in, &out);

    assert_null(error.code.ptr);
    assert_string_equal(out.FederatedUser->FederatedUserId.ptr, "222222222222:alice");
    assert_false(out.PackedPolicySize.set);
    struct t_keys keys = keys_of(out.Credentials);
    assert_null(who(&keys, &me).code.ptr);
    assert_string_equal(me.Arn.ptr, "arn:aws:sts::222222222222:federated-user/alice");
    assert_string_equal(me.UserId.ptr, "222222222222:alice");
    error = t_call(&world, &keys, "sts", "GetFederationToken", &in, &again);
    assert_true(
        awi_str_is(error.message, "Cannot call GetFederationToken with session credentials"));
    in.Policy = AWI_STR("{}");
    error = t_call(&world, &root, "sts", "GetFederationToken", &in, &again);
    assert_true(awi_str_is(error.code, "MalformedPolicyDocument"));
}

/* A key that an IAM user holds. */
static struct t_keys make_user_key(const char *status)
{
    struct awi_store *store;
    struct awi_str why;
    struct awi_txn *txn;
    char *id = awi_arena_alloc(&world.arena, AWI_KEY_ID_LEN + 1);
    struct core_AccessKeyRecord key = {
        .SecretAccessKey = AWI_STR("secret"),
        .Account = AWI_STR("222222222222"),
        .UserName = AWI_STR("bob"),
        .UserId = AWI_STR("AIDAEXAMPLEEXAMPLEXAM"),
        .UserArn = AWI_STR("arn:aws:iam::222222222222:user/team/bob"),
        .Status = awi_str_from(status),
    };

    assert_int_equal(awi_key_make(&world.core.random, "AKIA", key.Account, id), 0);
    key.AccessKeyId = awi_str_from(id);
    assert_int_equal(awi_core_store(&world.core, &world.arena, &store, &why), 0);
    assert_int_equal(awi_txn_begin(store, true, &txn), 0);
    assert_int_equal(awi_access_key_put(txn, &world.arena, &key), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
    return (struct t_keys){.id = id, .secret = "secret"};
}

static void test_user_key(void **state)
{
    struct t_keys keys = make_user_key("Active");
    struct sts_GetCallerIdentityResponse me;

    assert_null(who(&keys, &me).code.ptr);
    assert_string_equal(me.Arn.ptr, "arn:aws:iam::222222222222:user/team/bob");
    assert_string_equal(me.UserId.ptr, "AIDAEXAMPLEEXAMPLEXAM");
    keys.token = "some token";
    expect(&keys, "InvalidClientTokenId");
    keys = make_user_key("Inactive");
    expect(&keys, "InvalidClientTokenId");
}

static void test_signatures_of_issued_keys(void **state)
{
    struct awi_config *config = world.core.config;
    struct t_keys session = assume("arn:aws:iam::333333333333:role/Dev");
    struct t_keys user = make_user_key("Active");
    struct t_keys wrong_session = session, wrong_user = user;
    struct sts_GetCallerIdentityResponse me;

    wrong_session.secret = wrong_user.secret = "guessed";
    assert_null(who(&wrong_session, &me).code.ptr);
    config->credentials = AWI_CREDENTIALS_SIGNED;
    expect(&wrong_session, "SignatureDoesNotMatch");
    expect(&wrong_user, "SignatureDoesNotMatch");
    assert_null(who(&session, &me).code.ptr);
    assert_null(who(&user, &me).code.ptr);
    config->credentials = AWI_CREDENTIALS_ANY;
    config->iam = AWI_IAM_ENFORCE;
    expect(&wrong_session, "SignatureDoesNotMatch");
    assert_null(who(&session, &me).code.ptr);
    world.now_ms -= 6 * 60 * 1000;
    expect(&session, "SignatureDoesNotMatch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_role_session, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forgeries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expiry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_sessions_are_swept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_federation_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_user_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signatures_of_issued_keys, setup, teardown),
    };

    return cmocka_run_group_tests_name("sts-session", tests, NULL, NULL);
}
