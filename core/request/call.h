/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of calls: one entry (struct log_Call, core/request/records.json) for each request that
 * reached a service, in the journal of the state directory.
 */
#pragma once

#include "core/store/journal.h"
#include "core/util/arena.h"
#include "core/util/buf.h"
#include "core/util/json.h"

struct log_Call;

/* Appends; what cannot be written is counted by the journal and otherwise forgotten. */
void awi_call_append(struct awi_journal *journal,
                     struct awi_arena *arena,
                     const struct log_Call *call);

/*
 * Calls seen for each entry after *position, oldest first, and moves *position on; 0 is the start.
 * The entry lives until seen returns. Stops at and returns what is not 0. journal NULL: no entries.
 */
int awi_call_each(struct awi_journal *journal,
                  uint64_t *position,
                  int (*seen)(void *arg, const struct log_Call *call),
                  void *arg);

/* For harnesses: a new reference, NULL without memory. */
json_t *awi_call_json(const struct log_Call *call);

/* For people: "12:00:01.250 222222222222 s3 CreateBucket 200 arn:..." without a newline; control
 * characters as awi_buf_plain() writes them. */
int awi_call_line(const struct log_Call *call, struct awi_buf *line);
