/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.
 */
#include "services/dynamodb/partiql.h"

#include "core/util/base64.h"
#include "services/dynamodb/batch.h"

#include <errno.h>

#define DUPLICATE "Duplicate primary key exists in table"

static int parse(struct awi_req *req,
                 struct awi_str text,
                 const struct dynamodb_PreparedStatementParameters *parameters,
                 struct ddb_statement *ret)
{
    struct awi_str message;

    return ddb_answered(
        req, ddb_pq_parse(awi_arena(req), text, parameters, ret, &message), message);
}

/* The error of a statement whose condition did not hold. */
static int refuse(struct awi_req *req,
                  const struct ddb_statement *statement,
                  struct awi_str return_values,
                  const struct ddb_pq_result *result)
{
    return statement->kind == DDB_INSERT
               ? awi_fail(req, &dynamodb_DuplicateItemException_error, DUPLICATE)
               : ddb_condition_failed(req, return_values, &result->written);
}

/* --- One statement --------------------------------------------------------------------------- */

/* Where a page ends, as text: the key in the stored form. */
static int
token_of(struct awi_req *req, const struct dynamodb_AttributeMap *key, struct awi_str *ret)
{
    struct awi_buf buf = AWI_BUF_INIT(64 << 10);
    int r = ddb_item_encode(&buf, key);

    if (r == 0) {
        *ret = awi_base64(awi_arena(req), awi_buf_view(&buf));
        r = ret->ptr ? 0 : -ENOMEM;
    }
    awi_buf_deinit(&buf);
    return r;
}

static int start_of(struct awi_req *req, struct awi_str token, struct dynamodb_AttributeMap *ret)
{
    struct awi_str bytes;

    if (!awi_str_is_set(token)) {
        return 0;
    }
    if (awi_base64_decode(awi_arena(req), token, &bytes) < 0 ||
        ddb_item_decode(awi_arena(req), bytes, ret) < 0) {
        return ddb_invalid(req, "Given NextToken is invalid");
    }
    ret->set = true;
    return 0;
}

int ddb_execute_statement(struct awi_req *req,
                          const struct dynamodb_ExecuteStatementInput *in,
                          struct dynamodb_ExecuteStatementOutput *out)
{
    struct ddb_pq_options options = {.consistent = in->ConsistentRead.set && in->ConsistentRead.v,
                                     .limit = in->Limit.set ? in->Limit.v : 0};
    struct ddb_pq_result *result = awi_arena_new(awi_arena(req), struct ddb_pq_result);
    struct ddb_statement statement;
    int r = result ? parse(req, in->Statement, &in->Parameters, &statement) : -ENOMEM;

    if (r == 0 && statement.kind == DDB_EXISTS) {
        return ddb_invalid(req, "EXISTS is a condition of transactions");
    }
    if (r == 0) {
        r = start_of(req, in->NextToken, &options.start);
    }
    if (r == 0) {
        r = ddb_pq_run(req, &statement, &options, result);
    }
    if (r == 0 && result->failed) {
        r = refuse(req, &statement, in->ReturnValuesOnConditionCheckFailure, result);
    }
    if (r != 0) {
        return r;
    }
    out->Items = result->items;
    out->LastEvaluatedKey = result->last_key;
    if (result->last_key.set) {
        r = token_of(req, &result->last_key, &out->NextToken);
    }
    return r == 0 ? ddb_consumed(
                        req, in->ReturnConsumedCapacity, &result->usage, &out->ConsumedCapacity)
                  : r;
}

/* --- Several, each on its own ---------------------------------------------------------------- */

static struct awi_str batch_code(struct awi_str code)
{
    static const struct {
        const char *code, *answer;
    } codes[] = {
        {"ConditionalCheckFailedException", "ConditionalCheckFailed"},
        {"ResourceNotFoundException", "ResourceNotFound"},
        {"DuplicateItemException", "DuplicateItem"},
        {"AccessDeniedException", "AccessDenied"},
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (awi_str_is(code, codes[i].code)) {
            return awi_str_from(codes[i].answer);
        }
    }
    return AWI_STR("ValidationError");
}

/* A statement's own error takes the place of its answer. */
static int answer_error(struct awi_req *req, int r, struct dynamodb_BatchStatementResponse *ret)
{
    struct awi_str code;

    if (r <= 0) {
        return r;
    }
    ret->Error = awi_arena_new(awi_arena(req), struct dynamodb_BatchStatementError);
    if (!ret->Error) {
        return -ENOMEM;
    }
    awi_take_error(req, &code, &ret->Error->Message);
    ret->Error->Code = batch_code(code);
    return 0;
}

static int refused(struct awi_req *req, const struct ddb_statement *statement)
{
    struct awi_str message = awi_access_refusal(
        req, awi_str_from(ddb_pq_action(statement)), ddb_pq_resource(req, statement));

    return message.ptr
               ? awi_fail(req, &awi_error_AccessDeniedException, "%.*s", AWI_STR_FMT(message))
               : 0;
}

static int run_one(struct awi_req *req,
                   const struct dynamodb_BatchStatementRequest *in,
                   struct ddb_statement *statement,
                   struct ddb_usages *usages,
                   struct dynamodb_BatchStatementResponse *ret)
{
    const struct ddb_pq_options options = {
        .one_item = true, .consistent = in->ConsistentRead.set && in->ConsistentRead.v};
    struct ddb_pq_result *result = awi_arena_new(awi_arena(req), struct ddb_pq_result);
    int r = result ? refused(req, statement) : -ENOMEM;

    ret->TableName = statement->table;
    if (r == 0) {
        r = ddb_pq_run(req, statement, &options, result);
    }
    if (r == 0 && result->failed) {
        r = refuse(req, statement, in->ReturnValuesOnConditionCheckFailure, result);
    }
    if (r == 0) {
        ddb_usages_add(usages, &result->usage, 1);
        ret->Item =
            result->items.n > 0 ? result->items.items[0] : (struct dynamodb_AttributeMap){0};
    }
    return r;
}

static bool is_read(const struct ddb_statement *statement)
{
    return statement->kind == DDB_SELECT;
}

int ddb_batch_execute_statement(struct awi_req *req,
                                const struct dynamodb_BatchExecuteStatementInput *in,
                                struct dynamodb_BatchExecuteStatementOutput *out)
{
    size_t n = in->Statements.n;
    struct ddb_statement *statements = awi_arena_array(awi_arena(req), struct ddb_statement, n);
    struct ddb_usages usages;
    int r = statements ? ddb_usages_begin(req, &usages, n) : -ENOMEM;

    out->Responses.set = true;
    out->Responses.items =
        awi_arena_array(awi_arena(req), struct dynamodb_BatchStatementResponse, n);
    if (r == 0 && !out->Responses.items) {
        r = -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct dynamodb_BatchStatementRequest *one = &in->Statements.items[i];
        struct dynamodb_BatchStatementResponse *answer = &out->Responses.items[out->Responses.n++];

        r = answer_error(req, parse(req, one->Statement, &one->Parameters, &statements[i]), answer);
        if (r == 0 && i > 0 && is_read(&statements[i]) != is_read(&statements[0])) {
            return ddb_invalid(req,
                               "Statements of a batch must be all reads or all writes, not both");
        }
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        struct dynamodb_BatchStatementResponse *answer = &out->Responses.items[i];

        if (!answer->Error) {
            r = run_one(req, &in->Statements.items[i], &statements[i], &usages, answer);
            r = answer_error(req, r, answer);
        }
    }
    return r == 0
               ? ddb_usages_answer(req, in->ReturnConsumedCapacity, &usages, &out->ConsumedCapacity)
               : r;
}

/* --- All or nothing -------------------------------------------------------------------------- */

/* Fails where the same item was written or asked for before. */
static int see_key(struct awi_req *req, const struct ddb_pq_result *results, size_t at, bool reads)
{
    for (size_t i = 0; !reads && i < at; i++) {
        if (awi_str_eq(results[i].key, results[at].key)) {
            return ddb_invalid(
                req, "Transaction request cannot include multiple operations on one item");
        }
    }
    return 0;
}

static int cancel(struct awi_req *req,
                  const struct dynamodb_ParameterizedStatements *in,
                  const struct ddb_statement *statements,
                  const struct ddb_pq_result *results)
{
    struct dynamodb_CancellationReason *reasons =
        awi_arena_array(awi_arena(req), struct dynamodb_CancellationReason, in->n);

    if (!reasons) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < in->n; i++) {
        bool insert = statements[i].kind == DDB_INSERT;

        if (results[i].failed) {
            reasons[i].Code = insert ? AWI_STR("DuplicateItem") : AWI_STR("ConditionalCheckFailed");
            reasons[i].Message =
                insert ? AWI_STR(DUPLICATE) : AWI_STR("The conditional request failed");
            if (awi_str_is(in->items[i].ReturnValuesOnConditionCheckFailure, "ALL_OLD") &&
                results[i].written.had_old) {
                reasons[i].Item = results[i].written.old;
            }
        }
    }
    return ddb_cancelled(req, reasons, in->n);
}

static int run_all(struct awi_req *req,
                   const struct dynamodb_ParameterizedStatements *in,
                   struct ddb_statement *statements,
                   struct ddb_pq_result *results)
{
    const struct ddb_pq_options options = {.one_item = true, .consistent = true};
    int r = 0;

    for (size_t i = 0; r == 0 && i < in->n; i++) {
        r = parse(req, in->items[i].Statement, &in->items[i].Parameters, &statements[i]);
        if (r == 0 && is_read(&statements[i]) != is_read(&statements[0])) {
            return ddb_invalid(
                req, "Statements of a transaction must be all reads or all writes, not both");
        }
        if (r == 0) {
            r = ddb_pq_run(req, &statements[i], &options, &results[i]);
        }
        if (r == 0) {
            r = see_key(req, results, i, is_read(&statements[i]));
        }
    }
    return r == 0 ? cancel(req, in, statements, results) : r;
}

int ddb_execute_transaction(struct awi_req *req,
                            const struct dynamodb_ExecuteTransactionInput *in,
                            struct dynamodb_ExecuteTransactionOutput *out)
{
    struct dynamodb_ExecuteTransactionInput request = {.TransactStatements =
                                                           in->TransactStatements};
    size_t n = in->TransactStatements.n;
    struct ddb_statement *statements = awi_arena_array(awi_arena(req), struct ddb_statement, n);
    struct ddb_pq_result *results = awi_arena_array(awi_arena(req), struct ddb_pq_result, n);
    struct ddb_usages usages;
    bool done = false;
    int r = statements && results ? ddb_check_token(req,
                                                    in->ClientRequestToken,
                                                    &dynamodb_ExecuteTransactionInput_shape,
                                                    &request,
                                                    &done)
                                  : -ENOMEM;

    if (r == 0 && !done) {
        r = run_all(req, &in->TransactStatements, statements, results);
    }
    if (r != 0 || done) {
        return r;
    }
    r = ddb_usages_begin(req, &usages, n);
    out->Responses.set = is_read(&statements[0]);
    out->Responses.items = awi_arena_array(awi_arena(req), struct dynamodb_ItemResponse, n);
    if (r == 0 && !out->Responses.items) {
        r = -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        ddb_usages_add(&usages, &results[i].usage, 2);
        if (results[i].items.n > 0) {
            out->Responses.items[i].Item = results[i].items.items[0];
        }
        out->Responses.n = i + 1;
    }
    return r == 0
               ? ddb_usages_answer(req, in->ReturnConsumedCapacity, &usages, &out->ConsumedCapacity)
               : r;
}
