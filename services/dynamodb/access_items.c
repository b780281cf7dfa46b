/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Besides what rows can say: whose table it is, its policy and tags, what a request says of its
 * items, the parts of transactions, and statements.
 */
#include "services/dynamodb/access.h"

#include "services/dynamodb/access_keys.h"
#include "services/dynamodb/partiql.h"
#include "services/dynamodb/table.h"
#include "services/dynamodb/table_check.h"

#include <errno.h>

#define MOST 101

struct asking {
    struct awi_req *req;
    const void *in;
    struct awi_access_list *list;
};

/* --- Permissions ----------------------------------------------------------------------------- */

/* Where a table that a request names is, what its record says of access and its schema, where there
 * is one. */
struct target {
    const void *in; /* the request's input */
    struct awi_str called;
    struct awi_str arn;
    struct awi_str owner;
    bool exists;
    struct dynamodb_TableAccess record;
    struct ddb_table table; /* open_target() */
};

static int look_up(struct awi_req *req, struct awi_str name_or_arn, struct target *ret)
{
    struct ddb_place place;
    int r = ddb_find_place(req, name_or_arn, &place);

    *ret = (struct target){.called = name_or_arn};
    if (r != 0) {
        return r;
    }
    ret->arn = awi_str_starts(name_or_arn, AWI_STR("arn:"))
                   ? name_or_arn
                   : awi_arn(req, "table/%.*s", AWI_STR_FMT(place.name));
    ret->owner = place.scope.account;
    r = awi_record_get(&place.scope,
                       "table",
                       place.name,
                       awi_arena(req),
                       &dynamodb_TableAccess_shape,
                       &ret->record);
    ret->exists = r == 0;
    if (r == -ENOENT) {
        ret->record = (struct dynamodb_TableAccess){0};
        r = 0;
    }
    return r < 0 || ret->arn.ptr ? r : -ENOMEM;
}

static int open_target(struct awi_req *req, struct target *target)
{
    return target->exists ? ddb_table_open(req, target->called, &target->table) : 0;
}

/* One permission on a table: its policy decides for callers of other accounts. */
static struct awi_access permission(struct awi_str action,
                                    struct awi_str resource,
                                    const struct target *target,
                                    const struct ddb_keys *keys)
{
    return (struct awi_access){
        .action = action,
        .resource = resource,
        .owner = target->owner,
        .policy = target->record.ResourcePolicy,
        .flags = AWI_ACCESS_BOUNDARY,
        .context = keys->items,
        .n_context = keys->n,
    };
}

/* One part of a transaction. */
static int add_part(struct asking *asking,
                    const char *action,
                    struct awi_str name_or_arn,
                    const struct dynamodb_AttributeMap *map,
                    bool whole)
{
    struct target target;
    struct ddb_keys keys;
    int r = ddb_keys_begin(&keys, asking->req);

    if (r == 0) {
        r = look_up(asking->req, name_or_arn, &target);
    }
    if (r == 0) {
        r = open_target(asking->req, &target);
    }
    if (r == 0) {
        r = ddb_keys_of_item(&keys, &target.table, map, whole);
    }
    if (r == 0) {
        r = ddb_keys_add(&keys,
                         AWI_STR("dynamodb:EnclosingOperation"),
                         &awi_operation(asking->req)->name,
                         1,
                         false);
    }
    if (r == 0) {
        r = ddb_keys_of_tags(&keys, &target.record.Tags);
    }
    if (r == 0 && asking->list->n == MOST) {
        r = -ENOMEM;
    }
    if (r == 0) {
        asking->list->items[asking->list->n++] =
            permission(awi_str_from(action), target.arn, &target, &keys);
    }
    return r;
}

static int add_write(struct asking *asking, const struct dynamodb_TransactWriteItem *item)
{
    if (item->ConditionCheck) {
        return add_part(asking,
                        "dynamodb:ConditionCheckItem",
                        item->ConditionCheck->TableName,
                        &item->ConditionCheck->Key,
                        false);
    }
    if (item->Put) {
        return add_part(asking, "dynamodb:PutItem", item->Put->TableName, &item->Put->Item, true);
    }
    if (item->Delete) {
        return add_part(
            asking, "dynamodb:DeleteItem", item->Delete->TableName, &item->Delete->Key, false);
    }
    return item->Update ? add_part(asking,
                                   "dynamodb:UpdateItem",
                                   item->Update->TableName,
                                   &item->Update->Key,
                                   false)
                        : 0;
}

static int add_items(struct asking *asking)
{
    const struct dynamodb_TransactGetItemsInput *get = asking->in;
    const struct dynamodb_TransactWriteItemsInput *write = asking->in;
    int r = 0;

    if (awi_str_is(awi_operation(asking->req)->name, "TransactWriteItems")) {
        for (size_t i = 0; r == 0 && i < write->TransactItems.n; i++) {
            r = add_write(asking, &write->TransactItems.items[i]);
        }
        return r;
    }
    for (size_t i = 0; r == 0 && i < get->TransactItems.n; i++) {
        const struct dynamodb_Get *one = get->TransactItems.items[i].Get;

        r = add_part(asking, "dynamodb:GetItem", one->TableName, &one->Key, false);
    }
    return r;
}

/* --- PartiQL --------------------------------------------------------------------------------- */

/* What a statement says of its items: the leading key, the attributes, whether it reads them all.
 */
static int statement_keys(struct ddb_keys *keys,
                          const struct ddb_table *table,
                          const struct ddb_statement *statement)
{
    bool reads = statement->kind == DDB_SELECT;
    const struct ddb_index *index = ddb_table_index(table, statement->index);
    const struct ddb_key_schema *schema = index ? &index->keys : &table->keys;
    const struct dynamodb_AttributeValue *hash =
        schema->n > 0 ? ddb_pq_fixed(statement->where, schema->parts[0].name) : NULL;
    struct awi_str full = hash ? AWI_STR("false") : AWI_STR("true");
    struct awi_str value = ddb_leading_text(hash);
    int r = statement->kind == DDB_INSERT
                ? ddb_keys_of_item(keys, table, &statement->item, true)
                : ddb_keys_add(keys, AWI_STR("dynamodb:LeadingKeys"), &value, 1, true);

    return r == 0 && reads ? ddb_keys_add(keys, AWI_STR("dynamodb:FullTableScan"), &full, 1, false)
                           : r;
}

/* A statement that cannot be read needs nothing: its own error is answered. */
static int add_statement(struct asking *asking,
                         struct awi_str text,
                         const struct dynamodb_PreparedStatementParameters *parameters,
                         unsigned flags)
{
    struct ddb_statement statement;
    struct target target;
    struct awi_str message;
    struct ddb_keys keys;
    int r = ddb_pq_parse(awi_arena(asking->req), text, parameters, &statement, &message);

    if (r != 0 || !ddb_is_name(statement.table)) {
        return r > 0 ? 0 : r;
    }
    r = ddb_keys_begin(&keys, asking->req);
    if (r == 0) {
        r = look_up(asking->req, statement.table, &target);
    }
    if (r == 0) {
        r = open_target(asking->req, &target);
    }
    if (r == 0) {
        r = statement_keys(&keys, &target.table, &statement);
    }
    if (r == 0) {
        r = ddb_keys_of_tags(&keys, &target.record.Tags);
    }
    if (r == 0 && asking->list->n < MOST) {
        struct awi_access *access = &asking->list->items[asking->list->n++];
        *access = permission(awi_str_from(ddb_pq_action(&statement)),
                             ddb_pq_resource(asking->req, &statement),
                             &target,
                             &keys);
        access->flags |= flags;
        r = access->resource.ptr ? 0 : -ENOMEM;
    }
    return r;
}

static int add_statements(struct asking *asking)
{
    struct awi_str operation = awi_operation(asking->req)->name;
    const struct dynamodb_ExecuteStatementInput *one = asking->in;
    const struct dynamodb_BatchExecuteStatementInput *batch = asking->in;
    const struct dynamodb_ExecuteTransactionInput *all = asking->in;
    int r = 0;

    if (awi_str_is(operation, "ExecuteStatement")) {
        return add_statement(asking, one->Statement, &one->Parameters, 0);
    }
    if (awi_str_is(operation, "BatchExecuteStatement")) {
        for (size_t i = 0; r == 0 && i < batch->Statements.n; i++) {
            const struct dynamodb_BatchStatementRequest *item = &batch->Statements.items[i];
            r = add_statement(asking, item->Statement, &item->Parameters, AWI_ACCESS_PART);
        }
        return r;
    }
    for (size_t i = 0; r == 0 && i < all->TransactStatements.n; i++) {
        const struct dynamodb_ParameterizedStatement *item = &all->TransactStatements.items[i];
        r = add_statement(asking, item->Statement, &item->Parameters, 0);
    }
    return r;
}

/* --- Everything ------------------------------------------------------------------------------ */

/* The ARN of the table in that of a table or an index; absent for other resources, backups too. */
static struct awi_str table_of(struct awi_str resource)
{
    ptrdiff_t at = awi_str_search(resource, AWI_STR(":table/"));
    struct awi_str rest = at < 0 ? AWI_STR_NULL : awi_str_skip(resource, (size_t)at + 7), name;

    if (at < 0) {
        return AWI_STR_NULL;
    }
    awi_str_cut(&rest, '/', &name);
    return rest.ptr && !awi_str_starts(rest, AWI_STR("index/"))
               ? AWI_STR_NULL
               : awi_str_head(resource, (size_t)at + 7 + name.len);
}

/* What is known of the table's items and tags. */
static int add_keys(struct awi_req *req, struct awi_access *access)
{
    struct target target = *(const struct target *)access->about;
    struct ddb_keys keys;
    int r = ddb_keys_begin(&keys, req);

    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < access->n_context && keys.n < DDB_KEYS_MAX; i++) {
        keys.items[keys.n++] = access->context[i];
    }
    r = open_target(req, &target);
    if (r == 0) {
        r = ddb_keys_of_request(&keys, &target.table, target.arn, target.in);
    }
    if (r == 0) {
        r = ddb_keys_of_tags(&keys, &target.record.Tags);
    }
    access->context = keys.items;
    access->n_context = keys.n;
    return r > 0 ? -EBADMSG : r; /* a table without its schema */
}

/* Adds to a permission that a row gave: whose table it is, and its policy. */
static int complete(struct awi_req *req, const void *in, struct awi_access *access)
{
    struct awi_str index = ddb_request_index(req, in);
    struct awi_str arn = table_of(access->resource);
    struct target *target = arn.ptr ? awi_arena_new(awi_arena(req), struct target) : NULL;
    int r;

    if (!target) {
        return arn.ptr ? -ENOMEM : 0;
    }
    r = look_up(req, arn, target);
    if (r != 0) {
        return r;
    }
    /* An ARN in place of the name took the place of the whole resource. */
    if (awi_str_is_set(index) && awi_str_eq(access->resource, arn)) {
        access->resource = awi_arena_printf(
            awi_arena(req), "%.*s/index/%.*s", AWI_STR_FMT(arn), AWI_STR_FMT(index));
    }
    target->in = in;
    access->owner = target->owner;
    access->policy = target->record.ResourcePolicy;
    access->flags = AWI_ACCESS_BOUNDARY;
    access->more = add_keys;
    access->about = target;
    return access->resource.ptr ? 0 : -ENOMEM;
}

int ddb_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct asking asking = {.req = req, .in = in, .list = ret};
    int r;

    if (awi_str_starts(awi_operation(req)->name, AWI_STR("Transact"))) {
        ret->items = awi_arena_array(awi_arena(req), struct awi_access, MOST);
        return ret->items ? add_items(&asking) : -ENOMEM;
    }
    if (awi_str_search(awi_operation(req)->name, AWI_STR("Execute")) >= 0) {
        ret->items = awi_arena_array(awi_arena(req), struct awi_access, MOST);
        return ret->items ? add_statements(&asking) : -ENOMEM;
    }
    r = awi_access_of_rows(req, ddb_access_rows, in, ret);
    for (size_t i = 0; r == 0 && i < ret->n; i++) {
        r = complete(req, in, &ret->items[i]);
    }
    return r;
}
