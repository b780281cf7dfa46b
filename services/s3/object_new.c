/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/object_new.h"

int s3_new_check(struct awi_req *req, const struct s3_bucket *bucket, const struct s3_new *object)
{
    struct s3_AccessControlPolicy *list;
    int r = s3_acl_of_object(req, bucket, &object->acl, &list);

    if (r == 0) {
        r = s3_check_metadata(req, object->metadata);
    }
    return r == 0 ? s3_check_storage_class(req, object->storage_class) : r;
}

int s3_new_place(struct awi_req *req,
                 const struct s3_bucket *bucket,
                 const struct s3_new *object,
                 struct s3_ObjectRecord *record)
{
    int r = s3_acl_of_object(req, bucket, &object->acl, &record->Acl);

    if (r == 0) {
        r = s3_encrypt(req, bucket, &object->encryption, record);
    }
    record->StorageClass = object->storage_class;
    record->WebsiteRedirectLocation = object->redirect;
    return r == 0 ? s3_lock_apply(req, bucket, &object->lock, record) : r;
}

void s3_new_metadata(struct awi_req *req,
                     const struct s3_new *object,
                     struct s3_ObjectRecord *record)
{
    record->CacheControl = object->cache_control;
    record->ContentDisposition = object->disposition;
    record->ContentEncoding = s3_content_encoding(req, object->encoding);
    record->ContentLanguage = object->language;
    record->ContentType = object->type.len > 0 ? object->type : AWI_STR("binary/octet-stream");
    record->Expires = object->expires;
    record->Metadata = *object->metadata;
}

int s3_new_describe(struct awi_req *req,
                    const struct s3_bucket *bucket,
                    const struct s3_new *object,
                    struct s3_ObjectRecord *record)
{
    int r = s3_parse_tagging(req, object->tagging, &record->Tags);

    s3_new_metadata(req, object, record);
    return r == 0 ? s3_new_place(req, bucket, object, record) : r;
}
