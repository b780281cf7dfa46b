/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditional requests (RFC 9110 section 13, and the S3 user guide's "Conditional requests").
 */
#include "services/s3/s3.h"

#include <errno.h>

static struct awi_str bare_etag(struct awi_str tag)
{
    tag = awi_str_trim(tag);
    if (awi_str_starts(tag, AWI_STR("W/"))) {
        tag = awi_str_skip(tag, 2);
    }
    if (tag.len >= 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"') {
        tag = awi_str_of(tag.ptr + 1, tag.len - 2);
    }
    return tag;
}

bool s3_etag_matches(struct awi_str list, struct awi_str etag)
{
    struct awi_str rest = list, word;

    etag = bare_etag(etag);
    while (awi_str_cut(&rest, ',', &word)) {
        word = bare_etag(word);
        if (awi_str_is(word, "*") || awi_str_eq(word, etag)) {
            return true;
        }
    }
    return false;
}

static int not_modified(struct awi_req *req, const struct s3_ObjectRecord *record)
{
    struct awi_str date = s3_http_date(req, record->LastModified);
    int r = awi_answer_header(req, AWI_STR("ETag"), record->ETag);

    if (r == 0) {
        r = date.ptr ? awi_answer_header(req, AWI_STR("Last-Modified"), date) : -ENOMEM;
    }
    return r < 0 ? r : awi_fail(req, &s3_error_NotModified, "Not Modified");
}

/* The condition that forbids to go on; NULL: none. */
static const char *failed(const struct s3_condition *condition,
                          const struct s3_ObjectRecord *record)
{
    if (awi_str_is_set(condition->if_match)) {
        return s3_etag_matches(condition->if_match, record->ETag) ? NULL : "If-Match";
    }
    return condition->if_unmodified_since.set &&
                   record->LastModified.ms / 1000 > condition->if_unmodified_since.ms / 1000
               ? "If-Unmodified-Since"
               : NULL;
}

/* The condition by which the client has the object already; NULL: none. */
static const char *known(const struct s3_condition *condition, const struct s3_ObjectRecord *record)
{
    if (awi_str_is_set(condition->if_none_match)) {
        return s3_etag_matches(condition->if_none_match, record->ETag) ? "If-None-Match" : NULL;
    }
    return condition->if_modified_since.set &&
                   record->LastModified.ms / 1000 <= condition->if_modified_since.ms / 1000
               ? "If-Modified-Since"
               : NULL;
}

int s3_check_read(struct awi_req *req,
                  const struct s3_condition *condition,
                  const struct s3_ObjectRecord *record)
{
    const char *name = failed(condition, record);

    if (name) {
        return s3_fail_precondition(req, name);
    }
    return known(condition, record) ? not_modified(req, record) : 0;
}

int s3_check_copy(struct awi_req *req,
                  const struct s3_condition *condition,
                  const struct s3_ObjectRecord *record)
{
    const char *name = failed(condition, record);

    name = name ? name : known(condition, record);
    if (!name) {
        return 0;
    }
    struct awi_str whole = awi_arena_printf(awi_arena(req), "x-amz-copy-source-%s", name);
    return whole.ptr ? s3_fail_precondition(req, whole.ptr) : -ENOMEM;
}

int s3_check_write(struct awi_req *req,
                   struct awi_str key,
                   struct awi_str if_match,
                   struct awi_str if_none_match,
                   const struct s3_ObjectRecord *record)
{
    if (awi_str_is_set(if_none_match)) {
        if (!awi_str_is(awi_str_trim(if_none_match), "*")) {
            return s3_fail_header(req, "If-None-Match");
        }
        if (awi_str_is_set(if_match)) {
            return s3_fail_header(req, "If-Match");
        }
        if (record) {
            return s3_fail_precondition(req, "If-None-Match");
        }
    }
    if (awi_str_is_set(if_match)) {
        if (!record) {
            return s3_fail_no_such_key(req, key);
        }
        if (!s3_etag_matches(if_match, record->ETag)) {
            return s3_fail_precondition(req, "If-Match");
        }
    }
    return 0;
}
