/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the settings are in order, before anything is started with them. */
#include "core/config/config.h"

#include "cli/cli.h"
#include "core/store/store.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The state directory; nothing is made. */
static bool state_is_good(const char *dir)
{
    AWI_AUTO(free) char *why = NULL;

    if (awi_store_check(dir, &why) < 0) {
        awi_cli_error("name a directory that can be written with --state DIR", "%s", why);
        return false;
    }
    return true;
}

/* The file that gets a line for each call: it is there and can be written, or can be made. */
static bool log_is_good(const char *path)
{
    struct stat st;
    int error = 0;

    if (stat(path, &st) == 0) {
        error = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)      ? ENOTSUP
                : S_ISDIR(st.st_mode)                             ? EISDIR
                : faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 ? errno
                                                                  : 0;
    } else if (errno == ENOENT) {
        const char *slash = strrchr(path, '/');
        AWI_AUTO(free) char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : NULL;
        error = faccessat(AT_FDCWD, folder ? folder : ".", W_OK | X_OK, AT_EACCESS) < 0 ? errno : 0;
    } else {
        error = errno;
    }
    if (error) {
        const char *cause = error == ENOTSUP ? "it is a pipe" : strerror(error);
        awi_cli_error("name a file that can be written with --log FILE",
                      "the log %s cannot be written: %s",
                      path,
                      cause);
    }
    return error == 0;
}

static bool account_is_good(void)
{
    char account[13];
    const char *why;
    bool good = awi_config_env_account(account, &why) >= 0;

    if (!good) {
        awi_cli_error(
            "for example 222222222222; unset it for the account of the credentials", "%s", why);
    }
    return good;
}

static bool is_good(bool to_start)
{
    struct awi_config *config = calloc(1, sizeof(*config));
    bool good = config && awi_config_load(config) == 0;

    if (config && awi_str_is_set(config->problem)) {
        awi_cli_error(
            "correct it, or name another with --config", "%.*s", AWI_STR_FMT(config->problem));
    }
    if (good && to_start) {
        good = account_is_good() && state_is_good(config->state.ptr) &&
               (!config->log.len || log_is_good(config->log.ptr));
    }
    if (config) {
        awi_config_deinit(config);
        free(config);
    }
    return good;
}

bool awi_cli_config_is_good(void)
{
    return is_good(false);
}

bool awi_cli_can_start(void)
{
    return is_good(true);
}
