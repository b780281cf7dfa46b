/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/state.h"

#include "cli/cli.h"
#include "core/util/cleanup.h"

#define ARENA_LIMIT (256u << 20)

int awi_cli_state_open(struct awi_cli_state *state)
{
    struct awi_str why = AWI_STR_NULL;

    awi_core_init_state(&state->core, awi_services, NULL);
    awi_arena_init(&state->arena, ARENA_LIMIT);
    state->store = NULL;
    if (!awi_cli_config_is_good()) {
        return 1;
    }
    if (awi_core_store(&state->core, &state->arena, &state->store, &why) < 0) {
        awi_cli_error(
            "name a directory that can be written with --state DIR", "%.*s", AWI_STR_FMT(why));
        return 1;
    }
    return 0;
}

int awi_cli_state_status(struct awi_cli_state *state, int r)
{
    if (r >= 0) {
        return 0;
    }
    struct awi_str why = awi_store_why(state->store, &state->arena, r);
    awi_cli_error(NULL, "%.*s", AWI_STR_FMT(why));
    return 1;
}

void awi_cli_state_close(struct awi_cli_state *state)
{
    awi_arena_deinit(&state->arena);
    awi_core_deinit(&state->core);
}
