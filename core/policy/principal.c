/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Principals: how an entry of a policy names a caller, and what that is worth (1.7, 4.6, 4.8); and
 * what a caller is, read from its ARN.
 */
#include "core/policy/internal.h"

#include <errno.h>

/* --- Entries ---------------------------------------------------------------------------------- */

static bool is_unique_id(struct awi_str text)
{
    return awi_str_starts(text, AWI_STR("AIDA")) || awi_str_starts(text, AWI_STR("AROA"));
}

static void read_aws(struct awi_str text, struct principal *ret)
{
    struct arn arn;

    *ret = (struct principal){PRINCIPAL_NOBODY, text};
    if (awi_str_is(text, "*")) {
        ret->kind = PRINCIPAL_ANY;
    } else if (awi_str_is_account(text)) {
        ret->kind = PRINCIPAL_ACCOUNT;
    } else if (awi_policy_arn_split(text, &arn)) {
        ret->kind = PRINCIPAL_ARN;
        if (awi_str_is(arn.part[2], "iam") && awi_str_is(arn.part[5], "root")) {
            *ret = (struct principal){PRINCIPAL_ACCOUNT, arn.part[4]};
        }
    } else if (is_unique_id(text)) {
        ret->kind = PRINCIPAL_UNIQUE_ID;
    }
}

void awi_policy_principal_read(struct awi_str type, struct awi_str text, struct principal *ret)
{
    if (awi_str_is(type, "AWS")) {
        read_aws(text, ret);
        return;
    }
    *ret = (struct principal){awi_str_is(type, "Service")         ? PRINCIPAL_SERVICE
                              : awi_str_is(type, "Federated")     ? PRINCIPAL_FEDERATED
                              : awi_str_is(type, "CanonicalUser") ? PRINCIPAL_CANONICAL
                                                                  : PRINCIPAL_NOBODY,
                              text};
}

/* --- Naming ----------------------------------------------------------------------------------- */

static bool same_set(struct awi_str a, struct awi_str b)
{
    return awi_str_is_set(a) && awi_str_is_set(b) && awi_str_eq(a, b);
}

static bool is_session(const struct awi_policy_caller *caller)
{
    return caller->type == AWI_CALLER_ROLE || caller->type == AWI_CALLER_FEDERATED;
}

static enum naming arn_names(struct awi_str arn, const struct awi_policy_caller *caller)
{
    if (caller->type == AWI_CALLER_SERVICE || caller->type == AWI_CALLER_PROVIDER ||
        caller->type == AWI_CALLER_ANONYMOUS) {
        return NAMED_NOT;
    }
    /* The issuer first: a role asking by its own ARN is no session that could be named. */
    if (is_session(caller) && same_set(arn, caller->issuer_arn)) {
        return NAMED_ISSUER;
    }
    return same_set(arn, caller->arn) ? NAMED_DIRECTLY : NAMED_NOT;
}

static enum naming entry_names(const struct principal *entry,
                               const struct awi_policy_caller *caller)
{
    switch (entry->kind) {
    case PRINCIPAL_ANY:
        return NAMED_DIRECTLY;
    case PRINCIPAL_ACCOUNT:
        return same_set(entry->text, caller->account) ? NAMED_ACCOUNT : NAMED_NOT;
    case PRINCIPAL_ARN:
        return arn_names(entry->text, caller);
    case PRINCIPAL_UNIQUE_ID:
        if (!same_set(entry->text, caller->unique_id)) {
            return NAMED_NOT;
        }
        return is_session(caller) ? NAMED_ISSUER : NAMED_DIRECTLY;
    case PRINCIPAL_SERVICE:
        return caller->type == AWI_CALLER_SERVICE && awi_str_eq(entry->text, caller->arn)
                   ? NAMED_DIRECTLY
                   : NAMED_NOT;
    case PRINCIPAL_FEDERATED:
        return caller->type == AWI_CALLER_PROVIDER && awi_str_eq(entry->text, caller->arn)
                   ? NAMED_DIRECTLY
                   : NAMED_NOT;
    case PRINCIPAL_CANONICAL:
        return same_set(entry->text, caller->canonical_id) ? NAMED_ACCOUNT : NAMED_NOT;
    case PRINCIPAL_NOBODY:
        break;
    }
    return NAMED_NOT;
}

enum naming awi_policy_principal_names(const struct principal *list,
                                       size_t n,
                                       const struct awi_policy_caller *caller)
{
    enum naming best = NAMED_NOT;

    for (size_t i = 0; i < n && best < NAMED_DIRECTLY; i++) {
        enum naming naming = entry_names(&list[i], caller);
        if (naming > best) {
            best = naming;
        }
    }
    return best;
}

bool awi_policy_principal_spares(const struct principal *list,
                                 size_t n,
                                 const struct awi_policy_caller *caller)
{
    bool listed[NAMED_DIRECTLY + 1] = {false};

    for (size_t i = 0; i < n; i++) {
        if (list[i].kind == PRINCIPAL_ANY) {
            return true;
        }
        listed[entry_names(&list[i], caller)] = true;
    }
    switch (caller->type) {
    case AWI_CALLER_ROOT:
        return listed[NAMED_ACCOUNT];
    case AWI_CALLER_USER:
        return listed[NAMED_DIRECTLY] && listed[NAMED_ACCOUNT];
    case AWI_CALLER_ROLE:
    case AWI_CALLER_FEDERATED:
        return listed[NAMED_DIRECTLY] && listed[NAMED_ACCOUNT] &&
               (listed[NAMED_ISSUER] || !awi_str_is_set(caller->issuer_arn));
    case AWI_CALLER_SERVICE:
    case AWI_CALLER_PROVIDER:
    case AWI_CALLER_ANONYMOUS:
        break;
    }
    return listed[NAMED_DIRECTLY];
}

/* --- Callers ---------------------------------------------------------------------------------- */

/* ".../ROLE/SESSION" of an assumed-role ARN: the role's ARN without a path. */
static int read_session(struct awi_arena *arena,
                        const struct arn *arn,
                        struct awi_str role_arn,
                        struct awi_policy_caller *ret)
{
    struct awi_str rest = awi_str_skip(arn->part[5], strlen("assumed-role/"));
    struct awi_str role = AWI_STR_NULL;

    if (!awi_str_cut(&rest, '/', &role) || role.len == 0 || rest.len == 0) {
        return -EINVAL;
    }
    ret->type = AWI_CALLER_ROLE;
    ret->issuer_arn = role_arn;
    if (!awi_str_is_set(role_arn)) {
        ret->issuer_arn = awi_arena_printf(arena,
                                           "arn:%.*s:iam::%.*s:role/%.*s",
                                           AWI_STR_FMT(arn->part[1]),
                                           AWI_STR_FMT(arn->part[4]),
                                           AWI_STR_FMT(role));
    }
    return awi_str_is_set(ret->issuer_arn) ? 0 : -ENOMEM;
}

int awi_policy_caller_read(struct awi_arena *arena,
                           struct awi_str text,
                           struct awi_str role_arn,
                           struct awi_policy_caller *ret)
{
    struct awi_policy_caller caller = {.type = AWI_CALLER_ANONYMOUS, .arn = text};
    struct arn arn;

    if (awi_str_is(text, "*")) {
        *ret = caller;
        return 0;
    }
    if (!awi_str_starts(text, AWI_STR("arn:"))) {
        caller.type = AWI_CALLER_SERVICE;
        *ret = caller;
        return awi_str_find(text, '.') > 0 ? 0 : -EINVAL;
    }
    if (!awi_policy_arn_split(text, &arn) || !awi_str_is_account(arn.part[4])) {
        return -EINVAL;
    }
    bool iam = awi_str_is(arn.part[2], "iam");
    bool sts = awi_str_is(arn.part[2], "sts");
    caller.account = arn.part[4];
    if (iam && awi_str_is(arn.part[5], "root")) {
        caller.type = AWI_CALLER_ROOT;
    } else if (iam && awi_str_starts(arn.part[5], AWI_STR("user/"))) {
        caller.type = AWI_CALLER_USER;
    } else if (iam && awi_str_starts(arn.part[5], AWI_STR("role/"))) {
        caller.type = AWI_CALLER_ROLE;
        caller.issuer_arn = text;
    } else if (sts && awi_str_starts(arn.part[5], AWI_STR("federated-user/"))) {
        caller.type = AWI_CALLER_FEDERATED;
    } else if (sts && awi_str_starts(arn.part[5], AWI_STR("assumed-role/"))) {
        int r = read_session(arena, &arn, role_arn, &caller);
        if (r < 0) {
            return r;
        }
    } else {
        return -EINVAL;
    }
    *ret = caller;
    return 0;
}
