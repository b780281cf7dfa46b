/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bucket policies: saving what AWS would save, and whether one is public (S3 user guide, "The
 * meaning of public").
 */
#include "services/s3/settings.h"

#include "core/policy/policy.h"

#include <errno.h>

#define POLICY_MAX (20u << 10)

static int malformed(struct awi_req *req, const char *message)
{
    return awi_fail(req, &s3_error_MalformedPolicy, "%s", message);
}

/* --- What a bucket's policy may name --------------------------------------------------------- */

typedef bool (*text_check)(const struct s3_bucket *bucket, struct awi_str text);

static bool
each_text(const struct awi_json *value, const struct s3_bucket *bucket, text_check check)
{
    if (!value) {
        return true;
    }
    if (value->type == AWI_JSON_STRING) {
        return check(bucket, value->text);
    }
    for (const struct awi_json *item = value->first; item; item = item->next) {
        if (item->type != AWI_JSON_STRING || !check(bucket, item->text)) {
            return false;
        }
    }
    return true;
}

static bool is_action(const struct s3_bucket *bucket, struct awi_str text)
{
    (void)bucket;
    return awi_str_is(text, "*") || awi_str_starts_nocase(text, AWI_STR("s3:"));
}

/* arn:PARTITION:s3:::BUCKET with or without a key; wildcards may stand for the bucket's name. */
static bool is_resource(const struct s3_bucket *bucket, struct awi_str text)
{
    struct awi_str rest = text, part, name;

    if (awi_str_is(text, "*")) {
        return true;
    }
    for (int i = 0; i < 5; i++) {
        if (!awi_str_cut(&rest, ':', &part) || !rest.ptr) {
            return false;
        }
        if (i == 2 && !awi_str_is(part, "s3") && !awi_str_is(part, "*")) {
            return false;
        }
    }
    awi_str_cut(&rest, '/', &name);
    return awi_str_eq(name, bucket->name) || awi_str_find(name, '*') >= 0 ||
           awi_str_find(name, '?') >= 0;
}

static int check_statement(struct awi_req *req,
                           const struct s3_bucket *bucket,
                           const struct awi_json *statement)
{
    if (!each_text(awi_json_get(statement, "Action"), bucket, is_action) ||
        !each_text(awi_json_get(statement, "NotAction"), bucket, is_action)) {
        return malformed(req, "Policy has invalid action");
    }
    if (!each_text(awi_json_get(statement, "Resource"), bucket, is_resource) ||
        !each_text(awi_json_get(statement, "NotResource"), bucket, is_resource)) {
        return malformed(req, "Policy has invalid resource");
    }
    return 0;
}

/* Statement: an object, or an array of them. */
static const struct awi_json *first_statement(const struct awi_json *policy)
{
    const struct awi_json *all = awi_json_get(policy, "Statement");

    return all && all->type == AWI_JSON_ARRAY ? all->first : all;
}

static const struct awi_json *next_statement(const struct awi_json *policy,
                                             const struct awi_json *statement)
{
    return awi_json_get(policy, "Statement") == statement ? NULL : statement->next;
}

/* Detail quotes the element. */
static int wrong_principal(struct awi_req *req, struct awi_str type, struct awi_str principal)
{
    struct s3_PolicyError body = {
        .Detail = awi_arena_printf(
            awi_arena(req), "\"%.*s\" : \"%.*s\"", AWI_STR_FMT(type), AWI_STR_FMT(principal)),
    };

    return awi_fail_with(req, &s3_error_MalformedPolicy, &body, "Invalid principal in policy");
}

static int check_policy(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str text)
{
    const struct awi_json *policy;
    struct awi_json_error error;
    struct awi_str reason;
    int r;

    if (text.len > POLICY_MAX) {
        return malformed(req, "Policies must not exceed 20 KB in size");
    }
    r = awi_json_read(awi_arena(req), text, &policy, &error);
    if (r == -EINVAL || (r == 0 && policy->type != AWI_JSON_OBJECT)) {
        return malformed(req, "This policy contains invalid Json or the first byte is not '{'");
    }
    if (r == 0) {
        r = awi_policy_validate(awi_arena(req), AWI_POLICY_RESOURCE, text, &reason);
    }
    if (r > 0) {
        return awi_fail(req, &s3_error_MalformedPolicy, "%.*s", AWI_STR_FMT(reason));
    }
    for (const struct awi_json *s = r == 0 ? first_statement(policy) : NULL; r == 0 && s;
         s = next_statement(policy, s)) {
        r = check_statement(req, bucket, s);
    }
    if (r) {
        return r;
    }
    r = awi_policy_principals(req, text, &reason);
    return r > 0 ? wrong_principal(req, AWI_STR("AWS"), reason) : r;
}

/* --- Public or not --------------------------------------------------------------------------- */

/* Keys whose fixed values make a grant to everybody one to few. */
static bool narrows(struct awi_str key)
{
    static const char *const keys[] = {"aws:SourceIp",
                                       "aws:SourceArn",
                                       "aws:SourceVpc",
                                       "aws:SourceVpce",
                                       "aws:SourceOwner",
                                       "aws:SourceAccount",
                                       "aws:userid",
                                       "aws:PrincipalOrgID",
                                       "aws:PrincipalOrgPaths",
                                       "aws:PrincipalAccount",
                                       "aws:PrincipalArn",
                                       "s3:x-amz-server-side-encryption-aws-kms-key-id",
                                       "s3:DataAccessPointArn",
                                       "s3:DataAccessPointAccount"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (awi_str_is_nocase(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static bool is_fixed(const struct s3_bucket *bucket, struct awi_str text)
{
    (void)bucket;
    return awi_str_find(text, '*') < 0 && awi_str_find(text, '?') < 0 &&
           awi_str_find(text, '$') < 0 && !awi_str_is(text, "0.0.0.0/0") &&
           !awi_str_is(text, "::/0");
}

static bool is_narrowed(const struct awi_json *conditions)
{
    const struct awi_json *operator= conditions ? conditions->first : NULL;

    for (; operator; operator= operator->next) {
        if (awi_str_search(operator->name, AWI_STR("Not")) >= 0 ||
            awi_str_ends(operator->name, AWI_STR("IfExists"))) {
            continue;
        }
        for (const struct awi_json *key = operator->first; key; key = key->next) {
            if (narrows(key->name) && each_text(key, NULL, is_fixed)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_not_star(const struct s3_bucket *bucket, struct awi_str text)
{
    (void)bucket;
    return !awi_str_is(text, "*");
}

static bool names_everybody(const struct awi_json *principal)
{
    if (!principal) {
        return false;
    }
    if (principal->type == AWI_JSON_STRING) {
        return awi_str_is(principal->text, "*");
    }
    return !each_text(awi_json_get(principal, "AWS"), NULL, is_not_star);
}

static int is_public(struct awi_req *req, struct awi_str text, bool *ret)
{
    const struct awi_json *policy;
    struct awi_json_error error;
    int r = awi_json_read(awi_arena(req), text, &policy, &error);

    *ret = false;
    for (const struct awi_json *s = r == 0 ? first_statement(policy) : NULL; s;
         s = next_statement(policy, s)) {
        const struct awi_json *effect = awi_json_get(s, "Effect");

        if (effect && awi_str_is(effect->text, "Allow") &&
            (awi_json_get(s, "NotPrincipal") || names_everybody(awi_json_get(s, "Principal"))) &&
            !is_narrowed(awi_json_get(s, "Condition"))) {
            *ret = true;
        }
    }
    return r;
}

/* --- Operations ------------------------------------------------------------------------------ */

static int no_policy(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct s3_BucketError body = {.BucketName = bucket->name};

    return awi_fail_with(
        req, &s3_error_NoSuchBucketPolicy, &body, "The bucket policy does not exist");
}

/* Block Public Access: BlockPublicPolicy. */
static int check_block(struct awi_req *req, const struct s3_bucket *bucket)
{
    struct s3_PublicAccessBlockConfiguration block;
    int r = s3_public_access_block(req, bucket, &block);

    if (r < 0 || !block.BlockPublicPolicy.v) {
        return r;
    }
    return awi_fail(req,
                    &s3_error_AccessDenied,
                    "User: %.*s is not authorized to perform: s3:PutBucketPolicy on resource: "
                    "\"%.*s\" because public policies are prevented by the BlockPublicPolicy "
                    "setting in S3 Block Public Access.",
                    AWI_STR_FMT(awi_principal(req)->arn),
                    AWI_STR_FMT(s3_bucket_arn(req, bucket->name)));
}

int s3_put_bucket_policy(struct awi_req *req, const struct s3_PutBucketPolicyRequest *in, void *out)
{
    struct s3_bucket bucket;
    bool public = false;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    (void)out;
    if (r == 0) {
        r = s3_checksum_document(req);
    }
    if (r == 0) {
        r = check_policy(req, &bucket, in->Policy);
    }
    if (r == 0) {
        r = is_public(req, in->Policy, &public);
    }
    if (r == 0 && public) {
        r = check_block(req, &bucket);
    }
    if (r != 0) {
        return r;
    }
    awi_answer_status(req, 204);
    bucket.record.Policy = in->Policy;
    bucket.record.PolicyIsPublic = AWI_SOME_BOOL(public);
    return s3_bucket_save(req, &bucket);
}

int s3_get_bucket_policy(struct awi_req *req,
                         const struct s3_GetBucketPolicyRequest *in,
                         struct s3_GetBucketPolicyOutput *out)
{
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0 && !awi_str_is_set(bucket.record.Policy)) {
        return no_policy(req, &bucket);
    }
    out->Policy = r == 0 ? bucket.record.Policy : AWI_STR_NULL;
    return r;
}

int s3_delete_bucket_policy(struct awi_req *req,
                            const struct s3_DeleteBucketPolicyRequest *in,
                            void *out)
{
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    (void)out;
    if (r != 0) {
        return r;
    }
    bucket.record.Policy = AWI_STR_NULL;
    bucket.record.PolicyIsPublic = (struct awi_opt_bool){0};
    return s3_bucket_save(req, &bucket);
}

int s3_get_bucket_policy_status(struct awi_req *req,
                                const struct s3_GetBucketPolicyStatusRequest *in,
                                struct s3_GetBucketPolicyStatusOutput *out)
{
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, in->Bucket, in->ExpectedBucketOwner, &bucket);

    if (r == 0 && !awi_str_is_set(bucket.record.Policy)) {
        return no_policy(req, &bucket);
    }
    if (r != 0) {
        return r;
    }
    out->PolicyStatus = awi_arena_new(awi_arena(req), struct s3_PolicyStatus);
    if (!out->PolicyStatus) {
        return -ENOMEM;
    }
    out->PolicyStatus->IsPublic = AWI_SOME_BOOL(bucket.record.PolicyIsPublic.v);
    return 0;
}
