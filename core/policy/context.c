/* SPDX-License-Identifier: Apache-2.0 */
/* The condition keys of a request: sorted once, then found by name without regard to case. */
#include "core/policy/internal.h"

#include <stdlib.h>

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static int cmp_nocase(struct awi_str a, struct awi_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;

    for (size_t i = 0; i < len; i++) {
        int r = lower(a.ptr[i]) - lower(b.ptr[i]);
        if (r != 0) {
            return r;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int cmp_entries(const void *a, const void *b)
{
    const struct awi_policy_key *x = a;
    const struct awi_policy_key *y = b;

    return cmp_nocase(x->name, y->name);
}

/* Stable for the short lists that requests have. */
static void sort_short(struct awi_policy_key *entries, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct awi_policy_key moved = entries[i];
        size_t at = i;
        while (at && cmp_nocase(entries[at - 1].name, moved.name) > 0) {
            entries[at] = entries[at - 1];
            at--;
        }
        entries[at] = moved;
    }
}

size_t awi_policy_context_sort(struct awi_policy_key *entries, size_t n)
{
    size_t kept = 0;

    if (n <= 64) {
        sort_short(entries, n);
    } else {
        /* glibc's qsort merges, which keeps equal names in order. */
        qsort(entries, n, sizeof(*entries), cmp_entries);
    }
    for (size_t i = 0; i < n; i++) {
        if (kept && cmp_nocase(entries[kept - 1].name, entries[i].name) == 0) {
            kept--;
        }
        entries[kept++] = entries[i];
    }
    return kept;
}

const struct awi_policy_key *awi_policy_context_find(const struct awi_policy_request *request,
                                                     struct awi_str name)
{
    size_t low = 0;
    size_t high = request->n_context;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct awi_policy_key *key = &request->context[middle];
        int r = cmp_nocase(name, key->name);
        if (r == 0) {
            return key->n ? key : NULL;
        }
        if (r < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
