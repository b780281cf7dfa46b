/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which operation of a model a request calls.
 */
#include "core/wire/node.h"
#include "core/wire/rest.h"
#include "core/wire/wire.h"

#include <errno.h>

struct awi_str awi_wire_header_of(const struct awi_wire_request *request, const char *name)
{
    struct awi_str wanted = awi_str_from(name);

    for (size_t i = 0; i < request->n_headers; i++) {
        if (awi_str_eq_nocase(request->headers[i].name, wanted)) {
            return request->headers[i].value;
        }
    }
    return AWI_STR_NULL;
}

static const struct awi_operation *find_operation(const struct awi_model *model,
                                                  struct awi_str name)
{
    size_t low = 0;
    size_t high = model->n_operations;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = awi_str_cmp(name, model->operations[middle].name);
        if (order == 0) {
            return &model->operations[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

static int call_nothing(const void *handlers, struct awi_req *req, const void *in, void *out)
{
    return AWI_NO_HANDLER;
}

/* An operation of which the model has the name only. *ret stays as it is when there is none such.
 */
static int find_other(struct awi_arena *arena,
                      const struct awi_model *model,
                      struct awi_str name,
                      const struct awi_operation **ret)
{
    struct awi_str names = awi_str_from(model->other_names), line;

    while (awi_str_cut(&names, '\n', &line)) {
        if (!awi_str_eq(line, name) || name.len == 0) {
            continue;
        }
        struct awi_operation *op = awi_arena_new(arena, struct awi_operation);
        if (!op) {
            return -ENOMEM;
        }
        *op = (struct awi_operation){
            .name = line,
            .method = AWI_STR("POST"),
            .uri = AWI_STR("/"),
            .status = 200,
            .index = AWI_NO_INDEX,
            .call = call_nothing,
        };
        *ret = op;
        break;
    }
    return 0;
}

static bool speaks(const struct awi_model *model, enum awi_protocol protocol)
{
    return model->protocols >> protocol & 1;
}

/* The value of a form's or query string's parameter, still encoded (Action never needs it). */
static struct awi_str raw_param(struct awi_str text, struct awi_str name)
{
    struct awi_str word;

    while (awi_str_cut(&text, '&', &word)) {
        if (word.len > name.len && word.ptr[name.len] == '=' && awi_str_starts(word, name)) {
            return awi_str_skip(word, name.len + 1);
        }
    }
    return AWI_STR_NULL;
}

static struct awi_str action_of(const struct awi_wire_request *request)
{
    struct awi_str action = raw_param(request->query, AWI_STR("Action"));
    struct awi_str type = awi_wire_header_of(request, "Content-Type");

    if (!action.ptr &&
        (!type.ptr || awi_str_starts_nocase(type, AWI_STR("application/x-www-form-urlencoded")))) {
        action = raw_param(request->body, AWI_STR("Action"));
    }
    return action;
}

static enum awi_protocol protocol_of(const struct awi_model *model,
                                     const struct awi_wire_request *request)
{
    struct awi_str type = awi_wire_header_of(request, "Content-Type");

    if (speaks(model, AWI_PROTO_CBOR) &&
        awi_str_is_nocase(awi_wire_header_of(request, "smithy-protocol"), "rpc-v2-cbor")) {
        return AWI_PROTO_CBOR;
    }
    if (awi_wire_header_of(request, "X-Amz-Target").ptr) {
        bool json11 = speaks(model, AWI_PROTO_JSON11);
        if (json11 && speaks(model, AWI_PROTO_JSON10)) {
            return awi_str_starts_nocase(type, AWI_STR("application/x-amz-json-1.0"))
                       ? AWI_PROTO_JSON10
                       : AWI_PROTO_JSON11;
        }
        if (json11 || speaks(model, AWI_PROTO_JSON10)) {
            return json11 ? AWI_PROTO_JSON11 : AWI_PROTO_JSON10;
        }
    }
    if ((speaks(model, AWI_PROTO_QUERY) || speaks(model, AWI_PROTO_EC2)) &&
        action_of(request).ptr) {
        return speaks(model, AWI_PROTO_QUERY) ? AWI_PROTO_QUERY : AWI_PROTO_EC2;
    }
    if (speaks(model, AWI_PROTO_REST_JSON)) {
        return AWI_PROTO_REST_JSON;
    }
    return speaks(model, AWI_PROTO_REST_XML) ? AWI_PROTO_REST_XML
                                             : (enum awi_protocol)model->protocol;
}

/* --- The rest protocols ---------------------------------------------------------------------- */

static bool
has_param(const struct awi_param *params, size_t n, struct awi_str name, struct awi_str *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (awi_str_eq(params[i].name, name)) {
            *ret = params[i].value;
            return true;
        }
    }
    return false;
}

/* What the template demands of the query string: -1 when something lacks, else how many. */
static int constants_score(struct awi_str uri, const struct awi_param *params, size_t n)
{
    ptrdiff_t question = awi_str_find(uri, '?');
    struct awi_str constants = awi_str_skip(uri, (size_t)(question + 1));
    struct awi_str constant;
    int score = 0;

    while (question >= 0 && awi_str_cut(&constants, '&', &constant)) {
        struct awi_str name;
        struct awi_str given = AWI_STR_NULL;
        awi_str_cut(&constant, '=', &name);
        if (awi_str_is(name, "x-id")) {
            continue;
        }
        if (!has_param(params, n, name, &given) || (constant.ptr && !awi_str_eq(constant, given))) {
            return -1;
        }
        score++;
    }
    return score;
}

/* Literal steps of the template count more than labels. */
static int literals_score(struct awi_str uri)
{
    ptrdiff_t question = awi_str_find(uri, '?');
    struct awi_str path =
        awi_str_skip(awi_str_head(uri, question < 0 ? uri.len : (size_t)question), 1);
    struct awi_str step;
    int score = 0;

    while (awi_str_cut(&path, '/', &step)) {
        bool label = step.len > 0 && step.ptr[0] == '{';
        score += label ? (step.ptr[step.len - 2] == '+' ? 0 : 1) : 2;
    }
    return score;
}

/*
 * How well the request fits; negative: not at all. Operations that differ only in what they require
 * (S3: GetObject and ListParts with its uploadId, PutObject and CopyObject with its header) are
 * told apart by whether that is there, not refused for its lack: then the validation says so.
 */
static int operation_score(const struct awi_operation *op,
                           const struct awi_wire_request *request,
                           const struct awi_param *params,
                           size_t n)
{
    struct awi_str given = AWI_STR_NULL;

    if (!awi_str_eq(op->method, request->method) ||
        !awi_rest_match(op->uri, request->path, AWI_STR_NULL, NULL)) {
        return -1;
    }
    int constants = constants_score(op->uri, params, n);
    if (constants < 0) {
        return -1;
    }
    int score = 1000000 + constants * 1000 + literals_score(op->uri) * 10;
    for (size_t i = 0; op->input && i < op->input->n_members; i++) {
        const struct awi_member *member = &op->input->members[i];
        if (!(member->flags & AWI_MEMBER_REQUIRED)) {
            continue;
        }
        if (member->location == AWI_IN_QUERY) {
            score += has_param(params, n, member->wire_name, &given) ? 100 : -10000;
        } else if (member->location == AWI_IN_HEADER) {
            bool there = false;
            for (size_t k = 0; k < request->n_headers && !there; k++) {
                there = awi_str_eq_nocase(request->headers[k].name, member->wire_name);
            }
            score += there ? 50 : -50;
        }
    }
    if (has_param(params, n, AWI_STR("x-id"), &given) && awi_str_eq(given, op->name)) {
        score += 5;
    }
    return op->flags & AWI_OP_DEPRECATED ? score - 1 : score;
}

/* The operation of a service of which only the lines are known: its name, or absent. */
static struct awi_str name_of_line(const struct awi_model *model,
                                   const struct awi_wire_request *request,
                                   const struct awi_param *params,
                                   size_t n)
{
    struct awi_str lines = awi_str_from(model->rest_lines);
    struct awi_str line, name = AWI_STR_NULL;
    int best = -1;

    while (awi_str_cut(&lines, '\n', &line) && line.len) {
        struct awi_operation op = {0};
        awi_str_cut(&line, ' ', &op.method);
        awi_str_cut(&line, ' ', &op.uri);
        op.name = line;
        int score = operation_score(&op, request, params, n);
        if (score > best) {
            best = score;
            name = line;
        }
    }
    return name;
}

static int route_rest(struct awi_arena *arena,
                      const struct awi_model *model,
                      const struct awi_wire_request *request,
                      struct awi_wire_call *ret)
{
    struct awi_wire_in in = {.arena = arena};
    struct awi_param *params = NULL;
    size_t n = 0;
    int best = -1;

    /* A query string that cannot be read is refused when the input is decoded. */
    if (awi_form_parse(&in, request->query, &params, &n) == -ENOMEM) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < model->n_operations; i++) {
        const struct awi_operation *op = &model->operations[i];
        int score = operation_score(op, request, params, n);
        /* A copy needs its source header, or it is the plain operation of the same path. */
        if (score > best) {
            best = score;
            ret->operation = op;
        }
    }
    if (ret->operation) {
        ret->name = ret->operation->name;
    } else if (model->rest_lines) {
        ret->name = name_of_line(model, request, params, n);
    }
    return 0;
}

int awi_wire_route(struct awi_arena *arena,
                   const struct awi_model *model,
                   const struct awi_wire_request *request,
                   struct awi_wire_call *ret)
{
    *ret = (struct awi_wire_call){.protocol = protocol_of(model, request)};
    switch (ret->protocol) {
    case AWI_PROTO_QUERY:
    case AWI_PROTO_EC2:
        ret->name = action_of(request);
        break;
    case AWI_PROTO_JSON10:
    case AWI_PROTO_JSON11: {
        struct awi_str target = awi_wire_header_of(request, "X-Amz-Target");
        ret->name = target.ptr ? awi_str_skip(target, (size_t)(awi_str_rfind(target, '.') + 1))
                               : AWI_STR_NULL;
        break;
    }
    case AWI_PROTO_CBOR: {
        struct awi_str sign = AWI_STR("/operation/");
        ptrdiff_t at = awi_str_search(request->path, sign);
        ret->name = at < 0 ? AWI_STR_NULL : awi_str_skip(request->path, (size_t)at + sign.len);
        break;
    }
    default:
        return route_rest(arena, model, request, ret);
    }
    if (ret->name.ptr) {
        ret->operation = find_operation(model, ret->name);
    }
    return ret->name.ptr && !ret->operation && model->other_names
               ? find_other(arena, model, ret->name, &ret->operation)
               : 0;
}
