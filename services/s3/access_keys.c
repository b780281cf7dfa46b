/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/access_keys.h"

#include "services/s3/settings.h"

#include "core/shape/value.h"

#include <errno.h>

#define TAGS_MOST 50

/* Keys that repeat a header. */
static const struct {
    const char *header;
    struct awi_str key;
} of_header[] = {
    {"x-amz-acl", AWI_STR_INIT("s3:x-amz-acl")},
    {"x-amz-content-sha256", AWI_STR_INIT("s3:x-amz-content-sha256")},
    {"x-amz-copy-source", AWI_STR_INIT("s3:x-amz-copy-source")},
    {"x-amz-grant-full-control", AWI_STR_INIT("s3:x-amz-grant-full-control")},
    {"x-amz-grant-read", AWI_STR_INIT("s3:x-amz-grant-read")},
    {"x-amz-grant-read-acp", AWI_STR_INIT("s3:x-amz-grant-read-acp")},
    {"x-amz-grant-write", AWI_STR_INIT("s3:x-amz-grant-write")},
    {"x-amz-grant-write-acp", AWI_STR_INIT("s3:x-amz-grant-write-acp")},
    {"x-amz-metadata-directive", AWI_STR_INIT("s3:x-amz-metadata-directive")},
    {"x-amz-object-lock-legal-hold", AWI_STR_INIT("s3:object-lock-legal-hold")},
    {"x-amz-object-lock-mode", AWI_STR_INIT("s3:object-lock-mode")},
    {"x-amz-object-lock-retain-until-date", AWI_STR_INIT("s3:object-lock-retain-until-date")},
    {"x-amz-object-ownership", AWI_STR_INIT("s3:x-amz-object-ownership")},
    {"x-amz-server-side-encryption", AWI_STR_INIT("s3:x-amz-server-side-encryption")},
    {"x-amz-server-side-encryption-aws-kms-key-id",
     AWI_STR_INIT("s3:x-amz-server-side-encryption-aws-kms-key-id")},
    {"x-amz-server-side-encryption-customer-algorithm",
     AWI_STR_INIT("s3:x-amz-server-side-encryption-customer-algorithm")},
    {"x-amz-storage-class", AWI_STR_INIT("s3:x-amz-storage-class")},
    {"x-amz-website-redirect-location", AWI_STR_INIT("s3:x-amz-website-redirect-location")},
    {"if-match", AWI_STR_INIT("s3:if-match")},
    {"if-none-match", AWI_STR_INIT("s3:if-none-match")},
};

/* Keys that repeat a member of the input. */
static const struct {
    const char *member;
    struct awi_str key;
} of_member[] = {
    {"Delimiter", AWI_STR_INIT("s3:delimiter")},
    {"MaxKeys", AWI_STR_INIT("s3:max-keys")},
    {"Prefix", AWI_STR_INIT("s3:prefix")},
    {"VersionId", AWI_STR_INIT("s3:VersionId")},
};

#define N_HEADERS (sizeof(of_header) / sizeof(of_header[0]))
#define N_MEMBERS (sizeof(of_member) / sizeof(of_member[0]))
#define MOST      (N_HEADERS + N_MEMBERS + 4 * TAGS_MOST + 4)

struct keys {
    struct awi_req *req;
    struct awi_context_entry *items;
    size_t n;
    bool failed;
};

static void add(struct keys *keys, struct awi_str key, struct awi_str value)
{
    struct awi_str *copy;

    if (!awi_str_is_set(value) || keys->n == MOST) {
        return;
    }
    copy = awi_arena_new(awi_arena(keys->req), struct awi_str);
    if (!copy || !key.ptr) {
        keys->failed = true;
        return;
    }
    *copy = value;
    keys->items[keys->n++] = (struct awi_context_entry){.key = key, .values = copy, .n = 1};
}

static int begin(struct keys *keys, struct awi_req *req)
{
    *keys = (struct keys){.req = req};
    keys->items = awi_arena_array(awi_arena(req), struct awi_context_entry, MOST);
    return keys->items ? 0 : -ENOMEM;
}

static int end(const struct keys *keys, struct awi_context_entry **ret, size_t *ret_n)
{
    *ret = keys->items;
    *ret_n = keys->n;
    return keys->failed ? -ENOMEM : 0;
}

static void add_tags(struct keys *keys, const char *prefix, const struct s3_TagSet *tags)
{
    for (size_t i = 0; i < tags->n && i < TAGS_MOST; i++) {
        add(keys,
            awi_arena_printf(
                awi_arena(keys->req), "%s/%.*s", prefix, AWI_STR_FMT(tags->items[i].Key)),
            tags->items[i].Value);
    }
}

static void add_tag_names(struct keys *keys, const struct s3_TagSet *tags)
{
    struct awi_str *names = awi_arena_array(awi_arena(keys->req), struct awi_str, tags->n);

    if (!names) {
        keys->failed = true;
        return;
    }
    for (size_t i = 0; i < tags->n; i++) {
        names[i] = tags->items[i].Key;
    }
    if (tags->n > 0 && keys->n < MOST) {
        keys->items[keys->n++] =
            (struct awi_context_entry){.key = AWI_STR("s3:RequestObjectTagKeys"),
                                       .values = names,
                                       .n = tags->n,
                                       .multivalued = true};
    }
}

/* A number or a text of the input. */
static struct awi_str
member_text(struct keys *keys, const struct awi_shape *shape, const void *in, const char *name)
{
    for (size_t i = 0; shape && i < shape->n_members; i++) {
        const struct awi_member *member = &shape->members[i];
        const void *value = awi_str_is(member->name, name) ? awi_member_of(member, in) : NULL;

        if (value && member->shape->type == AWI_TYPE_STRING) {
            return *(const struct awi_str *)value;
        }
        if (value && member->shape->type == AWI_TYPE_I32) {
            return awi_arena_printf(awi_arena(keys->req), "%d", *(const int32_t *)value);
        }
    }
    return AWI_STR_NULL;
}

/* Tags that the request brings: in the header, or in the body of PutObjectTagging. */
static int request_tags(struct keys *keys, const void *in)
{
    struct awi_str operation = awi_operation(keys->req)->name;
    struct awi_str header = awi_header(keys->req, "x-amz-tagging");
    struct s3_TagSet tags = {0};
    int r = 0;

    if (awi_str_is(operation, "PutObjectTagging")) {
        const struct s3_PutObjectTaggingRequest *put = in;

        tags = put->Tagging ? put->Tagging->TagSet : tags;
    } else if (awi_str_is_set(header)) {
        r = s3_parse_tagging(keys->req, header, &tags);
    }
    if (r == 0) {
        add_tags(keys, "s3:RequestObjectTag", &tags);
        add_tag_names(keys, &tags);
    }
    return r;
}

int s3_request_keys(struct awi_req *req,
                    const struct awi_shape *shape,
                    const void *in,
                    const struct s3_bucket *bucket,
                    const struct s3_ObjectRecord *object,
                    struct awi_context_entry **ret,
                    size_t *ret_n)
{
    struct awi_str operation = awi_operation(req)->name;
    struct keys keys;
    int r = begin(&keys, req);

    if (r < 0) {
        return r;
    }
    for (size_t i = 0; i < N_HEADERS; i++) {
        add(&keys, of_header[i].key, awi_header(req, of_header[i].header));
    }
    for (size_t i = 0; i < N_MEMBERS; i++) {
        add(&keys, of_member[i].key, member_text(&keys, shape, in, of_member[i].member));
    }
    if (awi_str_is(operation, "CreateBucket")) {
        const struct s3_CreateBucketRequest *create = in;

        add(&keys,
            AWI_STR("s3:locationconstraint"),
            create->CreateBucketConfiguration
                ? create->CreateBucketConfiguration->LocationConstraint
                : AWI_STR_NULL);
    }
    r = request_tags(&keys, in);
    if (r == 0 && bucket) {
        struct s3_TagSet tags;
        r = s3_abac_tags(req, bucket, &tags);
        add_tags(&keys, "aws:ResourceTag", &tags);
        add_tags(&keys, "s3:BucketTag", &tags);
    }
    if (object) {
        add_tags(&keys, "s3:ExistingObjectTag", &object->Tags);
    }
    return r != 0 ? r : end(&keys, ret, ret_n);
}

int s3_source_keys(struct awi_req *req,
                   const struct s3_ObjectRecord *object,
                   struct awi_context_entry **ret,
                   size_t *ret_n)
{
    struct keys keys;
    int r = begin(&keys, req);

    if (r < 0) {
        return r;
    }
    if (object) {
        add_tags(&keys, "s3:ExistingObjectTag", &object->Tags);
    }
    return end(&keys, ret, ret_n);
}
