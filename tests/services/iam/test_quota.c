/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an account may have at most: the first that is too many is refused, and room that a deletion
 * makes can be used.
 */
#include "tests/support/world.h"

#include "gen/iam.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TRUST                                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"     \
    "\"111111111111\"},\"Action\":\"sts:AssumeRole\"}]}"
#define ALLOW                                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\","         \
    "\"Resource\":\"*\"}}"

static struct t_world world;
static const struct t_keys keys = {.id = "111111111111"};
static const struct t_keys other = {.id = "222222222222"};
static char room[1024];

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

/* Operations that delete or put answer nothing. */
static void *out_of(const char *operation)
{
    return strncmp(operation, "Delete", 6) == 0 || strncmp(operation, "Put", 3) == 0 ? NULL : room;
}

static void allow(const struct t_keys *who, const char *operation, const void *in)
{
    struct t_error error = t_call(&world, who, "iam", operation, in, out_of(operation));

    if (error.code.ptr) {
        fail_msg("%s: %.*s", operation, AWI_STR_FMT(error.message));
    }
}

static void refuse(const char *operation, const void *in, const char *message)
{
    struct t_error error = t_call(&world, &keys, "iam", operation, in, out_of(operation));

    assert_int_equal(error.status, 409);
    assert_true(awi_str_is(error.code, "LimitExceeded"));
    if (!awi_str_is(error.message, message)) {
        fail_msg("%s: %.*s", operation, AWI_STR_FMT(error.message));
    }
}

/* Made many times under names of their own; the arena would hold every answer. */
static struct awi_str name(int i)
{
    static char text[32];

    snprintf(text, sizeof(text), "n%d", i);
    return awi_str_from(text);
}

static void test_users(void **state)
{
    for (int i = 0; i < 5000; i++) {
        struct iam_CreateUserRequest in = {.UserName = name(i)};
        allow(&keys, "CreateUser", &in);
    }
    struct iam_CreateUserRequest more = {.UserName = AWI_STR("more")};
    struct iam_DeleteUserRequest gone = {.UserName = AWI_STR("n7")};
    refuse("CreateUser", &more, "Cannot exceed quota for UsersPerAccount: 5000");
    allow(&other, "CreateUser", &more);
    allow(&keys, "DeleteUser", &gone);
    allow(&keys, "CreateUser", &more);
    more.UserName = AWI_STR("again");
    refuse("CreateUser", &more, "Cannot exceed quota for UsersPerAccount: 5000");
}

static void test_groups(void **state)
{
    struct iam_CreateGroupRequest in;

    for (int i = 0; i < 300; i++) {
        in = (struct iam_CreateGroupRequest){.GroupName = name(i)};
        allow(&keys, "CreateGroup", &in);
    }
    in.GroupName = AWI_STR("more");
    refuse("CreateGroup", &in, "Cannot exceed quota for GroupsPerAccount: 300");
}

static void test_roles(void **state)
{
    struct iam_CreateRoleRequest in = {.AssumeRolePolicyDocument = AWI_STR(TRUST)};
    struct iam_CreateServiceLinkedRoleRequest linked = {.AWSServiceName =
                                                            AWI_STR("ecs.amazonaws.com")};
    struct iam_DeleteRoleRequest gone = {.RoleName = AWI_STR("n0")};

    allow(&keys, "CreateServiceLinkedRole", &linked);
    for (int i = 0; i < 999; i++) {
        in.RoleName = name(i);
        allow(&keys, "CreateRole", &in);
    }
    in.RoleName = AWI_STR("more");
    refuse("CreateRole", &in, "Cannot exceed quota for RolesPerAccount: 1000");
    allow(&keys, "DeleteRole", &gone);
    allow(&keys, "CreateRole", &in);
}

static void test_policies(void **state)
{
    struct iam_CreatePolicyRequest in = {.PolicyDocument = AWI_STR(ALLOW)};

    for (int i = 0; i < 1500; i++) {
        in.PolicyName = name(i);
        allow(&keys, "CreatePolicy", &in);
    }
    in.PolicyName = AWI_STR("more");
    refuse("CreatePolicy", &in, "Cannot exceed quota for PoliciesPerAccount: 1500");
}

static void test_profiles(void **state)
{
    struct iam_CreateInstanceProfileRequest in;

    for (int i = 0; i < 1000; i++) {
        in = (struct iam_CreateInstanceProfileRequest){.InstanceProfileName = name(i)};
        allow(&keys, "CreateInstanceProfile", &in);
    }
    in.InstanceProfileName = AWI_STR("more");
    refuse(
        "CreateInstanceProfile", &in, "Cannot exceed quota for InstanceProfilesPerAccount: 1000");
}

/* A policy whose size, white space apart, is len: a long Sid fills it. */
static struct awi_str policy_of(size_t len, bool trust)
{
    static const char head[] = "{\"Version\":\"2012-10-17\",\n\"Statement\":  {\"Effect\":"
                               "\"Allow\",";
    static const char grant[] = "\"Action\":\"s3:*\",\"Resource\":\"*\",\"Sid\":\"";
    static const char admit[] = "\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":"
                                "\"111111111111\"},\"Sid\":\"";
    static char text[20000];
    const char *middle = trust ? admit : grant;
    size_t blanks = 3, frame = strlen(head) - blanks + strlen(middle) + strlen("\"}}");
    int at = snprintf(text, sizeof(text), "%s%s", head, middle);

    memset(text + at, 'x', len - frame);
    snprintf(text + at + len - frame, 4, "%s", "\"}}");
    return awi_str_from(text);
}

static void test_sizes(void **state)
{
    struct iam_CreateUserRequest user = {.UserName = AWI_STR("u")};
    struct iam_CreateGroupRequest group = {.GroupName = AWI_STR("g")};
    struct iam_CreateRoleRequest role = {.RoleName = AWI_STR("r")};
    struct iam_PutUserPolicyRequest in_user = {.UserName = user.UserName,
                                               .PolicyName = AWI_STR("p")};

    allow(&keys, "CreateUser", &user);
    allow(&keys, "CreateGroup", &group);
    role.AssumeRolePolicyDocument = policy_of(2048, true);
    allow(&keys, "CreateRole", &role);
    role.RoleName = AWI_STR("r2");
    role.AssumeRolePolicyDocument = policy_of(2049, true);
    refuse("CreateRole", &role, "Cannot exceed quota for ACLSizePerRole: 2048");

    in_user.PolicyDocument = policy_of(2048, false);
    allow(&keys, "PutUserPolicy", &in_user);
    in_user.PolicyDocument = policy_of(2049, false);
    refuse("PutUserPolicy", &in_user, "Maximum policy size of 2048 bytes exceeded for user u");
    in_user.PolicyName = AWI_STR("q");
    in_user.PolicyDocument = policy_of(100, false);
    refuse("PutUserPolicy", &in_user, "Maximum policy size of 2048 bytes exceeded for user u");

    struct iam_PutGroupPolicyRequest in_group = {.GroupName = group.GroupName,
                                                 .PolicyName = AWI_STR("p"),
                                                 .PolicyDocument = policy_of(5121, false)};
    refuse("PutGroupPolicy", &in_group, "Maximum policy size of 5120 bytes exceeded for group g");
    struct iam_PutRolePolicyRequest in_role = {.RoleName = AWI_STR("r"),
                                               .PolicyName = AWI_STR("p"),
                                               .PolicyDocument = policy_of(10241, false)};
    refuse("PutRolePolicy", &in_role, "Maximum policy size of 10240 bytes exceeded for role r");
    in_role.PolicyDocument = policy_of(10240, false);
    allow(&keys, "PutRolePolicy", &in_role);
    struct iam_CreatePolicyRequest managed = {.PolicyName = AWI_STR("m"),
                                              .PolicyDocument = policy_of(6145, false)};
    refuse("CreatePolicy", &managed, "Cannot exceed quota for PolicySize: 6144");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_users, setup, teardown),
        cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(test_roles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_policies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profiles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
