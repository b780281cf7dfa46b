/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instance metadata service and the container credentials endpoint: tokens, what is told, and
 * credentials that work in the default account and in no other.
 */
#include "core/util/json.h"
#include "tests/support/world.h"

#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define IMDS "169.254.169.254"
#define ECS  "169.254.170.2"

static struct t_world world;

static int setup(void **state)
{
    t_open(&world, "account_id: '111111111111'\nregion: eu-west-1\n");
    return 0;
}

static int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static struct awi_str get(const char *host, const char *path, const char *token, int status)
{
    struct awi_str body;
    int got =
        t_http(&world, "GET", host, path, token ? "X-aws-ec2-metadata-token" : NULL, token, &body);

    if (got != status) {
        fail_msg("%s: %d, not %d: %.*s", path, got, status, AWI_STR_FMT(body));
    }
    return body;
}

static const char *new_token(const char *ttl)
{
    struct awi_str body;

    assert_int_equal(t_http(&world,
                            "PUT",
                            IMDS,
                            "/latest/api/token",
                            "X-aws-ec2-metadata-token-ttl-seconds",
                            ttl,
                            &body),
                     200);
    assert_true(body.len > 20 && body.len <= 80);
    return awi_arena_strz(&world.arena, body);
}

static void test_token(void **state)
{
    const char *token = new_token("60");
    char forged[100];
    struct awi_str body;

    get(IMDS, "/latest/meta-data/", token, 200);
    get(IMDS, "/latest/meta-data/", NULL, 200);
    memcpy(forged, token, strlen(token) + 1);
    forged[30] = forged[30] == 'A' ? 'B' : 'A';
    get(IMDS, "/latest/meta-data/", forged, 401);
    get(IMDS, "/latest/meta-data/", "x", 401);
    world.core.config->clock.shift_ms += 61000;
    get(IMDS, "/latest/meta-data/", token, 401);

    static const char *const bad[] = {"0", "21601", "-1", "many"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(t_http(&world,
                                "PUT",
                                IMDS,
                                "/latest/api/token",
                                "X-aws-ec2-metadata-token-ttl-seconds",
                                bad[i],
                                &body),
                         400);
    }
    assert_int_equal(t_http(&world, "PUT", IMDS, "/latest/api/token", NULL, NULL, &body), 400);
    assert_int_equal(
        t_http(&world, "PUT", IMDS, "/latest/api/token", "X-Forwarded-For", "10.0.0.1", &body),
        403);
    assert_int_equal(t_http(&world, "POST", IMDS, "/latest/meta-data/", NULL, NULL, &body), 405);
}

/* What a folder lists can be asked for; how many pages there are below it. */
static int ask_below(const char *folder)
{
    struct awi_str list = get(IMDS, folder, NULL, 200), name;
    int n = 0;

    while (awi_str_cut(&list, '\n', &name)) {
        struct awi_str path = awi_arena_printf(&world.arena, "%s%.*s", folder, AWI_STR_FMT(name));
        if (awi_str_ends(name, AWI_STR("/"))) {
            n += ask_below(path.ptr);
        } else {
            assert_true(get(IMDS, path.ptr, NULL, 200).len > 0);
            n++;
        }
    }
    return n;
}

static void test_what_is_told(void **state)
{
    assert_true(
        awi_str_is(get(IMDS, "/latest/meta-data/placement/region", NULL, 200), "eu-west-1"));
    assert_true(awi_str_is(get(IMDS, "/latest/meta-data/placement/availability-zone", NULL, 200),
                           "eu-west-1a"));
    struct awi_str id = get(IMDS, "/latest/meta-data/instance-id", NULL, 200);
    assert_int_equal(id.len, 19);
    assert_true(awi_str_eq(id, get(IMDS, "/latest/meta-data/instance-id", NULL, 200)));
    struct awi_str text = get(IMDS, "/latest/dynamic/instance-identity/document", NULL, 200);
    AWI_AUTO(json) json_t *document = json_loadb(text.ptr, text.len, 0, NULL);
    assert_non_null(document);
    assert_string_equal(json_string_value(json_object_get(document, "accountId")), "111111111111");
    assert_string_equal(json_string_value(json_object_get(document, "region")), "eu-west-1");
    assert_true(awi_str_is(get(IMDS, "/", NULL, 200), "latest"));
    assert_true(awi_str_is(get(IMDS, "/latest/", NULL, 200), "dynamic/\nmeta-data/"));
    assert_int_equal(ask_below("/latest/"), 9);
    assert_true(
        awi_str_is(get(IMDS, "/latest/meta-data/iam", NULL, 200), "info\nsecurity-credentials/"));
    get(IMDS, "/latest/user-data", NULL, 404);
    get(IMDS, "/latest/meta-data/nothing", NULL, 404);
    get(IMDS, "/latest/meta-data/iam/security-credentials/other", NULL, 404);
    get(ECS, "/", NULL, 404);
    get(ECS, "/v4/metadata", NULL, 404);
}

/* The credentials in this JSON are those of the role, and work. */
static void credentials_work(struct awi_str text, bool container)
{
    AWI_AUTO(json) json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    struct sts_GetCallerIdentityRequest in = {0};
    struct sts_GetCallerIdentityResponse out;

    assert_non_null(root);
    struct t_keys keys = {
        .id = json_string_value(json_object_get(root, "AccessKeyId")),
        .secret = json_string_value(json_object_get(root, "SecretAccessKey")),
        .token = json_string_value(json_object_get(root, "Token")),
    };
    assert_true(json_is_string(json_object_get(root, "Expiration")));
    if (container) {
        assert_string_equal(json_string_value(json_object_get(root, "RoleArn")),
                            "arn:aws:iam::111111111111:role/awsintercept");
    } else {
        assert_string_equal(json_string_value(json_object_get(root, "Code")), "Success");
        assert_string_equal(json_string_value(json_object_get(root, "Type")), "AWS-HMAC");
    }
    /* Also where signatures are verified and policies enforced. */
    world.core.config->iam = AWI_IAM_ENFORCE;
    struct t_error error = t_call(&world, &keys, "sts", "GetCallerIdentity", &in, &out);
    assert_null(error.code.ptr);
    assert_string_equal(out.Account.ptr, "111111111111");
    assert_true(
        awi_str_starts(out.Arn, AWI_STR("arn:aws:sts::111111111111:assumed-role/awsintercept/i-")));
    keys.secret = "another";
    error = t_call(&world, &keys, "sts", "GetCallerIdentity", &in, &out);
    assert_true(awi_str_is(error.code, "SignatureDoesNotMatch"));
}

static void test_instance_credentials(void **state)
{
    const char *token = new_token("21600");
    struct awi_str role = get(IMDS, "/latest/meta-data/iam/security-credentials/", token, 200);

    assert_true(awi_str_is(role, "awsintercept"));
    credentials_work(
        get(IMDS, "/latest/meta-data/iam/security-credentials/awsintercept", token, 200), false);
}

static void test_container_credentials(void **state)
{
    credentials_work(get(ECS, "/v2/credentials/3b2f", NULL, 200), true);
}

static void test_eks_credentials(void **state)
{
    credentials_work(get("169.254.170.23", "/v1/credentials", NULL, 200), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_token, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_instance_credentials, setup, teardown),
        cmocka_unit_test_setup_teardown(test_container_credentials, setup, teardown),
        cmocka_unit_test_setup_teardown(test_eks_credentials, setup, teardown),
    };

    return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
