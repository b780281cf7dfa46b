/* SPDX-License-Identifier: Apache-2.0 */
/* Notes who called what, for IAM's "last used": core/identity/use.h. */
#pragma once

#include "core/request/req.h"

/* After the request's transaction. Costs some 20 ns where the same use was noted within the last
 * minute, and never waits for another writer; what cannot be noted now is noted by a later call. */
void awi_request_note_use(struct awi_req *req);
