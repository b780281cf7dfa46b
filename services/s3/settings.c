/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of buckets: which are documents and no more, and what is special about the others.
 */
#include "services/s3/settings.h"

#include "services/s3/config.h"
#include "services/s3/lock.h"

#include <errno.h>

#define DEFINE_PUT(operation)                                                                      \
    int s3_setting_##operation(                                                                    \
        struct awi_req *req, const struct s3_##operation##Request *in, void *out)                  \
    {                                                                                              \
        (void)out;                                                                                 \
        return s3_config_put(req, in);                                                             \
    }
#define DEFINE_DELETE(operation)                                                                   \
    int s3_setting_##operation(                                                                    \
        struct awi_req *req, const struct s3_##operation##Request *in, void *out)                  \
    {                                                                                              \
        (void)out;                                                                                 \
        return s3_config_delete(req, in);                                                          \
    }
#define DEFINE_GET(operation)                                                                      \
    int s3_setting_##operation(struct awi_req *req,                                                \
                               const struct s3_##operation##Request *in,                           \
                               struct s3_##operation##Output *out)                                 \
    {                                                                                              \
        return s3_config_get(req, in, out);                                                        \
    }
S3_PUT_SETTING(DEFINE_PUT)
S3_DELETE_SETTING(DEFINE_DELETE)
S3_GET_SETTING(DEFINE_GET)

/* --- New buckets ----------------------------------------------------------------------------- */

static int write_ownership(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct s3_OwnershipControlsRule rule = {.ObjectOwnership = bucket->record.ObjectOwnership};
    struct s3_OwnershipControls controls = {.Rules = {.items = &rule, .n = 1, .set = true}};

    return s3_config_write(
        req, bucket, "BucketOwnershipControls", &s3_OwnershipControls_shape, &controls);
}

int s3_settings_begin(struct awi_req *req,
                      const struct s3_bucket *bucket,
                      const struct s3_TagSet *tags)
{
    const struct s3_PublicAccessBlockConfiguration block = {
        .BlockPublicAcls = AWI_SOME(true),
        .IgnorePublicAcls = AWI_SOME(true),
        .BlockPublicPolicy = AWI_SOME(true),
        .RestrictPublicBuckets = AWI_SOME(true),
    };
    struct s3_Tagging tagging = {.TagSet = *tags};
    int r = s3_config_write(
        req, bucket, "PublicAccessBlock", &s3_PublicAccessBlockConfiguration_shape, &block);

    if (r == 0) {
        r = write_ownership(req, bucket);
    }
    if (r == 0 && tags->n > 0) {
        r = s3_config_write(req, bucket, "BucketTagging", &s3_Tagging_shape, &tagging);
    }
    return r;
}

/* --- Tags that permissions may ask for ---------------------------------------------------------
 */

int s3_get_bucket_abac(struct awi_req *req,
                       const struct s3_GetBucketAbacRequest *in,
                       struct s3_GetBucketAbacOutput *out)
{
    int r = s3_config_get(req, in, out);

    if (r == 0 && !out->AbacStatus) {
        out->AbacStatus = awi_arena_new(awi_arena(req), struct s3_AbacStatus);
        if (!out->AbacStatus) {
            return -ENOMEM;
        }
        out->AbacStatus->Status = AWI_STR("Disabled");
    }
    return r;
}

int s3_abac_tags(struct awi_req *req, const struct s3_bucket *bucket, struct s3_TagSet *ret)
{
    struct s3_AbacStatus abac;
    struct s3_Tagging tagging;
    int r = s3_config_read(req, bucket, "BucketAbac", &s3_AbacStatus_shape, &abac);

    *ret = (struct s3_TagSet){.n = 0};
    if (r == 0 && awi_str_is(abac.Status, "Enabled")) {
        r = s3_config_read(req, bucket, "BucketTagging", &s3_Tagging_shape, &tagging);
        if (r == 0) {
            *ret = tagging.TagSet;
        }
    }
    return r == -ENOENT ? 0 : r;
}

int s3_public_access_block(struct awi_req *req,
                           const struct s3_bucket *bucket,
                           struct s3_PublicAccessBlockConfiguration *ret)
{
    int r = s3_config_read(
        req, bucket, "PublicAccessBlock", &s3_PublicAccessBlockConfiguration_shape, ret);

    if (r == -ENOENT) {
        *ret = (struct s3_PublicAccessBlockConfiguration){0};
    }
    return r == -ENOENT ? 0 : r;
}

/* --- Those with a default -------------------------------------------------------------------- */

int s3_get_bucket_encryption(struct awi_req *req,
                             const struct s3_GetBucketEncryptionRequest *in,
                             struct s3_GetBucketEncryptionOutput *out)
{
    struct s3_ServerSideEncryptionConfiguration *config;
    struct s3_ServerSideEncryptionRule *rule;
    int r = s3_config_get(req, in, out);

    if (r != 0) {
        return r;
    }
    config = out->ServerSideEncryptionConfiguration;
    if (!config) {
        config = awi_arena_new(awi_arena(req), struct s3_ServerSideEncryptionConfiguration);
        rule = awi_arena_new(awi_arena(req), struct s3_ServerSideEncryptionRule);
        if (!config || !rule) {
            return -ENOMEM;
        }
        rule->ApplyServerSideEncryptionByDefault =
            awi_arena_new(awi_arena(req), struct s3_ServerSideEncryptionByDefault);
        if (!rule->ApplyServerSideEncryptionByDefault) {
            return -ENOMEM;
        }
        rule->ApplyServerSideEncryptionByDefault->SSEAlgorithm = AWI_STR("AES256");
        config->Rules.items = rule;
        config->Rules.n = 1;
        config->Rules.set = true;
        out->ServerSideEncryptionConfiguration = config;
    }
    for (size_t i = 0; i < config->Rules.n; i++) {
        if (!config->Rules.items[i].BucketKeyEnabled.set) {
            config->Rules.items[i].BucketKeyEnabled = AWI_SOME_BOOL(false);
        }
    }
    return 0;
}

int s3_get_bucket_request_payment(struct awi_req *req,
                                  const struct s3_GetBucketRequestPaymentRequest *in,
                                  struct s3_GetBucketRequestPaymentOutput *out)
{
    int r = s3_config_get(req, in, out);

    if (r == 0 && !awi_str_is_set(out->Payer)) {
        out->Payer = AWI_STR("BucketOwner");
    }
    return r;
}

/* --- Notifications --------------------------------------------------------------------------- */

int s3_get_bucket_notification(struct awi_req *req,
                               const struct s3_GetBucketNotificationConfigurationRequest *in,
                               struct s3_NotificationConfiguration *out)
{
    return s3_config_get(req, in, out);
}

/* AWS asks each destination before it saves; there are no queues, topics and functions here that
 * could answer. Events for EventBridge are delivered nowhere. */
int s3_put_bucket_notification(struct awi_req *req,
                               const struct s3_PutBucketNotificationConfigurationRequest *in,
                               void *out)
{
    const struct s3_NotificationConfiguration *wanted = in->NotificationConfiguration;

    (void)out;
    if (!wanted || (wanted->TopicConfigurations.n == 0 && wanted->QueueConfigurations.n == 0 &&
                    wanted->LambdaFunctionConfigurations.n == 0)) {
        return s3_config_put(req, in);
    }
    return in->SkipDestinationValidation.v
               ? s3_fail_header(req, "x-amz-skip-destination-validation")
               : s3_fail_argument(req,
                                  "Unable to validate the following destination configurations",
                                  "NotificationConfiguration",
                                  AWI_STR_NULL);
}

/* --- Those with rules ------------------------------------------------------------------------ */

/* Rules without an id get one. */
int s3_put_bucket_lifecycle(struct awi_req *req,
                            const struct s3_PutBucketLifecycleConfigurationRequest *in,
                            struct s3_PutBucketLifecycleConfigurationOutput *out)
{
    const struct s3_BucketLifecycleConfiguration *document;
    struct s3_GetBucketLifecycleConfigurationOutput kept = {0};
    struct s3_bucket bucket;
    const void *any;
    int r = s3_config_open_document(req, in, &bucket, &any);

    if (r != 0) {
        return r;
    }
    document = any;
    kept.Rules = document->Rules;
    if (kept.Rules.n == 0 || kept.Rules.n > 1000) {
        return s3_config_malformed(req);
    }
    for (size_t i = 0; i < kept.Rules.n; i++) {
        if (kept.Rules.items[i].ID.len == 0) {
            kept.Rules.items[i].ID = awi_uuid(req);
        }
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(kept.Rules.items[i].ID, kept.Rules.items[j].ID)) {
                return s3_fail_argument(
                    req,
                    "Rule ID must be unique. Found same ID for more than one rule",
                    "ID",
                    kept.Rules.items[i].ID);
            }
        }
    }
    kept.TransitionDefaultMinimumObjectSize = awi_str_is_set(in->TransitionDefaultMinimumObjectSize)
                                                  ? in->TransitionDefaultMinimumObjectSize
                                                  : AWI_STR("all_storage_classes_128K");
    out->TransitionDefaultMinimumObjectSize = kept.TransitionDefaultMinimumObjectSize;
    return s3_config_write(
        req, &bucket, "BucketLifecycle", &s3_GetBucketLifecycleConfigurationOutput_shape, &kept);
}

static int set_ownership(struct awi_req *req, struct s3_bucket *bucket, struct awi_str ownership)
{
    bucket->record.ObjectOwnership = ownership;
    return s3_bucket_save(req, bucket);
}

int s3_put_bucket_ownership_controls(struct awi_req *req,
                                     const struct s3_PutBucketOwnershipControlsRequest *in,
                                     void *out)
{
    const struct s3_OwnershipControls *controls;
    struct s3_bucket bucket;
    const void *any;
    int r = s3_config_open_document(req, in, &bucket, &any);

    (void)out;
    if (r != 0) {
        return r;
    }
    controls = any;
    if (controls->Rules.n != 1) {
        return s3_config_malformed(req);
    }
    r = set_ownership(req, &bucket, controls->Rules.items[0].ObjectOwnership);
    return r < 0 ? r : write_ownership(req, &bucket);
}

/* Without controls a bucket is as they were of old: whoever writes an object owns it. */
int s3_delete_bucket_ownership_controls(struct awi_req *req,
                                        const struct s3_DeleteBucketOwnershipControlsRequest *in,
                                        void *out)
{
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    (void)out;
    if (r == 0) {
        r = set_ownership(req, &bucket, AWI_STR("ObjectWriter"));
    }
    return r != 0 ? r : s3_config_delete(req, in);
}

int s3_put_bucket_replication(struct awi_req *req,
                              const struct s3_PutBucketReplicationRequest *in,
                              void *out)
{
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    (void)out;
    if (r == 0 && !awi_str_is(bucket.record.Versioning, "Enabled")) {
        return s3_fail_request(
            req, "Versioning must be 'Enabled' on the bucket to apply a replication configuration");
    }
    return r != 0 ? r : s3_config_put(req, in);
}

int s3_put_bucket_tagging(struct awi_req *req,
                          const struct s3_PutBucketTaggingRequest *in,
                          void *out)
{
    int r = in->Tagging ? s3_check_bucket_tags(req, &in->Tagging->TagSet) : 0;

    (void)out;
    return r != 0 ? r : s3_config_put(req, in);
}

int s3_put_bucket_versioning(struct awi_req *req,
                             const struct s3_PutBucketVersioningRequest *in,
                             void *out)
{
    const struct s3_VersioningConfiguration *wanted = in->VersioningConfiguration;
    struct s3_bucket bucket;
    int r;

    (void)out;
    if (!wanted || !awi_str_is_set(wanted->Status)) {
        return awi_fail(req,
                        &s3_error_IllegalVersioningConfigurationException,
                        "The Versioning element must be specified");
    }
    if (awi_str_is_set(in->MFA) || awi_str_is(wanted->MFADelete, "Enabled")) {
        return s3_fail_header(req, "x-amz-mfa");
    }
    if (!awi_str_is(wanted->Status, "Enabled") && !awi_str_is(wanted->Status, "Suspended")) {
        return s3_config_malformed(req);
    }
    r = s3_config_open(req, in, &bucket);
    if (r != 0) {
        return r;
    }
    if (awi_str_is(wanted->Status, "Suspended")) {
        r = s3_lock_enabled(req, &bucket);
        if (r != 0) {
            return r < 0 ? r
                         : awi_fail(req,
                                    &s3_error_InvalidBucketState,
                                    "An Object Lock configuration is present on this bucket, so "
                                    "the versioning state cannot be changed.");
        }
    }
    bucket.record.Versioning = wanted->Status;
    return s3_bucket_save(req, &bucket);
}

int s3_get_bucket_versioning(struct awi_req *req,
                             const struct s3_GetBucketVersioningRequest *in,
                             struct s3_GetBucketVersioningOutput *out)
{
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    out->Status = r == 0 ? bucket.record.Versioning : AWI_STR_NULL;
    return r;
}
