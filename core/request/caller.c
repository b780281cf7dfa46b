/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/caller.h"

#include "core/identity/account.h"

#include <errno.h>

static enum awi_policy_caller_type caller_type(enum awi_principal_type type)
{
    static const enum awi_policy_caller_type types[] = {
        [AWI_PRINCIPAL_ROOT] = AWI_CALLER_ROOT,
        [AWI_PRINCIPAL_USER] = AWI_CALLER_USER,
        [AWI_PRINCIPAL_ROLE] = AWI_CALLER_ROLE,
        [AWI_PRINCIPAL_FEDERATED] = AWI_CALLER_FEDERATED,
        [AWI_PRINCIPAL_ANONYMOUS] = AWI_CALLER_ANONYMOUS,
        [AWI_PRINCIPAL_SERVICE] = AWI_CALLER_SERVICE,
    };

    return types[type];
}

void awi_caller_begin(const struct awi_principal *who, struct awi_policy_caller *ret)
{
    struct awi_str id = who->user_id;
    struct awi_str head;

    awi_str_cut(&id, ':', &head);
    *ret = (struct awi_policy_caller){
        .type = caller_type(who->type),
        .account = who->account,
        .arn = who->arn,
        .issuer_arn = who->issuer_arn,
        .unique_id = head,
    };
    if (who->type == AWI_PRINCIPAL_ANONYMOUS) {
        ret->account = AWI_STR_NULL;
        ret->arn = AWI_STR("*");
    }
}

int awi_caller_know(struct awi_arena *arena,
                    struct awi_str policy,
                    struct awi_policy_caller *caller)
{
    if (!awi_str_is_set(caller->account) || awi_str_is_set(caller->canonical_id) ||
        awi_str_search(policy, AWI_STR("CanonicalUser")) < 0) {
        return 0;
    }
    caller->canonical_id = awi_account_canonical_id(arena, caller->account);
    return caller->canonical_id.ptr ? 0 : -ENOMEM;
}
