/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation that has a handler has a row in the table of permissions, and every row an
 * operation. */
#include "services/s3/access.h"

#include "gen/s3.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

extern const struct awi_service awi_service_s3;

/* The generated struct of handlers is one pointer an operation, in the operations' order. */
typedef void (*any_handler)(void);

static bool has_handler(const struct awi_operation *operation)
{
    const any_handler *handlers = awi_service_s3.handlers;

    return handlers[operation->index] != NULL;
}

static void test_every_handler_has_a_permission(void **state)
{
    size_t handled = 0;

    assert_int_equal(sizeof(struct s3_handlers) / sizeof(any_handler), s3_model.n_operations);
    for (size_t i = 0; i < s3_model.n_operations; i++) {
        const struct awi_operation *operation = &s3_model.operations[i];
        const struct s3_permission *row = s3_permission_of(operation->name);

        if (!has_handler(operation)) {
            continue;
        }
        handled++;
        if (!row) {
            fail_msg("%.*s has no row", AWI_STR_FMT(operation->name));
        }
        if (row->action) {
            assert_true(awi_str_starts(awi_str_from(row->action), AWI_STR("s3:")));
        } else { /* what browsers ask of anyone */
            assert_true(awi_str_starts(operation->name, AWI_STR("Options")));
        }
        assert_int_equal(row->target == S3_ON_ACCOUNT, awi_str_is(operation->name, "ListBuckets"));
    }
    assert_true(handled >= 13);
}

static void test_special_actions(void **state)
{
    assert_string_equal(s3_permission_of(AWI_STR("HeadBucket"))->action, "s3:ListBucket");
    assert_string_equal(s3_permission_of(AWI_STR("ListObjectsV2"))->action, "s3:ListBucket");
    assert_string_equal(s3_permission_of(AWI_STR("HeadObject"))->action, "s3:GetObject");
    assert_true(s3_permission_of(AWI_STR("CopyObject"))->flags & S3_NEEDS_SOURCE);
    assert_string_equal(s3_permission_of(AWI_STR("GetObject"))->version_action,
                        "s3:GetObjectVersion");
    assert_null(s3_permission_of(AWI_STR("NoSuchOperation")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_handler_has_a_permission),
        cmocka_unit_test(test_special_actions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
