/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The S3 service: which operations there are. An operation that is not here answers NotImplemented.
 */
#include "services/s3/s3.h"

#include "services/s3/access.h"

static const struct s3_handlers handlers = {
    .CopyObject = s3_copy_object,
    .CreateBucket = s3_create_bucket,
    .DeleteBucket = s3_delete_bucket,
    .DeleteObject = s3_delete_object,
    .DeleteObjects = s3_delete_objects,
    .GetBucketLocation = s3_get_bucket_location,
    .GetObject = s3_get_object,
    .HeadBucket = s3_head_bucket,
    .HeadObject = s3_head_object,
    .ListBuckets = s3_list_buckets,
    .ListObjects = s3_list_objects,
    .ListObjectsV2 = s3_list_objects_v2,
    .PutObject = s3_put_object,
};

const struct awi_service awi_service_s3 = {
    .model = &s3_model,
    .handlers = &handlers,
    .checks_itself = true,
    .access = s3_access,
};
