/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual MFA devices: their records, by serial number (arn:aws:iam::ACCOUNT:mfa/NAME) in their
 * account, and their codes (RFC 6238: HMAC-SHA1, steps of 30 s, six digits). A code is good for the
 * step it was made in and one before and after, and never twice.
 */
#pragma once

#include "core/store/store.h"

struct core_MfaDeviceRecord;

#define AWI_MFA_SEED_LEN 40 /* bytes; shown in base32 */

/* The account is the serial number's. -ENOENT. */
int awi_mfa_get(struct awi_txn *txn,
                struct awi_arena *arena,
                struct awi_str serial,
                struct core_MfaDeviceRecord *ret);
int awi_mfa_put(struct awi_txn *txn,
                struct awi_arena *arena,
                const struct core_MfaDeviceRecord *device);
int awi_mfa_delete(struct awi_txn *txn, struct awi_str serial);

/* The code of a step, which is the time in seconds divided by 30. */
void awi_mfa_code(struct awi_str seed, int64_t step, char ret[7]);

/* Does the code fit a step from the device's LastStep + 1 on, at most `slack` steps away from now?
 * The step, or -1. */
int64_t awi_mfa_find(const struct core_MfaDeviceRecord *device,
                     struct awi_str code,
                     int64_t now_ms,
                     int slack);

/*
 * Takes a code of a device that belongs to the user (absent: to the root user) and notes that it
 * was used. 0: good; 1: the code is wrong; -ENOENT: no such device, not enabled, or someone
 * else's; other -errno. Needs a transaction for writing.
 */
int awi_mfa_use(struct awi_txn *txn,
                struct awi_arena *arena,
                struct awi_str serial,
                struct awi_str user_name,
                struct awi_str code,
                int64_t now_ms);
