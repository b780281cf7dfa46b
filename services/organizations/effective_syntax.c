/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of management policies: objects all the way down to operators.
 */
#include "services/organizations/effective.h"

#include "core/policy/json.h"

#include <errno.h>

/* Operators, and what @@operators_allowed_for_child_policies may list. */
static const struct {
    const char *name;
    unsigned bits;
    bool sets; /* else it stands only in that list */
} operators[] = {
    {"@@assign", ORG_ASSIGN, true},
    {"@@append", ORG_APPEND, true},
    {"@@remove", ORG_REMOVE, true},
    {"@@all", ORG_ALL, false},
    {"@@none", 0, false},
};

#define N_OPERATORS (sizeof(operators) / sizeof(operators[0]))

/* What stands below the document's only key; NULL: not known for certain, not looked at. */
static const struct {
    const char *type, *section;
} sections[] = {
    {"TAG_POLICY", "tags"},
    {"BACKUP_POLICY", "plans"},
    {"AISERVICES_OPT_OUT_POLICY", "services"},
    {"CHATBOT_POLICY", "chatbot"},
    {"DECLARATIVE_POLICY_EC2", "ec2_attributes"},
    {"SECURITYHUB_POLICY", "securityhub"},
    {"INSPECTOR_POLICY", NULL},
    {"UPGRADE_ROLLOUT_POLICY", NULL},
    {"BEDROCK_POLICY", NULL},
    {"S3_POLICY", "s3_attributes"},
    {"NETWORK_SECURITY_DIRECTOR_POLICY", NULL},
};

#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

static size_t section_of(struct awi_str type)
{
    size_t i = 0;

    while (i < N_SECTIONS && !awi_str_is(type, sections[i].type)) {
        i++;
    }
    return i;
}

bool org_is_management_type(struct awi_str type)
{
    return section_of(type) < N_SECTIONS;
}

/* N_OPERATORS: it is none. */
static size_t operator_of(struct awi_str name)
{
    size_t i = 0;

    while (i < N_OPERATORS && !awi_str_is(name, operators[i].name)) {
        i++;
    }
    return i;
}

/* --- Syntax ---------------------------------------------------------------------------------- */

static bool is_control(const struct awi_json *list)
{
    if (list->type != AWI_JSON_ARRAY || list->n == 0) {
        return false;
    }
    for (const struct awi_json *item = list->first; item; item = item->next) {
        if (item->type != AWI_JSON_STRING || operator_of(item->text) == N_OPERATORS) {
            return false;
        }
    }
    return true;
}

/* Objects all the way down to operators. */
static bool is_setting(const struct awi_json *object)
{
    if (object->type != AWI_JSON_OBJECT) {
        return false;
    }
    for (const struct awi_json *at = object->first; at; at = at->next) {
        size_t op = operator_of(at->name);
        bool known = op < N_OPERATORS && operators[op].sets;
        if (awi_str_is(at->name, ORG_CHILD_CONTROL) ? !is_control(at)
            : awi_str_starts(at->name, AWI_STR("@@"))
                ? !known || at->type == AWI_JSON_OBJECT || at->type == AWI_JSON_NULL
                : !is_setting(at)) {
            return false;
        }
    }
    return true;
}

int org_effective_check(struct awi_arena *arena, struct awi_str type, struct awi_str content)
{
    size_t at = section_of(type);
    struct awi_json_error error;
    const struct awi_json *tree;
    int r = awi_json_read(arena, content, &tree, &error);

    if (r < 0) {
        return r == -EINVAL ? 1 : r;
    }
    if (at == N_SECTIONS || !is_setting(tree) || tree->n == 0) {
        return 1;
    }
    for (const struct awi_json *member = tree->first; sections[at].section && member;
         member = member->next) {
        if (!awi_str_is(member->name, sections[at].section) &&
            !awi_str_starts(member->name, AWI_STR("@@"))) {
            return 1;
        }
    }
    return 0;
}

bool org_operator(struct awi_str name, unsigned *ret_bits)
{
    size_t at = operator_of(name);

    *ret_bits = at < N_OPERATORS ? operators[at].bits : 0;
    return at < N_OPERATORS;
}
