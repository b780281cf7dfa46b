/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ListPoliciesGrantingServiceAccess: which policies of a user, group or role are about a service.
 */
#include "services/iam/book.h"

#include <errno.h>

static struct awi_str type_of(enum iam_kind kind)
{
    return kind == IAM_ROLE   ? AWI_STR("ROLE")
           : kind == IAM_USER ? AWI_STR("USER")
                              : AWI_STR("GROUP");
}

static int list(const struct iam_book *book,
                struct awi_str service,
                struct iam_ListPoliciesGrantingServiceAccessEntry *ret)
{
    struct iam_PolicyGrantingServiceAccess *items =
        awi_arena_array(awi_arena(book->req), struct iam_PolicyGrantingServiceAccess, book->n);
    size_t n = 0;

    for (size_t i = 0; items && i < book->n; i++) {
        const struct iam_origin *origin = &book->origins[i];
        struct awi_policy_set one = {.items = &book->refs[i], .n = 1};
        bool inlined = !awi_str_is_set(origin->arn);
        if (!awi_policy_reaches_service(&one, service)) {
            continue;
        }
        items[n++] = (struct iam_PolicyGrantingServiceAccess){
            .PolicyName = origin->policy,
            .PolicyType = inlined ? AWI_STR("INLINE") : AWI_STR("MANAGED"),
            .PolicyArn = origin->arn,
            .EntityType = inlined ? type_of(origin->kind) : AWI_STR_NULL,
            .EntityName = inlined ? origin->owner : AWI_STR_NULL,
        };
    }
    ret->ServiceNamespace = service;
    ret->Policies.items = items;
    ret->Policies.n = n;
    ret->Policies.set = true;
    return items ? 0 : -ENOMEM;
}

int iam_list_policies_granting(struct awi_req *req,
                               const struct iam_ListPoliciesGrantingServiceAccessRequest *in,
                               struct iam_ListPoliciesGrantingServiceAccessResponse *out)
{
    struct iam_book book = {.req = req};
    struct iam_entity *e = awi_arena_new(awi_arena(req), struct iam_entity);
    struct iam_page page;
    size_t first = 0, count = 0;
    int r =
        e ? iam_page_begin(req, in->Marker, (struct awi_opt_i32){.set = false}, &page) : -ENOMEM;

    r = r ? r : iam_book_add_principal(&book, in->Arn, e);
    r = r ? r : iam_page_slice(req, &page, in->ServiceNamespaces.n, &first, &count);
    out->PoliciesGrantingServiceAccess.items =
        awi_arena_array(awi_arena(req), struct iam_ListPoliciesGrantingServiceAccessEntry, count);
    r = r ? r : out->PoliciesGrantingServiceAccess.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = list(&book,
                 in->ServiceNamespaces.items[first + i],
                 &out->PoliciesGrantingServiceAccess.items[i]);
    }
    out->PoliciesGrantingServiceAccess.n = count;
    out->PoliciesGrantingServiceAccess.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}
