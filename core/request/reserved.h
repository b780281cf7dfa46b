/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that are no AWS API: the reserved host of harnesses, and the metadata and container
 * credential endpoints, whose answers are plain text and JSON, and the issuers of tokens.
 */
#pragma once

struct awi_req;

/* Fills the answer. AWI_HTTP_DONE or -errno. */
int awi_request_reserved(struct awi_req *req);
