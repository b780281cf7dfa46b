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
    return awi_cli_state_status(&state, awi_core_reset(&state.core));
}
