/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of tables besides their shape: time to live, continuous backups, tags, resource
 * policies.
 */
#include "services/dynamodb/table.h"

#include "core/policy/policy.h"
#include "services/dynamodb/table_check.h"

#include <errno.h>

#define POLICY_MAX (20u << 10)
#define PITR_DAYS  35

/* --- Time to live ---------------------------------------------------------------------------- */

int ddb_describe_time_to_live(struct awi_req *req,
                              const struct dynamodb_DescribeTimeToLiveInput *in,
                              struct dynamodb_DescribeTimeToLiveOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    if (r != 0) {
        return r;
    }
    out->TimeToLiveDescription = record.TimeToLive;
    if (!out->TimeToLiveDescription) {
        out->TimeToLiveDescription =
            awi_arena_new(awi_arena(req), struct dynamodb_TimeToLiveDescription);
        if (!out->TimeToLiveDescription) {
            return -ENOMEM;
        }
        out->TimeToLiveDescription->TimeToLiveStatus = AWI_STR("DISABLED");
    }
    return 0;
}

/* In the schema, and in the order of expiry. */
static int set_expiry(struct awi_req *req,
                      struct awi_str name,
                      const struct dynamodb_TimeToLiveSpecification *wanted)
{
    struct ddb_table table;
    int r = ddb_table_open(req, name, &table);

    if (r != 0) {
        return r;
    }
    table.expiry = wanted->Enabled.v ? wanted->AttributeName : AWI_STR_NULL;
    r = wanted->Enabled.v ? ddb_expiry_begin(req, &table)
                          : awi_delete_prefix(&table.scope, "expiry", table.id);
    return r == 0 ? ddb_schema_put(&table) : r;
}

int ddb_update_time_to_live(struct awi_req *req,
                            const struct dynamodb_UpdateTimeToLiveInput *in,
                            struct dynamodb_UpdateTimeToLiveOutput *out)
{
    const struct dynamodb_TimeToLiveSpecification *wanted = in->TimeToLiveSpecification;
    struct dynamodb_TimeToLiveDescription on = {.TimeToLiveStatus = AWI_STR("ENABLED"),
                                                .AttributeName = wanted->AttributeName};
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    if (r != 0) {
        return r;
    }
    if (wanted->Enabled.v && record.TimeToLive) {
        return ddb_invalid(req, "TimeToLive is already enabled");
    }
    if (!wanted->Enabled.v && !record.TimeToLive) {
        return ddb_invalid(req, "TimeToLive is already disabled");
    }
    if (!wanted->Enabled.v &&
        !awi_str_eq(record.TimeToLive->AttributeName, wanted->AttributeName)) {
        return ddb_invalid(req,
                           "TimeToLive is active on a different AttributeName: current "
                           "AttributeName is %.*s",
                           AWI_STR_FMT(record.TimeToLive->AttributeName));
    }
    record.TimeToLive = wanted->Enabled.v ? &on : NULL;
    out->TimeToLiveSpecification = in->TimeToLiveSpecification;
    r = ddb_record_put(req, &place, &record);
    return r == 0 ? set_expiry(req, in->TableName, wanted) : r;
}

/* --- Continuous backups ---------------------------------------------------------------------- */

static int describe_backups(struct awi_req *req,
                            const struct dynamodb_TableRecord *record,
                            struct dynamodb_ContinuousBackupsDescription **ret)
{
    const struct dynamodb_PointInTimeRecoveryDescription *stored = record->PointInTimeRecovery;
    struct dynamodb_PointInTimeRecoveryDescription *recovery =
        awi_arena_new(awi_arena(req), struct dynamodb_PointInTimeRecoveryDescription);

    *ret = awi_arena_new(awi_arena(req), struct dynamodb_ContinuousBackupsDescription);
    if (!*ret || !recovery) {
        return -ENOMEM;
    }
    (*ret)->ContinuousBackupsStatus = AWI_STR("ENABLED");
    (*ret)->PointInTimeRecoveryDescription = recovery;
    if (!stored) {
        recovery->PointInTimeRecoveryStatus = AWI_STR("DISABLED");
        return 0;
    }
    *recovery = *stored;
    recovery->LatestRestorableDateTime = AWI_SOME_TIME(awi_now(req));
    return 0;
}

int ddb_describe_continuous_backups(struct awi_req *req,
                                    const struct dynamodb_DescribeContinuousBackupsInput *in,
                                    struct dynamodb_DescribeContinuousBackupsOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    return r != 0 ? r : describe_backups(req, &record, &out->ContinuousBackupsDescription);
}

int ddb_update_continuous_backups(struct awi_req *req,
                                  const struct dynamodb_UpdateContinuousBackupsInput *in,
                                  struct dynamodb_UpdateContinuousBackupsOutput *out)
{
    const struct dynamodb_PointInTimeRecoverySpecification *wanted =
        in->PointInTimeRecoverySpecification;
    struct dynamodb_PointInTimeRecoveryDescription on = {
        .PointInTimeRecoveryStatus = AWI_STR("ENABLED"),
        .RecoveryPeriodInDays = AWI_SOME_I32(PITR_DAYS),
        .EarliestRestorableDateTime = AWI_SOME_TIME(awi_now(req)),
    };
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->TableName, &place, &record);

    if (r != 0) {
        return r;
    }
    if (wanted->RecoveryPeriodInDays.set) {
        on.RecoveryPeriodInDays = wanted->RecoveryPeriodInDays;
    }
    if (record.PointInTimeRecovery) {
        on.EarliestRestorableDateTime = record.PointInTimeRecovery->EarliestRestorableDateTime;
    }
    record.PointInTimeRecovery = wanted->PointInTimeRecoveryEnabled.v ? &on : NULL;
    r = ddb_record_put(req, &place, &record);
    return r != 0 ? r : describe_backups(req, &record, &out->ContinuousBackupsDescription);
}

/* --- Tags ------------------------------------------------------------------------------------ */

int ddb_list_tags(struct awi_req *req,
                  const struct dynamodb_ListTagsOfResourceInput *in,
                  struct dynamodb_ListTagsOfResourceOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->ResourceArn, &place, &record);

    if (r == 0) {
        out->Tags = record.Tags;
        out->Tags.set = true;
    }
    return r;
}

int ddb_tag_resource(struct awi_req *req, const struct dynamodb_TagResourceInput *in, void *out)
{
    struct dynamodb_TableRecord record;
    struct dynamodb_TagList tags;
    struct ddb_place place;
    int r = ddb_record_get(req, in->ResourceArn, &place, &record);

    (void)out;
    if (r == 0) {
        r = ddb_check_tags(req, &in->Tags);
    }
    if (r != 0) {
        return r;
    }
    tags.items = awi_arena_array(awi_arena(req), struct dynamodb_Tag, record.Tags.n + in->Tags.n);
    if (!tags.items) {
        return -ENOMEM;
    }
    tags.n = 0;
    tags.set = true;
    for (size_t i = 0; i < record.Tags.n; i++) {
        tags.items[tags.n++] = record.Tags.items[i];
    }
    for (size_t i = 0; i < in->Tags.n; i++) {
        size_t at = 0;

        while (at < tags.n && !awi_str_eq(tags.items[at].Key, in->Tags.items[i].Key)) {
            at++;
        }
        tags.items[at] = in->Tags.items[i];
        tags.n += at == tags.n;
    }
    r = ddb_check_tags(req, &tags);
    record.Tags = tags;
    return r != 0 ? r : ddb_record_put(req, &place, &record);
}

int ddb_untag_resource(struct awi_req *req, const struct dynamodb_UntagResourceInput *in, void *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    size_t n = 0;
    int r = ddb_record_get(req, in->ResourceArn, &place, &record);

    (void)out;
    if (r != 0) {
        return r;
    }
    for (size_t i = 0; i < record.Tags.n; i++) {
        bool gone = false;

        for (size_t j = 0; j < in->TagKeys.n; j++) {
            gone |= awi_str_eq(record.Tags.items[i].Key, in->TagKeys.items[j]);
        }
        if (!gone) {
            record.Tags.items[n++] = record.Tags.items[i];
        }
    }
    record.Tags.n = n;
    return ddb_record_put(req, &place, &record);
}

/* --- Resource policies ----------------------------------------------------------------------- */

static int no_policy(struct awi_req *req, struct awi_str arn)
{
    return awi_fail(req,
                    &dynamodb_PolicyNotFoundException_error,
                    "Resource-based policy not found for the provided ResourceArn: %.*s",
                    AWI_STR_FMT(arn));
}

static int check_revision(struct awi_req *req,
                          const struct dynamodb_TableRecord *record,
                          struct awi_str arn,
                          struct awi_str expected)
{
    bool none = !awi_str_is_set(record->ResourcePolicy);

    if (!awi_str_is_set(expected) || (none && awi_str_is(expected, "NO_POLICY"))) {
        return 0;
    }
    return !none && awi_str_eq(expected, record->PolicyRevision) ? 0 : no_policy(req, arn);
}

int ddb_put_resource_policy(struct awi_req *req,
                            const struct dynamodb_PutResourcePolicyInput *in,
                            struct dynamodb_PutResourcePolicyOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    struct awi_str reason;
    int r = ddb_record_get(req, in->ResourceArn, &place, &record);

    if (r == 0) {
        r = check_revision(req, &record, in->ResourceArn, in->ExpectedRevisionId);
    }
    if (r != 0) {
        return r;
    }
    if (awi_policy_size(in->Policy) > POLICY_MAX) {
        return ddb_invalid(req, "Resource-based policy exceeds the maximum size of 20 KB");
    }
    r = awi_policy_validate(awi_arena(req), AWI_POLICY_RESOURCE, in->Policy, &reason);
    if (r > 0) {
        return ddb_invalid(req, "Invalid policy document: %.*s", AWI_STR_FMT(reason));
    }
    r = r ? r : awi_policy_principals(req, in->Policy, &reason);
    if (r > 0) {
        return ddb_invalid(req,
                           "Invalid policy document: Invalid principal in policy: \"AWS\":\"%.*s\"",
                           AWI_STR_FMT(reason));
    }
    if (r == 0 && !awi_str_eq(record.ResourcePolicy, in->Policy)) {
        record.ResourcePolicy = in->Policy;
        record.PolicyRevision = awi_arena_printf(awi_arena(req), "%lld", (long long)awi_now(req));
        r = record.PolicyRevision.ptr ? ddb_record_put(req, &place, &record) : -ENOMEM;
    }
    out->RevisionId = record.PolicyRevision;
    return r;
}

int ddb_get_resource_policy(struct awi_req *req,
                            const struct dynamodb_GetResourcePolicyInput *in,
                            struct dynamodb_GetResourcePolicyOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->ResourceArn, &place, &record);

    if (r == 0 && !awi_str_is_set(record.ResourcePolicy)) {
        return no_policy(req, in->ResourceArn);
    }
    if (r == 0) {
        out->Policy = record.ResourcePolicy;
        out->RevisionId = record.PolicyRevision;
    }
    return r;
}

int ddb_delete_resource_policy(struct awi_req *req,
                               const struct dynamodb_DeleteResourcePolicyInput *in,
                               struct dynamodb_DeleteResourcePolicyOutput *out)
{
    struct dynamodb_TableRecord record;
    struct ddb_place place;
    int r = ddb_record_get(req, in->ResourceArn, &place, &record);

    if (r == 0) {
        r = check_revision(req, &record, in->ResourceArn, in->ExpectedRevisionId);
    }
    if (r != 0 || !awi_str_is_set(record.ResourcePolicy)) {
        return r;
    }
    out->RevisionId = record.PolicyRevision;
    record.ResourcePolicy = record.PolicyRevision = AWI_STR_NULL;
    return ddb_record_put(req, &place, &record);
}
