/* SPDX-License-Identifier: Apache-2.0 */
/* One statement, carried out by what carries out Query, Scan and the writes. */
#include "services/dynamodb/partiql.h"

#include "services/dynamodb/read.h"

#include <errno.h>

/* The value that WHERE fixes a key to; 1 with an error when it is of another type. */
static int fixed_key(struct awi_req *req,
                     const struct ddb_statement *statement,
                     const struct ddb_key_part *part,
                     const struct dynamodb_AttributeValue **ret)
{
    *ret = ddb_pq_fixed(statement->where, part->name);
    return *ret && ddb_value_type(*ret) != part->type
               ? ddb_invalid(req,
                             "One or more parameter values were invalid: Type mismatch for key "
                             "%.*s expected: %s actual: %s",
                             AWI_STR_FMT(part->name),
                             ddb_type_name(part->type),
                             ddb_type_name(ddb_value_type(*ret)))
               : 0;
}

/* The whole key of an item. */
static int key_of(struct awi_req *req,
                  const struct ddb_statement *statement,
                  const struct ddb_table *table,
                  struct dynamodb_AttributeMap *ret)
{
    const struct dynamodb_AttributeValue *value;
    int r = 0;

    *ret = (struct dynamodb_AttributeMap){.set = true};
    for (size_t i = 0; r == 0 && i < table->keys.n; i++) {
        r = fixed_key(req, statement, &table->keys.parts[i], &value);
        if (r == 0 && !value) {
            return ddb_invalid(
                req, "Where clause does not contain a mandatory equality on all key attributes");
        }
        if (r == 0) {
            r = ddb_map_put(awi_arena(req), ret, table->keys.parts[i].name, value);
        }
    }
    return r;
}

/* --- SELECT ---------------------------------------------------------------------------------- */

/* Where the walk goes: along one hash key, or over everything. */
static int
aim(struct awi_req *req, const struct ddb_statement *statement, struct ddb_reading *reading)
{
    const struct ddb_key_schema *keys = ddb_reading_keys(reading);
    const struct dynamodb_AttributeValue *hash;
    int r = fixed_key(req, statement, &keys->parts[0], &hash);

    if (r == 0 && hash) {
        r = ddb_check_key_size(req, hash, true);
    }
    if (r != 0) {
        return r;
    }
    if (awi_str_is_set(statement->order)) {
        bool known = false;
        for (size_t i = 0; i < keys->n; i++) {
            known |= awi_str_eq(statement->order, keys->parts[i].name);
        }
        if (!hash || !known) {
            return ddb_invalid(req,
                               "Must have WHERE clause with a hash key condition, and order by a "
                               "key, when using ORDER BY clause.");
        }
    }
    reading->prefix = reading->index
                          ? ddb_index_prefix(awi_arena(req), &reading->table, reading->index, hash)
                      : hash ? ddb_hash_prefix(awi_arena(req), &reading->table, hash)
                             : reading->table.id;
    reading->direction = statement->descending ? AWI_BACKWARD : AWI_FORWARD;
    reading->from = statement->descending ? AWI_STR_NULL : reading->prefix;
    return reading->prefix.ptr ? 0 : -ENOMEM;
}

static int run_select(struct awi_req *req,
                      const struct ddb_statement *statement,
                      const struct ddb_pq_options *options,
                      struct ddb_pq_result *ret)
{
    struct ddb_reading *reading = awi_arena_new(awi_arena(req), struct ddb_reading);
    struct dynamodb_AttributeMap start = options->start, key;
    int r = reading ? ddb_table_open(req, statement->table, &reading->table) : -ENOMEM;

    if (r != 0) {
        return r;
    }
    reading->limit = options->limit;
    reading->consistent = options->consistent;
    reading->filter = statement->where;
    reading->projection = statement->projection;
    r = ddb_check_reading(req, reading, statement->index, AWI_STR_NULL);
    if (r == 0 && options->one_item) {
        r = key_of(req, statement, &reading->table, &key);
        ret->key = r == 0 ? ddb_item_key(awi_arena(req), &reading->table, &key) : AWI_STR_NULL;
    }
    if (r == 0) {
        r = aim(req, statement, reading);
    }
    if (r == 0) {
        r = ddb_start_after(req, reading, &start);
    }
    if (r == 0) {
        r = ddb_read(req, reading);
    }
    ret->items = reading->items;
    ret->last_key = reading->last_key;
    ret->usage = reading->usage;
    ret->failed = statement->kind == DDB_EXISTS && reading->matched == 0;
    return r;
}

/* --- Writes ---------------------------------------------------------------------------------- */

/* Holds where there is no such item. */
static const struct ddb_condition *is_new(struct awi_req *req, const struct ddb_table *table)
{
    struct ddb_condition *condition = awi_arena_new(awi_arena(req), struct ddb_condition);
    struct ddb_operand *operand = awi_arena_new(awi_arena(req), struct ddb_operand);
    struct ddb_step *step = awi_arena_new(awi_arena(req), struct ddb_step);

    if (!condition || !operand || !step) {
        return NULL;
    }
    step->name = table->keys.parts[0].name;
    operand->kind = DDB_OPERAND_PATH;
    operand->path = (struct ddb_path){.steps = step, .n = 1};
    *condition = (struct ddb_condition){.op = DDB_OP_NOT_EXISTS, .operands = operand, .n = 1};
    return condition;
}

static size_t conjuncts(const struct ddb_condition *where)
{
    size_t n = 1;

    for (; where && where->op == DDB_OP_AND; where = where->left) {
        n += conjuncts(where->right);
    }
    return where ? n : 0;
}

static int
run_write(struct awi_req *req, const struct ddb_statement *statement, struct ddb_pq_result *ret)
{
    struct ddb_write write = {.table = statement->table, .condition = statement->where};
    struct dynamodb_AttributeMap item = statement->item;
    struct ddb_table table;
    int r = ddb_table_open(req, statement->table, &table);

    if (r == 0 && awi_str_is_set(statement->index)) {
        return ddb_invalid(req, "Indexes cannot be written to");
    }
    if (r == 0 && statement->kind != DDB_INSERT) {
        r = key_of(req, statement, &table, &item);
    }
    if (r != 0) {
        return r;
    }
    write.item = &item;
    switch (statement->kind) {
    case DDB_INSERT:
        write.kind = DDB_WRITE_PUT;
        write.condition = is_new(req, &table);
        break;
    case DDB_UPDATE:
        write.kind = DDB_WRITE_UPDATE;
        write.update = &statement->update;
        break;
    default:
        /* To delete what is not there is no failure, unless more than the key was asked for. */
        write.kind = DDB_WRITE_DELETE;
        write.condition = conjuncts(statement->where) == table.keys.n ? NULL : statement->where;
    }
    r = write.condition || statement->kind == DDB_REMOVE_ITEM
            ? ddb_write(req, &write, &ret->written)
            : -ENOMEM;
    if (r != 0) {
        return r;
    }
    ret->failed = ret->written.failed;
    ret->usage = ret->written.usage;
    ret->usage.write = true;
    ret->key = ddb_item_key(awi_arena(req), &ret->written.table, &item);
    if (ret->failed || !awi_str_is_set(statement->returning)) {
        return ret->key.ptr ? 0 : -ENOMEM;
    }
    ret->items.items = awi_arena_array(awi_arena(req), struct dynamodb_AttributeMap, 1);
    if (!ret->items.items) {
        return -ENOMEM;
    }
    r = ddb_returned(
        req, statement->returning, &statement->update, &ret->written, &ret->items.items[0]);
    ret->items.n = ret->items.items[0].n > 0;
    return r;
}

int ddb_pq_run(struct awi_req *req,
               const struct ddb_statement *statement,
               const struct ddb_pq_options *options,
               struct ddb_pq_result *ret)
{
    int r;

    *ret = (struct ddb_pq_result){.failed = false};
    r = statement->kind <= DDB_EXISTS ? run_select(req, statement, options, ret)
                                      : run_write(req, statement, ret);
    ret->items.set = true;
    return r;
}
