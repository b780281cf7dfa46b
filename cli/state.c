/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/state.h"

#include "cli/cli.h"
#include "core/util/cleanup.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_LIMIT (256u << 20)

/* Takes "--state DIR" or "--state=DIR" out of the arguments. */
static int take_state_option(int *argc, char **argv)
{
    int kept = *argc > 0 ? 1 : 0;

    for (int i = 1; i < *argc; i++) {
        if (strncmp(argv[i], "--state=", 8) == 0) {
            setenv("AWSINTERCEPT_STATE", argv[i] + 8, 1);
        } else if (strcmp(argv[i], "--state") == 0) {
            if (i + 1 == *argc) {
                awi_cli_error("for example --state ./state", "--state: which directory?");
                return 2;
            }
            setenv("AWSINTERCEPT_STATE", argv[++i], 1);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argv[kept] = NULL;
    *argc = kept;
    return 0;
}

int awi_cli_state_open(struct awi_cli_state *state, int *argc, char **argv)
{
    struct awi_str why = AWI_STR_NULL;

    awi_core_init_state(&state->core, awi_services, NULL);
    awi_arena_init(&state->arena, ARENA_LIMIT);
    state->store = NULL;
    int r = take_state_option(argc, argv);
    if (r != 0) {
        return r;
    }
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

void awi_cli_state_close(struct awi_cli_state *state)
{
    awi_arena_deinit(&state->arena);
    awi_core_deinit(&state->core);
}
