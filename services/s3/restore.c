/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archived objects and RestoreObject. A restoration takes hours at AWS and no time here; the copy
 * that can be read is gone when its days are over (S3 user guide, "Restoring an archived object").
 */
#include "services/s3/settings.h"

#include "services/s3/config.h"
#include "services/s3/version.h"

#include <errno.h>

#define DAY_MS (24ll * 60 * 60 * 1000)

static bool is_archive_class(struct awi_str storage_class)
{
    return awi_str_is(storage_class, "GLACIER") || awi_str_is(storage_class, "DEEP_ARCHIVE");
}

static bool is_restored(struct awi_req *req, const struct s3_ObjectRecord *record)
{
    return record->RestoreExpiryDate.set && record->RestoreExpiryDate.ms > awi_now(req);
}

bool s3_is_archived(struct awi_req *req, const struct s3_ObjectRecord *record)
{
    return is_archive_class(record->StorageClass) && !is_restored(req, record);
}

struct awi_str s3_restore_shown(struct awi_req *req, const struct s3_ObjectRecord *record)
{
    struct awi_str date;

    if (!is_archive_class(record->StorageClass) || !is_restored(req, record)) {
        return AWI_STR_NULL;
    }
    date = s3_http_date(req, record->RestoreExpiryDate);
    return awi_arena_printf(
        awi_arena(req), "ongoing-request=\"false\", expiry-date=\"%.*s\"", AWI_STR_FMT(date));
}

static int check_request(struct awi_req *req, const struct s3_RestoreRequest *wanted)
{
    if (wanted &&
        (wanted->SelectParameters || wanted->OutputLocation || awi_str_is_set(wanted->Type))) {
        return awi_fail(
            req, &awi_error_NotImplemented, "s3:RestoreObject of the type SELECT is not emulated");
    }
    return wanted && wanted->Days.set && wanted->Days.v >= 1 ? 0 : s3_config_malformed(req);
}

int s3_restore_object(struct awi_req *req,
                      const struct s3_RestoreObjectRequest *in,
                      struct s3_RestoreObjectOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int64_t until;
    int r = s3_config_object(req, in, &bucket, &record);

    if (r == 0) {
        r = check_request(req, in->RestoreRequest);
    }
    if (r != 0) {
        return r;
    }
    if (!is_archive_class(record.StorageClass)) {
        return awi_fail(req,
                        &s3_error_InvalidObjectState,
                        "Restore is not allowed for the object's current storage class");
    }
    awi_answer_status(req, is_restored(req, &record) ? 200 : 202);
    /* The days end at the midnight (UTC) that follows. */
    until = awi_now(req) + in->RestoreRequest->Days.v * DAY_MS;
    record.RestoreExpiryDate = AWI_SOME_TIME((until + DAY_MS - 1) / DAY_MS * DAY_MS);
    if (awi_str_is_set(in->RequestPayer)) {
        out->RequestCharged = AWI_STR("requester");
    }
    return s3_version_rewrite(req, &bucket, in->Key, &record);
}
