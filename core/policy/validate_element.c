/* SPDX-License-Identifier: Apache-2.0 */
/* The strict checks of single elements: actions, resources, principals, conditions. */
#include "core/policy/validate.h"

bool awi_policy_check_members(struct checker *c,
                              const struct awi_json *object,
                              const char *const *names)
{
    for (const struct awi_json *at = object->first; at; at = at->next) {
        const char *const *name = names;
        while (*name && !awi_str_is(at->name, *name)) {
            name++;
        }
        if (!*name || awi_json_is_overridden(at)) {
            return refuse(c, SYNTAX);
        }
    }
    return true;
}

/* --- Values ------------------------------------------------------------------------------------
 */

bool awi_policy_check_texts(struct checker *c,
                            const struct awi_json *value,
                            text_check check,
                            const void *user)
{
    bool list = value->type == AWI_JSON_ARRAY;

    if (list && value->n == 0) {
        return refuse(c, SYNTAX);
    }
    for (const struct awi_json *at = list ? value->first : value; at; at = list ? at->next : NULL) {
        if (at->type != AWI_JSON_STRING) {
            return refuse(c, SYNTAX);
        }
        if (!check(c, at->text, user)) {
            return false;
        }
    }
    return true;
}

static bool is_vendor(struct awi_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char lower = (char)(text.ptr[i] | 0x20);
        bool plain = (lower >= 'a' && lower <= 'z') || (text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
                     text.ptr[i] == '-' || text.ptr[i] == '_';
        if (!plain) {
            return false;
        }
    }
    return text.len > 0;
}

/* Claims of a web identity are asked for by their issuer: "id.example.com/tenant:sub". */
static bool is_issuer(struct awi_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] == '*' || text.ptr[i] == '?') {
            return false;
        }
    }
    return awi_str_find(text, '.') > 0;
}

/* "vendor:name" of actions and condition keys. */
static bool check_vendor(struct checker *c, struct awi_str text, bool condition)
{
    struct awi_str rest = text;
    struct awi_str vendor = AWI_STR_NULL;

    if (awi_str_find(text, ':') < 0) {
        return refuse(c,
                      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    awi_str_cut(&rest, ':', &vendor);
    if (is_vendor(vendor) || (condition && is_issuer(vendor))) {
        return true;
    }
    c->reason = awi_arena_printf(c->arena, "Vendor %.*s is not valid", AWI_STR_FMT(vendor));
    return false;
}

static bool is_trust_action(struct awi_str text)
{
    static const char *const actions[] = {"sts:AssumeRole",
                                          "sts:AssumeRoleWithSAML",
                                          "sts:AssumeRoleWithWebIdentity",
                                          "sts:TagSession",
                                          "sts:SetSourceIdentity",
                                          "sts:SetContext"};

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (awi_str_is_nocase(text, actions[i])) {
            return true;
        }
    }
    return awi_str_starts_nocase(text, AWI_STR("sts:")) && awi_str_ends(text, AWI_STR("*"));
}

bool awi_policy_check_action(struct checker *c, struct awi_str text, const void *user)
{
    if (is_trust(c) && !is_trust_action(text)) {
        return refuse(c, "AssumeRole policy may only specify STS AssumeRole actions.");
    }
    if (awi_str_is(text, "*")) {
        return true;
    }
    if (!check_vendor(c, text, false)) {
        return false;
    }
    if (awi_str_find(text, ':') != awi_str_rfind(text, ':')) {
        return refuse(c, "Actions/Condition can contain only one colon.");
    }
    return true;
}

bool awi_policy_check_resource(struct checker *c, struct awi_str text, const void *user)
{
    struct arn arn;

    if (awi_str_is(text, "*")) {
        return true;
    }
    if (!awi_str_starts(text, AWI_STR("arn:"))) {
        c->reason = awi_arena_printf(
            c->arena, "Resource %.*s must be in ARN format or \"*\".", AWI_STR_FMT(text));
        return false;
    }
    if (!awi_policy_arn_split(text, &arn)) {
        return refuse(c, "The policy failed legacy parsing");
    }
    if (!awi_str_is(arn.part[1], "*") && !awi_str_starts(arn.part[1], AWI_STR("aws"))) {
        c->reason = awi_arena_printf(c->arena,
                                     "Partition \"%.*s\" is not valid for resource \"%.*s\".",
                                     AWI_STR_FMT(arn.part[1]),
                                     AWI_STR_FMT(text));
        return false;
    }
    return true;
}

/* --- Principals --------------------------------------------------------------------------------
 */

static bool is_principal(struct awi_str type, struct awi_str text)
{
    struct principal principal;
    struct arn arn;

    if (!awi_str_is(type, "AWS")) {
        return text.len && awi_str_find(text, '*') < 0;
    }
    awi_policy_principal_read(type, text, &principal);
    if (principal.kind == PRINCIPAL_ANY || principal.kind == PRINCIPAL_UNIQUE_ID) {
        return true;
    }
    if (principal.kind == PRINCIPAL_ACCOUNT) {
        return awi_str_is_account(principal.text);
    }
    if (principal.kind != PRINCIPAL_ARN || !awi_policy_arn_split(text, &arn)) {
        return false;
    }
    bool iam = awi_str_is(arn.part[2], "iam") && (awi_str_starts(arn.part[5], AWI_STR("user/")) ||
                                                  awi_str_starts(arn.part[5], AWI_STR("role/")));
    bool sts =
        awi_str_is(arn.part[2], "sts") && (awi_str_starts(arn.part[5], AWI_STR("assumed-role/")) ||
                                           awi_str_starts(arn.part[5], AWI_STR("federated-user/")));
    return awi_str_is(arn.part[0], "arn") && arn.part[3].len == 0 &&
           awi_str_is_account(arn.part[4]) && (iam || sts) && awi_str_find(arn.part[5], '*') < 0;
}

static bool check_principal(struct checker *c, struct awi_str text, const void *user)
{
    const struct awi_str *type = user;

    if (is_principal(*type, text)) {
        return true;
    }
    c->reason = awi_arena_printf(c->arena,
                                 "Invalid principal in policy: \"%.*s\":\"%.*s\"",
                                 AWI_STR_FMT(*type),
                                 AWI_STR_FMT(text));
    return false;
}

bool awi_policy_check_principals(struct checker *c, const struct awi_json *value)
{
    static const char *const types[] = {"AWS", "Service", "Federated", "CanonicalUser", NULL};

    if (value->type == AWI_JSON_STRING) {
        return awi_str_is(value->text, "*") || refuse(c, SYNTAX);
    }
    if (value->type != AWI_JSON_OBJECT || value->n == 0) {
        return refuse(c, SYNTAX);
    }
    if (!awi_policy_check_members(c, value, types)) {
        return false;
    }
    for (const struct awi_json *type = value->first; type; type = type->next) {
        if (!awi_policy_check_texts(c, type, check_principal, &type->name)) {
            return false;
        }
    }
    return true;
}

/* --- Conditions --------------------------------------------------------------------------------
 */

static bool check_condition_values(struct checker *c,
                                   const struct condition *condition,
                                   const struct awi_json *value)
{
    bool list = value->type == AWI_JSON_ARRAY;

    if (list && value->n == 0) {
        return refuse(c, SYNTAX);
    }
    for (const struct awi_json *at = list ? value->first : value; at; at = list ? at->next : NULL) {
        bool scalar =
            at->type == AWI_JSON_STRING || at->type == AWI_JSON_BOOL || at->type == AWI_JSON_NUMBER;
        if (!scalar || !awi_policy_condition_value_is_valid(condition, at->text)) {
            return refuse(c, SYNTAX);
        }
    }
    return true;
}

static bool check_operator(struct checker *c, const struct awi_json *op)
{
    struct condition condition = {0};

    if (!awi_policy_condition_operator(op->name, &condition) || op->type != AWI_JSON_OBJECT ||
        op->n == 0 || awi_json_is_overridden(op)) {
        return refuse(c, SYNTAX);
    }
    for (const struct awi_json *key = op->first; key; key = key->next) {
        if (awi_json_is_overridden(key)) {
            return refuse(c, SYNTAX);
        }
        if (!check_vendor(c, key->name, true) || !check_condition_values(c, &condition, key)) {
            return false;
        }
    }
    return true;
}

bool awi_policy_check_conditions(struct checker *c, const struct awi_json *block)
{
    if (!block) {
        return true;
    }
    if (block->type != AWI_JSON_OBJECT) {
        return refuse(c, SYNTAX);
    }
    for (const struct awi_json *op = block->first; op; op = op->next) {
        if (!check_operator(c, op)) {
            return false;
        }
    }
    return true;
}
