/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/world.h"

#include "core/auth/verify.h"
#include "core/request/req.h"
#include "core/util/base64.h"
#include "core/util/digest.h"
#include "core/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define MOST_HEADERS 24

void t_open(struct t_world *world, const char *yaml)
{
    static const char *const environment[] = {"AWSINTERCEPT_STATE=memory", NULL};
    struct awi_config *config = calloc(1, sizeof(*config));

    *world = (struct t_world){.account_header = NULL};
    awi_arena_init(&world->arena, 1u << 28);
    awi_core_init_state(&world->core, awi_services, NULL);
    assert_non_null(config);
    if (awi_config_parse(config, "t.yml", awi_str_from(yaml), environment) != 0) {
        fail_msg("%.*s", AWI_STR_FMT(config->problem));
    }
    world->core.config = config;
    world->now_ms = awi_clock_now(&config->clock, 0);
}

void t_close(struct t_world *world)
{
    awi_core_deinit(&world->core);
    awi_arena_deinit(&world->arena);
}

/* --- Signing --------------------------------------------------------------------------------- */

struct message {
    struct awi_http_request request;
    struct awi_http_header headers[MOST_HEADERS];
    struct awi_http_peer peer;
};

static void add(struct message *m, const char *name, struct awi_str value)
{
    assert_true(m->request.n_headers < MOST_HEADERS);
    m->headers[m->request.n_headers++] =
        (struct awi_http_header){.name = awi_str_from(name), .value = value};
}

static struct awi_str stamp(struct t_world *world)
{
    time_t seconds = (time_t)(world->now_ms / 1000);
    struct tm tm;
    char text[32];

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
    return awi_arena_str(&world->arena, awi_str_from(text));
}

static struct awi_str hmac(struct awi_arena *arena, struct awi_str key, struct awi_str text)
{
    unsigned char mac[32];

    assert_int_equal(awi_hmac(AWI_SHA256, key, text, mac), 0);
    return awi_arena_str(arena, awi_str_of(mac, sizeof(mac)));
}

static struct awi_str hash(struct awi_arena *arena, struct awi_str text)
{
    unsigned char bytes[32];

    assert_int_equal(awi_digest_of(AWI_SHA256, text, bytes), 0);
    return awi_hex(arena, awi_str_of(bytes, sizeof(bytes)));
}

#define SIGNED "host;x-amz-content-sha256;x-amz-date"

/* Adds X-Amz-Date, the token and an Authorization header that signs what must be. */
static void sign(struct t_world *world,
                 struct message *m,
                 const struct t_keys *keys,
                 struct awi_str service,
                 struct awi_str body)
{
    struct awi_arena *a = &world->arena;
    struct awi_str at = stamp(world), payload = hash(a, body);
    struct awi_str day = awi_str_head(at, 8);
    struct awi_str scope = awi_arena_printf(
        a, "%.*s/us-east-1/%.*s/aws4_request", AWI_STR_FMT(day), AWI_STR_FMT(service));
    struct awi_sigv4 auth = {
        .kind = AWI_SIGV4_V4,
        .service = service,
        .signed_headers = keys->token ? AWI_STR(SIGNED ";x-amz-security-token") : AWI_STR(SIGNED),
    };
    struct awi_verify in = {.auth = &auth, .request = &m->request};

    add(m, "X-Amz-Date", at);
    add(m, "X-Amz-Content-Sha256", payload);
    if (keys->token) {
        add(m, "X-Amz-Security-Token", awi_str_from(keys->token));
    }
    struct awi_str canonical = awi_sigv4_canonical(a, &in, payload);
    struct awi_str text = awi_arena_printf(a,
                                           "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%.*s",
                                           AWI_STR_FMT(at),
                                           AWI_STR_FMT(scope),
                                           AWI_STR_FMT(hash(a, canonical)));
    struct awi_str key =
        hmac(a, awi_arena_printf(a, "AWS4%s", keys->secret ? keys->secret : "none"), day);
    key = hmac(a, hmac(a, hmac(a, key, AWI_STR("us-east-1")), service), AWI_STR("aws4_request"));
    struct awi_str signature = awi_hex(a, hmac(a, key, text));
    add(m,
        "Authorization",
        awi_arena_printf(a,
                         "AWS4-HMAC-SHA256 Credential=%s/%.*s, SignedHeaders=%.*s, Signature=%.*s",
                         keys->id,
                         AWI_STR_FMT(scope),
                         AWI_STR_FMT(auth.signed_headers),
                         AWI_STR_FMT(signature)));
}

/* --- Running --------------------------------------------------------------------------------- */

static struct awi_http_answer run(struct t_world *world, struct message *m, struct awi_str body)
{
    struct awi_http_exchange x = {.arena = &world->arena, .request = m->request};

    x.request.headers = m->headers;
    x.request.peer = &m->peer;
    x.request.body = awi_body_memory(&world->arena, body);
    assert_non_null(x.request.body);
    assert_int_equal(awi_request_run(&world->core, &x), AWI_HTTP_DONE);
    return x.answer;
}

static struct awi_str body_of(const struct awi_http_answer *answer)
{
    if (!answer->body || awi_body_size(answer->body) == 0) {
        return AWI_STR("");
    }
    assert_non_null(awi_body_data(answer->body));
    return awi_str_of(awi_body_data(answer->body), awi_body_size(answer->body));
}

/* What stands between two marks, the first time; absent when it does not. */
static struct awi_str between(struct awi_str text, const char *open, const char *close)
{
    ptrdiff_t at = awi_str_search(text, awi_str_from(open));

    if (at < 0) {
        return AWI_STR_NULL;
    }
    text = awi_str_skip(text, (size_t)at + strlen(open));
    at = awi_str_search(text, awi_str_from(close));
    return at < 0 ? AWI_STR_NULL : awi_str_head(text, (size_t)at);
}

static struct t_error read_error(int status, struct awi_str body)
{
    struct t_error error = {.status = status};

    error.code = between(body, "<Code>", "</Code>");
    error.message = between(body, "<Message>", "</Message>");
    if (!error.code.ptr) {
        error.code = between(body, "\"__type\":\"", "\"");
        error.message = between(body, "essage\":\"", "\"");
        ptrdiff_t hash_at = awi_str_rfind(error.code, '#');
        error.code = awi_str_skip(error.code, (size_t)(hash_at + 1));
    }
    if (!error.code.ptr) {
        fail_msg("an error without a code: %d %.*s", status, AWI_STR_FMT(body));
    }
    return error;
}

static const struct awi_service *find_service(const char *name)
{
    for (const struct awi_service *const *at = awi_services; *at; at++) {
        if (awi_str_is((*at)->model->id, name)) {
            return *at;
        }
    }
    fail_msg("no service %s", name);
    return awi_services[0];
}

static const struct awi_operation *find_operation(const struct awi_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_operations; i++) {
        if (awi_str_is(model->operations[i].name, name)) {
            return &model->operations[i];
        }
    }
    fail_msg("no operation %s", name);
    return &model->operations[0];
}

struct t_error t_call(struct t_world *world,
                      const struct t_keys *keys,
                      const char *service,
                      const char *operation,
                      const void *in,
                      void *out)
{
    const struct awi_model *model = find_service(service)->model;
    const struct awi_operation *op = find_operation(model, operation);
    enum awi_protocol protocol = (enum awi_protocol)model->protocol;
    struct awi_wire_request wire;
    struct message m = {.peer = {.pid = 0}};
    struct awi_str problem;

    assert_int_equal(awi_wire_encode_request(&world->arena, protocol, model, op, in, &wire), 0);
    m.request.method = wire.method;
    m.request.path = wire.path;
    m.request.query = wire.query;
    m.request.target =
        wire.query.len
            ? awi_arena_printf(
                  &world->arena, "%.*s?%.*s", AWI_STR_FMT(wire.path), AWI_STR_FMT(wire.query))
            : wire.path;
    m.request.host = awi_arena_printf(
        &world->arena, "%.*s.us-east-1.amazonaws.com", AWI_STR_FMT(model->endpoint_prefix));
    m.request.headers = m.headers;
    m.request.minor = 1;
    for (size_t i = 0; i < wire.n_headers; i++) {
        m.headers[m.request.n_headers++] = wire.headers[i];
    }
    add(&m, "Host", m.request.host);
    if (world->account_header) {
        add(&m, "x-moto-account-id", awi_str_from(world->account_header));
    }
    if (keys && keys->id) {
        sign(world, &m, keys, model->signing_name, wire.body.ptr ? wire.body : AWI_STR(""));
    }
    struct awi_http_answer answer = run(world, &m, wire.body.ptr ? wire.body : AWI_STR(""));
    struct awi_wire_answer coded = {
        .status = (uint16_t)answer.status,
        .headers = answer.headers,
        .n_headers = answer.n_headers,
        .body = body_of(&answer),
    };
    if (answer.status >= 300) {
        return read_error(answer.status, coded.body);
    }
    if (out) {
        void *views = awi_arena_calloc(&world->arena, 1, op->output->size);
        assert_non_null(views);
        assert_int_equal(
            awi_wire_decode_answer(&world->arena, protocol, op, &coded, views, &problem), 0);
        /* Copies end with a NUL, so that tests can compare C strings. */
        assert_int_equal(awi_shape_copy(&world->arena, op->output, out, views), 0);
    }
    return (struct t_error){.status = answer.status};
}

int t_http(struct t_world *world,
           const char *method,
           const char *host,
           const char *target,
           const char *header_name,
           const char *header_value,
           struct awi_str *ret_body)
{
    struct message m = {.peer = {.pid = 0}};
    struct awi_str rest = awi_str_from(target);

    m.request.method = awi_str_from(method);
    m.request.target = rest;
    awi_str_cut(&rest, '?', &m.request.path);
    m.request.query = rest;
    m.request.host = awi_str_from(host);
    m.request.headers = m.headers;
    m.request.minor = 1;
    add(&m, "Host", m.request.host);
    if (header_name) {
        add(&m, header_name, awi_str_from(header_value));
    }
    struct awi_http_answer answer = run(world, &m, AWI_STR(""));
    *ret_body = body_of(&answer);
    return answer.status;
}
