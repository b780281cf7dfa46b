/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation that has a handler has a row in the table of permissions. */
#include "services/dynamodb/access.h"
#include "services/dynamodb/dynamodb.h"

#include "gen/dynamodb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

extern const struct awi_service awi_service_dynamodb;

/* The generated struct of handlers is one pointer an operation, in the operations' order. */
typedef void (*any_handler)(void);

static bool has_row(struct awi_str operation)
{
    for (const struct awi_access_row *row = ddb_access_rows; row->operation.ptr; row++) {
        if (awi_str_eq(row->operation, operation)) {
            return true;
        }
    }
    return false;
}

static void test_every_handler_has_a_permission(void **state)
{
    const any_handler *handlers = awi_service_dynamodb.handlers;
    size_t handled = 0;

    assert_int_equal(sizeof(struct dynamodb_handlers) / sizeof(any_handler),
                     dynamodb_model.n_operations);
    for (size_t i = 0; i < dynamodb_model.n_operations; i++) {
        const struct awi_operation *operation = &dynamodb_model.operations[i];
        bool in_parts = awi_str_starts(operation->name, AWI_STR("Transact")) ||
                        awi_str_search(operation->name, AWI_STR("Execute")) >= 0;

        if (!handlers[operation->index]) {
            continue;
        }
        handled++;
        if (!in_parts && !has_row(operation->name)) {
            fail_msg("%.*s has no row", AWI_STR_FMT(operation->name));
        }
    }
    assert_true(handled >= 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_handler_has_a_permission),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
