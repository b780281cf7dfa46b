/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members that several operations take from headers: what is allowed and what they mean.
 */
#include "services/s3/s3.h"

#include "services/s3/name.h"
#include "services/s3/version.h"

#include <errno.h>
#include <time.h>

#define METADATA_MAX 2048

int s3_check_key(struct awi_req *req, struct awi_str key)
{
    if (key.len > S3_KEY_MAX) {
        struct s3_SizeError body = {.Size = AWI_SOME_I64((int64_t)key.len),
                                    .MaxSizeAllowed = AWI_SOME_I64(S3_KEY_MAX)};

        return awi_fail_with(req, &s3_error_KeyTooLongError, &body, "Your key is too long");
    }
    if (!s3_key_is_utf8(key)) {
        return awi_fail(req, &s3_error_InvalidURI, "Couldn't parse the specified URI.");
    }
    return 0;
}

int s3_check_metadata(struct awi_req *req, const struct s3_Metadata *metadata)
{
    size_t size = 0;

    for (size_t i = 0; i < metadata->n; i++) {
        size += metadata->items[i].key.len + metadata->items[i].value.len;
    }
    if (size > METADATA_MAX) {
        struct s3_SizeError body = {.Size = AWI_SOME_I64((int64_t)size),
                                    .MaxSizeAllowed = AWI_SOME_I64(METADATA_MAX)};

        return awi_fail_with(req,
                             &s3_error_MetadataTooLarge,
                             &body,
                             "Your metadata headers exceed the maximum allowed metadata size");
    }
    return 0;
}

int s3_check_storage_class(struct awi_req *req, struct awi_str storage_class)
{
    static const char *const classes[] = {"STANDARD",
                                          "REDUCED_REDUNDANCY",
                                          "STANDARD_IA",
                                          "ONEZONE_IA",
                                          "INTELLIGENT_TIERING",
                                          "GLACIER",
                                          "DEEP_ARCHIVE",
                                          "GLACIER_IR"};
    struct s3_StorageClassError body = {.StorageClassRequested = storage_class};

    if (!awi_str_is_set(storage_class)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (awi_str_is(storage_class, classes[i])) {
            return 0;
        }
    }
    return awi_fail_with(
        req, &s3_error_InvalidStorageClass, &body, "The storage class you specified is not valid");
}

int s3_check_version(struct awi_req *req, struct awi_str version)
{
    int64_t number;

    if (!awi_str_is_set(version) || awi_str_is(version, "null") ||
        s3_version_number(version, &number) == 0) {
        return 0;
    }
    return s3_fail_argument(req,
                            version.len > 0 ? "Invalid version id specified"
                                            : "Version id cannot be the empty string",
                            "versionId",
                            version);
}

struct awi_str s3_content_encoding(struct awi_req *req, struct awi_str value)
{
    struct awi_str rest = value, word, result = AWI_STR_NULL;

    while (awi_str_cut(&rest, ',', &word)) {
        word = awi_str_trim(word);
        if (word.len == 0 || awi_str_is_nocase(word, "aws-chunked")) {
            continue;
        }
        result = result.ptr
                     ? awi_arena_printf(
                           awi_arena(req), "%.*s,%.*s", AWI_STR_FMT(result), AWI_STR_FMT(word))
                     : word;
    }
    return result;
}

/* By hand, since strftime() follows the host's locale. */
struct awi_str s3_http_date(struct awi_req *req, struct awi_opt_time time)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(time.ms / 1000);
    struct tm tm;

    if (!time.set || !gmtime_r(&seconds, &tm)) {
        return AWI_STR_NULL;
    }
    return awi_arena_printf(awi_arena(req),
                            "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
                            days + 3 * tm.tm_wday,
                            tm.tm_mday,
                            months + 3 * tm.tm_mon,
                            tm.tm_year + 1900,
                            tm.tm_hour,
                            tm.tm_min,
                            tm.tm_sec);
}
