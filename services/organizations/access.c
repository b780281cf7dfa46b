/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every operation needs permission for, and from which accounts it can be called. Members of
 * the input are found by their names in the model, so that one table serves all operations. What
 * the organization's resource policy gives to members is asked for as a resource of the management
 * account, which only that policy opens.
 */
#include "services/organizations/access.h"

#include "services/organizations/organizations.h"

#include "core/shape/value.h"
#include "core/util/rows.h"

#include <errno.h>

static const struct org_row rows[] = {
#include "services/organizations/access.def"
};

const struct org_row *org_row_of(struct awi_str operation)
{
    return awi_row_find(rows, sizeof(rows) / sizeof(rows[0]), sizeof(rows[0]), operation);
}

bool org_may_delegate(struct awi_str operation)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (awi_str_is_nocase(operation, rows[i].operation)) {
            return rows[i].who == ORG_MEMBERS_TOO || (rows[i].flags & ORG_DELEGABLE);
        }
    }
    return false;
}

static int refuse(struct awi_req *req)
{
    return awi_fail(req,
                    &organizations_AccessDeniedException_error,
                    "You don't have permissions to access this resource.");
}

/* May a member call it because of the resource policy? Which statement decides is the evaluator's
 * business, in org_access(). 0 yes, -ENOENT no. */
static int is_delegated(const struct org *org, const struct org_row *row)
{
    struct core_OrganizationPolicyRecord policy;

    return row->flags & ORG_DELEGABLE ? org_resource_policy(org, &policy) : -ENOENT;
}

int org_open_managed(struct awi_req *req, struct org *ret)
{
    const struct org_row *row = org_row_of(awi_operation(req)->name);
    int r = org_open(req, ret);

    if (r || ret->is_management) {
        return r;
    }
    if (!row) {
        return refuse(req);
    }
    r = row->who == ORG_DELEGATES || row->who == ORG_OWN ? org_is_delegate(ret, awi_account(req))
                                                         : -ENOENT;
    r = r == -ENOENT ? is_delegated(ret, row) : r;
    return r == -ENOENT ? refuse(req) : r;
}

/* --- Members of the input -------------------------------------------------------------------- */

struct asking {
    struct awi_req *req;
    const void *in;
    const struct org_row *row;
    struct org org;
    struct awi_context_entry *context;
    size_t n, room;
};

static const void *member(const struct asking *a, const char *name)
{
    const struct awi_shape *shape = awi_operation(a->req)->input;

    for (size_t i = 0; shape && a->in && i < shape->n_members; i++) {
        if (awi_str_is(shape->members[i].name, name)) {
            return awi_member_of(&shape->members[i], a->in);
        }
    }
    return NULL;
}

static struct awi_str text(const struct asking *a, const char *name)
{
    const struct awi_str *value = member(a, name);

    return value ? *value : AWI_STR_NULL;
}

/* --- Resources ------------------------------------------------------------------------------- */

static struct awi_str policy_arn(struct asking *a, struct awi_str id, struct awi_str *ret_type)
{
    struct core_OrganizationPolicyRecord policy;

    if (awi_organization_policy(&a->org.dir, &a->org.record, id, &policy) < 0) {
        policy = (struct core_OrganizationPolicyRecord){.Id = id, .Type = AWI_STR(AWI_SCP)};
    }
    *ret_type = policy.Type;
    return awi_organization_policy_arn(awi_arena(a->req), &a->org.record, &policy);
}

static struct awi_str named(struct asking *a, const char *name)
{
    const struct organizations_HandshakeParty *party;

    if (awi_str_is(AWI_STR("Target"), name)) {
        party = member(a, name);
        return party ? party->Id : AWI_STR_NULL;
    }
    return text(a, name);
}

/* The ARN of what an id names; "*" where it names nothing of this service. */
static struct awi_str arn_of(struct asking *a, struct awi_str id, struct awi_str *ret_type)
{
    *ret_type = AWI_STR_NULL;
    if (awi_str_is_account(id)) {
        return org_arn(a->req, &a->org, "account", id);
    }
    if (awi_str_starts(id, AWI_STR("ou-"))) {
        return org_arn(a->req, &a->org, "ou", id);
    }
    if (awi_str_starts(id, AWI_STR("r-"))) {
        return org_arn(a->req, &a->org, "root", id);
    }
    if (awi_str_starts(id, AWI_STR("rp-"))) {
        return org_arn(a->req, &a->org, "resourcepolicy", id);
    }
    if (awi_str_starts(id, AWI_STR("rt-"))) {
        return org_transfer_arn(a->req, &a->org, id);
    }
    if (awi_str_starts(id, AWI_STR("h-"))) {
        return org_handshake_arn(a->req, id);
    }
    if (awi_str_starts(id, AWI_STR("p-"))) {
        return policy_arn(a, id, ret_type);
    }
    return AWI_STR("*");
}

/* --- Condition keys -------------------------------------------------------------------------- */

static int
add(struct asking *a, struct awi_str key, const struct awi_str *values, size_t n, bool multivalued)
{
    if (a->n == a->room) {
        size_t room = a->room * 2 + 8;
        struct awi_context_entry *more =
            awi_arena_array(awi_arena(a->req), struct awi_context_entry, room);
        if (!more) {
            return -ENOMEM;
        }
        for (size_t i = 0; i < a->n; i++) {
            more[i] = a->context[i];
        }
        a->context = more;
        a->room = room;
    }
    a->context[a->n++] = (struct awi_context_entry){
        .key = key, .values = values, .n = n, .multivalued = multivalued};
    return 0;
}

static int add_text(struct asking *a, const char *key, struct awi_str value)
{
    struct awi_str *kept = awi_arena_new(awi_arena(a->req), struct awi_str);

    if (!kept) {
        return -ENOMEM;
    }
    *kept = value;
    return awi_str_is_set(value) ? add(a, awi_str_from(key), kept, 1, false) : 0;
}

static int add_tags(struct asking *a, const struct organizations_Tags *tags)
{
    struct awi_str *keys = awi_arena_array(awi_arena(a->req), struct awi_str, tags->n);
    int r = keys ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < tags->n; i++) {
        keys[i] = tags->items[i].Key;
        struct awi_str key =
            awi_arena_printf(awi_arena(a->req), "aws:RequestTag/%.*s", AWI_STR_FMT(keys[i]));
        r = key.ptr ? add(a, key, &tags->items[i].Value, 1, false) : -ENOMEM;
    }
    return r || tags->n == 0 ? r : add(a, AWI_STR("aws:TagKeys"), keys, tags->n, true);
}

static int fill_context(struct asking *a)
{
    static const char *const typed[] = {"PolicyType", "Type", "Filter"};
    const struct organizations_TagKeys *keys = member(a, "TagKeys");
    const struct organizations_Tags *tags = member(a, "Tags");
    int r = add_text(a, "organizations:ServicePrincipal", text(a, "ServicePrincipal"));

    for (size_t i = 0; r == 0 && (a->row->flags & ORG_TYPED) && i < 3; i++) {
        r = add_text(a, "organizations:PolicyType", text(a, typed[i]));
    }
    if (r == 0 && keys && keys->n) {
        r = add(a, AWI_STR("aws:TagKeys"), keys->items, keys->n, true);
    }
    return r || !tags ? r : add_tags(a, tags);
}

/* --- The permissions ------------------------------------------------------------------------- */

/* Does a member ask for its own? */
static bool is_own(const struct asking *a)
{
    struct awi_str target = text(a, a->row->on[0]);

    return a->row->who == ORG_OWN &&
           (!awi_str_is_set(target) || awi_str_eq(target, awi_account(a->req)));
}

/* A member calls what only the resource policy gives: 0, *ret is its text; -ENOENT: not so. */
static int find_delegation(struct asking *a, struct awi_str *ret)
{
    struct core_OrganizationPolicyRecord policy;
    int r;

    if (a->org.is_management || a->row->who == ORG_ANYONE || a->row->who == ORG_MEMBERS_TOO ||
        is_own(a)) {
        return -ENOENT;
    }
    r = a->row->who == ORG_DELEGATES || a->row->who == ORG_OWN
            ? org_is_delegate(&a->org, awi_account(a->req))
            : -ENOENT;
    if (r != -ENOENT) {
        return r ? r : -ENOENT;
    }
    r = a->row->flags & ORG_DELEGABLE ? org_resource_policy(&a->org, &policy) : -ENOENT;
    *ret = policy.Content;
    return r;
}

/* The keys of the request, and aws:ResourceTag of one resource. */
static int give_context(struct asking *a, struct awi_str id, struct awi_access *item)
{
    const struct core_Tags *tags = NULL;
    int r = awi_str_is_set(a->org.record.RootId) && awi_str_is_set(id)
                ? org_tags_of(a->req, &a->org, id, &tags)
                : -ENOENT;
    size_t n = r == 0 ? tags->n : 0;
    struct awi_context_entry *entries =
        awi_arena_array(awi_arena(a->req), struct awi_context_entry, a->n + n);

    if ((r && r != -ENOENT) || !entries) {
        return r && r != -ENOENT ? r : -ENOMEM;
    }
    for (size_t i = 0; i < a->n; i++) {
        entries[i] = a->context[i];
    }
    for (size_t i = 0; i < n; i++) {
        entries[a->n + i] = (struct awi_context_entry){
            .key = awi_arena_printf(
                awi_arena(a->req), "aws:ResourceTag/%.*s", AWI_STR_FMT(tags->items[i].Key)),
            .values = &tags->items[i].Value,
            .n = 1,
        };
        if (!entries[a->n + i].key.ptr) {
            return -ENOMEM;
        }
    }
    item->context = entries;
    item->n_context = a->n + n;
    return 0;
}

static int list_items(struct asking *a, struct awi_access *items, size_t *ret_n)
{
    struct awi_str ids[ORG_RESOURCES + 2] = {{NULL, 0}};
    struct awi_str action =
        awi_arena_printf(awi_arena(a->req), "organizations:%s", a->row->operation);
    bool tagged = false;
    const struct organizations_Tags *tags = member(a, "Tags");
    size_t n = 0;

    for (size_t i = 0; i < ORG_RESOURCES && a->row->on[i]; i++) {
        struct awi_str id = named(a, a->row->on[i]), type;
        int r = 0;
        if (!awi_str_is_set(id)) {
            continue;
        }
        ids[n] = id;
        items[n].resource = arn_of(a, id, &type);
        items[n++].action = action;
        r = add_text(a, "organizations:PolicyType", type);
        if (r || !items[n - 1].resource.ptr) {
            return r ? r : -ENOMEM;
        }
    }
    if (n == 0) {
        items[n].resource = AWI_STR("*");
        items[n++].action = action;
    }
    tagged = (a->row->flags & ORG_TAGGING) && tags && tags->n;
    if (tagged) {
        ids[n] = ids[0];
        items[n].resource = items[0].resource;
        items[n++].action = AWI_STR("organizations:TagResource");
    }
    *ret_n = n;
    for (size_t i = 0; i < n; i++) {
        int r = give_context(a, ids[i], &items[i]);
        if (r) {
            return r;
        }
    }
    return action.ptr ? 0 : -ENOMEM;
}

static int open_asking(struct asking *a)
{
    a->org = (struct org){.dir = awi_request_directory(a->req)};
    int r = awi_organization_of(&a->org.dir, awi_account(a->req), &a->org.record);

    if (r == 0) {
        a->org.scope = awi_organization_scope(a->org.dir.txn, a->org.record.ManagementAccount);
        a->org.is_management = awi_str_eq(awi_account(a->req), a->org.record.ManagementAccount);
    }
    return r;
}

int org_access(struct awi_req *req, const void *in, struct awi_access_list *ret)
{
    struct asking a = {.req = req, .in = in, .row = org_row_of(awi_operation(req)->name)};
    struct awi_access *items =
        awi_arena_array(awi_arena(req), struct awi_access, ORG_RESOURCES + 2);
    struct awi_str policy = AWI_STR_NULL;
    bool delegated = false;
    int r = items && a.row ? fill_context(&a) : items ? 0 : -ENOMEM;

    if (r || !a.row) {
        return r;
    }
    r = open_asking(&a);
    if (r == -ENOENT) {
        /* No organization: the handler says so, or makes one. */
        a.org.record.Id = a.org.record.ManagementAccount = AWI_STR("*");
    } else if (r == 0) {
        r = find_delegation(&a, &policy);
        delegated = r == 0;
    }
    r = r == -ENOENT ? 0 : r;
    r = r ? r : list_items(&a, items, &ret->n);
    for (size_t i = 0; r == 0 && delegated && i < ret->n; i++) {
        items[i].owner = a.org.record.ManagementAccount;
        items[i].policy = policy;
        items[i].flags = AWI_ACCESS_BOUNDARY;
    }
    ret->items = items;
    return r;
}
