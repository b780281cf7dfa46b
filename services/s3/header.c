/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members that several operations take from headers: what is allowed and what they mean.
 */
#include "services/s3/s3.h"

#include "core/util/base64.h"
#include "core/util/digest.h"
#include "services/s3/name.h"

#include <errno.h>

#define METADATA_MAX 2048
#define TAGS_MAX     10

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
    if (!awi_str_is_set(version) || awi_str_is(version, "null")) {
        return 0;
    }
    return s3_fail_argument(req, "Invalid version id specified", "versionId", version);
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

/* --- Tags ------------------------------------------------------------------------------------ */

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* A part of a query: %XX and + decoded. Absent: malformed or no memory. */
static struct awi_str unescape(struct awi_arena *arena, struct awi_str s)
{
    char *text = awi_arena_alloc(arena, s.len + 1);
    size_t n = 0;

    for (size_t i = 0; text && i < s.len; i++) {
        if (s.ptr[i] != '%') {
            text[n++] = s.ptr[i] == '+' ? ' ' : s.ptr[i];
            continue;
        }
        if (i + 2 >= s.len || hex_value(s.ptr[i + 1]) < 0 || hex_value(s.ptr[i + 2]) < 0) {
            return AWI_STR_NULL;
        }
        text[n++] = (char)(hex_value(s.ptr[i + 1]) << 4 | hex_value(s.ptr[i + 2]));
        i += 2;
    }
    return awi_str_of(text, n);
}

static size_t characters(struct awi_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        n += (s.ptr[i] & 0xc0) != 0x80;
    }
    return n;
}

static int check_tag(struct awi_req *req, const struct s3_Tag *tag)
{
    struct s3_TagError body = {.TagKey = tag->Key};

    if (tag->Key.len == 0 || characters(tag->Key) > 128) {
        return awi_fail_with(
            req, &s3_error_InvalidTag, &body, "The TagKey you have provided is invalid");
    }
    if (characters(tag->Value) > 256) {
        return awi_fail_with(
            req, &s3_error_InvalidTag, &body, "The TagValue you have provided is invalid");
    }
    if (awi_str_starts_nocase(tag->Key, AWI_STR("aws:"))) {
        return awi_fail_with(
            req, &s3_error_InvalidTag, &body, "System tags cannot be added/updated by requester");
    }
    return 0;
}

static int bad_tagging(struct awi_req *req, struct awi_str header)
{
    return s3_fail_argument(req,
                            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
                            "URL query parameters without tag name duplicates.",
                            "x-amz-tagging",
                            header);
}

int s3_parse_tagging(struct awi_req *req, struct awi_str header, struct s3_TagSet *ret)
{
    struct awi_str rest = header, pair;

    *ret = (struct s3_TagSet){0};
    if (header.len == 0) {
        return 0;
    }
    ret->items = awi_arena_array(awi_arena(req), struct s3_Tag, TAGS_MAX);
    if (!ret->items) {
        return -ENOMEM;
    }
    ret->set = true;
    while (awi_str_cut(&rest, '&', &pair)) {
        struct awi_str key = AWI_STR_NULL;
        struct s3_Tag tag;
        int r;

        if (pair.len == 0) {
            continue;
        }
        awi_str_cut(&pair, '=', &key);
        tag.Key = unescape(awi_arena(req), key);
        tag.Value = unescape(awi_arena(req), pair.ptr ? pair : AWI_STR(""));
        if (!tag.Key.ptr || !tag.Value.ptr) {
            return bad_tagging(req, header);
        }
        for (size_t i = 0; i < ret->n; i++) {
            if (awi_str_eq(ret->items[i].Key, tag.Key)) {
                return bad_tagging(req, header);
            }
        }
        if (ret->n == TAGS_MAX) {
            return awi_fail(
                req, &s3_error_BadRequest, "Object tags cannot be greater than %d", TAGS_MAX);
        }
        r = check_tag(req, &tag);
        if (r != 0) {
            return r;
        }
        ret->items[ret->n++] = tag;
    }
    return 0;
}

/* --- Access control lists -------------------------------------------------------------------- */

int s3_check_object_acl(struct awi_req *req,
                        const struct s3_bucket *bucket,
                        const struct s3_acl *acl)
{
    const struct awi_shape *canned = &s3_ObjectCannedACL_shape;
    bool granted = false, known = !awi_str_is_set(acl->canned);

    for (size_t i = 0; i < sizeof(acl->grants) / sizeof(acl->grants[0]); i++) {
        granted |= awi_str_is_set(acl->grants[i]);
    }
    for (size_t i = 0; i < canned->n_enum_values; i++) {
        known |= awi_str_eq(acl->canned, canned->enum_values[i]);
    }
    if (!known) {
        return s3_fail_argument(req, "", "x-amz-acl", acl->canned);
    }
    if (granted && awi_str_is_set(acl->canned)) {
        return s3_fail_request(req, "Specifying both Canned ACLs and Header Grants is not allowed");
    }
    if (awi_str_is(bucket->record.ObjectOwnership, "BucketOwnerEnforced") &&
        (granted ||
         (awi_str_is_set(acl->canned) && !awi_str_is(acl->canned, "bucket-owner-full-control") &&
          !awi_str_is(acl->canned, "private")))) {
        return awi_fail(
            req, &s3_error_AccessControlListNotSupported, "The bucket does not allow ACLs");
    }
    /* Block Public Access is on for every bucket that has not switched it off. */
    if (awi_str_starts(acl->canned, AWI_STR("public-read"))) {
        return awi_fail(req, &s3_error_AccessDenied, "Access Denied");
    }
    return 0;
}

/* --- Encryption ------------------------------------------------------------------------------ */

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

int s3_encrypt(struct awi_req *req,
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
