/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aws-chunked, the coding that SDKs put around an upload whose signature or checksum is not known
 * when it starts (S3 API: "Signature calculations: transferring payload in multiple chunks"):
 *
 *     10000;chunk-signature=<hex>\r\n<65536 bytes>\r\n ... 0;chunk-signature=<hex>\r\n
 *     x-amz-checksum-crc32c:<base64>\r\nx-amz-trailer-signature:<hex>\r\n\r\n
 *
 * with or without signatures, with or without trailers. Signatures are handed on, not verified. The
 * blank line at the very end may be missing, as some clients leave it out.
 */
#pragma once

#include "core/util/buf.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Called as the parts are found; what is not 0 ends the decoding and is handed on. Strings live
 * during the call. */
struct awi_chunked_sink {
    int (*data)(void *ctx, const void *data, size_t len);
    /* A chunk begins; the last one has size 0. signature absent: none. */
    int (*chunk)(void *ctx, uint64_t size, struct awi_str signature);
    int (*trailer)(void *ctx, struct awi_str name, struct awi_str value);
};

struct awi_chunked {
    const struct awi_chunked_sink *sink;
    void *ctx;
    uint8_t state;
    uint64_t left;       /* of the chunk */
    uint64_t total;      /* decoded bytes so far */
    struct awi_buf line; /* an unfinished line */
};

void awi_chunked_init(struct awi_chunked *chunked, const struct awi_chunked_sink *sink, void *ctx);
void awi_chunked_deinit(struct awi_chunked *chunked);
/* 0; -EBADMSG: not this coding; what the sink returned. Not to be called again after a failure. */
int awi_chunked_feed(struct awi_chunked *chunked, const void *data, size_t len);
/* The input is over: 0 when the coding is complete, else -EBADMSG. */
int awi_chunked_finish(const struct awi_chunked *chunked);
