/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refusals before any policy is read. Each is noted in the request for the call log, and made where
 * permissions are enforced: 0 go on, 1 refused, -errno.
 */
#pragma once

struct awi_req;

#define AWI_UNREFUSED 2

/* What temporary credentials may not do by their kind; AWI_UNREFUSED: they may. */
int awi_refuse_kind(struct awi_req *req);
/* An operation that nobody knows the permissions of. */
int awi_refuse_unmapped(struct awi_req *req);
