/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/claim.h"

#include "core/clock.h"

int awi_claim_refuse(const struct awi_claim *s, enum awi_refusal refusal, struct awi_str why)
{
    *s->refusal = refusal;
    *s->why = why;
    return 1;
}

static bool is_near(int64_t at_ms, int64_t now_ms, int64_t skew_ms)
{
    return at_ms >= now_ms - skew_ms && at_ms <= now_ms + skew_ms;
}

/* "20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)" */
static int refuse_time(const struct awi_claim *s, enum awi_refusal refusal, int64_t minutes)
{
    const struct awi_sigv4 *auth = s->in->auth;
    bool late = auth->time_ms < s->in->now_ms;
    int64_t now = s->in->now_ms, shift = minutes * 60000;
    char limit[AWI_TIME_BASIC], at[AWI_TIME_BASIC];

    awi_clock_basic(late ? now - shift : now + shift, limit);
    awi_clock_basic(now, at);
    return awi_claim_refuse(s,
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

/* When a presigned request was made, by the emulation's clock. Its own time is the machine's, but
 * for a client that goes by the emulation's, which is ahead. */
static int64_t presigned_at(const struct awi_verify *in)
{
    int64_t at = in->auth->time_ms, ahead = in->now_ms - in->machine_ms;

    if (in->machine_ms == 0 || at > in->machine_ms + AWI_SKEW_S3_MS) {
        return at;
    }
    return at + ahead - in->moved_since_ms;
}

static int check_time(const struct awi_claim *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    int64_t skew = s->s3 ? AWI_SKEW_S3_MS : AWI_SKEW_MS, now = s->in->now_ms;

    if (auth->presigned) {
        int64_t made = presigned_at(s->in);
        bool early = made > now + AWI_SKEW_S3_MS;
        if (!early && now <= made + auth->expires_s * 1000) {
            return 0;
        }
        if (s->s3) {
            return awi_claim_refuse(
                s, AWI_REFUSE_OVERDUE, early ? AWI_STR("Request is not valid yet") : AWI_STR_NULL);
        }
        return refuse_time(
            s, AWI_REFUSE_OVERDUE, early ? AWI_SKEW_S3_MS / 60000 : auth->expires_s / 60);
    }
    if (is_near(auth->time_ms, now, skew) || is_near(auth->time_ms, s->in->machine_ms, skew)) {
        return 0;
    }
    return s->s3 ? awi_claim_refuse(s, AWI_REFUSE_SKEWED, AWI_STR_NULL)
                 : refuse_time(s, AWI_REFUSE_SKEWED, skew / 60000);
}

/* S3 says where the scope stood and what is wrong with it. */
static int refuse_scope(const struct awi_claim *s, struct awi_str what)
{
    return awi_claim_refuse(s,
                            AWI_REFUSE_SCOPE,
                            awi_arena_printf(s->arena,
                                             "%s; %.*s",
                                             s->in->auth->presigned
                                                 ? "Error parsing the X-Amz-Credential parameter"
                                                 : "The authorization header is malformed",
                                             AWI_STR_FMT(what)));
}

static int check_date(const struct awi_claim *s)
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
    return awi_claim_refuse(
        s,
        AWI_REFUSE_SIGNATURE,
        awi_arena_printf(s->arena,
                         "Date in Credential scope does not match YYYYMMDD from "
                         "ISO-8601 version of date from HTTP: '%.*s' != '%.*s', from "
                         "'%.*s'.",
                         AWI_STR_FMT(auth->date),
                         AWI_STR_FMT(day),
                         AWI_STR_FMT(auth->timestamp)));
}

static int check_service(const struct awi_claim *s)
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
    return awi_claim_refuse(
        s,
        AWI_REFUSE_SIGNATURE,
        awi_arena_printf(s->arena,
                         "Credential should be scoped to correct service: '%.*s'. ",
                         AWI_STR_FMT(wanted)));
}

static int check_scope(const struct awi_claim *s)
{
    const struct awi_sigv4 *auth = s->in->auth;
    int r = check_date(s);

    r = r ? r : check_service(s);
    if (r || auth->kind != AWI_SIGV4_V4 || !awi_str_is_set(s->in->region) ||
        awi_str_eq(s->in->region, auth->region)) {
        return r;
    }
    if (s->s3) {
        return refuse_scope(s,
                            awi_arena_printf(s->arena,
                                             "the region '%.*s' is wrong; expecting '%.*s'",
                                             AWI_STR_FMT(auth->region),
                                             AWI_STR_FMT(s->in->region)));
    }
    return awi_claim_refuse(
        s,
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
static int check_signed_headers(const struct awi_claim *s)
{
    const struct awi_http_request *request = s->in->request;

    if (!is_signed(s->in->auth, AWI_STR("host"))) {
        return awi_claim_refuse(
            s,
            AWI_REFUSE_SIGNATURE,
            AWI_STR("'Host' or ':authority' must be a 'SignedHeader' in the AWS "
                    "Authorization."));
    }
    struct awi_str left = AWI_STR_NULL;
    for (size_t i = 0; s->s3 && i < request->n_headers; i++) {
        struct awi_str name = request->headers[i].name;
        if (awi_str_starts_nocase(name, AWI_STR("x-amz-")) &&
            !awi_str_is_nocase(name, "x-amz-content-sha256") && !is_signed(s->in->auth, name)) {
            left = awi_arena_printf(
                s->arena, "%.*s%s%.*s", AWI_STR_FMT(left), left.len ? ", " : "", AWI_STR_FMT(name));
        }
    }
    if (s->in->facts) {
        s->in->facts->unsigned_headers = left;
    }
    return left.ptr ? awi_claim_refuse(s, AWI_REFUSE_UNSIGNED, AWI_STR_NULL) : 0;
}

int awi_claim_check(const struct awi_claim *s)
{
    int r = check_time(s);

    r = r ? r : check_scope(s);
    return r ? r : check_signed_headers(s);
}
