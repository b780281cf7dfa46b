/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the case files of tests/cases/wire that are named on the command line: real messages, and
 * what is read from them and written. tests/cases/wire/README.md describes the lines.
 */
#include "core/error.h"
#include "core/net/body.h"
#include "core/wire/wire.h"
#include "gen/dynamodb.h"
#include "gen/iam.h"
#include "gen/organizations.h"
#include "gen/s3.h"
#include "gen/sts.h"
#include "value_text.h"
#include "wire_models.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINES_MAX 100

static const char *const protocols[] = {
    [AWI_PROTO_QUERY] = "query",
    [AWI_PROTO_EC2] = "ec2",
    [AWI_PROTO_JSON10] = "json10",
    [AWI_PROTO_JSON11] = "json11",
    [AWI_PROTO_REST_JSON] = "rest-json",
    [AWI_PROTO_REST_XML] = "rest-xml",
    [AWI_PROTO_CBOR] = "cbor",
};

struct line {
    struct awi_str word;
    struct awi_str rest;
};

struct wire_case {
    struct awi_arena arena;
    struct line lines[LINES_MAX];
    size_t n;
};

static struct awi_str field(const struct wire_case *c, const char *word)
{
    for (size_t i = 0; i < c->n; i++) {
        if (awi_str_is(c->lines[i].word, word)) {
            return c->lines[i].rest;
        }
    }
    return AWI_STR_NULL;
}

static void load(struct wire_case *c, const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = awi_arena_alloc(&c->arena, 1 << 16);
    assert_non_null(text);
    struct awi_str rest = awi_str_of(text, fread(text, 1, 1 << 16, file));
    struct awi_str line;
    fclose(file);
    while (awi_str_cut(&rest, '\n', &line)) {
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        assert_true(c->n < LINES_MAX);
        struct line *to = &c->lines[c->n++];
        to->rest = line;
        awi_str_cut(&to->rest, ' ', &to->word);
        to->rest = (struct awi_str){to->rest.ptr ? to->rest.ptr : "", to->rest.len};
    }
}

static const struct awi_model *model_of(const struct wire_case *c)
{
    struct awi_str name = field(c, "model");

    for (size_t i = 0; i < wire_n_models; i++) {
        if (awi_str_eq(wire_models[i]->id, name)) {
            return wire_models[i];
        }
    }
    fail_msg("no model %.*s", AWI_STR_FMT(name));
    return NULL;
}

static struct awi_wire_request request_of(struct wire_case *c)
{
    struct awi_wire_request request = {.body = AWI_STR("")};
    struct awi_http_header *headers = awi_arena_array(&c->arena, struct awi_http_header, c->n);
    struct awi_str target = field(c, "request");

    assert_non_null(headers);
    awi_str_cut(&target, ' ', &request.method);
    awi_str_cut(&target, '?', &request.path);
    request.query = target;
    request.headers = headers;
    for (size_t i = 0; i < c->n; i++) {
        if (awi_str_is(c->lines[i].word, "header")) {
            struct awi_http_header *header = &headers[request.n_headers++];
            header->value = c->lines[i].rest;
            awi_str_cut(&header->value, ':', &header->name);
            header->value = awi_str_trim(header->value);
        }
    }
    if (field(c, "body").ptr) {
        request.body = text_unescape(&c->arena, field(c, "body"));
    }
    return request;
}

/* The lines of one word, joined as value_dump() has them. */
static struct awi_str joined(struct awi_buf *buf, const struct wire_case *c, const char *word)
{
    for (size_t i = 0; i < c->n; i++) {
        if (awi_str_is(c->lines[i].word, word)) {
            awi_buf_str(buf, c->lines[i].rest);
            awi_buf_char(buf, '\n');
        }
    }
    return awi_buf_view(buf);
}

static void check_text(struct awi_str got, struct awi_str wanted)
{
    if (!awi_str_eq(got, wanted)) {
        fail_msg("\n--- got\n%.*s\n--- wanted\n%.*s", AWI_STR_FMT(got), AWI_STR_FMT(wanted));
    }
}

static void
check_request(struct wire_case *c, const struct awi_model *model, struct awi_wire_call *call)
{
    struct awi_wire_request request = request_of(c);
    struct awi_str protocol = field(c, "calls");
    struct awi_str name;
    struct awi_str error = AWI_STR("");
    struct awi_buf wanted = AWI_BUF_INIT(1 << 16);
    struct awi_buf got = AWI_BUF_INIT(1 << 16);

    awi_str_cut(&protocol, ' ', &name);
    assert_int_equal(awi_wire_route(&c->arena, model, &request, call), 0);
    check_text(awi_str_from(protocols[call->protocol]), name);
    if (awi_str_starts(protocol, AWI_STR("unknown"))) {
        assert_null(call->operation);
        check_text(call->name, awi_str_skip(protocol, 8));
        return;
    }
    assert_non_null(call->operation);
    check_text(call->operation->name, protocol);
    void *in = call->operation->input ? awi_arena_calloc(&c->arena, 1, call->operation->input->size)
                                      : NULL;
    int r = awi_wire_decode(&c->arena, call->protocol, call->operation, &request, in, &error);
    if (field(c, "malformed").ptr) {
        assert_int_equal(r, 1);
        check_text(error, field(c, "malformed"));
    } else {
        check_text(error, AWI_STR(""));
        assert_int_equal(r, 0);
        if (in) {
            value_dump(&got, call->operation->input, in);
        }
        check_text(awi_buf_view(&got), joined(&wanted, c, "input"));
    }
    awi_buf_deinit(&got);
    awi_buf_deinit(&wanted);
}

static const struct awi_error_type *error_of(const struct awi_wire_call *call, struct awi_str code)
{
    for (size_t i = 0; call->operation && call->operation->errors[i]; i++) {
        if (awi_str_eq(call->operation->errors[i]->code, code)) {
            return call->operation->errors[i];
        }
    }
#define TRY(name, status, sender)                                                                  \
    if (awi_str_is(code, #name)) {                                                                 \
        return &awi_error_##name;                                                                  \
    }
    AWI_COMMON_ERRORS(TRY)
#undef TRY
    fail_msg("no error %.*s", AWI_STR_FMT(code));
    return &awi_error_InternalFailure;
}

static void fill(struct wire_case *c, const char *word, const struct awi_shape *shape, void *value)
{
    for (size_t i = 0; i < c->n; i++) {
        if (awi_str_is(c->lines[i].word, word)) {
            struct awi_str text = c->lines[i].rest;
            ptrdiff_t at = awi_str_search(text, AWI_STR(" = "));
            assert_true(at > 0);
            value_set(&c->arena,
                      shape,
                      value,
                      awi_str_head(text, (size_t)at),
                      awi_str_skip(text, (size_t)at + 3));
        }
    }
}

static void
check_answer(struct wire_case *c, const struct awi_model *model, const struct awi_wire_call *call)
{
    struct awi_wire_ids ids = {.request_id = AWI_STR("EXAMPLE-REQUEST-ID")};
    struct awi_wire_answer answer;
    struct awi_str message = field(c, "error");
    struct awi_buf wanted = AWI_BUF_INIT(1 << 16);
    struct awi_buf got = AWI_BUF_INIT(1 << 16);

    if (awi_str_is(model->id, "s3")) {
        ids.host_id = AWI_STR("EXAMPLE-HOST-ID");
        ids.resource = field(c, "resource");
    }
    if (message.ptr) {
        struct awi_str code;
        awi_str_cut(&message, ' ', &code);
        const struct awi_error_type *type = error_of(call, code);
        void *body = type->shape ? awi_arena_calloc(&c->arena, 1, type->shape->size) : NULL;
        fill(c, "member", type->shape, body);
        assert_int_equal(
            awi_wire_encode_error(
                &c->arena, call->protocol, model, type, message, body, 0, &ids, &answer),
            0);
    } else {
        const struct awi_shape *shape = call->operation->output;
        void *out = shape ? awi_arena_calloc(&c->arena, 1, shape->size) : NULL;
        fill(c, "output", shape, out);
        assert_int_equal(
            awi_wire_encode(&c->arena, call->protocol, model, call->operation, out, &ids, &answer),
            0);
    }
    awi_buf_printf(&got, "%u\n", answer.status);
    for (size_t i = 0; i < answer.n_headers; i++) {
        awi_buf_printf(&got,
                       "%.*s: %.*s\n",
                       AWI_STR_FMT(answer.headers[i].name),
                       AWI_STR_FMT(answer.headers[i].value));
    }
    struct awi_str body = answer.body;
    if (answer.stream) {
        body = awi_str_of(answer.stream->data, answer.stream->size);
    }
    text_escape(&got, body);
    awi_buf_printf(&wanted, "%.*s\n", AWI_STR_FMT(field(c, "status")));
    joined(&wanted, c, "answer");
    awi_buf_str(&wanted, field(c, "answer-body"));
    check_text(awi_buf_view(&got), awi_buf_view(&wanted));
    awi_buf_deinit(&got);
    awi_buf_deinit(&wanted);
}

static void test_case(void **state)
{
    struct wire_case c = {.n = 0};
    struct awi_wire_call call;

    awi_arena_init(&c.arena, 16 << 20);
    load(&c, *state);
    const struct awi_model *model = model_of(&c);
    check_request(&c, model, &call);
    if (field(&c, "status").ptr) {
        check_answer(&c, model, &call);
    }
    awi_arena_deinit(&c.arena);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[400];
    size_t n = 0;

    for (int i = 1; i < argc && n < sizeof(tests) / sizeof(tests[0]); i++) {
        const char *slash = strrchr(argv[i], '/');
        tests[n++] =
            (struct CMUnitTest){slash ? slash + 1 : argv[i], test_case, NULL, NULL, argv[i]};
    }
    if (n == 0) {
        fprintf(stderr, "usage: test_wire_cases FILE.case ...\n");
        return 2;
    }
    return _cmocka_run_group_tests("wire", tests, n, NULL, NULL);
}
