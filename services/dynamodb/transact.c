/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TransactGetItems and TransactWriteItems: all or nothing, since a failure rolls the store's
 * transaction back. Requests with a token are remembered for ten minutes, in table "token".
 */
#include "services/dynamodb/batch.h"

#include "core/util/digest.h"

#include <errno.h>

#define TOKEN_MS  (10 * 60 * 1000)
#define LOOKED_AT 4
#define BYTES_MAX (4u << 20) /* of all items of a transaction */

/* --- Writing --------------------------------------------------------------------------------- */

struct part {
    struct ddb_write write;
    struct ddb_written written;
    struct dynamodb_AttributeMap item, values; /* copies: numbers are brought to normal form */
    struct awi_str condition, update, return_values;
    const struct dynamodb_ExpressionAttributeNameMap *names;
    struct awi_str key;
    struct awi_str invalid; /* what is wrong with it; absent: nothing */
};

/*
 * What a part's item, key or operands are refused for is a reason of the transaction's
 * cancellation; what its parameters are refused for, or a table that is not there, is the request's
 * error.
 */
static int take_invalid(struct awi_req *req, int r, struct awi_str *ret_message)
{
    struct awi_str code, message;

    if (r <= 0) {
        return r;
    }
    awi_take_error(req, &code, &message);
    if (!awi_str_is(code, "ValidationException")) {
        return awi_fail(
            req, &dynamodb_ResourceNotFoundException_error, "%.*s", AWI_STR_FMT(message));
    }
    *ret_message = message;
    return 0;
}

#define PART(part, from, what, which)                                                              \
    do {                                                                                           \
        (part)->write.kind = (what);                                                               \
        (part)->write.table = (from)->TableName;                                                   \
        (part)->item = (from)->which;                                                              \
        (part)->values = (from)->ExpressionAttributeValues;                                        \
        (part)->condition = (from)->ConditionExpression;                                           \
        (part)->names = &(from)->ExpressionAttributeNames;                                         \
        (part)->return_values = (from)->ReturnValuesOnConditionCheckFailure;                       \
    } while (0)

static int
read_part(struct awi_req *req, const struct dynamodb_TransactWriteItem *in, struct part *part)
{
    int n = !!in->ConditionCheck + !!in->Put + !!in->Delete + !!in->Update;

    if (n != 1) {
        return ddb_invalid(req,
                           "TransactItems can only contain one of Check, Put, Update or Delete");
    }
    if (in->ConditionCheck) {
        PART(part, in->ConditionCheck, DDB_WRITE_CHECK, Key);
    } else if (in->Put) {
        PART(part, in->Put, DDB_WRITE_PUT, Item);
    } else if (in->Delete) {
        PART(part, in->Delete, DDB_WRITE_DELETE, Key);
    } else {
        PART(part, in->Update, DDB_WRITE_UPDATE, Key);
        part->update = in->Update->UpdateExpression;
    }
    part->write.item = &part->item;
    return 0;
}

static int parse_part(struct awi_req *req, struct part *part)
{
    bool updates = part->write.kind == DDB_WRITE_UPDATE;
    struct ddb_condition *condition = NULL;
    struct ddb_update *update = NULL;
    struct ddb_expressions all;
    int r = ddb_expressions_begin(&all,
                                  awi_arena(req),
                                  part->names,
                                  &part->values,
                                  updates || awi_str_is_set(part->condition),
                                  updates ? "UpdateExpression" : "ConditionExpression");

    if (r == 0 && updates) {
        r = ddb_parse_update(&all, part->update, &update);
    }
    if (r == 0) {
        r = ddb_parse_condition(&all, "ConditionExpression", part->condition, &condition);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    part->write.condition = condition;
    part->write.update = update;
    return ddb_answered(req, r, all.message);
}

static int write_part(struct awi_req *req, struct part *parts, size_t at)
{
    struct part *part = &parts[at];
    int r = parse_part(req, part);

    if (r == 0) {
        r = take_invalid(req, ddb_write(req, &part->write, &part->written), &part->invalid);
    }
    if (r != 0 || awi_str_is_set(part->invalid)) {
        return r;
    }
    part->key = ddb_item_key(awi_arena(req), &part->written.table, &part->item);
    if (!part->key.ptr) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < at; i++) {
        if (awi_str_eq(parts[i].key, part->key)) {
            return ddb_invalid(
                req, "Transaction request cannot include multiple operations on one item");
        }
    }
    return 0;
}

static int check_bytes(struct awi_req *req, const struct part *parts, size_t n)
{
    size_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        bytes += ddb_item_size(&parts[i].written.now);
    }
    return bytes <= BYTES_MAX
               ? 0
               : ddb_invalid(req,
                             "The aggregate size of the items in the transaction exceeds 4 MB");
}

int ddb_cancelled(struct awi_req *req, struct dynamodb_CancellationReason *reasons, size_t n)
{
    struct dynamodb_TransactionCanceledException body = {
        .CancellationReasons = {.items = reasons, .n = n, .set = true}};
    struct awi_buf text = AWI_BUF_INIT(64 << 10);
    bool failed = false;
    int r;

    for (size_t i = 0; i < n; i++) {
        failed |= awi_str_is_set(reasons[i].Code);
        reasons[i].Code = awi_str_is_set(reasons[i].Code) ? reasons[i].Code : AWI_STR("None");
        awi_buf_printf(&text, "%s%.*s", i > 0 ? ", " : "", AWI_STR_FMT(reasons[i].Code));
    }
    r = !failed ? 0
                : awi_fail_with(req,
                                &dynamodb_TransactionCanceledException_error,
                                &body,
                                "Transaction cancelled, please refer cancellation reasons for "
                                "specific reasons [%.*s]",
                                AWI_STR_FMT(awi_buf_view(&text)));
    awi_buf_deinit(&text);
    return r;
}

static int cancel(struct awi_req *req, const struct part *parts, size_t n)
{
    struct dynamodb_CancellationReason *reasons =
        awi_arena_array(awi_arena(req), struct dynamodb_CancellationReason, n);

    if (!reasons) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct ddb_written *written = &parts[i].written;

        if (awi_str_is_set(parts[i].invalid)) {
            reasons[i].Code = AWI_STR("ValidationError");
            reasons[i].Message = parts[i].invalid;
        } else if (written->failed) {
            reasons[i].Code = AWI_STR("ConditionalCheckFailed");
            reasons[i].Message = AWI_STR("The conditional request failed");
            if (awi_str_is(parts[i].return_values, "ALL_OLD") && written->had_old) {
                reasons[i].Item = written->old;
            }
        }
    }
    return ddb_cancelled(req, reasons, n);
}

/* --- Tokens ---------------------------------------------------------------------------------- */

struct token {
    int64_t at;
    unsigned char digest[32];
};

/* Tokens whose time is over, among the few that follow this one: each new token takes some away, so
 * that they do not gather. */
static int forget_old(struct awi_req *req, const struct awi_scope *scope, struct awi_str from)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value;
    int r = awi_cursor_open(scope, "token", AWI_STR(""), from, AWI_FORWARD, &cursor);

    for (int i = 0; r == 0 && i < LOOKED_AT; i++) {
        struct token token;

        r = awi_cursor_next(cursor, &key, &value);
        if (r == 0 && value.len == sizeof(token)) {
            memcpy(&token, value.ptr, sizeof(token));
            key = awi_arena_str(awi_arena(req), key);
            r = !key.ptr                              ? -ENOMEM
                : awi_now(req) - token.at >= TOKEN_MS ? awi_delete(scope, "token", key)
                                                      : 0;
        }
    }
    return r == -ENOENT ? 0 : r;
}

int ddb_check_token(struct awi_req *req,
                    struct awi_str name,
                    const struct awi_shape *shape,
                    const void *request,
                    bool *ret_done)
{
    struct awi_scope scope = awi_scope(req);
    struct token token = {.at = awi_now(req)}, old;
    struct awi_str bytes, stored;
    int r;

    *ret_done = false;
    if (!awi_str_is_set(name)) {
        return 0;
    }
    r = awi_record_encode(awi_arena(req), shape, request, &bytes);
    if (r == 0) {
        r = awi_digest_of(AWI_SHA256, bytes, token.digest);
    }
    if (r < 0) {
        return r;
    }
    r = awi_get(&scope, "token", name, &stored);
    if (r == 0 && stored.len == sizeof(old)) {
        memcpy(&old, stored.ptr, sizeof(old));
        if (token.at - old.at < TOKEN_MS) {
            *ret_done = memcmp(old.digest, token.digest, sizeof(old.digest)) == 0;
            return *ret_done ? 0
                             : awi_fail(req,
                                        &dynamodb_IdempotentParameterMismatchException_error,
                                        "The request uses the same client token as a previous, but "
                                        "non-identical request. Do not reuse a client token with "
                                        "different requests, unless the requests are identical");
        }
    }
    if (r == 0 || r == -ENOENT) {
        r = forget_old(req, &scope, name);
    }
    return r < 0 ? r : awi_put(&scope, "token", name, awi_str_of(&token, sizeof(token)));
}

int ddb_transact_write_items(struct awi_req *req,
                             const struct dynamodb_TransactWriteItemsInput *in,
                             struct dynamodb_TransactWriteItemsOutput *out)
{
    struct dynamodb_TransactWriteItemsInput request = {.TransactItems = in->TransactItems};
    size_t n = in->TransactItems.n;
    struct part *parts = awi_arena_array(awi_arena(req), struct part, n);
    struct ddb_usages usages;
    bool done = false;
    int r = parts ? ddb_check_token(req,
                                    in->ClientRequestToken,
                                    &dynamodb_TransactWriteItemsInput_shape,
                                    &request,
                                    &done)
                  : -ENOMEM;

    if (r != 0 || done) {
        return r;
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = read_part(req, &in->TransactItems.items[i], &parts[i]);
        if (r == 0) {
            r = write_part(req, parts, i);
        }
    }
    if (r == 0) {
        r = check_bytes(req, parts, n);
    }
    if (r == 0) {
        r = cancel(req, parts, n);
    }
    if (r == 0) {
        r = ddb_usages_begin(req, &usages, n);
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        ddb_usages_add(&usages, &parts[i].written.usage, 2);
    }
    return r == 0
               ? ddb_usages_answer(req, in->ReturnConsumedCapacity, &usages, &out->ConsumedCapacity)
               : r;
}

/* --- Reading --------------------------------------------------------------------------------- */

static int get_part(struct awi_req *req,
                    const struct dynamodb_Get *get,
                    struct ddb_usages *usages,
                    struct dynamodb_ItemResponse *ret,
                    struct dynamodb_CancellationReason *reason)
{
    struct ddb_table *table = awi_arena_new(awi_arena(req), struct ddb_table);
    struct dynamodb_AttributeMap key = get->Key;
    struct ddb_projection *projection = NULL;
    struct ddb_expressions all;
    struct ddb_usage usage;
    int r = table ? ddb_expressions_begin(&all,
                                          awi_arena(req),
                                          &get->ExpressionAttributeNames,
                                          NULL,
                                          awi_str_is_set(get->ProjectionExpression),
                                          "ProjectionExpression")
                  : -ENOMEM;

    if (r < 0) {
        return r;
    }
    if (r == 0) {
        r = ddb_parse_projection(&all, get->ProjectionExpression, &projection);
    }
    if (r == 0) {
        r = ddb_expressions_end(&all);
    }
    r = ddb_answered(req, r, all.message);
    if (r == 0) {
        r = ddb_table_open(req, get->TableName, table);
    }
    if (r == 0) {
        r = take_invalid(req, ddb_check_key(req, table, &key), &reason->Message);
        reason->Code = awi_str_is_set(reason->Message) ? AWI_STR("ValidationError") : AWI_STR_NULL;
    }
    if (r != 0 || awi_str_is_set(reason->Code)) {
        return r;
    }
    r = ddb_get_one(req, table, &key, projection, true, &usage, &ret->Item);
    if (r == 0) {
        ddb_usages_add(usages, &usage, 2);
    }
    return r;
}

int ddb_transact_get_items(struct awi_req *req,
                           const struct dynamodb_TransactGetItemsInput *in,
                           struct dynamodb_TransactGetItemsOutput *out)
{
    size_t n = in->TransactItems.n;
    struct dynamodb_CancellationReason *reasons =
        awi_arena_array(awi_arena(req), struct dynamodb_CancellationReason, n);
    struct ddb_usages usages;
    int r = reasons ? ddb_usages_begin(req, &usages, n) : -ENOMEM;

    out->Responses.items = awi_arena_array(awi_arena(req), struct dynamodb_ItemResponse, n);
    if (r == 0 && !out->Responses.items) {
        r = -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = get_part(
            req, in->TransactItems.items[i].Get, &usages, &out->Responses.items[i], &reasons[i]);
    }
    if (r == 0) {
        r = ddb_cancelled(req, reasons, n);
    }
    out->Responses.n = n;
    out->Responses.set = true;
    return r == 0
               ? ddb_usages_answer(req, in->ReturnConsumedCapacity, &usages, &out->ConsumedCapacity)
               : r;
}
