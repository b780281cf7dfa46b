/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between HTTP messages and typed values, for the seven protocols of AWS: which operation a request
 * calls, its input, and the answer or error in the protocol the caller speaks. Everything is driven
 * by the descriptors of core/shape/shape.h; no service appears here.
 *
 * All results lie in the arena or point into the request, which must outlive them. The functions
 * keep no state and may run in any thread.
 */
#pragma once

#include "core/net/http.h"
#include "core/shape/shape.h"
#include "core/util/arena.h"
#include "core/util/str.h"

struct awi_wire_request {
    struct awi_str method;
    struct awi_str path;  /* percent-encoded, begins with '/'. S3: path style, so the caller puts
                             the bucket of a virtual-hosted request in front */
    struct awi_str query; /* without '?', absent or empty: none */
    const struct awi_http_header *headers;
    size_t n_headers;
    struct awi_str body;     /* whole, without transfer or aws-chunked coding */
    struct awi_body *stream; /* given to a streaming member, which does not look at body; NULL:
                                one is made of body. A body that does not lie in memory is read
                                from it where the operation has no such member */
};

/* The value of the first header of this name, or absent. */
struct awi_str awi_wire_header_of(const struct awi_wire_request *request, const char *name);

/* Longest body that is decoded as a whole: 16 MiB, DynamoDB's limit for a request. */
#define AWI_WIRE_DOCUMENT_MAX (16u << 20)
/* Largest nesting of lists, maps and structures in a body; deeper ones are malformed. */
#define AWI_WIRE_DEPTH_MAX 100

struct awi_wire_call {
    enum awi_protocol protocol;
    const struct awi_operation *operation; /* NULL: not one of the model's */
    struct awi_str name;                   /* as the caller names it; absent: it names none */
};

/*
 * Which protocol and operation. The protocol is also right when the operation is not known, so that
 * the refusal can be encoded: the model's own where the request gives no sign. A form body is read
 * for its Action. 0, or -ENOMEM.
 */
int awi_wire_route(struct awi_arena *arena,
                   const struct awi_model *model,
                   const struct awi_wire_request *request,
                   struct awi_wire_call *ret);

/*
 * Reads the input of the operation into `in`, the struct of op->input (cleared first; nothing is
 * read when op->input is NULL). Validation is not done here. 0; 1 when the request is malformed,
 * *ret_error then being text for the caller, to be answered with awi_wire_malformed(protocol);
 * -errno.
 */
int awi_wire_decode(struct awi_arena *arena,
                    enum awi_protocol protocol,
                    const struct awi_operation *op,
                    const struct awi_wire_request *request,
                    void *in,
                    struct awi_str *ret_error);

/* The error that a request gets whose body or parameters cannot be read. */
const struct awi_error_type *awi_wire_malformed(enum awi_protocol protocol);

/* What one request is answered with besides its content. */
struct awi_wire_ids {
    struct awi_str request_id;
    struct awi_str host_id;  /* x-amz-id-2 and HostId of S3; absent: none */
    struct awi_str resource; /* <Resource> of an S3 error; absent: none */
};

struct awi_wire_answer {
    uint16_t status;
    /* Content-type, request id, bound members. A bound Content-Length (S3's HEAD) is among them:
     * whoever sends the answer takes it out. */
    const struct awi_http_header *headers;
    size_t n_headers;
    struct awi_str body;     /* empty when stream is set */
    struct awi_body *stream; /* a streaming member; NULL: none */
};

/* 0 or -ENOMEM. `out` is the struct of op->output, or NULL where there is none. */
int awi_wire_encode(struct awi_arena *arena,
                    enum awi_protocol protocol,
                    const struct awi_model *model,
                    const struct awi_operation *op,
                    const void *out,
                    const struct awi_wire_ids *ids,
                    struct awi_wire_answer *ret);

/*
 * An error answer. body is the struct of type->shape with the members besides the message, or NULL.
 * status 0 takes the type's own. The caller of a HEAD request leaves the body out.
 */
int awi_wire_encode_error(struct awi_arena *arena,
                          enum awi_protocol protocol,
                          const struct awi_model *model,
                          const struct awi_error_type *type,
                          struct awi_str message,
                          const void *body,
                          uint16_t status,
                          const struct awi_wire_ids *ids,
                          struct awi_wire_answer *ret);

/* --- The other direction, for tests and callers within the process -----------------------------
 */

/* Writes the request that calls the operation. 0 or -ENOMEM; -EINVAL when a member that is part of
 * the path is absent or empty. */
int awi_wire_encode_request(struct awi_arena *arena,
                            enum awi_protocol protocol,
                            const struct awi_model *model,
                            const struct awi_operation *op,
                            const void *in,
                            struct awi_wire_request *ret);

/* Reads an answer of success into `out`, the struct of op->output. Returns as awi_wire_decode. */
int awi_wire_decode_answer(struct awi_arena *arena,
                           enum awi_protocol protocol,
                           const struct awi_operation *op,
                           const struct awi_wire_answer *answer,
                           void *out,
                           struct awi_str *ret_error);
