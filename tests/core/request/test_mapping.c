/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation that a service handles is known to its table or function of permissions, and one
 * that is not is recorded in audit and refused in enforce (identity.md 10.4).
 */
#include "core/request/access.h"
#include "core/request/call.h"
#include "core/request/req.h"
#include "tests/support/world.h"

#include "gen/log.h"
#include "gen/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A request of the root user that names nothing. */
static bool is_mapped(struct t_world *world,
                      const struct awi_service *service,
                      const struct awi_operation *operation)
{
    struct awi_http_exchange x = {.arena = &world->arena};
    struct awi_access_list list;
    struct awi_str why;
    struct awi_req req = {
        .core = &world->core,
        .http = &x,
        .arena = &world->arena,
        .config = world->core.config,
        .now = world->now_ms,
        .model = service->model,
        .service = service,
        .operation = operation,
        .protocol = (enum awi_protocol)service->model->protocol,
        .endpoint = {.region = AWI_STR("us-east-1"), .partition = AWI_STR("aws")},
        .identity = {.account = AWI_STR("123456789012"),
                     .principal = {.type = AWI_PRINCIPAL_ROOT,
                                   .account = AWI_STR("123456789012"),
                                   .arn = AWI_STR("arn:aws:iam::123456789012:root")}},
        .in = awi_arena_calloc(
            &world->arena, 1, operation->input ? operation->input->size : sizeof(int)),
    };

    assert_int_equal(awi_core_store(&world->core, &world->arena, &req.store, &why), 0);
    assert_int_equal(awi_txn_begin(req.store, false, &req.txn), 0);
    int r = awi_request_access(&req, &list);
    awi_txn_abort(req.txn);
    assert_true(r >= 0);
    /* What is wrong with an empty input is said by those who know the operation. */
    return r > 0 || list.items;
}

static void test_every_operation(void **state)
{
    struct t_world world;
    size_t handled = 0, unmapped = 0;

    t_open(&world, NULL);
    for (const struct awi_service *const *at = awi_services; *at; at++) {
        for (size_t i = 0; i < (*at)->model->n_operations; i++) {
            const struct awi_operation *operation = &(*at)->model->operations[i];
            if (!awi_request_is_handled(*at, operation)) {
                continue;
            }
            handled++;
            if (!is_mapped(&world, *at, operation)) {
                unmapped++;
                print_message("# %.*s %.*s has no permission\n",
                              AWI_STR_FMT((*at)->model->id),
                              AWI_STR_FMT(operation->name));
            }
        }
    }
    t_close(&world);
    assert_true(handled > 50);
    assert_int_equal(unmapped, 0);
}

/* --- A service that forgot ------------------------------------------------------------------- */

static int calls;

static int answer(struct awi_req *req,
                  const struct sts_GetCallerIdentityRequest *in,
                  struct sts_GetCallerIdentityResponse *out)
{
    calls++;
    return 0;
}

static const struct sts_handlers handlers = {.GetCallerIdentity = answer};
static const struct awi_service forgetful = {.model = &sts_model, .handlers = &handlers};
static const struct awi_service *const only[] = {&forgetful, NULL};

static struct t_error call(const char *yaml, struct t_world *world)
{
    const struct t_keys root = {.id = "123456789012"};
    struct sts_GetCallerIdentityRequest in = {0};
    struct sts_GetCallerIdentityResponse out;

    t_open(world, yaml);
    world->core.services = only;
    calls = 0;
    return t_call(world, &root, "sts", "GetCallerIdentity", &in, &out);
}

static void test_unmapped_enforce(void **state)
{
    struct t_world world;
    struct t_error error = call("iam: enforce\n", &world);

    assert_string_equal(awi_arena_strz(&world.arena, error.code), "AccessDenied");
    assert_int_equal(error.status, 403);
    assert_string_equal(awi_arena_strz(&world.arena, error.message),
                        "awsintercept does not know which permissions GetCallerIdentity of STS "
                        "needs");
    assert_int_equal(calls, 0);
    t_close(&world);
}

static int see(void *arg, const struct log_Call *entry)
{
    if (entry->Access.n == 1 && awi_str_is(entry->Access.items[0].Decision, "unmapped") &&
        awi_str_is(entry->Access.items[0].Action, "sts:GetCallerIdentity")) {
        ++*(int *)arg;
    }
    return 0;
}

static void test_unmapped_audit(void **state)
{
    struct t_world world;
    uint64_t position = 0;
    int seen = 0;

    assert_null(call("iam: audit\n", &world).code.ptr);
    assert_int_equal(calls, 1);
    if (awi_core_journal(&world.core)) {
        assert_int_equal(awi_call_each(awi_core_journal(&world.core), &position, see, &seen), 0);
        assert_int_equal(seen, 1);
    }
    t_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation),
        cmocka_unit_test(test_unmapped_enforce),
        cmocka_unit_test(test_unmapped_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
