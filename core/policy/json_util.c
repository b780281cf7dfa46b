/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into a tree, JSON strings out, and where in a text an offset lies (json.h). */
#include "core/policy/json.h"

const struct awi_json *awi_json_get(const struct awi_json *object, const char *name)
{
    const struct awi_json *found = NULL;
    struct awi_str wanted = awi_str_from(name);

    if (!object || object->type != AWI_JSON_OBJECT) {
        return NULL;
    }
    for (const struct awi_json *at = object->first; at; at = at->next) {
        if (awi_str_eq(at->name, wanted)) {
            found = at;
        }
    }
    return found;
}

bool awi_json_is_overridden(const struct awi_json *member)
{
    for (const struct awi_json *at = member->next; at; at = at->next) {
        if (awi_str_eq(at->name, member->name)) {
            return true;
        }
    }
    return false;
}

static int escape(struct awi_buf *out, unsigned char c)
{
    switch (c) {
    case '"':
        return awi_buf_strz(out, "\\\"");
    case '\\':
        return awi_buf_strz(out, "\\\\");
    case '\n':
        return awi_buf_strz(out, "\\n");
    case '\t':
        return awi_buf_strz(out, "\\t");
    default:
        return awi_buf_printf(out, "\\u%04x", c);
    }
}

int awi_json_quote(struct awi_buf *out, struct awi_str text)
{
    size_t from = 0;

    awi_buf_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        awi_buf_add(out, text.ptr + from, i - from);
        escape(out, c);
        from = i + 1;
    }
    if (text.len > from) {
        awi_buf_add(out, text.ptr + from, text.len - from);
    }
    return awi_buf_char(out, '"');
}

void awi_json_position(struct awi_str text, size_t at, size_t *ret_line, size_t *ret_column)
{
    struct awi_str head = awi_str_head(text, at);
    size_t line = 1;
    ptrdiff_t last;

    for (size_t i = 0; i < head.len; i++) {
        line += head.ptr[i] == '\n';
    }
    last = awi_str_rfind(head, '\n');
    *ret_line = line;
    *ret_column = head.len - (size_t)(last + 1) + 1;
}
