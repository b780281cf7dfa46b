/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would AWS save this document (3.4, 3.5, 4.6-4.9; user guide: reference_policies_grammar), and
 * what does it say if not. The texts are IAM's own as clients have met them.
 */
#include "core/policy/validate.h"

#include <errno.h>

/* --- Statements --------------------------------------------------------------------------------
 */

/* At most one of the two; which, or NULL when it has neither. */
static bool pick(struct checker *c,
                 const struct awi_json *statement,
                 const char *name,
                 const char *not_name,
                 const struct awi_json **ret)
{
    const struct awi_json *negated = awi_json_get(statement, not_name);

    *ret = awi_json_get(statement, name);
    if (*ret && negated) {
        return refuse(c, SYNTAX);
    }
    *ret = *ret ? *ret : negated;
    return true;
}

static bool check_who(struct checker *c, const struct awi_json *statement, bool deny)
{
    const struct awi_json *who;
    bool identity = c->kind == AWI_POLICY_IDENTITY || c->kind == AWI_POLICY_SCP;

    if (!pick(c, statement, "Principal", "NotPrincipal", &who)) {
        return false;
    }
    if (identity) {
        return !who || refuse(c, "Policy document should not specify a principal.");
    }
    if (!who) {
        return refuse(c, "Missing required field Principal");
    }
    if (awi_str_is(who->name, "NotPrincipal")) {
        if (is_trust(c) || c->kind == AWI_POLICY_RCP) {
            return refuse(c, "Has prohibited field NotPrincipal");
        }
        if (!deny) {
            return refuse(c, "Allow with NotPrincipal is not allowed.");
        }
    }
    if (c->kind == AWI_POLICY_RCP && !awi_str_is(who->text, "*")) {
        return refuse(c, SYNTAX);
    }
    return awi_policy_check_principals(c, who);
}

static bool check_what(struct checker *c, const struct awi_json *statement)
{
    const struct awi_json *actions;
    const struct awi_json *resources;

    if (!pick(c, statement, "Action", "NotAction", &actions) ||
        !pick(c, statement, "Resource", "NotResource", &resources)) {
        return false;
    }
    if (!actions) {
        return refuse(c,
                      is_trust(c) ? "Missing required field Action"
                                  : "Policy statement must contain actions.");
    }
    if (is_trust(c) && resources) {
        return refuse(c, "Has prohibited field Resource");
    }
    if (c->kind == AWI_POLICY_RCP && awi_str_is(actions->name, "NotAction")) {
        return refuse(c, SYNTAX);
    }
    if (!resources && !is_trust(c) && c->kind != AWI_POLICY_RESOURCE) {
        return refuse(c, "Policy statement must contain resources.");
    }
    return awi_policy_check_texts(c, actions, awi_policy_check_action, NULL) &&
           (!resources || awi_policy_check_texts(c, resources, awi_policy_check_resource, NULL));
}

static bool check_sid(struct checker *c, const struct awi_json *sid)
{
    if (!sid) {
        return true;
    }
    if (sid->type != AWI_JSON_STRING) {
        return refuse(c, SYNTAX);
    }
    for (size_t i = 0; c->kind != AWI_POLICY_RESOURCE && i < sid->text.len; i++) {
        char at = sid->text.ptr[i];
        char lower = (char)(at | 0x20);
        if (!((lower >= 'a' && lower <= 'z') || (at >= '0' && at <= '9'))) {
            return refuse(c,
                          "Statement IDs (SID) must be alpha-numeric. Check that your input "
                          "satisfies the regular expression [0-9A-Za-z]*");
        }
    }
    return true;
}

static bool check_statement(struct checker *c, const struct awi_json *statement)
{
    static const char *const names[] = {"Sid",
                                        "Effect",
                                        "Principal",
                                        "NotPrincipal",
                                        "Action",
                                        "NotAction",
                                        "Resource",
                                        "NotResource",
                                        "Condition",
                                        NULL};

    if (statement->type != AWI_JSON_OBJECT || !awi_policy_check_members(c, statement, names)) {
        return refuse(c, SYNTAX);
    }
    const struct awi_json *effect = awi_json_get(statement, "Effect");
    bool deny = effect && awi_str_is(effect->text, "Deny");
    if (!effect || (!deny && !awi_str_is(effect->text, "Allow")) ||
        (c->kind == AWI_POLICY_RCP && !deny)) {
        return refuse(c, SYNTAX);
    }
    return check_sid(c, awi_json_get(statement, "Sid")) && check_who(c, statement, deny) &&
           check_what(c, statement) &&
           awi_policy_check_conditions(c, awi_json_get(statement, "Condition"));
}

/* --- The document ------------------------------------------------------------------------------
 */

static bool sid_is_taken(const struct awi_json *first, const struct awi_json *statement)
{
    const struct awi_json *sid = awi_json_get(statement, "Sid");

    if (!sid || sid->text.len == 0) {
        return false;
    }
    for (const struct awi_json *at = first; at != statement; at = at->next) {
        const struct awi_json *other = awi_json_get(at, "Sid");
        if (other && awi_str_eq(other->text, sid->text)) {
            return true;
        }
    }
    return false;
}

static bool check_version(struct checker *c, const struct awi_json *version)
{
    bool current = version && awi_str_is(version->text, "2012-10-17");
    bool known = !version || current || awi_str_is(version->text, "2008-10-17");

    if (!known) {
        return refuse(c, SYNTAX);
    }
    if (!current && c->kind != AWI_POLICY_RESOURCE && !is_trust(c)) {
        return refuse(c, "Policy document must be version 2012-10-17 or greater.");
    }
    return true;
}

static bool check_document(struct checker *c, const struct awi_json *tree)
{
    static const char *const names[] = {"Version", "Id", "Statement", NULL};
    const struct awi_json *statement = awi_json_get(tree, "Statement");

    if (tree->type != AWI_JSON_OBJECT || !awi_policy_check_members(c, tree, names) || !statement ||
        (statement->type == AWI_JSON_ARRAY && statement->n == 0)) {
        return refuse(c, SYNTAX);
    }
    if (!check_version(c, awi_json_get(tree, "Version"))) {
        return false;
    }
    if (statement->type != AWI_JSON_ARRAY) {
        return check_statement(c, statement);
    }
    for (const struct awi_json *at = statement->first; at; at = at->next) {
        if (!check_statement(c, at)) {
            return false;
        }
        if (sid_is_taken(statement->first, at)) {
            return refuse(c, "Statement IDs (SID) in a single policy must be unique.");
        }
    }
    return true;
}

int awi_policy_validate(struct awi_arena *arena,
                        enum awi_policy_kind kind,
                        struct awi_str text,
                        struct awi_str *ret_reason)
{
    struct checker c = {.arena = arena, .kind = kind};
    const struct awi_json *tree;
    struct awi_json_error error;

    int r = awi_json_read(arena, text, &tree, &error);
    if (r == -ENOMEM) {
        return r;
    }
    if (r < 0) {
        refuse(&c, kind == AWI_POLICY_TRUST ? "This policy contains invalid Json" : SYNTAX);
    } else if (check_document(&c, tree)) {
        return 0;
    }
    if (kind == AWI_POLICY_SCP || kind == AWI_POLICY_RCP) {
        refuse(&c,
               "The provided policy document does not meet the requirements of the specified "
               "policy type.");
    }
    if (!awi_str_is_set(c.reason)) {
        return -ENOMEM;
    }
    *ret_reason = c.reason;
    return 1;
}
