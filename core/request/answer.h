/* SPDX-License-Identifier: Apache-2.0 */
/* From a request's outcome to the HTTP answer, in the protocol the caller speaks. */
#pragma once

struct awi_req;

/* The output, or the error that was placed. 0 or -errno. */
int awi_request_answer(struct awi_req *req);

/* Our own fault: a 500 whose message names the cause. error: -errno; req->error.message, if it is
 * set, says more. */
int awi_request_answer_fault(struct awi_req *req, int error);
