/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of lists: a marker is the key, or the number, at which the next page begins, in base64.
 */
#include "services/iam/iam.h"

#include "core/util/base64.h"
#include "core/util/cleanup.h"

#include <errno.h>

#define PAGE 100

int iam_page_begin(struct awi_req *req,
                   struct awi_str marker,
                   struct awi_opt_i32 max,
                   struct iam_page *ret)
{
    *ret = (struct iam_page){.max = max.set ? (size_t)max.v : PAGE};
    if (!awi_str_is_set(marker)) {
        return 0;
    }
    int r = awi_base64_decode(awi_arena(req), marker, &ret->from);
    return r == -EINVAL ? iam_invalid(req, "Invalid Marker: %.*s", AWI_STR_FMT(marker)) : r;
}

int iam_page_walk(struct awi_req *req,
                  const struct awi_scope *scope,
                  const char *table,
                  struct awi_str prefix,
                  struct iam_page *page,
                  int (*take)(void *arg, struct awi_str key, struct awi_str value),
                  void *arg)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    struct awi_str from = awi_str_is_set(page->from) ? page->from : prefix;
    struct awi_str key, value;
    size_t left = page->max;
    int r = 0;

    if (!awi_str_starts(from, prefix)) {
        return iam_invalid(req, "Invalid Marker: it belongs to another list");
    }
    r = awi_cursor_open(scope, table, prefix, from, AWI_FORWARD, &cursor);
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (left == 0) {
            page->next = awi_base64(awi_arena(req), key);
            return page->next.ptr ? 0 : -ENOMEM;
        }
        r = take(arg, key, value);
        left -= r == IAM_TAKEN;
        r = r == IAM_SKIPPED ? 0 : r;
    }
    return r == -ENOENT ? 0 : r;
}

int iam_page_slice(
    struct awi_req *req, struct iam_page *page, size_t n, size_t *first, size_t *count)
{
    uint64_t at = 0;

    if (awi_str_is_set(page->from) && (awi_str_to_u64(page->from, &at) < 0 || at > n)) {
        return iam_invalid(req, "Invalid Marker: it belongs to another list");
    }
    *first = (size_t)at;
    *count = n - *first < page->max ? n - *first : page->max;
    if (*first + *count < n) {
        struct awi_str next = awi_arena_printf(awi_arena(req), "%zu", *first + *count);
        page->next = next.ptr ? awi_base64(awi_arena(req), next) : AWI_STR_NULL;
        return page->next.ptr ? 0 : -ENOMEM;
    }
    return 0;
}
