/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/lock.h"

#include "services/s3/config.h"
#include "services/s3/version.h"

#include <errno.h>

#define KIND   "ObjectLockConfiguration"
#define DAY_MS (24ll * 60 * 60 * 1000)

static int missing(struct awi_req *req)
{
    return s3_fail_request(req, "Bucket is missing Object Lock Configuration");
}

/* -ENOENT: the bucket has none. */
static int read_config(struct awi_req *req,
                       const struct s3_bucket *bucket,
                       struct s3_ObjectLockConfiguration *ret)
{
    return s3_config_read(req, bucket, KIND, &s3_ObjectLockConfiguration_shape, ret);
}

int s3_lock_enabled(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct s3_ObjectLockConfiguration config;
    int r = read_config(req, bucket, &config);

    return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

int s3_lock_begin(struct awi_req *req, const struct s3_bucket *bucket)
{
    const struct s3_ObjectLockConfiguration config = {.ObjectLockEnabled = AWI_STR("Enabled")};

    return s3_config_write(req, bucket, KIND, &s3_ObjectLockConfiguration_shape, &config);
}

/* --- New versions ---------------------------------------------------------------------------- */

static int check_mode(struct awi_req *req, struct awi_str mode)
{
    return awi_str_is(mode, "GOVERNANCE") || awi_str_is(mode, "COMPLIANCE")
               ? 0
               : s3_fail_argument(
                     req, "Unknown wormMode directive.", "x-amz-object-lock-mode", mode);
}

static int check_wanted(struct awi_req *req, const struct s3_lock *wanted)
{
    if (awi_str_is_set(wanted->mode) != wanted->until.set) {
        return s3_fail_argument(req,
                                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode "
                                "must both be supplied",
                                wanted->until.set ? "x-amz-object-lock-mode"
                                                  : "x-amz-object-lock-retain-until-date",
                                AWI_STR_NULL);
    }
    if (wanted->until.set && wanted->until.ms <= awi_now(req)) {
        return s3_fail_argument(req,
                                "The retain until date must be in the future!",
                                "x-amz-object-lock-retain-until-date",
                                awi_header(req, "x-amz-object-lock-retain-until-date"));
    }
    if (awi_str_is_set(wanted->hold) && !awi_str_is(wanted->hold, "ON") &&
        !awi_str_is(wanted->hold, "OFF")) {
        return s3_fail_argument(req,
                                "Legal Hold must be either of 'ON' or 'OFF'",
                                "x-amz-object-lock-legal-hold",
                                wanted->hold);
    }
    return awi_str_is_set(wanted->mode) ? check_mode(req, wanted->mode) : 0;
}

static void apply_default(struct awi_req *req,
                          const struct s3_ObjectLockConfiguration *config,
                          struct s3_ObjectRecord *record)
{
    const struct s3_DefaultRetention *kept = config->Rule ? config->Rule->DefaultRetention : NULL;

    if (kept) {
        int64_t days = kept->Days.set ? kept->Days.v : 365ll * kept->Years.v;

        record->ObjectLockMode = kept->Mode;
        record->ObjectLockRetainUntilDate = AWI_SOME_TIME(awi_now(req) + days * DAY_MS);
    }
}

bool s3_lock_is_wanted(const struct s3_lock *wanted)
{
    return awi_str_is_set(wanted->mode) || awi_str_is_set(wanted->hold) || wanted->until.set;
}

int s3_lock_apply(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  const struct s3_lock *wanted,
                  struct s3_ObjectRecord *record)
{
    bool asked = s3_lock_is_wanted(wanted);
    struct s3_ObjectLockConfiguration config;
    int r = asked ? check_wanted(req, wanted) : 0;

    record->ObjectLockMode = record->ObjectLockLegalHoldStatus = AWI_STR_NULL;
    record->ObjectLockRetainUntilDate = (struct awi_opt_time){0};
    if (r != 0 || (!asked && !awi_str_is_set(bucket->record.Versioning))) {
        return r;
    }
    r = read_config(req, bucket, &config);
    if (r < 0) {
        return r != -ENOENT ? r : asked ? missing(req) : 0;
    }
    record->ObjectLockLegalHoldStatus = wanted->hold;
    if (awi_str_is_set(wanted->mode)) {
        record->ObjectLockMode = wanted->mode;
        record->ObjectLockRetainUntilDate = wanted->until;
    } else {
        apply_default(req, &config, record);
    }
    return 0;
}

/* --- What it forbids ------------------------------------------------------------------------- */

static int fail_protected(struct awi_req *req)
{
    return awi_fail(
        req, &s3_error_AccessDenied, "Access Denied because object protected by object lock.");
}

static bool is_retained(struct awi_req *req, const struct s3_ObjectRecord *record)
{
    return record->ObjectLockRetainUntilDate.set &&
           record->ObjectLockRetainUntilDate.ms > awi_now(req);
}

int s3_lock_check_delete(struct awi_req *req, const struct s3_ObjectRecord *record, bool bypass)
{
    bool held = awi_str_is(record->ObjectLockLegalHoldStatus, "ON");
    bool spared = bypass && awi_str_is(record->ObjectLockMode, "GOVERNANCE");

    return held || (is_retained(req, record) && !spared) ? fail_protected(req) : 0;
}

/* --- The bucket's configuration -------------------------------------------------------------- */

static int check_rule(struct awi_req *req, const struct s3_ObjectLockRule *rule)
{
    const struct s3_DefaultRetention *kept = rule ? rule->DefaultRetention : NULL;

    if (!rule) {
        return 0;
    }
    if (!kept || !awi_str_is_set(kept->Mode) || kept->Days.set == kept->Years.set) {
        return s3_config_malformed(req);
    }
    if ((kept->Days.set && kept->Days.v < 1) || (kept->Years.set && kept->Years.v < 1)) {
        return s3_fail_argument(req,
                                "Default retention period must be a positive integer value.",
                                kept->Days.set ? "Days" : "Years",
                                AWI_STR_NULL);
    }
    if (kept->Days.v > 36500 || kept->Years.v > 100) {
        return s3_fail_argument(req,
                                "Default retention period is too large",
                                kept->Days.set ? "Days" : "Years",
                                AWI_STR_NULL);
    }
    return 0;
}

int s3_put_object_lock_configuration(struct awi_req *req,
                                     const struct s3_PutObjectLockConfigurationRequest *in,
                                     struct s3_PutObjectLockConfigurationOutput *out)
{
    const struct s3_ObjectLockConfiguration *config;
    struct s3_bucket bucket;
    const void *any;
    int r = s3_config_open_document(req, in, &bucket, &any);

    (void)out;
    if (r != 0) {
        return r;
    }
    config = any;
    if (!awi_str_is(config->ObjectLockEnabled, "Enabled")) {
        return s3_config_malformed(req);
    }
    r = check_rule(req, config->Rule);
    if (r == 0 && !awi_str_is(bucket.record.Versioning, "Enabled")) {
        return awi_fail(req,
                        &s3_error_InvalidBucketState,
                        "Versioning must be 'Enabled' on the bucket to apply a Object Lock "
                        "configuration");
    }
    return r != 0 ? r
                  : s3_config_write(req, &bucket, KIND, &s3_ObjectLockConfiguration_shape, config);
}

/* --- Single versions ------------------------------------------------------------------------- */

/* The version that an operation names, in a bucket with Object Lock. */
static int open_version(struct awi_req *req,
                        const void *in,
                        struct awi_str key,
                        struct awi_str version,
                        struct s3_bucket *bucket,
                        struct s3_ObjectRecord *ret)
{
    int r = s3_config_open(req, in, bucket);

    if (r == 0) {
        r = s3_lock_enabled(req, bucket);
        r = r == 0 ? missing(req) : r < 0 ? r : 0;
    }
    return r == 0 ? s3_object_open(req, bucket, key, version, ret) : r;
}

static int no_setting(struct awi_req *req, struct awi_str key)
{
    struct s3_KeyError body = {.Key = key};

    return awi_fail_with(req,
                         &s3_error_NoSuchObjectLockConfiguration,
                         &body,
                         "The specified object does not have a ObjectLock configuration");
}

/* Retention may be extended by anyone; shortened or lifted only under governance, with bypass. */
static int check_retention(struct awi_req *req,
                           const struct s3_PutObjectRetentionRequest *in,
                           const struct s3_ObjectLockRetention *wanted,
                           const struct s3_ObjectRecord *record)
{
    bool governed = awi_str_is(record->ObjectLockMode, "GOVERNANCE");
    bool longer = wanted->RetainUntilDate.set &&
                  wanted->RetainUntilDate.ms >= record->ObjectLockRetainUntilDate.ms;
    bool same_mode = awi_str_eq(wanted->Mode, record->ObjectLockMode) ||
                     (governed && awi_str_is(wanted->Mode, "COMPLIANCE"));

    if (awi_str_is_set(wanted->Mode) != wanted->RetainUntilDate.set) {
        return s3_config_malformed(req);
    }
    if (wanted->RetainUntilDate.set && wanted->RetainUntilDate.ms <= awi_now(req)) {
        return s3_fail_argument(
            req, "The retain until date must be in the future!", "RetainUntilDate", AWI_STR_NULL);
    }
    if (!is_retained(req, record) || (longer && same_mode)) {
        return 0;
    }
    return governed && in->BypassGovernanceRetention.v ? 0 : fail_protected(req);
}

int s3_put_object_retention(struct awi_req *req,
                            const struct s3_PutObjectRetentionRequest *in,
                            struct s3_PutObjectRetentionOutput *out)
{
    static const struct s3_ObjectLockRetention none;
    const struct s3_ObjectLockRetention *wanted = in->Retention ? in->Retention : &none;
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = open_version(req, in, in->Key, in->VersionId, &bucket, &record);

    (void)out;
    if (r == 0 && awi_str_is_set(wanted->Mode)) {
        r = check_mode(req, wanted->Mode);
    }
    if (r == 0) {
        r = check_retention(req, in, wanted, &record);
    }
    if (r != 0) {
        return r;
    }
    record.ObjectLockMode = wanted->Mode;
    record.ObjectLockRetainUntilDate = wanted->RetainUntilDate;
    return s3_version_rewrite(req, &bucket, in->Key, &record);
}

int s3_get_object_retention(struct awi_req *req,
                            const struct s3_GetObjectRetentionRequest *in,
                            struct s3_GetObjectRetentionOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = open_version(req, in, in->Key, in->VersionId, &bucket, &record);

    if (r != 0) {
        return r;
    }
    if (!record.ObjectLockRetainUntilDate.set) {
        return no_setting(req, in->Key);
    }
    out->Retention = awi_arena_new(awi_arena(req), struct s3_ObjectLockRetention);
    if (!out->Retention) {
        return -ENOMEM;
    }
    out->Retention->Mode = record.ObjectLockMode;
    out->Retention->RetainUntilDate = record.ObjectLockRetainUntilDate;
    return 0;
}

int s3_put_object_legal_hold(struct awi_req *req,
                             const struct s3_PutObjectLegalHoldRequest *in,
                             struct s3_PutObjectLegalHoldOutput *out)
{
    struct awi_str status = in->LegalHold ? in->LegalHold->Status : AWI_STR_NULL;
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = open_version(req, in, in->Key, in->VersionId, &bucket, &record);

    (void)out;
    if (r == 0 && !awi_str_is(status, "ON") && !awi_str_is(status, "OFF")) {
        return s3_config_malformed(req);
    }
    if (r != 0) {
        return r;
    }
    record.ObjectLockLegalHoldStatus = status;
    return s3_version_rewrite(req, &bucket, in->Key, &record);
}

int s3_get_object_legal_hold(struct awi_req *req,
                             const struct s3_GetObjectLegalHoldRequest *in,
                             struct s3_GetObjectLegalHoldOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = open_version(req, in, in->Key, in->VersionId, &bucket, &record);

    if (r != 0) {
        return r;
    }
    if (!awi_str_is_set(record.ObjectLockLegalHoldStatus)) {
        return no_setting(req, in->Key);
    }
    out->LegalHold = awi_arena_new(awi_arena(req), struct s3_ObjectLockLegalHold);
    if (!out->LegalHold) {
        return -ENOMEM;
    }
    out->LegalHold->Status = record.ObjectLockLegalHoldStatus;
    return 0;
}
