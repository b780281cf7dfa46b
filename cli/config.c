/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the configuration is in order, before anything is started with it. */
#include "core/config/config.h"

#include "cli/cli.h"

#include <stdlib.h>

bool awi_cli_config_is_good(void)
{
    struct awi_config *config = calloc(1, sizeof(*config));
    bool good = config && awi_config_load(config) == 0;

    if (config && awi_str_is_set(config->problem)) {
        awi_cli_error(
            "correct it, or name another with --config", "%.*s", AWI_STR_FMT(config->problem));
    }
    if (config) {
        awi_config_deinit(config);
        free(config);
    }
    return good;
}
