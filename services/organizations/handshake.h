/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes between accounts and organizations (identity.md 7.12). They belong to both sides, so
 * they lie globally, account "":
 *     "handshake"    struct organizations_HandshakeRecord under h-...
 *     "handshakeof"  under AWI_KEY(party, id): nothing; the party is an organization or an account
 * handshake.c keeps and shows them, agree.c is the operations on them.
 */
#pragma once

#include "services/organizations/organizations.h"

#define ORG_INVITE  "INVITE"
#define ORG_ENABLE  "ENABLE_ALL_FEATURES"
#define ORG_APPROVE "APPROVE_ALL_FEATURES"

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
