/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of statements; SET and REMOVE become the actions of an UpdateExpression. */
#include "services/dynamodb/partiql.h"

#include <errno.h>

#define PATHS_MAX   100
#define ACTIONS_MAX 100

/* "table", or "table"."index". */
static int table(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    int r = ddb_pq_name(pq, &ret->table);

    return r == 0 && ddb_pq_take_sign(pq, ".") ? ddb_pq_name(pq, &ret->index) : r;
}

static int where(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    struct ddb_condition *condition = NULL;
    int r = ddb_pq_take_word(pq, "where") ? ddb_pq_condition(pq, &condition) : 0;

    ret->where = condition;
    return r;
}

/* --- SELECT ---------------------------------------------------------------------------------- */

static int projection(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    struct ddb_projection *paths;
    int r = 0;

    if (ddb_pq_take_sign(pq, "*")) {
        return 0;
    }
    paths = awi_arena_new(pq->arena, struct ddb_projection);
    if (paths) {
        paths->paths = awi_arena_array(pq->arena, struct ddb_path, PATHS_MAX);
    }
    if (!paths || !paths->paths) {
        return -ENOMEM;
    }
    do {
        r = paths->n == PATHS_MAX ? ddb_pq_syntax(pq) : ddb_pq_path(pq, &paths->paths[paths->n++]);
    } while (r == 0 && ddb_pq_take_sign(pq, ","));
    ret->projection = paths;
    return r;
}

static int order(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    int r = ddb_pq_expect_word(pq, "by");

    if (r == 0) {
        r = ddb_pq_name(pq, &ret->order);
    }
    ret->descending = ddb_pq_take_word(pq, "desc");
    if (!ret->descending) {
        ddb_pq_take_word(pq, "asc");
    }
    return r;
}

static int parse_select(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    int r = projection(pq, ret);

    if (r == 0) {
        r = ddb_pq_expect_word(pq, "from");
    }
    if (r == 0) {
        r = table(pq, ret);
    }
    if (r == 0) {
        r = where(pq, ret);
    }
    return r == 0 && ddb_pq_take_word(pq, "order") ? order(pq, ret) : r;
}

static int parse_exists(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    int r = ddb_pq_expect_sign(pq, "(");

    if (r == 0) {
        r = ddb_pq_expect_word(pq, "select");
    }
    if (r == 0) {
        r = parse_select(pq, ret);
    }
    ret->kind = DDB_EXISTS;
    return r == 0 ? ddb_pq_expect_sign(pq, ")") : r;
}

/* --- INSERT, UPDATE, DELETE ------------------------------------------------------------------ */

static int parse_insert(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    struct dynamodb_AttributeValue value = {.S = AWI_STR_NULL};
    int r = ddb_pq_expect_word(pq, "into");

    if (r == 0) {
        r = table(pq, ret);
    }
    if (r == 0) {
        r = ddb_pq_expect_word(pq, "value");
    }
    if (r == 0) {
        r = ddb_pq_value(pq, &value);
    }
    if (r == 0 && ddb_value_type(&value) != DDB_M) {
        return ddb_pq_syntax(pq);
    }
    ret->kind = DDB_INSERT;
    ret->item = value.M;
    return r;
}

static struct ddb_operand *new_operand(struct ddb_partiql *pq, const struct ddb_operand *from)
{
    struct ddb_operand *ret = awi_arena_new(pq->arena, struct ddb_operand);

    if (ret && from) {
        *ret = *from;
    }
    return ret;
}

/* f(a, b): what a call in SET means. false: no such function. */
static bool function_of(const struct ddb_partiql *pq,
                        enum ddb_action_kind *ret_action,
                        enum ddb_operand_kind *ret_kind)
{
    if (ddb_pq_is_word(pq, "list_append") || ddb_pq_is_word(pq, "if_not_exists")) {
        *ret_action = DDB_SET;
        *ret_kind =
            ddb_pq_is_word(pq, "list_append") ? DDB_OPERAND_LIST_APPEND : DDB_OPERAND_IF_NOT_EXISTS;
        return true;
    }
    *ret_kind = DDB_OPERAND_VALUE;
    *ret_action = ddb_pq_is_word(pq, "set_add") ? DDB_ADD : DDB_DELETE;
    return *ret_action == DDB_ADD || ddb_pq_is_word(pq, "set_delete");
}

static int call(struct ddb_partiql *pq, enum ddb_operand_kind kind, struct ddb_action *ret)
{
    struct ddb_operand first, second, whole = {.kind = kind};
    int r;

    ddb_pq_next(pq);
    r = ddb_pq_expect_sign(pq, "(");
    r = r == 0 ? ddb_pq_operand(pq, &first) : r;
    r = r == 0 ? ddb_pq_expect_sign(pq, ",") : r;
    r = r == 0 ? ddb_pq_operand(pq, &second) : r;
    r = r == 0 ? ddb_pq_expect_sign(pq, ")") : r;
    if (r != 0) {
        return r;
    }
    if (kind == DDB_OPERAND_VALUE) {
        /* set_add(path, set) */
        ret->operand = new_operand(pq, &second);
        return !ret->operand ? -ENOMEM : second.kind == DDB_OPERAND_VALUE ? 0 : ddb_pq_syntax(pq);
    }
    if (kind == DDB_OPERAND_IF_NOT_EXISTS) {
        if (first.kind != DDB_OPERAND_PATH) {
            return ddb_pq_syntax(pq);
        }
        whole.path = first.path;
        whole.args[0] = new_operand(pq, &second);
    } else {
        whole.args[0] = new_operand(pq, &first);
        whole.args[1] = new_operand(pq, &second);
    }
    ret->operand = new_operand(pq, &whole);
    return ret->operand && whole.args[0] ? 0 : -ENOMEM;
}

/* a, a + b, a - b */
static int sum(struct ddb_partiql *pq, struct ddb_action *ret)
{
    struct ddb_operand first, second, whole;
    bool plus, minus;
    int r = ddb_pq_operand(pq, &first);

    if (r != 0) {
        return r;
    }
    plus = ddb_pq_take_sign(pq, "+");
    minus = !plus && ddb_pq_take_sign(pq, "-");
    /* "n -1" is a sum with a negative number. */
    plus |= pq->token == DDB_PQ_NUMBER && pq->lexeme.ptr[0] == '-';
    whole = first;
    if (plus || minus) {
        r = ddb_pq_operand(pq, &second);
        whole = (struct ddb_operand){.kind = plus ? DDB_OPERAND_PLUS : DDB_OPERAND_MINUS};
        whole.args[0] = new_operand(pq, &first);
        whole.args[1] = new_operand(pq, r == 0 ? &second : NULL);
        if (!whole.args[0] || !whole.args[1]) {
            return -ENOMEM;
        }
    }
    ret->operand = new_operand(pq, &whole);
    return ret->operand ? r : -ENOMEM;
}

static int assignment(struct ddb_partiql *pq, struct ddb_action *ret)
{
    enum ddb_operand_kind kind;
    int r = ddb_pq_path(pq, &ret->path);

    ret->kind = DDB_SET;
    if (r == 0) {
        r = ddb_pq_expect_sign(pq, "=");
    }
    if (r != 0) {
        return r;
    }
    return function_of(pq, &ret->kind, &kind) ? call(pq, kind, ret)
                                              : (ret->kind = DDB_SET, sum(pq, ret));
}

static int actions(struct ddb_partiql *pq, struct ddb_update *ret)
{
    int r = 0;

    ret->actions = awi_arena_array(pq->arena, struct ddb_action, ACTIONS_MAX);
    if (!ret->actions) {
        return -ENOMEM;
    }
    while (r == 0 && (ddb_pq_is_word(pq, "set") || ddb_pq_is_word(pq, "remove"))) {
        bool removes = ddb_pq_is_word(pq, "remove");
        ddb_pq_next(pq);
        do {
            struct ddb_action *action = &ret->actions[ret->n];
            if (ret->n++ == ACTIONS_MAX) {
                return ddb_pq_syntax(pq);
            }
            action->kind = DDB_REMOVE;
            r = removes ? ddb_pq_path(pq, &action->path) : assignment(pq, action);
        } while (r == 0 && ddb_pq_take_sign(pq, ","));
    }
    return r == 0 && ret->n == 0 ? ddb_pq_syntax(pq) : r;
}

/* RETURNING ALL|MODIFIED OLD|NEW * */
static int returning(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    if (!ddb_pq_take_word(pq, "returning")) {
        return 0;
    }
    bool all = ddb_pq_take_word(pq, "all");
    int r = all ? 0 : ddb_pq_expect_word(pq, "modified");
    if (r != 0) {
        return r;
    }
    bool old = ddb_pq_take_word(pq, "old");
    r = old ? 0 : ddb_pq_expect_word(pq, "new");
    ret->returning = all ? (old ? AWI_STR("ALL_OLD") : AWI_STR("ALL_NEW"))
                         : (old ? AWI_STR("UPDATED_OLD") : AWI_STR("UPDATED_NEW"));
    if (r == 0 && ret->kind == DDB_REMOVE_ITEM && !(all && old)) {
        return ddb_pq_syntax(pq);
    }
    return r == 0 ? ddb_pq_expect_sign(pq, "*") : r;
}

static int parse_update(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    int r = table(pq, ret);

    ret->kind = DDB_UPDATE;
    if (r == 0) {
        r = actions(pq, &ret->update);
    }
    if (r == 0) {
        r = where(pq, ret);
    }
    return r == 0 ? returning(pq, ret) : r;
}

static int parse_delete(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    int r = ddb_pq_expect_word(pq, "from");

    ret->kind = DDB_REMOVE_ITEM;
    if (r == 0) {
        r = table(pq, ret);
    }
    if (r == 0) {
        r = where(pq, ret);
    }
    return r == 0 ? returning(pq, ret) : r;
}

/* --- All of it ------------------------------------------------------------------------------- */

static int parse(struct ddb_partiql *pq, struct ddb_statement *ret)
{
    static const struct {
        const char *word;
        int (*parse)(struct ddb_partiql *pq, struct ddb_statement *ret);
    } statements[] = {{"select", parse_select},
                      {"exists", parse_exists},
                      {"insert", parse_insert},
                      {"update", parse_update},
                      {"delete", parse_delete}};
    int r = -1;

    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]) && r == -1; i++) {
        r = ddb_pq_take_word(pq, statements[i].word) ? statements[i].parse(pq, ret) : -1;
    }
    if (r == -1 || (r == 0 && pq->token != DDB_PQ_END)) {
        return ddb_pq_syntax(pq);
    }
    if (r == 0 && pq->used != pq->parameters->n) {
        pq->message = AWI_STR("Number of parameters in request and statement don't match.");
        return 1;
    }
    return r;
}

int ddb_pq_parse(struct awi_arena *arena,
                 struct awi_str text,
                 const struct dynamodb_PreparedStatementParameters *parameters,
                 struct ddb_statement *ret,
                 struct awi_str *ret_message)
{
    struct ddb_partiql pq;
    int r = ddb_pq_begin(&pq, arena, text, parameters);

    *ret = (struct ddb_statement){.kind = DDB_SELECT};
    if (r == 0) {
        r = parse(&pq, ret);
    }
    *ret_message = pq.message;
    return r;
}

const char *ddb_pq_action(const struct ddb_statement *statement)
{
    static const char *const names[] = {
        [DDB_SELECT] = "dynamodb:PartiQLSelect",
        [DDB_EXISTS] = "dynamodb:PartiQLSelect",
        [DDB_INSERT] = "dynamodb:PartiQLInsert",
        [DDB_UPDATE] = "dynamodb:PartiQLUpdate",
        [DDB_REMOVE_ITEM] = "dynamodb:PartiQLDelete",
    };

    return names[statement->kind];
}

struct awi_str ddb_pq_resource(struct awi_req *req, const struct ddb_statement *statement)
{
    return awi_arn(req,
                   "table/%.*s%s%.*s",
                   AWI_STR_FMT(statement->table),
                   statement->index.len ? "/index/" : "",
                   AWI_STR_FMT(statement->index));
}

static bool is_name(const struct ddb_operand *operand, struct awi_str name)
{
    return operand->kind == DDB_OPERAND_PATH && operand->path.n == 1 &&
           awi_str_eq(operand->path.steps[0].name, name);
}

const struct dynamodb_AttributeValue *ddb_pq_fixed(const struct ddb_condition *where,
                                                   struct awi_str name)
{
    for (; where && where->op == DDB_OP_AND; where = where->left) {
        const struct dynamodb_AttributeValue *right = ddb_pq_fixed(where->right, name);
        if (right) {
            return right;
        }
    }
    if (!where || where->op != DDB_OP_EQ) {
        return NULL;
    }
    const struct ddb_operand *a = &where->operands[0], *b = &where->operands[1];
    return is_name(a, name) && b->kind == DDB_OPERAND_VALUE   ? b->value
           : is_name(b, name) && a->kind == DDB_OPERAND_VALUE ? a->value
                                                              : NULL;
}
