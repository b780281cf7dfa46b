/* SPDX-License-Identifier: Apache-2.0 */
#include "core/auth/sigv4.h"

#include "core/clock.h"

#include <errno.h>
#include <stdio.h>

#define ALGORITHM    "AWS4-HMAC-SHA256"
#define ALGORITHM_4A "AWS4-ECDSA-P256-SHA256"

#define QUERY_PARAMETERS                                                                           \
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "       \
    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."

static int refuse(struct awi_str *why, struct awi_str text)
{
    *why = text;
    return text.ptr ? 1 : -ENOMEM;
}

/* --- Times ----------------------------------------------------------------------------------- */

/* "20130524T000000Z" as ms since the epoch. */
static bool basic_time(struct awi_str s, int64_t *ret)
{
    static const char form[] = "....-..-..T..:..:..Z";
    char text[sizeof(form) - 1];
    size_t from = 0;

    if (s.len != 16 || s.ptr[8] != 'T' || s.ptr[15] != 'Z') {
        return false;
    }
    for (size_t i = 0; i < sizeof(text); i++) {
        bool given = form[i] == '.' || form[i] == 'T' || form[i] == 'Z';
        text[i] = given ? s.ptr[from++] : form[i];
    }
    return awi_clock_parse_moment(awi_str_of(text, sizeof(text)), ret) == 0;
}

/* "Fri, 24 May 2013 00:00:00 GMT" as ms since the epoch. */
static bool http_time(struct awi_str s, int64_t *ret)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[32];
    int month = 0, n;

    if (s.len != 29 || s.ptr[3] != ',' || !awi_str_ends(s, AWI_STR(" GMT"))) {
        return false;
    }
    while (month < 12 && memcmp(months + 3 * month, s.ptr + 8, 3) != 0) {
        month++;
    }
    n = snprintf(text,
                 sizeof(text),
                 "%.4s-%02d-%.2sT%.8sZ",
                 s.ptr + 12,
                 (month + 1) % 100,
                 s.ptr + 5,
                 s.ptr + 17);
    return awi_clock_parse_moment(awi_str_of(text, (size_t)n), ret) == 0;
}

/* --- Parameters ------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoded text of a query parameter, in the arena. */
static struct awi_str decode(struct awi_arena *arena, struct awi_str s)
{
    char *out = awi_arena_alloc(arena, s.len + 1);
    size_t n = 0;

    for (size_t i = 0; out && i < s.len; i++) {
        int high = i + 2 < s.len && s.ptr[i] == '%' ? hex_digit(s.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (char)(high << 4 | low);
            i += 2;
        } else {
            out[n++] = s.ptr[i] == '+' ? ' ' : s.ptr[i];
        }
    }
    return awi_str_of(out, n);
}

/* The value of a query parameter: absent when there is none. */
static struct awi_str parameter(struct awi_arena *arena, struct awi_str query, const char *name)
{
    struct awi_str pair;

    while (awi_str_cut(&query, '&', &pair)) {
        struct awi_str value = pair, key;
        awi_str_cut(&value, '=', &key);
        if (awi_str_is(key, name)) {
            return decode(arena, awi_str_is_set(value) ? value : AWI_STR(""));
        }
    }
    return AWI_STR_NULL;
}

/* Access key and scope from "AKID/20130524/us-east-1/s3/aws4_request"; 4A has no region in it. */
static bool read_credential(struct awi_sigv4 *auth, struct awi_str credential)
{
    int parts = auth->kind == AWI_SIGV4_V4A ? 3 : 4;
    struct awi_str *fields[4] = {NULL, &auth->service, &auth->region, &auth->date};
    struct awi_str rest = credential;

    if (parts == 3) {
        fields[2] = &auth->date;
    }
    for (int i = 0; i < parts; i++) {
        ptrdiff_t slash = awi_str_rfind(rest, '/');
        if (slash < 0) {
            return false;
        }
        struct awi_str part = awi_str_skip(rest, (size_t)slash + 1);
        rest = awi_str_head(rest, (size_t)slash);
        if (fields[i]) {
            *fields[i] = part;
        } else if (!awi_str_is(part, "aws4_request")) {
            return false;
        }
    }
    auth->access_key_id = rest;
    auth->scope = awi_str_skip(credential, rest.len + 1);
    return rest.len > 0 && auth->date.len == 8 && auth->service.len > 0;
}

/* --- The Authorization header ---------------------------------------------------------------- */

static int read_time_header(struct awi_arena *arena,
                            const struct awi_http_request *request,
                            struct awi_sigv4 *auth,
                            struct awi_str *why)
{
    struct awi_str date = awi_http_header(request, "x-amz-date");

    if (!awi_str_is_set(date)) {
        date = awi_http_header(request, "date");
    }
    auth->timestamp = date;
    if (!awi_str_is_set(date)) {
        return refuse(why,
                      AWI_STR("Authorization header requires existence of either a 'X-Amz-Date' or "
                              "a 'Date' header."));
    }
    if (!basic_time(date, &auth->time_ms) && !http_time(date, &auth->time_ms)) {
        return refuse(why,
                      awi_arena_printf(arena,
                                       "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                                       "http://en.wikipedia.org/wiki/ISO_8601",
                                       AWI_STR_FMT(awi_str_head(date, 64))));
    }
    return 0;
}

static int read_header_v4(struct awi_arena *arena,
                          const struct awi_http_request *request,
                          struct awi_str parameters,
                          struct awi_sigv4 *auth,
                          struct awi_str *why)
{
    struct awi_str credential = AWI_STR_NULL, word;

    while (awi_str_cut(&parameters, ',', &word)) {
        struct awi_str value = awi_str_trim(word), name;
        if (value.len == 0) {
            continue;
        }
        awi_str_cut(&value, '=', &name);
        if (!awi_str_is_set(value)) {
            return refuse(why,
                          awi_arena_printf(arena,
                                           "'%.*s' not a valid key=value pair (missing equal-sign) "
                                           "in Authorization header.",
                                           AWI_STR_FMT(awi_str_head(name, 64))));
        }
        if (awi_str_is(name, "Credential")) {
            credential = value;
        } else if (awi_str_is(name, "SignedHeaders")) {
            auth->signed_headers = value;
        } else if (awi_str_is(name, "Signature")) {
            auth->signature = value;
        }
    }
    if (credential.len == 0 || auth->signed_headers.len == 0 || auth->signature.len == 0) {
        return refuse(why,
                      awi_arena_printf(arena,
                                       "Authorization header requires '%s' parameter.",
                                       credential.len == 0        ? "Credential"
                                       : auth->signature.len == 0 ? "Signature"
                                                                  : "SignedHeaders"));
    }
    if (!read_credential(auth, credential)) {
        return refuse(why,
                      awi_arena_printf(arena,
                                       "Credential must have exactly 5 slash-delimited elements, "
                                       "e.g. keyid/date/region/service/term, got '%.*s'",
                                       AWI_STR_FMT(awi_str_head(credential, 128))));
    }
    return read_time_header(arena, request, auth, why);
}

/* S3's first kind: "AWS AKID:base64". */
static int read_header_v2(const struct awi_http_request *request,
                          struct awi_str rest,
                          struct awi_sigv4 *auth,
                          struct awi_str *why)
{
    ptrdiff_t colon = awi_str_rfind(rest, ':');

    if (colon <= 0) {
        return refuse(why,
                      AWI_STR("AWS authorization header is invalid. Expected "
                              "AwsAccessKeyId:signature"));
    }
    auth->kind = AWI_SIGV4_V2;
    auth->access_key_id = awi_str_head(rest, (size_t)colon);
    auth->signature = awi_str_skip(rest, (size_t)colon + 1);
    auth->timestamp = awi_http_header(request, "x-amz-date");
    if (!awi_str_is_set(auth->timestamp)) {
        auth->timestamp = awi_http_header(request, "date");
    }
    return 0;
}

static int read_header(struct awi_arena *arena,
                       const struct awi_http_request *request,
                       struct awi_str header,
                       struct awi_sigv4 *auth,
                       struct awi_str *why)
{
    struct awi_str rest = awi_str_trim(header), scheme;

    awi_str_cut(&rest, ' ', &scheme);
    rest = awi_str_is_set(rest) ? awi_str_trim(rest) : AWI_STR("");
    auth->token = awi_http_header(request, "x-amz-security-token");
    if (awi_str_is(scheme, ALGORITHM) || awi_str_is(scheme, ALGORITHM_4A)) {
        auth->kind = awi_str_is(scheme, ALGORITHM) ? AWI_SIGV4_V4 : AWI_SIGV4_V4A;
        if (auth->kind == AWI_SIGV4_V4A) {
            auth->region = awi_http_header(request, "x-amz-region-set");
        }
        return read_header_v4(arena, request, rest, auth, why);
    }
    if (awi_str_is(scheme, "AWS")) {
        return read_header_v2(request, rest, auth, why);
    }
    if (awi_str_is_nocase(scheme, "Bearer")) {
        auth->kind = AWI_SIGV4_BEARER;
        auth->signature = rest;
        return 0;
    }
    return refuse(why,
                  awi_arena_printf(arena,
                                   "Unsupported Authorization type: '%.*s'",
                                   AWI_STR_FMT(awi_str_head(scheme, 64))));
}

/* --- Presigned ------------------------------------------------------------------------------- */

/* Services other than S3 presign without X-Amz-Expires too; they mean fifteen minutes. */
static int read_expires(struct awi_str expires, struct awi_sigv4 *auth, struct awi_str *why)
{
    auth->expires_s = 900;
    if (!awi_str_is_set(expires)) {
        return awi_str_is(auth->service, "s3") ? refuse(why, AWI_STR(QUERY_PARAMETERS)) : 0;
    }
    if (awi_str_to_i64(expires, &auth->expires_s)) {
        return refuse(why, AWI_STR("X-Amz-Expires should be a number"));
    }
    if (auth->expires_s < 0) {
        return refuse(why, AWI_STR("X-Amz-Expires must be non-negative"));
    }
    return auth->expires_s <= AWI_PRESIGNED_MAX_S
               ? 0
               : refuse(why,
                        AWI_STR("X-Amz-Expires must be less than a week (in seconds); that is, "
                                "the given X-Amz-Expires must be less than 604800 seconds"));
}

static int read_query_v4(struct awi_arena *arena,
                         struct awi_str query,
                         struct awi_str algorithm,
                         struct awi_sigv4 *auth,
                         struct awi_str *why)
{
    struct awi_str credential = parameter(arena, query, "X-Amz-Credential");

    auth->presigned = true;
    auth->kind = awi_str_is(algorithm, ALGORITHM_4A) ? AWI_SIGV4_V4A : AWI_SIGV4_V4;
    auth->region = parameter(arena, query, "X-Amz-Region-Set");
    auth->signed_headers = parameter(arena, query, "X-Amz-SignedHeaders");
    auth->signature = parameter(arena, query, "X-Amz-Signature");
    auth->token = parameter(arena, query, "X-Amz-Security-Token");
    auth->timestamp = parameter(arena, query, "X-Amz-Date");
    if (auth->kind == AWI_SIGV4_V4 && !awi_str_is(algorithm, ALGORITHM)) {
        return refuse(why,
                      AWI_STR("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and "
                              "AWS4-ECDSA-P256-SHA256\""));
    }
    if (!awi_str_is_set(credential) || !read_credential(auth, credential)) {
        return refuse(why,
                      AWI_STR("Error parsing the X-Amz-Credential parameter; the Credential is "
                              "mal-formed; expecting "
                              "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."));
    }
    if (auth->signed_headers.len == 0 || auth->signature.len == 0) {
        return refuse(why, AWI_STR(QUERY_PARAMETERS));
    }
    if (!basic_time(auth->timestamp, &auth->time_ms)) {
        return refuse(why,
                      AWI_STR("X-Amz-Date must be in the ISO8601 Long Format "
                              "\"yyyyMMdd'T'HHmmss'Z'\""));
    }
    return read_expires(parameter(arena, query, "X-Amz-Expires"), auth, why);
}

static int read_query_v2(struct awi_arena *arena,
                         struct awi_str query,
                         struct awi_sigv4 *auth,
                         struct awi_str *why)
{
    auth->presigned = true;
    auth->kind = AWI_SIGV4_V2;
    auth->signature = parameter(arena, query, "Signature");
    auth->timestamp = parameter(arena, query, "Expires");
    auth->token = parameter(arena, query, "x-amz-security-token");
    if (auth->signature.len == 0 || !awi_str_is_set(auth->timestamp)) {
        return refuse(why,
                      AWI_STR("Query-string authentication requires the Signature, Expires and "
                              "AWSAccessKeyId parameters"));
    }
    if (awi_str_to_i64(auth->timestamp, &auth->expires_s)) {
        return refuse(why, AWI_STR("Invalid date (should be seconds since epoch)"));
    }
    return 0;
}

int awi_sigv4_parse(struct awi_arena *arena,
                    const struct awi_http_request *request,
                    struct awi_sigv4 *ret,
                    struct awi_str *ret_why)
{
    struct awi_str header = awi_http_header(request, "authorization");
    struct awi_str algorithm, old;

    *ret = (struct awi_sigv4){.kind = AWI_SIGV4_NONE};
    if (awi_str_is_set(header)) {
        return read_header(arena, request, header, ret, ret_why);
    }
    if (!awi_str_is_set(request->query)) {
        return 0;
    }
    algorithm = parameter(arena, request->query, "X-Amz-Algorithm");
    bool claims = awi_str_is_set(parameter(arena, request->query, "X-Amz-Credential")) ||
                  awi_str_is_set(parameter(arena, request->query, "X-Amz-Signature"));
    if (!awi_str_is_set(algorithm) && claims) {
        ret->presigned = true;
        return refuse(ret_why, AWI_STR(QUERY_PARAMETERS));
    }
    if (awi_str_is_set(algorithm)) {
        return read_query_v4(arena, request->query, algorithm, ret, ret_why);
    }
    old = parameter(arena, request->query, "AWSAccessKeyId");
    if (awi_str_is_set(old)) {
        ret->access_key_id = old;
        return read_query_v2(arena, request->query, ret, ret_why);
    }
    return 0;
}
