/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodb/table_check.h"

#include <errno.h>

#define INVALID   "One or more parameter values were invalid: "
#define UNITS_MAX 1000000000000

/* --- Key schemas ----------------------------------------------------------------------------- */

static bool is_defined(const struct dynamodb_CreateTableInput *in, struct awi_str name)
{
    for (size_t i = 0; i < in->AttributeDefinitions.n; i++) {
        if (awi_str_eq(in->AttributeDefinitions.items[i].AttributeName, name)) {
            return true;
        }
    }
    return false;
}

static struct awi_str key_names(struct awi_req *req, const struct dynamodb_KeySchema *keys)
{
    struct awi_str text = AWI_STR("");

    for (size_t i = 0; i < keys->n; i++) {
        text = awi_arena_printf(awi_arena(req),
                                "%.*s%s%.*s",
                                AWI_STR_FMT(text),
                                i > 0 ? ", " : "",
                                AWI_STR_FMT(keys->items[i].AttributeName));
    }
    return text;
}

static struct awi_str defined_names(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    struct awi_str text = AWI_STR("");

    for (size_t i = 0; i < in->AttributeDefinitions.n; i++) {
        text = awi_arena_printf(awi_arena(req),
                                "%.*s%s%.*s",
                                AWI_STR_FMT(text),
                                i > 0 ? ", " : "",
                                AWI_STR_FMT(in->AttributeDefinitions.items[i].AttributeName));
    }
    return text;
}

static int check_key_schema(struct awi_req *req,
                            const struct dynamodb_CreateTableInput *in,
                            const struct dynamodb_KeySchema *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (!is_defined(in, keys->items[i].AttributeName)) {
            return ddb_invalid(req,
                               INVALID "Some index key attributes are not defined in "
                                       "AttributeDefinitions. Keys: [%.*s], AttributeDefinitions: "
                                       "[%.*s]",
                               AWI_STR_FMT(key_names(req, keys)),
                               AWI_STR_FMT(defined_names(req, in)));
        }
    }
    if (keys->n > 2) {
        return awi_fail(req,
                        &awi_error_NotImplemented,
                        "dynamodb:CreateTable with keys of more than two attributes is not "
                        "emulated");
    }
    if (keys->n == 2 && awi_str_eq(keys->items[0].AttributeName, keys->items[1].AttributeName)) {
        return ddb_invalid(
            req, "Both the Hash Key and the Range Key element in the KeySchema have the same name");
    }
    if (keys->n == 0 || !awi_str_is(keys->items[0].KeyType, "HASH")) {
        return ddb_invalid(req,
                           "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    }
    if (keys->n == 2 && !awi_str_is(keys->items[1].KeyType, "RANGE")) {
        return ddb_invalid(
            req, "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
    }
    return 0;
}

static int check_definitions(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    const struct dynamodb_AttributeDefinitions *definitions = &in->AttributeDefinitions;

    for (size_t i = 0; i < definitions->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(definitions->items[i].AttributeName,
                           definitions->items[j].AttributeName)) {
                return ddb_invalid(req,
                                   "Cannot have two attributes with the same name: %.*s",
                                   AWI_STR_FMT(definitions->items[i].AttributeName));
            }
        }
    }
    return 0;
}

static bool uses(const struct dynamodb_KeySchema *keys, struct awi_str name)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (awi_str_eq(keys->items[i].AttributeName, name)) {
            return true;
        }
    }
    return false;
}

/* Every defined attribute must be part of some key. */
static int check_all_used(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    struct awi_str unused = AWI_STR_NULL;
    bool indexes = in->LocalSecondaryIndexes.n + in->GlobalSecondaryIndexes.n > 0;

    for (size_t i = 0; i < in->AttributeDefinitions.n; i++) {
        struct awi_str name = in->AttributeDefinitions.items[i].AttributeName;
        bool used = uses(&in->KeySchema, name);

        for (size_t j = 0; j < in->LocalSecondaryIndexes.n; j++) {
            used |= uses(&in->LocalSecondaryIndexes.items[j].KeySchema, name);
        }
        for (size_t j = 0; j < in->GlobalSecondaryIndexes.n; j++) {
            used |= uses(&in->GlobalSecondaryIndexes.items[j].KeySchema, name);
        }
        if (!used) {
            unused = name;
        }
    }
    if (!unused.ptr) {
        return 0;
    }
    if (!indexes) {
        return ddb_invalid(req,
                           INVALID "Number of attributes in KeySchema does not exactly match "
                                   "number of attributes defined in AttributeDefinitions");
    }
    return ddb_invalid(req,
                       INVALID "Some AttributeDefinitions are not used. AttributeDefinitions: "
                               "[%.*s], keys used: [%.*s]",
                       AWI_STR_FMT(defined_names(req, in)),
                       AWI_STR_FMT(key_names(req, &in->KeySchema)));
}

/* --- Indexes --------------------------------------------------------------------------------- */

static int check_projection(struct awi_req *req, const struct dynamodb_Projection *projection)
{
    struct awi_str type = projection->ProjectionType;

    if (!awi_str_is_set(type)) {
        return ddb_invalid(req, INVALID "Unknown ProjectionType: null");
    }
    if (projection->NonKeyAttributes.set && !awi_str_is(type, "INCLUDE")) {
        return ddb_invalid(req,
                           INVALID "ProjectionType is %.*s, but NonKeyAttributes is specified",
                           AWI_STR_FMT(type));
    }
    if (!projection->NonKeyAttributes.set && awi_str_is(type, "INCLUDE")) {
        return ddb_invalid(req,
                           INVALID "ProjectionType is INCLUDE, but NonKeyAttributes is not "
                                   "specified");
    }
    return 0;
}

static struct awi_str index_name(const struct dynamodb_CreateTableInput *in, size_t at)
{
    size_t local = in->LocalSecondaryIndexes.n;

    return at < local ? in->LocalSecondaryIndexes.items[at].IndexName
                      : in->GlobalSecondaryIndexes.items[at - local].IndexName;
}

static int check_index_names(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    size_t n = in->LocalSecondaryIndexes.n + in->GlobalSecondaryIndexes.n, included = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(index_name(in, i), index_name(in, j))) {
                return ddb_invalid(
                    req, INVALID "Duplicate index name: %.*s", AWI_STR_FMT(index_name(in, i)));
            }
        }
    }
    for (size_t i = 0; i < in->LocalSecondaryIndexes.n; i++) {
        included += in->LocalSecondaryIndexes.items[i].Projection->NonKeyAttributes.n;
    }
    for (size_t i = 0; i < in->GlobalSecondaryIndexes.n; i++) {
        included += in->GlobalSecondaryIndexes.items[i].Projection->NonKeyAttributes.n;
    }
    return included > 100
               ? ddb_invalid(req,
                             INVALID "Number of NonKeyAttributes in all indexes exceeds limit of "
                                     "100")
               : 0;
}

static int check_local(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    const struct dynamodb_LocalSecondaryIndexList *list = &in->LocalSecondaryIndexes;
    struct awi_str hash = in->KeySchema.items[0].AttributeName;

    if (list->n == 0) {
        return ddb_invalid(req, INVALID "List of LocalSecondaryIndexes is empty");
    }
    if (in->KeySchema.n != 2) {
        return ddb_invalid(req,
                           INVALID "Table KeySchema does not have a range key, which is required "
                                   "when specifying a LocalSecondaryIndex");
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct dynamodb_LocalSecondaryIndex *index = &list->items[i];
        int r = check_key_schema(req, in, &index->KeySchema);

        if (r != 0) {
            return r;
        }
        if (index->KeySchema.n != 2) {
            return ddb_invalid(req,
                               INVALID "Index KeySchema does not have a range key for index: %.*s",
                               AWI_STR_FMT(index->IndexName));
        }
        if (!awi_str_eq(index->KeySchema.items[0].AttributeName, hash)) {
            return ddb_invalid(req,
                               INVALID "Index KeySchema does not have the same leading hash key as "
                                       "table KeySchema for index: %.*s. index hash key: %.*s, "
                                       "table hash key: %.*s",
                               AWI_STR_FMT(index->IndexName),
                               AWI_STR_FMT(index->KeySchema.items[0].AttributeName),
                               AWI_STR_FMT(hash));
        }
        r = check_projection(req, index->Projection);
        if (r != 0) {
            return r;
        }
    }
    return list->n > 5 ? ddb_invalid(req,
                                     INVALID "Number of LocalSecondaryIndexes exceeds per-table "
                                             "limit of 5")
                       : 0;
}

/* --- Throughput ------------------------------------------------------------------------------ */

static int check_units(struct awi_req *req, const struct dynamodb_ProvisionedThroughput *units)
{
    if (units->ReadCapacityUnits.v > UNITS_MAX) {
        return ddb_invalid(req,
                           "Given value %lld for ReadCapacityUnits is out of bounds",
                           (long long)units->ReadCapacityUnits.v);
    }
    if (units->WriteCapacityUnits.v > UNITS_MAX) {
        return ddb_invalid(req,
                           "Given value %lld for WriteCapacityUnits is out of bounds",
                           (long long)units->WriteCapacityUnits.v);
    }
    return 0;
}

static int check_throughput(struct awi_req *req,
                            bool on_demand,
                            const struct dynamodb_ProvisionedThroughput *units,
                            struct awi_str index)
{
    struct awi_str of =
        index.ptr ? awi_arena_printf(awi_arena(req), " for index: %.*s", AWI_STR_FMT(index))
                  : AWI_STR("");

    if (!on_demand && !units) {
        return index.ptr ? ddb_invalid(req,
                                       INVALID "ProvisionedThroughput must be specified%.*s",
                                       AWI_STR_FMT(of))
                         : ddb_invalid(req,
                                       INVALID "ReadCapacityUnits and WriteCapacityUnits must both "
                                               "be specified when BillingMode is PROVISIONED");
    }
    if (on_demand && units) {
        return index.ptr ? ddb_invalid(req,
                                       INVALID "ProvisionedThroughput should not be specified%.*s "
                                               "when BillingMode is PAY_PER_REQUEST",
                                       AWI_STR_FMT(of))
                         : ddb_invalid(req,
                                       INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits "
                                               "can be specified when BillingMode is "
                                               "PAY_PER_REQUEST");
    }
    return units ? check_units(req, units) : 0;
}

static int check_global(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    const struct dynamodb_GlobalSecondaryIndexList *list = &in->GlobalSecondaryIndexes;
    bool on_demand = awi_str_is(in->BillingMode, "PAY_PER_REQUEST");

    if (list->n == 0) {
        return ddb_invalid(req, INVALID "List of GlobalSecondaryIndexes is empty");
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct dynamodb_GlobalSecondaryIndex *index = &list->items[i];
        int r = check_key_schema(req, in, &index->KeySchema);

        if (r == 0) {
            r = check_projection(req, index->Projection);
        }
        if (r == 0) {
            r = check_throughput(req, on_demand, index->ProvisionedThroughput, index->IndexName);
        }
        if (r != 0) {
            return r;
        }
    }
    return list->n > 20 ? ddb_invalid(req,
                                      INVALID "GlobalSecondaryIndex count exceeds the per-table "
                                              "limit of 20")
                        : 0;
}

/* --- The rest -------------------------------------------------------------------------------- */

static int check_options(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    const struct dynamodb_StreamSpecification *stream = in->StreamSpecification;
    const struct dynamodb_SSESpecification *sse = in->SSESpecification;

    if (stream) {
        if (stream->StreamEnabled.v && !awi_str_is_set(stream->StreamViewType)) {
            return ddb_invalid(req,
                               INVALID "StreamViewType cannot be null when StreamEnabled is true");
        }
        if (!stream->StreamEnabled.v && awi_str_is_set(stream->StreamViewType)) {
            return ddb_invalid(
                req, INVALID "StreamViewType cannot be specified when StreamEnabled is false");
        }
    }
    if (sse && awi_str_is(sse->SSEType, "AES256")) {
        return ddb_invalid(req, INVALID "AES256 SSEType is not supported");
    }
    if (sse && awi_str_is_set(sse->KMSMasterKeyId) && !(sse->Enabled.set && sse->Enabled.v)) {
        return ddb_invalid(
            req, INVALID "SSEType and KMSMasterKeyId can only be set when SSE is enabled");
    }
    if (awi_str_is_set(in->GlobalTableSourceArn) ||
        awi_str_is_set(in->GlobalTableSettingsReplicationMode)) {
        return awi_fail(req,
                        &awi_error_NotImplemented,
                        "dynamodb:CreateTable of global tables is not emulated");
    }
    return ddb_check_tags(req, &in->Tags);
}

int ddb_check_create(struct awi_req *req, const struct dynamodb_CreateTableInput *in)
{
    bool on_demand = awi_str_is(in->BillingMode, "PAY_PER_REQUEST");
    int r = check_throughput(req, on_demand, in->ProvisionedThroughput, AWI_STR_NULL);

    if (r == 0 && !in->KeySchema.set) {
        return ddb_invalid(req, INVALID "Missing required parameter in input: \"KeySchema\"");
    }
    if (r == 0) {
        r = check_definitions(req, in);
    }
    if (r == 0) {
        r = check_key_schema(req, in, &in->KeySchema);
    }
    if (r == 0 && in->LocalSecondaryIndexes.set) {
        r = check_local(req, in);
    }
    if (r == 0 && in->GlobalSecondaryIndexes.set) {
        r = check_global(req, in);
    }
    if (r == 0) {
        r = check_index_names(req, in);
    }
    if (r == 0) {
        r = check_all_used(req, in);
    }
    return r == 0 ? check_options(req, in) : r;
}
