/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags of objects: what they may be, and the header that carries them.
 */
#include "services/s3/s3.h"

#include <errno.h>

#define TAGS_MAX 10

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

int s3_check_object_tags(struct awi_req *req, const struct s3_TagSet *tags)
{
    if (tags->n > TAGS_MAX) {
        return awi_fail(
            req, &s3_error_BadRequest, "Object tags cannot be greater than %d", TAGS_MAX);
    }
    for (size_t i = 0; i < tags->n; i++) {
        struct s3_TagError body = {.TagKey = tags->items[i].Key};
        int r = check_tag(req, &tags->items[i]);

        if (r != 0) {
            return r;
        }
        for (size_t j = 0; j < i; j++) {
            if (awi_str_eq(tags->items[i].Key, tags->items[j].Key)) {
                return awi_fail_with(req,
                                     &s3_error_InvalidTag,
                                     &body,
                                     "Cannot provide multiple Tags with the same key");
            }
        }
    }
    return 0;
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
