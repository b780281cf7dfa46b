/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What credentials may do by their kind (identity.md 6.18-6.20), and signatures that are not right
 * (8.9, 10.2).
 */
#include "tests/core/request/fixture.h"

/* --- Kinds of credentials -------------------------------------------------------------------- */

static struct t_keys session_of(const struct t_keys *keys)
{
    struct sts_GetSessionTokenRequest in = {0};
    struct sts_GetSessionTokenResponse out;

    ok(keys, "sts", "GetSessionToken", &in, &out);
    return keys_of(out.Credentials);
}

static struct t_keys federated_of(const struct t_keys *keys)
{
    struct sts_GetFederationTokenRequest in = {.Name = AWI_STR("fred"),
                                               .Policy = AWI_STR(ALLOW("*", "*"))};
    struct sts_GetFederationTokenResponse out;

    ok(keys, "sts", "GetFederationToken", &in, &out);
    return keys_of(out.Credentials);
}

static struct t_error list_users(const struct t_keys *keys)
{
    struct iam_ListUsersRequest in = {0};
    struct iam_ListUsersResponse out;

    return t_call(&world, keys, "iam", "ListUsers", &in, &out);
}

static struct t_error key_info(const struct t_keys *keys)
{
    struct sts_GetAccessKeyInfoRequest in = {.AccessKeyId = AWI_STR("ASIAY34FZKBOKMUTVV7A")};
    struct sts_GetAccessKeyInfoResponse out;

    return t_call(&world, keys, "sts", "GetAccessKeyInfo", &in, &out);
}

static struct t_error who_am_i(const struct t_keys *keys)
{
    struct sts_GetCallerIdentityRequest in = {0};
    struct sts_GetCallerIdentityResponse out;

    return t_call(&world, keys, "sts", "GetCallerIdentity", &in, &out);
}

#define INVALID "The security token included in the request is invalid."

static void test_session_token_limits(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*")), got;
    struct t_keys session = session_of(&ann);

    role(&dev, TRUST(ANN), ALLOW("*", "*"));
    allowed(list_users(&ann));
    expect(list_users(&session), "InvalidClientTokenId", INVALID);
    allowed(key_info(&ann));
    expect(key_info(&session),
           "AccessDenied",
           "User: " ANN " is not authorized to perform: sts:GetAccessKeyInfo");
    allowed(who_am_i(&session));
    allowed(tables(&session));
    allowed(assume(&session, "arn:aws:iam::" DEV ":role/worker", NULL, &got));
    allowed(list_users(&got)); /* a role's session may */
}

static void test_federation_limits(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*")), got;
    struct t_keys federated = federated_of(&ann);

    allowed(who_am_i(&federated));
    allowed(tables(&federated));
    expect(list_users(&federated), "InvalidClientTokenId", INVALID);
    expect(
        assume(&federated, "arn:aws:iam::" DEV ":role/worker", NULL, &got), "AccessDenied", NULL);
    struct t_error error = key_info(&federated);
    expect(error,
           "AccessDenied",
           "User: arn:aws:sts::" DEV ":federated-user/fred is not authorized to perform: "
           "sts:GetAccessKeyInfo");
}

static void test_limits_audit(void **state)
{
    struct t_keys ann = user(&dev, "ann", NULL);
    struct t_keys session = session_of(&ann);

    allowed(list_users(&session));
    allowed(key_info(&session));
    allowed(tables(&ann));
}

/* --- Signatures ------------------------------------------------------------------------------ */

static void test_signature(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*"));
    struct t_keys wrong = {.id = ann.id, .secret = "another"};
    struct t_keys unknown = {.id = "AKIARZPUZDIKGB2VALC4", .secret = "x"};

    allowed(who_am_i(&ann));
    struct t_error error = who_am_i(&wrong);
    expect(error, "SignatureDoesNotMatch", NULL);
    assert_int_equal(error.status, 403);
    expect(tables(&wrong), "InvalidSignatureException", NULL);
    expect(who_am_i(&unknown), "InvalidClientTokenId", INVALID);
    expect(tables(&unknown), "UnrecognizedClientException", NULL);
}

static struct t_error buckets(const struct t_keys *keys)
{
    struct s3_ListBucketsRequest in = {0};
    struct s3_ListBucketsOutput out;

    return t_call(&world, keys, "s3", "ListBuckets", &in, &out);
}

static void test_clock_skew(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*"));

    world.now_ms += 6 * 60000;
    expect(who_am_i(&ann), "SignatureDoesNotMatch", NULL);
    allowed(buckets(&ann)); /* S3 takes a quarter of an hour */
    world.now_ms += 10 * 60000;
    struct t_error error = buckets(&ann);
    expect(error, "RequestTimeTooSkewed", NULL);
    assert_int_equal(error.status, 403);
    allowed(who_am_i(&dev)); /* nobody knows this key's secret */
}

/* Whoever moves the emulation's clock goes on signing by the machine's. */
static void test_moved_clock(void **state)
{
    struct t_keys ann = user(&dev, "ann", ALLOW("*", "*"));

    world.core.config->clock.shift_ms += 30 * 24 * 3600 * INT64_C(1000);
    allowed(who_am_i(&ann));
    world.now_ms += 30 * 24 * 3600 * INT64_C(1000);
    allowed(who_am_i(&ann));
    world.now_ms -= 10 * 24 * 3600 * INT64_C(1000);
    expect(who_am_i(&ann), "SignatureDoesNotMatch", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_session_token_limits),
        TEST(test_federation_limits),
        cmocka_unit_test_setup_teardown(test_limits_audit, setup_audit, teardown),
        TEST(test_signature),
        TEST(test_clock_skew),
        TEST(test_moved_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
