/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies update expressions. All operands are evaluated against the item as it was, then the
 * actions change it: REMOVE last and list places from the end, so that indexes mean what they
 * meant.
 */
#include "services/dynamodb/expression.h"

#include "services/dynamodb/number.h"

#include <errno.h>
#include <stdlib.h>

struct applying {
    struct awi_arena *arena;
    const struct dynamodb_AttributeMap *before;
    struct awi_str *message;
};

static int refuse(struct applying *in, const char *message)
{
    *in->message = awi_str_from(message);
    return 1;
}

#define NO_ATTRIBUTE                                                                               \
    "The provided expression refers to an attribute that does not exist in the item"
#define BAD_PATH    "The document path provided in the update expression is invalid for update"
#define BAD_OPERAND "An operand in the update expression has an incorrect data type"

/* --- Operands -------------------------------------------------------------------------------- */

static int evaluate(struct applying *in,
                    const struct ddb_operand *operand,
                    struct dynamodb_AttributeValue *ret);

static int add_numbers(
    struct applying *in, struct awi_str a, struct awi_str b, bool subtract, struct awi_str *ret)
{
    struct ddb_number x, y, sum;

    if (ddb_number_parse(a, &x) != DDB_NUMBER_OK || ddb_number_parse(b, &y) != DDB_NUMBER_OK) {
        return refuse(in, BAD_OPERAND);
    }
    switch (ddb_number_add(&x, &y, subtract, &sum)) {
    case DDB_NUMBER_OK:
        *ret = ddb_number_print(in->arena, &sum);
        return ret->ptr ? 0 : -ENOMEM;
    case DDB_NUMBER_TOO_PRECISE:
        return refuse(in, "Attempting to store more than 38 significant digits in a Number");
    case DDB_NUMBER_UNDERFLOW:
        return refuse(in,
                      "Number underflow. Attempting to store a number with magnitude smaller than "
                      "supported range");
    default:
        return refuse(in,
                      "Number overflow. Attempting to store a number with magnitude larger than "
                      "supported range");
    }
}

static int append(struct applying *in,
                  const struct dynamodb_AttributeValue *a,
                  const struct dynamodb_AttributeValue *b,
                  struct dynamodb_AttributeValue *ret)
{
    if (!a->L.set || !b->L.set) {
        return refuse(in, BAD_OPERAND);
    }
    *ret = (struct dynamodb_AttributeValue){0};
    ret->L.set = true;
    ret->L.n = a->L.n + b->L.n;
    ret->L.items = awi_arena_array(in->arena, struct dynamodb_AttributeValue, ret->L.n);
    if (!ret->L.items) {
        return -ENOMEM;
    }
    if (a->L.n > 0) {
        memcpy(ret->L.items, a->L.items, a->L.n * sizeof(*ret->L.items));
    }
    if (b->L.n > 0) {
        memcpy(ret->L.items + a->L.n, b->L.items, b->L.n * sizeof(*ret->L.items));
    }
    return 0;
}

static int evaluate_two(struct applying *in,
                        const struct ddb_operand *operand,
                        struct dynamodb_AttributeValue *ret)
{
    struct dynamodb_AttributeValue a, b;
    int r = evaluate(in, operand->args[0], &a);

    if (r == 0) {
        r = evaluate(in, operand->args[1], &b);
    }
    if (r != 0) {
        return r;
    }
    if (operand->kind == DDB_OPERAND_LIST_APPEND) {
        return append(in, &a, &b, ret);
    }
    if (!a.N.ptr || !b.N.ptr) {
        return refuse(in, BAD_OPERAND);
    }
    *ret = (struct dynamodb_AttributeValue){0};
    return add_numbers(in, a.N, b.N, operand->kind == DDB_OPERAND_MINUS, &ret->N);
}

static int evaluate(struct applying *in,
                    const struct ddb_operand *operand,
                    struct dynamodb_AttributeValue *ret)
{
    const struct dynamodb_AttributeValue *found;

    switch (operand->kind) {
    case DDB_OPERAND_VALUE:
        *ret = *operand->value;
        return 0;
    case DDB_OPERAND_PATH:
    case DDB_OPERAND_IF_NOT_EXISTS:
        found = ddb_path_find(in->before, &operand->path);
        if (found) {
            *ret = *found;
            return 0;
        }
        return operand->kind == DDB_OPERAND_PATH ? refuse(in, NO_ATTRIBUTE)
                                                 : evaluate(in, operand->args[0], ret);
    default:
        return evaluate_two(in, operand, ret);
    }
}

/* --- Places ---------------------------------------------------------------------------------- */

/* The container of the path's last step; NULL: the item itself. */
static int find_parent(struct applying *in,
                       struct dynamodb_AttributeMap *item,
                       const struct ddb_path *path,
                       struct dynamodb_AttributeValue **ret)
{
    struct ddb_path above = {path->steps, path->n - 1};
    const struct ddb_step *last = &path->steps[path->n - 1];

    *ret = NULL;
    if (path->n == 1) {
        return 0;
    }
    *ret = ddb_path_find(item, &above);
    if (!*ret || (last->name.ptr ? !(*ret)->M.set : !(*ret)->L.set)) {
        return refuse(in, BAD_PATH);
    }
    return 0;
}

static int set_in_list(struct awi_arena *arena,
                       struct dynamodb_ListAttributeValue *list,
                       size_t index,
                       const struct dynamodb_AttributeValue *value)
{
    struct dynamodb_AttributeValue *items;

    if (index < list->n) {
        list->items[index] = *value;
        return 0;
    }
    items = awi_arena_array(arena, struct dynamodb_AttributeValue, list->n + 1);
    if (!items) {
        return -ENOMEM;
    }
    if (list->n > 0) {
        memcpy(items, list->items, list->n * sizeof(*items));
    }
    items[list->n++] = *value;
    list->items = items;
    return 0;
}

static int set(struct applying *in,
               struct dynamodb_AttributeMap *item,
               const struct ddb_path *path,
               const struct dynamodb_AttributeValue *value)
{
    const struct ddb_step *last = &path->steps[path->n - 1];
    struct dynamodb_AttributeValue *parent;
    int r = find_parent(in, item, path, &parent);

    if (r != 0) {
        return r;
    }
    if (last->name.ptr) {
        return ddb_map_put(in->arena, parent ? &parent->M : item, last->name, value);
    }
    return set_in_list(in->arena, &parent->L, last->index, value);
}

static int
remove_at(struct applying *in, struct dynamodb_AttributeMap *item, const struct ddb_path *path)
{
    const struct ddb_step *last = &path->steps[path->n - 1];
    struct dynamodb_AttributeValue *parent;
    int r = find_parent(in, item, path, &parent);

    if (r != 0) {
        return r;
    }
    if (last->name.ptr) {
        ddb_map_remove(parent ? &parent->M : item, last->name);
    } else if (last->index < parent->L.n) {
        memmove(&parent->L.items[last->index],
                &parent->L.items[last->index + 1],
                (parent->L.n - last->index - 1) * sizeof(*parent->L.items));
        parent->L.n--;
    }
    return 0;
}

/* --- ADD and DELETE -------------------------------------------------------------------------- */

struct set_view {
    struct awi_str **items;
    size_t *n;
    bool *set;
};

static struct set_view view(struct dynamodb_AttributeValue *value, enum ddb_type type)
{
    switch (type) {
    case DDB_SS:
        return (struct set_view){&value->SS.items, &value->SS.n, &value->SS.set};
    case DDB_NS:
        return (struct set_view){&value->NS.items, &value->NS.n, &value->NS.set};
    default:
        return (struct set_view){&value->BS.items, &value->BS.n, &value->BS.set};
    }
}

static bool has(const struct set_view *set, struct awi_str s)
{
    for (size_t i = 0; i < *set->n; i++) {
        if (awi_str_eq((*set->items)[i], s)) {
            return true;
        }
    }
    return false;
}

/* The union, or the first without the second. */
static int combine(struct applying *in,
                   enum ddb_type type,
                   struct dynamodb_AttributeValue *a,
                   struct dynamodb_AttributeValue *b,
                   bool remove,
                   struct dynamodb_AttributeValue *ret)
{
    struct set_view x = view(a, type), y = view(b, type), out;

    *ret = (struct dynamodb_AttributeValue){0};
    out = view(ret, type);
    *out.set = true;
    *out.items = awi_arena_array(in->arena, struct awi_str, *x.n + *y.n);
    if (!*out.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < *x.n; i++) {
        if (!remove || !has(&y, (*x.items)[i])) {
            (*out.items)[(*out.n)++] = (*x.items)[i];
        }
    }
    for (size_t i = 0; !remove && i < *y.n; i++) {
        if (!has(&x, (*y.items)[i])) {
            (*out.items)[(*out.n)++] = (*y.items)[i];
        }
    }
    return 0;
}

static int add_or_delete(struct applying *in,
                         struct dynamodb_AttributeMap *item,
                         const struct ddb_action *action)
{
    struct dynamodb_AttributeValue *there = ddb_path_find(item, &action->path);
    struct dynamodb_AttributeValue value = *action->operand->value, result = {0};
    enum ddb_type type = ddb_value_type(&value);
    bool remove = action->kind == DDB_DELETE;
    int r;

    if (!there) {
        return remove ? 0 : set(in, item, &action->path, &value);
    }
    if (ddb_value_type(there) != type) {
        return refuse(in, BAD_OPERAND);
    }
    if (type == DDB_N) {
        r = add_numbers(in, there->N, value.N, false, &result.N);
    } else {
        r = combine(in, type, there, &value, remove, &result);
        if (r == 0 && *view(&result, type).n == 0) {
            return remove_at(in, item, &action->path);
        }
    }
    return r == 0 ? set(in, item, &action->path, &result) : r;
}

/* --- All of it ------------------------------------------------------------------------------- */

/* Places further back in a list come first, then those before them and what lies in these: so no
 * removal moves what a later one means. */
static int compare_removals(const void *a, const void *b)
{
    const struct ddb_path *one = &(*(const struct ddb_action *const *)a)->path;
    const struct ddb_path *other = &(*(const struct ddb_action *const *)b)->path;

    for (size_t i = 0; i < one->n && i < other->n; i++) {
        const struct ddb_step *x = &one->steps[i], *y = &other->steps[i];
        int order = awi_str_cmp(x->name, y->name);

        if (order == 0 && x->index != y->index) {
            order = x->index > y->index ? -1 : 1;
        }
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static int
remove_all(struct applying *in, const struct ddb_update *update, struct dynamodb_AttributeMap *item)
{
    const struct ddb_action **removals =
        awi_arena_array(in->arena, const struct ddb_action *, update->n);
    size_t n = 0;
    int r = removals ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < update->n; i++) {
        if (update->actions[i].kind == DDB_REMOVE) {
            removals[n++] = &update->actions[i];
        }
    }
    if (n > 1) {
        qsort(removals, n, sizeof(*removals), compare_removals);
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = remove_at(in, item, &removals[i]->path);
    }
    return r;
}

int ddb_update_apply(struct awi_arena *arena,
                     const struct ddb_update *update,
                     struct dynamodb_AttributeMap *item,
                     struct awi_str *ret_message)
{
    struct dynamodb_AttributeMap before;
    struct applying in = {.arena = arena, .before = &before, .message = ret_message};
    struct dynamodb_AttributeValue *values =
        awi_arena_array(arena, struct dynamodb_AttributeValue, update->n);
    int r = values ? awi_shape_copy(arena, &dynamodb_AttributeMap_shape, &before, item) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < update->n; i++) {
        if (update->actions[i].kind == DDB_SET) {
            r = evaluate(&in, update->actions[i].operand, &values[i]);
        }
    }
    for (size_t i = 0; r == 0 && i < update->n; i++) {
        const struct ddb_action *action = &update->actions[i];

        if (action->kind == DDB_SET) {
            r = set(&in, item, &action->path, &values[i]);
        } else if (action->kind != DDB_REMOVE) {
            r = add_or_delete(&in, item, action);
        }
    }
    return r == 0 ? remove_all(&in, update, item) : r;
}
