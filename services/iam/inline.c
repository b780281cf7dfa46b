/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inline policies of roles, users and groups: Put, Get, List, Delete.
 */
#include "services/iam/iam.h"

#include "core/policy/policy.h"

#include <errno.h>

/* Characters that all inline policies of one entity may have together, white space apart
 * (reference_iam-quotas). */
static const size_t most[IAM_KINDS] = {[IAM_ROLE] = IAM_MOST_ROLE_INLINE,
                                       [IAM_USER] = IAM_MOST_USER_INLINE,
                                       [IAM_GROUP] = IAM_MOST_GROUP_INLINE};

int iam_document_check(struct awi_req *req, struct awi_str document)
{
    struct awi_str reason;
    int r = awi_policy_validate(awi_arena(req), AWI_POLICY_IDENTITY, document, &reason);

    return r <= 0
               ? r
               : awi_fail(
                     req, &iam_MalformedPolicyDocumentException_error, "%.*s", AWI_STR_FMT(reason));
}

static struct core_NamedPolicy *find(const struct core_NamedPolicies *list, struct awi_str name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (awi_str_eq_nocase(list->items[i].Name, name)) {
            return &list->items[i];
        }
    }
    return NULL;
}

/* Puts a policy at its place in the order of names. */
static int insert(struct awi_req *req,
                  struct core_NamedPolicies *list,
                  struct awi_str name,
                  struct awi_str document)
{
    struct core_NamedPolicy *items =
        awi_arena_array(awi_arena(req), struct core_NamedPolicy, list->n + 1);
    size_t at = 0;

    if (!items) {
        return -ENOMEM;
    }
    while (at < list->n && awi_str_cmp(list->items[at].Name, name) < 0) {
        items[at] = list->items[at];
        at++;
    }
    items[at] = (struct core_NamedPolicy){.Name = name, .Document = document};
    for (size_t i = at; i < list->n; i++) {
        items[i + 1] = list->items[i];
    }
    list->items = items;
    list->n++;
    list->set = true;
    return 0;
}

static int put(struct awi_req *req,
               enum iam_kind kind,
               struct awi_str entity_name,
               struct awi_str name,
               struct awi_str document)
{
    struct iam_entity e;
    size_t size = 0;
    int r = iam_entity_open(req, kind, entity_name, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    r = r ? r : iam_document_check(req, document);
    if (r) {
        return r;
    }
    struct core_NamedPolicy *held = find(e.inlined, name);
    if (held) {
        held->Document = document;
    } else if ((r = insert(req, e.inlined, name, document)) < 0) {
        return r;
    }
    for (size_t i = 0; i < e.inlined->n; i++) {
        size += awi_policy_size(e.inlined->items[i].Document);
    }
    if (size > most[kind]) {
        return iam_limit(req,
                         "Maximum policy size of %zu bytes exceeded for %s %.*s",
                         most[kind],
                         iam_kind_words[kind],
                         AWI_STR_FMT(e.name));
    }
    return iam_entity_save(req, &e);
}

static int no_such(struct awi_req *req, enum iam_kind kind, struct awi_str name)
{
    return iam_missing(req,
                       "The %s policy with name %.*s cannot be found.",
                       iam_kind_words[kind],
                       AWI_STR_FMT(name));
}

static int get(struct awi_req *req,
               enum iam_kind kind,
               struct awi_str entity_name,
               struct awi_str name,
               struct awi_str *ret_entity,
               struct awi_str *ret_name,
               struct awi_str *ret_document)
{
    struct iam_entity e;
    int r = iam_entity_open(req, kind, entity_name, &e);

    if (r) {
        return r;
    }
    struct core_NamedPolicy *held = find(e.inlined, name);
    if (!held) {
        return no_such(req, kind, name);
    }
    *ret_entity = e.name;
    *ret_name = held->Name;
    *ret_document = iam_url(req, held->Document);
    return ret_document->ptr ? 0 : -ENOMEM;
}

static int
drop(struct awi_req *req, enum iam_kind kind, struct awi_str entity_name, struct awi_str name)
{
    struct iam_entity e;
    int r = iam_entity_open(req, kind, entity_name, &e);

    r = r ? r : iam_entity_check_unlinked(req, &e);
    if (r) {
        return r;
    }
    struct core_NamedPolicy *held = find(e.inlined, name);
    if (!held) {
        return no_such(req, kind, name);
    }
    size_t at = (size_t)(held - e.inlined->items);
    e.inlined->n--;
    memmove(held, held + 1, (e.inlined->n - at) * sizeof(*held));
    return iam_entity_save(req, &e);
}

static int list(struct awi_req *req,
                enum iam_kind kind,
                struct awi_str entity_name,
                struct iam_page *page,
                struct iam_policyNameListType *ret)
{
    struct iam_entity e;
    size_t first = 0, count = 0;
    int r = iam_entity_open(req, kind, entity_name, &e);

    r = r ? r : iam_page_slice(req, page, e.inlined->n, &first, &count);
    if (r) {
        return r;
    }
    ret->items = awi_arena_array(awi_arena(req), struct awi_str, count);
    for (size_t i = 0; ret->items && i < count; i++) {
        ret->items[i] = e.inlined->items[first + i].Name;
    }
    ret->n = count;
    ret->set = true;
    return ret->items ? 0 : -ENOMEM;
}

#define DEFINE(noun, Noun, KIND)                                                                   \
    int iam_put_##noun##_policy(                                                                   \
        struct awi_req *req, const struct iam_Put##Noun##PolicyRequest *in, void *out)             \
    {                                                                                              \
        return put(req, KIND, in->Noun##Name, in->PolicyName, in->PolicyDocument);                 \
    }                                                                                              \
    int iam_get_##noun##_policy(struct awi_req *req,                                               \
                                const struct iam_Get##Noun##PolicyRequest *in,                     \
                                struct iam_Get##Noun##PolicyResponse *out)                         \
    {                                                                                              \
        return get(req,                                                                            \
                   KIND,                                                                           \
                   in->Noun##Name,                                                                 \
                   in->PolicyName,                                                                 \
                   &out->Noun##Name,                                                               \
                   &out->PolicyName,                                                               \
                   &out->PolicyDocument);                                                          \
    }                                                                                              \
    int iam_delete_##noun##_policy(                                                                \
        struct awi_req *req, const struct iam_Delete##Noun##PolicyRequest *in, void *out)          \
    {                                                                                              \
        return drop(req, KIND, in->Noun##Name, in->PolicyName);                                    \
    }                                                                                              \
    int iam_list_##noun##_policies(struct awi_req *req,                                            \
                                   const struct iam_List##Noun##PoliciesRequest *in,               \
                                   struct iam_List##Noun##PoliciesResponse *out)                   \
    {                                                                                              \
        struct iam_page page;                                                                      \
        int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);                              \
        r = r ? r : list(req, KIND, in->Noun##Name, &page, &out->PolicyNames);                     \
        IAM_PAGE_END(out, &page);                                                                  \
        return r;                                                                                  \
    }

DEFINE(role, Role, IAM_ROLE)
DEFINE(user, User, IAM_USER)
DEFINE(group, Group, IAM_GROUP)
