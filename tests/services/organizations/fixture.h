/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of Organizations share: a world whose default account runs the organization.
 */
#pragma once

#include "tests/support/world.h"

#include "gen/organizations.h"
#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct t_world world;
static const struct t_keys boss = {.id = "test"};
static const struct t_keys stranger = {.id = "999999999999"};

static inline int setup(void **state)
{
    t_open(&world, NULL);
    return 0;
}

static inline int teardown(void **state)
{
    t_close(&world);
    return 0;
}

static inline struct t_error
call(const struct t_keys *keys, const char *operation, const void *in, void *out)
{
    return t_call(&world, keys, "organizations", operation, in, out);
}

static inline void
allow(const struct t_keys *keys, const char *operation, const void *in, void *out)
{
    struct t_error error = call(keys, operation, in, out);

    if (error.code.ptr) {
        fail_msg("%s: %.*s: %.*s", operation, AWI_STR_FMT(error.code), AWI_STR_FMT(error.message));
    }
}

static inline void
refuse(const struct t_keys *keys, const char *operation, const void *in, const char *code)
{
    static union {
        struct organizations_CreateAccountResponse a;
        struct organizations_DescribeAccountResponse b;
        struct organizations_CreateOrganizationalUnitResponse c;
        struct organizations_ListAccountsResponse d;
        char room[512];
    } out;
    struct t_error error = call(keys, operation, in, &out);

    if (!awi_str_is(error.code, code)) {
        fail_msg("%s: %s, not %.*s %.*s",
                 operation,
                 code,
                 AWI_STR_FMT(error.code),
                 AWI_STR_FMT(error.message));
    }
    assert_int_equal(error.status, 400);
}

static inline struct organizations_Organization *create(void)
{
    struct organizations_CreateOrganizationRequest in = {.FeatureSet = AWI_STR_NULL};
    struct organizations_CreateOrganizationResponse out;

    allow(&boss, "CreateOrganization", &in, &out);
    return out.Organization;
}

static inline struct organizations_CreateAccountStatus *make(const char *name, const char *email)
{
    struct organizations_CreateAccountRequest in = {
        .AccountName = awi_str_from(name),
        .Email = awi_str_from(email),
    };
    struct organizations_CreateAccountResponse out;

    allow(&boss, "CreateAccount", &in, &out);
    assert_string_equal(out.CreateAccountStatus->State.ptr, "IN_PROGRESS");
    assert_true(awi_str_starts(out.CreateAccountStatus->Id, AWI_STR("car-")));
    return out.CreateAccountStatus;
}

static inline struct organizations_CreateAccountStatus *status_of(struct awi_str id)
{
    struct organizations_DescribeCreateAccountStatusRequest in = {.CreateAccountRequestId = id};
    struct organizations_DescribeCreateAccountStatusResponse out;

    allow(&boss, "DescribeCreateAccountStatus", &in, &out);
    return out.CreateAccountStatus;
}

static inline struct t_error
assume(const struct t_keys *keys, struct awi_str account, const char *role)
{
    struct sts_AssumeRoleRequest in = {
        .RoleArn =
            awi_arena_printf(&world.arena, "arn:aws:iam::%.*s:role/%s", AWI_STR_FMT(account), role),
        .RoleSessionName = AWI_STR("test"),
    };
    struct sts_AssumeRoleResponse out;

    return t_call(&world, keys, "sts", "AssumeRole", &in, &out);
}
