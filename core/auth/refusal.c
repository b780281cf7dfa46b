/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/refusal.h"

#include "gen/core.h"

/* Who speaks how. */
enum manner { QUERY, EC2, JSON, REST_JSON, S3, N_MANNERS };

struct row {
    const char *message;
    struct awi_error_type error;
};

#define ROW(name, http, text)                                                                      \
    {                                                                                              \
        .message = (text), .error = {                                                              \
            .code = AWI_STR_INIT(name),                                                            \
            .status = (http),                                                                      \
            .sender = true                                                                         \
        }                                                                                          \
    }

#define INVALID_TOKEN "The security token included in the request is invalid."
#define EXPIRED_TOKEN "The security token included in the request is expired"
#define NO_TOKEN      "Missing Authentication Token"
#define NO_MATCH                                                                                   \
    "The request signature we calculated does not match the signature you provided. Check your "   \
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
#define INCOMPLETE "The request signature does not conform to AWS standards."
#define EC2_AUTH   "AWS was not able to validate the provided access credentials"
#define PAYLOAD    "The provided 'x-amz-content-sha256' header does not match what was computed."
#define MECHANISM                                                                                  \
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."

/* With the members that S3 adds. */
#define S3_ROW(name, http, text)                                                                   \
    {                                                                                              \
        .message = (text), .error = {                                                              \
            .code = AWI_STR_INIT(name),                                                            \
            .status = (http),                                                                      \
            .sender = true,                                                                        \
            .shape = &core_S3RefusalRecord_shape,                                                  \
        }                                                                                          \
    }

static const struct row rows[N_MANNERS][AWI_N_REFUSALS] = {
    [QUERY] =
        {
            [AWI_REFUSE_MALFORMED] = ROW("IncompleteSignature", 400, INCOMPLETE),
            [AWI_REFUSE_MISSING] =
                ROW("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
            [AWI_REFUSE_UNKNOWN_KEY] = ROW("InvalidClientTokenId", 403, INVALID_TOKEN),
            [AWI_REFUSE_BAD_TOKEN] = ROW("InvalidClientTokenId", 403, INVALID_TOKEN),
            [AWI_REFUSE_EXPIRED_TOKEN] = ROW("ExpiredToken", 403, EXPIRED_TOKEN),
            [AWI_REFUSE_SIGNATURE] = ROW("SignatureDoesNotMatch", 403, NO_MATCH),
            [AWI_REFUSE_SKEWED] = ROW("SignatureDoesNotMatch", 403, "Signature expired"),
            [AWI_REFUSE_OVERDUE] = ROW("SignatureDoesNotMatch", 403, "Signature expired"),
            [AWI_REFUSE_PAYLOAD] = ROW("SignatureDoesNotMatch", 403, NO_MATCH),
        },
    [EC2] =
        {
            [AWI_REFUSE_MALFORMED] = ROW("IncompleteSignature", 400, INCOMPLETE),
            [AWI_REFUSE_MISSING] =
                ROW("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
            [AWI_REFUSE_UNKNOWN_KEY] = ROW("AuthFailure", 401, EC2_AUTH),
            [AWI_REFUSE_BAD_TOKEN] = ROW("AuthFailure", 401, EC2_AUTH),
            [AWI_REFUSE_EXPIRED_TOKEN] = ROW("RequestExpired", 400, "Request has expired."),
            [AWI_REFUSE_SIGNATURE] = ROW("AuthFailure", 401, EC2_AUTH),
            [AWI_REFUSE_SKEWED] = ROW("RequestExpired", 400, "Request has expired."),
            [AWI_REFUSE_OVERDUE] = ROW("RequestExpired", 400, "Request has expired."),
            [AWI_REFUSE_PAYLOAD] = ROW("AuthFailure", 401, EC2_AUTH),
        },
    [JSON] =
        {
            [AWI_REFUSE_MALFORMED] = ROW("IncompleteSignatureException", 400, INCOMPLETE),
            [AWI_REFUSE_MISSING] = ROW("MissingAuthenticationTokenException", 400, NO_TOKEN),
            [AWI_REFUSE_UNKNOWN_KEY] = ROW("UnrecognizedClientException", 400, INVALID_TOKEN),
            [AWI_REFUSE_BAD_TOKEN] = ROW("UnrecognizedClientException", 400, INVALID_TOKEN),
            [AWI_REFUSE_EXPIRED_TOKEN] = ROW("ExpiredTokenException", 400, EXPIRED_TOKEN),
            [AWI_REFUSE_SIGNATURE] = ROW("InvalidSignatureException", 400, NO_MATCH),
            [AWI_REFUSE_SKEWED] = ROW("InvalidSignatureException", 400, "Signature expired"),
            [AWI_REFUSE_OVERDUE] = ROW("InvalidSignatureException", 400, "Signature expired"),
            [AWI_REFUSE_PAYLOAD] = ROW("InvalidSignatureException", 400, NO_MATCH),
        },
    [REST_JSON] =
        {
            [AWI_REFUSE_MALFORMED] = ROW("IncompleteSignatureException", 403, INCOMPLETE),
            [AWI_REFUSE_MISSING] = ROW("MissingAuthenticationTokenException", 403, NO_TOKEN),
            [AWI_REFUSE_UNKNOWN_KEY] = ROW("UnrecognizedClientException", 403, INVALID_TOKEN),
            [AWI_REFUSE_BAD_TOKEN] = ROW("UnrecognizedClientException", 403, INVALID_TOKEN),
            [AWI_REFUSE_EXPIRED_TOKEN] = ROW("ExpiredTokenException", 403, EXPIRED_TOKEN),
            [AWI_REFUSE_SIGNATURE] = ROW("InvalidSignatureException", 403, NO_MATCH),
            [AWI_REFUSE_SKEWED] = ROW("InvalidSignatureException", 403, "Signature expired"),
            [AWI_REFUSE_OVERDUE] = ROW("InvalidSignatureException", 403, "Signature expired"),
            [AWI_REFUSE_PAYLOAD] = ROW("InvalidSignatureException", 403, NO_MATCH),
        },
    [S3] =
        {
            [AWI_REFUSE_MALFORMED] =
                S3_ROW("AuthorizationHeaderMalformed",
                       400,
                       "The authorization header that you provided is not valid."),
            [AWI_REFUSE_MISSING] = S3_ROW("AccessDenied", 403, "Access Denied"),
            [AWI_REFUSE_UNKNOWN_KEY] =
                S3_ROW("InvalidAccessKeyId",
                       403,
                       "The AWS Access Key Id you provided does not exist in our records."),
            [AWI_REFUSE_BAD_TOKEN] =
                S3_ROW(
                    "InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
            [AWI_REFUSE_EXPIRED_TOKEN] =
                S3_ROW("ExpiredToken", 400, "The provided token has expired."),
            [AWI_REFUSE_SIGNATURE] =
                S3_ROW("SignatureDoesNotMatch",
                       403,
                       "The request signature we calculated does not match the signature you "
                       "provided. Check your key and signing method."),
            [AWI_REFUSE_SKEWED] =
                S3_ROW(
                    "RequestTimeTooSkewed",
                    403,
                    "The difference between the request time and the current time is too large."),
            [AWI_REFUSE_OVERDUE] = S3_ROW("AccessDenied", 403, "Request has expired"),
            [AWI_REFUSE_PAYLOAD] = S3_ROW("XAmzContentSHA256Mismatch", 400, PAYLOAD),
            [AWI_REFUSE_MECHANISM] = S3_ROW("InvalidRequest", 400, MECHANISM),
            [AWI_REFUSE_SCOPE] = S3_ROW("AuthorizationHeaderMalformed",
                                        400,
                                        "The authorization header is malformed."),
            [AWI_REFUSE_UNSIGNED] =
                S3_ROW("AccessDenied",
                       403,
                       "There were headers present in the request which were not signed"),
            [AWI_REFUSE_NO_HASH] =
                S3_ROW("InvalidRequest",
                       400,
                       "Missing required header for this request: x-amz-content-sha256"),
            [AWI_REFUSE_BAD_HASH] =
                S3_ROW("InvalidArgument",
                       400,
                       "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                       "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                       "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
                       "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
                       "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value."),
        },
};

static const struct row s3_query_malformed =
    S3_ROW("AuthorizationQueryParametersError",
           400,
           "Query-string authentication requires the parameters X-Amz-Algorithm, X-Amz-Credential, "
           "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires.");

static enum manner manner_of(enum awi_protocol protocol, struct awi_str service)
{
    if (awi_str_is(service, "s3")) {
        return S3;
    }
    switch (protocol) {
    case AWI_PROTO_EC2:
        return EC2;
    case AWI_PROTO_JSON10:
    case AWI_PROTO_JSON11:
    case AWI_PROTO_CBOR:
        return JSON;
    case AWI_PROTO_REST_JSON:
        return REST_JSON;
    default:
        return QUERY;
    }
}

const struct awi_error_type *awi_refusal_error(enum awi_refusal refusal,
                                               enum awi_protocol protocol,
                                               struct awi_str service,
                                               bool presigned,
                                               struct awi_str *ret_message)
{
    enum manner manner = manner_of(protocol, service);
    const struct row *row = &rows[manner][refusal];

    if (manner == S3 && presigned &&
        (refusal == AWI_REFUSE_MALFORMED || refusal == AWI_REFUSE_SCOPE)) {
        row = &s3_query_malformed;
    } else if (!row->message) {
        row = &rows[manner][AWI_REFUSE_SIGNATURE];
    }
    *ret_message = awi_str_from(row->message);
    return &row->error;
}
