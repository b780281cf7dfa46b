/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What S3 tells a caller whom it turns away, besides code and message: what it would have signed,
 * what time it is (S3 API reference, "Error responses"; RequestTimeTooSkewed and the others that
 * the reference does not list in full, as S3 answers).
 */
#include "core/request/refuse.h"

#include "core/clock.h"
#include "core/request/req.h"
#include "core/util/buf.h"

#include "gen/core.h"

/* "47 45 54", absent where the text is. */
static struct awi_str hex_bytes(struct awi_req *req, struct awi_str text)
{
    static const char digits[] = "0123456789abcdef";
    char *out = awi_arena_alloc(req->arena, text.len * 3 + 1);
    size_t n = 0;

    if (!out || text.len == 0) {
        return AWI_STR_NULL;
    }
    for (size_t i = 0; i < text.len; i++) {
        out[n++] = digits[(unsigned char)text.ptr[i] >> 4];
        out[n++] = digits[(unsigned char)text.ptr[i] & 15];
        out[n++] = ' ';
    }
    return awi_str_of(out, n - 1);
}

static struct awi_str time_text(struct awi_req *req, int64_t ms)
{
    char text[AWI_TIME_TEXT];

    awi_clock_text(ms, text);
    return awi_arena_str(req->arena, awi_str_from(text));
}

const void *awi_refuse_s3(struct awi_req *req, enum awi_refusal refusal)
{
    struct core_S3RefusalRecord *body = awi_arena_new(req->arena, struct core_S3RefusalRecord);
    const struct awi_verify_facts *facts = &req->facts;
    const struct awi_sigv4 *auth = &req->signature;
    struct awi_str said = awi_http_header(&req->http->request, "x-amz-content-sha256");

    if (!body) {
        return NULL;
    }
    switch (refusal) {
    case AWI_REFUSE_UNKNOWN_KEY:
        body->AWSAccessKeyId = auth->access_key_id;
        break;
    case AWI_REFUSE_BAD_TOKEN:
    case AWI_REFUSE_EXPIRED_TOKEN:
        body->Token0 = auth->token;
        break;
    case AWI_REFUSE_SIGNATURE:
        body->AWSAccessKeyId = auth->access_key_id;
        body->StringToSign = facts->to_sign;
        body->SignatureProvided = auth->signature;
        body->StringToSignBytes = hex_bytes(req, facts->to_sign);
        body->CanonicalRequest = facts->canonical;
        body->CanonicalRequestBytes = hex_bytes(req, facts->canonical);
        break;
    case AWI_REFUSE_SCOPE:
        body->Region =
            awi_str_eq(auth->region, req->endpoint.region) ? AWI_STR_NULL : req->endpoint.region;
        break;
    case AWI_REFUSE_SKEWED:
        body->RequestTime = auth->timestamp;
        body->ServerTime = time_text(req, req->now);
        body->MaxAllowedSkewMilliseconds =
            awi_arena_printf(req->arena, "%lld", (long long)AWI_SKEW_S3_MS);
        break;
    case AWI_REFUSE_OVERDUE:
        body->XAmzExpires = awi_arena_printf(req->arena, "%lld", (long long)auth->expires_s);
        body->Expires = time_text(req, auth->time_ms + auth->expires_s * 1000);
        body->ServerTime = time_text(req, req->now);
        break;
    case AWI_REFUSE_UNSIGNED:
        body->HeadersNotSigned = facts->unsigned_headers;
        break;
    case AWI_REFUSE_PAYLOAD:
        body->ClientComputedContentSHA256 = said;
        body->S3ComputedContentSHA256 = facts->payload;
        break;
    default:
        break;
    }
    return body;
}
