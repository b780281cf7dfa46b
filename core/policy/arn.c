/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARNs: six parts, the sixth takes the rest, and patterns over them that are matched part by part,
 * so that a star never crosses a colon before the sixth (4.4, 5.7).
 */
#include "core/policy/internal.h"

#include <errno.h>

bool awi_policy_arn_split(struct awi_str text, struct arn *ret)
{
    struct awi_str rest = text;

    for (int i = 0; i < ARN_PARTS - 1; i++) {
        ptrdiff_t colon = awi_str_find(rest, ':');
        if (colon < 0) {
            return false;
        }
        ret->part[i] = awi_str_head(rest, (size_t)colon);
        rest = awi_str_skip(rest, (size_t)colon + 1);
    }
    ret->part[ARN_PARTS - 1] = rest;
    return true;
}

static int compile_parts(struct awi_arena *arena,
                         const struct arn *arn,
                         unsigned last_flags,
                         struct arn_glob *ret)
{
    ret->split = true;
    for (int i = 0; i < ARN_PARTS; i++) {
        unsigned flags = i < ARN_PARTS - 1 ? GLOB_WILDCARDS : last_flags;
        int r = awi_policy_glob_compile(arena, arn->part[i], flags, &ret->part[i]);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

int awi_policy_arn_glob_resource(struct awi_arena *arena,
                                 struct awi_str text,
                                 bool variables,
                                 struct arn_glob *ret)
{
    unsigned flags = GLOB_WILDCARDS | (variables ? GLOB_VARIABLES : 0);
    struct arn arn;

    *ret = (struct arn_glob){.any = awi_str_is(text, "*")};
    if (ret->any) {
        return 0;
    }
    if (awi_policy_arn_split(text, &arn)) {
        return compile_parts(arena, &arn, flags, ret);
    }
    return awi_policy_glob_compile(arena, text, flags, &ret->whole);
}

int awi_policy_arn_glob_condition(struct awi_arena *arena,
                                  struct awi_str text,
                                  bool variables,
                                  struct arn_glob *ret)
{
    struct arn arn;

    *ret = (struct arn_glob){0};
    if (variables && awi_str_search(text, AWI_STR("${")) >= 0) {
        return awi_policy_glob_compile(arena, text, GLOB_WILDCARDS | GLOB_VARIABLES, &ret->whole);
    }
    /* Fewer than six parts: matches nothing, which an empty pattern without parts does. */
    return awi_policy_arn_split(text, &arn) ? compile_parts(arena, &arn, GLOB_WILDCARDS, ret) : 0;
}

static bool match_parts(const struct arn_glob *glob,
                        const struct arn *split,
                        const struct awi_policy_request *request)
{
    /* From the end: that is where ARNs differ. */
    for (int i = ARN_PARTS - 1; i >= 0; i--) {
        if (!awi_policy_glob_match(&glob->part[i], split->part[i], false, request)) {
            return false;
        }
    }
    return true;
}

bool awi_policy_arn_glob_match_resource(const struct arn_glob *glob,
                                        struct awi_str text,
                                        const struct arn *split,
                                        const struct awi_policy_request *request)
{
    if (glob->any) {
        return true;
    }
    if (split) {
        return glob->split && match_parts(glob, split, request);
    }
    return !glob->split && !awi_str_is(text, "*") &&
           awi_policy_glob_match(&glob->whole, text, false, request);
}

bool awi_policy_arn_glob_match_condition(const struct arn_glob *glob,
                                         struct awi_str text,
                                         const struct awi_policy_request *request)
{
    struct arn split;

    if (!awi_policy_arn_split(text, &split)) {
        return false;
    }
    return glob->split ? match_parts(glob, &split, request)
                       : awi_policy_glob_match_parts(&glob->whole, &split, request);
}
