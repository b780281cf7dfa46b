/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What requests consume (Developer guide, "DynamoDB read and write operations"). Nothing is
 * throttled.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

double ddb_read_units(size_t size, bool consistent)
{
    double units = (double)((size + 4095) / 4096);

    if (units < 1) {
        units = 1;
    }
    return consistent ? units : units / 2;
}

static double write_units(size_t size)
{
    return size <= 1024 ? 1 : (double)((size + 1023) / 1024);
}

void ddb_use_write(struct ddb_usage *usage,
                   const struct dynamodb_AttributeMap *old,
                   const struct dynamodb_AttributeMap *item)
{
    size_t before = old ? ddb_item_size(old) : 0, after = item ? ddb_item_size(item) : 0;
    double units = write_units(before > after ? before : after);

    usage->write = true;
    usage->units += units;
    for (size_t i = 0; i < usage->table->n_indexes && i < DDB_INDEXES_MAX; i++) {
        const struct ddb_index *index = &usage->table->indexes[i];

        if ((old && ddb_index_has(index, old)) || (item && ddb_index_has(index, item))) {
            usage->index_units[i] += units;
        }
    }
}

/* The share of the local, or of the global indexes, by name. */
static int index_capacity(struct awi_req *req,
                          const struct ddb_usage *usage,
                          bool local,
                          struct dynamodb_SecondaryIndexesCapacityMap *ret)
{
    ret->items = awi_arena_array(
        awi_arena(req), struct dynamodb_SecondaryIndexesCapacityMap_entry, usage->table->n_indexes);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < usage->table->n_indexes && i < DDB_INDEXES_MAX; i++) {
        struct dynamodb_SecondaryIndexesCapacityMap_entry *entry = &ret->items[ret->n];

        if (usage->table->indexes[i].local != local || usage->index_units[i] <= 0) {
            continue;
        }
        entry->key = usage->table->indexes[i].name;
        entry->value.CapacityUnits = (struct awi_opt_f64)AWI_SOME(usage->index_units[i]);
        ret->n++;
    }
    ret->set = ret->n > 0;
    return 0;
}

int ddb_consumed(struct awi_req *req,
                 struct awi_str mode,
                 const struct ddb_usage *usage,
                 struct dynamodb_ConsumedCapacity **ret)
{
    struct dynamodb_ConsumedCapacity *consumed;
    double total = usage->units;
    int r;

    *ret = NULL;
    if (!awi_str_is_set(mode) || awi_str_is(mode, "NONE")) {
        return 0;
    }
    consumed = awi_arena_new(awi_arena(req), struct dynamodb_ConsumedCapacity);
    if (!consumed) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < usage->table->n_indexes && i < DDB_INDEXES_MAX; i++) {
        total += usage->index_units[i];
    }
    consumed->TableName = usage->table->called;
    consumed->CapacityUnits = (struct awi_opt_f64)AWI_SOME(total);
    *ret = consumed;
    if (!awi_str_is(mode, "INDEXES")) {
        return 0;
    }
    consumed->Table = awi_arena_new(awi_arena(req), struct dynamodb_Capacity);
    if (!consumed->Table) {
        return -ENOMEM;
    }
    consumed->Table->CapacityUnits = (struct awi_opt_f64)AWI_SOME(usage->units);
    r = index_capacity(req, usage, true, &consumed->LocalSecondaryIndexes);
    return r == 0 ? index_capacity(req, usage, false, &consumed->GlobalSecondaryIndexes) : r;
}

int ddb_metrics(struct awi_req *req,
                struct awi_str mode,
                const struct ddb_table *table,
                const struct dynamodb_AttributeMap *item,
                struct dynamodb_ItemCollectionMetrics **ret)
{
    struct dynamodb_ItemCollectionMetrics *metrics;
    bool local = false;

    *ret = NULL;
    for (size_t i = 0; i < table->n_indexes; i++) {
        local |= table->indexes[i].local;
    }
    if (!local || !awi_str_is(mode, "SIZE")) {
        return 0;
    }
    metrics = awi_arena_new(awi_arena(req), struct dynamodb_ItemCollectionMetrics);
    if (!metrics) {
        return -ENOMEM;
    }
    metrics->SizeEstimateRangeGB.items = awi_arena_array(awi_arena(req), double, 2);
    if (!metrics->SizeEstimateRangeGB.items) {
        return -ENOMEM;
    }
    metrics->SizeEstimateRangeGB.items[1] = 1;
    metrics->SizeEstimateRangeGB.n = 2;
    metrics->SizeEstimateRangeGB.set = true;
    *ret = metrics;
    return ddb_map_put(awi_arena(req),
                       &metrics->ItemCollectionKey,
                       table->keys.parts[0].name,
                       ddb_map_find(item, table->keys.parts[0].name));
}
