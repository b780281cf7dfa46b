/* SPDX-License-Identifier: Apache-2.0 */
/* Policy documents: reading, compiling, the strict grammars, and a decision over what came out. */
#include "core/policy/policy.h"
#include "fuzz.h"

static void validate(struct awi_arena *arena, struct awi_str text)
{
    static const enum awi_policy_kind kinds[] = {
        AWI_POLICY_IDENTITY, AWI_POLICY_RESOURCE, AWI_POLICY_TRUST, AWI_POLICY_SCP, AWI_POLICY_RCP};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct awi_str reason = AWI_STR_NULL;
        const struct awi_policy *policy;
        struct awi_policy_error error;
        int r = awi_policy_validate(arena, kinds[i], text, &reason);
        FUZZ_CHECK(r == 0 || (r == 1 && reason.len > 0));
        /* What the strict grammar takes the lenient one does too. */
        FUZZ_CHECK(r == 1 || text.len > AWI_POLICY_LONGEST ||
                   awi_policy_compile(arena, text, &policy, &error) == 0);
    }
}

static void decide(struct awi_arena *arena, const struct awi_policy *policy)
{
    static const char *const callers[] = {"arn:aws:iam::111122223333:user/alice",
                                          "arn:aws:sts::111122223333:assumed-role/dev/s1",
                                          "arn:aws:iam::111122223333:root",
                                          "sns.amazonaws.com",
                                          "*"};
    struct awi_str values[] = {AWI_STR_INIT("alice"), AWI_STR_INIT("203.0.113.7")};
    struct awi_policy_key context[] = {{AWI_STR_INIT("aws:SourceIp"), &values[1], 1, false},
                                       {AWI_STR_INIT("aws:TagKeys"), values, 2, true},
                                       {AWI_STR_INIT("aws:username"), values, 1, false}};
    struct awi_policy_ref ref = {.policy = policy};
    struct awi_policy_layers layers = {
        .identity = {&ref, 1}, .resource = &ref, .boundary = &ref, .session = {&ref, 1}};
    struct awi_policy_request request = {
        .action = AWI_STR("s3:GetObject"),
        .resource = AWI_STR("arn:aws:s3:::data/alice/x"),
        .context = context,
        .n_context = awi_policy_context_sort(context, 3),
    };

    for (size_t i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
        struct awi_policy_decision decision;
        struct awi_policy_match matches[4];
        struct awi_str keys[4];
        struct awi_buf text = AWI_BUF_INIT(1 << 20);
        FUZZ_CHECK(awi_policy_caller_read(
                       arena, awi_str_from(callers[i]), AWI_STR_NULL, &request.caller) == 0);
        awi_policy_evaluate(&layers, &request, &decision);
        size_t n = awi_policy_matches(&layers, &request, &decision, matches, 4);
        FUZZ_CHECK(decision.verdict != AWI_EXPLICIT_DENY || n > 0);
        FUZZ_CHECK(decision.verdict != AWI_IMPLICIT_DENY || n == 0);
        awi_policy_missing(&layers, &request, keys, 4);
        awi_policy_message(&layers, &request, &decision, AWI_MESSAGE_POLICY_ARN, &text);
        FUZZ_CHECK((text.len > 0) == (decision.verdict != AWI_ALLOWED));
        awi_buf_deinit(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_str text = awi_str_of(data, len);
    const struct awi_policy *policy;
    struct awi_policy_error error = {0};
    struct awi_arena arena;

    awi_arena_init(&arena, (size_t)1 << 28);
    int r = awi_policy_compile(&arena, text, &policy, &error);
    FUZZ_CHECK(r != 0 || policy != NULL);
    if (r == 0) {
        decide(&arena, policy);
    }
    validate(&arena, text);
    awi_policy_size(text);
    awi_arena_deinit(&arena);
    return 0;
}
