/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes between accounts and organizations (identity.md 7.12). They belong to both sides, so
 * they lie globally, account "":
 *     "handshake"    struct organizations_HandshakeRecord under h-...
 *     "handshakeof"  under AWI_KEY(party, id): nothing; the party is an organization or an account
 * handshake.c keeps and shows them, invite.c and transfer.c make them, agree.c is the answers.
 */
#pragma once

#include "services/organizations/organizations.h"

#define ORG_INVITE   "INVITE"
#define ORG_ENABLE   "ENABLE_ALL_FEATURES"
#define ORG_APPROVE  "APPROVE_ALL_FEATURES"
#define ORG_TRANSFER "TRANSFER_RESPONSIBILITY"

#define ORG_INVITE_DAYS 15

struct awi_scope org_handshake_scope(struct awi_req *req);

/* -ENOENT. State is as it is now: EXPIRED when its time is over. */
int org_handshake_get(struct awi_req *req,
                      struct awi_str id,
                      struct organizations_HandshakeRecord *ret);
/* Writes it, and notes it with its parties. */
int org_handshake_put(struct awi_req *req, const struct organizations_HandshakeRecord *record);
/* A new one between the organization and record->Account (absent: nobody), good for so many days.
 * Fills Id, parties and times. */
int org_handshake_new(struct awi_req *req,
                      const struct org *org,
                      int days,
                      struct organizations_HandshakeRecord *record);
int org_handshake_show(struct awi_req *req,
                       const struct organizations_HandshakeRecord *record,
                       struct organizations_Handshake *ret);
bool org_handshake_is_open(const struct organizations_HandshakeRecord *record);

/* Calls seen for every handshake of a party (organization or account). Stops at what is not 0. */
int org_handshake_each(struct awi_req *req,
                       struct awi_str party,
                       int (*seen)(void *arg, struct organizations_HandshakeRecord *record),
                       void *arg);

/* --- invite.c -------------------------------------------------------------------------------- */
/* A HandshakeConstraintViolationException with a Reason of the model, a DuplicateHandshake... */
int org_handshake_constraint(struct awi_req *req, const char *reason, const char *message);
int org_handshake_duplicate(struct awi_req *req);
int org_handshake_answer(struct awi_req *req,
                         const struct organizations_HandshakeRecord *record,
                         struct organizations_Handshake **ret);
/* Which account is meant; absent: an address that nobody has gets its letter all the same. */
int org_handshake_target(struct awi_req *req,
                         const struct org *org,
                         const struct organizations_HandshakeParty *target,
                         struct awi_str *ret);
/* Has the organization an open handshake of this action with this target, or its account? */
int org_handshake_find_open(struct awi_req *req,
                            const struct org *org,
                            const char *action,
                            struct awi_str target,
                            struct awi_str account,
                            bool *ret);
/* A member approves of all features: the last approval lets the management account finish. */
int org_approve_features(struct awi_req *req, const struct organizations_HandshakeRecord *record);
int org_finish_features(struct org *org);

/* --- transfer.c ------------------------------------------------------------------------------ */
/* The caller accepts the handshake of a transfer. */
int org_transfer_accept(struct awi_req *req, const struct organizations_HandshakeRecord *record);
