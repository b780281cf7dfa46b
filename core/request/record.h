/* SPDX-License-Identifier: Apache-2.0 */
/* Notes a finished request in the call log and the log file. */
#pragma once

struct awi_req;

void awi_request_record(struct awi_req *req);
