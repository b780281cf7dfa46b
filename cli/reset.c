/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept reset: an empty state, for all programs that use it. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/state.h"
#include "core/util/cleanup.h"

static const char help[] =
    "usage: awsintercept reset [--state DIR]\n"
    "\n"
    "Empties all accounts, the call log and the moved clock. Programs that run go on with\n"
    "the empty state; their temporary credentials are unknown from then on.\n";

int awi_cli_reset(int argc, char **argv)
{
    const struct awi_cli_option options[] = {{0}};
    int r = awi_cli_options(argc, argv, "reset", help, options);

    if (r != AWI_CLI_GO) {
        return r;
    }
    AWI_AUTO(state) struct awi_cli_state state;
    r = awi_cli_state_open(&state);
    if (r != 0) {
        return r;
    }
    r = awi_core_reset(&state.core);
    if (r < 0) {
        struct awi_str why = awi_store_why(state.store, &state.arena, r);
        awi_cli_error(NULL, "%.*s", AWI_STR_FMT(why));
        return 1;
    }
    return 0;
}
