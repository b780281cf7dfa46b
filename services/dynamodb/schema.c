/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which table a request means, and the compact description that every access to items starts from.
 */
#include "services/dynamodb/dynamodb.h"

#include "services/dynamodb/table_check.h"

#include <errno.h>
#include <stdarg.h>

#define SCHEMA_MAX (256u << 10)

int ddb_invalid(struct awi_req *req, const char *format, ...)
{
    struct awi_str text;
    va_list args;

    va_start(args, format);
    text = awi_arena_vprintf(awi_arena(req), format, args);
    va_end(args);
    return awi_fail(req, &awi_error_ValidationException, "%.*s", AWI_STR_FMT(text));
}

int ddb_answered(struct awi_req *req, int r, struct awi_str message)
{
    return r > 0 ? ddb_invalid(req, "%.*s", AWI_STR_FMT(message)) : r;
}

/* --- Names ----------------------------------------------------------------------------------- */

bool ddb_is_name(struct awi_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '.' && c != '-') {
            return false;
        }
    }
    return name.len >= 3 && name.len <= 255;
}

/* What a policy can open to other accounts. */
static const char *const across[] = {
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "DeleteTable",
    "DescribeTable",
    "GetItem",
    "ListTagsOfResource",
    "PutItem",
    "Query",
    "Scan",
    "TagResource",
    "TransactGetItems",
    "TransactWriteItems",
    "UntagResource",
    "UpdateItem",
    "UpdateTable",
};

static bool goes_across(struct awi_str operation)
{
    for (size_t i = 0; i < sizeof(across) / sizeof(across[0]); i++) {
        if (awi_str_is(operation, across[i])) {
            return true;
        }
    }
    return false;
}

static int refuse_account(struct awi_req *req, struct awi_str arn)
{
    struct awi_str operation = awi_operation(req)->name;

    return awi_fail(req,
                    &awi_error_AccessDeniedException,
                    "User: %.*s is not authorized to perform: dynamodb:%.*s on resource: %.*s "
                    "because no resource-based policy allows the dynamodb:%.*s action",
                    AWI_STR_FMT(awi_principal(req)->arn),
                    AWI_STR_FMT(operation),
                    AWI_STR_FMT(arn),
                    AWI_STR_FMT(operation));
}

/* arn:aws:dynamodb:REGION:ACCOUNT:table/NAME */
static int place_of_arn(struct awi_req *req, struct awi_str arn, struct ddb_place *ret)
{
    struct awi_str rest = arn, part[5] = {{NULL, 0}};

    for (size_t i = 0; i < 5; i++) {
        awi_str_cut(&rest, ':', &part[i]);
    }
    if (!rest.ptr || !awi_str_starts(rest, AWI_STR("table/")) || !awi_str_is(part[2], "dynamodb")) {
        return ddb_invalid(req, "Invalid table ARN: %.*s", AWI_STR_FMT(arn));
    }
    ret->name = awi_str_skip(rest, 6);
    if (!awi_str_eq(part[3], awi_region(req))) {
        return ddb_invalid(req,
                           "The region in the table ARN does not match the region of the request");
    }
    if (!awi_str_eq(part[4], awi_account(req))) {
        if (!goes_across(awi_operation(req)->name)) {
            return refuse_account(req, arn);
        }
        ret->scope = awi_scope_of(req, part[4], part[3]);
    }
    return 0;
}

int ddb_find_place(struct awi_req *req, struct awi_str name_or_arn, struct ddb_place *ret)
{
    int r = 0;

    *ret = (struct ddb_place){.name = name_or_arn, .scope = awi_scope(req)};
    if (awi_str_starts(name_or_arn, AWI_STR("arn:"))) {
        r = place_of_arn(req, name_or_arn, ret);
    }
    if (r == 0 && !ddb_is_name(ret->name)) {
        return ddb_invalid(req,
                           "Invalid table/index name.  Table/index names must be between 3 and 255 "
                           "characters long, and may contain only the characters a-z, A-Z, 0-9, "
                           "'_', '-', and '.'");
    }
    return r;
}

const struct ddb_index *ddb_table_index(const struct ddb_table *table, struct awi_str name)
{
    for (size_t i = 0; i < table->n_indexes; i++) {
        if (awi_str_eq(table->indexes[i].name, name)) {
            return &table->indexes[i];
        }
    }
    return NULL;
}

/* --- The compact form: counts and types in a byte each, names with a length byte ------------- */

static void put_name(struct awi_buf *buf, struct awi_str name)
{
    awi_buf_char(buf, (char)(name.len & 0xff));
    awi_buf_char(buf, (char)(name.len >> 8));
    awi_buf_str(buf, name);
}

static void put_keys(struct awi_buf *buf, const struct ddb_key_schema *keys)
{
    awi_buf_char(buf, (char)keys->n);
    for (size_t i = 0; i < keys->n; i++) {
        awi_buf_char(buf, (char)keys->parts[i].type);
        put_name(buf, keys->parts[i].name);
    }
}

int ddb_schema_put(const struct ddb_table *table)
{
    struct awi_buf buf = AWI_BUF_INIT(SCHEMA_MAX);
    int r;

    awi_buf_str(&buf, table->id);
    put_keys(&buf, &table->keys);
    awi_buf_char(&buf, (char)table->n_indexes);
    for (size_t i = 0; i < table->n_indexes; i++) {
        const struct ddb_index *index = &table->indexes[i];

        put_name(&buf, index->name);
        awi_buf_char(&buf, index->local);
        put_keys(&buf, &index->keys);
        awi_buf_char(&buf, index->all);
        awi_buf_char(&buf, (char)index->n_attributes);
        for (size_t j = 0; j < index->n_attributes; j++) {
            put_name(&buf, index->attributes[j]);
        }
    }
    put_name(&buf, table->expiry);
    awi_buf_char(&buf, (char)table->view);
    put_name(&buf, table->stream);
    r = buf.error;
    if (r == 0) {
        r = awi_put(&table->scope, "schema", table->name, awi_buf_view(&buf));
    }
    awi_buf_deinit(&buf);
    return r;
}

struct reader {
    struct awi_str rest;
    bool bad;
};

static size_t get_byte(struct reader *in)
{
    size_t byte;

    if (in->rest.len == 0) {
        in->bad = true;
        return 0;
    }
    byte = (unsigned char)in->rest.ptr[0];
    in->rest = awi_str_skip(in->rest, 1);
    return byte;
}

static struct awi_str get_bytes(struct reader *in, size_t len)
{
    struct awi_str bytes = awi_str_head(in->rest, len);

    in->bad |= in->rest.len < len;
    in->rest = awi_str_skip(in->rest, len);
    return bytes;
}

static struct awi_str get_name(struct reader *in)
{
    size_t len = get_byte(in);

    len |= get_byte(in) << 8;
    return get_bytes(in, len);
}

static void get_keys(struct reader *in, struct ddb_key_schema *keys)
{
    keys->n = get_byte(in);
    if (keys->n > 2) {
        in->bad = true;
        keys->n = 0;
    }
    for (size_t i = 0; i < keys->n; i++) {
        keys->parts[i].type = (enum ddb_type)get_byte(in);
        keys->parts[i].name = get_name(in);
    }
}

static int get_indexes(struct awi_arena *arena, struct reader *in, struct ddb_table *table)
{
    table->n_indexes = get_byte(in);
    if (table->n_indexes == 0) {
        return 0;
    }
    table->indexes = awi_arena_array(arena, struct ddb_index, table->n_indexes);
    if (!table->indexes) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < table->n_indexes; i++) {
        struct ddb_index *index = &table->indexes[i];

        index->name = get_name(in);
        index->local = get_byte(in);
        get_keys(in, &index->keys);
        index->all = get_byte(in);
        index->n_attributes = get_byte(in);
        index->attributes = awi_arena_array(arena, struct awi_str, index->n_attributes);
        if (!index->attributes) {
            return -ENOMEM;
        }
        for (size_t j = 0; j < index->n_attributes; j++) {
            index->attributes[j] = get_name(in);
        }
    }
    return 0;
}

int ddb_table_open(struct awi_req *req, struct awi_str name_or_arn, struct ddb_table *ret)
{
    struct ddb_place place;
    struct awi_str bytes;
    struct reader in = {0};
    int r = ddb_find_place(req, name_or_arn, &place);

    *ret = (struct ddb_table){.name = place.name, .called = name_or_arn, .scope = place.scope};
    if (r != 0) {
        return r;
    }
    r = awi_get(&ret->scope, "schema", ret->name, &bytes);
    if (r == -ENOENT) {
        return awi_fail(
            req, &dynamodb_ResourceNotFoundException_error, "Requested resource not found");
    }
    if (r < 0) {
        return r;
    }
    /* What the store shows lives only until the next write. */
    in.rest = awi_arena_str(awi_arena(req), bytes);
    if (!in.rest.ptr) {
        return -ENOMEM;
    }
    ret->id = get_bytes(&in, DDB_ID_SIZE);
    get_keys(&in, &ret->keys);
    r = get_indexes(awi_arena(req), &in, ret);
    if (r == 0 && in.rest.len > 0) {
        ret->expiry = get_name(&in);
        ret->view = (enum ddb_view)get_byte(&in);
        ret->stream = get_name(&in);
    }
    if (r == 0 && in.bad) {
        r = -EBADMSG;
    }
    return r == 0 && awi_txn_is_write(ret->scope.txn) ? ddb_expire(req, ret) : r;
}
