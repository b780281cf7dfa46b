/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three accounts under `iam: enforce` (or audit), principals made through IAM, and a call to try.
 */
#pragma once

#include "tests/support/world.h"

#include "gen/dynamodb.h"
#include "gen/iam.h"
#include "gen/organizations.h"
#include "gen/s3.h"
#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DEV   "222222222222"
#define OTHER "333333333333"
#define ALLOW(action, resource)                                                                    \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"" action        \
    "\",\"Resource\":\"" resource "\"}]}"
#define DENY(action)                                                                               \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"" action         \
    "\",\"Resource\":\"*\"}]}"
#define NO(arn) "User: " arn " is not authorized to perform: dynamodb:ListTables on resource: *"
#define ANN     "arn:aws:iam::" DEV ":user/ann"

static struct t_world world;
__attribute__((unused)) static const struct t_keys boss = {.id = "test"}, dev = {.id = DEV},
                                                   other = {.id = OTHER};

static inline void open_world(const char *mode)
{
    static char yaml[256];

    snprintf(yaml,
             sizeof(yaml),
             "iam: %s\naccounts:\n  - id: \"" DEV "\"\n  - id: \"" OTHER "\"\n",
             mode);
    t_open(&world, yaml);
}

static inline int setup(void **state)
{
    open_world("enforce");
    return 0;
}

static inline int setup_audit(void **state)
{
    open_world("audit");
    return 0;
}

static inline int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static inline void
ok(const struct t_keys *keys, const char *service, const char *name, const void *in, void *out)
{
    struct t_error error = t_call(&world, keys, service, name, in, out);

    if (error.code.ptr) {
        fail_msg("%s: %.*s: %.*s", name, AWI_STR_FMT(error.code), AWI_STR_FMT(error.message));
    }
}

static inline void expect(struct t_error error, const char *code, const char *message)
{
    assert_string_equal(awi_arena_strz(&world.arena, error.code), code);
    if (message) {
        assert_string_equal(awi_arena_strz(&world.arena, error.message), message);
    }
}

/* --- Principals ------------------------------------------------------------------------------ */

static inline struct t_keys user(const struct t_keys *root, const char *name, const char *policy)
{
    struct iam_CreateUserRequest make = {.UserName = awi_str_from(name)};
    struct iam_CreateUserResponse made;
    struct iam_PutUserPolicyRequest put = {.UserName = make.UserName,
                                           .PolicyName = AWI_STR("own"),
                                           .PolicyDocument = awi_str_from(policy)};
    struct iam_CreateAccessKeyRequest key = {.UserName = make.UserName};
    struct iam_CreateAccessKeyResponse keys;

    ok(root, "iam", "CreateUser", &make, &made);
    if (policy) {
        ok(root, "iam", "PutUserPolicy", &put, NULL);
    }
    ok(root, "iam", "CreateAccessKey", &key, &keys);
    return (struct t_keys){.id = keys.AccessKey->AccessKeyId.ptr,
                           .secret = keys.AccessKey->SecretAccessKey.ptr};
}

static inline struct awi_str
managed(const struct t_keys *root, const char *name, const char *document)
{
    struct iam_CreatePolicyRequest in = {.PolicyName = awi_str_from(name),
                                         .PolicyDocument = awi_str_from(document)};
    struct iam_CreatePolicyResponse out;

    ok(root, "iam", "CreatePolicy", &in, &out);
    return out.Policy->Arn;
}

static inline void role(const struct t_keys *root, const char *trust, const char *policy)
{
    struct iam_CreateRoleRequest in = {.RoleName = AWI_STR("worker"),
                                       .AssumeRolePolicyDocument = awi_str_from(trust)};
    struct iam_CreateRoleResponse out;
    struct iam_PutRolePolicyRequest put = {.RoleName = AWI_STR("worker"),
                                           .PolicyName = AWI_STR("own"),
                                           .PolicyDocument = awi_str_from(policy)};

    ok(root, "iam", "CreateRole", &in, &out);
    ok(root, "iam", "PutRolePolicy", &put, NULL);
}

static inline struct t_keys keys_of(const struct sts_Credentials *given)
{
    return (struct t_keys){.id = given->AccessKeyId.ptr,
                           .secret = given->SecretAccessKey.ptr,
                           .token = given->SessionToken.ptr};
}

static inline struct t_error
assume(const struct t_keys *keys, const char *arn, const char *policy, struct t_keys *ret)
{
    struct sts_AssumeRoleRequest in = {.RoleArn = awi_str_from(arn),
                                       .RoleSessionName = AWI_STR("it"),
                                       .Policy = awi_str_from(policy)};
    struct sts_AssumeRoleResponse out;
    struct t_error error = t_call(&world, keys, "sts", "AssumeRole", &in, &out);

    if (!error.code.ptr) {
        *ret = keys_of(out.Credentials);
    }
    return error;
}

static inline struct t_error tables(const struct t_keys *keys)
{
    struct dynamodb_ListTablesInput in = {0};
    struct dynamodb_ListTablesOutput out;

    return t_call(&world, keys, "dynamodb", "ListTables", &in, &out);
}

static inline void allowed(struct t_error error)
{
    if (error.code.ptr) {
        fail_msg("%.*s: %.*s", AWI_STR_FMT(error.code), AWI_STR_FMT(error.message));
    }
}

#define TRUST(principal)                                                                           \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"     \
    "\"" principal "\"},\"Action\":\"sts:AssumeRole\"}]}"
