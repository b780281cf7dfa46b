/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enabling and disabling types of policy on the root (identity.md 7.3). AWS takes a moment for it;
 * here it is done when the call returns.
 */
#include "services/organizations/organizations.h"

#include "core/util/cleanup.h"

#include <errno.h>

static int open_root(struct awi_req *req, struct awi_str root, struct org *org)
{
    int r = org_open_managed(req, org);

    if (r == 0 && !awi_str_eq(root, org->record.RootId)) {
        return awi_fail(req,
                        &organizations_RootNotFoundException_error,
                        "You specified a root that doesn't exist.");
    }
    if (r == 0 && !awi_str_is(org->record.FeatureSet, "ALL")) {
        return awi_fail(req,
                        &organizations_PolicyTypeNotAvailableForOrganizationException_error,
                        "This operation can be performed only for organizations with all features "
                        "enabled.");
    }
    return r;
}

static size_t find_type(const struct org *org, struct awi_str type)
{
    size_t i = 0;

    while (i < org->record.EnabledPolicyTypes.n &&
           !awi_str_eq(org->record.EnabledPolicyTypes.items[i], type)) {
        i++;
    }
    return i;
}

/* Calls each for the root, every unit and every account. */
static int each_target(const struct org *org,
                       struct awi_str type,
                       int (*each)(const struct org *org, struct awi_str type, struct awi_str id))
{
    static const char *const tables[] = {AWI_UNIT_TABLE, ORG_MEMBERS};
    struct awi_str *ids = NULL;
    size_t n = 0, room = 0;

    /* Collected first: writing ends what a cursor gives. */
    for (size_t i = 0; i < 2; i++) {
        AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
        struct awi_str key, value;
        int r =
            awi_cursor_open(&org->scope, tables[i], AWI_STR(""), AWI_STR(""), AWI_FORWARD, &cursor);
        while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
            if (n == room) {
                struct awi_str *more =
                    awi_arena_array(org->dir.arena, struct awi_str, room * 2 + 64);
                if (!more) {
                    return -ENOMEM;
                }
                for (size_t j = 0; j < n; j++) {
                    more[j] = ids[j];
                }
                ids = more;
                room = room * 2 + 64;
            }
            ids[n] = awi_arena_str(org->dir.arena, key);
            r = ids[n++].ptr ? 0 : -ENOMEM;
        }
        if (r != -ENOENT) {
            return r;
        }
    }
    for (size_t i = 0; i < n; i++) {
        int r = each(org, type, ids[i]);
        if (r) {
            return r;
        }
    }
    return 0;
}

static int detach_type(const struct org *org, struct awi_str type, struct awi_str id)
{
    struct awi_str key = AWI_KEY(org->dir.arena, id, type);
    int r = key.ptr ? awi_delete(&org->scope, AWI_ATTACHED_TABLE, key) : -ENOMEM;

    return r == -ENOENT ? 0 : r;
}

/* The AWS managed policy of the type, if it has one. */
static int attach_type(const struct org *org, struct awi_str type, struct awi_str id)
{
    struct org only = *org;

    only.record.EnabledPolicyTypes.items = &type;
    only.record.EnabledPolicyTypes.n = 1;
    return org_attach_full(&only, id);
}

int org_policy_type_on(struct org *org, struct awi_str type)
{
    size_t n = org->record.EnabledPolicyTypes.n;
    struct awi_str *items = awi_arena_array(org->dir.arena, struct awi_str, n + 1);
    int r;

    if (!items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        items[i] = org->record.EnabledPolicyTypes.items[i];
    }
    items[n] = type;
    org->record.EnabledPolicyTypes.items = items;
    org->record.EnabledPolicyTypes.n = n + 1;
    org->record.EnabledPolicyTypes.set = true;
    r = awi_organization_put(&org->dir, &org->record);
    return r ? r : each_target(org, type, attach_type);
}

int org_enable_policy_type(struct awi_req *req,
                           const struct organizations_EnablePolicyTypeRequest *in,
                           struct organizations_EnablePolicyTypeResponse *out)
{
    struct org org;
    size_t n;
    int r = open_root(req, in->RootId, &org);

    if (r) {
        return r;
    }
    n = org.record.EnabledPolicyTypes.n;
    if (find_type(&org, in->PolicyType) < n &&
        awi_str_is(in->PolicyType, "SERVICE_CONTROL_POLICY")) {
        /* On from the start here; programs written for AWS enable them first, as they must there.
         */
        out->Root = awi_arena_new(awi_arena(req), struct organizations_Root);
        return out->Root ? org_show_root(req, &org, out->Root) : -ENOMEM;
    }
    if (find_type(&org, in->PolicyType) < n) {
        return awi_fail(req,
                        &organizations_PolicyTypeAlreadyEnabledException_error,
                        "The specified policy type is already enabled.");
    }
    out->Root = awi_arena_new(awi_arena(req), struct organizations_Root);
    r = out->Root ? org_policy_type_on(&org, in->PolicyType) : -ENOMEM;
    return r ? r : org_show_root(req, &org, out->Root);
}

int org_disable_policy_type(struct awi_req *req,
                            const struct organizations_DisablePolicyTypeRequest *in,
                            struct organizations_DisablePolicyTypeResponse *out)
{
    struct org org;
    size_t at;
    int r = open_root(req, in->RootId, &org);

    if (r) {
        return r;
    }
    at = find_type(&org, in->PolicyType);
    if (at == org.record.EnabledPolicyTypes.n) {
        return awi_fail(req,
                        &organizations_PolicyTypeNotEnabledException_error,
                        "The specified policy type isn't currently enabled in this root.");
    }
    for (; at + 1 < org.record.EnabledPolicyTypes.n; at++) {
        org.record.EnabledPolicyTypes.items[at] = org.record.EnabledPolicyTypes.items[at + 1];
    }
    org.record.EnabledPolicyTypes.n--;
    out->Root = awi_arena_new(awi_arena(req), struct organizations_Root);
    r = out->Root ? awi_organization_put(&org.dir, &org.record) : -ENOMEM;
    r = r ? r : each_target(&org, in->PolicyType, detach_type);
    return r ? r : org_show_root(req, &org, out->Root);
}
