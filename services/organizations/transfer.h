/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers of responsibility: the management account of one organization (the target) is to manage
 * the bills of another's (the source). The target invites, the source accepts, either withdraws.
 * Nothing is billed here: the agreement is what there is.
 *
 * Like handshakes they belong to both sides and lie globally, account "":
 *     "transfer"   struct organizations_TransferRecord under rt-...
 *     "transferof" under AWI_KEY(account, "inbound" or "outbound", id): nothing
 * transfer.c keeps and shows them, transfer_agree.c is what is done with them.
 */
#pragma once

#include "services/organizations/handshake.h"

#define ORG_INBOUND  "inbound"  /* of the target */
#define ORG_OUTBOUND "outbound" /* of the source */

/* REQUESTED, or what became of its handshake, or WITHDRAWN. */
int org_transfer_status(struct awi_req *req,
                        const struct organizations_TransferRecord *record,
                        struct awi_str *ret);
/* One in which the caller has a part: >0 ResponsibilityTransferNotFoundException. */
int org_transfer_open(struct awi_req *req,
                      struct awi_str id,
                      struct org *org,
                      struct organizations_TransferRecord *ret);
/* Has the account a transfer of this direction, besides the one with this id, that was accepted and
 * has not ended? source absent: from anybody. */
int org_transfer_find(struct awi_req *req,
                      struct awi_str account,
                      const char *direction,
                      struct awi_str source,
                      struct awi_str besides,
                      bool *ret);
int org_transfer_answer(struct awi_req *req,
                        const struct org *org,
                        const struct organizations_TransferRecord *record,
                        struct organizations_ResponsibilityTransfer **ret);
