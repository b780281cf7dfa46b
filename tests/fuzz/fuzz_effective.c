/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of management policies: what is taken can be merged, the result is JSON without
 * operators, and a level that says the same twice, or nothing, changes nothing.
 */
#include "services/organizations/effective.h"

#include "core/policy/json.h"
#include "fuzz.h"

#define TYPE AWI_STR("TAG_POLICY")

static struct awi_str
merge(struct awi_arena *arena, const struct awi_organization_level *levels, size_t n)
{
    struct org_setting *root;
    struct awi_str text;
    size_t n_policies, n_given = 0;

    FUZZ_CHECK(org_effective_merge(arena, TYPE, levels, n, &root, &n_policies) == 0);
    FUZZ_CHECK(org_effective_text(arena, root, &text) == 0);
    for (size_t i = 0; i < n; i++) {
        n_given += levels[i].n;
    }
    FUZZ_CHECK(n_policies == n_given);
    return text;
}

static void check_shown(const struct awi_json *value)
{
    for (const struct awi_json *at = value->first; at; at = at->next) {
        FUZZ_CHECK(!awi_str_starts(at->name, AWI_STR("@@")));
        check_shown(at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_arena arena;
    struct awi_str text = awi_str_of(data, len);
    struct core_OrganizationPolicyRecord policies[] = {
        {.Id = AWI_STR("p-1"), .Content = text},
        {.Id = AWI_STR("p-2"), .Content = text},
    };
    struct awi_organization_level levels[] = {{.policies = policies, .n = 1}, {.n = 0}};
    struct awi_json_error error;
    const struct awi_json *tree;

    awi_arena_init(&arena, 64u << 20);
    int r = org_effective_check(&arena, TYPE, text);
    FUZZ_CHECK(r == 0 || r == 1);
    if (r == 0) {
        struct awi_str once = merge(&arena, levels, 1);
        FUZZ_CHECK(awi_json_read(&arena, once, &tree, &error) == 0);
        check_shown(tree);
        FUZZ_CHECK(awi_str_eq(merge(&arena, levels, 2), once));
        levels[0].n = 2;
        FUZZ_CHECK(awi_str_eq(merge(&arena, levels, 1), once));
    }
    awi_arena_deinit(&arena);
    return 0;
}
