/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/verify.h"

#include "core/auth/ecdsa.h"
#include "core/clock.h"
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

static bool is_payload_word(struct awi_str said)
{
    static const char *const words[] = {"UNSIGNED-PAYLOAD",
                                        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                                        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                                        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
                                        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (awi_str_is(said, words[i])) {
            return true;
        }
    }
    return false;
}

/* What the last line of the canonical request says of the body. */
static int payload_line(struct state *s, struct awi_str *ret)
{
    const struct awi_http_request *request = s->in->request;
    struct awi_str said = awi_http_header(request, "x-amz-content-sha256"), is;
    int r = 0;

    if (!awi_str_is_set(said) && s->s3) {
        if (!s->in->auth->presigned) {
            return refuse(s, AWI_REFUSE_NO_HASH, AWI_STR_NULL);
        }
        said = AWI_STR("UNSIGNED-PAYLOAD");
    }
    if (awi_str_is_set(said) && said.len != HEX_LEN) {
        *ret = said;
        return !s->s3 || is_payload_word(said) ? 0 : refuse(s, AWI_REFUSE_BAD_HASH, AWI_STR_NULL);
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

/* "20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)" */
static int refuse_time(struct state *s, enum awi_refusal refusal, int64_t minutes)
{
    const struct awi_sigv4 *auth = s->in->auth;
    bool late = auth->time_ms < s->in->now_ms;
    int64_t now = s->in->now_ms, shift = minutes * 60000;
    char limit[AWI_TIME_BASIC], at[AWI_TIME_BASIC];

    awi_clock_basic(late ? now - shift : now + shift, limit);
    awi_clock_basic(now, at);
    return refuse(s,
                  refusal,
                  awi_arena_printf(s->arena,
                                   "Signature %s: %.*s is %s than %s (%s %c %lld min.)",
                                   late ? "expired" : "not yet current",
                                   AWI_STR_FMT(auth->timestamp),
                                   late ? "now earlier" : "still later",
                                   limit,
                                   at,
                                   late ? '-' : '+',
                                   (long long)minutes));
}

static int check_time(struct state *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    int64_t skew = s->s3 ? AWI_SKEW_S3_MS : AWI_SKEW_MS, now = s->in->now_ms;

    if (auth->presigned) {
        bool early = auth->time_ms > now + AWI_SKEW_S3_MS;
        if (!early && now <= auth->time_ms + auth->expires_s * 1000) {
            return 0;
        }
        if (s->s3) {
            return refuse(
                s, AWI_REFUSE_OVERDUE, early ? AWI_STR("Request is not valid yet") : AWI_STR_NULL);
        }
        return refuse_time(
            s, AWI_REFUSE_OVERDUE, early ? AWI_SKEW_S3_MS / 60000 : auth->expires_s / 60);
    }
    if (is_near(auth->time_ms, now, skew) || is_near(auth->time_ms, s->in->machine_ms, skew)) {
        return 0;
    }
    return s->s3 ? refuse(s, AWI_REFUSE_SKEWED, AWI_STR_NULL)
                 : refuse_time(s, AWI_REFUSE_SKEWED, skew / 60000);
}

/* S3 says where the scope stood and what is wrong with it. */
static int refuse_scope(struct state *s, struct awi_str what)
{
    return refuse(s,
                  AWI_REFUSE_SCOPE,
                  awi_arena_printf(s->arena,
                                   "%s; %.*s",
                                   s->in->auth->presigned
                                       ? "Error parsing the X-Amz-Credential parameter"
                                       : "The authorization header is malformed",
                                   AWI_STR_FMT(what)));
}

static int check_date(struct state *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    struct awi_str day = awi_str_head(auth->timestamp, 8);

    if (auth->timestamp.len != 16 || awi_str_eq(day, auth->date)) {
        return 0;
    }
    if (s->s3) {
        return refuse_scope(s,
                            awi_arena_printf(s->arena,
                                             "Invalid credential date \"%.*s\". This date is not "
                                             "the same as X-Amz-Date: \"%.*s\".",
                                             AWI_STR_FMT(auth->date),
                                             AWI_STR_FMT(day)));
    }
    return refuse(s,
                  AWI_REFUSE_SIGNATURE,
                  awi_arena_printf(s->arena,
                                   "Date in Credential scope does not match YYYYMMDD from "
                                   "ISO-8601 version of date from HTTP: '%.*s' != '%.*s', from "
                                   "'%.*s'.",
                                   AWI_STR_FMT(auth->date),
                                   AWI_STR_FMT(day),
                                   AWI_STR_FMT(auth->timestamp)));
}

static int check_service(struct state *s)
{
    struct awi_str wanted = s->in->service, got = s->in->auth->service;

    if (!awi_str_is_set(wanted) || awi_str_eq(wanted, got)) {
        return 0;
    }
    if (s->s3) {
        return refuse_scope(s,
                            awi_arena_printf(s->arena,
                                             "incorrect service \"%.*s\". This endpoint belongs "
                                             "to \"%.*s\".",
                                             AWI_STR_FMT(got),
                                             AWI_STR_FMT(wanted)));
    }
    return refuse(s,
                  AWI_REFUSE_SIGNATURE,
                  awi_arena_printf(s->arena,
                                   "Credential should be scoped to correct service: '%.*s'. ",
                                   AWI_STR_FMT(wanted)));
}

static int check_scope(struct state *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    int r = check_date(s);

    r = r ? r : check_service(s);
    if (r || s->s3 || auth->kind != AWI_SIGV4_V4 || !awi_str_is_set(s->in->region) ||
        awi_str_eq(s->in->region, auth->region)) {
        return r;
    }
    return refuse(s,
                  AWI_REFUSE_SIGNATURE,
                  awi_arena_printf(s->arena,
                                   "Credential should be scoped to a valid region, not '%.*s'. ",
                                   AWI_STR_FMT(auth->region)));
}

static bool is_signed(const struct awi_sigv4 *auth, struct awi_str header)
{
    struct awi_str names = auth->signed_headers, name;

    while (awi_str_cut(&names, ';', &name)) {
        if (awi_str_eq_nocase(name, header)) {
            return true;
        }
    }
    return false;
}

/* A signature that leaves out the host, or with S3 an amz header, protects nothing. S3 does not
 * mind an unsigned x-amz-content-sha256: the signature covers its value. */
static int check_signed_headers(struct state *s)
{
    const struct awi_http_request *request = s->in->request;

    if (!is_signed(s->in->auth, AWI_STR("host"))) {
        return refuse(s,
                      AWI_REFUSE_SIGNATURE,
                      AWI_STR("'Host' or ':authority' must be a 'SignedHeader' in the AWS "
                              "Authorization."));
    }
    for (size_t i = 0; s->s3 && i < request->n_headers; i++) {
        struct awi_str name = request->headers[i].name;
        if (awi_str_starts_nocase(name, AWI_STR("x-amz-")) &&
            !awi_str_is_nocase(name, "x-amz-content-sha256") && !is_signed(s->in->auth, name)) {
            return refuse(s, AWI_REFUSE_UNSIGNED, AWI_STR_NULL);
        }
    }
    return 0;
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
    struct state s = {
        .arena = arena,
        .in = in,
        .s3 = awi_str_starts(awi_str_is_set(in->service) ? in->service : in->auth->service,
                             AWI_STR("s3")),
        .previous = in->auth->signature,
        .refusal = ret_refusal,
        .why = ret_why};
    struct awi_str payload = AWI_STR_NULL;
    int r;

    *ret_refusal = AWI_REFUSE_NOTHING;
    *ret_why = AWI_STR_NULL;
    if (in->auth->kind != AWI_SIGV4_V4 && in->auth->kind != AWI_SIGV4_V4A) {
        return refuse(&s, AWI_REFUSE_MECHANISM, AWI_STR_NULL);
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
