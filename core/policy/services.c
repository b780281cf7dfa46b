/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services policies are about at all, as IAM's reports on access ask. Conditions and
 * resources are left aside.
 */
#include "core/policy/internal.h"

#define LONGEST 63 /* of "service:" */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * Does the pattern match a text that begins with head, whatever follows? Each bit of `at` is a
 * place in head that a beginning of the pattern may have come to.
 */
static bool begins(const struct glob *glob, struct awi_str head)
{
    uint64_t all = (UINT64_C(2) << head.len) - 1, end = UINT64_C(1) << head.len, at = 1;

    for (unsigned i = 0; i < glob->n && at && !(at & end); i++) {
        const struct piece *piece = &glob->pieces[i];
        if (piece->kind == PIECE_STAR) {
            at = all & ~((at & -at) - 1);
        } else if (piece->kind == PIECE_ONE) {
            at <<= 1;
        }
        for (size_t c = 0; piece->kind == PIECE_TEXT && c < piece->text.len && !(at & end); c++) {
            uint64_t next = 0;
            for (size_t p = 0; p < head.len; p++) {
                if ((at >> p & 1) && lower(head.ptr[p]) == lower(piece->text.ptr[c])) {
                    next |= UINT64_C(2) << p;
                }
            }
            at = next;
        }
    }
    return (at & end) != 0;
}

/* Does it match every action of the service? */
static bool covers(const struct glob *glob, struct awi_str head)
{
    return glob->n && glob->pieces[glob->n - 1].kind == PIECE_STAR && begins(glob, head) &&
           awi_policy_glob_match(glob, head, true, NULL);
}

static bool any(const struct statement *statement,
                struct awi_str head,
                bool (*test)(const struct glob *glob, struct awi_str head))
{
    for (size_t i = 0; i < statement->n_actions; i++) {
        if (test(&statement->actions[i], head)) {
            return true;
        }
    }
    return false;
}

static bool allows_some(const struct statement *statement, struct awi_str head)
{
    return statement->effect == EFFECT_ALLOW && statement->n_actions &&
           (statement->not_action ? !any(statement, head, covers) : any(statement, head, begins));
}

/* All of the service, everywhere and always. */
static bool denies_all(const struct statement *statement, struct awi_str head)
{
    bool everywhere = !statement->has_resource;

    for (size_t i = 0; !statement->not_resource && i < statement->n_resources; i++) {
        everywhere = everywhere || statement->resources[i].any;
    }
    return statement->effect == EFFECT_DENY && statement->n_actions && everywhere &&
           statement->n_conditions == 0 &&
           (statement->not_action ? !any(statement, head, begins) : any(statement, head, covers));
}

bool awi_policy_reaches_service(const struct awi_policy_set *set, struct awi_str service)
{
    char text[LONGEST + 1];
    bool reached = false;

    if (service.len >= LONGEST) {
        return false;
    }
    memcpy(text, service.ptr, service.len);
    text[service.len] = ':';
    struct awi_str head = awi_str_of(text, service.len + 1);
    for (size_t i = 0; i < set->n; i++) {
        const struct awi_policy *policy = set->items[i].policy;
        for (size_t s = 0; s < policy->n; s++) {
            if (denies_all(&policy->statements[s], head)) {
                return false;
            }
            reached = reached || allows_some(&policy->statements[s], head);
        }
    }
    return reached;
}
