/* SPDX-License-Identifier: Apache-2.0 */
/* The state that a subcommand looks at: the core without connections. */
#pragma once

#include "core/core.h"

struct awi_cli_state {
    struct awi_core core;
    struct awi_arena arena;
    struct awi_store *store;
};

/*
 * Opens the state directory: AWSINTERCEPT_STATE (options.h: --state DIR), the configuration's or
 * the default. 0, or an exit status after the reason was printed. To be closed either way.
 */
int awi_cli_state_open(struct awi_cli_state *state);
/* The exit status of what the state answered: 0, or 1 after the reason of -errno was printed. */
int awi_cli_state_status(struct awi_cli_state *state, int r);
void awi_cli_state_close(struct awi_cli_state *state);

static inline void awi_auto_state(struct awi_cli_state *state)
{
    awi_cli_state_close(state);
}
