/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of transactions do not gather: those whose ten minutes are over go as new ones come. */
#include "core/identity/moved.h"
#include "core/store/store.h"
#include "core/util/cleanup.h"
#include "tests/support/world.h"

#include "gen/dynamodb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ACCOUNT "111111111111"

static struct t_world world;
static const struct t_keys root = {.id = ACCOUNT};

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

static void create_table(void)
{
    struct dynamodb_KeySchemaElement key = {.AttributeName = AWI_STR("pk"),
                                            .KeyType = AWI_STR("HASH")};
    struct dynamodb_AttributeDefinition attribute = {.AttributeName = AWI_STR("pk"),
                                                     .AttributeType = AWI_STR("S")};
    struct dynamodb_CreateTableInput in = {
        .TableName = AWI_STR("tab"),
        .KeySchema = {&key, 1, true},
        .AttributeDefinitions = {&attribute, 1, true},
        .BillingMode = AWI_STR("PAY_PER_REQUEST"),
    };
    struct dynamodb_CreateTableOutput out;

    assert_false(awi_str_is_set(t_call(&world, &root, "dynamodb", "CreateTable", &in, &out).code));
}

static void put(const char *token)
{
    struct dynamodb_AttributeMap_entry entry = {.key = AWI_STR("pk"),
                                                .value = {.S = awi_str_from(token)}};
    struct dynamodb_Put item = {.TableName = AWI_STR("tab"), .Item = {&entry, 1, true}};
    struct dynamodb_TransactWriteItem part = {.Put = &item};
    struct dynamodb_TransactWriteItemsInput in = {.TransactItems = {&part, 1, true},
                                                  .ClientRequestToken = awi_str_from(token)};
    struct dynamodb_TransactWriteItemsOutput out;

    assert_false(
        awi_str_is_set(t_call(&world, &root, "dynamodb", "TransactWriteItems", &in, &out).code));
}

static struct awi_txn *begin(bool write)
{
    struct awi_store *store = NULL;
    struct awi_txn *txn = NULL;
    struct awi_str why = AWI_STR_NULL;

    assert_int_equal(awi_core_store(&world.core, &world.arena, &store, &why), 0);
    assert_int_equal(awi_txn_begin(store, write, &txn), 0);
    return txn;
}

static size_t count_tokens(void)
{
    AWI_AUTO(txn) struct awi_txn *txn = begin(false);
    struct awi_scope scope = {txn, AWI_STR(ACCOUNT), AWI_STR("us-east-1"), AWI_STR("dynamodb")};
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    size_t n = 0;

    assert_int_equal(
        awi_cursor_open(&scope, "token", AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor), 0);
    while (awi_cursor_next(cursor, &key, &value) == 0) {
        n++;
    }
    return n;
}

static void advance(int64_t ms)
{
    struct awi_txn *txn = begin(true);

    assert_int_equal(awi_clock_move(txn, &world.arena, ms), 0);
    assert_int_equal(awi_txn_commit(txn), 0);
}

static void test_old_tokens_go(void **state)
{
    create_table();
    for (char c = 'b'; c <= 'k'; c++) {
        put((char[]){c, '\0'});
    }
    assert_int_equal(count_tokens(), 10);
    advance(11 * 60 * 1000);
    put("a");
    put("a2");
    put("a3");
    assert_int_equal(count_tokens(), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_old_tokens_go, setup, teardown)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
