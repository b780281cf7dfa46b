/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PartiQL statements: read or refused with a reason; what was read can be evaluated on an item and
 * applied to it.
 */
#include "fuzz.h"
#include "services/dynamodb/partiql.h"

static void try_on_item(struct awi_arena *arena, const struct ddb_statement *statement)
{
    struct dynamodb_AttributeMap_entry entries[] = {
        {.key = AWI_STR("a"), .value = {.S = AWI_STR("text")}},
        {.key = AWI_STR("n"), .value = {.N = AWI_STR("7")}},
    };
    struct dynamodb_AttributeMap item = {.items = entries, .n = 2, .set = true};
    struct dynamodb_AttributeMap copy, part;
    struct awi_str message;

    ddb_condition_holds(statement->where, &item);
    ddb_pq_fixed(statement->where, AWI_STR("a"));
    FUZZ_CHECK(awi_shape_copy(arena, &dynamodb_AttributeMap_shape, &copy, &item) == 0);
    if (statement->projection) {
        FUZZ_CHECK(ddb_project(arena, statement->projection, &item, &part) == 0);
    }
    if (statement->update.n > 0) {
        int r = ddb_update_apply(arena, &statement->update, &copy, &message);
        FUZZ_CHECK(r == 0 || (r == 1 && message.ptr));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dynamodb_AttributeValue value = {.S = AWI_STR("x")};
    struct dynamodb_PreparedStatementParameters parameters = {&value, 1, true};
    struct ddb_statement statement;
    struct awi_str message;
    struct awi_arena arena;

    awi_arena_init(&arena, 64 << 20);
    int r = ddb_pq_parse(&arena, awi_str_of(data, len), &parameters, &statement, &message);
    FUZZ_CHECK(r == 0 || r == 1);
    FUZZ_CHECK((r == 1) == awi_str_is_set(message));
    if (r == 0) {
        try_on_item(&arena, &statement);
    }
    awi_arena_deinit(&arena);
    return 0;
}
