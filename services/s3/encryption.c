/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encryption as it is asked for and remembered; nothing is encrypted.
 */
#include "services/s3/s3.h"

#include "core/util/base64.h"
#include "core/util/digest.h"
#include "services/s3/config.h"

#include <errno.h>

/* Checks the three headers of a customer's key against each other. */
static int check_customer_key(struct awi_req *req,
                              struct awi_str algorithm,
                              struct awi_str key,
                              struct awi_str key_md5)
{
    struct awi_str bytes, md5;
    unsigned char digest[16];

    if (!awi_str_is(algorithm, "AES256")) {
        struct s3_ArgumentError body = {
            .ArgumentName = AWI_STR("x-amz-server-side-encryption-customer-algorithm"),
            .ArgumentValue = algorithm};

        return awi_fail_with(req,
                             &s3_error_InvalidEncryptionAlgorithmError,
                             &body,
                             "The Encryption request you specified is not valid. Supported value: "
                             "AES256.");
    }
    if (!awi_str_is_set(key) || awi_base64_decode(awi_arena(req), key, &bytes) < 0 ||
        bytes.len != 32) {
        return s3_fail_argument(req,
                                "The secret key was invalid for the specified algorithm.",
                                "x-amz-server-side-encryption-customer-key",
                                AWI_STR_NULL);
    }
    if (!awi_str_is_set(key_md5) || awi_base64_decode(awi_arena(req), key_md5, &md5) < 0 ||
        md5.len != 16 || awi_digest_of(AWI_MD5, bytes, digest) < 0 ||
        memcmp(digest, md5.ptr, 16) != 0) {
        return s3_fail_argument(
            req,
            "The calculated MD5 hash of the key did not match the hash that was provided.",
            "x-amz-server-side-encryption-customer-key-MD5",
            key_md5);
    }
    return 0;
}

/* The key of KMS that S3 uses where the request names none: the account's alias/aws/s3. Its id is
 * made from account and region, so it stays the same. */
static struct awi_str default_kms_key(struct awi_req *req, const struct s3_bucket *bucket)
{
    unsigned char d[32];
    struct awi_str text = awi_arena_printf(awi_arena(req),
                                           "alias/aws/s3 %.*s %.*s",
                                           AWI_STR_FMT(bucket->owner),
                                           AWI_STR_FMT(bucket->region));

    if (!text.ptr || awi_digest_of(AWI_SHA256, text, d) < 0) {
        return AWI_STR_NULL;
    }
    return awi_arena_printf(awi_arena(req),
                            "arn:%.*s:kms:%.*s:%.*s:key/%02x%02x%02x%02x-%02x%02x-4%x%02x-a%x%02x-"
                            "%02x%02x%02x%02x%02x%02x",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(bucket->region),
                            AWI_STR_FMT(bucket->owner),
                            d[0],
                            d[1],
                            d[2],
                            d[3],
                            d[4],
                            d[5],
                            d[6] & 15,
                            d[7],
                            d[8] & 15,
                            d[9],
                            d[10],
                            d[11],
                            d[12],
                            d[13],
                            d[14],
                            d[15]);
}

static struct awi_str
kms_key_arn(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key)
{
    if (!awi_str_is_set(key)) {
        return default_kms_key(req, bucket);
    }
    if (awi_str_starts(key, AWI_STR("arn:"))) {
        return key;
    }
    return awi_arena_printf(awi_arena(req),
                            "arn:%.*s:kms:%.*s:%.*s:%s%.*s",
                            AWI_STR_FMT(awi_partition(req)),
                            AWI_STR_FMT(bucket->region),
                            AWI_STR_FMT(bucket->owner),
                            awi_str_starts(key, AWI_STR("alias/")) ? "" : "key/",
                            AWI_STR_FMT(key));
}

/* What the bucket does where the request says nothing. */
static int
use_default(struct awi_req *req, const struct s3_bucket *bucket, struct s3_encryption *wanted)
{
    struct s3_ServerSideEncryptionConfiguration config = {0};
    const struct s3_ServerSideEncryptionByDefault *rule;
    int r = s3_config_read(
        req, bucket, "BucketEncryption", &s3_ServerSideEncryptionConfiguration_shape, &config);

    if (r < 0 || config.Rules.n == 0) {
        return r == -ENOENT ? 0 : r;
    }
    rule = config.Rules.items[0].ApplyServerSideEncryptionByDefault;
    if (rule && !awi_str_is_set(wanted->kms_key_id)) {
        wanted->algorithm = rule->SSEAlgorithm;
        wanted->kms_key_id = rule->KMSMasterKeyID;
        if (!wanted->bucket_key.set) {
            wanted->bucket_key = config.Rules.items[0].BucketKeyEnabled;
        }
    }
    return 0;
}

static int encrypt(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   const struct s3_encryption *wanted,
                   struct s3_ObjectRecord *record)
{
    bool kms =
        awi_str_is(wanted->algorithm, "aws:kms") || awi_str_is(wanted->algorithm, "aws:kms:dsse");

    if (awi_str_is_set(wanted->customer_algorithm) || awi_str_is_set(wanted->customer_key)) {
        int r;

        if (awi_str_is_set(wanted->algorithm)) {
            return s3_fail_argument(req,
                                    "Server Side Encryption with Customer provided key is "
                                    "incompatible with the encryption method specified",
                                    "x-amz-server-side-encryption",
                                    wanted->algorithm);
        }
        r = check_customer_key(
            req, wanted->customer_algorithm, wanted->customer_key, wanted->customer_key_md5);
        record->SSECustomerAlgorithm = wanted->customer_algorithm;
        record->SSECustomerKeyMD5 = wanted->customer_key_md5;
        return r;
    }
    if (!kms && (awi_str_is_set(wanted->kms_key_id) || awi_str_is_set(wanted->context))) {
        return s3_fail_argument(req,
                                "Server Side Encryption with AWS KMS managed key requires HTTP "
                                "header x-amz-server-side-encryption : aws:kms",
                                "x-amz-server-side-encryption",
                                wanted->algorithm);
    }
    if (kms) {
        record->SSEKMSKeyId = kms_key_arn(req, bucket, wanted->kms_key_id);
        record->BucketKeyEnabled = wanted->bucket_key;
        record->ServerSideEncryption = wanted->algorithm;
        return record->SSEKMSKeyId.ptr ? 0 : -ENOMEM;
    }
    if (awi_str_is_set(wanted->algorithm) && !awi_str_is(wanted->algorithm, "AES256")) {
        return s3_fail_argument(req,
                                "The encryption method specified is not supported",
                                "x-amz-server-side-encryption",
                                wanted->algorithm);
    }
    record->ServerSideEncryption = AWI_STR("AES256");
    return 0;
}

int s3_encrypt(struct awi_req *req,
               const struct s3_bucket *bucket,
               const struct s3_encryption *wanted,
               struct s3_ObjectRecord *record)
{
    struct s3_encryption chosen = *wanted;
    int r = 0;

    if (!awi_str_is_set(wanted->algorithm) && !awi_str_is_set(wanted->customer_algorithm) &&
        !awi_str_is_set(wanted->customer_key)) {
        r = use_default(req, bucket, &chosen);
    }
    return r < 0 ? r : encrypt(req, bucket, &chosen, record);
}

int s3_check_decrypt(struct awi_req *req,
                     struct awi_str algorithm,
                     struct awi_str key,
                     struct awi_str key_md5,
                     const struct s3_ObjectRecord *record)
{
    int r;

    if (!awi_str_is_set(record->SSECustomerKeyMD5)) {
        return awi_str_is_set(algorithm)
                   ? s3_fail_request(req,
                                     "The encryption parameters are not applicable to this object.")
                   : 0;
    }
    if (!awi_str_is_set(algorithm)) {
        return s3_fail_request(req,
                               "The object was stored using a form of Server Side Encryption. The "
                               "correct parameters must be provided to retrieve the object.");
    }
    r = check_customer_key(req, algorithm, key, key_md5);
    if (r != 0) {
        return r;
    }
    return awi_str_eq(key_md5, record->SSECustomerKeyMD5)
               ? 0
               : awi_fail(req, &s3_error_AccessDenied, "Access Denied");
}
