/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request says about its signer: Authorization header or presigned query, Signature Version
 * 4, 4A and S3's old version 2. Reading only; whether the signature is right is verify.h's.
 */
#pragma once

#include "core/auth/refusal.h"
#include "core/net/http.h"
#include "core/util/arena.h"

enum awi_sigv4_kind {
    AWI_SIGV4_NONE,   /* unsigned */
    AWI_SIGV4_V4,     /* AWS4-HMAC-SHA256 */
    AWI_SIGV4_V4A,    /* AWS4-ECDSA-P256-SHA256 */
    AWI_SIGV4_V2,     /* "AWS id:signature", or AWSAccessKeyId and Signature in the query */
    AWI_SIGV4_BEARER, /* "Bearer token": signature holds the token */
};

/* Views of the request, or text in the arena. Absent where the kind has no such part. */
struct awi_sigv4 {
    enum awi_sigv4_kind kind;
    bool presigned; /* the signature stands in the query */
    struct awi_str access_key_id;
    struct awi_str date;   /* of the credential scope: yyyymmdd */
    struct awi_str region; /* likewise; V4A: X-Amz-Region-Set */
    struct awi_str service;
    struct awi_str scope;          /* date/region/service/aws4_request as sent */
    struct awi_str signed_headers; /* "host;x-amz-date" */
    struct awi_str signature;      /* hex; V2: base64 */
    struct awi_str token;          /* X-Amz-Security-Token */
    struct awi_str timestamp;      /* yyyymmddThhmmssZ; V2: epoch seconds or an HTTP date */
    int64_t time_ms;               /* the same; 0: V2 */
    int64_t expires_s;             /* presigned: seconds from time_ms; V2: epoch seconds */
};

/* Dates, names and numbers of a presigned request: at most seven days. */
#define AWI_PRESIGNED_MAX_S (7 * 24 * 3600)

/*
 * 0: *ret is filled (AWI_SIGV4_NONE when the request says nothing); 1: what it says cannot be read:
 * *ret_why is text for the caller (AWI_REFUSE_MALFORMED), ret->presigned and whatever was readable
 * are set; -ENOMEM.
 */
int awi_sigv4_parse(struct awi_arena *arena,
                    const struct awi_http_request *request,
                    struct awi_sigv4 *ret,
                    struct awi_str *ret_why);
