/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which accounts there are: the configuration's, those that Organizations made or closed, and,
 * while accounts are open, every other. An account's record (struct core_AccountRecord) is written
 * only when something is to be remembered of it; the configuration's need none.
 */
#pragma once

#include "core/config/config.h"
#include "core/store/store.h"

struct core_AccountRecord;

/* Where accounts are looked up. */
struct awi_directory {
    const struct awi_config *config;
    struct awi_txn *txn;
    struct awi_arena *arena; /* of what is found */
};

enum awi_account_state {
    AWI_ACCOUNT_UNKNOWN, /* no such account */
    AWI_ACCOUNT_ACTIVE,
    AWI_ACCOUNT_CLOSED, /* its credentials are refused */
};

/* The account that stands for id: id itself, or in single mode the one there is. */
struct awi_str awi_account_acting(const struct awi_config *config, struct awi_str id);

/* At most one get. 0 or -errno. */
int awi_account_state(const struct awi_directory *dir,
                      struct awi_str id,
                      enum awi_account_state *ret);

/*
 * What is known of the account: its record, or one made up from the configuration (absent members
 * filled: State "ACTIVE", Name, Email). -ENOENT when there is no such account.
 */
int awi_account_get(const struct awi_directory *dir,
                    struct awi_str id,
                    struct core_AccountRecord *ret);
/* The organization that the account is in. -ENOENT: none, or no such account. At most one get. */
int awi_account_organization(const struct awi_directory *dir,
                             struct awi_str id,
                             struct awi_str *ret);
/* The account's canonical user id, by which S3 and CanonicalUser principals know it: 64 hex digits,
 * the same for ever. Absent: no memory. */
struct awi_str awi_account_canonical_id(struct awi_arena *arena, struct awi_str id);

/* Writes the record under its Id. */
int awi_account_put(const struct awi_directory *dir, const struct core_AccountRecord *record);
int awi_account_delete(const struct awi_directory *dir, struct awi_str id);

/*
 * Calls seen for the default account, those of the configuration and those with a record, each
 * once, in the order of their ids. Stops at and returns what is not 0.
 */
int awi_account_each(const struct awi_directory *dir,
                     int (*seen)(void *arg, const struct core_AccountRecord *record),
                     void *arg);
