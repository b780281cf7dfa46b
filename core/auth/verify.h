/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the signature right? Signature Version 4 and 4A over header, presigned query and signed chunks
 * with trailers, by the rules of "Create a signed AWS API request" (IAM user guide) and
 * "Signature calculations for the Authorization header" (S3 API). Version 2 is refused: S3 has not
 * taken it for buckets made since June 2020.
 */
#pragma once

#include "core/auth/sigv4.h"

/* What a refused signature was about, for services that tell their callers. Absent: not asked. */
struct awi_verify_facts {
    struct awi_str canonical;        /* the request in its canonical form */
    struct awi_str to_sign;          /* the last text whose signature was looked at */
    struct awi_str payload;          /* hex SHA-256 of the body */
    struct awi_str unsigned_headers; /* names, with ", " between them */
};

struct awi_verify {
    const struct awi_sigv4 *auth; /* as awi_sigv4_parse() read it from the request */
    const struct awi_http_request *request;
    struct awi_str secret;
    /* Signing name that the credential scope must carry ("sts"); absent: any. S3's own rules for
     * paths, payloads and clocks apply when it, or else the scope, says s3 (or s3express). */
    struct awi_str service;
    /* The region that the credential scope must carry; absent: any. */
    struct awi_str region;
    int64_t now_ms;
    /* The machine's clock, by which clients go on signing when the emulation's was moved; 0: none.
     * A signature in a header may be of either time. A presigned request grows as old as the
     * emulation's clock says: by every move since it was made, and by none before. */
    int64_t machine_ms;
    int64_t moved_since_ms;         /* how far the emulation's was moved since auth->time_ms */
    struct awi_verify_facts *facts; /* to be filled; NULL: nobody asks */
};

/* How far a signature's time may be from ours. */
#define AWI_SKEW_MS    (5 * 60 * INT64_C(1000))
#define AWI_SKEW_S3_MS (15 * 60 * INT64_C(1000))

/*
 * 0: right; 1: *ret_refusal says why not, *ret_why is text for the caller, absent where the usual
 * one serves; -errno. The body is read where the signature covers it.
 */
int awi_sigv4_verify(struct awi_arena *arena,
                     const struct awi_verify *in,
                     enum awi_refusal *ret_refusal,
                     struct awi_str *ret_why);

/* The canonical request, for the log and for tests. payload: its last line. Absent: no memory. */
struct awi_str
awi_sigv4_canonical(struct awi_arena *arena, const struct awi_verify *in, struct awi_str payload);
