/* SPDX-License-Identifier: Apache-2.0 */
/* Asks what an operation needs permission for, and whether the caller has it. */
#pragma once

struct awi_req;

/*
 * 0: go on (allowed, or not enforced); 1: refused, the error is placed; -errno. What was asked and
 * decided is noted in the request for the call log.
 */
int awi_request_authorize(struct awi_req *req);
