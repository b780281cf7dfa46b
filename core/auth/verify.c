/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/verify.h"

#include "core/auth/ecdsa.h"
#include "core/util/base64.h"
#include "core/util/buf.h"
#include "core/util/digest.h"

#include <errno.h>
#include <stdio.h>

#define HASH_LEN 32
#define HEX_LEN  64

static const char empty_hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct state {
    struct awi_arena *arena;
    const struct awi_verify *in;
    bool s3;
    unsigned char key[HASH_LEN]; /* V4: the signing key of the scope */
    struct awi_str previous;     /* the signature that the next chunk builds on */
    enum awi_refusal *refusal;
    struct awi_str *why;
};

static int refuse(struct state *s, enum awi_refusal refusal, struct awi_str why)
{
    *s->refusal = refusal;
    *s->why = why;
    return 1;
}

static bool same(struct awi_str a, struct awi_str b)
{
    unsigned char differs = 0;

    for (size_t i = 0; a.len == b.len && i < a.len; i++) {
        differs |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    }
    return a.len == b.len && differs == 0;
}

static struct awi_str hex_hash(struct awi_arena *arena, struct awi_str text)
{
    unsigned char hash[HASH_LEN];

    return awi_digest_of(AWI_SHA256, text, hash) ? AWI_STR_NULL
                                                 : awi_hex(arena, awi_str_of(hash, HASH_LEN));
}

/* --- Keys and single signatures -------------------------------------------------------------- */

static int derive_key(struct state *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    const struct awi_str parts[] = {
        auth->date, auth->region, auth->service, AWI_STR("aws4_request")};
    struct awi_str key = awi_arena_printf(s->arena, "AWS4%.*s", AWI_STR_FMT(s->in->secret));
    unsigned char next[HASH_LEN];

    if (!key.ptr) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < 4; i++) {
        int r = awi_hmac(AWI_SHA256, key, parts[i], next);
        if (r) {
            return r;
        }
        memcpy(s->key, next, HASH_LEN);
        key = awi_str_of(s->key, HASH_LEN);
    }
    return 0;
}

/* 0 when signature (hex) is that of text; 1 refused. */
static int check(struct state *s, struct awi_str text, struct awi_str signature)
{
    const struct awi_sigv4 *auth = s->in->auth;
    unsigned char mac[HASH_LEN];
    char expected[HEX_LEN];
    struct awi_str bytes;
    int r;

    if (!text.ptr) {
        return -ENOMEM;
    }
    if (auth->kind == AWI_SIGV4_V4A) {
        r = awi_hex_decode(s->arena, signature, &bytes);
        r = r == -EINVAL ? 0
            : r          ? r
                         : awi_ecdsa_verify(auth->access_key_id, s->in->secret, text, bytes);
        return r < 0 ? r : r ? 0 : refuse(s, AWI_REFUSE_SIGNATURE, AWI_STR_NULL);
    }
    r = awi_hmac(AWI_SHA256, awi_str_of(s->key, HASH_LEN), text, mac);
    if (r) {
        return r;
    }
    awi_hex_write(expected, awi_str_of(mac, HASH_LEN));
    return same(awi_str_of(expected, HEX_LEN), signature)
               ? 0
               : refuse(s, AWI_REFUSE_SIGNATURE, AWI_STR_NULL);
}

static const char *algorithm_of(const struct awi_sigv4 *auth)
{
    return auth->kind == AWI_SIGV4_V4A ? "AWS4-ECDSA-P256-SHA256" : "AWS4-HMAC-SHA256";
}

/* --- The body -------------------------------------------------------------------------------- */

/* Hex SHA-256 of len bytes of the body at offset; absent on failure, *r says which. */
static struct awi_str hash_body(struct state *s, uint64_t offset, uint64_t len, int *r)
{
    const struct awi_body *body = s->in->request->body;
    struct awi_digest digest;
    unsigned char hash[HASH_LEN];
    char piece[4096];

    if (len == 0 || !body) {
        return AWI_STR(empty_hash);
    }
    *r = awi_digest_begin(&digest, AWI_SHA256);
    while (*r == 0 && len > 0) {
        ssize_t n =
            awi_body_read(body, offset, piece, len < sizeof(piece) ? (size_t)len : sizeof(piece));
        *r = n > 0 ? awi_digest_add(&digest, piece, (size_t)n) : n < 0 ? (int)n : -EBADMSG;
        offset += n > 0 ? (uint64_t)n : 0;
        len -= n > 0 ? (uint64_t)n : 0;
        if (*r) {
            awi_digest_drop(&digest);
        }
    }
    *r = *r ? *r : awi_digest_end(&digest, hash);
    return *r ? AWI_STR_NULL : awi_hex(s->arena, awi_str_of(hash, HASH_LEN));
}

/* What the last line of the canonical request says of the body. */
static int payload_line(struct state *s, struct awi_str *ret)
{
    const struct awi_http_request *request = s->in->request;
    struct awi_str said = awi_http_header(request, "x-amz-content-sha256"), is;
    int r = 0;

    if (!awi_str_is_set(said) && s->s3 && s->in->auth->presigned) {
        said = AWI_STR("UNSIGNED-PAYLOAD");
    }
    if (awi_str_is_set(said) && said.len != HEX_LEN) {
        *ret = said;
        return 0;
    }
    is = hash_body(s, 0, request->body ? awi_body_size(request->body) : 0, &r);
    if (!is.ptr) {
        return r ? r : -ENOMEM;
    }
    *ret = is;
    if (awi_str_is_set(said) && !same(said, is)) {
        return refuse(s, AWI_REFUSE_PAYLOAD, AWI_STR_NULL);
    }
    return 0;
}

static int check_chunks(struct state *s)
{
    const struct awi_http_request *request = s->in->request;
    uint64_t offset = 0;

    for (size_t i = 0; i < request->n_chunks; i++) {
        const struct awi_http_chunk *chunk = &request->chunks[i];
        int r = 0;
        struct awi_str hash = hash_body(s, offset, chunk->size, &r);
        if (!hash.ptr) {
            return r ? r : -ENOMEM;
        }
        r = check(s,
                  awi_arena_printf(s->arena,
                                   "%s-PAYLOAD\n%.*s\n%.*s\n%.*s\n%s\n%.*s",
                                   algorithm_of(s->in->auth),
                                   AWI_STR_FMT(s->in->auth->timestamp),
                                   AWI_STR_FMT(s->in->auth->scope),
                                   AWI_STR_FMT(s->previous),
                                   empty_hash,
                                   AWI_STR_FMT(hash)),
                  chunk->signature);
        if (r) {
            return r;
        }
        s->previous = chunk->signature;
        offset += chunk->size;
    }
    return 0;
}

static int check_trailers(struct state *s)
{
    const struct awi_http_request *request = s->in->request;
    struct awi_str signature = AWI_STR_NULL, hash;
    struct awi_buf text = AWI_BUF_INIT(1u << 17);

    for (size_t i = 0; i < request->n_trailers; i++) {
        struct awi_str name = request->trailers[i].name;
        struct awi_str value = awi_str_trim(request->trailers[i].value);
        if (awi_str_is_nocase(name, "x-amz-trailer-signature")) {
            signature = value;
            continue;
        }
        for (size_t j = 0; j < name.len; j++) {
            char c = name.ptr[j];
            awi_buf_char(&text, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
        }
        awi_buf_printf(&text, ":%.*s\n", AWI_STR_FMT(value));
    }
    hash = awi_buf_failed(&text) ? AWI_STR_NULL : hex_hash(s->arena, awi_buf_view(&text));
    awi_buf_deinit(&text);
    if (!hash.ptr) {
        return -ENOMEM;
    }
    return check(s,
                 awi_arena_printf(s->arena,
                                  "%s-TRAILER\n%.*s\n%.*s\n%.*s\n%.*s",
                                  algorithm_of(s->in->auth),
                                  AWI_STR_FMT(s->in->auth->timestamp),
                                  AWI_STR_FMT(s->in->auth->scope),
                                  AWI_STR_FMT(s->previous),
                                  AWI_STR_FMT(hash)),
                 signature);
}

/* --- Time and scope -------------------------------------------------------------------------- */

static bool is_near(int64_t at_ms, int64_t now_ms, int64_t skew_ms)
{
    return at_ms >= now_ms - skew_ms && at_ms <= now_ms + skew_ms;
}

static int check_time(struct state *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    int64_t skew = s->s3 ? AWI_SKEW_S3_MS : AWI_SKEW_MS, now = s->in->now_ms;

    if (auth->presigned) {
        if (auth->time_ms > now + AWI_SKEW_S3_MS) {
            return refuse(s, AWI_REFUSE_OVERDUE, AWI_STR("Request is not valid yet"));
        }
        return now > auth->time_ms + auth->expires_s * 1000
                   ? refuse(s, AWI_REFUSE_OVERDUE, AWI_STR_NULL)
                   : 0;
    }
    if (is_near(auth->time_ms, now, skew) || is_near(auth->time_ms, s->in->machine_ms, skew)) {
        return 0;
    }
    if (s->s3) {
        return refuse(s, AWI_REFUSE_SKEWED, AWI_STR_NULL);
    }
    return refuse(s,
                  AWI_REFUSE_SKEWED,
                  awi_arena_printf(s->arena,
                                   auth->time_ms < now
                                       ? "Signature expired: %.*s is more than 5 min. ago."
                                       : "Signature not yet current: %.*s is more than 5 min. "
                                         "ahead.",
                                   AWI_STR_FMT(auth->timestamp)));
}

static int check_scope(struct state *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    struct awi_str wanted = s->in->service;

    if (auth->timestamp.len == 16 && !awi_str_eq(awi_str_head(auth->timestamp, 8), auth->date)) {
        return refuse(s,
                      AWI_REFUSE_SIGNATURE,
                      awi_arena_printf(s->arena,
                                       "Date in Credential scope does not match YYYYMMDD from "
                                       "ISO-8601 version of date from HTTP: '%.*s' != '%.*s'.",
                                       AWI_STR_FMT(auth->date),
                                       AWI_STR_FMT(awi_str_head(auth->timestamp, 8))));
    }
    if (awi_str_is_set(wanted) && !awi_str_eq(wanted, auth->service)) {
        return refuse(s,
                      AWI_REFUSE_SIGNATURE,
                      awi_arena_printf(s->arena,
                                       "Credential should be scoped to correct service: '%.*s'. ",
                                       AWI_STR_FMT(wanted)));
    }
    return 0;
}

/* A signature that leaves the host or the amz headers out protects nothing. */
static int check_signed_headers(struct state *s)
{
    struct awi_str names = s->in->auth->signed_headers, name;

    while (awi_str_cut(&names, ';', &name)) {
        if (awi_str_is_nocase(name, "host")) {
            return 0;
        }
    }
    return refuse(s,
                  AWI_REFUSE_SIGNATURE,
                  AWI_STR("'Host' or ':authority' must be a 'SignedHeader' in the AWS "
                          "Authorization."));
}

/* --- The whole ------------------------------------------------------------------------------- */

static int check_request(struct state *s, struct awi_str payload)
{
    const struct awi_sigv4 *auth = s->in->auth;
    struct awi_str canonical = awi_sigv4_canonical(s->arena, s->in, payload), hash;

    if (!canonical.ptr) {
        return -ENOMEM;
    }
    hash = hex_hash(s->arena, canonical);
    return check(s,
                 awi_arena_printf(s->arena,
                                  "%s\n%.*s\n%.*s\n%.*s",
                                  algorithm_of(auth),
                                  AWI_STR_FMT(auth->timestamp),
                                  AWI_STR_FMT(auth->scope),
                                  AWI_STR_FMT(hash)),
                 auth->signature);
}

int awi_sigv4_verify(struct awi_arena *arena,
                     const struct awi_verify *in,
                     enum awi_refusal *ret_refusal,
                     struct awi_str *ret_why)
{
    struct state s = {.arena = arena,
                      .in = in,
                      .s3 = awi_str_starts(in->auth->service, AWI_STR("s3")),
                      .previous = in->auth->signature,
                      .refusal = ret_refusal,
                      .why = ret_why};
    struct awi_str payload = AWI_STR_NULL;
    int r;

    *ret_refusal = AWI_REFUSE_NOTHING;
    *ret_why = AWI_STR_NULL;
    if (in->auth->kind != AWI_SIGV4_V4 && in->auth->kind != AWI_SIGV4_V4A) {
        return refuse(&s,
                      AWI_REFUSE_SIGNATURE,
                      AWI_STR("The authorization mechanism you have provided is not supported. "
                              "Please use AWS4-HMAC-SHA256."));
    }
    r = check_time(&s);
    r = r ? r : check_scope(&s);
    r = r ? r : check_signed_headers(&s);
    r = r || in->auth->kind == AWI_SIGV4_V4A ? r : derive_key(&s);
    r = r ? r : payload_line(&s, &payload);
    r = r ? r : check_request(&s, payload);
    if (r || !awi_str_starts(payload, AWI_STR("STREAMING-AWS4-"))) {
        return r;
    }
    r = check_chunks(&s);
    return r || !awi_str_ends(payload, AWI_STR("-TRAILER")) ? r : check_trailers(&s);
}
