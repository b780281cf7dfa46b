/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the generator says about structs against what the compiler made of them.
 */
#include "core/shape/shape.h"
#include "core/shape/value.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void test_offsets_fit(void **state)
{
    static const struct awi_shape *const shapes[] = {
        &small_PutRequest_shape, &small_Tree_shape, &small_Record_shape, &small_Gone_shape};

    (void)state;
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        size_t end = 0;
        for (size_t i = 0; i < shapes[s]->n_members; i++) {
            const struct awi_member *member = &shapes[s]->members[i];
            assert_true(member->offset >= end);
            end = member->offset + awi_shape_member_size(member->shape);
        }
        assert_true(shapes[s]->size >= end && shapes[s]->size < end + 8);
    }
    assert_int_equal(small_Trees_shape.size, sizeof(struct small_Tree));
    assert_int_equal(small_TreeMap_shape.size, sizeof(struct small_TreeMap_entry));
    assert_int_equal(small_TreeMap_shape.value_offset, offsetof(struct small_TreeMap_entry, value));
}

static void test_traits(void **state)
{
    const struct awi_operation *put = &small_model.operations[small_op_Put];

    (void)state;
    assert_true(awi_str_is(put->name, "Put"));
    assert_int_equal(put->status, 204);
    assert_int_equal(put->flags, AWI_OP_UNSIGNED);
    assert_ptr_equal(put->errors[0], &small_Gone_error);
    assert_null(put->errors[1]);
    assert_null(small_model.operations[small_op_Get].errors[0]);
    assert_true(awi_str_is(small_PutRequest_shape.xml_name, "PutRoot"));
    assert_int_equal(small_Gone_error.status, 410);
    assert_true(awi_str_is(small_Gone_error.query_code, "IsGone"));
    assert_null(small_Gone_error.shape);
    assert_true(awi_str_is(small_model.signing_name, "sm"));
    assert_int_equal(small_model.protocols, 1u << AWI_PROTO_REST_XML | 1u << AWI_PROTO_CBOR);
    assert_int_equal(small_Tree_shape.type, AWI_TYPE_UNION);
    assert_int_equal(small_PutRequest_shape.members[1].shape->type, AWI_TYPE_BODY);
    assert_true(small_PutRequest_shape.members[1].flags & AWI_MEMBER_PAYLOAD);
    assert_true(small_Number_shape.has_min && small_Number_shape.min == -1);
    assert_false(small_Name_shape.has_max);
    assert_string_equal(small_Name_shape.pattern, "[\\w\"?]+\xc3\xa9");
}

static int put(struct awi_req *req, const struct small_PutRequest *in, void *out)
{
    (void)req;
    (void)out;
    return in->int_.v;
}

static void test_thunks(void **state)
{
    const struct small_handlers handlers = {.Put = put};
    const struct small_PutRequest in = {.int_ = AWI_SOME(7)};

    (void)state;
    assert_int_equal(small_model.operations[small_op_Put].call(&handlers, NULL, &in, NULL), 7);
    assert_int_equal(small_model.operations[small_op_Get].call(&handlers, NULL, NULL, NULL),
                     AWI_NO_HANDLER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets_fit),
        cmocka_unit_test(test_traits),
        cmocka_unit_test(test_thunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
