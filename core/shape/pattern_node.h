/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed pattern, between its parser and its matcher. */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

enum awi_pattern_kind {
    AWI_PATTERN_SET,
    AWI_PATTERN_GROUP,
    AWI_PATTERN_REPEAT,
    AWI_PATTERN_BEGIN,
    AWI_PATTERN_END,
    AWI_PATTERN_AHEAD
};

struct awi_pattern_range {
    int32_t low;
    int32_t high;
    struct awi_pattern_range *next;
};

struct awi_pattern_node {
    enum awi_pattern_kind kind;
    bool negated;                         /* SET, AHEAD */
    struct awi_pattern_range *ranges;     /* SET */
    struct awi_pattern_node *child;       /* REPEAT: what; GROUP, AHEAD: first alternative */
    struct awi_pattern_node *alternative; /* of the first node of an alternative: the next one */
    struct awi_pattern_node *next;        /* what follows within the alternative; NULL: its end */
    bool empty;                           /* a node that only begins an empty alternative */
    uint32_t min;
    uint32_t max;
};

/* 0; -ENOMEM; -ENOSYS: something in it is not understood. */
int awi_pattern_parse(struct awi_arena *arena,
                      struct awi_str pattern,
                      const struct awi_pattern_node **ret);
