/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The details of a refusal that EC2 appends to its message, for sts:DecodeAuthorizationMessage
 * (identity.md 8.7; STS API). They are sealed with a key of the state's, for the caller's account.
 */
#pragma once

#include "core/policy/policy.h"

struct awi_req;

/* Does AWS tell the details of this refusal? EC2's, but for Describe operations. */
bool awi_request_tells_details(const struct awi_req *req);

/* What DecodeAuthorizationMessage will show, JSON in the arena. 0 or -errno. */
int awi_request_details(struct awi_req *req,
                        const struct awi_policy_request *asked,
                        const struct awi_policy_decision *decision,
                        struct awi_str *ret);

/* Seals them. The request is over: its transaction is given up if the state has no key yet. */
int awi_request_seal_details(struct awi_req *req, struct awi_str details, struct awi_str *ret);
