/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions (identity rules 5.1-5.8): a table of operators, what a value of each looks like
 * compiled, and when a key of a request satisfies it.
 */
#include "core/policy/internal.h"

#include <errno.h>

enum value_type {
    VALUE_STRING, /* compared exactly; variables */
    VALUE_FOLDED, /* without case; variables */
    VALUE_LIKE,   /* wildcards and variables */
    VALUE_ARN,
    VALUE_NUMBER,
    VALUE_DATE,
    VALUE_TRUTH,
    VALUE_BYTES,
    VALUE_NETWORK,
    VALUE_NULL,
};

enum comparison {
    EQUAL = 1 << 0,
    LESS = 1 << 1,
    GREATER = 1 << 2,
};

struct operator_row {
    struct awi_str name;
    enum value_type type;
    unsigned accepted; /* comparisons of the request's value with the listed one */
    bool negated;      /* none of the listed values may match */
};

static const struct operator_row operators[] = {
    {AWI_STR_INIT("StringEquals"), VALUE_STRING, EQUAL, false},
    {AWI_STR_INIT("StringNotEquals"), VALUE_STRING, EQUAL, true},
    {AWI_STR_INIT("StringEqualsIgnoreCase"), VALUE_FOLDED, EQUAL, false},
    {AWI_STR_INIT("StringNotEqualsIgnoreCase"), VALUE_FOLDED, EQUAL, true},
    {AWI_STR_INIT("StringLike"), VALUE_LIKE, EQUAL, false},
    {AWI_STR_INIT("StringNotLike"), VALUE_LIKE, EQUAL, true},
    {AWI_STR_INIT("NumericEquals"), VALUE_NUMBER, EQUAL, false},
    {AWI_STR_INIT("NumericNotEquals"), VALUE_NUMBER, EQUAL, true},
    {AWI_STR_INIT("NumericLessThan"), VALUE_NUMBER, LESS, false},
    {AWI_STR_INIT("NumericLessThanEquals"), VALUE_NUMBER, LESS | EQUAL, false},
    {AWI_STR_INIT("NumericGreaterThan"), VALUE_NUMBER, GREATER, false},
    {AWI_STR_INIT("NumericGreaterThanEquals"), VALUE_NUMBER, GREATER | EQUAL, false},
    {AWI_STR_INIT("DateEquals"), VALUE_DATE, EQUAL, false},
    {AWI_STR_INIT("DateNotEquals"), VALUE_DATE, EQUAL, true},
    {AWI_STR_INIT("DateLessThan"), VALUE_DATE, LESS, false},
    {AWI_STR_INIT("DateLessThanEquals"), VALUE_DATE, LESS | EQUAL, false},
    {AWI_STR_INIT("DateGreaterThan"), VALUE_DATE, GREATER, false},
    {AWI_STR_INIT("DateGreaterThanEquals"), VALUE_DATE, GREATER | EQUAL, false},
    {AWI_STR_INIT("Bool"), VALUE_TRUTH, EQUAL, false},
    {AWI_STR_INIT("BinaryEquals"), VALUE_BYTES, EQUAL, false},
    {AWI_STR_INIT("IpAddress"), VALUE_NETWORK, EQUAL, false},
    {AWI_STR_INIT("NotIpAddress"), VALUE_NETWORK, EQUAL, true},
    {AWI_STR_INIT("ArnEquals"), VALUE_ARN, EQUAL, false},
    {AWI_STR_INIT("ArnLike"), VALUE_ARN, EQUAL, false},
    {AWI_STR_INIT("ArnNotEquals"), VALUE_ARN, EQUAL, true},
    {AWI_STR_INIT("ArnNotLike"), VALUE_ARN, EQUAL, true},
    {AWI_STR_INIT("Null"), VALUE_NULL, EQUAL, false},
};

static bool take_head(struct awi_str *name, struct awi_str head)
{
    if (!awi_str_starts(*name, head)) {
        return false;
    }
    *name = awi_str_skip(*name, head.len);
    return true;
}

bool awi_policy_condition_operator(struct awi_str name, struct condition *ret)
{
    const struct awi_str if_exists = AWI_STR("IfExists");

    if (take_head(&name, AWI_STR("ForAllValues:"))) {
        ret->set = SET_ALL;
    } else if (take_head(&name, AWI_STR("ForAnyValue:"))) {
        ret->set = SET_ANY;
    }
    if (awi_str_ends(name, if_exists)) {
        ret->if_exists = true;
        name = awi_str_head(name, name.len - if_exists.len);
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (awi_str_eq(operators[i].name, name)) {
            ret->op = &operators[i];
        }
    }
    if (ret->op && ret->op->type == VALUE_NULL && ret->if_exists) {
        ret->op = NULL;
    }
    return ret->op != NULL;
}

bool awi_policy_condition_is_null(const struct condition *condition)
{
    return condition->op && condition->op->type == VALUE_NULL;
}

bool awi_policy_condition_takes_variables(const struct condition *condition)
{
    return condition->op && condition->op->type <= VALUE_ARN;
}

int awi_policy_condition_value(struct awi_arena *arena,
                               const struct condition *condition,
                               struct awi_str text,
                               bool variables,
                               union condition_value *ret)
{
    unsigned flags = variables ? GLOB_VARIABLES : 0;

    if (!condition->op) {
        return 0;
    }
    switch (condition->op->type) {
    case VALUE_STRING:
    case VALUE_FOLDED:
        return awi_policy_glob_compile(arena, text, flags, &ret->glob);
    case VALUE_LIKE:
        return awi_policy_glob_compile(arena, text, flags | GLOB_WILDCARDS, &ret->glob);
    case VALUE_ARN:
        return awi_policy_arn_glob_condition(arena, text, variables, &ret->arn);
    case VALUE_NUMBER:
        awi_policy_number_read(text, &ret->number);
        break;
    case VALUE_DATE:
        awi_policy_date_read(text, &ret->date);
        break;
    case VALUE_TRUTH:
    case VALUE_NULL:
        ret->truth = awi_policy_truth_read(text);
        break;
    case VALUE_BYTES:
        ret->text = awi_policy_base64_is_valid(text) ? text : AWI_STR_NULL;
        break;
    case VALUE_NETWORK:
        awi_policy_network_read(text, true, &ret->network);
        break;
    }
    return 0;
}

bool awi_policy_condition_value_is_valid(const struct condition *condition, struct awi_str text)
{
    union condition_value value = {0};

    if (!condition->op || awi_policy_condition_takes_variables(condition)) {
        return condition->op != NULL;
    }
    /* None of the remaining types takes memory. */
    awi_policy_condition_value(NULL, condition, text, false, &value);
    switch (condition->op->type) {
    case VALUE_NUMBER:
        return value.number.valid;
    case VALUE_DATE:
        return value.date.valid;
    case VALUE_NETWORK:
        return value.network.family != 0;
    case VALUE_BYTES:
        return awi_str_is_set(value.text);
    default:
        return value.truth >= 0;
    }
}

const struct glob *awi_policy_condition_pattern(const struct condition *condition, size_t i)
{
    const union condition_value *value = &condition->values[i];

    if (!awi_policy_condition_takes_variables(condition)) {
        return NULL;
    }
    return condition->op->type == VALUE_ARN ? &value->arn.whole : &value->glob;
}

/* --- One value of the request ---------------------------------------------------------------- */

/* The request's value, read once for all that are listed. */
struct asked {
    struct awi_str text;
    struct number number;
    struct date date;
    struct network network;
    int truth;
};

static void asked_read(const struct condition *condition, struct awi_str text, struct asked *ret)
{
    ret->text = text;
    switch (condition->op->type) {
    case VALUE_NUMBER:
        awi_policy_number_read(text, &ret->number);
        break;
    case VALUE_DATE:
        awi_policy_date_read(text, &ret->date);
        break;
    case VALUE_TRUTH:
        ret->truth = awi_policy_truth_read(text);
        break;
    case VALUE_NETWORK:
        awi_policy_network_read(text, false, &ret->network);
        break;
    case VALUE_STRING:
    case VALUE_FOLDED:
    case VALUE_LIKE:
    case VALUE_ARN:
    case VALUE_BYTES:
    case VALUE_NULL:
        break;
    }
}

static unsigned comparison_of(int r)
{
    if (r == 0) {
        return EQUAL;
    }
    return r < 0 ? LESS : GREATER;
}

/* What cannot be read, on either side, matches nothing. */
static bool matches(const struct operator_row *op,
                    const union condition_value *value,
                    const struct asked *asked,
                    const struct awi_policy_request *request)
{
    switch (op->type) {
    case VALUE_STRING:
    case VALUE_LIKE:
        return awi_policy_glob_match(&value->glob, asked->text, false, request);
    case VALUE_FOLDED:
        return awi_policy_glob_match(&value->glob, asked->text, true, request);
    case VALUE_ARN:
        return awi_policy_arn_glob_match_condition(&value->arn, asked->text, request);
    case VALUE_NUMBER:
        return value->number.valid && asked->number.valid &&
               op->accepted & comparison_of(awi_policy_number_cmp(&asked->number, &value->number));
    case VALUE_DATE:
        return value->date.valid && asked->date.valid &&
               op->accepted & comparison_of(awi_policy_date_cmp(&asked->date, &value->date));
    case VALUE_TRUTH:
        return value->truth >= 0 && value->truth == asked->truth;
    case VALUE_BYTES:
        return awi_str_is_set(value->text) && awi_str_eq(value->text, asked->text);
    case VALUE_NETWORK:
        return awi_policy_network_holds(&value->network, &asked->network);
    case VALUE_NULL:
        break;
    }
    return false;
}

/* Does one value of the request pass: some listed value matches, or none if negated. */
static bool passes(const struct condition *condition,
                   struct awi_str text,
                   const struct awi_policy_request *request)
{
    struct asked asked;

    asked_read(condition, text, &asked);
    for (size_t i = 0; i < condition->n; i++) {
        if (matches(condition->op, &condition->values[i], &asked, request)) {
            return !condition->op->negated;
        }
    }
    return condition->op->negated;
}

/* --- A condition ------------------------------------------------------------------------------ */

static bool null_holds(const struct condition *condition, bool present)
{
    for (size_t i = 0; i < condition->n; i++) {
        if (condition->values[i].truth == !present) {
            return true;
        }
    }
    return false;
}

static bool holds_when_absent(const struct condition *condition)
{
    if (condition->if_exists) {
        return true;
    }
    switch (condition->set) {
    case SET_ALL:
        return true;
    case SET_ANY:
        return false;
    case SET_NONE:
        break;
    }
    return condition->op->negated;
}

/* A set of nothing but empty texts counts as an empty one (the user guide's "null data set"). */
static bool is_blank(const struct awi_policy_key *key)
{
    for (size_t i = 0; i < key->n; i++) {
        if (key->values[i].len) {
            return false;
        }
    }
    return true;
}

static bool all_pass(const struct condition *condition,
                     const struct awi_policy_key *key,
                     const struct awi_policy_request *request)
{
    if (is_blank(key)) {
        return true;
    }
    for (size_t i = 0; i < key->n; i++) {
        if (!passes(condition, key->values[i], request)) {
            return false;
        }
    }
    return true;
}

static bool any_passes(const struct condition *condition,
                       const struct awi_policy_key *key,
                       const struct awi_policy_request *request)
{
    for (size_t i = 0; i < key->n; i++) {
        if (passes(condition, key->values[i], request)) {
            return true;
        }
    }
    return false;
}

bool awi_policy_condition_holds(const struct condition *condition,
                                const struct awi_policy_request *request)
{
    if (!condition->op) {
        return false;
    }
    const struct awi_policy_key *key = awi_policy_context_find(request, condition->key);
    if (awi_policy_condition_is_null(condition)) {
        return null_holds(condition, key != NULL);
    }
    if (!key) {
        return holds_when_absent(condition);
    }
    switch (condition->set) {
    case SET_ALL:
        return all_pass(condition, key, request);
    case SET_ANY:
        return any_passes(condition, key, request);
    case SET_NONE:
        break;
    }
    return key->n == 1 && !key->multivalued && passes(condition, key->values[0], request);
}
