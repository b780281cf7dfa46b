/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of include/awsintercept.h: requests to the reserved host without a connection.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWSINTERCEPT_API __attribute__((visibility("default")))
#include "awsintercept.h"
#include "preload/divert.h"
#include "preload/guard.h"
#include "preload/match.h"
#include "preload/shim.h"

enum { PATH_ROOM = 1024 };

int awsintercept_request(const char *method, const char *path, const char *body, char **reply)
{
    struct awi_entry entry;
    char *text = NULL;
    size_t len = 0;
    int r = -ENOSYS;

    if (!method || !path) {
        return -EINVAL;
    }
    if (awi_disabled() || awi_inside()) {
        return -ENOSYS;
    }
    awi_enter(&entry);
    const struct awi_core_api *core = awi_core();
    if (core) {
        r = core->control(method, path, body, body ? strlen(body) : 0, &text, &len);
    }
    awi_leave(&entry);
    if (r >= 0 && reply) {
        *reply = malloc(len + 1);
        if (*reply) {
            memcpy(*reply, text ? text : "", len);
            (*reply)[len] = '\0';
        } else {
            r = -ENOMEM;
        }
    }
    free(text);
    return r;
}

/* For requests whose answer is only yes or no. */
static int done(int status)
{
    if (status < 0) {
        return status;
    }
    return status >= 200 && status < 300 ? 0 : -EINVAL;
}

int awsintercept_reset(void)
{
    return done(awsintercept_request("POST", "/reset", NULL, NULL));
}

int awsintercept_set_account(const char *id)
{
    if (!id || strlen(id) != 12 || strspn(id, "0123456789") != 12) {
        return -EINVAL;
    }
    return setenv("AWSINTERCEPT_ACCOUNT_ID", id, 1) < 0 ? -errno : 0;
}

int awsintercept_clear_account(void)
{
    unsetenv("AWSINTERCEPT_ACCOUNT_ID");
    unsetenv("MOTO_ACCOUNT_ID");
    return 0;
}

/* A member of one string, which must need no escape. */
static int move_clock(const char *member, const char *value)
{
    char body[128];
    if (!value || strpbrk(value, "\"\\") || strlen(value) > 64) {
        return -EINVAL;
    }
    snprintf(body, sizeof(body), "{\"%s\": \"%s\"}", member, value);
    return done(awsintercept_request("POST", "/clock", body, NULL));
}

int awsintercept_advance_clock(const char *by)
{
    return move_clock("advance", by);
}

int awsintercept_set_clock(const char *time)
{
    return move_clock("set", time);
}

/* A name goes into the query as it is: the characters of others would need escapes. */
static int with_name(const char *page, const char *name)
{
    char path[PATH_ROOM];

    if (!name || strpbrk(name, "&=%?#+ ")) {
        return -EINVAL;
    }
    int n = snprintf(path, sizeof(path), "%s?name=%s", page, name);
    return n < (int)sizeof(path) ? done(awsintercept_request("POST", path, NULL, NULL)) : -EINVAL;
}

int awsintercept_snapshot(const char *name)
{
    return with_name("/snapshot", name);
}

int awsintercept_restore(const char *name)
{
    return with_name("/restore", name);
}

int awsintercept_calls(const char *query, char **json)
{
    char path[PATH_ROOM];
    int n = snprintf(path, sizeof(path), "/calls%s%s", query ? "?" : "", query ? query : "");
    if (!json || n < 0 || n >= (int)sizeof(path)) {
        return -EINVAL;
    }
    return done(awsintercept_request("GET", path, NULL, json));
}

int awsintercept_is_intercepted(const struct sockaddr *addr, socklen_t len)
{
    if (!addr || awi_disabled()) {
        return 0;
    }
    return awi_match_addr(addr, len) ? 1 : 0;
}

int awsintercept_connect_as(
    int fd, const struct sockaddr *addr, socklen_t len, pid_t pid, const char *account)
{
    struct awi_client client = {.pid = pid, .account = account};
    struct awi_entry entry;

    if (!addr || awi_disabled() || awi_inside() || !awi_match_addr(addr, len)) {
        return -EINVAL;
    }
    awi_enter(&entry);
    int r = awi_divert(fd, addr, len, &client);
    awi_leave(&entry);
    return r;
}
