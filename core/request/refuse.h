/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refusals before any policy is read. Each is noted in the request for the call log, and made where
 * permissions are enforced: 0 go on, 1 refused, -errno.
 */
#pragma once

#include "core/auth/refusal.h"

struct awi_req;

#define AWI_UNREFUSED 2

/* What temporary credentials may not do by their kind; AWI_UNREFUSED: they may. */
int awi_refuse_kind(struct awi_req *req);
/*
 * A caller who is not known, or whose signature is not right: refused in every mode. message: what
 * it is told, absent: the usual words. why: what only the log tells; absent: the message.
 */
int awi_refuse_caller(struct awi_req *req,
                      enum awi_refusal refusal,
                      struct awi_str message,
                      struct awi_str why);
/* The members of S3's answer to such a caller: struct core_S3RefusalRecord, in the arena; NULL: no
 * memory. */
const void *awi_refuse_s3(struct awi_req *req, enum awi_refusal refusal);
/* An operation that nobody knows the permissions of. */
int awi_refuse_unmapped(struct awi_req *req);
