/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and answers of all protocols; what differs stands in one row each.
 */
#include "core/wire/wire.h"

#include "core/error.h"
#include "core/wire/answer.h"
#include "core/wire/cbor.h"
#include "core/wire/json.h"
#include "core/wire/query.h"
#include "core/wire/rest.h"

#include <errno.h>

/* --- Requests -------------------------------------------------------------------------------- */

static int decode_form(struct awi_wire_in *in,
                       bool ec2,
                       const struct awi_shape *shape,
                       const struct awi_wire_request *request,
                       void *value)
{
    struct awi_str sources[] = {request->query, request->body};
    struct awi_str type = awi_wire_header_of(request, "Content-Type");
    struct awi_param *params[2] = {NULL, NULL};
    size_t n[2] = {0, 0};
    struct awi_node root;

    if (type.ptr && !awi_str_starts_nocase(type, AWI_STR("application/x-www-form-urlencoded"))) {
        sources[1] = AWI_STR_NULL;
    }
    for (size_t i = 0; i < 2; i++) {
        int e = awi_form_parse(in, sources[i], &params[i], &n[i]);
        if (e != 0) {
            return e;
        }
    }
    struct awi_param *all = params[1];
    if (n[0]) {
        all = awi_arena_array(in->arena, struct awi_param, n[0] + n[1]);
        if (!all) {
            return -ENOMEM;
        }
        memcpy(all, params[0], n[0] * sizeof(*all));
        if (n[1]) {
            memcpy(all + n[0], params[1], n[1] * sizeof(*all));
        }
    }
    int e = awi_form_tree(in, all, n[0] + n[1], &root);
    return e ? e : awi_query_decode(in, ec2, shape, &root, value);
}

static bool is_rest(enum awi_protocol protocol)
{
    return protocol == AWI_PROTO_REST_XML || protocol == AWI_PROTO_REST_JSON;
}

/* A document that is longer than a body in memory may be (core/net/http.h) is read as a whole, too.
 */
static int load_document(struct awi_wire_in *in,
                         enum awi_protocol protocol,
                         const struct awi_operation *op,
                         struct awi_wire_request *request)
{
    const struct awi_member *payload = is_rest(protocol) ? awi_rest_payload(op->input) : NULL;
    uint64_t size = request->stream ? awi_body_size(request->stream) : 0;
    char *text;

    if (size == 0 || awi_body_data(request->stream) ||
        (payload && payload->shape->type == AWI_TYPE_BODY)) {
        return 0;
    }
    if (size > AWI_WIRE_DOCUMENT_MAX) {
        return awi_wire_bad(in, "The request is longer than %u bytes", AWI_WIRE_DOCUMENT_MAX);
    }
    text = awi_arena_alloc(in->arena, (size_t)size);
    if (!text) {
        return -ENOMEM;
    }
    for (uint64_t at = 0; at < size;) {
        ssize_t n = awi_body_read(request->stream, at, text + at, (size_t)(size - at));

        if (n <= 0) {
            return n < 0 ? (int)n : -EIO;
        }
        at += (uint64_t)n;
    }
    request->body = awi_str_of(text, (size_t)size);
    return 0;
}

int awi_wire_decode(struct awi_arena *arena,
                    enum awi_protocol protocol,
                    const struct awi_operation *op,
                    const struct awi_wire_request *given,
                    void *value,
                    struct awi_str *ret_error)
{
    struct awi_wire_in in = {.arena = arena};
    struct awi_wire_request whole = *given, *request = &whole;
    int e;

    if (!op->input) {
        return 0;
    }
    memset(value, 0, op->input->size);
    e = load_document(&in, protocol, op, request);
    if (e != 0) {
        *ret_error = in.error;
        return e;
    }
    switch (protocol) {
    case AWI_PROTO_QUERY:
    case AWI_PROTO_EC2:
        e = decode_form(&in, protocol == AWI_PROTO_EC2, op->input, request, value);
        break;
    case AWI_PROTO_JSON10:
    case AWI_PROTO_JSON11:
        if (request->body.len > 0) {
            e = awi_json_decode(&in, op->input, request->body, value);
        }
        break;
    case AWI_PROTO_CBOR:
        if (request->body.len > 0) {
            e = awi_cbor_decode(&in, op->input, request->body, value);
        }
        break;
    default:
        e = awi_rest_decode(&in,
                            protocol,
                            op->input,
                            &(struct awi_rest_source){
                                .uri = op->uri,
                                .path = request->path,
                                .query = request->query,
                                .headers = request->headers,
                                .n_headers = request->n_headers,
                                .body = request->body,
                                .stream = request->stream,
                            },
                            value);
    }
    if (e == 1) {
        *ret_error = in.error;
    }
    return e;
}

static const struct awi_error_type malformed_xml = {
    .code = AWI_STR_INIT("MalformedXML"),
    .status = 400,
    .sender = true,
};

const struct awi_error_type *awi_wire_malformed(enum awi_protocol protocol)
{
    static const struct awi_error_type *const types[AWI_N_PROTOCOLS] = {
        [AWI_PROTO_QUERY] = &awi_error_MalformedInput,
        [AWI_PROTO_EC2] = &awi_error_InvalidParameterValue,
        [AWI_PROTO_JSON10] = &awi_error_SerializationException,
        [AWI_PROTO_JSON11] = &awi_error_SerializationException,
        [AWI_PROTO_REST_JSON] = &awi_error_SerializationException,
        [AWI_PROTO_REST_XML] = &malformed_xml,
        [AWI_PROTO_CBOR] = &awi_error_SerializationException,
    };

    return types[protocol];
}

/* --- Answers --------------------------------------------------------------------------------- */

static const struct awi_str body_types[AWI_N_PROTOCOLS] = {
    [AWI_PROTO_QUERY] = AWI_STR_INIT("text/xml"),
    [AWI_PROTO_EC2] = AWI_STR_INIT("text/xml;charset=UTF-8"),
    [AWI_PROTO_JSON10] = AWI_STR_INIT("application/x-amz-json-1.0"),
    [AWI_PROTO_JSON11] = AWI_STR_INIT("application/x-amz-json-1.1"),
    [AWI_PROTO_REST_JSON] = AWI_STR_INIT("application/json"),
    [AWI_PROTO_REST_XML] = AWI_STR_INIT("application/xml"),
    [AWI_PROTO_CBOR] = AWI_STR_INIT("application/cbor"),
};

void awi_wire_write_ids(struct awi_rest_sink *sink, const struct awi_wire_ids *ids)
{
    if (ids->host_id.ptr) {
        awi_rest_header(sink, AWI_STR("x-amz-request-id"), ids->request_id);
        awi_rest_header(sink, AWI_STR("x-amz-id-2"), ids->host_id);
    } else {
        awi_rest_header(sink, AWI_STR("x-amzn-RequestId"), ids->request_id);
    }
}

void awi_wire_write_type(struct awi_rest_sink *sink, enum awi_protocol protocol)
{
    if (protocol == AWI_PROTO_CBOR) {
        awi_rest_header(sink, AWI_STR("smithy-protocol"), AWI_STR("rpc-v2-cbor"));
    }
    awi_rest_header(sink, AWI_STR("Content-Type"), body_types[protocol]);
}

void awi_wire_open_named(struct awi_out *out,
                         struct awi_str name,
                         const char *suffix,
                         struct awi_str ns)
{
    awi_out_char(out, '<');
    awi_out_str(out, name);
    awi_out_str(out, awi_str_from(suffix));
    if (ns.len) {
        awi_out_lit(out, " xmlns=\"");
        awi_xml_text(out, ns);
        awi_out_char(out, '"');
    }
    awi_out_char(out, '>');
}

void awi_wire_close_named(struct awi_out *out, struct awi_str name, const char *suffix)
{
    awi_out_lit(out, "</");
    awi_out_str(out, name);
    awi_out_str(out, awi_str_from(suffix));
    awi_out_char(out, '>');
}

static void encode_query(struct awi_out *out,
                         const struct awi_model *model,
                         const struct awi_operation *op,
                         const void *value,
                         const struct awi_wire_ids *ids)
{
    static const struct awi_xml_style style = {.millis = false};

    awi_wire_open_named(out, op->name, "Response", model->xml_ns);
    if (op->output && op->result_wrapper.ptr) {
        awi_wire_open_named(out, op->result_wrapper, "", AWI_STR_NULL);
        awi_xml_members(out, &style, op->output, value);
        awi_wire_close_named(out, op->result_wrapper, "");
    } else if (op->output) {
        awi_xml_members(out, &style, op->output, value);
    }
    awi_out_lit(out, "<ResponseMetadata>");
    awi_xml_simple(out, "RequestId", ids->request_id);
    awi_out_lit(out, "</ResponseMetadata>");
    awi_wire_close_named(out, op->name, "Response");
}

static void encode_ec2(struct awi_out *out,
                       const struct awi_model *model,
                       const struct awi_operation *op,
                       const void *value,
                       const struct awi_wire_ids *ids)
{
    static const struct awi_xml_style style = {.millis = true};

    awi_out_lit(out, AWI_XML_HEAD);
    awi_wire_open_named(out, op->name, "Response", model->xml_ns);
    awi_xml_simple(out, "requestId", ids->request_id);
    if (op->output) {
        awi_xml_members(out, &style, op->output, value);
    }
    awi_wire_close_named(out, op->name, "Response");
}

static int encode_rest(struct awi_rest_sink *sink,
                       enum awi_protocol protocol,
                       const struct awi_model *model,
                       const struct awi_operation *op,
                       const void *value,
                       struct awi_wire_answer *ret)
{
    int e = 0;

    if (op->output) {
        for (size_t i = 0; i < op->output->n_members; i++) {
            const struct awi_member *member = &op->output->members[i];
            if (member->location == AWI_IN_STATUS) {
                const struct awi_opt_i32 *status =
                    (const void *)((const char *)value + member->offset);
                ret->status = status->set ? (uint16_t)status->v : ret->status;
            }
        }
        awi_rest_headers(sink, op->output, value);
        e = awi_rest_body(sink,
                          protocol,
                          op->output,
                          value,
                          op->output->name,
                          model->xml_ns,
                          &ret->body,
                          &ret->stream);
    }
    return sink->failed ? -ENOMEM : e;
}

int awi_wire_encode(struct awi_arena *arena,
                    enum awi_protocol protocol,
                    const struct awi_model *model,
                    const struct awi_operation *op,
                    const void *value,
                    const struct awi_wire_ids *ids,
                    struct awi_wire_answer *ret)
{
    struct awi_rest_sink sink = {.arena = arena};
    struct awi_out out = {.arena = arena};
    int e = 0;

    *ret = (struct awi_wire_answer){.status = op->status, .body = AWI_STR("")};
    awi_wire_write_ids(&sink, ids);
    if (protocol == AWI_PROTO_REST_JSON || protocol == AWI_PROTO_REST_XML) {
        e = encode_rest(&sink, protocol, model, op, value, ret);
    } else {
        /* Operations without an output answer with nothing at all in JSON and CBOR. */
        if (op->output || protocol == AWI_PROTO_QUERY || protocol == AWI_PROTO_EC2 ||
            protocol != AWI_PROTO_CBOR) {
            awi_wire_write_type(&sink, protocol);
        } else {
            awi_rest_header(&sink, AWI_STR("smithy-protocol"), AWI_STR("rpc-v2-cbor"));
        }
        if (protocol == AWI_PROTO_QUERY) {
            encode_query(&out, model, op, value, ids);
        } else if (protocol == AWI_PROTO_EC2) {
            encode_ec2(&out, model, op, value, ids);
        } else if (op->output && protocol == AWI_PROTO_CBOR) {
            awi_cbor_encode(&out, op->output, value);
        } else if (op->output) {
            awi_json_encode(&out, op->output, value);
        }
        ret->body = awi_out_view(&out);
    }
    ret->headers = sink.headers;
    ret->n_headers = sink.n_headers;
    return out.failed || sink.failed ? -ENOMEM : e;
}
