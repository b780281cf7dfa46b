/* SPDX-License-Identifier: Apache-2.0 */
/* Multipart uploads: multipart.c begins, ends and finds them, part.c takes parts, complete.c makes
 * the object, multipart_list.c lists. */
#pragma once

#include "services/s3/s3.h"

#define S3_PARTS_MAX 10000
#define S3_PART_MIN  (5u << 20)
#define S3_PART_MAX  (5ull << 30)

struct s3_upload {
    struct s3_bucket bucket;
    struct awi_str id;
    struct s3_UploadRecord record;
};

/* NoSuchUpload when there is none of this id for this key. */
int s3_upload_open(struct awi_req *req,
                   struct awi_str bucket,
                   struct awi_str expected_owner,
                   struct awi_str key,
                   struct awi_str id,
                   struct s3_upload *ret);
/* BUCKET/ID/ and, with a number that is not 0, the part's five digits. */
struct awi_str s3_part_key(struct awi_req *req, const struct s3_upload *upload, int32_t number);
/* -ENOENT */
int s3_part_get(struct awi_req *req,
                const struct s3_upload *upload,
                int32_t number,
                struct s3_PartRecord *ret);
/* Forgets the upload and the bytes of all its parts. */
int s3_upload_forget(struct awi_req *req, const struct s3_upload *upload);

/* All of a bucket, when it is deleted. */
int s3_uploads_forget(struct awi_req *req, const struct s3_bucket *bucket);

int s3_create_multipart_upload(struct awi_req *req,
                               const struct s3_CreateMultipartUploadRequest *in,
                               struct s3_CreateMultipartUploadOutput *out);
int s3_abort_multipart_upload(struct awi_req *req,
                              const struct s3_AbortMultipartUploadRequest *in,
                              struct s3_AbortMultipartUploadOutput *out);
int s3_upload_part(struct awi_req *req,
                   const struct s3_UploadPartRequest *in,
                   struct s3_UploadPartOutput *out);
int s3_upload_part_copy(struct awi_req *req,
                        const struct s3_UploadPartCopyRequest *in,
                        struct s3_UploadPartCopyOutput *out);
int s3_complete_multipart_upload(struct awi_req *req,
                                 const struct s3_CompleteMultipartUploadRequest *in,
                                 struct s3_CompleteMultipartUploadOutput *out);
int s3_list_parts(struct awi_req *req,
                  const struct s3_ListPartsRequest *in,
                  struct s3_ListPartsOutput *out);
int s3_list_multipart_uploads(struct awi_req *req,
                              const struct s3_ListMultipartUploadsRequest *in,
                              struct s3_ListMultipartUploadsOutput *out);
