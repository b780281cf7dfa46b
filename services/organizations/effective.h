/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Management policies (tags, backup, AI opt-out, chat, declarative ones ...): their syntax, and how
 * those on an account's path become its effective policy (Organizations user guide, "Inheritance
 * operators", "Inheritance examples").
 *
 * Levels are merged from the root down. A level's first @@assign of a setting, in the order of
 * attachment, counts; what all of its policies append and remove is then done. What policies of
 * upper levels allow to lower ones (@@operators_allowed_for_child_policies) can only become less;
 * of one level the intersection counts. Where an object does not allow @@assign nor @@append,
 * lower levels cannot add settings to it.
 */
#pragma once

#include "services/organizations/organizations.h"

/* A setting of an effective policy: an object with settings below it, or a value. */
struct org_setting;

/* Is this a type of which there are effective policies? */
bool org_is_management_type(struct awi_str type);

/* Operators that set values, as a set. */
enum {
    ORG_ASSIGN = 1 << 0,
    ORG_APPEND = 1 << 1,
    ORG_REMOVE = 1 << 2,
    ORG_ALL = ORG_ASSIGN | ORG_APPEND | ORG_REMOVE,
};
#define ORG_CHILD_CONTROL "@@operators_allowed_for_child_policies"
/* Is this an operator, or @@all or @@none? *ret_bits is the set that it names. */
bool org_operator(struct awi_str name, unsigned *ret_bits);

/* 1: the document is none of this type; 0; -errno. */
int org_effective_check(struct awi_arena *arena, struct awi_str type, struct awi_str content);

/* Merges the policies of the levels from the root down. *ret_policies: how many there were. */
int org_effective_merge(struct awi_arena *arena,
                        struct awi_str type,
                        const struct awi_organization_level *levels,
                        size_t n,
                        struct org_setting **ret,
                        size_t *ret_policies);
/* As JSON, without operators. */
int org_effective_text(struct awi_arena *arena,
                       const struct org_setting *root,
                       struct awi_str *ret);
/* What of it its service could not enforce. */
int org_effective_errors(struct awi_arena *arena,
                         struct awi_str type,
                         const struct org_setting *root,
                         struct organizations_EffectivePolicyValidationErrors *ret);

/* Of effective.c and effective_check.c. */
struct org_setting {
    struct awi_str name;
    struct org_setting *first, *next;
    unsigned allowed; /* operators, to lower levels */
    bool is_list;
    bool has_value;
    struct awi_str *values; /* JSON, one where it is no list */
    size_t n;
    const struct awi_str *policies; /* ids of those that set it */
    size_t n_policies;
    struct org_pending *pending; /* what the level that is being read says */
};

/* Has it neither values nor settings with some? Such are not shown. */
bool org_setting_is_empty(const struct org_setting *setting);
