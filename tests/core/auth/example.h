/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signed request as the tests of core/auth write it, and what became of it.
 */
#pragma once

#include "core/auth/verify.h"
#include "core/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EXAMPLE_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define CREDENTIAL                                                                                 \
    "AWS4-HMAC-SHA256 "                                                                            \
    "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"

static struct awi_arena arena;

/* A request as a test writes it, and what became of it. */
struct example {
    struct awi_http_request request;
    struct awi_http_header headers[12];
    struct awi_body body;
    struct awi_sigv4 auth;
    struct awi_verify verify;
    enum awi_refusal refusal;
    struct awi_str why;
};

static inline int setup(void **state)
{
    awi_arena_init(&arena, 1 << 22);
    return 0;
}

static inline int teardown(void **state)
{
    awi_arena_deinit(&arena);
    return 0;
}

static inline int64_t moment(const char *text)
{
    int64_t ms = 0;

    assert_int_equal(awi_clock_parse_moment(awi_str_from(text), &ms), 0);
    return ms;
}

static inline void
target(struct example *e, const char *method, const char *path, const char *query)
{
    e->request.method = awi_str_from(method);
    e->request.path = awi_str_from(path);
    e->request.query = awi_str_from(query);
    e->request.headers = e->headers;
    e->request.body = &e->body;
    e->verify = (struct awi_verify){
        .auth = &e->auth,
        .request = &e->request,
        .secret = AWI_STR(EXAMPLE_SECRET),
        .now_ms = moment("2013-05-24T00:00:00Z"),
    };
}

static inline void header(struct example *e, const char *name, const char *value)
{
    assert_true(e->request.n_headers < 12);
    e->headers[e->request.n_headers].name = awi_str_from(name);
    e->headers[e->request.n_headers].value = awi_str_from(value);
    e->request.n_headers++;
}

static inline void body(struct example *e, struct awi_str bytes)
{
    e->body = (struct awi_body){.size = bytes.len, .data = bytes.ptr};
}

static inline int verify(struct example *e)
{
    int r = awi_sigv4_parse(&arena, &e->request, &e->auth, &e->why);

    assert_int_equal(r, 0);
    return awi_sigv4_verify(&arena, &e->verify, &e->refusal, &e->why);
}

static inline void refused(struct example *e, enum awi_refusal refusal)
{
    assert_int_equal(verify(e), 1);
    assert_int_equal(e->refusal, refusal);
}
