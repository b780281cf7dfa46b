/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be passed with a session: policies, tags, and how much of both (identity.md 6.7-6.14).
 */
#include "services/sts/sts.h"

#include "core/policy/policy.h"

#include <errno.h>

/* AWS packs policies and tags into a binary form that it does not publish. Here a character of a
 * policy or policy ARN counts as one, four characters of tags as one. */
#define SPACE      2048
#define TAG_WEIGHT 4
/* A delegated policy may be as long as a managed one, three times as long as a session policy. */
#define DELEGATED_WEIGHT 3

static int check_arn(struct awi_req *req, struct awi_str account, struct awi_str arn)
{
    struct awi_str rest = arn, part;
    struct awi_str owner = AWI_STR_NULL;

    for (int i = 0; i < 5 && awi_str_cut(&rest, ':', &part); i++) {
        owner = part;
    }
    if (!awi_str_starts(arn, AWI_STR("arn:")) ||
        (!awi_str_is(owner, "aws") && !awi_str_eq(owner, account)) || !awi_str_is_set(rest) ||
        !awi_str_starts(rest, AWI_STR("policy/"))) {
        return awi_fail(req, &awi_error_ValidationError, "PolicyArns contains an invalid ARN.");
    }
    return 0;
}

int sts_take_policies(struct awi_req *req,
                      struct awi_str account,
                      struct awi_str policy,
                      const struct sts_policyDescriptorListType *arns,
                      struct core_SessionRecord *session)
{
    struct awi_str *items = awi_arena_array(awi_arena(req), struct awi_str, arns->n);
    struct awi_str reason;

    if (!items) {
        return -ENOMEM;
    }
    if (awi_str_is_set(policy)) {
        int r = awi_policy_validate(awi_arena(req), AWI_POLICY_IDENTITY, policy, &reason);
        if (r > 0) {
            return awi_fail(
                req, &sts_MalformedPolicyDocumentException_error, "%.*s", AWI_STR_FMT(reason));
        }
        if (r < 0) {
            return r;
        }
    }
    if (arns->n > 10) {
        return awi_fail(req, &awi_error_ValidationError, "PolicyArns exceeds the limit of 10.");
    }
    for (size_t i = 0; i < arns->n; i++) {
        int r = check_arn(req, account, arns->items[i].arn);
        if (r) {
            return r;
        }
        items[i] = arns->items[i].arn;
    }
    session->Policy = policy;
    session->PolicyArns.items = items;
    session->PolicyArns.n = arns->n;
    session->PolicyArns.set = arns->n > 0;
    return 0;
}

static int check_size(struct awi_req *req, size_t size, struct awi_opt_i32 *ret)
{
    size_t percent = (size * 100 + SPACE - 1) / SPACE;

    if (percent > 100) {
        return awi_fail(req,
                        &sts_PackedPolicyTooLargeException_error,
                        "Packed policy consumes %zu%% of allotted space, please use smaller "
                        "policy.",
                        percent);
    }
    if (size > 0) {
        *ret = AWI_SOME_I32((int32_t)percent);
    }
    return 0;
}

int sts_packed_delegation(struct awi_req *req,
                          const struct core_SessionRecord *session,
                          struct awi_opt_i32 *ret)
{
    size_t size = (session->Delegated.len + DELEGATED_WEIGHT - 1) / DELEGATED_WEIGHT;

    for (size_t i = 0; i < session->PolicyArns.n; i++) {
        size += session->PolicyArns.items[i].len;
    }
    return check_size(req, size + session->Policy.len, ret);
}

int sts_packed_size(struct awi_req *req,
                    struct awi_str policy,
                    const struct sts_policyDescriptorListType *arns,
                    const struct sts_tagListType *tags,
                    struct awi_opt_i32 *ret)
{
    size_t size = policy.len, text = 0;

    for (size_t i = 0; i < arns->n; i++) {
        size += arns->items[i].arn.len;
    }
    for (size_t i = 0; i < tags->n; i++) {
        text += tags->items[i].Key.len + tags->items[i].Value.len;
    }
    return check_size(req, size + (text + TAG_WEIGHT - 1) / TAG_WEIGHT, ret);
}

/* --- Tags ------------------------------------------------------------------------------------ */

static bool has_key(const struct core_Tag *tags, size_t n, struct awi_str key)
{
    for (size_t i = 0; i < n; i++) {
        if (awi_str_eq_nocase(tags[i].Key, key)) {
            return true;
        }
    }
    return false;
}

static bool is_listed(const struct awi_str *keys, size_t n, struct awi_str key)
{
    for (size_t i = 0; i < n; i++) {
        if (awi_str_eq_nocase(keys[i], key)) {
            return true;
        }
    }
    return false;
}

/* What the caller's session hands on. */
static void inherit(const struct core_SessionRecord *from, struct core_SessionRecord *to)
{
    for (size_t i = 0; i < from->Tags.n; i++) {
        const struct core_Tag *tag = &from->Tags.items[i];
        if (is_listed(from->TransitiveTagKeys.items, from->TransitiveTagKeys.n, tag->Key)) {
            to->Tags.items[to->Tags.n++] = *tag;
            to->TransitiveTagKeys.items[to->TransitiveTagKeys.n++] = tag->Key;
        }
    }
}

static int add_tags(struct awi_req *req,
                    const struct sts_tagListType *tags,
                    struct core_SessionRecord *session)
{
    size_t inherited = session->Tags.n;

    for (size_t i = 0; i < tags->n; i++) {
        struct core_Tag tag = {.Key = tags->items[i].Key, .Value = tags->items[i].Value};
        if (has_key(session->Tags.items, inherited, tag.Key)) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "One of the specified transitive tag keys can't be set because it "
                            "conflicts with a transitive tag key from the calling session.");
        }
        if (has_key(session->Tags.items, session->Tags.n, tag.Key)) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "Duplicate tag keys found. Please note that Tag keys are case "
                            "insensitive.");
        }
        if (awi_str_starts_nocase(tag.Key, AWI_STR("aws:"))) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "Tag keys that begin with aws: are reserved.");
        }
        session->Tags.items[session->Tags.n++] = tag;
    }
    return 0;
}

static int add_transitive(struct awi_req *req,
                          const struct sts_tagListType *tags,
                          const struct sts_tagKeyListType *keys,
                          struct core_SessionRecord *session)
{
    for (size_t i = 0; i < keys->n; i++) {
        bool passed = false;
        if (is_listed(
                session->TransitiveTagKeys.items, session->TransitiveTagKeys.n, keys->items[i])) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "One of the specified transitive tag keys can't be set because it "
                            "conflicts with a transitive tag key from the calling session.");
        }
        for (size_t j = 0; j < tags->n; j++) {
            passed |= awi_str_eq_nocase(tags->items[j].Key, keys->items[i]);
        }
        if (!passed) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "The specified transitive tag key must be included in the requested "
                            "tags.");
        }
        session->TransitiveTagKeys.items[session->TransitiveTagKeys.n++] = keys->items[i];
    }
    return 0;
}

int sts_take_tags(struct awi_req *req,
                  const struct sts_tagListType *tags,
                  const struct sts_tagKeyListType *transitive,
                  struct core_SessionRecord *session)
{
    const struct core_SessionRecord *from = sts_session(req);
    size_t most = tags->n + transitive->n + (from ? from->Tags.n : 0);
    int r;

    session->Tags.items = awi_arena_array(awi_arena(req), struct core_Tag, most);
    session->TransitiveTagKeys.items = awi_arena_array(awi_arena(req), struct awi_str, most);
    if (!session->Tags.items || !session->TransitiveTagKeys.items) {
        return -ENOMEM;
    }
    if (from) {
        inherit(from, session);
    }
    r = add_tags(req, tags, session);
    r = r ? r : add_transitive(req, tags, transitive, session);
    session->Tags.set = session->Tags.n > 0;
    session->TransitiveTagKeys.set = session->TransitiveTagKeys.n > 0;
    return r;
}
