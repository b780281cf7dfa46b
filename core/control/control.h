/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reserved host http://awsintercept.internal/: what a test harness in any language asks of the
 * emulation itself. Requests carry no credentials; answers are JSON.
 *
 *     POST /reset              empties all accounts, the call log and the moved clock
 *     GET  /accounts           {"accounts": [{"id", "name", "email", "state"}]}
 *     GET  /calls              {"calls": [...]}, oldest first; ?account=, ?service=, ?operation=
 *     GET  /messages           {"messages": [{"time", "service", "account", "region", "channel",
 *                              "subject", "body"}]}: what AWS would have sent elsewhere, oldest
 *                              first; ?account= (the sender), ?service=, ?channel=
 *     GET  /clock              {"now": "2026-01-02T03:04:05Z", "moved_ms": 0}
 *     POST /clock              body {"advance": "+1h"} or {"set": "2030-01-01T00:00:00Z"}
 *     POST /snapshot           {"saved": "base"}: keeps the state under ?name= (default: default)
 *     POST /restore            {"restored": "base"}: the state is again what it was then, for all
 *                              programs, the moved clock too; the log of calls goes on
 *     DELETE /snapshot         {"deleted": "base"}; a reset forgets all of them
 *     GET  /snapshots          {"snapshots": ["base"]}
 *     GET  /                   {"requests": ["POST /reset", ...]}: what there is
 *
 * What cannot be done answers {"error": "why"} with 400, 404, 405, 409 or 500; under a
 * configuration that is wrong, every request does.
 *
 * On other intercepted endpoints POST /moto-api/reset is the same as POST /reset.
 */
#pragma once

#include "core/core.h"
#include "core/util/json.h"

struct awi_control_answer {
    int status;
    struct awi_str body; /* JSON, in the arena */
};

struct core_AccountRecord;
struct core_MessageRecord;

/* An account as GET /accounts shows it; a new reference, NULL: no memory. */
json_t *awi_control_account(const struct core_AccountRecord *record);
/* A message as GET /messages shows it, likewise. */
json_t *awi_control_message(const struct core_MessageRecord *record);

/* path may carry a query. 0 or -errno. */
int awi_control_run(struct awi_core *core,
                    struct awi_arena *arena,
                    struct awi_str method,
                    struct awi_str path,
                    struct awi_str body,
                    struct awi_control_answer *ret);
