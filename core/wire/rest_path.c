/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and their templates; header values with commas.
 */
#include "core/wire/rest.h"

#include <errno.h>

bool awi_rest_match(struct awi_str uri,
                    struct awi_str path,
                    struct awi_str label,
                    struct awi_str *ret)
{
    struct awi_str rest = awi_str_skip(path, 1);
    struct awi_str template_path = uri;
    ptrdiff_t question = awi_str_find(uri, '?');
    struct awi_str step;

    template_path = awi_str_skip(awi_str_head(uri, question < 0 ? uri.len : (size_t)question), 1);
    if (template_path.len == 0) {
        return rest.len == 0;
    }
    while (awi_str_cut(&template_path, '/', &step)) {
        struct awi_str part = rest;
        bool is_label = step.len > 2 && step.ptr[0] == '{' && step.ptr[step.len - 1] == '}';
        bool greedy = is_label && step.ptr[step.len - 2] == '+';
        if (!rest.ptr) {
            return false;
        }
        if (greedy && template_path.ptr) {
            /* What follows a greedy label is as many parts as the template has left. */
            size_t tail = 1;
            size_t cut = rest.len;
            for (size_t i = 0; i < template_path.len; i++) {
                tail += template_path.ptr[i] == '/';
            }
            while (cut > 0 && tail > 0) {
                tail -= rest.ptr[--cut] == '/';
            }
            part = awi_str_head(rest, cut);
            rest = awi_str_skip(rest, cut + 1);
        } else if (greedy) {
            rest = AWI_STR_NULL;
        } else {
            awi_str_cut(&rest, '/', &part);
        }
        if (is_label ? part.len == 0 : !awi_str_eq(part, step)) {
            return false;
        }
        if (is_label && label.ptr &&
            awi_str_eq(awi_str_of(step.ptr + 1, step.len - (greedy ? 3 : 2)), label)) {
            *ret = part;
        }
    }
    return !rest.ptr || rest.len == 0;
}

int awi_rest_cut_item(struct awi_wire_in *in,
                      const struct awi_shape *item,
                      struct awi_str *rest,
                      struct awi_str *ret)
{
    *rest = awi_str_trim(*rest);
    if (rest->len > 0 && rest->ptr[0] == '"') {
        struct awi_out text = {.arena = in->arena};
        size_t i = 1;
        for (; i < rest->len && rest->ptr[i] != '"'; i++) {
            i += rest->ptr[i] == '\\' && i + 1 < rest->len;
            awi_out_char(&text, rest->ptr[i]);
        }
        if (text.failed) {
            return -ENOMEM;
        }
        *ret = awi_out_view(&text);
        struct awi_str behind = awi_str_trim(awi_str_skip(*rest, i + 1));
        if (i >= rest->len || (behind.len > 0 && behind.ptr[0] != ',')) {
            return awi_wire_bad(in, "A quoted header value is malformed");
        }
        *rest = behind.len > 0 ? awi_str_skip(behind, 1) : AWI_STR_NULL;
        return 0;
    }
    struct awi_str whole = *rest;
    awi_str_cut(rest, ',', ret);
    if (item->type == AWI_TYPE_TIME && rest->ptr && ret->len == 3) {
        struct awi_str second;
        awi_str_cut(rest, ',', &second);
        *ret = awi_str_head(whole, (size_t)(second.ptr + second.len - whole.ptr));
    }
    *ret = awi_str_trim(*ret);
    return 0;
}
