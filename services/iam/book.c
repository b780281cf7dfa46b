/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering policies for a simulation, and the condition keys that they ask for.
 */
#include "services/iam/book.h"

#include "core/identity/managed.h"

#include <errno.h>

int iam_book_add(struct iam_book *book, struct awi_str id, struct awi_str text)
{
    struct awi_policy_error error;

    if (book->n == book->room) {
        size_t room = book->room ? book->room * 2 : 16;
        struct awi_policy_ref *refs =
            awi_arena_array(awi_arena(book->req), struct awi_policy_ref, room);
        struct awi_str *texts = awi_arena_array(awi_arena(book->req), struct awi_str, room);
        struct iam_origin *origins = awi_arena_array(awi_arena(book->req), struct iam_origin, room);
        if (!refs || !texts || !origins) {
            return -ENOMEM;
        }
        if (book->n) {
            memcpy(refs, book->refs, book->n * sizeof(*refs));
            memcpy(texts, book->texts, book->n * sizeof(*texts));
            memcpy(origins, book->origins, book->n * sizeof(*origins));
        }
        book->refs = refs;
        book->texts = texts;
        book->origins = origins;
        book->room = room;
    }
    book->refs[book->n].id = id;
    book->texts[book->n] = text;
    int r = awi_policy_compile(awi_arena(book->req), text, &book->refs[book->n].policy, &error);
    if (r == -EINVAL || r == -EMSGSIZE) {
        return awi_fail(book->req,
                        &iam_InvalidInputException_error,
                        "The policy %.*s is malformed: %s",
                        AWI_STR_FMT(id),
                        r == -EINVAL ? error.reason : "it is too long");
    }
    book->n += r == 0;
    return r;
}

int iam_book_add_list(struct iam_book *book,
                      const char *name,
                      const struct iam_SimulationPolicyListType *list)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < list->n; i++) {
        struct awi_str id = awi_arena_printf(awi_arena(book->req), "%s.%zu", name, i + 1);
        r = id.ptr ? iam_book_add(book, id, list->items[i]) : -ENOMEM;
    }
    return r;
}

static int add_from(struct iam_book *book,
                    struct awi_str id,
                    struct awi_str text,
                    const struct iam_origin *origin)
{
    int r = id.ptr ? iam_book_add(book, id, text) : -ENOMEM;

    if (r == 0) {
        book->origins[book->n - 1] = *origin;
    }
    return r;
}

static int add_entity(struct iam_book *book, const struct iam_entity *e)
{
    struct iam_origin origin = {.kind = e->kind, .owner = e->name};
    int r = 0;

    for (size_t i = 0; r == 0 && i < e->inlined->n; i++) {
        struct awi_str id = awi_arena_printf(awi_arena(book->req),
                                             "%s_%.*s_%.*s",
                                             iam_kind_words[e->kind],
                                             AWI_STR_FMT(e->name),
                                             AWI_STR_FMT(e->inlined->items[i].Name));
        origin.policy = e->inlined->items[i].Name;
        r = add_from(book, id, e->inlined->items[i].Document, &origin);
    }
    for (size_t i = 0; r == 0 && i < e->attached->n; i++) {
        struct awi_str arn = e->attached->items[i], text;
        origin.policy = iam_policy_name(arn);
        origin.arn = arn;
        r = awi_managed_document(awi_request_txn(book->req), awi_arena(book->req), arn, &text);
        r = r ? r : add_from(book, origin.policy, text, &origin);
    }
    return r;
}

int iam_book_add_principal(struct iam_book *book, struct awi_str arn, struct iam_entity *ret)
{
    struct awi_iam_arn parts;
    struct iam_entity *group = awi_arena_new(awi_arena(book->req), struct iam_entity);
    int r;

    if (!group) {
        return -ENOMEM;
    }
    if (awi_iam_arn_parse(arn, &parts) || !awi_str_eq(parts.account, awi_account(book->req)) ||
        !(awi_str_is(parts.kind, "role") || awi_str_is(parts.kind, "user") ||
          awi_str_is(parts.kind, "group"))) {
        return awi_fail(book->req,
                        &iam_InvalidInputException_error,
                        "Invalid Entity Arn: %.*s does not clearly define entity type and name.",
                        AWI_STR_FMT(arn));
    }
    r = iam_entity_open(book->req,
                        awi_str_is(parts.kind, "role")   ? IAM_ROLE
                        : awi_str_is(parts.kind, "user") ? IAM_USER
                                                         : IAM_GROUP,
                        parts.name,
                        ret);
    r = r ? r : add_entity(book, ret);
    for (size_t i = 0; r == 0 && ret->kind == IAM_USER && i < ret->user.Groups.n; i++) {
        r = iam_entity_open(book->req, IAM_GROUP, ret->user.Groups.items[i], group);
        r = r ? r : add_entity(book, group);
    }
    return r;
}

/* --- Context keys ----------------------------------------------------------------------------- */

static int show_keys(struct iam_book *book, struct iam_GetContextKeysForPolicyResponse *out)
{
    size_t most = 0, n;

    for (size_t i = 0; i < book->n; i++) {
        awi_policy_keys(book->refs[i].policy, &n);
        most += n;
    }
    struct awi_str *names = awi_arena_array(awi_arena(book->req), struct awi_str, most);
    size_t found = 0;
    for (size_t i = 0; names && i < book->n; i++) {
        const struct awi_str *keys = awi_policy_keys(book->refs[i].policy, &n);
        for (size_t k = 0; k < n; k++) {
            size_t at = 0;
            while (at < found && !awi_str_eq_nocase(names[at], keys[k])) {
                at++;
            }
            names[at] = keys[k];
            found = at == found ? at + 1 : found;
        }
    }
    out->ContextKeyNames.items = names;
    out->ContextKeyNames.n = found;
    out->ContextKeyNames.set = true;
    return names ? 0 : -ENOMEM;
}

int iam_get_context_keys_for_custom_policy(
    struct awi_req *req,
    const struct iam_GetContextKeysForCustomPolicyRequest *in,
    struct iam_GetContextKeysForPolicyResponse *out)
{
    struct iam_book book = {.req = req};
    int r = iam_book_add_list(&book, "PolicyInputList", &in->PolicyInputList);

    return r ? r : show_keys(&book, out);
}

int iam_get_context_keys_for_principal_policy(
    struct awi_req *req,
    const struct iam_GetContextKeysForPrincipalPolicyRequest *in,
    struct iam_GetContextKeysForPolicyResponse *out)
{
    struct iam_book book = {.req = req};
    struct iam_entity e;
    int r = iam_book_add_principal(&book, in->PolicySourceArn, &e);

    r = r ? r : iam_book_add_list(&book, "PolicyInputList", &in->PolicyInputList);
    return r ? r : show_keys(&book, out);
}
