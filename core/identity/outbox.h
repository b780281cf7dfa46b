/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS would have sent to somewhere outside of the emulation (an SNS topic), so that a test can
 * see it: messages in the order in which they were sent, of all accounts, until the next reset.
 * Harnesses read them at http://awsintercept.internal/messages (core/control/control.h).
 */
#pragma once

#include "core/store/store.h"

struct core_MessageRecord;

/* Part of the transaction: sent if and only if it commits. 0 or -errno. */
int awi_outbox_send(struct awi_txn *txn,
                    struct awi_arena *arena,
                    const struct core_MessageRecord *message);

/* Calls seen for each, oldest first. Stops at and returns what is not 0. */
int awi_outbox_each(struct awi_txn *txn,
                    struct awi_arena *arena,
                    int (*seen)(void *arg, const struct core_MessageRecord *message),
                    void *arg);
