/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/chunked.h"

#include <errno.h>

/* The longest chunk header or trailer line. */
#define LINE_MAX_BYTES 8192

enum state {
    CHUNK_LINE,
    CHUNK_DATA,
    CHUNK_END, /* the CRLF behind the data */
    TRAILER_LINE,
    COMPLETE,
};

void awi_chunked_init(struct awi_chunked *chunked, const struct awi_chunked_sink *sink, void *ctx)
{
    *chunked = (struct awi_chunked){
        .sink = sink,
        .ctx = ctx,
        .state = CHUNK_LINE,
        .line = AWI_BUF_INIT(LINE_MAX_BYTES),
    };
}

void awi_chunked_deinit(struct awi_chunked *chunked)
{
    awi_buf_deinit(&chunked->line);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_size(struct awi_str text, uint64_t *ret)
{
    uint64_t size = 0;

    if (text.len == 0 || text.len > 15) {
        return -EBADMSG;
    }
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0) {
            return -EBADMSG;
        }
        size = size << 4 | (unsigned)digit;
    }
    *ret = size;
    return 0;
}

static int chunk_line(struct awi_chunked *chunked, struct awi_str line)
{
    struct awi_str rest = line;
    struct awi_str word = AWI_STR_NULL;
    struct awi_str signature = AWI_STR_NULL;
    uint64_t size;

    awi_str_cut(&rest, ';', &word);
    int r = parse_size(awi_str_trim(word), &size);
    if (r < 0) {
        return r;
    }
    while (awi_str_cut(&rest, ';', &word)) {
        word = awi_str_trim(word);
        if (awi_str_starts(word, AWI_STR("chunk-signature="))) {
            signature = awi_str_skip(word, sizeof("chunk-signature=") - 1);
        }
    }
    if (size > UINT64_MAX - chunked->total) {
        return -EBADMSG;
    }
    chunked->left = size;
    chunked->state = size ? CHUNK_DATA : TRAILER_LINE;
    return chunked->sink->chunk(chunked->ctx, size, signature);
}

static int trailer_line(struct awi_chunked *chunked, struct awi_str line)
{
    struct awi_str value = line;
    struct awi_str name = AWI_STR_NULL;

    if (line.len == 0) {
        chunked->state = COMPLETE;
        return 0;
    }
    awi_str_cut(&value, ':', &name);
    name = awi_str_trim(name);
    if (!awi_str_is_set(value) || name.len == 0) {
        return -EBADMSG;
    }
    return chunked->sink->trailer(chunked->ctx, name, awi_str_trim(value));
}

static int whole_line(struct awi_chunked *chunked, struct awi_str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    if (memchr(line.ptr, '\0', line.len) || memchr(line.ptr, '\r', line.len)) {
        return -EBADMSG;
    }
    switch (chunked->state) {
    case CHUNK_LINE:
        return chunk_line(chunked, line);
    case CHUNK_END:
        chunked->state = CHUNK_LINE;
        return line.len ? -EBADMSG : 0;
    default:
        return trailer_line(chunked, line);
    }
}

/* Takes the input up to the end of a line. */
static int take_line(struct awi_chunked *chunked, struct awi_str *input)
{
    ptrdiff_t end = awi_str_find(*input, '\n');
    struct awi_str part = awi_str_head(*input, end < 0 ? input->len : (size_t)end);

    *input = awi_str_skip(*input, end < 0 ? input->len : (size_t)end + 1);
    if (end >= 0 && chunked->line.len == 0) {
        return part.len > LINE_MAX_BYTES ? -EBADMSG : whole_line(chunked, part);
    }
    int r = awi_buf_str(&chunked->line, part);
    if (r < 0) {
        return r == -EMSGSIZE ? -EBADMSG : r;
    }
    if (end < 0) {
        return 0;
    }
    r = whole_line(chunked, awi_buf_view(&chunked->line));
    awi_buf_clear(&chunked->line);
    return r;
}

int awi_chunked_feed(struct awi_chunked *chunked, const void *data, size_t len)
{
    struct awi_str input = awi_str_of(data, len);
    int r = 0;

    while (r == 0 && input.len) {
        if (chunked->state == COMPLETE) {
            return -EBADMSG;
        }
        if (chunked->state != CHUNK_DATA) {
            r = take_line(chunked, &input);
            continue;
        }
        size_t part = input.len < chunked->left ? input.len : (size_t)chunked->left;
        r = chunked->sink->data(chunked->ctx, input.ptr, part);
        input = awi_str_skip(input, part);
        chunked->left -= part;
        chunked->total += part;
        if (chunked->left == 0) {
            chunked->state = CHUNK_END;
        }
    }
    return r;
}

int awi_chunked_finish(const struct awi_chunked *chunked)
{
    bool complete =
        chunked->state == COMPLETE || (chunked->state == TRAILER_LINE && chunked->line.len == 0);

    return complete ? 0 : -EBADMSG;
}
