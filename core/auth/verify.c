/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/verify.h"

#include "core/auth/claim.h"
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
    unsigned char key[HASH_LEN]; /* V4: the signing key of the scope */
    struct awi_str previous;     /* the signature that the next chunk builds on */
    const struct awi_claim *claim;
};

static int refuse(struct state *s, enum awi_refusal refusal, struct awi_str why)
{
    return awi_claim_refuse(s->claim, refusal, why);
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
    if (s->in->facts) {
        s->in->facts->to_sign = text;
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

    if (!awi_str_is_set(said) && s->claim->s3) {
        if (!s->in->auth->presigned) {
            return refuse(s, AWI_REFUSE_NO_HASH, AWI_STR_NULL);
        }
        said = AWI_STR("UNSIGNED-PAYLOAD");
    }
    if (awi_str_is_set(said) && said.len != HEX_LEN) {
        *ret = said;
        return !s->claim->s3 || is_payload_word(said)
                   ? 0
                   : refuse(s, AWI_REFUSE_BAD_HASH, AWI_STR_NULL);
    }
    is = hash_body(s, 0, request->body ? awi_body_size(request->body) : 0, &r);
    if (!is.ptr) {
        return r ? r : -ENOMEM;
    }
    *ret = is;
    if (s->in->facts) {
        s->in->facts->payload = is;
    }
    if (awi_str_is_set(said) && !same(said, is)) {
        return refuse(s, AWI_REFUSE_PAYLOAD, AWI_STR_NULL);
    }
    return 0;
}

/* Every byte lies in a signed chunk, and the empty one at the end is signed too. */
static int check_chunks(struct state *s)
{
    const struct awi_http_request *request = s->in->request;
    uint64_t offset = 0, size = request->body ? awi_body_size(request->body) : 0;

    if (request->body_error) {
        return 0; /* it is not whole: refused for that */
    }
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
    bool ended = request->n_chunks > 0 && request->chunks[request->n_chunks - 1].size == 0;
    return ended && offset == size ? 0 : refuse(s, AWI_REFUSE_SIGNATURE, AWI_STR_NULL);
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

/* --- The whole ------------------------------------------------------------------------------- */

static int check_request(struct state *s, struct awi_str payload)
{
    const struct awi_sigv4 *auth = s->in->auth;
    struct awi_str canonical = awi_sigv4_canonical(s->arena, s->in, payload), hash;

    if (!canonical.ptr) {
        return -ENOMEM;
    }
    if (s->in->facts) {
        s->in->facts->canonical = canonical;
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
    struct awi_claim claim = {
        .arena = arena,
        .in = in,
        .s3 = awi_str_starts(awi_str_is_set(in->service) ? in->service : in->auth->service,
                             AWI_STR("s3")),
        .refusal = ret_refusal,
        .why = ret_why,
    };
    struct state s = {.arena = arena, .in = in, .previous = in->auth->signature, .claim = &claim};
    struct awi_str payload = AWI_STR_NULL;
    int r;

    *ret_refusal = AWI_REFUSE_NOTHING;
    *ret_why = AWI_STR_NULL;
    if (in->auth->kind != AWI_SIGV4_V4 && in->auth->kind != AWI_SIGV4_V4A) {
        return refuse(&s, AWI_REFUSE_MECHANISM, AWI_STR_NULL);
    }
    r = awi_claim_check(&claim);
    r = r || in->auth->kind == AWI_SIGV4_V4A ? r : derive_key(&s);
    r = r ? r : payload_line(&s, &payload);
    r = r ? r : check_request(&s, payload);
    if (r || !awi_str_starts(payload, AWI_STR("STREAMING-AWS4-"))) {
        return r;
    }
    r = check_chunks(&s);
    return r || !awi_str_ends(payload, AWI_STR("-TRAILER")) ? r : check_trailers(&s);
}
