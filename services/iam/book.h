/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies that a simulation asks about.
 */
#pragma once

#include "services/iam/iam.h"

#include "core/policy/policy.h"

/* Where a policy of a principal comes from. */
struct iam_origin {
    struct awi_str policy; /* its name */
    struct awi_str arn;    /* of a managed one; absent: it is inline */
    enum iam_kind kind;    /* whose it is */
    struct awi_str owner;
};

/* The policies that are asked about, the texts they were compiled from, and, of those of
 * principals, where they come from. */
struct iam_book {
    struct awi_req *req;
    struct awi_policy_ref *refs;
    struct awi_str *texts;
    struct iam_origin *origins;
    size_t n, room;
};

/* >0: the text is no policy. */
int iam_book_add(struct iam_book *book, struct awi_str id, struct awi_str text);
/* Policies of an input, named after its member and their place in it. */
int iam_book_add_list(struct iam_book *book,
                      const char *name,
                      const struct iam_SimulationPolicyListType *list);
/* Policies of a principal, and of the groups that a user is in. >0: there is none such. */
int iam_book_add_principal(struct iam_book *book, struct awi_str arn, struct iam_entity *ret);
