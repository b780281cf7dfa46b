/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/config_many.h"

#include "services/s3/config.h"
#include "services/s3/s3.h"

#include "core/shape/value.h"
#include "core/util/base64.h"

#include <errno.h>

#define ID_MAX   64
#define MANY_MAX 1000 /* of one kind in a bucket */
#define PAGE     100

/* --- Keys: table "config", BUCKET/KIND/ID ---------------------------------------------------- */

/* "BucketMetricsConfiguration" of any of its four operations. */
static struct awi_str kind_of(struct awi_str operation)
{
    bool list = awi_str_starts(operation, AWI_STR("List"));
    bool delete = awi_str_starts(operation, AWI_STR("Delete"));
    struct awi_str kind = awi_str_skip(operation, delete ? 6 : list ? 4 : 3);

    return list ? awi_str_head(kind, kind.len - 1) : kind;
}

static struct awi_str key_of(struct awi_req *req, const struct s3_bucket *bucket, struct awi_str id)
{
    struct awi_str kind = kind_of(awi_operation(req)->name);

    return awi_arena_printf(awi_arena(req),
                            "%.*s/%.*s/%.*s",
                            AWI_STR_FMT(bucket->name),
                            AWI_STR_FMT(kind),
                            AWI_STR_FMT(id));
}

static int
open_one(struct awi_req *req, const void *in, struct s3_bucket *bucket, struct awi_str *ret_key)
{
    struct awi_str id = s3_config_text(awi_operation(req)->input, in, "Id");
    int r = s3_config_open(req, in, bucket);

    if (r == 0 && (id.len == 0 || id.len > ID_MAX)) {
        return awi_fail(
            req, &s3_error_InvalidConfigurationId, "The specified configuration id is invalid.");
    }
    *ret_key = r == 0 ? key_of(req, bucket, id) : AWI_STR_NULL;
    return r == 0 && !ret_key->ptr ? -ENOMEM : r;
}

static int missing(struct awi_req *req)
{
    return awi_fail(
        req, &s3_error_NoSuchConfiguration, "The specified configuration does not exist.");
}

/* --- One ------------------------------------------------------------------------------------- */

/* Counts as far as it matters. */
static int count(struct awi_req *req, const struct s3_bucket *bucket, size_t *ret)
{
    struct awi_str prefix = key_of(req, bucket, AWI_STR("")), key, value;
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int r = prefix.ptr
                ? awi_cursor_open(&bucket->home, "config", prefix, prefix, AWI_FORWARD, &cursor)
                : -ENOMEM;

    for (*ret = 0; r == 0 && *ret < MANY_MAX; (*ret)++) {
        r = awi_cursor_next(cursor, &key, &value);
        if (r == -ENOENT) {
            return 0;
        }
    }
    return r;
}

static int put(struct awi_req *req, const void *in)
{
    const struct awi_shape *shape;
    struct s3_bucket bucket;
    struct awi_str key, old;
    const void *document;
    size_t n = 0;
    int r = open_one(req, in, &bucket, &key);

    if (r == 0) {
        r = s3_config_document(req, in, &document);
    }
    if (r != 0) {
        return r;
    }
    shape = s3_config_document_member(awi_operation(req)->input)->shape;
    if (!awi_str_eq(s3_config_text(shape, document, "Id"),
                    s3_config_text(awi_operation(req)->input, in, "Id"))) {
        return s3_config_malformed(req);
    }
    r = awi_get(&bucket.home, "config", key, &old);
    if (r == -ENOENT) {
        r = count(req, &bucket, &n);
    }
    if (r == 0 && n == MANY_MAX) {
        return awi_fail(req,
                        &s3_error_TooManyConfigurations,
                        "You are attempting to create a new configuration but have already reached "
                        "the 1,000-configuration limit.");
    }
    return r < 0 ? r : awi_record_put(&bucket.home, "config", key, awi_arena(req), shape, document);
}

static int get(struct awi_req *req, const void *in, void *out)
{
    const struct awi_member *member = s3_config_document_member(awi_operation(req)->output);
    struct s3_bucket bucket;
    struct awi_str key;
    int r = open_one(req, in, &bucket, &key);

    if (r != 0) {
        return r;
    }
    void *document = awi_member_open(awi_arena(req), member->shape, (char *)out + member->offset);
    r = document
            ? awi_record_get(&bucket.home, "config", key, awi_arena(req), member->shape, document)
            : -ENOMEM;
    return r == -ENOENT ? missing(req) : r;
}

static int forget(struct awi_req *req, const void *in)
{
    struct s3_bucket bucket;
    struct awi_str key;
    int r = open_one(req, in, &bucket, &key);

    if (r != 0) {
        return r;
    }
    r = awi_delete(&bucket.home, "config", key);
    return r == -ENOENT ? missing(req) : r;
}

/* --- All ------------------------------------------------------------------------------------- */

/* The members that the outputs of all four lists have. */
struct page {
    struct awi_list *items; /* documents of this shape */
    const struct awi_shape *shape;
    struct awi_opt_bool *truncated;
    struct awi_str *token, *next;
};

static int fill(struct awi_req *req,
                const struct s3_bucket *bucket,
                struct awi_str after,
                const struct page *page)
{
    struct awi_str prefix = key_of(req, bucket, AWI_STR("")), from = key_of(req, bucket, after);
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str key, value, last = AWI_STR_NULL;
    int r = prefix.ptr && from.ptr
                ? awi_cursor_open(&bucket->home, "config", prefix, from, AWI_FORWARD, &cursor)
                : -ENOMEM;

    page->items->items = awi_arena_calloc(awi_arena(req), PAGE, page->shape->size);
    *page->truncated = AWI_SOME_BOOL(false);
    if (!page->items->items) {
        return -ENOMEM;
    }
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (awi_str_eq(key, from)) {
            continue;
        }
        if (page->items->n == PAGE) {
            *page->truncated = AWI_SOME_BOOL(true);
            *page->next = awi_base64(awi_arena(req), last);
            break;
        }
        last = awi_arena_str(awi_arena(req), awi_str_skip(key, prefix.len));
        r = awi_record_decode(value,
                              awi_arena(req),
                              page->shape,
                              (char *)page->items->items + page->items->n++ * page->shape->size);
    }
    page->items->set = page->items->n > 0;
    return r == -ENOENT ? 0 : r;
}

static int list(struct awi_req *req, const void *in, struct awi_str token, const struct page *page)
{
    struct awi_str after = AWI_STR("");
    struct s3_bucket bucket;
    int r = s3_config_open(req, in, &bucket);

    if (r == 0 && awi_str_is_set(token)) {
        r = awi_base64_decode(awi_arena(req), token, &after);
        if (r == -EINVAL) {
            return s3_fail_argument(
                req, "The continuation token provided is incorrect", "continuation-token", token);
        }
        *page->token = token;
    }
    return r == 0 ? fill(req, &bucket, after, page) : r;
}

/* --- Operations ------------------------------------------------------------------------------ */

#define DEFINE(name, document)                                                                     \
    int s3_setting_Put##name(                                                                      \
        struct awi_req *req, const struct s3_Put##name##Request *in, void *out)                    \
    {                                                                                              \
        (void)out;                                                                                 \
        return put(req, in);                                                                       \
    }                                                                                              \
    int s3_setting_Get##name(struct awi_req *req,                                                  \
                             const struct s3_Get##name##Request *in,                               \
                             struct s3_Get##name##Output *out)                                     \
    {                                                                                              \
        return get(req, in, out);                                                                  \
    }                                                                                              \
    int s3_setting_Delete##name(                                                                   \
        struct awi_req *req, const struct s3_Delete##name##Request *in, void *out)                 \
    {                                                                                              \
        (void)out;                                                                                 \
        return forget(req, in);                                                                    \
    }                                                                                              \
    int s3_setting_List##name##s(struct awi_req *req,                                              \
                                 const struct s3_List##name##sRequest *in,                         \
                                 struct s3_List##name##sOutput *out)                               \
    {                                                                                              \
        const struct page page = {                                                                 \
            .items = (struct awi_list *)&out->document##List,                                      \
            .shape = &s3_##document##_shape,                                                       \
            .truncated = &out->IsTruncated,                                                        \
            .token = &out->ContinuationToken,                                                      \
            .next = &out->NextContinuationToken,                                                   \
        };                                                                                         \
        return list(req, in, in->ContinuationToken, &page);                                        \
    }
DEFINE(BucketAnalyticsConfiguration, AnalyticsConfiguration)
DEFINE(BucketIntelligentTieringConfiguration, IntelligentTieringConfiguration)
DEFINE(BucketInventoryConfiguration, InventoryConfiguration)
DEFINE(BucketMetricsConfiguration, MetricsConfiguration)
