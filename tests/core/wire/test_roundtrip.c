/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode(encode(x)) == x, for random values of the input and output of every operation of every
 * generated service, in each protocol that can carry them.
 */
#include "core/net/body.h"
#include "core/shape/value.h"
#include "core/wire/cbor.h"
#include "core/wire/wire.h"
#include "gen/dynamodb.h"
#include "random_value.h"
#include "wire_models.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROUNDS 40

static const struct awi_wire_ids ids = {.request_id = AWI_STR_INIT("id")};

/* Bodies are equal when their bytes are; then they are made the same, for awi_shape_equal. */
static void same_bodies(const struct awi_shape *shape, const void *a, void *b)
{
    for (size_t i = 0; i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        if (member->shape->type != AWI_TYPE_BODY) {
            continue;
        }
        struct awi_body *x = *(struct awi_body *const *)((const char *)a + member->offset);
        struct awi_body **y = (struct awi_body **)((char *)b + member->offset);
        if (x && *y && x->size == (*y)->size && memcmp(x->data, (*y)->data, x->size) == 0) {
            *y = x;
        }
    }
}

static void fail_with(const struct awi_operation *op,
                      enum awi_protocol protocol,
                      const char *what,
                      struct awi_str body,
                      struct awi_str error)
{
    fail_msg("%.*s, protocol %d: %s: %.*s\n%.*s",
             AWI_STR_FMT(op->name),
             protocol,
             what,
             AWI_STR_FMT(error),
             AWI_STR_FMT(body));
}

static void check_input(struct random_source *source,
                        const struct awi_model *model,
                        const struct awi_operation *op,
                        enum awi_protocol protocol)
{
    struct awi_arena *arena = source->arena;
    struct awi_wire_request request;
    struct awi_str error = AWI_STR("");
    void *in = awi_arena_calloc(arena, 1, op->input->size);
    void *again = awi_arena_calloc(arena, 1, op->input->size);

    assert_non_null(in);
    assert_non_null(again);
    random_value(source, op->input, 0, in);
    assert_int_equal(awi_wire_encode_request(arena, protocol, model, op, in, &request), 0);
    if (awi_wire_decode(arena, protocol, op, &request, again, &error) != 0) {
        fail_with(op, protocol, "request not read", request.body, error);
    }
    same_bodies(op->input, in, again);
    if (!awi_shape_equal(op->input, in, again)) {
        fail_with(op, protocol, "another input", request.body, request.query);
    }
    if (model->protocols >> protocol & 1) {
        struct awi_wire_call call;
        assert_int_equal(awi_wire_route(arena, model, &request, &call), 0);
        assert_int_equal(call.protocol, protocol);
        assert_non_null(call.operation);
        /* Operations that share path and parameters are told apart in test_route.c. */
        if (protocol != AWI_PROTO_REST_XML) {
            assert_ptr_equal(call.operation, op);
        }
    }
}

static void check_output(struct random_source *source,
                         const struct awi_model *model,
                         const struct awi_operation *op,
                         enum awi_protocol protocol)
{
    struct awi_arena *arena = source->arena;
    struct awi_wire_answer answer;
    struct awi_str error = AWI_STR("");
    void *out = awi_arena_calloc(arena, 1, op->output->size);
    void *again = awi_arena_calloc(arena, 1, op->output->size);

    assert_non_null(out);
    assert_non_null(again);
    random_value(source, op->output, 0, out);
    assert_int_equal(awi_wire_encode(arena, protocol, model, op, out, &ids, &answer), 0);
    if (awi_wire_decode_answer(arena, protocol, op, &answer, again, &error) != 0) {
        fail_with(op, protocol, "answer not read", answer.body, error);
    }
    same_bodies(op->output, out, again);
    if (!awi_shape_equal(op->output, out, again)) {
        fail_with(op, protocol, "another output", answer.body, AWI_STR(""));
    }
}

static bool is_rest(const struct awi_model *model)
{
    return model->protocols & (1u << AWI_PROTO_REST_JSON | 1u << AWI_PROTO_REST_XML);
}

static void check_protocol(enum awi_protocol protocol)
{
    struct awi_arena arena;
    struct random_source source = {.arena = &arena, .state = 42 + protocol, .protocol = protocol};
    bool rest = protocol == AWI_PROTO_REST_JSON || protocol == AWI_PROTO_REST_XML;
    size_t checked = 0;

    awi_arena_init(&arena, 64 << 20);
    for (size_t m = 0; m < wire_n_models; m++) {
        /* What the model binds to headers, other protocols' bodies do not carry. */
        if (is_rest(wire_models[m]) && !rest && protocol != AWI_PROTO_CBOR) {
            continue;
        }
        for (size_t i = 0; i < wire_models[m]->n_operations; i++) {
            const struct awi_operation *op = &wire_models[m]->operations[i];
            for (size_t round = 0; round < ROUNDS; round++) {
                awi_arena_reset(&arena);
                if (op->input) {
                    check_input(&source, wire_models[m], op, protocol);
                }
                if (op->output) {
                    check_output(&source, wire_models[m], op, protocol);
                }
                checked++;
            }
        }
    }
    awi_arena_deinit(&arena);
    assert_true(checked > 300 * ROUNDS);
}

static void test_roundtrip(void **state)
{
    check_protocol(*(enum awi_protocol *)*state);
}

/* Copies are deep and equal. */
static void test_copy(void **state)
{
    struct awi_arena arena;
    struct random_source source = {.arena = &arena, .state = 7, .protocol = AWI_PROTO_JSON10};
    const struct awi_shape *shape = &dynamodb_PutItemInput_shape;

    (void)state;
    awi_arena_init(&arena, 64 << 20);
    for (size_t i = 0; i < 200; i++) {
        struct dynamodb_PutItemInput value = {0};
        struct dynamodb_PutItemInput copy;
        random_value(&source, shape, 0, &value);
        assert_int_equal(awi_shape_copy(&arena, shape, &copy, &value), 0);
        assert_true(awi_shape_equal(shape, &value, &copy));
        copy.TableName = AWI_STR("another");
        assert_false(awi_shape_equal(shape, &value, &copy));
        awi_arena_reset(&arena);
    }
    awi_arena_deinit(&arena);
}

int main(void)
{
    static enum awi_protocol all[] = {AWI_PROTO_QUERY,
                                      AWI_PROTO_EC2,
                                      AWI_PROTO_JSON10,
                                      AWI_PROTO_JSON11,
                                      AWI_PROTO_REST_JSON,
                                      AWI_PROTO_REST_XML,
                                      AWI_PROTO_CBOR};
    const struct CMUnitTest tests[] = {
        {"roundtrip_query", test_roundtrip, NULL, NULL, &all[0]},
        {"roundtrip_ec2", test_roundtrip, NULL, NULL, &all[1]},
        {"roundtrip_json10", test_roundtrip, NULL, NULL, &all[2]},
        {"roundtrip_json11", test_roundtrip, NULL, NULL, &all[3]},
        {"roundtrip_rest_json", test_roundtrip, NULL, NULL, &all[4]},
        {"roundtrip_rest_xml", test_roundtrip, NULL, NULL, &all[5]},
        {"roundtrip_cbor", test_roundtrip, NULL, NULL, &all[6]},
        cmocka_unit_test(test_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
