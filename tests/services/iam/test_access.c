/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every operation of IAM that is implemented has a row that says what it needs permission for.
 */
#include "services/iam/iam.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_every_operation_has_a_row(void **state)
{
    /* The generated struct is one pointer an operation, in the model's order. */
    const void *const *slots = (const void *const *)&iam_handlers;
    size_t implemented = 0;

    assert_int_equal(sizeof(iam_handlers) / sizeof(void *), iam_model.n_operations);
    for (size_t i = 0; i < iam_model.n_operations; i++) {
        if (!slots[i]) {
            continue;
        }
        implemented++;
        if (!iam_access_knows(iam_model.operations[i].name)) {
            fail_msg("%.*s has no row", AWI_STR_FMT(iam_model.operations[i].name));
        }
    }
    assert_true(implemented > 100);
}

static void test_unknown_operations_have_none(void **state)
{
    assert_false(iam_access_knows(AWI_STR("CreateNothing")));
    assert_false(iam_access_knows(AWI_STR("")));
    assert_true(iam_access_knows(AWI_STR("CreateRole")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_has_a_row),
        cmocka_unit_test(test_unknown_operations_have_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
