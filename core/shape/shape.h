/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors of typed values: what AWS's model says about a shape, beside the C struct that holds
 * it. The tables are generated from the models (scripts/gen-model.py); the codecs, validation,
 * copying and the record store walk them, so no service contains parsing code.
 *
 * How a shape looks in C (the generator and every walker rely on it):
 *
 *   boolean               struct awi_opt_bool    {bool set; bool v;}
 *   byte short integer    struct awi_opt_i32     {bool set; int32_t v;}
 *   long                  struct awi_opt_i64     {bool set; int64_t v;}
 *   float double          struct awi_opt_f64     {bool set; double v;}
 *   timestamp             struct awi_opt_time    {bool set; int64_t ms;}  since the epoch, UTC
 *   string enum blob      struct awi_str         absent: ptr NULL
 *   document              struct awi_str         its JSON text
 *   streaming blob        struct awi_body *      absent: NULL
 *   structure, union      pointer to its struct  absent: NULL
 *   list of T             struct <service>_<List> {T *items; size_t n; bool set;}
 *   map to T              struct <service>_<Map> {struct <service>_<Map>_entry *items; size_t n;
 *                         bool set;}, an entry being {struct awi_str key; T value;}
 *
 * List items and map values use the same representation, but structures and unions stand in place
 * (items is an array of structs) and scalars stand bare (bool, int32_t, int64_t, double, int64_t
 * ms). The struct of a shape is called <service>_<ShapeName>, e.g. sts_AssumeRoleRequest; its
 * members keep AWS's spelling (C keywords, macros and NULL get a trailing underscore). Its
 * descriptor is <service>_<ShapeName>_shape.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct awi_opt_bool {
    bool set;
    bool v;
};

struct awi_opt_i32 {
    bool set;
    int32_t v;
};

struct awi_opt_i64 {
    bool set;
    int64_t v;
};

struct awi_opt_f64 {
    bool set;
    double v;
};

struct awi_opt_time {
    bool set;
    int64_t ms;
};

#define AWI_SOME(value)                                                                            \
    {                                                                                              \
        .set = true, .v = (value)                                                                  \
    }
#define AWI_SOME_TIME(at) ((struct awi_opt_time){.set = true, .ms = (at)})
#define AWI_SOME_BOOL(x)  ((struct awi_opt_bool){.set = true, .v = (x)})
#define AWI_SOME_I32(x)   ((struct awi_opt_i32){.set = true, .v = (x)})
#define AWI_SOME_I64(x)   ((struct awi_opt_i64){.set = true, .v = (x)})

/* What every generated list and map looks like to a walker. */
struct awi_list {
    void *items;
    size_t n;
    bool set;
};

enum awi_type {
    AWI_TYPE_BOOL,
    AWI_TYPE_I32,
    AWI_TYPE_I64,
    AWI_TYPE_F64,
    AWI_TYPE_TIME,
    AWI_TYPE_STRING,
    AWI_TYPE_BLOB,
    AWI_TYPE_DOCUMENT,
    AWI_TYPE_BODY, /* streaming blob: a structure's payload member only */
    AWI_TYPE_LIST,
    AWI_TYPE_MAP,
    AWI_TYPE_STRUCT,
    AWI_TYPE_UNION, /* a structure with exactly one member set */
};

/* Where rest-json and rest-xml carry a member. */
enum awi_location {
    AWI_IN_BODY,
    AWI_IN_URI,
    AWI_IN_QUERY, /* a map member: every parameter not bound otherwise */
    AWI_IN_HEADER,
    AWI_IN_HEADERS, /* a map: all headers with the prefix wire_name */
    AWI_IN_STATUS,
};

enum awi_time_format {
    AWI_TIME_DEFAULT, /* what protocol and location say */
    AWI_TIME_ISO8601,
    AWI_TIME_UNIX,
    AWI_TIME_RFC822,
};

enum {
    AWI_MEMBER_REQUIRED = 1 << 0,
    AWI_MEMBER_FLATTENED = 1 << 1,   /* list or map without a wrapping element */
    AWI_MEMBER_ATTRIBUTE = 1 << 2,   /* XML attribute of its structure's element */
    AWI_MEMBER_PAYLOAD = 1 << 3,     /* the whole HTTP body */
    AWI_MEMBER_IDEMPOTENCY = 1 << 4, /* idempotency token */
    AWI_MEMBER_JSONVALUE = 1 << 5,   /* JSON text carried in base64 in a header */
    AWI_MEMBER_HOST_LABEL = 1 << 6,
    AWI_MEMBER_EVENT_STREAM = 1 << 7,
    AWI_MEMBER_SENSITIVE = 1 << 8,
};

struct awi_shape;

struct awi_member {
    struct awi_str name;      /* in the model, and so in JSON without a locationName, and in C */
    struct awi_str wire_name; /* locationName: element, JSON key, header, query or URI label name */
    struct awi_str ec2_name;  /* for the ec2 protocol's requests */
    struct awi_str xml_ns;    /* xmlNamespace uri, absent mostly */
    struct awi_str xml_ns_prefix;
    const struct awi_shape *shape;
    uint32_t offset;     /* of the member in the struct */
    uint16_t flags;      /* AWI_MEMBER_* */
    uint8_t location;    /* enum awi_location */
    uint8_t time_format; /* enum awi_time_format */
};

struct awi_shape {
    uint8_t type; /* enum awi_type */
    uint8_t time_format;
    bool flattened;          /* list and map shapes may be declared so themselves */
    uint32_t size;           /* STRUCT and UNION: sizeof; LIST: of one item; MAP: of one entry */
    uint32_t value_offset;   /* MAP: of value in an entry */
    struct awi_str name;     /* ShapeName in the model */
    struct awi_str xml_name; /* locationName of the shape itself: the element of a payload */

    const struct awi_member *members; /* STRUCT, UNION: in the model's order */
    uint16_t n_members;

    const struct awi_shape *item; /* LIST: items; MAP: values */
    const struct awi_shape *key;  /* MAP */
    struct awi_str
        item_name; /* LIST: locationName of its member ("member" if absent); MAP: of value */
    struct awi_str key_name; /* MAP: locationName of key */

    /* Constraints; lengths of strings count characters, of blobs bytes, of lists and maps items. */
    bool has_min, has_max;
    double min, max;
    const char *pattern;               /* as the model has it (Java syntax); NULL: none */
    const struct awi_str *enum_values; /* NULL: none */
    uint16_t n_enum_values;
};

/*
 * An error a service may answer. Generated for every error shape of a model
 * (<service>_<ShapeName>_error), and written by hand where AWS's model is silent.
 */
struct awi_error_type {
    struct awi_str code;       /* as JSON protocols and rpc-v2-cbor name it (shape name) */
    struct awi_str query_code; /* as XML protocols name it (awsQuery error code); absent: code */
    uint16_t status;           /* HTTP */
    bool sender;               /* the caller is at fault (Type Sender), else Receiver */
    const struct awi_shape *shape; /* NULL: no member but "message" */
};

enum awi_protocol {
    AWI_PROTO_QUERY,
    AWI_PROTO_EC2,
    AWI_PROTO_JSON10,
    AWI_PROTO_JSON11,
    AWI_PROTO_REST_JSON,
    AWI_PROTO_REST_XML,
    AWI_PROTO_CBOR,
    AWI_N_PROTOCOLS,
};

struct awi_req;

enum {
    AWI_OP_UNSIGNED = 1 << 0, /* authtype none */
    AWI_OP_CHECKSUM_REQUIRED = 1 << 1,
    AWI_OP_DEPRECATED = 1 << 2,
};

struct awi_operation {
    struct awi_str name;
    struct awi_str method; /* HTTP, for the rest protocols */
    struct awi_str uri;    /* template: /{Bucket}/{Key+}?tagging */
    uint16_t status;       /* success; 200 mostly */
    uint16_t index;        /* in the service's operations; AWI_NO_INDEX: one of other_names */
    uint16_t flags;        /* AWI_OP_* */
    const struct awi_shape *input;              /* NULL: none */
    const struct awi_shape *output;             /* NULL: none */
    struct awi_str result_wrapper;              /* query: <AssumeRoleResult>; absent: none */
    const struct awi_error_type *const *errors; /* the model's, NULL-terminated */

    /*
     * Calls the service's typed handler for this operation: handlers is the service's
     * struct <service>_handlers. Returns what the handler returns, or AWI_NO_HANDLER when the slot
     * is empty. Generated.
     */
    int (*call)(const void *handlers, struct awi_req *req, const void *in, void *out);
};

/* Above every AWS error index: the operation has no handler. */
#define AWI_NO_HANDLER 0x7fff
#define AWI_NO_INDEX   UINT16_MAX

struct awi_model {
    struct awi_str id;              /* our name and folder: "sts" */
    struct awi_str service_id;      /* AWS's: "STS" */
    struct awi_str endpoint_prefix; /* "sts" */
    struct awi_str signing_name;    /* credential scope: "sts" */
    struct awi_str target_prefix;   /* json: "DynamoDB_20120810"; absent: none */
    struct awi_str api_version;     /* "2011-06-15" */
    struct awi_str xml_ns;          /* "https://sts.amazonaws.com/doc/2011-06-15/" */
    uint32_t protocols;             /* 1 << enum awi_protocol: all that clients of any age speak */
    uint8_t protocol;               /* the model's own first choice */
    bool global;                    /* one endpoint a partition (iam, organizations) */
    /* Of a service that is not emulated and speaks REST: its operations as lines "METHOD URI NAME",
     * so that a refusal can name them. NULL: none. */
    const char *rest_lines;
    bool query_compatible;                  /* JSON answers carry x-amzn-query-error (SQS) */
    const struct awi_operation *operations; /* sorted by name */
    uint16_t n_operations;
    /* Operations of which only the name is known, one a line: they are routed and authorized, and
     * have no handler. NULL: none. */
    const char *other_names;
};

/*
 * How wide is a value of this shape as a structure's member? (as a list item or map value:
 * awi_shape_item_size.) Bytes, alignment included.
 */
size_t awi_shape_member_size(const struct awi_shape *shape);
size_t awi_shape_item_size(const struct awi_shape *shape);

/* Deep copy of the struct at src into dst (same shape), everything allocated from the arena. Body
 * members are shared. 0 or -ENOMEM. */
int awi_shape_copy(struct awi_arena *arena,
                   const struct awi_shape *shape,
                   void *dst,
                   const void *src);

/* Same content? Used by tests and by idempotency tokens. */
bool awi_shape_equal(const struct awi_shape *shape, const void *a, const void *b);

/* How a value breaks what the model asks of it. */
enum awi_fault_kind {
    AWI_FAULT_MISSING,
    AWI_FAULT_ENUM,
    AWI_FAULT_PATTERN,
    AWI_FAULT_MIN,  /* the number, or the length */
    AWI_FAULT_MAX,  /* likewise */
    AWI_FAULT_ITEM, /* of a list or a map */
};

struct awi_fault {
    enum awi_fault_kind kind;
    const struct awi_shape *shape; /* of the value; of the list */
};

/*
 * Checks required members, lengths, ranges, patterns and enums, deeply. On failure writes AWS's
 * text ("1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint:
 * Member must have length greater than or equal to 2") to *ret_message, in the arena, the first
 * fault to *ret_fault (which may be NULL), and returns 1. 0: valid; -ENOMEM.
 */
int awi_shape_validate(struct awi_arena *arena,
                       const struct awi_shape *shape,
                       const void *value,
                       struct awi_fault *ret_fault,
                       struct awi_str *ret_message);
