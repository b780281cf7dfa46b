/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this service share. Where things lie:
 *
 *   scope ("", "")          table "name"    PARTITION/BUCKET -> NameRecord: who owns the name
 *   scope (owner, "")       table "bucket"  BUCKET           -> BucketRecord
 *                           table "config"  BUCKET/KIND      -> a document (config.c)
 *   scope (owner, region)   table "object"  BUCKET/KEY       -> ObjectRecord
 *                           table "version" (version.h)      -> ObjectRecord
 *                           table "data"    an id            -> bytes of a short object or part
 *                           table "upload"  BUCKET/ID        -> UploadRecord
 *                           table "part"    BUCKET/ID/NUMBER -> PartRecord
 *
 * A bucket's name has no slash, so BUCKET/ is the prefix of what it holds and byte order of these
 * keys is the order in which S3 lists objects (UTF-8).
 */
#pragma once

#include "core/service.h"
#include "core/store/record.h"
#include "core/util/cleanup.h"
#include "services/s3/checksum.h"
#include "services/s3/errors.h"

#include "gen/s3.h"

/* A body up to this many bytes is a record; a longer one is a blob. */
#define S3_INLINE_MAX (32u << 10)

struct s3_bucket {
    struct awi_str name;
    struct awi_str owner; /* account */
    struct awi_str region;
    struct awi_scope home;    /* of bucket records */
    struct awi_scope content; /* of objects */
    struct s3_BucketRecord record;
};

/* --- bucket.c -------------------------------------------------------------------------------- */

/* A bucket by name, anywhere. -ENOENT. Who may reach it was decided before the handler
 * (access.c): in every mode another account only where the bucket's policy allows it. */
int s3_bucket_find(struct awi_req *req, struct awi_str name, struct s3_bucket *ret);
/* Was the request sent where the bucket is? 0, or a redirect to its region. */
int s3_bucket_here(struct awi_req *req, const struct s3_bucket *bucket);
/* For what no bucket leads elsewhere (CreateBucket, ListBuckets): a request to the global endpoint
 * must be signed for us-east-1 (S3 API reference, CreateBucket). 0 or AuthorizationHeaderMalformed
 * naming that region, with which clients try again (s3cmd signs for "US" at first). */
int s3_check_scope(struct awi_req *req);
/* NoSuchBucket; AccessDenied for an owner that is not the expected one
 * (x-amz-expected-bucket-owner; absent: any). */
int s3_bucket_open(struct awi_req *req,
                   struct awi_str name,
                   struct awi_str expected_owner,
                   struct s3_bucket *ret);
/* Writes bucket->record. */
int s3_bucket_save(struct awi_req *req, const struct s3_bucket *bucket);
/* The canonical user id of an account: 64 hex digits, the same for ever. */
struct awi_str s3_owner_id(struct awi_req *req, struct awi_str account);
/* arn:aws:s3:::BUCKET */
struct awi_str s3_bucket_arn(struct awi_req *req, struct awi_str bucket);

int s3_create_bucket(struct awi_req *req,
                     const struct s3_CreateBucketRequest *in,
                     struct s3_CreateBucketOutput *out);
int s3_list_buckets(struct awi_req *req,
                    const struct s3_ListBucketsRequest *in,
                    struct s3_ListBucketsOutput *out);
int s3_head_bucket(struct awi_req *req,
                   const struct s3_HeadBucketRequest *in,
                   struct s3_HeadBucketOutput *out);
int s3_delete_bucket(struct awi_req *req, const struct s3_DeleteBucketRequest *in, void *out);
int s3_get_bucket_location(struct awi_req *req,
                           const struct s3_GetBucketLocationRequest *in,
                           struct s3_GetBucketLocationOutput *out);

/* --- object.c: records and bodies ------------------------------------------------------------ */

/* BUCKET/KEY; absent: no memory. */
struct awi_str
s3_object_key(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str key);
/* The current object. -ENOENT when there is none. */
int s3_object_get(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  struct awi_str key,
                  struct s3_ObjectRecord *ret);
int s3_object_put(struct awi_req *req,
                  const struct s3_bucket *bucket,
                  struct awi_str key,
                  const struct s3_ObjectRecord *record);
/* The bytes of an object, not its record. */
int s3_object_drop_data(const struct s3_bucket *bucket, const struct s3_ObjectRecord *record);
/* Keeps a body; one of the two ids is set. */
int s3_data_keep(struct awi_req *req,
                 const struct s3_bucket *bucket,
                 struct awi_body *body,
                 struct awi_str *ret_data_id,
                 struct awi_str *ret_blob_id);
struct awi_blob_id s3_blob_of(struct awi_str text);
int s3_data_drop(const struct s3_bucket *bucket, struct awi_str data_id, struct awi_str blob_id);
/* Bytes of an object as an answer's body. */
int s3_object_body(struct awi_req *req,
                   const struct s3_bucket *bucket,
                   const struct s3_ObjectRecord *record,
                   uint64_t offset,
                   uint64_t len,
                   struct awi_body **ret);

/* --- condition.c ----------------------------------------------------------------------------- */

struct s3_condition {
    struct awi_str if_match, if_none_match; /* absent: none */
    struct awi_opt_time if_modified_since, if_unmodified_since;
};

/* Does a comma-separated list of entity tags, or "*", hold etag? Quotes may be missing. */
bool s3_etag_matches(struct awi_str list, struct awi_str etag);
/* For reading: 0, PreconditionFailed, or NotModified with the headers that a 304 has. */
int s3_check_read(struct awi_req *req,
                  const struct s3_condition *condition,
                  const struct s3_ObjectRecord *record);
/* For the source of a copy, which is refused where a read would be answered 304. */
int s3_check_copy(struct awi_req *req,
                  const struct s3_condition *condition,
                  const struct s3_ObjectRecord *record);
/* For writing over record (NULL: nothing is there). */
int s3_check_write(struct awi_req *req,
                   struct awi_str key,
                   struct awi_str if_match,
                   struct awi_str if_none_match,
                   const struct s3_ObjectRecord *record);

/* --- header.c: members that several operations take ------------------------------------------ */

/* Length and encoding of a key. */
int s3_check_key(struct awi_req *req, struct awi_str key);
int s3_check_metadata(struct awi_req *req, const struct s3_Metadata *metadata);
int s3_check_storage_class(struct awi_req *req, struct awi_str storage_class);
/* Has it the form of a version id? */
int s3_check_version(struct awi_req *req, struct awi_str version);
/* Of an object: number, lengths, each key once. */
int s3_check_object_tags(struct awi_req *req, const struct s3_TagSet *tags);
/* x-amz-tagging: tags in the form of a query. */
int s3_parse_tagging(struct awi_req *req, struct awi_str header, struct s3_TagSet *ret);
/* Without "aws-chunked"; absent when nothing else is left. */
struct awi_str s3_content_encoding(struct awi_req *req, struct awi_str value);

/* RFC 9110's date, as Expires has it; absent where time is not set. */
struct awi_str s3_http_date(struct awi_req *req, struct awi_opt_time time);

#define S3_N_GRANTS 5
struct s3_acl {
    struct awi_str canned;
    /* The x-amz-grant- headers full-control, read, read-acp, write, write-acp; absent: none. */
    struct awi_str grants[S3_N_GRANTS];
};
/* acl_list.c: the list that the headers of a new object ask for, checked; NULL: none that is kept.
 */
int s3_acl_of_object(struct awi_req *req,
                     const struct s3_bucket *bucket,
                     const struct s3_acl *acl,
                     struct s3_AccessControlPolicy **ret);

/* Encryption as requested; absent members: none. */
struct s3_encryption {
    struct awi_str algorithm, kms_key_id, context;
    struct awi_opt_bool bucket_key;
    struct awi_str customer_algorithm, customer_key, customer_key_md5;
};
#define S3_ENCRYPTION(in)                                                                          \
    {                                                                                              \
        .algorithm = (in)->ServerSideEncryption, .kms_key_id = (in)->SSEKMSKeyId,                  \
        .context = (in)->SSEKMSEncryptionContext, .bucket_key = (in)->BucketKeyEnabled,            \
        .customer_algorithm = (in)->SSECustomerAlgorithm, .customer_key = (in)->SSECustomerKey,    \
        .customer_key_md5 = (in)->SSECustomerKeyMD5,                                               \
    }
/* Validates and writes the result into the record's members. */
int s3_encrypt(struct awi_req *req,
               const struct s3_bucket *bucket,
               const struct s3_encryption *wanted,
               struct s3_ObjectRecord *record);
/* Does the request bring the customer's key that the object was stored with? */
int s3_check_decrypt(struct awi_req *req,
                     struct awi_str algorithm,
                     struct awi_str key,
                     struct awi_str key_md5,
                     const struct s3_ObjectRecord *record);

/* --- object_copy.c --------------------------------------------------------------------------- */

/* [/]BUCKET/KEY[?versionId=ID], percent-encoded. *version is absent when there is none. */
int s3_copy_source(struct awi_req *req,
                   struct awi_str source,
                   struct awi_str *bucket,
                   struct awi_str *key,
                   struct awi_str *version);

struct s3_source {
    struct awi_str name, key, version; /* version absent: the current object */
    struct s3_bucket bucket;
    struct s3_ObjectRecord record;
};

/* The source as the CopySource members of the request say: found, readable, its conditions met. */
int s3_source_open(struct awi_req *req,
                   const struct s3_CopyObjectRequest *in,
                   struct s3_source *ret);

/* --- restore.c ------------------------------------------------------------------------------- */

/* Is the object in an archive, and cannot be read? */
bool s3_is_archived(struct awi_req *req, const struct s3_ObjectRecord *record);
/* x-amz-restore; absent where nothing is restored. */
struct awi_str s3_restore_shown(struct awi_req *req, const struct s3_ObjectRecord *record);
int s3_restore_object(struct awi_req *req,
                      const struct s3_RestoreObjectRequest *in,
                      struct s3_RestoreObjectOutput *out);

/* --- handlers -------------------------------------------------------------------------------- */

int s3_put_object(struct awi_req *req,
                  const struct s3_PutObjectRequest *in,
                  struct s3_PutObjectOutput *out);
int s3_get_object(struct awi_req *req,
                  const struct s3_GetObjectRequest *in,
                  struct s3_GetObjectOutput *out);
int s3_get_object_attributes(struct awi_req *req,
                             const struct s3_GetObjectAttributesRequest *in,
                             struct s3_GetObjectAttributesOutput *out);
int s3_head_object(struct awi_req *req,
                   const struct s3_HeadObjectRequest *in,
                   struct s3_HeadObjectOutput *out);
int s3_delete_object(struct awi_req *req,
                     const struct s3_DeleteObjectRequest *in,
                     struct s3_DeleteObjectOutput *out);
int s3_delete_objects(struct awi_req *req,
                      const struct s3_DeleteObjectsRequest *in,
                      struct s3_DeleteObjectsOutput *out);
int s3_copy_object(struct awi_req *req,
                   const struct s3_CopyObjectRequest *in,
                   struct s3_CopyObjectOutput *out);
int s3_list_objects(struct awi_req *req,
                    const struct s3_ListObjectsRequest *in,
                    struct s3_ListObjectsOutput *out);
int s3_list_objects_v2(struct awi_req *req,
                       const struct s3_ListObjectsV2Request *in,
                       struct s3_ListObjectsV2Output *out);
