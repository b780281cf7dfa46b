/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire/out.h"

#include "core/util/base64.h"
#include "core/util/url.h"

char *awi_out_grow(struct awi_out *out, size_t len)
{
    if (out->failed) {
        return NULL;
    }
    if (out->size - out->len < len) {
        size_t size = out->size ? out->size * 2 : 512;
        while (size - out->len < len) {
            size *= 2;
        }
        char *ptr = awi_arena_alloc(out->arena, size);
        if (!ptr) {
            out->failed = true;
            return NULL;
        }
        if (out->len) {
            memcpy(ptr, out->ptr, out->len);
        }
        out->ptr = ptr;
        out->size = size;
    }
    return out->ptr + out->len;
}

void awi_out_i64(struct awi_out *out, int64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) {
        awi_out_char(out, '-');
    }
    awi_out_add(out, digits + at, sizeof(digits) - at);
}

void awi_out_url(struct awi_out *out, struct awi_str text, bool slash)
{
    char *room = awi_out_room(out, awi_url_room(text));
    if (room) {
        out->len += awi_url_write(room, text, slash);
    }
}

void awi_out_base64(struct awi_out *out, struct awi_str bytes)
{
    char *room = awi_out_room(out, awi_base64_size(bytes.len));
    if (room) {
        awi_base64_write(room, bytes);
        out->len += awi_base64_size(bytes.len);
    }
}
