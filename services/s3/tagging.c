/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of objects that are there. */
#include "services/s3/settings.h"

#include "services/s3/config.h"
#include "services/s3/version.h"

int s3_put_object_tagging(struct awi_req *req,
                          const struct s3_PutObjectTaggingRequest *in,
                          struct s3_PutObjectTaggingOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    const void *document;
    int r = s3_config_object(req, in, &bucket, &record);

    if (r == 0) {
        r = s3_config_document(req, in, &document);
    }
    if (r == 0) {
        record.Tags = ((const struct s3_Tagging *)document)->TagSet;
        r = s3_check_object_tags(req, &record.Tags);
        out->VersionId = s3_version_shown(&bucket, &record);
    }
    return r == 0 ? s3_version_rewrite(req, &bucket, in->Key, &record) : r;
}

int s3_get_object_tagging(struct awi_req *req,
                          const struct s3_GetObjectTaggingRequest *in,
                          struct s3_GetObjectTaggingOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_config_object(req, in, &bucket, &record);

    if (r == 0) {
        out->VersionId = s3_version_shown(&bucket, &record);
        out->TagSet = record.Tags;
        out->TagSet.set = true;
    }
    return r;
}

int s3_delete_object_tagging(struct awi_req *req,
                             const struct s3_DeleteObjectTaggingRequest *in,
                             struct s3_DeleteObjectTaggingOutput *out)
{
    struct s3_ObjectRecord record;
    struct s3_bucket bucket;
    int r = s3_config_object(req, in, &bucket, &record);

    if (r != 0) {
        return r;
    }
    out->VersionId = s3_version_shown(&bucket, &record);
    record.Tags = (struct s3_TagSet){0};
    return s3_version_rewrite(req, &bucket, in->Key, &record);
}
