/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of lists: a token is the key at which the next page begins, in base64.
 */
#include "services/organizations/organizations.h"

#include "core/util/base64.h"
#include "core/util/cleanup.h"

#include <errno.h>

static int read_token(struct awi_req *req, const struct org_page *page, struct awi_str *ret_from)
{
    int r;

    *ret_from = page->prefix;
    if (!awi_str_is_set(page->token)) {
        return 0;
    }
    r = awi_base64_decode(awi_arena(req), page->token, ret_from);
    if (r == -EINVAL || (r == 0 && !awi_str_starts(*ret_from, page->prefix))) {
        return org_invalid(
            req, "INVALID_NEXT_TOKEN", "You specified an invalid value for the NextToken.");
    }
    return r;
}

int org_page(struct awi_req *req,
             const struct org *org,
             const struct org_page *page,
             struct awi_str *ret_next)
{
    AWI_AUTO(cursor) struct awi_cursor *cursor = NULL;
    int32_t left = page->max.set && page->max.v < ORG_PAGE ? page->max.v : ORG_PAGE;
    struct awi_str from, key, value;
    int r = read_token(req, page, &from);

    *ret_next = AWI_STR_NULL;
    r = r ? r : awi_cursor_open(&org->scope, page->table, page->prefix, from, AWI_FORWARD, &cursor);
    while (r == 0 && (r = awi_cursor_next(cursor, &key, &value)) == 0) {
        if (left == 0) {
            *ret_next = awi_base64(awi_arena(req), key);
            return ret_next->ptr ? 0 : -ENOMEM;
        }
        r = page->take(page->arg, key, value);
        if (r == ORG_TAKEN) {
            left--;
        } else if (r == ORG_SKIPPED) {
            r = 0;
        }
    }
    return r == -ENOENT ? 0 : r;
}
