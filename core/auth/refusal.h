/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a caller is turned away before any policy is asked, and what each protocol and service calls
 * it (identity.md 8.9).
 */
#pragma once

#include "core/error.h"

enum awi_refusal {
    AWI_REFUSE_NOTHING,
    AWI_REFUSE_MALFORMED,     /* the Authorization header or the presigned query cannot be read */
    AWI_REFUSE_MISSING,       /* unsigned, where a signature is needed */
    AWI_REFUSE_UNKNOWN_KEY,   /* nobody issued this key, or its account is not there */
    AWI_REFUSE_BAD_TOKEN,     /* not the session token of this key */
    AWI_REFUSE_EXPIRED_TOKEN, /* the session is over */
    AWI_REFUSE_SIGNATURE,
    AWI_REFUSE_SKEWED,  /* signed too long ago or ahead of time */
    AWI_REFUSE_OVERDUE, /* a presigned request after its expiry */
    AWI_REFUSE_PAYLOAD, /* the body is not what x-amz-content-sha256 says */
    /* Where a service has no words of its own for these, they are AWI_REFUSE_SIGNATURE. */
    AWI_REFUSE_MECHANISM, /* Signature Version 2 */
    AWI_REFUSE_SCOPE,     /* the credential scope is another day's or service's */
    AWI_REFUSE_UNSIGNED,  /* S3: headers that would have to be signed */
    AWI_REFUSE_NO_HASH,   /* S3: no x-amz-content-sha256 */
    AWI_REFUSE_BAD_HASH,  /* S3: it is no hash and no known word */
    AWI_N_REFUSALS,
};

/*
 * The error of a refusal for a caller of this protocol and service (signing name, "s3");
 * *ret_message gets the usual text. presigned: the signature stood in the query. Those of S3 have
 * members besides (shape core_S3RefusalRecord).
 */
const struct awi_error_type *awi_refusal_error(enum awi_refusal refusal,
                                               enum awi_protocol protocol,
                                               struct awi_str service,
                                               bool presigned,
                                               struct awi_str *ret_message);
