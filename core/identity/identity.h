/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls, and in which account: the four ways an account is named, in their order.
 *
 *  1. AWSINTERCEPT_ACCOUNT_ID / MOTO_ACCOUNT_ID in the environment at that moment
 *  2. the header x-moto-account-id or x-awsintercept-account-id
 *  3. the access key: one issued here; 12 digits; AKIA.../ASIA... with the account in its bits
 *  4. the default account
 *
 * With 1 or 2 the caller is the root user of that account, unless the key is issued here and
 * belongs to the same account. A key nobody issued stands for the root user of its account. Keys
 * issued here must be in order in any case: right token, not expired, account not closed. Which
 * other keys are taken is the mode's of the account in which the request acts; signatures are
 * verified where this account or the key's asks for it.
 */
#pragma once

#include "core/auth/refusal.h"
#include "core/auth/sigv4.h"
#include "core/config/config.h"
#include "core/identity/account.h"
#include "core/service.h"

struct awi_identify {
    struct awi_directory dir; /* configuration, transaction (a read one is enough), arena */
    int64_t now_ms;
    struct awi_str partition;      /* absent: "aws" */
    struct awi_str env_account;    /* way 1; absent: not named */
    struct awi_str header_account; /* way 2; absent: not named */
    const struct awi_sigv4 *auth;  /* as awi_sigv4_parse() filled it */
    /* Unsigned calls are known to the operation (S3, STS with a web identity): they are never
     * refused here. */
    bool anonymous_ok;
};

struct awi_identity {
    struct awi_principal principal;
    struct awi_str account; /* in which the request acts */
    const char *from;       /* which way: "environment", "header", "key", "default" */
    /* Whether the signature has to be verified, and with which secret (verify.h). */
    bool verify;
    struct awi_str secret;
    /* When refused. */
    enum awi_refusal refusal;
    struct awi_str why; /* for the log: "no account 999999999999: it is not in the configuration" */
};

/* 0: *ret is filled; 1: refused, ret->refusal and ret->why say it; -errno. */
int awi_identify(const struct awi_identify *in, struct awi_identity *ret);

/* Reads way 2 from a request: absent when there is none. A value that is no account id is a way to
 * an account that does not exist. */
struct awi_str awi_identify_header(const struct awi_http_request *request);

/* The root user of an account. 0 or -ENOMEM. */
int awi_principal_root(struct awi_arena *arena,
                       struct awi_str partition,
                       struct awi_str account,
                       struct awi_principal *ret);

/* --- What core/request offers to the services that are thin over identity (sts, organizations,
 * iam) -------------------------------------------------------------------------------------- */

/* The configuration that the request is answered under. */
const struct awi_config *awi_request_config(const struct awi_req *req);
/* The request's source of randomness. */
struct awi_random *awi_request_random(struct awi_req *req);
/* The request's transaction. */
struct awi_txn *awi_request_txn(struct awi_req *req);

static inline struct awi_directory awi_request_directory(struct awi_req *req)
{
    return (struct awi_directory){
        .config = awi_request_config(req),
        .txn = awi_request_txn(req),
        .arena = awi_arena(req),
    };
}
