/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outbound identity federation of an account (IAM user guide, id_roles_providers_outbound): the
 * issuer of the tokens that sts:GetWebIdentityToken makes, and whether it makes any. IAM's Enable-
 * and DisableOutboundWebIdentityFederation set it. An account gets its issuer when the feature is
 * first enabled and keeps it from then on.
 */
#pragma once

#include "core/ids.h"
#include "core/store/store.h"

struct core_FederationRecord;

/* Issuer "https://UUID.tokens.sts.global.api.aws", Enabled. -ENOENT: never enabled. */
int awi_federation_get(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_str account,
                       struct core_FederationRecord *ret);

/* Switches it; the first time that it is enabled makes the issuer. *ret is how it is then. Needs a
 * transaction for writing. -EALREADY: it was so. */
int awi_federation_set(struct awi_txn *txn,
                       struct awi_arena *arena,
                       struct awi_random *random,
                       struct awi_str account,
                       bool enabled,
                       struct core_FederationRecord *ret);

/* Which account has the issuer of this host ("UUID.tokens.sts.global.api.aws"): 12 digits in the
 * arena. -ENOENT: none. */
int awi_federation_account(struct awi_txn *txn,
                           struct awi_arena *arena,
                           struct awi_str host,
                           struct awi_str *ret);
