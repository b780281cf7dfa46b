/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What else belongs to a user: SSH public keys, signing certificates, credentials of one service.
 * Records of one table ("credential") under AWI_KEY(kind, the user's unique id, id), so that a user
 * may be renamed.
 */
#pragma once

#include "services/iam/iam.h"

#define IAM_SSH_KEY      "ssh"
#define IAM_SIGNING      "signing"
#define IAM_SERVICE_CRED "service"

/* Writes a record under its UserId and Id. */
int iam_credential_put(struct awi_req *req,
                       const char *kind,
                       const struct iam_CredentialRecord *record);
/* One of this user's. -ENOENT. */
int iam_credential_get(struct awi_req *req,
                       const char *kind,
                       const struct iam_entity *user,
                       struct awi_str id,
                       struct iam_CredentialRecord *ret);
int iam_credential_delete(struct awi_req *req,
                          const char *kind,
                          const struct iam_CredentialRecord *record);
/* Calls seen for all of a kind, of one user or (user NULL) of the account. Stops at and returns
 * what is not 0. */
int iam_credential_each(struct awi_req *req,
                        const char *kind,
                        const struct iam_entity *user,
                        int (*seen)(void *arg, const struct iam_CredentialRecord *record),
                        void *arg);

/* All of a kind, as a page; take() as in iam_page_walk(). */
int iam_credential_page(struct awi_req *req,
                        const char *kind,
                        const struct iam_entity *user,
                        struct iam_page *page,
                        int (*take)(void *arg, struct awi_str key, struct awi_str value),
                        void *arg);

/* "Active", "Inactive", or "Expired" when its time is over. */
struct awi_str iam_credential_status(const struct awi_req *req,
                                     const struct iam_CredentialRecord *record);
