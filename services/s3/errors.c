/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/errors.h"

#include "gen/s3.h"

#define DEFINE_ERROR(name, http, members)                                                          \
    const struct awi_error_type s3_error_##name = {                                                \
        .code = AWI_STR_INIT(#name),                                                               \
        .status = (http),                                                                          \
        .sender = (http) < 500,                                                                    \
        .shape = (members),                                                                        \
    };
S3_ERRORS(DEFINE_ERROR)

/* The text that belongs to an error about a bucket. */
static const char *bucket_text(const struct awi_error_type *type)
{
    if (type == &s3_error_NoSuchBucket) {
        return "The specified bucket does not exist";
    }
    if (type == &s3_error_InvalidBucketName) {
        return "The specified bucket is not valid.";
    }
    if (type == &s3_error_BucketAlreadyOwnedByYou) {
        return "Your previous request to create the named bucket succeeded and you already own it.";
    }
    return "The requested bucket name is not available. The bucket namespace is shared by all "
           "users of the system. Please select a different name and try again.";
}

int s3_fail_bucket(struct awi_req *req, const struct awi_error_type *type, struct awi_str bucket)
{
    struct s3_BucketError body = {.BucketName = bucket};

    return awi_fail_with(req, type, &body, "%s", bucket_text(type));
}

int s3_fail_no_such_key(struct awi_req *req, struct awi_str key)
{
    struct s3_KeyError body = {.Key = key};

    return awi_fail_with(req, &s3_error_NoSuchKey, &body, "The specified key does not exist.");
}

int s3_fail_argument(struct awi_req *req,
                     const char *message,
                     const char *name,
                     struct awi_str value)
{
    struct s3_ArgumentError body = {.ArgumentName = awi_str_from(name), .ArgumentValue = value};

    return awi_fail_with(req, &s3_error_InvalidArgument, &body, "%s", message);
}

int s3_fail_request(struct awi_req *req, const char *message)
{
    return awi_fail(req, &s3_error_InvalidRequest, "%s", message);
}

int s3_fail_precondition(struct awi_req *req, const char *condition)
{
    struct s3_ConditionError body = {.Condition = awi_str_from(condition)};

    return awi_fail_with(req,
                         &s3_error_PreconditionFailed,
                         &body,
                         "At least one of the pre-conditions you specified did not hold");
}

int s3_fail_header(struct awi_req *req, const char *header)
{
    struct s3_HeaderError body = {.Header = awi_str_from(header)};

    return awi_fail_with(req,
                         &s3_error_NotImplemented,
                         &body,
                         "A header you provided implies functionality that is not implemented: %s",
                         header);
}
