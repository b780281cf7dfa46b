/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags of objects and buckets: what they may be, and the header that carries them.
 */
#include "services/s3/settings.h"

#include "core/util/url.h"

#include <errno.h>

#define TAGS_MAX        10
#define BUCKET_TAGS_MAX 50

static size_t characters(struct awi_str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        n += (s.ptr[i] & 0xc0) != 0x80;
    }
    return n;
}

/* Letters, digits and spaces of any script, and of the other characters of ASCII _ . : / = + - @
 * (S3 user guide, "Categorizing your objects using tags"). */
static bool has_tag_characters(struct awi_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool plain = (c & 0x80) || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z');

        if (!plain && (!c || !strchr(" _.:/=+-@", c))) {
            return false;
        }
    }
    return true;
}

static int check_tag(struct awi_req *req, const struct s3_Tag *tag)
{
    struct s3_TagError body = {.TagKey = tag->Key};

    if (tag->Key.len == 0 || characters(tag->Key) > 128 || !has_tag_characters(tag->Key)) {
        return awi_fail_with(
            req, &s3_error_InvalidTag, &body, "The TagKey you have provided is invalid");
    }
    if (characters(tag->Value) > 256 || !has_tag_characters(tag->Value)) {
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

/* Each tag for itself, and no key twice. */
static int check_tags(struct awi_req *req, const struct s3_TagSet *tags)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < tags->n; i++) {
        struct s3_TagError body = {.TagKey = tags->items[i].Key};

        r = check_tag(req, &tags->items[i]);
        for (size_t j = 0; r == 0 && j < i; j++) {
            if (awi_str_eq(tags->items[i].Key, tags->items[j].Key)) {
                return awi_fail_with(req,
                                     &s3_error_InvalidTag,
                                     &body,
                                     "Cannot provide multiple Tags with the same key");
            }
        }
    }
    return r;
}

int s3_check_object_tags(struct awi_req *req, const struct s3_TagSet *tags)
{
    return tags->n > TAGS_MAX
               ? awi_fail(
                     req, &s3_error_BadRequest, "Object tags cannot be greater than %d", TAGS_MAX)
               : check_tags(req, tags);
}

int s3_check_bucket_tags(struct awi_req *req, const struct s3_TagSet *tags)
{
    return tags->n > BUCKET_TAGS_MAX ? awi_fail(req,
                                                &s3_error_BadRequest,
                                                "Bucket tag count cannot be greater than %d",
                                                BUCKET_TAGS_MAX)
                                     : check_tags(req, tags);
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
        r = awi_url_decode(awi_arena(req), key, true, &tag.Key);
        if (r == 0) {
            r = awi_url_decode(awi_arena(req), pair.ptr ? pair : AWI_STR(""), true, &tag.Value);
        }
        if (r < 0) {
            return r == -EINVAL ? bad_tagging(req, header) : r;
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
