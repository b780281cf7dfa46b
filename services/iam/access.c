/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every operation needs permission for: iam:<Operation> on which ARN, with which condition
 * keys (service authorization reference, "Actions, resources, and condition keys for AWS Identity
 * and Access Management"). Members of the input are found by their names in the model, so that one
 * table serves all operations.
 */
#include "services/iam/access.h"

#include "core/util/rows.h"

#include <errno.h>

/* Sorted by operation. */
static const struct iam_access_row rows[] = {
#include "services/iam/access.def"
};

static const struct iam_access_row *find_row(struct awi_str operation)
{
    return awi_row_find(rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), operation);
}

bool iam_access_knows(struct awi_str operation)
{
    return find_row(operation) != NULL;
}

/* --- Condition keys --------------------------------------------------------------------------- */

static int add(struct iam_asking *a, struct awi_str key, struct awi_str value)
{
    struct awi_str *copy = awi_arena_new(awi_arena(a->req), struct awi_str);

    if (!awi_str_is_set(value)) {
        return 0;
    }
    if (!copy || !key.ptr || a->n == a->room) {
        return -ENOMEM;
    }
    *copy = value;
    a->context[a->n++] = (struct awi_context_entry){.key = key, .values = copy, .n = 1};
    return 0;
}

static int
add_named(struct iam_asking *a, const char *prefix, struct awi_str key, struct awi_str value)
{
    return add(a, awi_arena_printf(awi_arena(a->req), "%s%.*s", prefix, AWI_STR_FMT(key)), value);
}

static int add_keys(struct iam_asking *a, const struct awi_str *keys, size_t n)
{
    if (n == 0) {
        return 0;
    }
    a->context[a->n++] = (struct awi_context_entry){
        .key = AWI_STR("aws:TagKeys"), .values = keys, .n = n, .multivalued = true};
    return 0;
}

static int add_request_tags(struct iam_asking *a, const struct iam_tagListType *tags)
{
    struct awi_str *keys = awi_arena_array(awi_arena(a->req), struct awi_str, tags->n);
    int r = keys ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < tags->n; i++) {
        keys[i] = tags->items[i].Key;
        r = add_named(a, "aws:RequestTag/", keys[i], tags->items[i].Value);
    }
    return r ? r : add_keys(a, keys, tags->n);
}

/* Condition keys that are members of the input. */
static const struct {
    const char *key, *member;
} keys_of[] = {
    {"iam:AWSServiceName", "AWSServiceName"},
    {"iam:OrganizationsPolicyId", "OrganizationsPolicyId"},
    {"iam:ServiceSpecificCredentialServiceName", "ServiceName"},
};

static int add_age(struct iam_asking *a)
{
    const int32_t *days = iam_access_member(a->req, a->in, "CredentialAgeDays");
    struct awi_str text = days ? awi_arena_printf(awi_arena(a->req), "%d", *days) : AWI_STR("");

    return text.ptr ? add(a, AWI_STR("iam:ServiceSpecificCredentialAgeDays"), text) : -ENOMEM;
}

static int add_context(struct iam_asking *a)
{
    const struct iam_tagListType *tags = iam_access_member(a->req, a->in, "Tags");
    const struct iam_tagKeyListType *keys = iam_access_member(a->req, a->in, "TagKeys");
    struct awi_str bound = iam_access_text(a->req, a->in, "PermissionsBoundary");
    int r = 0;

    a->room = 12 + (tags ? tags->n + 1 : 0) + (a->tags ? a->tags->n * 2 : 0);
    a->context = awi_arena_array(awi_arena(a->req), struct awi_context_entry, a->room);
    if (!a->context) {
        return -ENOMEM;
    }
    if (a->row->target != ON_POLICY) {
        r = add(a, AWI_STR("iam:PolicyARN"), iam_access_text(a->req, a->in, "PolicyArn"));
    }
    r = r ? r
          : add(a, AWI_STR("iam:PermissionsBoundary"), awi_str_is_set(bound) ? bound : a->boundary);
    for (size_t i = 0; r == 0 && i < sizeof(keys_of) / sizeof(keys_of[0]); i++) {
        r = add(a, awi_str_from(keys_of[i].key), iam_access_text(a->req, a->in, keys_of[i].member));
    }
    r = r ? r : add_age(a);
    for (size_t i = 0; r == 0 && a->tags && i < a->tags->n; i++) {
        const struct core_Tag *tag = &a->tags->items[i];
        r = add_named(a, "aws:ResourceTag/", tag->Key, tag->Value);
        r = r ? r : add_named(a, "iam:ResourceTag/", tag->Key, tag->Value);
    }
    r = r || !tags ? r : add_request_tags(a, tags);
    return r || !keys ? r : add_keys(a, keys->items, keys->n);
}

/* --- All of it -------------------------------------------------------------------------------- */

static int pass_role(struct iam_asking *a, struct awi_access *item)
{
    struct iam_asking role = {.req = a->req, .in = a->in, .row = a->row};
    int r = iam_access_entity(&role, IAM_ROLE, "RoleName");

    item->action = AWI_STR("iam:PassRole");
    item->resource = role.arn;
    return r ? r : add(a, AWI_STR("iam:PassedToService"), AWI_STR("ec2.amazonaws.com"));
}

int iam_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct awi_str name = awi_operation(req)->name;
    struct iam_asking a = {.req = req, .in = in, .row = find_row(name)};
    struct awi_access *items = awi_arena_array(awi_arena(req), struct awi_access, 3);
    const struct iam_tagListType *tags;
    int r = items ? 0 : -ENOMEM;

    if (r || !a.row) {
        return r;
    }
    r = iam_access_resource(&a);
    r = r ? r : add_context(&a);
    if (r) {
        return r;
    }
    items[ret->n].action = awi_arena_printf(awi_arena(req), "iam:%.*s", AWI_STR_FMT(name));
    items[ret->n++].resource = a.arn;
    tags = iam_access_member(req, in, "Tags");
    if ((a.row->flags & HAS_TAGS) && tags && tags->n) {
        items[ret->n].action = awi_str_from(a.row->tagging);
        items[ret->n++].resource = a.arn;
    }
    if (a.row->flags & PASSES) {
        r = pass_role(&a, &items[ret->n++]);
    }
    if (a.row->flags & RENAMES) {
        struct awi_str other;
        r = iam_access_renamed(&a, &other);
        if (awi_str_is_set(other)) {
            items[ret->n].action = items[0].action;
            items[ret->n++].resource = other;
        }
    }
    if ((a.row->flags & OWNERS) &&
        iam_delegation_is_owner(req,
                                awi_str_skip(a.arn, (size_t)(awi_str_rfind(a.arn, '/') + 1)))) {
        items[0].flags |= AWI_ACCESS_FREE;
    }
    for (size_t i = 0; i < ret->n; i++) {
        items[i].context = a.context;
        items[i].n_context = a.n;
    }
    ret->items = items;
    return r ? r : items[0].action.ptr ? 0 : -ENOMEM;
}
