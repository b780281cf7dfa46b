/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who acts by the permissions of a user, a role, a group or a managed policy: for reports on what
 * was last accessed.
 */
#pragma once

#include "services/iam/book.h"

struct iam_party {
    enum iam_kind kind; /* IAM_ROLE or IAM_USER */
    struct awi_str arn, name, id, path;
};

struct iam_parties {
    struct awi_req *req;
    struct iam_party *items;
    size_t n, room;
};

/*
 * The parties behind an ARN, each once (of a group its members; of a policy all who have it, those
 * of groups included), and the policies that count. >0: no such thing.
 */
int iam_parties_of(struct awi_req *req,
                   struct awi_str arn,
                   struct iam_parties *ret,
                   struct iam_book *ret_policies);
