/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags of roots, units, accounts, policies and transfers: they lie in the record of what they are
 * on.
 */
#include "services/organizations/organizations.h"

#include <errno.h>

#define MOST 50

/* Puts one tag among those there are; more than fifty or a reserved key are refused. */
static int
put_tag(struct awi_req *req, struct awi_str key, struct awi_str value, struct core_Tags *tags)
{
    size_t i = 0;

    if (awi_str_starts_nocase(key, AWI_STR("aws:"))) {
        return org_invalid(
            req, "INVALID_SYSTEM_TAGS_PARAMETER", "You specified a tag key that is a system tag.");
    }
    while (i < tags->n && !awi_str_eq(tags->items[i].Key, key)) {
        i++;
    }
    if (i == MOST) {
        return org_constraint(req,
                              "MAX_TAG_LIMIT_EXCEEDED",
                              "You have exceeded the number of tags allowed on this resource.");
    }
    tags->items[i].Key = key;
    tags->items[i].Value = value;
    tags->n = i == tags->n ? i + 1 : tags->n;
    tags->set = true;
    return 0;
}

/* Room for all that may be. */
static int widen(struct awi_req *req, struct core_Tags *tags)
{
    struct core_Tag *items = awi_arena_array(awi_arena(req), struct core_Tag, MOST + 1);

    if (!items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < tags->n && i < MOST; i++) {
        items[i] = tags->items[i];
    }
    tags->items = items;
    return 0;
}

static int
add_tags(struct awi_req *req, const struct organizations_Tags *tags, struct core_Tags *ret)
{
    int r = widen(req, ret);

    for (size_t i = 0; i < tags->n && r == 0; i++) {
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(tags->items[j].Key, tags->items[i].Key)) {
                return org_invalid(
                    req, "DUPLICATE_TAG_KEY", "Tag keys must be unique among the attached tags.");
            }
        }
        r = put_tag(req, tags->items[i].Key, tags->items[i].Value, ret);
    }
    return r;
}

int org_take_tags(struct awi_req *req, const struct organizations_Tags *tags, struct core_Tags *ret)
{
    *ret = (struct core_Tags){.set = false};
    return tags->n ? add_tags(req, tags, ret) : 0;
}

/* --- What has tags --------------------------------------------------------------------------- */

/* The record of a resource, whichever kind it is of. */
struct tagged {
    struct org org;
    struct core_AccountRecord account;
    struct core_UnitRecord unit;
    struct core_OrganizationPolicyRecord policy;
    struct organizations_TransferRecord transfer;
    struct core_Tags of_transfer;
    struct core_Tags *tags;
};

/* -ENOENT: there is no such resource. */
static int find_tagged(struct awi_req *req, struct awi_str id, struct tagged *ret)
{
    int r;

    if (awi_str_is_account(id)) {
        r = org_member(&ret->org, id, &ret->account);
        ret->tags = &ret->account.Tags;
    } else if (awi_str_starts(id, AWI_STR("p-"))) {
        r = awi_organization_policy(&ret->org.dir, &ret->org.record, id, &ret->policy);
        ret->tags = &ret->policy.Tags;
    } else if (awi_str_starts(id, AWI_STR("rp-"))) {
        r = org_resource_policy(&ret->org, &ret->policy);
        r = r == 0 && !awi_str_eq(id, ret->policy.Id) ? -ENOENT : r;
        ret->tags = &ret->policy.Tags;
    } else if (awi_str_starts(id, AWI_STR("rt-"))) {
        r = org_transfer_get(req, id, &ret->transfer);
        r = r ? r : org_take_tags(req, &ret->transfer.Tags, &ret->of_transfer);
        ret->tags = &ret->of_transfer;
    } else {
        r = org_unit_get(&ret->org, id, &ret->unit);
        ret->tags = &ret->unit.Tags;
    }
    return r;
}

int org_tags_of(struct awi_req *req,
                const struct org *org,
                struct awi_str id,
                const struct core_Tags **ret)
{
    struct tagged *tagged = awi_arena_new(awi_arena(req), struct tagged);

    if (!tagged) {
        return -ENOMEM;
    }
    tagged->org = *org;
    int r = find_tagged(req, id, tagged);
    *ret = tagged->tags;
    return r;
}

static int open_tagged(struct awi_req *req, struct awi_str id, struct tagged *ret)
{
    int r = org_open_managed(req, &ret->org);

    r = r ? r : find_tagged(req, id, ret);
    return r == -ENOENT ? awi_fail(req,
                                   &organizations_TargetNotFoundException_error,
                                   "You specified a target that doesn't exist.")
                        : r;
}

/* As the API has them. */
static int
give_tags(struct awi_req *req, const struct core_Tags *tags, struct organizations_Tags *ret)
{
    ret->items = awi_arena_array(awi_arena(req), struct organizations_Tag, tags->n);
    if (!ret->items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < tags->n; i++) {
        ret->items[i].Key = tags->items[i].Key;
        ret->items[i].Value = tags->items[i].Value;
    }
    ret->n = tags->n;
    ret->set = true;
    return 0;
}

static int save(struct awi_req *req, struct tagged *tagged)
{
    if (tagged->tags == &tagged->of_transfer) {
        int r = give_tags(req, tagged->tags, &tagged->transfer.Tags);
        return r ? r : org_transfer_put(req, &tagged->transfer);
    }
    if (tagged->tags == &tagged->account.Tags) {
        return awi_account_put(&tagged->org.dir, &tagged->account);
    }
    if (tagged->tags == &tagged->unit.Tags) {
        return org_unit_put(&tagged->org, &tagged->unit);
    }
    if (awi_str_starts(tagged->policy.Id, AWI_STR("rp-"))) {
        return org_resource_policy_put(&tagged->org, &tagged->policy);
    }
    return awi_record_put(&tagged->org.scope,
                          AWI_ORGPOLICY_TABLE,
                          tagged->policy.Id,
                          tagged->org.dir.arena,
                          &core_OrganizationPolicyRecord_shape,
                          &tagged->policy);
}

static bool is_managed(struct awi_str id)
{
    return awi_str_is(id, "p-FullAWSAccess") || awi_str_is(id, "p-RCPFullAWSAccess");
}

int org_tag_resource(struct awi_req *req,
                     const struct organizations_TagResourceRequest *in,
                     void *out)
{
    struct tagged *tagged = awi_arena_new(awi_arena(req), struct tagged);
    int r = tagged ? open_tagged(req, in->ResourceId, tagged) : -ENOMEM;

    if (r == 0 && is_managed(in->ResourceId)) {
        return org_invalid(req, "TARGET_NOT_SUPPORTED", "AWS managed policies can't be tagged.");
    }
    r = r ? r : add_tags(req, &in->Tags, tagged->tags);
    return r ? r : save(req, tagged);
}

int org_untag_resource(struct awi_req *req,
                       const struct organizations_UntagResourceRequest *in,
                       void *out)
{
    struct tagged *tagged = awi_arena_new(awi_arena(req), struct tagged);
    int r = tagged ? open_tagged(req, in->ResourceId, tagged) : -ENOMEM;
    size_t kept = 0;

    if (r || is_managed(in->ResourceId)) {
        return r;
    }
    for (size_t i = 0; i < tagged->tags->n; i++) {
        bool gone = false;
        for (size_t j = 0; j < in->TagKeys.n; j++) {
            gone |= awi_str_eq(in->TagKeys.items[j], tagged->tags->items[i].Key);
        }
        if (!gone) {
            tagged->tags->items[kept++] = tagged->tags->items[i];
        }
    }
    tagged->tags->n = kept;
    return save(req, tagged);
}

int org_list_tags(struct awi_req *req,
                  const struct organizations_ListTagsForResourceRequest *in,
                  struct organizations_ListTagsForResourceResponse *out)
{
    struct tagged *tagged = awi_arena_new(awi_arena(req), struct tagged);
    int r = tagged ? open_tagged(req, in->ResourceId, tagged) : -ENOMEM;

    return r ? r : give_tags(req, tagged->tags, &out->Tags);
}
