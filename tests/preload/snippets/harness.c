/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The harness's interface, as test code uses it: with the preload and without.
 *
 * usage: harness yes|no|disabled
 */
#include "awsintercept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number;
static int failures;

static void expect(const char *what, int ok)
{
    printf("%s %d - %s\n", ok ? "ok" : "not ok", ++number, what);
    failures += !ok;
}

static void with_core(void)
{
    char *reply = NULL;
    expect("request",
           awsintercept_request("PUT", "/p", "body", &reply) == 200 &&
               !strcmp(reply, "PUT /p body"));
    free(reply);
    reply = NULL;
    expect("calls",
           awsintercept_calls("service=s3", &reply) == 0 &&
               !strcmp(reply, "GET /calls?service=s3 "));
    free(reply);
    expect("reset", awsintercept_reset() == 0);
    expect("snapshot", awsintercept_snapshot("base") == 0 && awsintercept_restore("base") == 0);
    expect("a snapshot's name that is none",
           awsintercept_snapshot(NULL) == -EINVAL && awsintercept_restore("a&b") == -EINVAL);
    expect("advance", awsintercept_advance_clock("+1h") == 0);
    expect("set clock", awsintercept_set_clock("2030-01-01T00:00:00Z") == 0);
    expect("a clock value that is no time", awsintercept_set_clock("\"}") == -EINVAL);
    expect("account", awsintercept_set_account("222222222222") == 0);
    const char *id = getenv("AWSINTERCEPT_ACCOUNT_ID");
    expect("account in the environment", id && !strcmp(id, "222222222222"));
    expect("no account", awsintercept_set_account("2222") == -EINVAL);
    expect("cleared", awsintercept_clear_account() == 0 && !getenv("AWSINTERCEPT_ACCOUNT_ID"));
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    if (!strcmp(how, "no")) {
        expect("absent without the preload", !awsintercept_reset);
    } else if (!strcmp(how, "disabled")) {
        expect("refused when disabled", awsintercept_reset && awsintercept_reset() == -ENOSYS);
    } else {
        with_core();
    }
    printf("1..%d\n", number);
    return failures != 0;
}
