/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other direction: a client's requests and its reading of answers, by the same codecs.
 */
#include "core/wire/cbor.h"
#include "core/wire/json.h"
#include "core/wire/query.h"
#include "core/wire/rest.h"
#include "core/wire/wire.h"
#include "core/wire/xml.h"

#include <errno.h>

static int request_rest(struct awi_rest_sink *sink,
                        enum awi_protocol protocol,
                        const struct awi_model *model,
                        const struct awi_operation *op,
                        const void *value,
                        struct awi_wire_request *ret)
{
    int e = awi_rest_target(sink->arena, op->uri, op->input, value, &ret->path, &ret->query);

    ret->method = op->method;
    if (e == 0 && op->input) {
        awi_rest_headers(sink, op->input, value);
        e = awi_rest_body(sink,
                          protocol,
                          op->input,
                          value,
                          op->input->name,
                          model->xml_ns,
                          &ret->body,
                          &ret->stream);
    }
    return e;
}

int awi_wire_encode_request(struct awi_arena *arena,
                            enum awi_protocol protocol,
                            const struct awi_model *model,
                            const struct awi_operation *op,
                            const void *value,
                            struct awi_wire_request *ret)
{
    struct awi_rest_sink sink = {.arena = arena};
    struct awi_out out = {.arena = arena};
    int e = 0;

    *ret = (struct awi_wire_request){
        .method = AWI_STR("POST"), .path = AWI_STR("/"), .body = AWI_STR("")};
    switch (protocol) {
    case AWI_PROTO_QUERY:
    case AWI_PROTO_EC2:
        awi_rest_header(&sink,
                        AWI_STR("Content-Type"),
                        AWI_STR("application/x-www-form-urlencoded; charset=utf-8"));
        awi_out_lit(&out, "Action=");
        awi_out_str(&out, op->name);
        awi_out_lit(&out, "&Version=");
        awi_out_str(&out, model->api_version);
        if (op->input) {
            awi_query_encode(&out, protocol == AWI_PROTO_EC2, op->input, value);
        }
        break;
    case AWI_PROTO_JSON10:
    case AWI_PROTO_JSON11:
        awi_rest_header(&sink,
                        AWI_STR("Content-Type"),
                        protocol == AWI_PROTO_JSON10 ? AWI_STR("application/x-amz-json-1.0")
                                                     : AWI_STR("application/x-amz-json-1.1"));
        awi_rest_header(
            &sink,
            AWI_STR("X-Amz-Target"),
            awi_arena_printf(
                arena, "%.*s.%.*s", AWI_STR_FMT(model->target_prefix), AWI_STR_FMT(op->name)));
        if (op->input) {
            awi_json_encode(&out, op->input, value);
        } else {
            awi_out_lit(&out, "{}");
        }
        break;
    case AWI_PROTO_CBOR:
        awi_rest_header(&sink, AWI_STR("smithy-protocol"), AWI_STR("rpc-v2-cbor"));
        ret->path = awi_arena_printf(arena,
                                     "/service/%.*s/operation/%.*s",
                                     AWI_STR_FMT(model->target_prefix),
                                     AWI_STR_FMT(op->name));
        if (op->input) {
            awi_rest_header(&sink, AWI_STR("Content-Type"), AWI_STR("application/cbor"));
            awi_cbor_encode(&out, op->input, value);
        }
        break;
    default:
        e = request_rest(&sink, protocol, model, op, value, ret);
    }
    if (out.len) {
        ret->body = awi_out_view(&out);
    }
    ret->headers = sink.headers;
    ret->n_headers = sink.n_headers;
    return out.failed || sink.failed || !ret->path.ptr ? -ENOMEM : e;
}

static int answer_xml(struct awi_wire_in *in,
                      enum awi_protocol protocol,
                      const struct awi_operation *op,
                      struct awi_str body,
                      void *value)
{
    struct awi_node *root = NULL;
    int e = awi_xml_parse(in, body, &root);

    if (e == 0 && op->result_wrapper.ptr && protocol == AWI_PROTO_QUERY) {
        root = awi_node_child(root, op->result_wrapper);
    }
    return e || !root ? e : awi_xml_decode(in, op->output, 0, root, value);
}

int awi_wire_decode_answer(struct awi_arena *arena,
                           enum awi_protocol protocol,
                           const struct awi_operation *op,
                           const struct awi_wire_answer *answer,
                           void *value,
                           struct awi_str *ret_error)
{
    struct awi_wire_in in = {.arena = arena};
    int e = 0;

    if (!op->output) {
        return 0;
    }
    memset(value, 0, op->output->size);
    switch (protocol) {
    case AWI_PROTO_QUERY:
    case AWI_PROTO_EC2:
        e = answer_xml(&in, protocol, op, answer->body, value);
        break;
    case AWI_PROTO_JSON10:
    case AWI_PROTO_JSON11:
        e = awi_json_decode(&in, op->output, answer->body, value);
        break;
    case AWI_PROTO_CBOR:
        e = awi_cbor_decode(&in, op->output, answer->body, value);
        break;
    default:
        e = awi_rest_decode(&in,
                            protocol,
                            op->output,
                            &(struct awi_rest_source){
                                .headers = answer->headers,
                                .n_headers = answer->n_headers,
                                .status = answer->status,
                                .body = answer->body,
                                .stream = answer->stream,
                            },
                            value);
    }
    if (e == 1) {
        *ret_error = in.error;
    }
    return e;
}
