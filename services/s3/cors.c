/* SPDX-License-Identifier: Apache-2.0 */
#include "services/s3/cors.h"

#include "services/s3/config.h"

#include <errno.h>

#define RULES_MAX 100

/* What a browser says of a request. */
struct question {
    struct awi_str origin, method;
    struct awi_str headers; /* a list; absent: none */
};

/* --- Rules ----------------------------------------------------------------------------------- */

/* One '*' at most, which stands for any run of characters. */
static bool fits(struct awi_str pattern, struct awi_str text)
{
    struct awi_str tail = pattern, head;

    if (awi_str_find(pattern, '*') < 0) {
        return awi_str_eq_nocase(pattern, text);
    }
    awi_str_cut(&tail, '*', &head);
    return text.len >= head.len + tail.len && awi_str_starts_nocase(text, head) &&
           awi_str_ends_nocase(text, tail);
}

/* The pattern of a list that text fits; NULL: none. */
static const struct awi_str *fitting(const struct awi_str *patterns, size_t n, struct awi_str text)
{
    for (size_t i = 0; i < n; i++) {
        if (fits(patterns[i], text)) {
            return &patterns[i];
        }
    }
    return NULL;
}

static bool admits(const struct s3_CORSRule *rule, const struct question *question)
{
    struct awi_str rest = question->headers, header;

    if (!fitting(rule->AllowedOrigins.items, rule->AllowedOrigins.n, question->origin) ||
        !fitting(rule->AllowedMethods.items, rule->AllowedMethods.n, question->method)) {
        return false;
    }
    while (awi_str_cut(&rest, ',', &header)) {
        header = awi_str_trim(header);
        if (header.len > 0 &&
            !fitting(rule->AllowedHeaders.items, rule->AllowedHeaders.n, header)) {
            return false;
        }
    }
    return true;
}

/* The first rule that admits the request; *ret NULL: none does. -ENOENT: no configuration. */
static int find_rule(struct awi_req *req,
                     const struct s3_bucket *bucket,
                     const struct question *question,
                     const struct s3_CORSRule **ret)
{
    struct s3_CORSConfiguration config;
    int r = s3_config_read(req, bucket, "BucketCors", &s3_CORSConfiguration_shape, &config);

    *ret = NULL;
    for (size_t i = 0; r == 0 && !*ret && i < config.CORSRules.n; i++) {
        if (admits(&config.CORSRules.items[i], question)) {
            *ret = &config.CORSRules.items[i];
        }
    }
    return r;
}

/* --- Headers --------------------------------------------------------------------------------- */

static int add_list(struct awi_req *req, const char *name, const struct awi_str *items, size_t n)
{
    struct awi_str text = AWI_STR_NULL;

    for (size_t i = 0; i < n; i++) {
        text = i == 0 ? items[i]
                      : awi_arena_printf(
                            awi_arena(req), "%.*s, %.*s", AWI_STR_FMT(text), AWI_STR_FMT(items[i]));
        if (!text.ptr) {
            return -ENOMEM;
        }
    }
    return n == 0 ? 0 : awi_answer_header(req, awi_str_from(name), text);
}

static int
add_headers(struct awi_req *req, const struct s3_CORSRule *rule, const struct question *question)
{
    const struct awi_str *origin =
        fitting(rule->AllowedOrigins.items, rule->AllowedOrigins.n, question->origin);
    const struct awi_str truth = AWI_STR("true"),
                         vary = AWI_STR("Origin, Access-Control-Request-Headers, "
                                        "Access-Control-Request-Method");
    bool any = awi_str_is(*origin, "*");
    struct awi_str age = AWI_STR_NULL;
    int r = add_list(req, "Access-Control-Allow-Origin", any ? origin : &question->origin, 1);

    if (r == 0) {
        r = add_list(req,
                     "Access-Control-Allow-Methods",
                     rule->AllowedMethods.items,
                     rule->AllowedMethods.n);
    }
    if (r == 0) {
        r = add_list(req,
                     "Access-Control-Allow-Headers",
                     &question->headers,
                     awi_str_is_set(question->headers));
    }
    if (r == 0) {
        r = add_list(
            req, "Access-Control-Expose-Headers", rule->ExposeHeaders.items, rule->ExposeHeaders.n);
    }
    if (r == 0 && rule->MaxAgeSeconds.set) {
        age = awi_arena_printf(awi_arena(req), "%d", (int)rule->MaxAgeSeconds.v);
        r = age.ptr ? add_list(req, "Access-Control-Max-Age", &age, 1) : -ENOMEM;
    }
    if (r == 0) {
        r = add_list(req, "Access-Control-Allow-Credentials", &truth, !any);
    }
    return r == 0 ? add_list(req, "Vary", &vary, 1) : r;
}

int s3_cors_answer(struct awi_req *req, const struct s3_bucket *bucket)
{
    const struct question question = {.origin = awi_header(req, "origin"),
                                      .method = awi_operation(req)->method};
    const struct s3_CORSRule *rule;
    int r;

    if (!awi_str_is_set(question.origin) || awi_str_is(question.method, "OPTIONS")) {
        return 0;
    }
    r = find_rule(req, bucket, &question, &rule);
    if (r < 0) {
        return r == -ENOENT ? 0 : r;
    }
    return rule ? add_headers(req, rule, &question) : 0;
}

/* --- OPTIONS --------------------------------------------------------------------------------- */

static int
forbidden(struct awi_req *req, const struct question *question, const char *type, const char *text)
{
    struct s3_MethodError body = {.Method = question->method, .ResourceType = awi_str_from(type)};

    return awi_fail_with(req, &s3_error_AccessForbidden, &body, "CORSResponse: %s", text);
}

static int preflight(struct awi_req *req, struct awi_str name, const char *type)
{
    const struct question question = {
        .origin = awi_header(req, "origin"),
        .method = awi_header(req, "access-control-request-method"),
        .headers = awi_header(req, "access-control-request-headers"),
    };
    const struct s3_CORSRule *rule;
    struct s3_bucket bucket;
    int r = s3_bucket_open(req, name, AWI_STR_NULL, &bucket);

    if (r != 0) {
        return r;
    }
    if (!awi_str_is_set(question.origin)) {
        return awi_fail(
            req, &s3_error_BadRequest, "Insufficient information. Origin request header needed.");
    }
    if (!awi_str_is_set(question.method)) {
        return awi_fail(req, &s3_error_BadRequest, "Invalid Access-Control-Request-Method: null");
    }
    r = find_rule(req, &bucket, &question, &rule);
    if (r == -ENOENT) {
        return forbidden(req, &question, type, "CORS is not enabled for this bucket.");
    }
    if (r == 0 && !rule) {
        return forbidden(req,
                         &question,
                         type,
                         "This CORS request is not allowed. This is usually because the evalution "
                         "of Origin, request method / Access-Control-Request-Method or "
                         "Access-Control-Request-Headers are not whitelisted by the resource's "
                         "CORS spec.");
    }
    return r == 0 ? add_headers(req, rule, &question) : r;
}

int s3_options_bucket(struct awi_req *req, const struct s3_OptionsBucketRequest *in, void *out)
{
    (void)out;
    return preflight(req, in->Bucket, "BUCKET");
}

int s3_options_object(struct awi_req *req, const struct s3_OptionsObjectRequest *in, void *out)
{
    (void)out;
    return preflight(req, in->Bucket, "OBJECT");
}

/* --- The configuration ----------------------------------------------------------------------- */

static int check_methods(struct awi_req *req, const struct s3_CORSRule *rule)
{
    static const struct awi_str known[] = {AWI_STR_INIT("GET"),
                                           AWI_STR_INIT("PUT"),
                                           AWI_STR_INIT("POST"),
                                           AWI_STR_INIT("DELETE"),
                                           AWI_STR_INIT("HEAD")};

    for (size_t i = 0; i < rule->AllowedMethods.n; i++) {
        struct awi_str method = rule->AllowedMethods.items[i];
        bool found = false;

        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
            found |= awi_str_eq(method, known[j]);
        }
        if (!found) {
            return awi_fail(req,
                            &s3_error_InvalidRequest,
                            "Found unsupported HTTP method in CORS config. Unsupported method is "
                            "%.*s",
                            AWI_STR_FMT(method));
        }
    }
    return 0;
}

static int
check_wildcards(struct awi_req *req, const char *element, const struct awi_str *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t star = awi_str_find(items[i], '*');

        if (star >= 0 && awi_str_find(awi_str_skip(items[i], (size_t)star + 1), '*') >= 0) {
            return awi_fail(req,
                            &s3_error_InvalidRequest,
                            "%s \"%.*s\" can not have more than one wildcard.",
                            element,
                            AWI_STR_FMT(items[i]));
        }
    }
    return 0;
}

static int check_rule(struct awi_req *req, const struct s3_CORSRule *rule)
{
    int r = check_methods(req, rule);

    if (r == 0) {
        r = check_wildcards(
            req, "AllowedOrigin", rule->AllowedOrigins.items, rule->AllowedOrigins.n);
    }
    if (r == 0) {
        r = check_wildcards(
            req, "AllowedHeader", rule->AllowedHeaders.items, rule->AllowedHeaders.n);
    }
    for (size_t i = 0; r == 0 && i < rule->ExposeHeaders.n; i++) {
        if (awi_str_find(rule->ExposeHeaders.items[i], '*') >= 0) {
            return awi_fail(req,
                            &s3_error_InvalidRequest,
                            "ExposeHeader \"%.*s\" contains wildcard. We currently do not support "
                            "wildcard for ExposeHeader.",
                            AWI_STR_FMT(rule->ExposeHeaders.items[i]));
        }
    }
    return r;
}

int s3_put_bucket_cors(struct awi_req *req, const struct s3_PutBucketCorsRequest *in, void *out)
{
    const struct s3_CORSRules *rules =
        in->CORSConfiguration ? &in->CORSConfiguration->CORSRules : NULL;
    int r = 0;

    (void)out;
    if (rules && rules->n > RULES_MAX) {
        return s3_fail_request(
            req, "The number of CORS rules should not exceed allowed limit of 100 rules.");
    }
    for (size_t i = 0; rules && r == 0 && i < rules->n; i++) {
        r = check_rule(req, &rules->items[i]);
    }
    return r == 0 ? s3_config_put(req, in) : r;
}
