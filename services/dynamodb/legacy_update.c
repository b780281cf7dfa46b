/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AttributeUpdates, the update from before there were expressions, turned into a tree.
 */
#include "services/dynamodb/dynamodb.h"

#include <errno.h>

#define INVALID "One or more parameter values were invalid: "

static int refuse(struct ddb_expressions *all, struct awi_str message)
{
    all->message = message;
    return message.ptr ? 1 : -ENOMEM;
}

/* --- AttributeUpdates ------------------------------------------------------------------------ */

static int make_action(struct ddb_expressions *all,
                       struct awi_str attribute,
                       const struct dynamodb_AttributeValueUpdate *update,
                       struct ddb_action *ret)
{
    struct ddb_step *step = awi_arena_new(all->arena, struct ddb_step);
    struct ddb_operand *operand = awi_arena_new(all->arena, struct ddb_operand);
    bool remove = awi_str_is(update->Action, "DELETE");

    if (!step || !operand) {
        return -ENOMEM;
    }
    step->name = attribute;
    ret->path = (struct ddb_path){step, 1};
    ret->operand = operand;
    operand->kind = DDB_OPERAND_VALUE;
    operand->value = update->Value;
    ret->kind = awi_str_is(update->Action, "ADD") ? DDB_ADD
                : !remove                         ? DDB_SET
                : update->Value                   ? DDB_DELETE
                                                  : DDB_REMOVE;
    if (!update->Value) {
        return remove ? 0
                      : refuse(all,
                               awi_arena_printf(all->arena,
                                                INVALID "Only DELETE action is allowed when no "
                                                        "attribute value is specified"));
    }
    return ddb_value_check(all->arena, update->Value, &all->message);
}

int ddb_legacy_update(struct ddb_expressions *all,
                      const struct dynamodb_AttributeUpdates *updates,
                      struct ddb_update **ret)
{
    struct ddb_update *update = awi_arena_new(all->arena, struct ddb_update);
    int r = 0;

    *ret = NULL;
    if (!updates->set) {
        return 0;
    }
    if (!update) {
        return -ENOMEM;
    }
    update->actions = awi_arena_array(all->arena, struct ddb_action, updates->n);
    if (!update->actions) {
        return -ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < updates->n; i++) {
        enum ddb_type type;

        r = make_action(all, updates->items[i].key, &updates->items[i].value, &update->actions[i]);
        if (r != 0 || update->actions[i].kind == DDB_SET || update->actions[i].kind == DDB_REMOVE) {
            continue;
        }
        type = ddb_value_type(updates->items[i].value.Value);
        if ((type < DDB_SS || type > DDB_BS) &&
            !(update->actions[i].kind == DDB_ADD && type == DDB_N)) {
            r = refuse(all,
                       awi_arena_printf(all->arena,
                                        INVALID "Action %s is not supported for the type %s",
                                        update->actions[i].kind == DDB_ADD ? "ADD" : "DELETE",
                                        ddb_type_name(type)));
        }
    }
    update->n = updates->n;
    *ret = update;
    return r;
}
