/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The harness's interface, for test code in the same process as the code under test.
 *
 * Nothing need be linked: libawsintercept.so is preloaded and brings these functions. They are
 * declared weak, so a program that also runs without the preload asks first:
 *
 *     if (awsintercept_reset) {
 *         awsintercept_reset();
 *     }
 *
 * (or finds them by dlsym()). Programs in other languages get the same from the reserved host,
 * http://awsintercept.internal/.
 *
 * Every function returns 0 or a positive value for success and a negative errno for failure:
 * -ENOSYS where the core cannot be had (AWSINTERCEPT_DISABLE, or the library beside the preload
 * library is missing), -EINVAL where the emulation refused the request. All are safe to call from
 * any thread. They act on the state that the process uses, which other processes may share.
 */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef AWSINTERCEPT_API
#define AWSINTERCEPT_API __attribute__((weak))
#endif

/*
 * One request to the reserved host: awsintercept_request("GET", "/accounts", NULL, &reply).
 * body may be NULL. *reply is a string for free(); reply may be NULL. Returns the HTTP status.
 */
AWSINTERCEPT_API int
awsintercept_request(const char *method, const char *path, const char *body, char **reply);

/* Empties every account, the log of calls and a moved clock, and forgets snapshots. */
AWSINTERCEPT_API int awsintercept_reset(void);

/*
 * Requests of this process act in this account (12 digits) from now on, whatever their credentials
 * say; children that are started later inherit it. The variable AWSINTERCEPT_ACCOUNT_ID of the
 * environment is what is set, so the rules for setenv() in a program with threads hold.
 */
AWSINTERCEPT_API int awsintercept_set_account(const char *id);

/* Requests act in the account of their credentials again. MOTO_ACCOUNT_ID is removed too. */
AWSINTERCEPT_API int awsintercept_clear_account(void);

/* Moves the emulated clock on: "+90s", "+15m", "+1h", "+7d". Sessions expire, for one thing. */
AWSINTERCEPT_API int awsintercept_advance_clock(const char *by);

/* Sets the emulated clock: "2030-01-01T00:00:00Z". It goes on from there. */
AWSINTERCEPT_API int awsintercept_set_clock(const char *time);

/*
 * Keeps the state of all accounts under a name (1 to 64 of A-Z a-z 0-9 . _ -), in place of what was
 * kept under it before, and brings it back, any number of times: the moved clock and credentials
 * that were issued until then, too. The log of calls goes on. A reset forgets what was kept.
 * -EINVAL: that is no name, or nothing was kept under it.
 */
AWSINTERCEPT_API int awsintercept_snapshot(const char *name);
AWSINTERCEPT_API int awsintercept_restore(const char *name);

/*
 * The calls seen, oldest first, as JSON: {"calls": [...]}. query narrows them ("service=s3",
 * "account=222222222222&operation=GetObject") or is NULL. *json is a string for free().
 */
AWSINTERCEPT_API int awsintercept_calls(const char *query, char **json);

/* Would a connection to this address be answered in process? 1 or 0. */
AWSINTERCEPT_API int awsintercept_is_intercepted(const struct sockaddr *addr, socklen_t len);

/*
 * connect() on behalf of another process, for programs that carry the connections of others: the
 * log of calls names pid, and requests act in account (NULL or "": what this process's environment
 * says) as if that process's environment named it. addr must be one that is intercepted. 0 or
 * -errno.
 */
AWSINTERCEPT_API int awsintercept_connect_as(
    int fd, const struct sockaddr *addr, socklen_t len, pid_t pid, const char *account);

#ifdef __cplusplus
}
#endif
