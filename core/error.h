/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error rule of the whole core, and the errors that every service shares.
 *
 * int r: 0 done; negative: -errno, our own fault, passed up untouched and answered as a 500;
 * positive: an AWS error that awi_fail() has placed in the request.
 */
#pragma once

#include "core/shape/shape.h"

#define AWI_COMMON_ERRORS(X)                                                                       \
    X(AccessDenied, 403, true)                                                                     \
    X(AccessDeniedException, 400, true)                                                            \
    X(AuthFailure, 401, true)                                                                      \
    X(ExpiredToken, 403, true)                                                                     \
    X(ExpiredTokenException, 400, true)                                                            \
    X(IncompleteBody, 400, true)                                                                   \
    X(IncompleteSignature, 403, true)                                                              \
    X(InternalFailure, 500, false)                                                                 \
    X(InvalidAccessKeyId, 403, true)                                                               \
    X(InvalidAction, 400, true)                                                                    \
    X(InvalidArgument, 400, true)                                                                  \
    X(InvalidClientTokenId, 403, true)                                                             \
    X(InvalidParameterValue, 400, true)                                                            \
    X(InvalidSignatureException, 400, true)                                                        \
    X(MalformedInput, 400, true)                                                                   \
    X(MissingAction, 400, true)                                                                    \
    X(MissingAuthenticationToken, 403, true)                                                       \
    X(MissingAuthenticationTokenException, 400, true)                                              \
    X(NotImplemented, 501, false)                                                                  \
    X(OptInRequired, 403, true)                                                                    \
    X(RequestExpired, 400, true)                                                                   \
    X(SerializationException, 400, true)                                                           \
    X(ServiceUnavailable, 503, false)                                                              \
    X(SignatureDoesNotMatch, 403, true)                                                            \
    X(ThrottlingException, 400, true)                                                              \
    X(UnknownOperationException, 404, true)                                                        \
    X(UnrecognizedClientException, 400, true)                                                      \
    X(ValidationError, 400, true)                                                                  \
    X(ValidationException, 400, true)

/* awi_error_AccessDenied and so on. */
#define AWI_DECLARE_ERROR(name, status, sender) extern const struct awi_error_type awi_error_##name;
AWI_COMMON_ERRORS(AWI_DECLARE_ERROR)
#undef AWI_DECLARE_ERROR
