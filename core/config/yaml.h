/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text into a small tree with line numbers: the part of YAML that configuration needs. One
 * document, string keys, scalars as they are written (nothing is turned into numbers or truth
 * values), no aliases and no tags but !!str.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stddef.h>

enum awi_yaml_kind { AWI_YAML_SCALAR, AWI_YAML_LIST, AWI_YAML_MAP };

struct awi_yaml {
    enum awi_yaml_kind kind;
    unsigned line;       /* from 1 */
    bool quoted;         /* SCALAR: in quotes, as a block, or tagged !!str */
    struct awi_str text; /* SCALAR */
    struct awi_str key;  /* the name of an entry of a MAP */
    unsigned key_line;
    struct awi_yaml *child; /* LIST, MAP: the first; then along next, in the file's order */
    struct awi_yaml *next;
    size_t n; /* LIST, MAP: children */
};

/*
 * Everything lies in the arena. 0: *ret is the tree, NULL when the text holds no value; 1: the text
 * is no such YAML, *ret_line and *ret_problem say where and why ("found ..., expected ...");
 * -ENOMEM.
 */
int awi_yaml_parse(struct awi_arena *arena,
                   struct awi_str text,
                   struct awi_yaml **ret,
                   unsigned *ret_line,
                   struct awi_str *ret_problem);
