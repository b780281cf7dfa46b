/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the configuration comes from: the environment, and the file that it or the working
 * directory names.
 */
#include "core/config/load.h"
#include "core/util/buf.h"
#include "core/util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *awi_config_env(const char *const *environment, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; environment && environment[i]; i++) {
        if (strncmp(environment[i], name, len) == 0 && environment[i][len] == '=') {
            return environment[i][len + 1] ? environment[i] + len + 1 : NULL;
        }
    }
    return NULL;
}

int awi_config_env_account(char ret[13], const char **why)
{
    static const char *const names[] = {"AWSINTERCEPT_ACCOUNT_ID", "MOTO_ACCOUNT_ID"};
    static const char *const problems[] = {
        "AWSINTERCEPT_ACCOUNT_ID in the environment is no account id of 12 digits",
        "MOTO_ACCOUNT_ID in the environment is no account id of 12 digits",
    };

    for (size_t i = 0; i < 2; i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value) {
            continue;
        }
        /* Another thread may replace the variable at any moment: look once, then judge the copy. */
        char copy[14];
        size_t len = strnlen(value, sizeof(copy) - 1);
        memcpy(copy, value, len);
        copy[len] = '\0';
        if (!awi_str_is_account(awi_str_of(copy, len))) {
            *why = problems[i];
            return -EINVAL;
        }
        memcpy(ret, copy, 13);
        return 1;
    }
    return 0;
}

/* Reads fd to its end. 0, -EFBIG, or what read() says. */
static int read_all(int fd, struct awi_buf *buf)
{
    for (;;) {
        char chunk[4096];
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n == 0) {
            return 0;
        }
        if (n < 0 && errno != EINTR) {
            return -errno;
        }
        if (n > 0 && awi_buf_add(buf, chunk, (size_t)n)) {
            return buf->error == -EMSGSIZE ? -EFBIG : buf->error;
        }
    }
}

int awi_config_read_file(const char *path, struct awi_buf *buf)
{
    struct stat st;
    AWI_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        /* A link that leads nowhere is there: somebody meant it. */
        bool link = errno == ENOENT && lstat(path, &st) == 0;
        return link ? -ENOLINK : errno == ENOTDIR ? -ENOENT : errno == ENXIO ? -EINVAL : -errno;
    }
    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (S_ISDIR(st.st_mode)) {
        return -EISDIR;
    }
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
        return -EINVAL;
    }
    return read_all(fd, buf);
}

static int refuse_file(struct awi_config *config, const char *path, bool named, int error)
{
    struct awi_config_place place = {.config = config, .file = path, .line = 1};
    char cause[96];
    const char *text = error == -EINVAL    ? "a pipe"
                       : error == -EISDIR  ? "a directory"
                       : error == -ENOLINK ? "a link that leads nowhere"
                                           : strerror_r(-error, cause, sizeof(cause));

    if (error == -ENOMEM) {
        return error;
    }
    if (error == -EFBIG) {
        return awi_config_problem(
            &place, "found more than %u bytes, expected a configuration file", AWI_CONFIG_FILE_MAX);
    }
    if (named) {
        place.env = "AWSINTERCEPT_CONFIG";
        return awi_config_problem(
            &place, "found %s (%s), expected a file that can be read", path, text);
    }
    return awi_config_problem(&place, "found %s, expected a file that can be read", text);
}

static int load_file(struct awi_config *config, struct awi_buf *buf, const char *const *environment)
{
    static const char *const usual[] = {"awsintercept.yml", "cloudmock.yml"};
    const char *named = awi_config_env(environment, "AWSINTERCEPT_CONFIG");
    const char *path = named ? named : usual[0];
    int r = awi_config_read_file(path, buf);

    if (r == -ENOENT && !named) {
        path = usual[1];
        r = awi_config_read_file(path, buf);
        if (r == -ENOENT) {
            return awi_config_parse(config, NULL, AWI_STR_NULL, environment);
        }
    }
    if (r < 0) {
        int set = awi_config_parse(config, NULL, AWI_STR_NULL, environment);
        return set < 0 || awi_str_is_set(config->problem) ? set
                                                          : refuse_file(config, path, named, r);
    }
    return awi_config_parse(config, path, awi_buf_view(buf), environment);
}

/* The state directory that nobody named: one for each user. */
static int default_state(struct awi_config *config, const char *const *environment)
{
    const char *runtime = awi_config_env(environment, "XDG_RUNTIME_DIR");

    config->state =
        runtime && *runtime == '/'
            ? awi_arena_printf(&config->arena, "%s/awsintercept", runtime)
            : awi_arena_printf(&config->arena, "/tmp/awsintercept-%u", (unsigned)geteuid());
    return config->state.ptr ? 0 : -ENOMEM;
}

int awi_config_load(struct awi_config *config)
{
    const char *const *environment = (const char *const *)environ;
    struct awi_buf buf = AWI_BUF_INIT(AWI_CONFIG_FILE_MAX);
    int r = load_file(config, &buf, environment);

    awi_buf_deinit(&buf);
    if (r >= 0 && !awi_str_is_set(config->state) && default_state(config, environment) < 0) {
        return -ENOMEM;
    }
    return r;
}
