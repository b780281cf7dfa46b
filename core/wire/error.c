/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that are errors.
 */
#include "core/wire/answer.h"
#include "core/wire/cbor.h"
#include "core/wire/json.h"

#include <errno.h>

/* The error's members besides the message, for a body of JSON or XML. */
static bool is_message(const struct awi_member *member)
{
    return awi_str_is_nocase(member->name, "message");
}

static struct awi_str message_name(const struct awi_error_type *type)
{
    for (size_t i = 0; type->shape && i < type->shape->n_members; i++) {
        if (is_message(&type->shape->members[i])) {
            return type->shape->members[i].wire_name;
        }
    }
    return AWI_STR("message");
}

/* The struct without its message, which the caller gives apart. NULL: no memory. */
static void *
without_message(struct awi_arena *arena, const struct awi_error_type *type, const void *body)
{
    char *copy = awi_arena_calloc(arena, 1, type->shape->size);

    if (!copy) {
        return NULL;
    }
    memcpy(copy, body, type->shape->size);
    for (size_t i = 0; i < type->shape->n_members; i++) {
        const struct awi_member *member = &type->shape->members[i];
        if (is_message(member) && member->shape->type == AWI_TYPE_STRING) {
            memset(copy + member->offset, 0, sizeof(struct awi_str));
        }
    }
    return copy;
}

static void error_json(struct awi_out *out,
                       enum awi_protocol protocol,
                       const struct awi_error_type *type,
                       struct awi_str message,
                       const void *body)
{
    struct awi_out rest = {.arena = out->arena};

    awi_out_char(out, '{');
    if (protocol != AWI_PROTO_REST_JSON) {
        awi_out_lit(out, "\"__type\":");
        awi_json_string(out, type->code);
        awi_out_char(out, ',');
    }
    awi_json_string(out, message_name(type));
    awi_out_char(out, ':');
    awi_json_string(out, message);
    if (body) {
        awi_json_encode(&rest, type->shape, body);
        if (rest.len > 2) {
            awi_out_char(out, ',');
            awi_out_add(out, rest.ptr + 1, rest.len - 2);
        }
    }
    awi_out_char(out, '}');
    out->failed = out->failed || rest.failed;
}

static void error_cbor(struct awi_out *out,
                       const struct awi_error_type *type,
                       struct awi_str message,
                       const void *body)
{
    awi_cbor_map(out, 2 + (body ? awi_cbor_count(type->shape, body, AWI_STR_NULL) : 0));
    awi_cbor_text(out, AWI_STR("__type"));
    awi_cbor_text(out, type->code);
    awi_cbor_text(out, message_name(type));
    awi_cbor_text(out, message);
    if (body) {
        awi_cbor_members(out, type->shape, body, AWI_STR_NULL);
    }
}

static void error_xml(struct awi_out *out,
                      enum awi_protocol protocol,
                      const struct awi_model *model,
                      const struct awi_error_type *type,
                      struct awi_str message,
                      const void *body,
                      const struct awi_wire_ids *ids)
{
    static const struct awi_xml_style style = {.millis = true};
    bool s3 = protocol == AWI_PROTO_REST_XML && ids->host_id.ptr;
    bool ec2 = protocol == AWI_PROTO_EC2;

    if (s3 || ec2) {
        awi_out_lit(out, AWI_XML_HEAD);
    }
    if (ec2) {
        awi_out_lit(out, "<Response><Errors>");
    } else if (!s3) {
        awi_wire_open_named(out, AWI_STR("ErrorResponse"), "", model->xml_ns);
    }
    awi_out_lit(out, "<Error>");
    if (!s3 && !ec2) {
        awi_xml_simple(out, "Type", type->sender ? AWI_STR("Sender") : AWI_STR("Receiver"));
    }
    awi_xml_simple(out, "Code", type->query_code.ptr ? type->query_code : type->code);
    awi_xml_simple(out, "Message", message);
    if (body) {
        awi_xml_members(out, &style, type->shape, body);
    }
    if (s3) {
        if (ids->resource.ptr) {
            awi_xml_simple(out, "Resource", ids->resource);
        }
        awi_xml_simple(out, "RequestId", ids->request_id);
        awi_xml_simple(out, "HostId", ids->host_id);
    }
    awi_out_lit(out, "</Error>");
    if (ec2) {
        awi_out_lit(out, "</Errors>");
        awi_xml_simple(out, "RequestID", ids->request_id);
        awi_out_lit(out, "</Response>");
    } else if (!s3) {
        awi_xml_simple(out, "RequestId", ids->request_id);
        awi_out_lit(out, "</ErrorResponse>");
    }
}

int awi_wire_encode_error(struct awi_arena *arena,
                          enum awi_protocol protocol,
                          const struct awi_model *model,
                          const struct awi_error_type *type,
                          struct awi_str message,
                          const void *body,
                          uint16_t status,
                          const struct awi_wire_ids *ids,
                          struct awi_wire_answer *ret)
{
    struct awi_rest_sink sink = {.arena = arena};
    struct awi_out out = {.arena = arena};
    const void *rest = NULL;

    if (body && type->shape) {
        rest = without_message(arena, type, body);
        if (!rest) {
            return -ENOMEM;
        }
    }
    awi_wire_write_ids(&sink, ids);
    awi_wire_write_type(&sink, protocol);
    if (protocol == AWI_PROTO_REST_JSON) {
        awi_rest_header(&sink, AWI_STR("x-amzn-ErrorType"), type->code);
    }
    if (rest && (protocol == AWI_PROTO_REST_JSON || protocol == AWI_PROTO_REST_XML)) {
        awi_rest_headers(&sink, type->shape, rest);
    }
    if (model->query_compatible && protocol != AWI_PROTO_QUERY) {
        struct awi_str code = type->query_code.ptr ? type->query_code : type->code;
        awi_rest_header(
            &sink,
            AWI_STR("x-amzn-query-error"),
            awi_arena_printf(
                arena, "%.*s;%s", AWI_STR_FMT(code), type->sender ? "Sender" : "Receiver"));
    }
    switch (protocol) {
    case AWI_PROTO_QUERY:
    case AWI_PROTO_EC2:
    case AWI_PROTO_REST_XML:
        error_xml(&out, protocol, model, type, message, rest, ids);
        break;
    case AWI_PROTO_CBOR:
        error_cbor(&out, type, message, rest);
        break;
    default:
        error_json(&out, protocol, type, message, rest);
    }
    *ret = (struct awi_wire_answer){
        .status = status ? status : type->status,
        .headers = sink.headers,
        .n_headers = sink.n_headers,
        .body = awi_out_view(&out),
    };
    return out.failed || sink.failed ? -ENOMEM : 0;
}
