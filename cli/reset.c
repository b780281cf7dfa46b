/* SPDX-License-Identifier: Apache-2.0 */
/* awsintercept reset: an empty state, for all programs that use it. */
#include "cli/cli.h"
#include "cli/state.h"
#include "core/util/cleanup.h"

#include <stdio.h>
#include <string.h>

int awi_cli_reset(int argc, char **argv)
{
    AWI_AUTO(state) struct awi_cli_state state;
    int r = awi_cli_state_open(&state, &argc, argv);

    if (argc > 1) {
        bool help = strcmp(argv[1], "--help") == 0;
        fputs(
            "usage: awsintercept reset [--state DIR]\n"
            "\n"
            "Empties all accounts, the call log and the moved clock. Programs that run go on with\n"
            "the empty state; their temporary credentials are unknown from then on.\n",
            help ? stdout : stderr);
        return help ? 0 : 2;
    }
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
